/** What lies under a line: a stream of bytes that may end at any time, and the limits of waiting for it. */

/** How long a poll may still take, and who may stop it. */
export interface Limit {
  readonly left: () => number;
  readonly signal: AbortSignal | undefined;
}

/** Who gets what a wire brings. */
export interface Listener {
  data(bytes: Buffer): void;
  /** Once, and nothing after it: the other side closed, the cable was pulled, the device failed. */
  gone(reason: string): void;
}

/** An open connection or serial port. */
export interface Wire {
  send(bytes: Buffer): void;
  /** Settles always, soon; safe twice. */
  close(): Promise<void>;
  /** Whether it still leads to what stands at its path: a serial port that was unplugged and plugged in does not. */
  isCurrent(): Promise<boolean>;
}

/** Opens a wire within `ms`. @throws LineError `open`, or `stopped` */
export type Dial = (listener: Listener, ms: number, signal: AbortSignal | undefined) => Promise<Wire>;

/**
 * What a line can suffer. `open`: it cannot be opened. `silent`: no answer came in time. `garbled`: something came, but
 * not the answer. `gone`: the wire ended. `restless`: the line does not fall silent. `owing`: too many answers are
 * still due. `late`: the poll's time is over. `stopped`: the caller gave up.
 */
export type Trouble = 'open' | 'silent' | 'garbled' | 'gone' | 'restless' | 'owing' | 'late' | 'stopped';

/** Trouble on a line, before it is told in the words of one UPS. */
export class LineError extends Error {
  override readonly name = 'LineError';
  readonly trouble: Trouble;

  constructor(trouble: Trouble, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.trouble = trouble;
  }
}

export function stopped(): LineError {
  return new LineError('stopped', 'the poll was stopped');
}

/** The promise, or the deadline, or the stop: whichever is first. The promise is never left unheard. */
export async function within<T>(
  promise: Promise<T>,
  ms: number,
  signal: AbortSignal | undefined,
  late: () => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), Math.max(0, ms));
    stop = () => reject(stopped());
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
  promise.catch(() => {});
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
    if (stop !== undefined) signal?.removeEventListener('abort', stop);
  }
}

/** Waits, unless the poll's time ends first or it is stopped. @throws LineError */
export async function pause(ms: number, limit: Limit): Promise<void> {
  if (ms <= 0) return;
  if (ms > limit.left()) throw new LineError('late', 'the time for one poll is over');
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await within(elapsed, ms + 1000, limit.signal, stopped);
  } finally {
    clearTimeout(timer);
  }
}
