/**
 * The control socket: how the command line talks to the running agent, and the lock on the state folder. Whoever
 * holds the socket holds the folder; a socket that nobody answers is left over and is taken away.
 */
import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { ask, isAnswered } from './client.ts';
import { ControlError, type ControlReply, type ControlRequest, longestSocketPath, socketName } from './protocol.ts';

export type ControlHandler = (request: ControlRequest) => Promise<unknown>;

export interface ControlServer {
  /** Says from now on what to answer; until then requests wait. */
  serve(handler: ControlHandler): void;
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
      if (!(error instanceof ControlError) || error.code !== 'already-running' || left <= 0) throw error;
      if (!(await isHeldBriefly(directory))) throw error;
      await patience.pause();
    }
  }
}

async function isHeldBriefly(directory: string): Promise<boolean> {
  return await ask(directory, { command: 'version', args: {} }).then(
    () => false,
    (error: unknown) => error instanceof ControlError && ['busy', 'not-running', 'bad-reply'].includes(error.code),
  );
}

/**
 * Takes the lock on a state folder.
 * @throws ControlError `already-running` when another process holds it, `path-too-long`
 */
export async function takeControl(directory: string): Promise<ControlServer> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, socketName);
  const own = join(directory, `.${randomBytes(4).toString('hex')}.sock`);
  if (Buffer.byteLength(path) > longestSocketPath || Buffer.byteLength(own) > longestSocketPath) {
    throw new ControlError(
      'path-too-long',
      `the state folder ${directory} has too long a path for a socket (${longestSocketPath} bytes); use a shorter one`,
    );
  }
  const server = new ControlSocket(path, own);
  await server.listen();
  try {
    await claim(path, own, directory);
    await server.keepOnly(path);
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
}

/** Puts our listening socket in the place of the lock, without ever displacing a living one. */
async function claim(path: string, own: string, directory: string): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (await linkNew(own, path)) return;
    if (await isAnswered(path)) throw running(directory);
    const aside = `${own}.old`;
    const moved = await rename(path, aside).then(
      () => true,
      () => false,
    );
    if (!moved) continue;
    if (await isAnswered(aside)) {
      await linkNew(aside, path);
      await rm(aside, { force: true });
      throw running(directory);
    }
    await rm(aside, { force: true });
  }
  throw running(directory);
}

const running = (directory: string): ControlError =>
  new ControlError('already-running', `another agent is running on the state folder ${directory}; stop it first`);

async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

class ControlSocket implements ControlServer {
  readonly #path: string;
  readonly #own: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #handler: Promise<ControlHandler>;
  #resolveHandler: (handler: ControlHandler) => void = () => {};
  #closed = false;
  #inode: number | undefined;

  constructor(path: string, own: string) {
    this.#path = path;
    this.#own = own;
    this.#handler = new Promise((resolve) => {
      this.#resolveHandler = resolve;
    });
    this.#server = createServer((socket) => this.#accept(socket));
  }

  serve(handler: ControlHandler): void {
    this.#resolveHandler(handler);
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#own, resolve);
    });
    await chmod(this.#own, 0o660);
  }

  /** The lock is ours: its name is the only one the socket needs from here on. */
  async keepOnly(path: string): Promise<void> {
    this.#inode = (await stat(path)).ino;
    await rm(this.#own, { force: true });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const now = await stat(this.#path).catch(() => undefined);
    if (now !== undefined && now.ino === this.#inode) await unlink(this.#path).catch(() => {});
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await rm(this.#own, { force: true });
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setEncoding('utf8');
    let text = '';
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end < 0) {
        if (text.length > 1_000_000) socket.destroy();
        return;
      }
      socket.removeAllListeners('data');
      void this.#reply(socket, text.slice(0, end));
    });
  }

  async #reply(socket: Socket, line: string): Promise<void> {
    const reply = await this.#answer(line);
    if (!socket.destroyed) socket.end(`${JSON.stringify(reply)}\n`);
  }

  async #answer(line: string): Promise<ControlReply> {
    try {
      const request = JSON.parse(line) as Partial<ControlRequest>;
      const handler = await this.#handler;
      return { ok: true, result: await handler({ command: String(request.command), args: request.args ?? {} }) };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
      return { ok: false, error: { code, message: error instanceof Error ? error.message : String(error) } };
    }
  }
}
