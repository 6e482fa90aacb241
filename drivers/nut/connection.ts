/**
 * One connection to upsd (RFC 9271), and what may be asked over it: STARTTLS, USERNAME, PASSWORD, LIST UPS, LIST VAR.
 * There is no LOGIN (it would make upsd wait for us before it switches a UPS off), and nothing that changes anything:
 * whoever wants more says so when the connection is opened.
 */
import { readFile } from 'node:fs/promises';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { LineCutter, quoted, wordsOf } from './wire.ts';

/** Why upsd gave no answer. `answered`: `ERR` and its code. `lost`: the connection ended while we waited. */
export type UpsdErrorKind =
  | 'no-connection'
  | 'silent'
  | 'lost'
  | 'stopped'
  | 'garbled'
  | 'answered'
  | 'no-tls'
  | 'certificate';

/** What went wrong, without saying whose UPS it is: one connection serves several. */
export class UpsdError extends Error {
  override readonly name = 'UpsdError';
  readonly kind: UpsdErrorKind;
  /** The word after `ERR`, or the system's code. */
  readonly code: string;

  constructor(kind: UpsdErrorKind, code: string, cause?: unknown) {
    super(`${kind}: ${code}`, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.code = code;
  }
}

/** Where upsd is and how to talk to it. Holds a secret: never log it. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly tls: 'required' | 'opportunistic' | 'off';
  readonly verify: boolean;
  readonly caFile?: string;
  readonly user?: string;
  readonly password?: string;
  readonly timeoutMs: number;
}

/** The variables of one UPS by name, as RFC 9271 names them. */
export type Variables = ReadonlyMap<string, string>;

/** The questions of a connection; nothing else leaves over it. */
export type Questions = RegExp;
export const readingQuestions: Questions = /^(STARTTLS|USERNAME .+|PASSWORD .+|LIST UPS|LIST VAR \S+)$/;

const longestLine = 16_384;
const mostLines = 10_000;

/** Takes the lines of one answer; returns the result with the last one. */
type Taker<T> = (line: string) => { readonly result: T } | undefined;

interface Waiting {
  take(line: string): void;
  fail(error: UpsdError): void;
}

export class UpsdConnection {
  readonly #socket: Socket | TLSSocket;
  readonly #cutter = new LineCutter(longestLine);
  readonly #timeoutMs: number;
  readonly #questions: Questions;
  #waiting: Waiting | undefined;
  #ended: UpsdError | undefined;

  private constructor(socket: Socket | TLSSocket, timeoutMs: number, questions: Questions) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    this.#questions = questions;
    socket.on('data', (chunk: Buffer) => this.#hear(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      this.#end(new UpsdError('lost', error.code ?? 'error', error)),
    );
    socket.on('close', () => this.#end(new UpsdError('lost', 'closed')));
  }

  /** Connects and introduces itself, within one timeout. @throws UpsdError */
  static async open(
    server: Server,
    signal: AbortSignal | undefined,
    questions: Questions = readingQuestions,
  ): Promise<UpsdConnection> {
    const late = AbortSignal.timeout(server.timeoutMs);
    const limit = signal === undefined ? late : AbortSignal.any([signal, late]);
    const plain = await connected(connect({ host: server.host, port: server.port, noDelay: true }), 'connect', limit);
    let connection = new UpsdConnection(plain, server.timeoutMs, questions);
    try {
      if (server.tls !== 'off') connection = await connection.#startTls(server, limit);
      if (server.user !== undefined) await connection.expectOk(`USERNAME ${quoted(server.user)}`, limit);
      if (server.password !== undefined) await connection.expectOk(`PASSWORD ${quoted(server.password)}`, limit);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Whether it can be asked. */
  get isOpen(): boolean {
    return this.#ended === undefined;
  }

  /** LIST VAR: everything that upsd knows of one UPS. @throws UpsdError */
  async variables(ups: string, signal: AbortSignal | undefined): Promise<Variables> {
    const found = new Map<string, string>();
    await this.list(`LIST VAR ${ups}`, signal, (words) => {
      const [kind, of, name, value] = words;
      if (kind === 'VAR' && of === ups && name !== undefined && value !== undefined) found.set(name, value);
    });
    return found;
  }

  /** LIST UPS: the names of all UPS that this upsd knows. @throws UpsdError */
  async names(signal: AbortSignal | undefined): Promise<readonly string[]> {
    const names: string[] = [];
    await this.list('LIST UPS', signal, ([kind, name]) => {
      if (kind === 'UPS' && name !== undefined) names.push(name);
    });
    return names;
  }

  /** A question whose answer is OK. @throws UpsdError */
  async expectOk(command: string, limit: AbortSignal): Promise<void> {
    await this.#ask(command, limit, (line) => {
      if (!/^OK\b/.test(line)) throw new UpsdError('garbled', 'an answer that is neither OK nor ERR');
      return { result: undefined };
    });
  }

