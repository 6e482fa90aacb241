/** Who may be complained about: each once an hour, and not too many, since anybody can invent addresses. */

const hour = 3_600_000;
const most = 20;

export class Sparing {
  readonly #monotonic: () => number;
  readonly #told = new Map<string, number>();

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** Whether to speak of this one now; then it is taken as told. */
  mayTell(whom: string): boolean {
    const now = this.#monotonic();
    for (const [each, at] of this.#told) if (now - at >= hour) this.#told.delete(each);
    if (this.#told.has(whom) || this.#told.size >= most) return false;
    this.#told.set(whom, now);
    return true;
  }
}
