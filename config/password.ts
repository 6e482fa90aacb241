/** How the password of the page stands in the file: a scrypt hash with its cost and salt. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { Mistake } from './values.ts';

/** RFC 7914; 32 MiB and some tens of milliseconds a try. */
const cost = { N: 2 ** 15, r: 8, p: 1 } as const;
const keyBytes = 32;
/** A hash that costs more memory than this is a mistake, or an attack on this machine. */
const mostMemory = 256 * 2 ** 20;

interface PasswordHash {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** `scrypt$N$r$p$SALT$KEY`, salt and key in base64url. The message never repeats the text. */
export function readPasswordHash(text: string): string | Mistake {
  if (parse(text) !== undefined) return text;
  return new Mistake('is not a hash of a password', 'run `upsteward set-password`, and write what it prints');
}

/** Makes the hash of a password, with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, { ...cost, salt, key: Buffer.alloc(keyBytes) });
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Whether a password is the one that was hashed; takes the same time for each. */
export async function matchesPassword(password: string, hash: string): Promise<boolean> {
  const parsed = parse(hash);
  if (parsed === undefined) return false;
  return timingSafeEqual(await derive(password, parsed), parsed.key);
}

/** Composed characters are the same however they were typed (NIST SP 800-63B, 3.1.1.2). */
function derive(password: string, { N, r, p, salt, key }: PasswordHash): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, key.length, { N, r, p, maxmem: 2 * mostMemory }, (error, derived) =>
      error ? reject(error) : resolve(derived),
    );
  });
}

function parse(text: string): PasswordHash | undefined {
  const [, ...parts] = /^scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([\w-]{16,86})\$([\w-]{43})$/.exec(text) ?? [];
  const [N = 0, r = 0, p = 0] = parts.slice(0, 3).map(Number);
  const [salt, key] = parts.slice(3).map((part) => Buffer.from(part, 'base64url'));
  if (salt === undefined || key === undefined || key.length !== keyBytes) return undefined;
  const isPower = N >= 2 ** 14 && (N & (N - 1)) === 0;
  if (!isPower || r < 1 || p < 1 || 128 * N * r > mostMemory) return undefined;
  return { N, r, p, salt, key };
}
