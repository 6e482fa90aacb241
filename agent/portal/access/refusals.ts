/** What was refused, counted; logged so that a thousand guesses are ten lines. */
import type { Log } from '../../operations/desk.ts';

export const refusalKinds = {
  'login-failed': 'A wrong password was given for the page',
  'login-limited': 'Passwords for the page were not looked at, because too many were wrong',
  'foreign-form': 'A form came from another site, or without its token',
  'foreign-host': 'The page was called by a name that is not its own',
  'not-vouched': 'The page was called past its proxy, or through an unknown one',
  'wrong-token': 'A wrong or revoked token was given for the API or the calendar feed',
  'token-limited': 'Wrong tokens were not answered, because there were too many',
  'no-session': 'Something was to be changed without a login, or by one that has ended',
} as const;
export type RefusalKind = keyof typeof refusalKinds;

export class Refusals {
  readonly #log: Log;
  readonly #counted: (kind: RefusalKind) => void;
  readonly #counts = new Map<RefusalKind, number>();

  /** @param counted told of each refusal, for the figures */
  constructor(log: Log, counted: (kind: RefusalKind) => void) {
    this.#log = log;
    this.#counted = counted;
  }

  count(kind: RefusalKind, from: string): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    this.#counted(kind);
    const isPowerOfTwo = (count & (count - 1)) === 0;
    if (!isPowerOfTwo) return;
    const times = count === 1 ? '' : ` (${count} times since the start)`;
    this.#log('warn', `portal.${kind}`, `${refusalKinds[kind]}${times}.`, { from, count });
  }

  /** By kind, since the start. */
  counts(): Readonly<Record<RefusalKind, number>> {
    const all = Object.keys(refusalKinds).map((kind) => [kind, this.#counts.get(kind as RefusalKind) ?? 0]);
    return Object.fromEntries(all) as Record<RefusalKind, number>;
  }
}
