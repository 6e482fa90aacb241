/** The mailbox for answers, without a server: what the reseller writes in the demo lands here, and the agent reads it. */
import { parseHeaders } from '../../agent/delivery/answers/headers.ts';
import type { MailBody } from '../../agent/delivery/answers/judge.ts';
import type { Mailbox, MailboxItem } from '../../agent/delivery/answers/mailbox.ts';

/** A mail of a person. */
export interface Letter {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The Message-ID of the mail that it answers. */
  readonly inReplyTo?: string;
}

export class DemoMailbox implements Mailbox {
  readonly uidValidity = '1';
  readonly #letters: Letter[] = [];
  readonly #waiting: (() => void)[] = [];
  #news: (() => void) | undefined;
  #fresh = false;

  /** Lays a letter in; settles when the agent has looked at it. */
  async deliver(letter: Letter): Promise<void> {
    this.#letters.push(letter);
    this.#fresh = true;
    const looked = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#tell();
    await looked;
  }

  get lastUid(): number {
    return this.#letters.length;
  }

  async uidsAfter(uid: number): Promise<number[]> {
    this.#fresh = false;
    return this.#letters.map((_letter, index) => index + 1).filter((each) => each > uid);
  }

  async uidsSince(): Promise<number[]> {
    return await this.uidsAfter(0);
  }

  async heads(uids: readonly number[]): Promise<MailboxItem[]> {
    return uids.flatMap((uid) => {
      const letter = this.#letters[uid - 1];
      if (letter === undefined) return [];
      const { from, to, subject, inReplyTo } = letter;
      const fields = [`To: ${to}`, ...(inReplyTo === undefined ? [] : [`In-Reply-To: ${inReplyTo}`])];
      return [{ uid, head: { subject, from, headers: parseHeaders(fields.join('\r\n')) } }];
    });
  }

  async body(uid: number): Promise<MailBody> {
    return { text: this.#letters[uid - 1]?.text ?? '' };
  }

  async done(): Promise<void> {}

  onNews(call: () => void): void {
    this.#news = call;
    if (this.#fresh) this.#tell();
    else for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async close(): Promise<void> {
    this.#tell();
  }

  #tell(): void {
    const call = this.#news;
    this.#news = undefined;
    call?.();
  }
}
