import { Buffer } from 'node:buffer';
import { basename, dirname, join } from 'node:path';
import type { Adapter } from 'lowdb';
import { addToChecksum, checksumText } from './checksum.ts';
import { errorCode, explain, type Files, writeAll } from './files.ts';
import type { StoreLog } from './log.ts';
import { StoreError, type Versioned } from './port.ts';
import { deepFreeze } from './records.ts';

/** The whole state at one moment: everything written before journal `generation` was begun. */
export interface StoreDocument {
  /** How its records are made: grows when a version of the program makes them in another way. */
  readonly format: number;
  readonly generation: number;
  /** Number of the last batch in it. */
  readonly sequence: number;
  /** Number of the last history entry that was given out. */
  readonly history: number;
  /** Instant of the last batch in it; absent when there was none. */
  readonly at?: string;
  readonly records: ReadonlyMap<string, Versioned<unknown>>;
}

/** A new installation. */
export function emptyDocument(format: number): StoreDocument {
  return { format, generation: 0, sequence: 0, history: 0, records: new Map() };
}

const chunkLength = 256 * 1024;
const trailerStart = ',"checksum":"';
const trailerLength = trailerStart.length + 8 + '"}\n'.length;

/**
 * The text of a document, in pieces, so that writing a large one never holds up the process for long. It is plain
 * JSON with one record a line; its last member is a checksum of everything before it.
 */
export function* encodeDocument(document: StoreDocument): Generator<Buffer> {
  const { format, generation, sequence, history, at } = document;
  const head = JSON.stringify({ format, generation, sequence, history, at });
  let text = `${head.slice(0, -1)},"records":{`;
  let checksum = 0;
  let separator = '\n';
  for (const [key, { value, revision }] of document.records) {
    text += `${separator}${JSON.stringify(key)}:${JSON.stringify({ value, revision })}`;
    separator = ',\n';
    if (text.length < chunkLength) continue;
    checksum = addToChecksum(text, checksum);
    yield Buffer.from(text);
    text = '';
  }
  text += '\n}';
  checksum = addToChecksum(text, checksum);
  yield Buffer.from(`${text}${trailerStart}${checksumText(checksum)}"}\n`);
}

/** A document, or why the bytes are none: `newer` is a document of a later version of this program. */
export type Decoded = { document: StoreDocument } | { damaged: string } | { newer: number };

