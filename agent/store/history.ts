import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { AppendFile } from './append-file.ts';
import { explain, type Files, writeFailed } from './files.ts';
import type { NumberedEntry } from './journal.ts';
import type { StoreLog } from './log.ts';
import { matches } from './memory-store.ts';
import type { HistoryEntry, HistoryFilter } from './port.ts';

/** What a history file was found to hold. */
interface Scan {
  readonly known: Set<number>;
  readonly length: number;
  readonly size: number;
}

/**
 * The history: one file a month, one JSON object a line, only ever appended to. Its entries are durable in the
 * journal already when they come here, so the files may lag, and at a start they are completed from the journals.
 */
export class History {
  readonly #directory: string;
  readonly #files: Files;
  readonly #log: StoreLog;
  /** Entries that are in the journal but not yet in a history file, oldest first. */
  #queue: NumberedEntry[] = [];
  #open: { month: string; file: AppendFile; known: Set<number> } | undefined;
  /** Written since the last sync. */
  #unsynced: NumberedEntry[] = [];
  /** Writing, syncing and closing take turns. */
  #turn: Promise<unknown> = Promise.resolve();
  #failure: string | undefined;
  #folderDirty = false;

  constructor(directory: string, files: Files, log: StoreLog) {
    this.#directory = directory;
    this.#files = files;
    this.#log = log;
  }

  /** Takes entries over, to be written soon. Those a file already holds are dropped. */
  add(entries: readonly NumberedEntry[]): void {
    if (entries.length === 0) return;
    for (const entry of entries) this.#queue.push(entry);
    void this.#inTurn(() => this.#drain());
  }

