import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Seal } from '../desk.ts';

/** A seal with a key of its own, which no restart survives. */
export function newSeal(): Seal {
  const key = randomBytes(32);
  const seal = (parts: readonly string[]): Buffer => {
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:${part}`);
    return hmac.digest();
  };
  return {
    of: (...parts) => seal(parts).toString('base64url'),
    fits(given, ...parts) {
      const [mine, theirs] = [seal(parts), Buffer.from(given, 'base64url')];
      return mine.length === theirs.length && timingSafeEqual(mine, theirs);
    },
  };
}