  /** `BEGIN <query>`, items, `END <query>`. A strange item is left out; a missing end is no answer. @throws UpsdError */
  async list(query: string, signal: AbortSignal | undefined, item: (words: readonly string[]) => void): Promise<void> {
    let lines = 0;
    await this.#ask(query, signal, (line) => {
      lines += 1;
      if (lines > mostLines) throw new UpsdError('garbled', 'an endless answer');
      if (lines === 1) {
        if (line.trim() !== `BEGIN ${query}`) throw new UpsdError('garbled', 'an answer to something else');
        return undefined;
      }
      if (line.trim() === `END ${query}`) return { result: undefined };
      item(wordsOf(line) ?? []);
      return undefined;
    });
  }

  close(): void {
    this.#end(new UpsdError('stopped', 'closed by us'));
  }

  /** STARTTLS; without it the same connection, unless it is required. */
  async #startTls(server: Server, limit: AbortSignal): Promise<UpsdConnection> {
    try {
      await this.expectOk('STARTTLS', limit);
    } catch (error) {
      if (!(error instanceof UpsdError) || error.kind !== 'answered') throw error;
      if (server.tls === 'required') throw new UpsdError('no-tls', error.code, error);
      return this;
    }
    const socket = this.#socket;
    // Whatever came in plain text behind the answer is not upsd's.
    if (this.#cutter.pending > 0) throw new UpsdError('garbled', 'text before TLS began');
    socket.removeAllListeners('data').removeAllListeners('error').removeAllListeners('close');
    socket.on('error', () => {});
    const ca = server.caFile === undefined ? undefined : await certificates(server.caFile);
    const tls = connectTls({
      socket,
      host: server.host,
      rejectUnauthorized: server.verify,
      ...(isIP(server.host) === 0 && { servername: server.host }),
      ...(ca !== undefined && { ca }),
    });
    return new UpsdConnection(await connected(tls, 'secureConnect', limit), server.timeoutMs, this.#questions);
  }

  /** One question and its answer. Whatever goes wrong ends the connection: what comes later would answer nothing. */
  async #ask<T>(command: string, signal: AbortSignal | undefined, taker: Taker<T>): Promise<T> {
    if (!this.#questions.test(command)) throw new Error('not a question of this connection');
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#waiting !== undefined) throw new UpsdError('garbled', 'two questions at once');
    if (signal?.aborted === true) throw stopOf(signal);
    let timer: NodeJS.Timeout | undefined;
    const stop = () => signal !== undefined && this.#end(stopOf(signal));
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#waiting = {
          take: (line) => {
            const [word, code] = line.split(/\s+/);
            if (word === 'ERR') reject(new UpsdError('answered', code ?? 'UNKNOWN'));
            else {
              const answer = taker(line);
              if (answer === undefined) return;
              resolve(answer.result);
            }
            this.#waiting = undefined;
          },
          fail: reject,
        };
        timer = setTimeout(() => this.#end(new UpsdError('silent', command.split(' ', 2).join(' '))), this.#timeoutMs);
        signal?.addEventListener('abort', stop, { once: true });
        this.#socket.write(`${command}\n`);
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
  }

  #hear(chunk: Buffer): void {
    const lines = this.#cutter.cut(chunk);
    if (lines === undefined) this.#end(new UpsdError('garbled', 'an endless line'));
    for (const line of lines ?? []) {
      if (this.#waiting === undefined) {
        this.#end(new UpsdError('garbled', 'an answer that nobody asked for'));
        return;
      }
      try {
        this.#waiting.take(line);
      } catch (error) {
        this.#end(error instanceof UpsdError ? error : new UpsdError('garbled', 'an answer', error));
        return;
      }
    }
  }

  #end(error: UpsdError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    // A late error of a destroyed socket must not end the process: its listener stays.
    this.#socket.destroy();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.fail(error);
  }
}

function stopOf(signal: AbortSignal): UpsdError {
  const { reason } = signal as { reason: unknown };
  const late = reason instanceof DOMException && reason.name === 'TimeoutError';
  return late ? new UpsdError('silent', 'no answer in time') : new UpsdError('stopped', 'the poll was stopped');
}

async function certificates(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UpsdError('certificate', `${path} cannot be read`, error);
  }
}

/** Waits until a socket is ready; one that is not in time is destroyed. */
async function connected<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  limit: AbortSignal,
): Promise<S> {
  let stop = () => {};
  try {
    return await new Promise<S>((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException) => reject(socketError(error, event));
      stop = () =>
        reject(event === 'connect' && isLate(limit) ? new UpsdError('no-connection', 'ETIMEDOUT') : stopOf(limit));
      socket.once('error', failed);
      socket.once('close', () => reject(new UpsdError('lost', 'closed')));
      socket.once(event, () => {
        socket.removeListener('error', failed);
        resolve(socket);
      });
      limit.addEventListener('abort', stop, { once: true });
      if (limit.aborted) stop();
    });
  } catch (error) {
    socket.on('error', () => {});
    socket.destroy();
    throw error;
  } finally {
    limit.removeEventListener('abort', stop);
  }
}

const isLate = (limit: AbortSignal): boolean => stopOf(limit).kind === 'silent';

function socketError(error: NodeJS.ErrnoException, event: 'connect' | 'secureConnect'): UpsdError {
  const code = error.code ?? error.message;
  if (event === 'connect') return new UpsdError('no-connection', code, error);
  return code.startsWith('ECONN') ? new UpsdError('lost', code, error) : new UpsdError('certificate', code, error);
}
