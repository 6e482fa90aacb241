/** A simulated Smart-UPS on a serial line (UPS-Link). Its values are synthetic. */

/** Bytes of one answer, sent together. */
export type Say = (bytes: string) => void;

export class SimulatedUpsLink {
  /** Every character that came. */
  heard = '';
  isSmart = false;
  /** What is answered to each character; others are not known. */
  readonly answers: Map<string, string>;
  /** Done in place of the answer to a character; `undefined` answers it. */
  misbehave: ((question: string, say: Say) => 'handled' | undefined) | undefined;
  readonly #say: Say;

  constructor(say: Say, answers: Readonly<Record<string, string>> = smartUps) {
    this.#say = say;
    this.answers = new Map(Object.entries(answers));
  }

  hear(text: string): void {
    for (const question of text) {
      this.heard += question;
      if (this.misbehave?.(question, this.#say) === 'handled') continue;
      if (question === 'Y') this.isSmart = true;
      if (!this.isSmart) continue;
      this.#say(`${question === 'Y' ? 'SM' : (this.answers.get(question) ?? 'NA')}\r\n`);
    }
  }

  /** Sends an alert: one character, at any time. */
  alert(character: string): void {
    this.#say(character);
  }
}

export const smartUps: Readonly<Record<string, string>> = {
  '\x01': 'SMART-UPS 3000 RM',
  n: 'AS0416000001',
  b: '99.9.D',
  m: '04/12/04',
  '>': '001',
  x: '05/04/22',
  '<': '000',
  X: 'OK',
  Q: '08',
};
