/**
 * The lock on a state folder: a folder `lock` with the holder's listening socket in it. A folder can be renamed onto
 * another only while that one is empty, and each socket has a name of its own: so taking the lock is one step that
 * either succeeds or does not, and clearing away what a dead holder left can never hit a living one.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isAnswered } from './client.ts';
import { ControlError, longestSocketPath, socketName } from './protocol.ts';

/** Losing that often to holders that die at once is no accident any more. */
const maxTries = 20;

/** Where a holder-to-be listens, and how it becomes the holder. */
export class Lock {
  /** The socket before it is the lock. */
  readonly socket: string;
  readonly #directory: string;
  readonly #id: string;
  #held = false;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#id = randomBytes(3).toString('hex');
    this.socket = join(this.#own, this.#id);
  }

  /** Makes room for the socket. @throws ControlError `path-too-long`, `no-access` */
  static async prepare(directory: string): Promise<Lock> {
    const lock = new Lock(directory);
    if (Buffer.byteLength(lock.socket) > longestSocketPath) {
      const longest = longestSocketPath - Buffer.byteLength(lock.socket) + Buffer.byteLength(directory);
      throw new ControlError(
        'path-too-long',
        `the state folder ${directory} has too long a path for a socket; use one of at most ${longest} bytes`,
      );
    }
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await mkdir(lock.#own, { mode: 0o700 });
      return lock;
    } catch (error) {
      throw explained(directory, error);
    }
  }

  /** Becomes the holder; the socket must be listening. @throws ControlError `already-running`, `no-access` */
  async take(): Promise<void> {
    try {
      for (let left = maxTries; !(await this.#renamed()); left -= 1) {
        if (left === 0 || (await this.#isHeld())) throw running(this.#directory);
      }
      this.#held = true;
      const fresh = join(this.#directory, `.${this.#id}.sock`);
      await link(join(this.#lock, this.#id), fresh);
      await rename(fresh, join(this.#directory, socketName));
    } catch (error) {
      throw explained(this.#directory, error);
    }
  }

  /** Gives the lock back, or what was made for it. What others find from here on is free. */
  async release(): Promise<void> {
    if (this.#held) {
      await rm(join(this.#directory, socketName), { force: true });
      await rm(join(this.#lock, this.#id), { force: true });
      await rmdir(this.#lock).catch(() => {});
    }
    await rm(this.#own, { recursive: true, force: true });
    this.#held = false;
  }

  async #renamed(): Promise<boolean> {
    try {
      await rename(this.#own, this.#lock);
      return true;
    } catch (error) {
      if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) return false;
      throw error;
    }
  }

  /** Whether somebody alive holds the lock; what the dead left is cleared away. */
  async #isHeld(): Promise<boolean> {
    for (const name of await readdir(this.#lock).catch(nothingThere)) {
      const path = join(this.#lock, name);
      if (await isAnswered(path)) return true;
      await rm(path, { force: true });
    }
    return false;
  }

  get #own(): string {
    return join(this.#directory, `.${this.#id}`);
  }

  get #lock(): string {
    return join(this.#directory, 'lock');
  }
}

function nothingThere(error: unknown): string[] {
  if (codeOf(error) === 'ENOENT') return [];
  throw error;
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

function running(directory: string): ControlError {
  return new ControlError(
    'already-running',
    `another agent is running on the state folder ${directory}; stop it first`,
  );
}

function explained(directory: string, cause: unknown): unknown {
  if (!['EACCES', 'EPERM', 'EROFS'].includes(codeOf(cause))) return cause;
  return new ControlError(
    'no-access',
    `the state folder ${directory} may not be written by this user; run the command as root or as the agent's user, or set stateDir to another folder`,
    { cause },
  );
}
