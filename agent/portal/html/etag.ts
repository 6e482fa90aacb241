/** Answers that need not be sent twice (RFC 9110, 8.8.3). */
import { createHash } from 'node:crypto';

export const etagOf = (text: string): string =>
  `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;

/** Whether one of the tags that a client has is this one; weak or strong does not matter for a GET. */
export function isSame(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((each) => ['*', etag].includes(each.trim().replace(/^W\//, '')));
}
