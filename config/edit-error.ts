/** Why the config file was not changed, and what a person does instead. */
import { formatProblem, type Problem } from './problem.ts';

/**
 * - `no-such-file`: there is nothing to change.
 * - `read-only`: this process may not replace the file.
 * - `invalid`: the file has mistakes already; they are listed.
 * - `bad-value`: the file would have mistakes afterwards; they are listed.
 * - `by-hand`: the file is written in a way that only a person can change safely.
 * - `changed-meanwhile`: somebody else changed the file at the same time; the same call may succeed now.
 * - `write-failed`: the disk refused (full, broken).
 */
export type ConfigEditCode =
  | 'no-such-file'
  | 'read-only'
  | 'invalid'
  | 'bad-value'
  | 'by-hand'
  | 'changed-meanwhile'
  | 'write-failed';

const retried: ReadonlySet<ConfigEditCode> = new Set(['changed-meanwhile', 'write-failed']);

/** The file is as it was before. */
export class ConfigEditError extends Error {
  override readonly name = 'ConfigEditError';
  readonly code: ConfigEditCode;
  /** Whether the same call may succeed later without anybody changing anything else. */
  readonly retry: boolean;
  /** What to write by hand instead, with its YAML; empty where that would not help. May hold a secret that was asked for. */
  readonly byHand: string;
  /** The mistakes of `invalid` and `bad-value`. */
  readonly problems: readonly Problem[];

  constructor(
    code: ConfigEditCode,
    message: string,
    { byHand = '', problems = [], cause }: { byHand?: string; problems?: readonly Problem[]; cause?: unknown } = {},
  ) {
    const list = problems.map((problem) => `\n${formatProblem(problem)}`).join('');
    super(`${message}${list}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retry = retried.has(code);
    this.byHand = byHand;
    this.problems = problems;
  }
}
