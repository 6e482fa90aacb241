/** Who asks with a token (RFC 6750). No cookie and no address counts here, not even on this machine. */
import { type TokenView, useToken } from '../../operations/secrets.ts';
import type { PortalContext } from '../desk.ts';

/** The token of a request; or that there is none, that it is worthless, or that too many were. */
export type Bearer = TokenView | 'none' | 'wrong' | 'limited';

/** Longer is none of ours. */
const longest = 200;

/** Whether a request brings a token at all, right or wrong. */
export const bringsToken = (c: PortalContext): boolean => wordOf(c) !== undefined;

/** Looks at the token of a request. Wrong ones are counted; the right one is never kept out by them. */
export async function bearerOf(c: PortalContext): Promise<Bearer> {
  const word = wordOf(c);
  if (word === undefined) return 'none';
  const { office, live } = c.get('desk');
  const clockOk = live.clockTrouble() === undefined;
  const token = word.length > longest ? undefined : await useToken(office.desk, word, clockOk);
  return token ?? (c.get('wrongToken')() ? 'wrong' : 'limited');
}

/** What `WWW-Authenticate` says to whoever may not pass. */
export function challenge(error?: 'invalid_token' | 'insufficient_scope'): string {
  return `Bearer realm="upsteward"${error === undefined ? '' : `, error="${error}"`}`;
}

function wordOf(c: PortalContext): string | undefined {
  return /^bearer +(\S*) *$/i.exec(c.req.header('authorization') ?? '')?.[1];
}
