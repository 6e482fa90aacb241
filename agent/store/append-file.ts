import type { Buffer } from 'node:buffer';
import { type Files, type OpenFile, writeAll } from './files.ts';

/**
 * A file that only grows. A write that fails leaves it as it was: what arrived of it is cut away. Where even that
 * fails, or a sync failed (the kernel may then have dropped the pages and call the next sync a success), the file is
 * `broken` and must not be written any more.
 */
export class AppendFile {
  readonly path: string;
  readonly #file: OpenFile;
  #length: number;
  #synced: number;
  #broken = false;
  #closed = false;

  private constructor(path: string, file: OpenFile, length: number) {
    this.path = path;
    this.#file = file;
    this.#length = length;
    this.#synced = length;
  }

  /** A new, empty file. Its name is durable once the caller has synced the folder. */
  static async create(files: Files, path: string): Promise<AppendFile> {
    return new AppendFile(path, await files.open(path, 'wx'), 0);
  }

  /** An existing file of `size` bytes, of which the first `length` are good; the rest is cut away for good. */
  static async reopen(files: Files, path: string, length: number, size: number): Promise<AppendFile> {
    const file = await files.open(path, 'r+');
    try {
      if (size > length) {
        await file.truncate(length);
        await file.datasync();
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    return new AppendFile(path, file, length);
  }

  /** How many bytes are written for good. */
  get length(): number {
    return this.#length;
  }

  get broken(): boolean {
    return this.#broken;
  }

  /** Appends without a sync. */
  async append(bytes: Buffer): Promise<void> {
    if (this.#broken) throw new Error(`${this.path} cannot be trusted after an earlier error`);
    try {
      await writeAll(this.#file, bytes, this.#length);
    } catch (error) {
      await this.#cutBack();
      throw error;
    }
    this.#length += bytes.length;
  }

  /** Returns once everything appended is on the disk; cuts away what is not when that fails. */
  async sync(): Promise<void> {
    const length = this.#length;
    try {
      await this.#file.datasync();
    } catch (error) {
      this.#length = this.#synced;
      await this.#cutBack();
      this.#broken = true;
      throw error;
    }
    this.#synced = length;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#file.close();
  }

  /** The cut is synced too: otherwise a refused change could come back after a power cut. */
  async #cutBack(): Promise<void> {
    try {
      await this.#file.truncate(this.#length);
      await this.#file.datasync();
    } catch {
      this.#broken = true;
    }
  }
}
