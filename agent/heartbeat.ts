/** What happens by the clock: the connection lapses, the daily run, and whatever the outbox and the endpoint owe. */
import { addDays } from './lifecycle/days.ts';
import type { Day } from './lifecycle/model.ts';
import type { Office } from './office.ts';
import { dailyRun, runIsDue } from './operations/daily.ts';
import { today } from './operations/desk.ts';
import { tick } from './operations/reseller.ts';
import { forgetTheOld } from './operations/retention.ts';
import { keys } from './store/keys.ts';
import { builtAt } from './version.ts';

export interface HeartbeatOptions {
  /** Milliseconds on a clock that never steps. */
  readonly monotonic: () => number;
  /** Believe the clock even when the state was written at a later time. */
  readonly trustClock: boolean;
  /** Whether the units have been looked at since the start, so that a run tells what is true today. */
  readonly ready: () => boolean;
  /** What the config orders (invite, retire); done when the clock is first believed, and again after `configChanged`. */
  readonly followConfig: () => Promise<void>;
  /** Reads all units anew, since nothing was taken in while the clock was wrong. */
  readonly readAnew: () => Promise<void>;
}

/** A beat in which nothing came to an end for so long is stuck: one mail may take five minutes, nothing takes longer. */
const longestStepMs = 6 * 60_000;

export class Heartbeat {
  readonly #office: Office;
  readonly #options: HeartbeatOptions;
  #trouble: string | undefined;
  #beating: Promise<void> | undefined;
  #again = false;
  #configFollowed = false;
  /** Who waits for the config to be followed. */
  #waiting: (() => void)[] = [];
  /** The clock was wrong since the units were read. */
  #suspended = false;
  #clockTrusted = false;
  readonly #failures = new Map<string, string>();
  /** Beats and their parts that came to an end. */
  #ended = 0;
  #progress = { count: 0, at: 0 };

  constructor(office: Office, options: HeartbeatOptions) {
    this.#office = office;
    this.#options = options;
    this.#progress.at = options.monotonic();
  }

  /** What is wrong with the clock, if anything. */
  clockTrouble(): string | undefined {
    return this.#office.clockTrouble(builtAt, this.#options.trustClock);
  }

  /** Whether the clock can be right; what it says is logged when it changes. */
  clockIsRight(): boolean {
    const { desk } = this.#office;
    const trouble = this.clockTrouble();
    if (trouble !== undefined && this.#trouble === undefined) desk.log('error', 'clock.wrong', trouble);
    if (trouble === undefined && this.#trouble !== undefined)
      desk.log('info', 'clock.right', 'The clock can be right again.');
    this.#trouble = trouble;
    if (trouble !== undefined) this.#suspended = true;
    return trouble === undefined;
  }

  /** Whether nothing came to an end for longer than anything may take: no beat, no part of one, no mail, no post. */
  stuck(): boolean {
    const { outbox, forwarder } = this.#office;
    const now = this.#options.monotonic();
    const count = this.#ended + outbox.tries + forwarder.tries;
    if (count !== this.#progress.count) this.#progress = { count, at: now };
    return now - this.#progress.at > longestStepMs;
  }

  /** The config was read again: the next beat follows it. */
  configChanged(): void {
    this.#configFollowed = false;
  }

  /** When the config that was read last has been followed; at once while the clock is wrong, since nothing is then. */
  followed(): Promise<void> {
    if (this.clockTrouble() !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      void this.beat();
    });
  }

  /** Does whatever is due. A call during a beat makes it beat once more; no call ever throws. */
  beat(): Promise<void> {
    if (this.#beating !== undefined) this.#again = true;
    this.#beating ??= this.#run().then(() => {
      this.#ended += 1;
      this.#beating = undefined;
      // A call may come between the last look of that beat and its end.
      return this.#again ? this.beat() : undefined;
    });
    return this.#beating;
  }

  /** When the beat under way is over. */
  async settled(): Promise<void> {
    this.#again = false;
    await this.#beating;
  }

  /** Milliseconds until something is known to be due. */
  nextIn(longestMs: number): number {
    const { desk, outbox, forwarder } = this.#office;
    const now = Date.parse(desk.now());
    const due = [outbox.nextDue(), forwarder.nextDue()].flatMap((at) => (at === undefined ? [] : [Date.parse(at)]));
    return Math.min(longestMs, Math.max(1000, Math.min(...due, Number.POSITIVE_INFINITY) - now));
  }

  async #run(): Promise<void> {
    do {
      this.#again = false;
      if (!this.clockIsRight()) return;
      if (this.#options.trustClock && !this.#clockTrusted) {
        this.#clockTrusted = true;
        await this.#step('clock', () => this.#trustClock());
      }
      if (this.#suspended) {
        this.#suspended = false;
        await this.#step('polling', () => this.#options.readAnew());
      }
      if (!this.#configFollowed) {
        this.#configFollowed = true;
        await this.#step('config', () => this.#options.followConfig());
      }
      if (this.#configFollowed) for (const tell of this.#waiting.splice(0)) tell();
      await this.#step('connection', () => tick(this.#office.desk));
      if (this.#options.ready() && runIsDue(this.#office.desk)) {
        await this.#step('daily run', () => dailyRun(this.#office.desk, this.#office.units));
        await this.#step('retention', () => forgetTheOld(this.#office.desk));
      }
      await Promise.all([
        this.#step('mail', () => this.#office.outbox.deliver()),
        this.#step('endpoint', () => this.#office.forwarder.forward()),
      ]);
    } while (this.#again);
  }

  /** Writes down that it is now as early as the clock says; a daily run of a later day was none. */
  async #trustClock(): Promise<void> {
    const { desk } = this.#office;
    const { store } = desk;
    const lastWritten = store.lastWritten();
    if (lastWritten === undefined || lastWritten <= desk.now()) return;
    const run = store.get<{ day: Day }>(keys.run);
    const day = today(desk);
    const early = run !== undefined && run.value.day > day;
    await store.commit({
      changes: early ? [{ key: keys.run, value: { day: addDays(day, -1) }, expected: run.revision }] : [],
      history: [{ at: desk.now(), kind: 'clock.trusted', data: { lastWritten } }],
    });
    desk.log('warn', 'clock.trusted', `The clock is trusted although the state was last written at ${lastWritten}.`);
  }

  /** One part that fails must not stop the others; it is logged when it says something new. */
  async #step(name: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.#failures.delete(name);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (this.#failures.get(name) === message) return;
      this.#failures.set(name, message);
      this.#office.desk.log('error', 'heartbeat.failed', `${name}: ${message}`);
    } finally {
      this.#ended += 1;
    }
  }
}
