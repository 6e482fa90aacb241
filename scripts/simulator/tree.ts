/** The objects of one simulated unit, in MIB order, each encoded once. */
import { tags, write, writeInteger, writeOctets, writeOid } from './ber.ts';

/** A text or octets is an OCTET STRING, a number an INTEGER; the others say what they are. */
export type Value =
  | string
  | number
  | Buffer
  | { readonly gauge: number }
  | { readonly counter: number }
  | { readonly ticks: number }
  | { readonly oid: string }
  /** Anything else, as it stands on the wire. */
  | { readonly tag: number; readonly body: Buffer }
  | null;

interface Place {
  readonly oid: string;
  readonly parts: readonly number[];
}

function encode(value: Value): Buffer {
  if (value === null) return write(tags.null);
  if (typeof value === 'string' || Buffer.isBuffer(value)) return writeOctets(value);
  if (typeof value === 'number') return writeInteger(value);
  if ('gauge' in value) return writeInteger(value.gauge, tags.gauge);
  if ('counter' in value) return writeInteger(value.counter, tags.counter);
  if ('ticks' in value) return writeInteger(value.ticks, tags.ticks);
  if ('tag' in value) return write(value.tag, value.body);
  return writeOid(value.oid);
}

const partsOf = (oid: string): readonly number[] => oid.split('.').map(Number);

function compare(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export class Tree {
  readonly #items = new Map<string, { readonly value: Value; readonly varbind: Buffer }>();
  /** In MIB order; only a new or removed object puts it out of date. */
  #places: readonly Place[] | undefined;

  get(oid: string): Value | undefined {
    return this.#items.get(oid)?.value;
  }

  /** `undefined` removes the object. */
  set(oid: string, value: Value | undefined): void {
    if (this.#items.has(oid) !== (value !== undefined)) this.#places = undefined;
    if (value === undefined) this.#items.delete(oid);
    else this.#items.set(oid, { value, varbind: write(tags.sequence, writeOid(oid), encode(value)) });
  }

  /** The encoded varbind of an object, or `undefined` where there is none. */
  at(oid: string): Buffer | undefined {
    return this.#items.get(oid)?.varbind;
  }

  /** The first object after an OID. */
  after(oid: string): { readonly oid: string; readonly varbind: Buffer } | undefined {
    this.#places ??= [...this.#items.keys()]
      .map((each) => ({ oid: each, parts: partsOf(each) }))
      .sort((a, b) => compare(a.parts, b.parts));
    const parts = partsOf(oid);
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const place = this.#places[middle];
      if (place !== undefined && compare(place.parts, parts) <= 0) low = middle + 1;
      else high = middle;
    }
    const next = this.#places[low]?.oid;
    const varbind = next === undefined ? undefined : this.at(next);
    return next === undefined || varbind === undefined ? undefined : { oid: next, varbind };
  }
}
