import { DeliveryError } from '../channel.ts';

export type OAuth2ErrorCode = 'auth' | 'deferred' | 'misconfigured' | 'timeout' | 'tls' | 'unreachable';

/** Why there is no access token, in words for the person who must act. */
export class OAuth2Error extends Error {
  override readonly name = 'OAuth2Error';
  readonly code: OAuth2ErrorCode;
  /** Whether the same request may succeed later without anybody changing anything. */
  readonly retry: boolean;
  /** Milliseconds the provider asked us to wait. */
  readonly retryAfter?: number;
  /** The error code of RFC 6749 section 5.2 where the provider said one, such as `invalid_grant`. */
  readonly reason?: string;

  constructor(
    code: OAuth2ErrorCode,
    message: string,
    options: { retry: boolean; retryAfter?: number | undefined; reason?: string | undefined; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retry = options.retry;
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter;
    if (options.reason !== undefined) this.reason = options.reason;
  }

  /** For a mail that could not leave for want of a token: it waits in any case, as with a wrong password. */
  asDeliveryError(): DeliveryError {
    const wait = this.retryAfter === undefined ? {} : { retryAfter: this.retryAfter };
    return new DeliveryError(this.code, this.message, { retry: true, ...wait, cause: this });
  }
}
