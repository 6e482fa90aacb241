/**
 * Names in paths. Most can stand there percent-encoded. Any name may also be written as `~` and the base64url of its
 * UTF-8: `..` cannot be written otherwise (a client would leave it out), and proxies stumble over an encoded slash.
 */

/** How a name stands in the links of the API. */
export function pathName(name: string): string {
  const isPlain = !/^\.{0,2}$|^~|[/\\%;?#]/.test(name);
  return isPlain ? encodeURIComponent(name) : `~${Buffer.from(name).toString('base64url')}`;
}

/** The name that a place in a path stands for. */
export function nameOf(written: string): string {
  if (!written.startsWith('~')) return written;
  const name = Buffer.from(written.slice(1), 'base64url').toString();
  return name !== '' && `~${Buffer.from(name).toString('base64url')}` === written ? name : written;
}
