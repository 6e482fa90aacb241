/** The control socket: how the command line talks to the running agent, and what the lock on the state folder is made of. */
import { chmod } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { ask } from './client.ts';
import { Lock } from './lock.ts';
import { ControlError, type ControlReply, type ControlRequest } from './protocol.ts';

export type ControlHandler = (request: ControlRequest) => Promise<unknown>;

export interface ControlServer {
  /** Says from now on what to answer; until then requests wait. */
  serve(handler: ControlHandler): void;
  /** Gives the lock back; who was not answered yet hears that it is `busy`. May be called twice. */
  close(): Promise<void>;
}

/** How a lock is waited for that a command holds for a moment. */
export interface Patience {
  readonly tries: number;
  readonly pause: () => Promise<void>;
}

/**
 * Takes the lock for one command, and answers whoever asks meanwhile that it is busy.
 * @throws ControlError `already-running`, `busy`, `path-too-long`
 */
export async function takeControlBriefly(directory: string, patience: Patience): Promise<ControlServer> {
  const server = await takeControlPatiently(directory, patience);
  server.serve(async () => {
    throw new ControlError('busy', 'another command is at work on the state folder', { retry: true });
  });
  return server;
}

/**
 * Takes the lock; waits while a command holds it, not while an agent does.
 * @throws ControlError `already-running` when an agent holds it, `busy`, `path-too-long`
 */
export async function takeControlPatiently(directory: string, patience: Patience): Promise<ControlServer> {
  for (let left = patience.tries; ; left -= 1) {
    try {
      return await takeControl(directory);
    } catch (error) {
      if (!(error instanceof ControlError) || error.code !== 'already-running') throw error;
      if (!(await isHeldBriefly(directory))) throw error;
      if (left <= 0)
        throw new ControlError('busy', `other commands are at work on ${directory}; try again`, { retry: true });
      await patience.pause();
    }
  }
}

/** A holder that keeps silent longer than this is an agent, busy or stuck. */
const answerMs = 10_000;

async function isHeldBriefly(directory: string): Promise<boolean> {
  return await ask(directory, { command: 'version', args: {} }, answerMs).then(
    () => false,
    (error: unknown) => error instanceof ControlError && ['busy', 'not-running', 'bad-reply'].includes(error.code),
  );
}

/**
 * Takes the lock on a state folder.
 * @throws ControlError `already-running` when another process holds it, `path-too-long`, `no-access`
 */
export async function takeControl(directory: string): Promise<ControlServer> {
  const lock = await Lock.prepare(directory);
  const server = new ControlSocket(lock);
  try {
    await server.listen();
    await lock.take();
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** No request is longer. */
const longestRequest = 1_000_000;
/** Answers under way may take so long to be read when the socket closes. */
const lingerMs = 1000;

const stopping: ControlHandler = async () => {
  throw new ControlError('busy', 'the agent is stopping', { retry: true });
};

class ControlSocket implements ControlServer {
  readonly #lock: Lock;
  readonly #server: Server;
  readonly #unanswered = new Set<Socket>();
  readonly #open = new Set<Socket>();
  readonly #served: Promise<void>;
  #serving: () => void = () => {};
  #handler: ControlHandler = stopping;
  #closing: Promise<void> | undefined;

  constructor(lock: Lock) {
    this.#lock = lock;
    this.#served = new Promise((resolve) => {
      this.#serving = resolve;
    });
    this.#server = createServer((socket) => this.#accept(socket));
  }

  serve(handler: ControlHandler): void {
    if (this.#closing !== undefined) return;
    this.#handler = handler;
    this.#serving();
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#lock.socket, resolve);
    });
    await chmod(this.#lock.socket, 0o660);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#handler = stopping;
    this.#serving();
    await this.#lock.release();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#unanswered) void this.#reply(socket, '{}');
    const linger = setTimeout(() => {
      for (const socket of this.#open) socket.destroy();
    }, lingerMs);
    await closed;
    clearTimeout(linger);
  }

  #accept(socket: Socket): void {
    this.#open.add(socket);
    this.#unanswered.add(socket);
    socket.on('close', () => {
      this.#open.delete(socket);
      this.#unanswered.delete(socket);
    });
    socket.on('error', () => socket.destroy());
    if (this.#closing !== undefined) {
      void this.#reply(socket, '{}');
      return;
    }
    socket.setEncoding('utf8');
    let text = '';
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end < 0) {
        if (text.length > longestRequest) socket.destroy();
        return;
      }
      socket.removeAllListeners('data');
      void this.#reply(socket, text.slice(0, end));
    });
  }

  /** Answers once: what comes after the first line, or after the answer, is not looked at. */
  async #reply(socket: Socket, line: string): Promise<void> {
    await this.#served;
    if (!this.#unanswered.delete(socket)) return;
    const reply = await this.#answer(line);
    if (!socket.destroyed) socket.end(`${JSON.stringify(reply)}\n`);
  }

  async #answer(line: string): Promise<ControlReply> {
    try {
      const request = JSON.parse(line) as Partial<ControlRequest> | null;
      const result = await this.#handler({ command: String(request?.command), args: request?.args ?? {} });
      return { ok: true, result };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
      return { ok: false, error: { code, message: error instanceof Error ? error.message : String(error) } };
    }
  }
}
