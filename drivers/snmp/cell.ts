/** Single values as an agent sent them: coerced by what we asked for, never by the type on the wire. */

/** One object's value. */
export interface Cell {
  /** The wire text without NUL bytes. */
  readonly raw: string;
  /** The octets of a string; absent for numbers and object identifiers. */
  readonly bytes?: Buffer;
}

/** What was answered, by full OID. An object that does not exist is not in it. */
export type Values = ReadonlyMap<string, Cell>;

function decodeText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  // Not UTF-8 after all: keep what can be read instead of replacement characters.
  return (text.includes('\uFFFD') ? bytes.toString('latin1') : text).replaceAll('\0', '');
}

/** A value as the SNMP library hands it over; `undefined` when it is none (NULL, noSuchObject …). */
export function cellOf(value: unknown): Cell | undefined {
  if (Buffer.isBuffer(value)) return { raw: decodeText(value), bytes: value };
  if (typeof value === 'number' || typeof value === 'bigint') return { raw: String(value) };
  if (typeof value === 'string') return { raw: value };
  return undefined;
}

/** Texts that stand for "no value", seen on cards and in the MIB. */
const noText: ReadonlySet<string> = new Set(['', 'unknown', 'not supported', 'null', 'n/a']);

/** A display string, or `undefined` where the agent says that it has none. */
export function textOf(cell: Cell | undefined): string | undefined {
  const text = cell?.raw.trim();
  return text === undefined || noText.has(text.toLowerCase()) ? undefined : text;
}

/** A whole number, whichever type carried it. */
export function integerOf(cell: Cell | undefined): number | undefined {
  const text = cell?.raw.trim();
  if (text === undefined || !/^-?\d{1,15}$/.test(text)) return undefined;
  return Number(text);
}

/** A count of things: negative (-1 is "not known") and absurd values are `undefined`. */
export function countOf(cell: Cell | undefined): number | undefined {
  const value = integerOf(cell);
  return value === undefined || value < 0 || value > 100_000 ? undefined : value;
}

const isAsciiBits = (text: string): boolean => /^[01]{8,64}$/.test(text);

/**
 * A field of flags as text of `0` and `1`, the first one leftmost. Cards send the ASCII text, though the MIB says OCTET
 * STRING; real octets (first flag = highest bit) and hexadecimal text are understood too. Anything else is `undefined`.
 */
export function bitsOf(cell: Cell | undefined): string | undefined {
  if (cell === undefined) return undefined;
  const text = cell.raw.trim();
  if (isAsciiBits(text)) return text;
  const { bytes } = cell;
  if (bytes === undefined) return undefined;
  if (bytes.length === 2) return octetBits(bytes);
  const hex = /^(?:0x)?([0-9a-f]{2})[ :]?([0-9a-f]{2})$/i.exec(text);
  if (hex?.[1] !== undefined && hex[2] !== undefined) return octetBits(Buffer.from(hex[1] + hex[2], 'hex'));
  return undefined;
}

function octetBits(bytes: Buffer): string {
  return [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
}

/** Whether flag `index` (0 = leftmost) of a bit text is set. */
export function bit(bits: string, index: number): boolean {
  return bits[index] === '1';
}
