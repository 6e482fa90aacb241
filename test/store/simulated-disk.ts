import { Buffer } from 'node:buffer';
import { dirname, join } from 'node:path';
import type { Files, OpenFile } from '../../agent/store/files.ts';

/** The power is gone: nothing works until `restart`. */
export class PowerCut extends Error {}

interface Content {
  current: Buffer;
  /** What a sync has put on the disk. */
  durable: Buffer;
}

/** A change of names that no sync of its folder has made durable yet. */
interface NameChange {
  readonly folder: string;
  readonly apply: (names: Map<string, Content>) => void;
}

/** One step that changes the disk. */
export interface Step {
  readonly number: number;
  readonly what:
    | 'create'
    | 'replace'
    | 'write'
    | 'truncate'
    | 'sync'
    | 'rename'
    | 'duplicate'
    | 'unlink'
    | 'syncFolder';
  readonly path: string;
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

/**
 * A disk in memory that keeps apart what is written and what is synced, so that the power can be cut at every step,
 * with the worst (or the best) outcome POSIX allows for what was not synced.
 */
export class SimulatedDisk implements Files {
  #names = new Map<string, Content>();
  #durableNames = new Map<string, Content>();
  #pending: NameChange[] = [];
  #steps = 0;
  #off = false;
  /** Called before each step; an error thrown here is the step's outcome. A write then stores half of its bytes. */
  before: ((step: Step) => void) | undefined;
  /** Bytes written so far, by file name. */
  readonly written = new Map<string, number>();
  syncs = 0;

  get steps(): number {
    return this.#steps;
  }

  /** The contents of a file, or undefined where there is none. */
  peek(path: string): Buffer | undefined {
    return this.#names.get(path)?.current;
  }

  /** Puts a file there, as something outside the program would; undefined removes it. */
  poke(path: string, bytes: Uint8Array | string | undefined): void {
    this.#names.delete(path);
    if (bytes !== undefined) this.#names.set(path, { current: Buffer.from(bytes), durable: Buffer.from(bytes) });
    this.#durableNames = new Map(this.#names);
  }

