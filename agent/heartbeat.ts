/** What happens by the clock: the connection lapses, the daily run, and whatever the outbox and the endpoint owe. */
import type { Office } from './office.ts';
import { clockTrouble } from './operations/clock.ts';
import { dailyRun, runIsDue } from './operations/daily.ts';
import { tick } from './operations/reseller.ts';
import { builtAt } from './version.ts';

export interface HeartbeatOptions {
  /** Believe the clock even when the state was written at a later time. */
  readonly trustClock: boolean;
  /** Whether the units have been looked at since the start, so that a run tells what is true today. */
  readonly ready: () => boolean;
  /** What the config orders (invite, retire); done when the clock is first believed, and again after `configChanged`. */
  readonly followConfig: () => Promise<void>;
}

export class Heartbeat {
  readonly #office: Office;
  readonly #options: HeartbeatOptions;
  #trouble: string | undefined;
  #beating: Promise<void> | undefined;
  #again = false;
  #configFollowed = false;
  readonly #failures = new Map<string, string>();

  constructor(office: Office, options: HeartbeatOptions) {
    this.#office = office;
    this.#options = options;
  }

  /** Whether the clock can be right; what it says is logged when it changes. */
  clockIsRight(): boolean {
    const { desk } = this.#office;
    const last = this.#options.trustClock ? undefined : desk.store.lastWritten();
    const trouble = clockTrouble(desk.now(), last, builtAt);
    if (trouble !== undefined && this.#trouble === undefined) {
      desk.log('error', 'clock.wrong', `${trouble}. If the clock is right now, start once with --trust-clock.`);
    }
    if (trouble === undefined && this.#trouble !== undefined)
      desk.log('info', 'clock.right', 'the clock is right again');
    this.#trouble = trouble;
    return trouble === undefined;
  }

  /** The config was read again: the next beat follows it. */
  configChanged(): void {
    this.#configFollowed = false;
  }

  /** Does whatever is due. A call during a beat makes it beat once more; no call ever throws. */
  beat(): Promise<void> {
    if (this.#beating !== undefined) this.#again = true;
    this.#beating ??= this.#run().finally(() => {
      this.#beating = undefined;
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
      if (!this.#configFollowed) {
        this.#configFollowed = true;
        await this.#step('config', () => this.#options.followConfig());
      }
      await this.#step('connection', () => tick(this.#office.desk));
      if (this.#options.ready() && runIsDue(this.#office.desk)) {
        await this.#step('daily run', () => dailyRun(this.#office.desk, this.#office.units));
      }
      await Promise.all([
        this.#step('mail', () => this.#office.outbox.deliver()),
        this.#step('endpoint', () => this.#office.forwarder.forward()),
      ]);
    } while (this.#again);
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
    }
  }
}
