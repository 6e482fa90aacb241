/**
 * Reads the mailbox for answers: what is new, at once; what is not about an invitation from here stays untouched and
 * unread. A connection that is lost is made again, with growing patience.
 */
import type { Instant } from '../../lifecycle/model.ts';
import { keys } from '../../store/keys.ts';
import { type Store, StoreError } from '../../store/port.ts';
import { retryDelay } from '../retry.ts';
import { isReport, judge, type MailHead, type Verdict } from './judge.ts';
import type { Mailbox, MailboxItem } from './mailbox.ts';
import { MailboxError } from './mailbox-error.ts';

/** How far the mailbox was read. */
export interface MailboxPosition {
  /** Which mailbox: user, server and folder. */
  readonly mailbox: string;
  readonly uidValidity: string;
  readonly uid: number;
  readonly at: Instant;
}

/** The invitation that a mail is about. */
export interface KnownMail {
  readonly token: string;
}

/** What the reader found, for whoever decides. */
export interface FoundMail {
  readonly head: MailHead;
  readonly verdict: Verdict;
  /** What the mail is about; absent for a report that names it in its body. */
  readonly known: KnownMail | undefined;
}

export interface ReaderParts {
  /** Which mailbox, in words that stay the same. */
  readonly name: string;
  readonly open: () => Promise<Mailbox>;
  readonly store: Store;
  readonly now: () => Instant;
  readonly random: () => number;
  readonly after: (name: string, ms: number, call: () => void) => () => void;
  readonly log: (
    level: 'debug' | 'info' | 'warn' | 'error',
    code: string,
    message: string,
    details?: Record<string, unknown>,
  ) => void;
  /** Whether anything may be done now: not while the clock is wrong. */
  readonly mayAct: () => boolean;
  /** From when on mail matters, where nothing is known of this mailbox. */
  readonly since: () => Date;
  /** What a mail is about, if it is about an invitation from here. */
  readonly recognise: (head: MailHead) => KnownMail | undefined;
  /** Does what a mail asks for. @returns whether it is handled; what is not stays unread. @throws StoreError */
  readonly take: (mail: FoundMail) => Promise<boolean>;
}

/** What is looked at in one go. */
const batch = 100;
/** Mail that a server did not announce is found after this. */
const lookAgainMs = 10 * 60_000;
/** What is being read at a stop has so long to end. */
const stopMs = 2000;
/** The longest wait for a mailbox that cannot be read. */
const longestWaitMs = 15 * 60_000;
/** A mail over which the connection is lost so often is passed over. */
const mostTries = 3;
/** A position that moved by foreign mail alone is written so seldom. */
const writeSeldomMs = 60 * 60_000;