  paths(): string[] {
    return [...this.#names.keys()].sort();
  }

  /** An exact copy, everything on it durable. */
  clone(): SimulatedDisk {
    const copy = new SimulatedDisk();
    for (const [path, { current }] of this.#names) copy.poke(path, current);
    return copy;
  }

  /**
   * What is on the disk when the power is back.
   * @param random 0 … 1, deciding what of the unsynced arrived; a constant 0 loses all of it, 0.999 keeps all
   */
  restart(random: () => number): SimulatedDisk {
    const names = new Map(this.#durableNames);
    // A file system journals its names: what arrived of unsynced changes is a beginning of them.
    const arrived = Math.floor(random() * (this.#pending.length + 1));
    for (const change of this.#pending.slice(0, arrived)) change.apply(names);
    const disk = new SimulatedDisk();
    for (const [path, content] of names) disk.poke(path, afterPowerCut(content, random()));
    return disk;
  }

  async open(path: string, flags: 'wx' | 'w' | 'r+'): Promise<OpenFile> {
    let content = this.#names.get(path);
    if (flags === 'r+') {
      if (content === undefined) throw systemError('ENOENT', path);
    } else if (content === undefined) {
      this.#step('create', path);
      const created: Content = { current: Buffer.alloc(0), durable: Buffer.alloc(0) };
      content = created;
      this.#rename(path, (names) => names.set(path, created));
    } else {
      if (flags === 'wx') throw systemError('EEXIST', path);
      this.#step('replace', path);
      content.current = Buffer.alloc(0);
    }
    return this.#opened(path, content);
  }

  #opened(path: string, content: Content): OpenFile {
    const put = (bytes: Uint8Array, position: number) => {
      const next = Buffer.alloc(Math.max(content.current.length, position + bytes.length));
      content.current.copy(next);
      next.set(bytes, position);
      content.current = next;
      this.written.set(path, (this.written.get(path) ?? 0) + bytes.length);
    };
    const sync = async () => {
      this.#step('sync', path);
      this.syncs += 1;
      content.durable = content.current;
    };
    return {
      write: async (bytes, offset, length, position) => {
        const part = bytes.subarray(offset, offset + length);
        try {
          this.#step('write', path);
        } catch (error) {
          if (!this.#off || error instanceof PowerCut) put(part.subarray(0, part.length >> 1), position);
          throw error;
        }
        put(part, position);
        return { bytesWritten: part.length };
      },
      truncate: async (length) => {
        this.#step('truncate', path);
        content.current = content.current.subarray(0, length);
      },
      datasync: sync,
      sync,
      close: async () => undefined,
    };
  }

  async readFile(path: string): Promise<Buffer> {
    const content = this.#names.get(path);
    if (content === undefined) throw systemError('ENOENT', path);
    return Buffer.from(content.current);
  }

  async *readStream(path: string): AsyncGenerator<Buffer> {
    const bytes = await this.readFile(path);
    // Small pieces, so that lines run across them.
    for (let at = 0; at < bytes.length; at += 50) yield bytes.subarray(at, at + 50);
  }

  async readdir(path: string): Promise<string[]> {
    return [...this.#names.keys()].filter((name) => dirname(name) === path).map((name) => name.slice(path.length + 1));
  }

  async mkdir(): Promise<void> {}

  async rename(from: string, to: string): Promise<void> {
    const content = this.#names.get(from);
    if (content === undefined) throw systemError('ENOENT', from);
    this.#step('rename', to);
    this.#rename(to, (names) => {
      names.delete(from);
      names.set(to, content);
    });
  }

  async duplicate(from: string, to: string): Promise<void> {
    const content = this.#names.get(from);
    if (content === undefined) throw systemError('ENOENT', from);
    this.#step('duplicate', to);
    this.#rename(to, (names) => names.set(to, content));
  }

  async unlink(path: string): Promise<void> {
    if (!this.#names.has(path)) throw systemError('ENOENT', path);
    this.#step('unlink', path);
    this.#rename(path, (names) => names.delete(path));
  }

  async syncFolder(path: string): Promise<void> {
    this.#step('syncFolder', path);
    for (const change of this.#pending) if (change.folder === path) change.apply(this.#durableNames);
    this.#pending = this.#pending.filter(({ folder }) => folder !== path);
  }

  #rename(path: string, apply: (names: Map<string, Content>) => unknown): void {
    const change: NameChange = { folder: dirname(path), apply: (names) => void apply(names) };
    change.apply(this.#names);
    this.#pending.push(change);
  }

  #step(what: Step['what'], path: string): void {
    if (this.#off) throw new Error('no power');
    this.#steps += 1;
    try {
      this.before?.({ number: this.#steps, what, path });
    } catch (error) {
      if (error instanceof PowerCut) this.#off = true;
      throw error;
    }
  }
}

/** What is left of a file: what was synced, or also some of the rest, or zeros where the rest should be. */
function afterPowerCut({ current, durable }: Content, luck: number): Buffer {
  if (luck < 0.25) return durable;
  if (luck >= 0.75) return current;
  if (current.length <= durable.length) return luck < 0.5 ? durable : current;
  const length = durable.length + Math.floor(((luck * 1000) % 1) * (current.length - durable.length + 1));
  if (luck < 0.5) return current.subarray(0, length);
  return Buffer.concat([durable, Buffer.alloc(length - durable.length)]);
}

/** The log of a store, as lines. */
export function linesLog(): {
  lines: string[];
  info: (m: string) => void;
  warn: (m: string) => void;
  error: (m: string) => void;
} {
  const lines: string[] = [];
  const say = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  return { lines, info: say('info'), warn: say('warn'), error: say('error') };
}

export const stateFolder = '/state';

/** The path of a file in the state folder of a simulated disk. */
export function inState(name: string): string {
  return join(stateFolder, name);
}