/** Reads a document of any format up to the newest. Never throws. */
export function decodeDocument(bytes: Buffer, newest: number): Decoded {
  if (bytes.length === 0) return { damaged: 'it is empty' };
  if (bytes.every((byte) => byte === 0)) return { damaged: 'it holds nothing but zero bytes' };
  const trailer = bytes.toString('latin1', Math.max(0, bytes.length - trailerLength));
  const sealed = trailer.startsWith(trailerStart) && trailer.endsWith('"}\n');
  const written = trailer.slice(trailerStart.length, trailerStart.length + 8);
  if (sealed && written !== checksumText(addToChecksum(bytes.subarray(0, -trailerLength)))) {
    return { damaged: 'its checksum does not agree' };
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch {
    return { damaged: 'it is cut short or garbled' };
  }
  if (typeof parsed !== 'object' || parsed === null) return { damaged: 'it is not a state file' };
  const { format, generation, sequence, history, at, records } = parsed as Record<string, unknown> &
    Record<'format' | 'generation' | 'sequence' | 'history' | 'at' | 'records', unknown>;
  if (typeof format === 'number' && format > newest) return { newer: format };
  if (!sealed) return { damaged: 'its checksum is missing' };
  if (!isCount(format) || !isCount(generation) || !isCount(sequence) || !isCount(history) || !isObject(records)) {
    return { damaged: 'it is not a state file' };
  }
  const document = {
    format,
    generation,
    sequence,
    history,
    records: new Map(Object.entries(deepFreeze(records) as Record<string, Versioned<unknown>>)),
  };
  return { document: typeof at === 'string' ? { ...document, at } : document };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/**
 * lowdb's adapter for the document file. Differs from lowdb's own: synced before it is renamed, the last good copy
 * kept, a damaged file set aside instead of an exception, and memory for one piece of text instead of all of it.
 */
export class DocumentFile implements Adapter<StoreDocument> {
  readonly #directory: string;
  readonly #files: Files;
  readonly #log: StoreLog;
  readonly #now: () => number;
  readonly #newest: number;
  /** Generation of the spare copy, where known. */
  #spare: number | undefined;
  #current: number | undefined;
  #bytes = 0;
  #complete = true;

  /** @param newest the newest format that can be read */
  constructor(directory: string, files: Files, log: StoreLog, now: () => number, newest: number) {
    this.#directory = directory;
    this.#files = files;
    this.#log = log;
    this.#now = now;
    this.#newest = newest;
  }

  get path(): string {
    return join(this.#directory, 'state.json');
  }

  get sparePath(): string {
    return `${this.path}.bak`;
  }

  /** Bytes of the document as it was last read or written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** False after `read` when one of the two copies was missing or damaged: both are to be written again. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Journals before this generation are in both copies; undefined while that is not known. */
  get journalsNeededFrom(): number | undefined {
    return this.#spare === undefined || this.#current === undefined ? undefined : Math.min(this.#spare, this.#current);
  }

  /**
   * The document, or the spare copy where the document cannot be read, or null where neither can.
   * @throws StoreError `newer-version`, `unreadable` (no permission)
   */
  async read(): Promise<StoreDocument | null> {
    const names = await this.#files.readdir(this.#directory);
    const current = names.includes('state.json') ? await this.#load(this.path) : undefined;
    if (current !== undefined) {
      this.#current = current.generation;
      this.#complete = names.includes('state.json.bak');
      return current;
    }
    this.#complete = false;
    if (!names.includes('state.json.bak')) return null;
    if (!names.includes('state.json')) {
      this.#log.warn(
        `${this.path} is missing; going on from its spare copy ${this.sparePath} and the journals. Nothing is lost.`,
      );
    }
    const spare = await this.#load(this.sparePath);
    if (spare !== undefined && names.includes('state.json')) {
      this.#log.warn(
        `Going on from the spare copy ${this.sparePath} and the journals, which hold everything saved since.`,
      );
    }
    return spare ?? null;
  }

  /** Writes a new document; the one before becomes the spare copy. There is a readable one at every moment. */
  async write(document: StoreDocument): Promise<void> {
    const temporary = await this.#writeTemporary(document);
    try {
      await this.#files.rename(this.path, this.sparePath);
      this.#spare = this.#current;
      this.#current = undefined;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
    await this.#files.rename(temporary, this.path);
    await this.#files.syncFolder(this.#directory);
    this.#current = document.generation;
  }

  /** Writes document and spare copy anew, for when the files before them are not to be relied on. */
  async writeBoth(document: StoreDocument): Promise<void> {
    await this.#files.rename(await this.#writeTemporary(document), this.path);
    await this.#files.syncFolder(this.#directory);
    this.#current = document.generation;
    await this.#files.rename(await this.#writeTemporary(document), this.sparePath);
    await this.#files.syncFolder(this.#directory);
    this.#spare = document.generation;
    this.#complete = true;
  }

  /** Where a document stays as it was before its format was changed. */
  keptPath(format: number): string {
    return `${this.path}.format-${format}`;
  }

  /** Keeps a document beside the state, for going back to a version of the program that writes its format. */
  async keep(document: StoreDocument): Promise<void> {
    await this.#files.rename(await this.#writeTemporary(document), this.keptPath(document.format));
    await this.#files.syncFolder(this.#directory);
  }

  /** Removes what an interrupted write left behind: it was never part of the state. */
  async removeTemporary(): Promise<void> {
    await this.#files.unlink(this.#temporary).catch(() => undefined);
  }

  get #temporary(): string {
    return `${this.path}.tmp`;
  }

  async #load(path: string): Promise<StoreDocument | undefined> {
    let bytes: Buffer;
    try {
      bytes = await this.#files.readFile(path);
    } catch (error) {
      throw unreadable(path, error);
    }
    const decoded = decodeDocument(bytes, this.#newest);
    if ('newer' in decoded) throw await this.#tooNew(path, decoded.newer);
    if ('document' in decoded) {
      this.#bytes = bytes.length;
      return decoded.document;
    }
    const aside = await setAside(this.#files, path, this.#now(), 'rename');
    this.#log.error(`${path} cannot be read: ${decoded.damaged}. It is kept as ${aside}.`);
    return undefined;
  }

  async #tooNew(path: string, format: number): Promise<StoreError> {
    const kept = this.keptPath(this.#newest);
    const isKept = (await this.#files.readdir(this.#directory)).includes(basename(kept));
    const back = isKept
      ? `go back to the state before the update by copying ${kept} over ${this.path} (what was told since is then told again)`
      : `put back a backup of ${this.#directory} from before the update`;
    return new StoreError(
      'newer-version',
      `${path} was written by a newer upsteward (format ${format}, this one reads up to ${this.#newest}). Install that version again, or ${back}.`,
      { retry: false },
    );
  }

  async #writeTemporary(document: StoreDocument): Promise<string> {
    const temporary = this.#temporary;
    let bytes = 0;
    try {
      const file = await this.#files.open(temporary, 'w');
      try {
        for (const piece of encodeDocument(document)) {
          await writeAll(file, piece, bytes);
          bytes += piece.length;
        }
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      // On a full disk the half of a document is the first thing to give room back.
      await this.removeTemporary();
      throw error;
    }
    this.#bytes = bytes;
    return temporary;
  }
}

/** The error of a file that is there but that the system does not hand over. */
export function unreadable(path: string, cause: unknown): StoreError {
  return new StoreError('unreadable', `Cannot read ${path}: ${explain(cause)}. Nothing was changed.`, {
    retry: false,
    cause,
  });
}

/**
 * Keeps a damaged file under a name of its own, `<name>.corrupt-<time>`, which never replaces an earlier one.
 * @param how `rename` takes the file away, `duplicate` leaves it
 */
export async function setAside(files: Files, path: string, now: number, how: 'rename' | 'duplicate'): Promise<string> {
  try {
    const taken = new Set(await files.readdir(dirname(path)));
    const base = `${path}.corrupt-${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
    let name = base;
    for (let count = 2; taken.has(basename(name)); count += 1) name = `${base}-${count}`;
    await files[how](path, name);
    return name;
  } catch (cause) {
    throw new StoreError(
      'unreadable',
      `${path} is damaged and cannot be set aside: ${explain(cause)}. Nothing was changed.`,
      { retry: true, cause },
    );
  }
}
