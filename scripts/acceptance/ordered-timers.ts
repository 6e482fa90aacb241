/** Timers for driving the real agent: polls wait for an order, the heartbeat is not needed, all others are real. */
import { realTimers, type Timers } from '../../agent/polling/timers.ts';

export class OrderedTimers implements Timers {
  readonly #polls = new Map<string, { readonly ms: number; readonly call: () => void }>();
  #count = 0;
  #whenArmed: () => void = () => {};

  monotonic(): number {
    return realTimers.monotonic();
  }

  after(name: string, ms: number, call: () => void): () => void {
    if (name === 'heartbeat') return () => {};
    if (!name.startsWith('poll ')) return realTimers.after(name, ms, call);
    const entry = { ms, call };
    this.#polls.set(name, entry);
    if (this.#polls.size >= this.#count) this.#whenArmed();
    return () => {
      if (this.#polls.get(name) === entry) this.#polls.delete(name);
    };
  }

  /** How many polls wait for an order. */
  get armed(): number {
    return this.#polls.size;
  }

  /**
   * Fires the polls that wait for less than `below`; resolves when each has been taken in.
   * @param count how many units are polled in all
   * @returns how many were fired
   */
  async pollAll(count: number, below = Number.POSITIVE_INFINITY): Promise<number> {
    this.#count = count;
    const due = [...this.#polls].filter(([, { ms }]) => ms < below);
    if (due.length === 0) return 0;
    const armed = new Promise<void>((resolve) => {
      this.#whenArmed = resolve;
    });
    for (const [name] of due) this.#polls.delete(name);
    for (const [, { call }] of due) call();
    await armed;
    return due.length;
  }
}