  /** Resolves once everything taken over so far is on the disk; throws where that is not possible now. */
  async settle(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#drain();
      if (this.#failure !== undefined) throw new Error(`the history in ${this.#directory} cannot be written`);
      await this.#sync();
    });
  }

  /** All entries that pass the filter, oldest first. A line that cannot be read is passed over. */
  async read(filter: HistoryFilter): Promise<HistoryEntry[]> {
    await this.#inTurn(() => this.#drain());
    const found: NumberedEntry[] = this.#queue.filter(({ entry }) => matches(entry, filter));
    for (const name of (await this.#files.readdir(this.#directory)).sort()) {
      if (!/^\d{4}-\d{2}\.ndjson$/.test(name) || !isWanted(name.slice(0, 7), filter)) continue;
      for await (const { line } of readLines(this.#files, join(this.#directory, name))) {
        const numbered = parse(line);
        if (numbered !== undefined && matches(numbered.entry, filter)) found.push(numbered);
      }
    }
    found.sort((a, b) => a.seq - b.seq);
    return found.filter(({ seq }, index) => seq !== found[index - 1]?.seq).map(({ entry }) => entry);
  }

  /** Removes the files of all months before one. @throws StoreError `write-failed` */
  forget(month: string): Promise<number> {
    return this.#inTurn(async () => {
      const old = (await this.#files.readdir(this.#directory))
        .map((name) => /^(\d{4}-\d{2})\.ndjson$/.exec(name)?.[1])
        .filter((found) => found !== undefined && found < month && found !== this.#open?.month);
      try {
        for (const each of old) await this.#files.unlink(join(this.#directory, `${each}.ndjson`));
      } catch (cause) {
        throw writeFailed(this.#directory, cause);
      }
      return old.length;
    });
  }

  /** Writes what is left, as far as that is possible, and closes. */
  async close(): Promise<void> {
    await this.settle().catch(() => undefined); // said already; the journal still holds it
    await this.#open?.file.close();
    this.#open = undefined;
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(task);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Writes the queue. Never throws: what cannot be written stays in the queue, and the log says so once. */
  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0) await this.#writeMonth();
      if (this.#failure !== undefined) this.#log.info(`The history in ${this.#directory} is written again.`);
      this.#failure = undefined;
    } catch (error) {
      const message = `Cannot write the history in ${this.#directory}: ${explain(error)}. The entries are safe in the journal and follow later.`;
      if (message !== this.#failure) this.#log.error(message);
      this.#failure = message;
    }
  }

  /** Writes those entries of the queue that belong into the same file as the first of them. */
  async #writeMonth(): Promise<void> {
    const month = monthOf(this.#queue[0]);
    const { file, known } = await this.#fileOf(month);
    const run = this.#queue.filter((numbered) => monthOf(numbered) === month);
    const text = run
      .filter(({ seq }) => !known.has(seq))
      .map(({ seq, entry }) => `${JSON.stringify({ seq, ...entry })}\n`)
      .join('');
    await file.append(Buffer.from(text));
    const written = new Set(run);
    this.#queue = this.#queue.filter((numbered) => !written.has(numbered));
    for (const numbered of run) this.#unsynced.push(numbered);
  }

  async #sync(): Promise<void> {
    try {
      await this.#open?.file.sync();
    } catch (error) {
      this.#writeAgain();
      throw error;
    }
    this.#unsynced = [];
    if (!this.#folderDirty) return;
    await this.#files.syncFolder(this.#directory);
    this.#folderDirty = false;
  }

  /** What was written since the last sync may be gone. Entries that did arrive are recognised when the file is read. */
  #writeAgain(): void {
    this.#queue = [...this.#unsynced, ...this.#queue];
    this.#unsynced = [];
  }

  async #fileOf(month: string): Promise<{ file: AppendFile; known: Set<number> }> {
    if (this.#open?.month === month && !this.#open.file.broken) return this.#open;
    if (this.#open !== undefined) {
      const previous = this.#open.file;
      if (previous.broken) this.#writeAgain();
      else await this.#sync();
      this.#open = undefined;
      await previous.close();
    }
    const path = join(this.#directory, `${month}.ndjson`);
    if (!(await this.#files.readdir(this.#directory)).includes(`${month}.ndjson`)) {
      const file = await AppendFile.create(this.#files, path);
      this.#folderDirty = true;
      this.#open = { month, file, known: new Set() };
      return this.#open;
    }
    const { known, length, size } = await this.#scan(path);
    const file = await AppendFile.reopen(this.#files, path, length, size);
    if (size > length) {
      this.#log.warn(`${path} ended in a line that was never finished: ${size - length} bytes were cut from its end.`);
    }
    this.#open = { month, file, known };
    return this.#open;
  }

  async #scan(path: string): Promise<Scan> {
    const known = new Set<number>();
    let length = 0;
    let size = 0;
    for await (const { line, complete } of readLines(this.#files, path)) {
      size += line.length + (complete ? 1 : 0);
      if (!complete) continue;
      length = size;
      const numbered = parse(line);
      if (numbered !== undefined) known.add(numbered.seq);
    }
    return { known, length, size };
  }
}

function monthOf(numbered: NumberedEntry | undefined): string {
  const at = numbered?.entry.at ?? '';
  return /^\d{4}-\d{2}/.exec(at)?.[0] ?? '0000-00';
}

/** An entry without a readable instant lies in the file of no month. */
const isWanted = (month: string, { from, to }: HistoryFilter): boolean =>
  month === '0000-00' ||
  ((from === undefined || month >= from.slice(0, 7)) && (to === undefined || month <= to.slice(0, 7)));

function parse(line: Buffer): NumberedEntry | undefined {
  try {
    const { seq, ...entry } = JSON.parse(line.toString('utf8')) as HistoryEntry & { seq: unknown };
    return typeof seq === 'number' ? { seq, entry } : undefined;
  } catch {
    return undefined;
  }
}

/** Lines of a file, read as a stream. (Node's readline would also split at U+2028, which JSON leaves as it is.) */
async function* readLines(files: Files, path: string): AsyncGenerator<{ line: Buffer; complete: boolean }> {
  let rest: Buffer[] = [];
  for await (const chunk of files.readStream(path)) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      const line = chunk.subarray(start, end);
      yield { line: rest.length === 0 ? line : Buffer.concat([...rest, line]), complete: true };
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  if (rest.length > 0) yield { line: Buffer.concat(rest), complete: false };
}
