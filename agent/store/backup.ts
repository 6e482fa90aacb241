/** One file that holds a whole state: records and history, each line with its checksum, compressed. */
import type { Buffer } from 'node:buffer';
import { createWriteStream } from 'node:fs';
import * as fs from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import { openLine, sealLine } from './checksum.ts';
import { explain } from './files.ts';
import { type Migration, migrateValues, migrations, newestFormat } from './migrations.ts';
import { type HistoryEntry, type Store, StoreError } from './port.ts';

const format = 'upsteward-backup';
const formatVersion = 1;
/** Entries of the history that are restored with one write. */
const entriesAtOnce = 5000;

export interface Backup {
  /** The instant it shows. */
  readonly at: string;
  /** Version of the program that wrote it. */
  readonly program: string;
  /** The text of the config file, as it was. */
  readonly config?: string;
  readonly records: readonly (readonly [key: string, value: unknown])[];
  readonly history: readonly HistoryEntry[];
}

/**
 * Writes everything the store holds now into a new file that only its owner may read. Changes that come while it is
 * written are not in it.
 * @throws StoreError `write-failed`; no half file is left then
 */
export async function writeBackup(
  store: Store,
  path: string,
  about: Pick<Backup, 'at' | 'program' | 'config'>,
): Promise<void> {
  const records = store.list<unknown>('').map(([key, { value }]) => [key, value] as const);
  const history = (await store.history()).filter(({ at }) => at <= about.at);
  try {
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(Readable.from(lines(about, records, history)), createGzip(), file);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) await fs.rm(path, { force: true });
    throw new StoreError('write-failed', `Cannot write ${path}: ${explain(cause)}.`, { retry: true, cause });
  }
}

function* lines(
  about: Pick<Backup, 'at' | 'program' | 'config'>,
  records: Backup['records'],
  history: Backup['history'],
): Generator<string> {
  yield sealLine(JSON.stringify({ format, version: formatVersion, state: newestFormat(), ...about }));
  for (const record of records) yield sealLine(JSON.stringify({ record }));
  for (const entry of history) yield sealLine(JSON.stringify({ entry }));
  yield sealLine(JSON.stringify({ records: records.length, entries: history.length }));
}

/**
 * Reads a backup, whole or not at all; one of an earlier version as today's.
 * @param steps how earlier formats become today's; a test gives others
 * @throws StoreError `unreadable`, `newer-version`
 */
export async function readBackup(path: string, steps: readonly Migration[] = migrations): Promise<Backup> {
  const parts = parse(path, await readLines(path));
  const [head, ...rest] = parts;
  const end = rest.pop();
  if (head?.['format'] !== format) throw unreadable(path, 'it is no backup of upsteward');
  const stateFormat = Number(head['state'] ?? 1);
  if (Number(head['version']) > formatVersion || stateFormat > newestFormat(steps)) {
    throw new StoreError(
      'newer-version',
      `${path} was written by upsteward ${String(head['program'])}, which is newer than this program. Restore it with that version or a later one.`,
      { retry: false },
    );
  }
  const records = rest.flatMap(({ record }) => (record === undefined ? [] : [record as [string, unknown]]));
  const history = rest.flatMap(({ entry }) => (entry === undefined ? [] : [entry as HistoryEntry]));
  if (end?.['records'] !== records.length || end['entries'] !== history.length)
    throw unreadable(path, 'its end is missing');
  return {
    at: String(head['at']),
    program: String(head['program']),
    ...(typeof head['config'] === 'string' ? { config: head['config'] } : {}),
    records: [...migrateValues(new Map(records), stateFormat, steps)],
    history,
  };
}

/** Puts a backup into a store that is empty: the records in one step, then the history. @throws StoreError */
export async function fillStore(store: Store, backup: Backup): Promise<void> {
  await store.commit({ changes: backup.records.map(([key, value]) => ({ key, value, expected: 0 })) });
  for (let at = 0; at < backup.history.length; at += entriesAtOnce) {
    await store.commit({ changes: [], history: backup.history.slice(at, at + entriesAtOnce) });
  }
}

async function readLines(path: string): Promise<Buffer[]> {
  let bytes: Buffer;
  try {
    bytes = gunzipSync(await fs.readFile(path));
  } catch (cause) {
    throw unreadable(path, explain(cause), cause);
  }
  const found: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    found.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return found;
}

function parse(path: string, sealed: readonly Buffer[]): Record<string, unknown>[] {
  return sealed.map((line, index) => {
    const text = openLine(line);
    if (text === undefined) throw unreadable(path, `line ${index + 1} is damaged`);
    return JSON.parse(text) as Record<string, unknown>; // the checksum says that it is what was written
  });
}

function unreadable(path: string, why: string, cause?: unknown): StoreError {
  return new StoreError('unreadable', `${path} cannot be restored: ${why}. Use another backup.`, {
    retry: false,
    cause,
  });
}
