/** What every HTTP request of the agent has in common: the way through a proxy, deadlines, and answers of a bounded size. */
import { EnvHttpProxyAgent } from 'undici';

export interface DispatcherOptions {
  /** Where the proxy settings come from (HTTPS_PROXY, HTTP_PROXY, NO_PROXY); usually `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** PEM text of the authorities to trust instead of the system's. */
  readonly ca?: string;
  /** Milliseconds. `reply`: silence while waiting for or reading the answer. */
  readonly timeouts?: { readonly connect?: number; readonly reply?: number };
}

/** Of an answer, this much is read. */
const maxReplyBytes = 16 * 1024;

/** The way out, through a proxy where the environment names one. */
export function createDispatcher({ env, ca, timeouts }: DispatcherOptions): EnvHttpProxyAgent {
  const setting = (name: string) => env[name.toLowerCase()] || env[name] || '';
  const tls = { timeout: timeouts?.connect ?? 10_000, ...(ca === undefined ? {} : { ca }) };
  return new EnvHttpProxyAgent({
    httpProxy: setting('HTTP_PROXY'),
    httpsProxy: setting('HTTPS_PROXY') || setting('HTTP_PROXY'),
    noProxy: setting('NO_PROXY'),
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
    /* Plain HTTP through a proxy is asked for by its full address; many proxies allow CONNECT to 443 only. */
    proxyTunnel: false,
    headersTimeout: timeouts?.reply ?? 20_000,
    bodyTimeout: timeouts?.reply ?? 20_000,
    maxHeaderSize: maxReplyBytes,
    connections: 4,
  });
}

/** undici heeds a signal only once it has a connection; this one is heeded at any time. */
export async function orAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** The beginning of an answer; the rest is read and dropped, or cut where it has no end. */
export async function firstWords(
  body: AsyncIterable<Buffer> & { destroy(): unknown },
  limit = maxReplyBytes,
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= limit) break;
    }
  } catch {
    /* The status has been said; what was to follow it decides nothing. */
  } finally {
    body.destroy();
  }
  return Buffer.concat(chunks).subarray(0, limit).toString('utf8');
}
