/** The words that carry an answer: a short code for people, a token for replies. Only their hashes are kept. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Crockford's base 32: no I, L, O, U. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The short code, 40 random bits, grouped for reading: `K7QM-2ZXD`. */
export function makeCode(randomBytes: (count: number) => Uint8Array): string {
  const text = base32(randomBytes(5));
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

/** The token, 128 random bits in 26 characters. */
export function makeToken(randomBytes: (count: number) => Uint8Array): string {
  return base32(randomBytes(16));
}

/** The hash under which a code or token is kept; spelling (case, dashes, O for 0) does not matter. */
export function hashWord(word: string): string {
  return createHash('sha256').update(normalise(word)).digest('hex');
}

/** Whether a word is the one with this hash, in constant time. */
export function matchesHash(word: string, hash: string | undefined): boolean {
  if (hash === undefined) return false;
  return timingSafeEqual(Buffer.from(hashWord(word), 'hex'), Buffer.from(hash, 'hex'));
}

function normalise(word: string): string {
  return word.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}

function base32(bytes: Uint8Array): string {
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  const length = Math.ceil((bytes.length * 8) / 5);
  let text = '';
  for (let i = 0; i < length; i += 1) {
    text = alphabet.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return text;
}
