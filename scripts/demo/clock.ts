/** A clock that can be moved ahead, and timers that go off when it passes them. */
import type { Cancel, Timers } from '../../agent/polling/timers.ts';

interface Armed {
  readonly dueMs: number;
  readonly fire: () => void;
}

/** Only these follow the moved clock; deadlines (of a driver, of a stop) stay in real time. */
const followsClock = (name: string): boolean => name === 'heartbeat' || name.startsWith('poll ');

/** Ticks like the real clock, `offset` ahead of it; what was due on the way happens when the clock is moved. */
export class DemoClock implements Timers {
  #offsetMs: number;
  readonly #armed = new Map<string, Armed>();
  /** Went off and has not been armed again: what it began is still under way. */
  readonly #busy = new Set<string>();
  readonly #waiting: (() => void)[] = [];

  constructor(start: Date) {
    this.#offsetMs = start.getTime() - Date.now();
  }

  /** The time of the demo, as the agent sees it. */
  readonly now = (): Date => new Date(Date.now() + this.#offsetMs);

  monotonic(): number {
    return performance.now();
  }

  after(name: string, ms: number, call: () => void): Cancel {
    if (!followsClock(name)) {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    }
    const fire = (): void => {
      if (this.#armed.get(name) !== armed) return;
      cancel();
      this.#busy.add(name);
      call();
    };
    const armed: Armed = { dueMs: this.now().getTime() + ms, fire };
    const timer = setTimeout(fire, ms);
    const cancel = (): void => {
      clearTimeout(timer);
      if (this.#armed.get(name) === armed) this.#armed.delete(name);
    };
    this.#armed.set(name, armed);
    this.#busy.delete(name);
    this.#tellIfIdle();
    return cancel;
  }

  /** Moves the clock to a later instant; whatever was due until then goes off now. */
  moveTo(instant: Date): void {
    this.#offsetMs += Math.max(0, instant.getTime() - this.now().getTime());
    for (const armed of this.#dueBy(this.now().getTime())) armed.fire();
  }

  /**
   * Resolves when nothing is under way, and nothing due within `soonMs`: that (a second reading) is not waited for but
   * moved to.
   */
  async settled(soonMs: number): Promise<void> {
    for (;;) {
      await this.#idle();
      const soon = this.#dueBy(this.now().getTime() + soonMs, 'poll ');
      if (soon.length === 0) return;
      this.moveTo(new Date(Math.max(...soon.map(({ dueMs }) => dueMs))));
    }
  }

  #dueBy(ms: number, prefix = ''): Armed[] {
    return [...this.#armed].filter(([name, { dueMs }]) => name.startsWith(prefix) && dueMs <= ms).map(([, a]) => a);
  }

  async #idle(): Promise<void> {
    if (this.#busy.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #tellIfIdle(): void {
    if (this.#busy.size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
