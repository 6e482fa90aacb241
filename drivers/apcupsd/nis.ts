/**
 * The network information server of apcupsd: one question a connection. Each way a message is two bytes of length, high
 * byte first, and the text; the answer to `status` is a message a line, and an empty one at its end.
 */
import { connect } from 'node:net';

/** What came, or how it failed. `refused`: no connection. `broken`: it ended, or is no such answer. */
export class NisError extends Error {
  override readonly name = 'NisError';
  readonly kind: 'refused' | 'silent' | 'stopped' | 'broken';
  readonly code: string;

  constructor(kind: NisError['kind'], code: string, cause?: unknown) {
    super(`${kind}: ${code}`, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.code = code;
  }
}

export interface NisServer {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

const longestAnswer = 65_536;

/** A message as it goes over the wire. */
export function framed(text: string): Buffer {
  const bytes = Buffer.from(text);
  const frame = Buffer.alloc(bytes.length + 2);
  frame.writeUInt16BE(bytes.length);
  bytes.copy(frame, 2);
  return frame;
}

/** The texts of a complete answer; `undefined` while its end has not come. */
export function messagesOf(bytes: Buffer): readonly string[] | undefined {
  const messages: string[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const length = bytes.readUInt16BE(at);
    if (length === 0) return messages;
    const end = at + 2 + length;
    if (end > bytes.length) return undefined;
    messages.push(decoded(bytes.subarray(at + 2, end)));
    at = end;
  }
  return undefined;
}

function decoded(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return (text.includes('\uFFFD') ? bytes.toString('latin1') : text).replaceAll('\0', '');
}

/** Asks for the status: `KEY      : value` lines as keys and values. @throws NisError */
export async function askStatus(server: NisServer, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const lines = (await exchange(server, signal)).flatMap((message) => message.split('\n'));
  const status = new Map<string, string>();
  for (const line of lines) {
    const cut = line.indexOf(':');
    const key = line.slice(0, Math.max(cut, 0)).trim();
    // The first one counts: an answer that repeats itself is two answers.
    if (/^[A-Z][A-Z0-9 ]*$/.test(key) && !status.has(key)) status.set(key, line.slice(cut + 1).replace(/^ /, ''));
  }
  // Versions before 3.8 begin with the date, and end like all others.
  if (status.has('APC') || status.has('END APC')) return status;
  throw new NisError('broken', lines.length === 0 ? 'an empty answer' : 'an answer that is no status of apcupsd');
}

function exchange(server: NisServer, signal: AbortSignal): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: server.host, port: server.port, noDelay: true });
    let heard = Buffer.alloc(0);
    let isConnected = false;
    const finish = (end: NisError | readonly string[]) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      socket.destroy();
      if (end instanceof NisError) reject(end);
      else resolve(end);
    };
    const late = () => finish(isConnected ? new NisError('silent', 'no answer') : new NisError('refused', 'ETIMEDOUT'));
    const timer = setTimeout(late, server.timeoutMs);
    const stop = () => finish(new NisError('stopped', 'the poll was stopped'));
    signal.addEventListener('abort', stop, { once: true });
    socket.on('connect', () => {
      isConnected = true;
      socket.write(framed('status'));
    });
    socket.on('data', (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]);
      const messages = messagesOf(heard);
      if (messages !== undefined) finish(messages);
      else if (heard.length > longestAnswer) finish(new NisError('broken', 'an endless answer'));
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      finish(new NisError(isConnected ? 'broken' : 'refused', error.code ?? error.message, error));
    });
    socket.on('close', () => finish(new NisError('broken', heard.length === 0 ? 'no answer' : 'half an answer')));
    if (signal.aborted) stop();
  });
}