export class AnswerReader {
  readonly #parts: ReaderParts;
  #stopping = false;
  #wake: () => void = () => {};
  #giveUp: () => void = () => {};
  #mailbox: Mailbox | undefined;
  #running: Promise<void> | undefined;
  #trouble: string | undefined;
  #position: MailboxPosition | undefined;
  #written: MailboxPosition | undefined;
  /** The mail that is being read, and how often reading it has ended the connection. */
  #reading: number | undefined;
  readonly #fatal = new Map<number, number>();

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends in order; settles when the connection is closed. A server that is silent is not waited for. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#giveUp();
    this.#wake();
    const cancel = this.#parts.after('answers stop', stopMs, () => void this.#mailbox?.close());
    await this.#running;
    cancel();
  }

  /** Why the mailbox cannot be read now, if it cannot. */
  trouble(): string | undefined {
    return this.#trouble;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopping) {
      try {
        const mailbox = await this.#open();
        while (mailbox && !this.#stopping) {
          if (this.#parts.mayAct()) await this.#look(mailbox);
          this.#works();
          failures = 0;
          this.#fatal.clear();
          if (!this.#stopping) await this.#pause('answers', lookAgainMs, mailbox);
        }
      } catch (error) {
        failures += 1;
        if (this.#reading !== undefined) this.#fatal.set(this.#reading, (this.#fatal.get(this.#reading) ?? 0) + 1);
        this.#fails(error);
      }
      await this.#mailbox?.close().catch(() => undefined);
      this.#mailbox = undefined;
      if (this.#stopping) return;
      const wait = Math.min(longestWaitMs, retryDelay(failures, this.#parts.random()));
      await this.#pause('answers again', wait);
    }
  }

  /** Gives up the wait for a server at a stop; what is opened then all the same is closed. */
  async #open(): Promise<Mailbox | undefined> {
    const opening = this.#parts.open();
    const stopped = new Promise<undefined>((resolve) => {
      this.#giveUp = () => resolve(undefined);
    });
    this.#mailbox = await Promise.race([opening, stopped]);
    if (this.#mailbox === undefined) opening.then((late) => late.close()).catch(() => undefined);
    return this.#mailbox;
  }

  /** Until so much time has passed, mail has come, or somebody stops. */
  async #pause(name: string, ms: number, mailbox?: Mailbox): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#parts.after(name, ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
      mailbox?.onNews(this.#wake);
    });
  }

  /** Looks at everything that is new, oldest first. */
  async #look(mailbox: Mailbox): Promise<void> {
    const { uidValidity, lastUid } = mailbox;
    const known = this.#positionIn(uidValidity);
    const uids = known ? await mailbox.uidsAfter(known.uid) : await mailbox.uidsSince(this.#since());
    // One by one where the connection was lost over a mail, so that it is known which.
    const size = this.#fatal.size > 0 ? 1 : batch;
    for (let from = 0; from < uids.length && !this.#stopping; from += size) {
      const some = uids.slice(from, from + size);
      const handled = await this.#handleAll(mailbox, some);
      await this.#moveTo(uidValidity, some.at(-1) ?? 0, handled);
    }
    if (!this.#stopping) await this.#moveTo(uidValidity, Math.max(lastUid, uids.at(-1) ?? 0), known === undefined);
  }

  /** @returns whether one of them was handled */
  async #handleAll(mailbox: Mailbox, uids: readonly number[]): Promise<boolean> {
    const [first = 0] = uids;
    if ((this.#fatal.get(first) ?? 0) >= mostTries) {
      this.#parts.log('error', 'answers.skipped', 'A mail was passed over: reading it ends the connection.', {
        uid: first,
      });
      return false;
    }
    let handled = false;
    this.#reading = first;
    for (const item of await mailbox.heads(uids)) {
      this.#reading = item.uid;
      handled = (await this.#handle(mailbox, item)) || handled;
    }
    this.#reading = undefined;
    return handled;
  }

  /** @returns whether the mail was one that is handled */
  async #handle(mailbox: Mailbox, { uid, head }: MailboxItem): Promise<boolean> {
    const { recognise, take, log } = this.#parts;
    try {
      const known = recognise(head);
      const report = isReport(head);
      if (known === undefined && !report) return false;
      const verdict = judge(head, await mailbox.body(uid, report));
      if (!(await take({ head, verdict, known }))) return false;
      await this.#mark(mailbox, uid);
      return true;
    } catch (error) {
      // What cannot be written, or read, is looked at again; any other failure is that of this one mail.
      if (error instanceof StoreError || error instanceof MailboxError) throw error;
      log('error', 'answers.not-understood', error instanceof Error ? error.message : String(error), { uid });
      return false;
    }
  }

  /** A mailbox that does not let us mark, or move, is no reason to read the same mail again and again. */
  async #mark(mailbox: Mailbox, uid: number): Promise<void> {
    try {
      await mailbox.done(uid);
    } catch (error) {
      if (!(error instanceof MailboxError) || error.code !== 'misconfigured') throw error;
      this.#parts.log('warn', 'answers.not-moved', error.message);
    }
  }

  #positionIn(uidValidity: string): MailboxPosition | undefined {
    const position = this.#position ?? this.#stored();
    return position?.mailbox === this.#parts.name && position.uidValidity === uidValidity ? position : undefined;
  }

  #stored(): MailboxPosition | undefined {
    this.#written = this.#parts.store.get<MailboxPosition>(keys.mailbox)?.value;
    return this.#written;
  }

  /** A mailbox whose numbers are new: what came lately is looked at once more, which changes nothing twice. */
  #since(): Date {
    const before = this.#position ?? this.#stored();
    const lately = before?.mailbox === this.#parts.name ? Date.parse(before.at) - 2 * 24 * 3_600_000 : 0;
    return new Date(Math.max(this.#parts.since().getTime(), lately));
  }

  async #moveTo(uidValidity: string, uid: number, write: boolean): Promise<void> {
    const { name: mailbox, store, now } = this.#parts;
    const position: MailboxPosition = { mailbox, uidValidity, uid, at: now() };
    this.#position = position;
    const written = this.#written;
    const isOld = written === undefined || Date.parse(position.at) - Date.parse(written.at) >= writeSeldomMs;
    if (written?.uid === uid && written.uidValidity === uidValidity && written.mailbox === mailbox) return;
    if (!write && !isOld) return;
    const expected = store.get(keys.mailbox)?.revision ?? 0;
    await store.commit({ changes: [{ key: keys.mailbox, value: position, expected }] });
    this.#written = position;
  }

  #works(): void {
    if (this.#trouble !== undefined)
      this.#parts.log('info', 'answers.readable', 'The mailbox for answers is read again.');
    this.#trouble = undefined;
  }

  #fails(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (this.#trouble === message) return;
    this.#trouble = message;
    this.#parts.log('warn', 'answers.not-readable', `${message} It is tried again.`);
  }
}
