/** What goes wrong on the way of an HTTP request, whoever makes it. Pure. */

const tlsCodes =
  /^(EPROTO|CERT_.*|ERR_TLS_.*|ERR_SSL_.*|UNABLE_TO_.*|SELF_SIGNED_.*|DEPTH_ZERO_.*|HOSTNAME_MISMATCH|INVALID_CA)$/;
const timeoutCodes = /^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/;

/** Where a request failed to which no answer came. */
export interface HttpFailure {
  readonly kind: 'tls' | 'timeout' | 'proxy' | 'unreachable';
  /** Code and message, for whoever must act. */
  readonly words: string;
}

/** What an error of undici, or of a socket below it, stands for. */
export function failureOf(error: unknown): HttpFailure {
  const { code, message } = causeOf(error);
  const words = [code, message].filter((text) => text !== '').join(': ');
  if (tlsCodes.test(code)) return { kind: 'tls', words };
  if (timeoutCodes.test(code)) return { kind: 'timeout', words };
  return { kind: message.startsWith('Proxy ') ? 'proxy' : 'unreachable', words };
}

/** The innermost thing that has a code: undici and Node wrap and bundle what went wrong. */
function causeOf(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  const code: unknown = Reflect.get(error, 'code');
  if (error.cause instanceof Error && !error.message.startsWith('Proxy ')) return causeOf(error.cause);
  return { code: typeof code === 'string' ? code : '', message: error.message };
}

const longestWait = 5 * 24 * 3_600_000;

/** `Retry-After` (RFC 9110 10.2.3), seconds or a date, in milliseconds from `now`; five days at most. */
export function parseRetryAfter(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), longestWait);
}
