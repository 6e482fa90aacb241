import { inspect } from 'node:util';

/** What a secret looks like wherever it is printed. */
export const hidden = '<secret>';

/** A value that prints as `<secret>` however it is logged, joined or serialized. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself: call it where it is used, and keep it nowhere. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspect.custom](): string {
    return hidden;
  }
}

/** Replaces every secret that stands in `text`. A short one is hidden only as a word of its own. */
export function hideSecrets(text: string, secrets: Iterable<string>): string {
  let result = text;
  for (const secret of secrets) {
    if (secret.length >= 8) result = result.replaceAll(secret, hidden);
    else if (secret !== '') result = result.replaceAll(wordPattern(secret), hidden);
  }
  return result;
}

function wordPattern(word: string): RegExp {
  const literal = word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, 'gu');
}
