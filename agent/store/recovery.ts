import { join } from 'node:path';
import type { Low } from 'lowdb';
import { AppendFile } from './append-file.ts';
import { type DocumentFile, type StoreDocument, setAside, unreadable } from './document.ts';
import { explain, type Files, writeFailed } from './files.ts';
import { decodeJournal, type JournalContent, type JournalLine, type NumberedEntry } from './journal.ts';
import type { StoreLog } from './log.ts';
import { type Migration, migrateRecords, newestFormat } from './migrations.ts';
import { StoreError, type Versioned } from './port.ts';
import { deepFreeze } from './records.ts';

/** What a start found on the disk. */
export interface Recovered {
  readonly records: Map<string, Versioned<unknown>>;
  readonly sequence: number;
  readonly historySequence: number;
  readonly at: string | undefined;
  /** The highest generation in use; -1 for a new folder. */
  readonly generation: number;
  /** The journal to go on with; absent when document and journal have to be begun anew. */
  readonly journal: AppendFile | undefined;
  /** All history entries of the journals, for completing the history files. */
  readonly history: readonly NumberedEntry[];
}

export interface RecoveryContext {
  readonly migrations: readonly Migration[];
  readonly directory: string;
  readonly files: Files;
  readonly log: StoreLog;
  readonly now: () => number;
}

interface FoundJournal extends JournalContent {
  readonly generation: number;
  readonly path: string;
  readonly size: number;
}

/**
 * A journal line that is lost may have left its entries in the history. New entries keep clear of their numbers,
 * which nobody knows any more: an entry with a number that is in the history would be taken for written.
 */
const numberJump = 1_000_000;

/** The name of a generation's journal. */
export function journalName(generation: number): string {
  return `journal.${generation}.log`;
}

