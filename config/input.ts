/** The edge to the outside: files, and the plain tree that the file's text becomes. */
import { readFile, stat } from 'node:fs/promises';

/** A section of the file before it is checked. */
export type Tree = Record<string, unknown>;

export interface Files {
  read(path: string): Promise<string>;
  /** The permission bits. */
  mode(path: string): Promise<number>;
}

/** The file system. */
export const fileSystem: Files = {
  read: async (path) => await readFile(path, 'utf8'),
  mode: async (path) => (await stat(path)).mode,
};

export function isRecord(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
