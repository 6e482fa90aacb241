import type { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';

/** Adds to a running CRC-32; start with 0. */
export function addToChecksum(bytes: Uint8Array | string, soFar = 0): number {
  return crc32(bytes, soFar);
}

/** The eight hex digits a checksum is written as. */
export function checksumText(value: number): string {
  return value.toString(16).padStart(8, '0');
}

/** A line of the journal: checksum, blank, text, newline. The text holds no newline of its own. */
export function sealLine(text: string): string {
  return `${checksumText(addToChecksum(text))} ${text}\n`;
}

/** The text of a sealed line (without its newline), or undefined when the checksum does not agree. */
export function openLine(line: Buffer): string | undefined {
  if (line.length < 10 || line[8] !== 0x20) return undefined;
  const body = line.subarray(9);
  if (line.toString('latin1', 0, 8) !== checksumText(addToChecksum(body))) return undefined;
  return body.toString('utf8');
}
