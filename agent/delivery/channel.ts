/** What every way out has in common: what it answers when it took a message, and what it throws when it did not. */

/** The far side has taken the message. */
export interface Receipt {
  /** The far side's own words, shortened: the SMTP reply or the HTTP status. */
  readonly reply: string;
}

export type DeliveryErrorCode =
  | 'unreachable'
  | 'timeout'
  | 'deferred'
  | 'refused'
  | 'auth'
  | 'tls'
  | 'gone'
  | 'outcome-unknown'
  | 'misconfigured';

/** Why a message did not leave, in words for the person who must act. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly code: DeliveryErrorCode;
  /** Whether the same message may be taken later without anybody changing anything. */
  readonly retry: boolean;
  /** Milliseconds the far side asked us to wait. */
  readonly retryAfter?: number;
  /** True when the far side may have taken the message all the same: its content is frozen from here on. */
  readonly maybeTaken: boolean;
  /** The far side's own words, where it said any. */
  readonly reply?: string;

  constructor(
    code: DeliveryErrorCode,
    message: string,
    options: { retry: boolean; retryAfter?: number; maybeTaken?: boolean; reply?: string; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retry = options.retry;
    this.maybeTaken = options.maybeTaken ?? false;
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter;
    if (options.reply !== undefined) this.reply = options.reply;
  }
}
