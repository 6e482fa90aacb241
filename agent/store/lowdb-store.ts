import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { Low } from 'lowdb';
import { AppendFile } from './append-file.ts';
import { DocumentFile, emptyDocument, type StoreDocument } from './document.ts';
import { explain, type Files, nodeFiles, writeFailed } from './files.ts';
import { History } from './history.ts';
import { encodeLine, type NumberedEntry } from './journal.ts';
import type { StoreLog } from './log.ts';
import { type Migration, newestFormat, migrations as released } from './migrations.ts';
import { type Batch, type HistoryEntry, type HistoryFilter, type Store, StoreError, type Versioned } from './port.ts';
import { prepare, Records, type Undo } from './records.ts';
import { journalGenerations, journalName, type Recovered, recover } from './recovery.ts';

export interface OpenStoreOptions {
  /** The state folder; created, readable by its owner only, where it is missing. */
  readonly directory: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: StoreLog;
  /** The file system; the real one unless a test gives another. */
  readonly files?: Files;
  /** The document is written anew when the journal is larger than this and than the document (4 MiB). */
  readonly foldAt?: number;
  /** How earlier formats become today's; a test gives others. */
  readonly migrations?: readonly Migration[];
}

/** A batch that is visible already and not durable yet. */
interface Pending {
  readonly sequence: number;
  readonly at: string;
  readonly line: string;
  readonly history: readonly NumberedEntry[];
  readonly undo: readonly Undo[];
  readonly resolve: () => void;
  readonly reject: (error: StoreError) => void;
}

/** A journal smaller than this is not folded into the document when the store closes: replaying it is quicker. */
const worthFolding = 256 * 1024;

