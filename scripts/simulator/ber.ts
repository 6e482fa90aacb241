/** Just enough BER to answer SNMP: readers throw RangeError on anything that does not fit. */

export const tags = {
  integer: 0x02,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  counter: 0x41,
  gauge: 0x42,
  ticks: 0x43,
  noSuchObject: 0x80,
  endOfMibView: 0x82,
} as const;

export interface Element {
  readonly tag: number;
  readonly body: Buffer;
  /** Where the element after this one starts. */
  readonly end: number;
}

/** The element at `at`. `body` is a view, so that a digest inside a message can be checked in place. */
export function read(buffer: Buffer, at: number): Element {
  const tag = buffer.readUInt8(at);
  const first = buffer.readUInt8(at + 1);
  const extra = first < 0x80 ? 0 : first & 0x7f;
  const length = extra === 0 ? first : buffer.readUIntBE(at + 2, extra);
  const from = at + 2 + extra;
  const end = from + length;
  if (end > buffer.length) throw new RangeError('element is longer than its buffer');
  return { tag, body: buffer.subarray(from, end), end };
}

/** All elements directly inside a body. */
export function readAll(body: Buffer): readonly Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < body.length; ) {
    const element = read(body, at);
    elements.push(element);
    at = element.end;
  }
  return elements;
}

export function readInteger(body: Buffer): number {
  return body.length === 0 ? 0 : body.readIntBE(0, Math.min(6, body.length));
}

export function readOid(body: Buffer): string {
  const parts: number[] = [];
  let value = 0;
  for (const byte of body) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      parts.push(value);
      value = 0;
    }
  }
  const [first = 0, ...rest] = parts;
  return [Math.min(2, Math.floor(first / 40)), first - 40 * Math.min(2, Math.floor(first / 40)), ...rest].join('.');
}

export function write(tag: number, ...bodies: readonly Buffer[]): Buffer {
  const length = bodies.reduce((sum, body) => sum + body.length, 0);
  let head = Buffer.from([tag, length]);
  if (length > 0xff) head = Buffer.from([tag, 0x82, length >> 8, length & 0xff]);
  else if (length > 0x7f) head = Buffer.from([tag, 0x81, length]);
  return Buffer.concat([head, ...bodies]);
}

export function writeInteger(value: number, tag: number = tags.integer): Buffer {
  const body = Buffer.alloc(6);
  body.writeIntBE(value, 0, 6);
  let from = 0;
  // Drop octets that only repeat the sign.
  while (from < 5) {
    const next = body.readInt8(from + 1);
    const octet = body[from];
    if (!((octet === 0x00 && next >= 0) || (octet === 0xff && next < 0))) break;
    from += 1;
  }
  return write(tag, body.subarray(from));
}

export function writeOctets(value: Buffer | string): Buffer {
  return write(tags.octets, typeof value === 'string' ? Buffer.from(value) : value);
}

export function writeOid(oid: string): Buffer {
  const [first = 0, second = 0, ...rest] = oid.split('.').map(Number);
  const bytes: number[] = [];
  for (const part of [first * 40 + second, ...rest]) {
    const septets = [part & 0x7f];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128))
      septets.unshift((left & 0x7f) | 0x80);
    bytes.push(...septets);
  }
  return write(tags.oid, Buffer.from(bytes));
}
