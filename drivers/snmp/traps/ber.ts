/**
 * Just enough BER (X.690) for what senders of traps say. The readers are strict: anything that does not fit throws a
 * RangeError, every step moves on, and nothing is read beyond the element it stands in.
 */

export const tags = {
  integer: 0x02,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  ipAddress: 0x40,
  counter: 0x41,
  ticks: 0x43,
  response: 0xa2,
  trapV1: 0xa4,
  inform: 0xa6,
  trapV2: 0xa7,
  report: 0xa8,
} as const;

export interface Element {
  readonly tag: number;
  /** A view, so that a digest inside a message can be checked in place. */
  readonly body: Buffer;
  /** Tag and length with the body: what to repeat in an answer. */
  readonly whole: Buffer;
}

/** More elements in one place than any message has. */
const mostElements = 512;

/** The elements that stand in a body one after the other, to its end. @throws RangeError */
export function elementsOf(body: Buffer): readonly Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < body.length; ) {
    const element = elementAt(body, at);
    elements.push(element);
    if (elements.length > mostElements) throw new RangeError('too many elements');
    at += element.whole.length;
  }
  return elements;
}

/** The element at a place. @throws RangeError */
export function elementAt(body: Buffer, at: number): Element {
  const tag = body.readUInt8(at);
  const first = body.readUInt8(at + 1);
  const extra = first < 0x80 ? 0 : first & 0x7f;
  // 0x80 is the indefinite form, which SNMP does not allow.
  if (first === 0x80 || extra > 4) throw new RangeError('a length that SNMP does not allow');
  const from = at + 2 + extra;
  const end = from + (extra === 0 ? first : body.readUIntBE(at + 2, extra));
  if (end > body.length) throw new RangeError('an element is longer than what it stands in');
  return { tag, body: body.subarray(from, end), whole: body.subarray(at, end) };
}

/** The element of this tag at this place in a list. @throws RangeError */
export function part(elements: readonly Element[], index: number, tag: number): Element {
  const element = elements[index];
  if (element === undefined || element.tag !== tag) throw new RangeError(`element ${index} is not what it must be`);
  return element;
}

/** @throws RangeError */
export function integerOf({ body }: Element): number {
  if (body.length < 1 || body.length > 5) throw new RangeError('not a whole number of SNMP');
  return body.readIntBE(0, body.length);
}

/** @throws RangeError */
export function oidOf({ body }: Element): string {
  if (body.length < 1 || body.length > 256) throw new RangeError('not an object identifier of SNMP');
  const parts: number[] = [];
  let value = 0;
  for (const byte of body) {
    value = value * 128 + (byte & 0x7f);
    if (value > 0xffff_ffff) throw new RangeError('a part of an object identifier is too large');
    if (byte >= 0x80) continue;
    parts.push(value);
    value = 0;
  }
  const [first = 0, ...rest] = parts;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - 40 * root, ...rest].join('.');
}

export function element(tag: number, ...bodies: readonly Buffer[]): Buffer {
  const length = bodies.reduce((sum, body) => sum + body.length, 0);
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >>> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), ...bodies]);
}

/** A whole number from 0 to 2^31-1, as lengths, clocks and error numbers are. */
export function integer(value: number, tag: number = tags.integer): Buffer {
  const body = Buffer.alloc(4);
  body.writeInt32BE(value);
  let from = 0;
  while (from < 3 && body[from] === 0 && (body[from + 1] ?? 0) < 0x80) from += 1;
  return element(tag, body.subarray(from));
}

export function octets(bytes: Buffer | string): Buffer {
  return element(tags.octets, Buffer.from(bytes));
}

/** @param text dotted numbers, the first two below 40 */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((value) => {
    const groups = [value & 0x7f];
    for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return element(tags.oid, Buffer.from(bytes));
}
