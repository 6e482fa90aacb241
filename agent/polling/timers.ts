/** The only door to waiting: named timers on a clock that never steps, passed in so that tests need not wait. */

export interface Timers {
  /** Milliseconds on a clock that never steps. */
  monotonic(): number;
  /** Calls once after so many milliseconds, unless cancelled. */
  after(name: string, ms: number, call: () => void): Cancel;
}
export type Cancel = () => void;

/** Waits, by the timers given. */
export async function pause(timers: Timers, name: string, ms: number): Promise<void> {
  await new Promise<void>((resolve) => timers.after(name, ms, resolve));
}

/** Timers of the real world. */
export const realTimers: Timers = {
  monotonic: () => performance.now(),
  after(_name, ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
