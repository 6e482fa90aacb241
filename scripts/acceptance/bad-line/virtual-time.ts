/**
 * Time that passes only when nothing is left to do at the present moment: an hour of waiting takes as long as what
 * happens in it. While it is installed, `setTimeout`, `clearTimeout` and `performance.now` of this process are its own.
 */
const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  now: performance.now.bind(performance),
};

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly call: () => void;
}

/** What stands for a timer outside: all that callers do with one is to cancel it. */
class Handle {
  readonly cancel: () => void;
  constructor(cancel: () => void) {
    this.cancel = cancel;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

export class VirtualTime {
  #now = 0;
  #order = 0;
  /** The next one last. */
  readonly #timers: Timer[] = [];

  /** Milliseconds since it began. */
  get now(): number {
    return this.#now;
  }

  install(): void {
    const install = globalThis as unknown as Record<string, unknown>;
    install['setTimeout'] = (call: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      this.#add(ms, () => call(...args));
    install['clearTimeout'] = (handle: unknown) => {
      if (handle instanceof Handle) handle.cancel();
      else real.clearTimeout(handle as NodeJS.Timeout);
    };
    performance.now = () => this.#now;
  }

  uninstall(): void {
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
    performance.now = real.now;
  }

  /** Lets time pass until the promise settles. @throws Error if nothing that waits could settle it */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isOver = false;
    const watch = () => {
      isOver = true;
    };
    promise.then(watch, watch);
    for (let idle = 0; !isOver; ) {
      await settle();
      if (isOver) break;
      const next = this.#timers.pop();
      idle = next === undefined ? idle + 1 : 0;
      if (idle > 1000) throw new Error('the promise is never settled');
      if (next === undefined) continue;
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
    return await promise;
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    await this.until(new Promise<void>((resolve) => this.#add(ms, resolve)));
  }

  #add(ms: number, call: () => void): Handle {
    this.#order += 1;
    const timer: Timer = { at: this.#now + Math.max(0, ms), order: this.#order, call };
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#timers[middle];
      if (other !== undefined && (other.at > timer.at || (other.at === timer.at && other.order > timer.order)))
        low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
    return new Handle(() => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    });
  }
}

/** Lets everything that is already decided happen. */
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
