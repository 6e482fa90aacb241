import type { Buffer } from 'node:buffer';
import { createReadStream } from 'node:fs';
import * as fs from 'node:fs/promises';
import { StoreError } from './port.ts';

/** A file that is open for writing at given positions; Node's FileHandle is one. */
export interface OpenFile {
  write(bytes: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>;
  truncate(length: number): Promise<void>;
  datasync(): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * All that the store asks of a file system. It is injected, because a full disk, a failing disk and a power cut at
 * every single step have to be testable.
 */
export interface Files {
  /** `wx` creates (fails if it is there), `w` replaces, `r+` writes into what is there. */
  open(path: string, flags: 'wx' | 'w' | 'r+'): Promise<OpenFile>;
  readFile(path: string): Promise<Buffer>;
  readStream(path: string): AsyncIterable<Buffer>;
  /** Names in a folder; empty when there is no such folder. */
  readdir(path: string): Promise<string[]>;
  mkdir(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** The same content under a second name, without room for a second copy where the file system can do that. */
  duplicate(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Makes created, renamed and removed names in this folder durable. */
  syncFolder(path: string): Promise<void>;
}

/** The code of a system error (`ENOSPC`), or undefined for any other. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The real file system. Files are created readable by their owner only, folders likewise. */
export const nodeFiles: Files = {
  open: (path, flags) => fs.open(path, flags, 0o600),
  readFile: (path) => fs.readFile(path),
  readStream: (path) => createReadStream(path, { highWaterMark: 256 * 1024 }),
  async readdir(path) {
    try {
      return await fs.readdir(path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  },
  async mkdir(path) {
    await fs.mkdir(path, { recursive: true, mode: 0o700 });
  },
  rename: (from, to) => fs.rename(from, to),
  async duplicate(from, to) {
    try {
      await fs.link(from, to);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') throw error;
      // Not every file system knows hard links (FAT, some network shares).
      await fs.copyFile(from, to, fs.constants.COPYFILE_EXCL);
    }
  },
  unlink: (path) => fs.unlink(path),
  async syncFolder(path) {
    if (process.platform === 'win32') return; // a folder cannot be opened there, and NTFS journals names itself
    const handle = await fs.open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

/** Writes all bytes at a position: one write call may take fewer than it was given. */
export async function writeAll(file: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space there',
  EDQUOT: 'the disk quota is used up. Free some space there or raise the quota',
  EROFS: 'the file system is read-only. Look in the system log why, then mount it writable again',
  EIO: 'the disk reports an input/output error. Check the disk and have a backup of this folder ready',
  EACCES: "there is no permission. Give the folder and its files to the agent's user",
  EPERM: "there is no permission. Give the folder and its files to the agent's user",
  EMFILE: 'too many files are open. Raise the limit for open files of the service',
};

/** A sentence for the operator: what is wrong with a file and what to do about it. */
export function explain(error: unknown): string {
  const code = errorCode(error);
  const remedy = code === undefined ? undefined : remedies[code];
  if (remedy !== undefined) return `${remedy} (${code})`;
  return error instanceof Error ? error.message : String(error);
}

/** The error of a commit that could not be written; the change is undone and may be made again later. */
export function writeFailed(path: string, cause: unknown): StoreError {
  return new StoreError(
    'write-failed',
    `Cannot write ${path}: ${explain(cause)}. Nothing that was saved is lost; writing resumes as soon as this is put right.`,
    { retry: true, cause },
  );
}