/** The generations of the journals among these names, in order. */
export function journalGenerations(names: readonly string[]): number[] {
  return names
    .map((name) => /^journal\.(\d+)\.log$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * Reads the state: the document, or its spare copy, and every journal since. Damaged files are kept aside, and said.
 * @throws StoreError `unreadable`, `newer-version`; never begins empty where there once was something
 */
export async function recover(
  low: Low<StoreDocument>,
  document: DocumentFile,
  context: RecoveryContext,
): Promise<Recovered> {
  const { directory, files } = context;
  const before = await files.readdir(directory);
  const historyBefore = await files.readdir(join(directory, 'history'));
  await document.removeTemporary();
  const empty = low.data;
  await low.read();
  const nothingRead = low.data === empty;
  const generations = journalGenerations(before).filter((generation) => generation >= low.data.generation);
  const journals: FoundJournal[] = [];
  for (const generation of generations) journals.push(await readJournal(generation, context));

  const missing = journals[0] !== undefined && journals[0].generation !== low.data.generation;
  if (nothingRead) {
    const traces = before.filter((name) => /^(state\.json|journal\.)/.test(name) && name !== 'state.json.tmp');
    if (traces.length === 0 && historyBefore.length === 0) return { ...replay(low.data, []), generation: -1 };
    requireWholeJournals(journals, context);
  } else if (missing) {
    context.log.error(
      `${journalName(low.data.generation)} is missing in ${directory}: what was saved in it is lost. Compare the dates on the pages with a backup.`,
    );
  }

  const state = replay(low.data, journals);
  const damaged = await reportDamage(journals, context);
  const last = journals.at(-1);
  const lost = nothingRead || missing || journals.some((journal) => journal.damaged || journal.size > journal.length);
  if (lost) state.historySequence += numberJump;
  const generation = Math.max(low.data.generation, last?.generation ?? 0);
  if (low.data.format < newestFormat(context.migrations)) {
    const records = await renew(low.data.format, { ...state, generation }, document, context);
    return { ...state, records, generation };
  }
  if (damaged || !document.complete || last === undefined) return { ...state, generation };
  return { ...state, generation, journal: await reopen(last, context) };
}

/** The records in the newest format; how they were stays beside the state. @throws StoreError; nothing was changed then */
async function renew(
  format: number,
  { records, sequence, historySequence, at, generation }: Omit<Recovered, 'journal' | 'history'>,
  document: DocumentFile,
  { directory, log, migrations }: RecoveryContext,
): Promise<Map<string, Versioned<unknown>>> {
  const newest = newestFormat(migrations);
  const renewed = renewedRecords(
    records,
    format,
    `${directory} cannot be brought from format ${format} to ${newest}`,
    migrations,
  );
  // Numbers far ahead: put back in its place, it must not go on with journals and a history written since.
  const kept = {
    format,
    generation: generation + numberJump,
    sequence,
    history: historySequence + numberJump,
    records,
  };
  await document.keep(at === undefined ? kept : { ...kept, at }).catch((cause: unknown) => {
    throw writeFailed(document.keptPath(format), cause);
  });
  log.info(
    `The state in ${directory} is brought from format ${format} to ${newest}; as it was it stays in ${document.keptPath(format)}.`,
  );
  return renewed;
}

function renewedRecords(
  records: ReadonlyMap<string, Versioned<unknown>>,
  format: number,
  what: string,
  migrations: readonly Migration[],
): Map<string, Versioned<unknown>> {
  try {
    return migrateRecords(records, format, migrations);
  } catch (cause) {
    throw new StoreError(
      'unreadable',
      `The state in ${what}: ${explain(cause)}. Nothing was changed; the version before still works with it.`,
      { retry: false, cause },
    );
  }
}

async function readJournal(generation: number, { directory, files }: RecoveryContext): Promise<FoundJournal> {
  const path = join(directory, journalName(generation));
  try {
    const bytes = await files.readFile(path);
    return { generation, path, size: bytes.length, ...decodeJournal(bytes) };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Without any document, journals are the whole state only if they reach back to the first one. */
function requireWholeJournals(
  journals: readonly FoundJournal[],
  { directory, log, migrations }: RecoveryContext,
): void {
  const first = journals[0];
  // A journal does not say its format: once there are several, only a document does.
  if (first?.generation !== 0 || first.lines.length === 0 || newestFormat(migrations) > 1) {
    throw new StoreError(
      'unreadable',
      `Neither state.json nor state.json.bak in ${directory} can be read, and the journals there do not reach back to the beginning. Put back a backup of this folder. To begin without any memory instead (the reseller is then invited again), move everything out of the folder and start again.`,
      { retry: false },
    );
  }
  log.warn(`No document can be read in ${directory}; everything is restored from the journals. Nothing is lost.`);
}

type State = Omit<Recovered, 'generation' | 'historySequence'> & { historySequence: number };

function replay(document: StoreDocument, journals: readonly FoundJournal[]): State {
  const records = new Map(document.records);
  const history: NumberedEntry[] = [];
  let { sequence, history: historySequence, at } = document;
  for (const line of journals.flatMap((journal) => journal.lines)) {
    for (const numbered of line.history) {
      history.push(numbered);
      historySequence = Math.max(historySequence, numbered.seq);
    }
    applyLine(records, line);
    ({ sequence, at } = line);
  }
  return { records, sequence, historySequence, at, history, journal: undefined };
}

function applyLine(records: Map<string, Versioned<unknown>>, line: JournalLine): void {
  for (const { key, record } of line.changes) {
    if (record === undefined) records.delete(key);
    else records.set(key, deepFreeze(record) as Versioned<unknown>);
  }
}

/** Says what is wrong with the journals and keeps damaged ones aside. Returns whether any was damaged. */
async function reportDamage(journals: readonly FoundJournal[], { files, log, now }: RecoveryContext): Promise<boolean> {
  let damaged = false;
  for (const journal of journals) {
    const torn = journal.size - journal.length;
    if (torn > 0) {
      log.warn(
        `${journal.path} ended in a change that was never finished: ${torn} of ${journal.size} bytes are cut from its end. Nothing that was confirmed is lost.`,
      );
    }
    if (!journal.damaged && (torn === 0 || journal === journals.at(-1))) continue;
    damaged = true; // also where an earlier journal, which was whole when the next was begun, ends too soon
    const aside = await setAside(files, journal.path, now(), 'duplicate');
    log.error(
      `${journal.path} is damaged: ${journal.damagedBytes} bytes of it cannot be read and are passed over, ${journal.lines.length} changes are intact. It is kept as ${aside}.`,
    );
  }
  return damaged;
}

/** Opens the last journal for going on. Where its unfinished end cannot be cut, a new one is begun at the next change. */
async function reopen(journal: FoundJournal, { files, log }: RecoveryContext): Promise<AppendFile | undefined> {
  try {
    return await AppendFile.reopen(files, journal.path, journal.length, journal.size);
  } catch (error) {
    log.error(`Cannot write ${journal.path}: ${explain(error)}. Going on, but nothing can be saved until then.`);
    return undefined;
  }
}
