/** When to read which UPS, how many at once, and what to do when it does not answer. */
import { type Driver, DriverError, type Reading, type Verdict, withoutName } from '../../drivers/contract.ts';
import { Slots } from './slots.ts';
import type { Cancel, Timers } from './timers.ts';

/** One UPS to read. */
export interface Target {
  readonly name: string;
  /** Targets with the same line are read one after the other. */
  readonly line: string;
  readonly driver: Driver;
}

/** How the last poll of a UPS went. Kept in memory: it is about now. */
export interface PollStatus {
  readonly verdict: Verdict;
  /** In words for the operator, where something is wrong. */
  readonly message?: string;
  /** Monotonic milliseconds of the last try, and of the last reading of a UPS. */
  readonly triedAt: number;
  readonly readAt?: number;
  /** Polls in a row that gave no reading. */
  readonly failures: number;
}

export interface PollerParts {
  readonly intervalMs: number;
  readonly confirmAfterMs: number;
  readonly concurrency: number;
  readonly timers: Timers;
  /** Takes a reading in; `again` asks for a second reading soon. */
  readonly onReading: (name: string, reading: Reading) => Promise<{ readonly again: boolean }>;
  readonly onFailure: (name: string, error: DriverError) => Promise<void>;
  /** A read is over: how long it took, and the verdict of the reading or `unreachable`. */
  readonly onRead?: (name: string, ms: number, verdict: Verdict) => void;
  /** Every target was tried once, and no alarm or change waits for its second reading; again after more were added. */
  readonly onSettled?: () => void;
  readonly log: (
    level: 'debug' | 'info' | 'warn' | 'error',
    code: string,
    message: string,
    details?: Record<string, unknown>,
  ) => void;
}

/** What is still not back after this long is taken for failed, whatever its driver says. */
const backstopMs = 180_000;
/** Second readings in a row; a value that never settles is read at the usual interval. */
const maxConfirmations = 3;
/** First polls are spread: so many milliseconds from one to the next at most. */
const spreadMs = 50;
/** A stop waits so long for a driver to close. */
const closeMs = 5000;
/** A poll that comes, or ends, so much later than it must, and is not taken in, is stuck. */
const lateMs = 60_000;
/** However often it is hurried, a target is read out of turn once in so long at most. */
const hurryMs = 30_000;

interface Entry {
  readonly target: Target;
  cancel: Cancel | undefined;
  /** Monotonic milliseconds by which the next thing must have happened to it; never while it waits for its turn. */
  expectedBy: number;
  /** When its next poll begins. */
  dueAt: number;
  /** Its read is under way: what it sees may be of a moment ago. */
  reading: boolean;
  /** It was hurried while it was read: another poll follows. */
  hurried: boolean;
  /** When it was, or will be, last read because it was hurried. */
  hurriedAt: number;
  /** Its first poll is over, whatever came of it. */
  tried: boolean;
  confirmations: number;
  status: PollStatus | undefined;
  /** Why the last reading could not be taken in. */
  trouble: string | undefined;
}

/** Polls its targets until it is stopped. */
export class Poller {
  readonly #parts: PollerParts;
  readonly #slots: Slots;
  readonly #entries = new Map<string, Entry>();
  /** What drivers do now. */
  readonly #works = new Set<AbortController>();
  #stopped = false;
  #settled = false;

  constructor(parts: PollerParts) {
    this.#parts = parts;
    this.#slots = new Slots(parts.concurrency);
  }