/**
 * Opens the state folder, brings back everything that was ever confirmed, and says in the log what it had to repair.
 * A folder that cannot be written opens all the same: reading works, and each commit says what is wrong.
 * @throws StoreError `unreadable`, `newer-version`, and `write-failed` for a new folder that cannot be written
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const { directory, now, log, files = nodeFiles, foldAt = 4 * 1024 * 1024, migrations = released } = options;
  await files.mkdir(join(directory, 'history')).catch((cause: unknown) => {
    throw writeFailed(directory, cause);
  });
  const newest = newestFormat(migrations);
  const document = new DocumentFile(directory, files, log, now, newest);
  const low = new Low<StoreDocument>(document, emptyDocument(newest));
  const recovered = await recover(low, document, { directory, files, log, now, migrations });
  low.data = emptyDocument(newest); // the records live in the store from here on
  const store = new LowdbStore({ directory, now, log, files, foldAt, migrations }, low, document, recovered);
  await store.start();
  return store;
}

class LowdbStore implements Store {
  readonly #options: Required<OpenStoreOptions>;
  readonly #low: Low<StoreDocument>;
  readonly #document: DocumentFile;
  readonly #history: History;
  readonly #records: Records;
  /** Absent when it cannot be trusted or was never begun: then the document is written before anything else. */
  #journal: AppendFile | undefined;
  #generation: number;
  /** The last numbers given out; a refused batch does not give its numbers back. */
  #sequence: number;
  #historySequence: number;
  /** The last batch that is durable. */
  #durable: { sequence: number; at: string | undefined };
  /** Batches that are being written, and those that come with the next write. */
  #group: readonly Pending[] = [];
  #waiting: Pending[] = [];
  #flushing: Promise<void> | undefined;
  #folding: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #trouble: string | undefined;
  #foldTrouble: string | undefined;
  readonly #found: Recovered;

  constructor(options: Required<OpenStoreOptions>, low: Low<StoreDocument>, document: DocumentFile, found: Recovered) {
    this.#options = options;
    this.#low = low;
    this.#document = document;
    this.#history = new History(join(options.directory, 'history'), options.files, options.log);
    this.#records = new Records(found.records);
    this.#journal = found.journal;
    this.#generation = found.generation;
    this.#sequence = found.sequence;
    this.#historySequence = found.historySequence;
    this.#durable = { sequence: found.sequence, at: found.at };
    this.#found = found;
  }

  /** Completes the history, and writes the files anew where they were missing or damaged. */
  async start(): Promise<void> {
    this.#history.add(this.#found.history);
    if (this.#journal !== undefined) return;
    try {
      await this.#beginAnew();
    } catch (cause) {
      const error = writeFailed(this.#options.directory, cause);
      if (this.#generation <= 0) throw error;
      this.#say(error.message);
    }
  }

  get<T>(key: string): Versioned<T> | undefined {
    return this.#records.get(key) as Versioned<T> | undefined;
  }

  list<T>(prefix: string): [string, Versioned<T>][] {
    return this.#records.list(prefix) as [string, Versioned<T>][];
  }

  async commit(batch: Batch): Promise<void> {
    if (this.#closing !== undefined) throw new StoreError('closed', 'The store is closed.', { retry: false });
    const changes = prepare(batch);
    const entries = JSON.parse(JSON.stringify(batch.history ?? [])) as HistoryEntry[];
    if (changes.length === 0 && entries.length === 0) return;
    const at = new Date(this.#options.now()).toISOString();
    const undo = this.#records.apply(changes);
    const history = entries.map((entry) => ({ seq: ++this.#historySequence, entry }));
    const sequence = ++this.#sequence;
    const line = encodeLine(sequence, at, changes, history);
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ sequence, at, line, history, undo, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  history(filter: HistoryFilter = {}): Promise<HistoryEntry[]> {
    return this.#history.read(filter);
  }

  forgetHistory(month: string): Promise<number> {
    return this.#history.forget(month);
  }

  lastWritten(): string | undefined {
    return this.#durable.at;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Writes what waits, all of it with one sync, until nothing waits any more. */
  async #flush(): Promise<void> {
    await Promise.resolve(); // batches of one moment share the first write
    while (this.#waiting.length > 0) {
      this.#group = this.#waiting;
      this.#waiting = [];
      try {
        const journal = this.#journal ?? (await this.#beginAnew());
        await journal.append(Buffer.from(this.#group.map(({ line }) => line).join('')));
        await journal.sync();
        this.#acknowledge();
      } catch (error) {
        await this.#refuse(error);
      }
      await this.#foldIfLarge();
    }
    this.#flushing = undefined;
  }

  #acknowledge(): void {
    const group = this.#group;
    this.#group = [];
    for (const { sequence, at, history, resolve } of group) {
      this.#durable = { sequence, at };
      this.#history.add(history);
      resolve();
    }
    if (this.#trouble === undefined) return;
    this.#options.log.info(`Changes are saved in ${this.#options.directory} again.`);
    this.#trouble = undefined;
  }

  /** Undoes everything that is not durable: what waits may have been made from what has just failed. */
  async #refuse(cause: unknown): Promise<void> {
    const refused = [...this.#group, ...this.#waiting];
    this.#group = [];
    this.#waiting = [];
    for (const { undo } of refused.toReversed()) this.#records.undo(undo);
    const error = writeFailed(this.#journal?.path ?? this.#options.directory, cause);
    this.#say(error.message);
    for (const { reject } of refused) reject(error);
    if (this.#journal?.broken !== true) return;
    const broken = this.#journal;
    this.#journal = undefined;
    await broken.close().catch(() => undefined);
  }

  /** An operator reads the same trouble once, not once for each change. */
  #say(message: string): void {
    if (message !== this.#trouble) this.#options.log.error(message);
    this.#trouble = message;
  }

  get #format(): number {
    return newestFormat(this.#options.migrations);
  }

  /** Everything durable, as a document that journal `generation` goes on from. */
  #view(generation: number): StoreDocument {
    const records = this.#records.copyBefore([...this.#group, ...this.#waiting].flatMap(({ undo }) => undo));
    const { sequence, at } = this.#durable;
    const view = { format: this.#format, generation, sequence, history: this.#historySequence, records };
    return at === undefined ? view : { ...view, at };
  }

  /** Writes both copies of the document and begins a journal, relying on nothing that was in the folder before. */
  async #beginAnew(): Promise<AppendFile> {
    await this.#folding;
    this.#generation += 1;
    await this.#history.settle();
    await this.#document.writeBoth(this.#view(this.#generation));
    this.#journal = await this.#createJournal(this.#generation);
    await this.#removeJournals();
    return this.#journal;
  }

  async #createJournal(generation: number): Promise<AppendFile> {
    const { directory, files } = this.#options;
    const path = join(directory, journalName(generation));
    const journal = await AppendFile.create(files, path);
    try {
      await files.syncFolder(directory);
      return journal;
    } catch (error) {
      await journal.close();
      await files.unlink(path).catch(() => undefined);
      throw error;
    }
  }

  async #foldIfLarge(): Promise<void> {
    const { foldAt } = this.#options;
    if (this.#folding !== undefined || this.#journal === undefined) return;
    if (this.#journal.length > Math.max(foldAt, this.#document.bytes)) await this.#fold(this.#journal);
  }

  /**
   * Begins the next journal, and writes the document up to it while changes go on. Until the document is there the
   * earlier one and both journals hold everything, so its failing costs nothing but room.
   */
  async #fold(previous: AppendFile): Promise<void> {
    const generation = ++this.#generation;
    try {
      this.#journal = await this.#createJournal(generation);
    } catch (error) {
      this.#sayFoldFailed(error);
      return;
    }
    this.#low.data = this.#view(generation);
    this.#folding = this.#writeDocument(previous).finally(() => {
      this.#folding = undefined;
      this.#low.data = emptyDocument(this.#format); // do not keep replaced records alive
    });
  }

  async #writeDocument(previous: AppendFile): Promise<void> {
    try {
      await previous.close();
      await this.#history.settle(); // before a journal goes, what it says must be in the history for good
      await this.#low.write();
      await this.#removeJournals();
      this.#foldTrouble = undefined;
    } catch (error) {
      this.#sayFoldFailed(error);
    }
  }

  #sayFoldFailed(error: unknown): void {
    const message = `Cannot write ${this.#document.path} anew: ${explain(error)}. The journals hold everything meanwhile.`;
    if (message !== this.#foldTrouble) this.#options.log.warn(message);
    this.#foldTrouble = message;
  }

  /** Removes journals that are in both copies of the document, the oldest first. */
  async #removeJournals(): Promise<void> {
    const { directory, files, log } = this.#options;
    const needed = this.#document.journalsNeededFrom;
    if (needed === undefined) return;
    for (const generation of journalGenerations(await files.readdir(directory))) {
      if (generation >= needed) break;
      const path = join(directory, journalName(generation));
      await files.unlink(path).catch((error) => log.warn(`Cannot remove ${path}: ${explain(error)}.`));
    }
  }

  async #close(): Promise<void> {
    await this.#flushing;
    await this.#folding;
    if (this.#journal !== undefined && this.#journal.length > Math.max(worthFolding, this.#document.bytes / 8)) {
      await this.#fold(this.#journal);
      await this.#folding;
    }
    await this.#history.close();
    await this.#journal?.close();
  }
}
