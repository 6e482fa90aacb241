/**
 * Takes out of a captured device who owns it and where it stands. Pure but for the randomness, which is passed in: what
 * replaces a serial number must not be guessed back.
 */
import type { Mask } from '../../drivers/contract.ts';
import { weekOfSerial } from '../lifecycle/dates.ts';

/** A whole number from 0, below the limit. */
export type Random = (below: number) => number;

/** Shorter texts would be found, and replaced, inside others by chance. */
const shortestSought = 4;

/** What says nothing of anybody: nothing, a small number with its unit, flags, dates and times. */
const harmless = [
  /^\s*$/,
  /^-?\d{1,3}(\.\d{1,3})? ?(%|V|A|W|VA|Hz|C|F|min|sec|Minutes|Seconds|Percent|Volts)?$/i,
  /^[01]{8,64}$/,
  /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d{2}(:\d{2})?)?$/,
  /^(yes|no|ok|on|off|none|null|unknown|not set|not supported|n\/a|enabled|disabled|true|false)$/i,
] as const;

/** Addresses of all kinds, wherever they stand. `v1.2.3.4` is a version. */
const addresses: readonly (readonly [RegExp, string])[] = [
  [/[\w.+-]+@[\w-]+\.[\w.-]+/g, 'somebody@example.com'],
  [/\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b/gi, '00-00-5E-00-53-01'],
  [/(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])/g, '192.0.2.1'],
];

export class Masker implements Mask {
  readonly #random: Random;
  readonly #serials = new Map<string, string>();
  readonly #others = new Map<string, string>();
  readonly #kept = new Set<string>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** What stands in the capture as the device said it, but for numbers, dates and flags: to be looked over. */
  get kept(): readonly string[] {
    return [...this.#kept].sort();
  }

  /** How many different texts were replaced. */
  get replaced(): number {
    return this.#serials.size + this.#others.size;
  }

  serial(text: string): string {
    const bare = text.replaceAll('\0', '').trim();
    // One repeated character is no serial number: that it is none must still be seen.
    if (bare === '' || /^(.)\1*$/.test(bare)) return text;
    const known = this.#serials.get(bare) ?? this.#newSerial(bare);
    this.#serials.set(bare, known);
    return text.replace(bare, () => known);
  }

  unknown(text: string): string {
    const bare = text.replaceAll('\0', '').trim();
    if (this.#serials.has(bare)) return this.serial(text);
    if (harmless.some((form) => form.test(bare))) return text;
    const known = this.#others.get(bare) ?? formOf(bare);
    this.#others.set(bare, known);
    return text.replace(bare, () => known);
  }

  known(text: string): string {
    let shown = text;
    for (const [from, to] of [...this.#serials, ...this.#others])
      if (from.length >= shortestSought) shown = shown.replaceAll(from, () => to);
    for (const [form, instead] of addresses) shown = shown.replaceAll(form, instead);
    const bare = shown.trim();
    if (/\p{L}/u.test(bare) && !harmless.some((form) => form.test(bare))) this.#kept.add(bare);
    return shown;
  }

  /** A text of a reading, as what it was read from was written down. */
  again(text: string): string {
    const bare = text.replaceAll('\0', '').trim();
    return this.#others.has(bare) ? this.unknown(text) : this.known(text);
  }

  /** Another number of the same form. The letters of the maker, year and week stay where there are such. */
  #newSerial(serial: string): string {
    const stays = weekOfSerial(serial) === undefined ? 0 : 6;
    const taken = new Set(this.#serials.values());
    let made = serial;
    // A number with little to change runs out of others: its form is left then.
    for (let tries = 0; tries < 100 && (made === serial || taken.has(made)); tries += 1)
      made = [...serial].map((character, at) => (at < stays ? character : this.#another(character))).join('');
    return made;
  }

  #another(character: string): string {
    if (/\d/.test(character)) return String(this.#random(10));
    const letter = String.fromCharCode(65 + this.#random(26));
    if (/\p{Lu}/u.test(character)) return letter;
    return /\p{L}/u.test(character) ? letter.toLowerCase() : character;
  }
}

/** `Server room 3` as `Xxxxxx xxxx 9`. */
function formOf(text: string): string {
  return text.replaceAll(/\p{L}/gu, (letter) => (/\p{Lu}/u.test(letter) ? 'X' : 'x')).replaceAll(/\p{N}/gu, '9');
}
