/** Just enough BER (X.690) to look into what was sent. */

interface Element {
  readonly tag: number;
  readonly body: Buffer;
  readonly end: number;
}

/** The BER element at a place. @throws RangeError */
export function element(bytes: Buffer, at = 0): Element {
  const tag = bytes.readUInt8(at);
  const first = bytes.readUInt8(at + 1);
  const more = first > 0x7f ? first & 0x7f : 0;
  const length = more === 0 ? first : bytes.readUIntBE(at + 2, more);
  const from = at + 2 + more;
  if (from + length > bytes.length) throw new RangeError('cut off');
  return { tag, body: bytes.subarray(from, from + length), end: from + length };
}

/** All elements of a body. @throws RangeError */
export function elements(body: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < body.length; at = found.at(-1)?.end ?? body.length) found.push(element(body, at));
  return found;
}
