/** What was given as an answer, counted by the way it came; what was wrong is logged so that a thousand guesses are ten lines. */
import type { AnswerWay } from '../lifecycle/connection.ts';
import type { AnswerCount, Log } from './desk.ts';

/** What was wrong with an answer. */
export const wrongAnswers = {
  unknown: 'Something was given as an answer that belongs to no invitation from here',
  ended: 'An answer came to an invitation that has ended',
  limited: 'Answers were not looked at, because too many were wrong',
} as const;

export class AnswerCounts {
  readonly #log: Log;
  readonly #counts = new Map<string, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  count(by: AnswerWay, what: AnswerCount): void {
    const key = `${by}.${what}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    const isPowerOfTwo = (count & (count - 1)) === 0;
    if (!isPowerOfTwo || !(what in wrongAnswers)) return;
    const times = count === 1 ? '' : ` (${count} times since the start)`;
    this.#log('warn', `answer.${what}`, `${wrongAnswers[what as keyof typeof wrongAnswers]}${times}.`, { by, count });
  }

  /** Since the start, as `way.what`. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
