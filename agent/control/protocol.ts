/** What passes over the control socket: one request, one reply, each one line of JSON. */

export interface ControlRequest {
  readonly command: string;
  readonly args: Readonly<Record<string, unknown>>;
}
export type ControlReply =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } };

export type ControlErrorCode =
  | 'already-running'
  | 'not-running'
  | 'busy'
  | 'path-too-long'
  | 'no-access'
  | 'no-answer'
  | 'bad-reply'
  | (string & {});

/** Why the running agent could not be asked, or what it answered instead of a result. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly code: ControlErrorCode;
  readonly retry: boolean;

  constructor(code: ControlErrorCode, message: string, options: { retry?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retry = options.retry ?? false;
  }
}

export const socketName = 'control.sock';
/** What sun_path of a Unix socket holds on Linux. */
export const longestSocketPath = 107;
/** No request or reply is longer than this many characters. */
export const longestLine = 64 * 1024 * 1024;
