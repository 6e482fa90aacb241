/** Timers whose time passes only when a test says so. */
import type { Cancel, Timers } from '../../agent/polling/timers.ts';

interface Waiting {
  readonly name: string;
  readonly at: number;
  readonly call: () => void;
}

export class FakeTimers implements Timers {
  #now = 0;
  readonly #waiting = new Set<Waiting>();

  monotonic(): number {
    return this.#now;
  }

  after(name: string, ms: number, call: () => void): Cancel {
    const timer = { name, at: this.#now + Math.max(0, ms), call };
    this.#waiting.add(timer);
    return () => void this.#waiting.delete(timer);
  }

  /** What waits, as `name at`, the next one first. */
  get waiting(): string[] {
    return this.#inOrder().map(({ name, at }) => `${name} ${at}`);
  }

  /** Lets time pass; whatever comes due on the way is called at its own time, and may set new timers. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#inOrder()[0]; next !== undefined && next.at <= end; next = this.#inOrder()[0]) {
      this.#waiting.delete(next);
      this.#now = next.at;
      next.call();
      await settle();
    }
    this.#now = end;
  }

  #inOrder(): Waiting[] {
    return [...this.#waiting].sort((a, b) => a.at - b.at);
  }
}

/** Lets everything that is already decided happen: promise callbacks, not the outside world. */
export async function settle(): Promise<void> {
  for (let n = 0; n < 3; n += 1) await new Promise((resolve) => setImmediate(resolve));
}