  /** Polls these as well; the first polls are spread so that answers do not come in one burst. */
  add(targets: readonly Target[]): void {
    const step = Math.min(spreadMs, this.#parts.intervalMs / Math.max(1, targets.length));
    targets.forEach((target, index) => {
      const entry: Entry = {
        target,
        cancel: undefined,
        expectedBy: Number.POSITIVE_INFINITY,
        dueAt: 0,
        reading: false,
        hurried: false,
        hurriedAt: Number.NEGATIVE_INFINITY,
        tried: false,
        confirmations: 0,
        status: undefined,
        trouble: undefined,
      };
      this.#entries.set(target.name, entry);
      this.#schedule(entry, index * step);
    });
    this.#settled = false;
    this.#lookSettled();
  }

  /** Polls these no more; a read of them that is under way comes to nothing. */
  async remove(names: Iterable<string>): Promise<void> {
    const gone = [...names].flatMap((name) => this.#entries.get(name) ?? []);
    for (const entry of gone) {
      this.#entries.delete(entry.target.name);
      entry.cancel?.();
    }
    await Promise.all(gone.map(({ target }) => this.#close(target)));
    if (!this.#settled) this.#lookSettled();
  }

  /** The names of all that are polled. */
  names(): string[] {
    return [...this.#entries.keys()];
  }

  /** Whether every target has been tried once and what that showed has been confirmed. */
  get settled(): boolean {
    return this.#settled;
  }

  status(name: string): PollStatus | undefined {
    return this.#entries.get(name)?.status;
  }

  /** Targets whose poll has not begun, or has not ended, although it must have: nothing will read them any more. */
  stuck(): string[] {
    const now = this.#parts.timers.monotonic();
    return [...this.#entries.values()].flatMap(({ target, expectedBy }) => (now > expectedBy ? [target.name] : []));
  }

  /** Reads one target now, beside its schedule. @throws DriverError when it gives no reading */
  async pollNow(name: string): Promise<Reading | undefined> {
    const entry = this.#entries.get(name);
    return entry && (await this.#slots.run(entry.target.line, () => this.#read(entry)));
  }

  /**
   * Polls one target out of turn, because there is reason to believe that it has news: at once, or as soon as the last
   * time is half a minute ago. The usual interval counts from there. A name that is not polled is passed over.
   */
  hurry(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined || this.#stopped) return;
    if (entry.reading) {
      entry.hurried = true;
      return;
    }
    const wait = this.#patience(entry);
    const now = this.#parts.timers.monotonic();
    if (entry.dueAt <= now + wait) return;
    entry.cancel?.();
    entry.hurriedAt = now + wait;
    this.#schedule(entry, wait);
  }

  /** How long a target must wait before it may be hurried again. */
  #patience({ hurriedAt }: Entry): number {
    return Math.max(0, hurriedAt + hurryMs - this.#parts.timers.monotonic());
  }

  /**
   * Does something else with a target in its place in the queue of its line, so that nothing is read there meanwhile.
   * @throws DriverError `closed` when polling stops, `timeout` when the job does not come back; whatever the job throws
   */
  async inTurn<T>(name: string, job: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new DriverError('closed', `${name}: it is not polled`, { retry: true });
    return await this.#slots.run(entry.target.line, () => this.#bounded(name, job));
  }

  /** Stops polling, ends what is under way, and closes the drivers. May be called twice. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const work of this.#works) work.abort();
    for (const entry of this.#entries.values()) entry.cancel?.();
    await Promise.all([...this.#entries.values()].map(({ target }) => this.#close(target)));
  }

  /** A driver that cannot be closed, or takes for ever, must not keep the others or the process. */
  async #close({ name, driver }: Target): Promise<void> {
    const { timers, log } = this.#parts;
    let cancel: Cancel = () => {};
    const patience = new Promise<void>((resolve) => {
      cancel = timers.after(`close ${name}`, closeMs, resolve);
    });
    try {
      await Promise.race([driver.close(), patience]);
    } catch (error) {
      log('warn', 'poll.not-closed', `${name}: ${reason(error)}`, { ups: name });
    } finally {
      cancel();
    }
  }

  #schedule(entry: Entry, ms: number): void {
    if (this.#isOver(entry)) return;
    const { timers } = this.#parts;
    entry.dueAt = timers.monotonic() + ms;
    this.#expect(entry, ms);
    entry.cancel = timers.after(`poll ${entry.target.name}`, ms, () => void this.#poll(entry));
  }

  /** Nobody wants its polls any more. */
  #isOver({ target }: Entry): boolean {
    return this.#stopped || this.#entries.get(target.name)?.target !== target;
  }

  #expect(entry: Entry, withinMs: number): void {
    entry.expectedBy = this.#parts.timers.monotonic() + withinMs + lateMs;
  }

  async #poll(entry: Entry): Promise<void> {
    const { intervalMs, confirmAfterMs } = this.#parts;
    entry.expectedBy = Number.POSITIVE_INFINITY;
    const again = await this.#slots.run(entry.target.line, async () => {
      if (this.#isOver(entry)) return false;
      this.#expect(entry, backstopMs);
      entry.reading = true;
      entry.hurried = false;
      return await this.#readAndTell(entry);
    });
    entry.reading = false;
    if (this.#isOver(entry)) return;
    entry.tried = true;
    entry.confirmations = again ? entry.confirmations + 1 : 0;
    const soon = again && entry.confirmations <= maxConfirmations;
    this.#schedule(entry, soon ? Math.min(confirmAfterMs, intervalMs) : intervalMs);
    if (entry.hurried) this.hurry(entry.target.name);
    if (!this.#settled) this.#lookSettled();
  }

  #lookSettled(): void {
    for (const { tried, confirmations } of this.#entries.values()) {
      if (!tried || (confirmations > 0 && confirmations <= maxConfirmations)) return;
    }
    this.#settled = true;
    this.#parts.onSettled?.();
  }

  /** Never throws: a poll that fails in any way is a failed poll and nothing more. */
  async #readAndTell(entry: Entry): Promise<boolean> {
    const { name } = entry.target;
    try {
      const reading = await this.#read(entry);
      const { again } = await this.#parts.onReading(name, reading);
      entry.trouble = undefined;
      return again;
    } catch (error) {
      if (this.#isOver(entry)) return false;
      try {
        if (error instanceof DriverError) await this.#parts.onFailure(name, error);
        else throw error;
      } catch (unexpected) {
        this.#notTaken(entry, unexpected);
      }
      return false;
    }
  }

  /** The reading is lost, the next one comes; said once as long as the reason is the same. */
  #notTaken(entry: Entry, error: unknown): void {
    const trouble = reason(error);
    if (trouble === entry.trouble) return;
    entry.trouble = trouble;
    const { name } = entry.target;
    this.#parts.log('error', 'poll.not-taken', `${name}: the reading could not be taken in: ${trouble}`, { ups: name });
  }

  async #read(entry: Entry): Promise<Reading> {
    const { driver, name } = entry.target;
    if (this.#stopped) throw stopped(name);
    const began = this.#parts.timers.monotonic();
    try {
      const reading = await this.#bounded(name, (signal) => driver.read(signal));
      this.#note(entry, began, reading.verdict, reading.note);
      return reading;
    } catch (error) {
      const failure = error instanceof DriverError ? error : this.#mistake(entry, error);
      this.#note(entry, began, 'unreachable', withoutName(name, failure.message));
      throw failure;
    }
  }

  /** Whatever a driver does, it ends: by itself, when polling stops, or at the backstop. */
  async #bounded<T>(name: string, job: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#stopped) throw stopped(name);
    const work = new AbortController();
    this.#works.add(work);
    let cancel: Cancel = () => {};
    const ended = new Promise<never>((_resolve, reject) => {
      work.signal.addEventListener('abort', () => reject(stopped(name)));
      cancel = this.#parts.timers.after(`backstop ${name}`, backstopMs, () => {
        reject(new DriverError('timeout', `${name}: the driver did not come back within 3 minutes`, { retry: true }));
        work.abort();
      });
    });
    try {
      return await Promise.race([job(work.signal), ended]);
    } finally {
      cancel();
      this.#works.delete(work);
    }
  }

  /** What a driver must not throw: our own mistake, logged with its place once as long as it is the same. */
  #mistake(entry: Entry, error: unknown): DriverError {
    const { name } = entry.target;
    const message = `${name}: the driver failed in a way it should not: ${reason(error)}`;
    if (entry.status?.message !== message) {
      const stack = error instanceof Error ? error.stack : undefined;
      this.#parts.log('error', 'poll.driver-mistake', message, { ups: name, stack });
    }
    return new DriverError('protocol', message, { retry: true, cause: error });
  }

  /** Keeps the status, and logs it when it says something else than before. */
  #note(entry: Entry, began: number, verdict: Verdict, message: string | undefined): void {
    if (this.#isOver(entry)) return;
    const { timers, log } = this.#parts;
    const before = entry.status;
    const good = verdict === 'ups' || verdict === 'other-vendor';
    const now = timers.monotonic();
    const readAt = good ? now : before?.readAt;
    entry.status = {
      verdict,
      ...(message === undefined ? {} : { message }),
      triedAt: now,
      ...(readAt === undefined ? {} : { readAt }),
      failures: good ? 0 : (before?.failures ?? 0) + 1,
    };
    const { name } = entry.target;
    this.#parts.onRead?.(name, now - began, verdict);
    if (before?.verdict === verdict) return;
    if (!good) log('warn', `poll.${verdict}`, `${name}: ${message ?? verdict}`, { ups: name });
    else log('info', 'poll.answers', `${name} answers${before ? ' again' : ''}.`, { ups: name, verdict });
  }
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const stopped = (name: string): DriverError =>
  new DriverError('closed', `${name}: polling was stopped`, { retry: true });
