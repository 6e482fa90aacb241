/** The words that carry an answer: a short code for people, a token for replies. Only their hashes are kept. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { keys } from '../store/keys.ts';
import type { Store } from '../store/port.ts';

/** Crockford's base 32: no I, L, O, U. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** What names this installation, and the key from which the words of its invitations are made. */
export interface SiteRecord {
  readonly id: string;
  readonly secret: string;
}

export interface InvitationWords {
  /** 40 bits, grouped for reading: `K7QM-2ZXD`. */
  readonly code: string;
  /** 128 bits in 26 characters. */
  readonly token: string;
}

/** A fresh site record. */
export function newSite(randomBytes: (count: number) => Uint8Array): SiteRecord {
  return { id: makeId(randomBytes), secret: Buffer.from(randomBytes(32)).toString('base64') };
}

/** A random name, 128 bits in 26 characters. */
export function makeId(randomBytes: (count: number) => Uint8Array): string {
  return base32(randomBytes(16));
}

/**
 * The words of an invitation. They are worked out whenever the invitation is sent, so that neither is ever written down
 * and a resend after a crash carries the same ones.
 * @param connection the random id of the connection
 */
export function invitationWords(store: Store, connection: string): InvitationWords {
  const secret = store.get<SiteRecord>(keys.site)?.value.secret;
  if (secret === undefined) throw new Error('the site has no key to make invitations with');
  const derive = (what: string): Buffer => createHmac('sha256', secret).update(`${what}/${connection}`).digest();
  const code = base32(derive('code').subarray(0, 5));
  return { code: `${code.slice(0, 4)}-${code.slice(4)}`, token: base32(derive('token').subarray(0, 16)) };
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
