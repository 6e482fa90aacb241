/**
 * UPS-Link as far as it only reads: every character that this driver can send stands in `queries`. Those that switch
 * the output, start a test, leave the smart mode or change a setting are nowhere in the code.
 */

/** One question: a single character, and what an answer to it looks like. */
export interface Query {
  readonly sends: string;
  /** Answers of other questions do not fit: a late answer is never taken for this one's. */
  readonly fits: RegExp;
}

/** A person may have written anything for the day of the installation. */
const anyDate = /^(?!\d{1,3}$)(?![A-Z]{2}$)[\x20-\x7e]{1,16}$/;
const date = /^\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\s*$/;
const count = /^-?\d{1,3}$/;

export const queries = {
  /** Enters the smart mode, and says so each time. */
  smartMode: { sends: 'Y', fits: /^SM$/ },
  model: { sends: '\x01', fits: /^(?=.*[A-Za-z]{3})[\x20-\x7e]{3,40}$/ },
  serial: { sends: 'n', fits: /^(?!.*[/. ]\S)[\x21-\x7e]{4,20}\s*$/ },
  firmware: { sends: 'b', fits: /^\d{1,3}\.[\w. ]{1,12}$/ },
  /** Older units know this instead: three letters or so. */
  oldFirmware: { sends: 'V', fits: /^(?!NA$)[\x21-\x7e]{2,8}$/ },
  manufactured: { sends: 'm', fits: date },
  externalPacks: { sends: '>', fits: count },
  installed: { sends: 'x', fits: anyDate },
  badPacks: { sends: '<', fits: count },
  /** The last self-test, for five minutes after it. */
  selfTest: { sends: 'X', fits: /^(OK|BT|NG|NO|WN|IP)$/ },
  /** Eight flags in hexadecimal: 0x80 is "replace battery". */
  status: { sends: 'Q', fits: /^[0-9A-Fa-f]{2}$/ },
} as const satisfies Record<string, Query>;

export type QueryName = keyof typeof queries;

/** What a unit answers that does not know the question. */
export const notAvailable = 'NA';

export const replaceBatteryFlag = 0x80;
export const replaceBatteryAlert = '#';

/**
 * Characters that the unit sends when it likes, also in the middle of an answer: on battery, on line, battery low and
 * its end, abnormal and its end, replace battery, about to switch off, look at the registers, a setting has changed.
 */
const alerts: ReadonlySet<string> = new Set(['!', '$', '%', '+', '?', '=', replaceBatteryAlert, '*', '&', '|']);

const longestAnswer = 80;

/** Sorts what comes over the line into alerts and answers. */
export class Hearing {
  #text = '';

  /** Takes bytes in; returns the answers they complete and the alerts among them. */
  take(bytes: Uint8Array): { readonly answers: readonly string[]; readonly alerts: readonly string[] } {
    const answers: string[] = [];
    const heard: string[] = [];
    for (const byte of bytes) {
      const character = String.fromCharCode(byte);
      if (alerts.has(character)) heard.push(character);
      else if (character === '\n') {
        if (this.#text.trim() !== '') answers.push(this.#text);
        this.#text = '';
      } else if (character !== '\r' && character !== '\0') this.#text = (this.#text + character).slice(-longestAnswer);
    }
    return { answers, alerts: heard };
  }

  /** Forgets half an answer. */
  forget(): void {
    this.#text = '';
  }
}
