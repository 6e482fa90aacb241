/** No longer bodies than these. Hono's own limit cannot take the server's light requests where they bring no length. */
import type { MiddlewareHandler } from 'hono';
import type { PortalContext, PortalEnv } from '../desk.ts';

/** Lets bodies of so many bytes pass, whether they say their length or not; refuses longer ones without reading on. */
export function limitBody(mostBytes: number, refuse: (c: PortalContext) => Response): MiddlewareHandler<PortalEnv> {
  return async (c, next) => {
    const { raw } = c.req;
    if (raw.body === null) return await next();
    const length = raw.headers.get('content-length');
    if (length !== null && !raw.headers.has('transfer-encoding')) {
      return Number(length) > mostBytes ? refuse(c) : await next();
    }
    const body = await read(raw.body, mostBytes);
    if (body === undefined) return refuse(c);
    const { method, headers, url } = raw;
    c.req.raw = new Request(url, { method, headers, ...(body.length === 0 ? {} : { body }) });
    return await next();
  };
}

async function read(stream: ReadableStream<Uint8Array>, mostBytes: number): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of stream as unknown as AsyncIterable<Uint8Array>) {
    bytes += part.byteLength;
    if (bytes > mostBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
