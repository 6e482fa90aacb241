/** How fast a search may go: packets evenly over time, and readings a few at once. */

/** The clock of a search; tests bring their own. */
export interface Clock {
  /** Milliseconds on a clock that never steps. */
  readonly now: () => number;
  /** Resolves later, or rejects when the signal stops it. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The real one. */
export const realClock: Clock = {
  now: () => performance.now(),
  sleep: async (ms, signal) =>
    await new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop);
        resolve();
      }, ms);
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    }),
};

/** Gives one permit every `1000 / rate` milliseconds, without catching up on what was not used. */
export function pacer(rate: number, clock: Clock, signal: AbortSignal): () => Promise<void> {
  let next = Number.NEGATIVE_INFINITY;
  return async () => {
    signal.throwIfAborted();
    const at = Math.max(next, clock.now());
    next = at + 1000 / rate;
    if (at > clock.now()) await clock.sleep(at - clock.now(), signal);
  };
}

/** At most so many at once; the others wait in turn. */
export function limited(most: number): <T>(job: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = most;
  return async (job) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

/** Works through an endless supply with so many hands, and keeps no more of it in memory. */
export async function workedThrough<T>(
  supply: Iterable<T>,
  hands: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const items = supply[Symbol.iterator]();
  const hand = async (): Promise<void> => {
    for (let item = items.next(); item.done !== true; item = items.next()) await work(item.value);
  };
  await Promise.all(Array.from({ length: hands }, hand));
}
