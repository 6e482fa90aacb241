/** How many wrong tokens are looked at. The right one is never counted, so nobody can be locked out by others. */

/** So many at once, then one each `everyMs`. */
const burst = 30;
const everyMs = 2000;

export class Guesses {
  readonly #now: () => number;
  #left = burst;
  #at: number;

  /** @param now milliseconds; a step back refills nothing */
  constructor(now: () => number) {
    this.#now = now;
    this.#at = now();
  }

  /** Notes one wrong token. @returns whether it was still looked at */
  take(): boolean {
    const now = this.#now();
    this.#left = Math.min(burst, this.#left + Math.max(0, now - this.#at) / everyMs);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
