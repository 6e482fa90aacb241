/** When to try again: 30 seconds to 6 hours, doubling, with jitter, for five days. */
const firstMs = 30_000;
const longestMs = 6 * 3_600_000;
const jitter = 0.2;

/** How long a message is tried before it is given up, in milliseconds. */
export const giveUpAfterMs = 5 * 24 * 3_600_000;

/** Nothing is given up before so many attempts: a machine that was off for days gets its hours of trying all the same. */
export const leastAttempts = 10;

/**
 * Milliseconds until the next attempt.
 * @param failures how often it has failed so far, from 1
 * @param random a number from 0 to 1, so that many messages do not come back at once
 * @param retryAfter what the far side asked for: taken at its word, but never less than the shortest wait
 */
export function retryDelay(failures: number, random: number, retryAfter?: number): number {
  const plain = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 20));
  const own = Math.min(longestMs, Math.max(firstMs, Math.round(plain * (1 - jitter + 2 * jitter * random))));
  return retryAfter === undefined ? own : Math.max(firstMs, retryAfter);
}
