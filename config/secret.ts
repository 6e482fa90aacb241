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

/** Replaces every secret of `secrets` that stands in `text`. One of under 4 characters is hidden only in quotes. */
export function hideSecrets(text: string, secrets: Iterable<string>): string {
  let result = text;
  for (const secret of secrets) {
    if (secret.length >= 4) result = result.replaceAll(secret, hidden);
    else if (secret !== '') result = result.replaceAll(JSON.stringify(secret), hidden);
  }
  return result;
}
