/**
 * Reading a table of dates back, in two steps: first the difference to what is known, line by line; then exactly that
 * difference is applied, or nothing when things have moved meanwhile.
 */
import { createHash } from 'node:crypto';
import type { DateOrder } from '../lifecycle/dates.ts';
import { type CustomerKey, customerKeys, type Entry, factOf } from '../lifecycle/entry.ts';
import type { FactSource, Facts } from '../lifecycle/model.ts';
import { readTypedDate } from '../lifecycle/typed-dates.ts';
import { type Column, columnOf, columns } from './dates-table.ts';
import { type Desk, OperationError } from './desk.ts';
import type { UnitEntry } from './entries.ts';
import { UnitFinder } from './find-unit.ts';
import { type Cells, readRow } from './import-row.ts';
import { readTable, type Table } from './table.ts';
import type { Units } from './units.ts';

/** One thing that would change. */
export interface DateChange {
  readonly line: number;
  readonly ups: string;
  readonly key: CustomerKey;
  readonly kind: 'set' | 'confirm' | 'clear';
  /** What is known now, with its source; absent where nothing is. */
  readonly from?: string;
  readonly source?: FactSource;
  /** What would count from then on; absent where the customer's word is withdrawn. */
  readonly to?: string;
}

export interface LineProblem {
  readonly line: number;
  readonly column?: string;
  readonly message: string;
}

export interface ImportPlan {
  /** Names exactly this difference: to be handed back to apply it. */
  readonly digest: string;
  readonly changes: readonly DateChange[];
  /** What could not be taken, and why; everything else can be applied all the same. */
  readonly problems: readonly LineProblem[];
  readonly notes: readonly string[];
  /** Lines that say what is known already. */
  readonly unchanged: number;
}

/** The difference between a table and what is known. Nothing is written. */
export function planImport(desk: Desk, units: Units, text: string): ImportPlan {
  return plan(desk, units, text).plan;
}

/**
 * Applies the difference that was shown, all of it in one commit.
 * @param digest of the difference as it was shown
 * @throws OperationError `moved` when the difference is another one by now
 */
export async function applyImport(desk: Desk, units: Units, text: string, digest: string): Promise<ImportPlan> {
  const now = plan(desk, units, text);
  if (now.plan.digest !== digest) {
    throw new OperationError('moved', 'things have changed since this difference was shown; look at it again');
  }
  if (now.entries.length > 0) await units.enterFacts(now.entries, 'import');
  return now.plan;
}

interface Planned {
  readonly plan: ImportPlan;
  readonly entries: readonly UnitEntry[];
}

function plan(desk: Desk, units: Units, text: string): Planned {
  const table = readTable(text);
  const problems: LineProblem[] = [...table.problems];
  const head = headOf(table, problems);
  const order = head.known ? orderOf(desk, table, head.at) : { notes: [] };
  const finder = new UnitFinder(units);
  const changes: DateChange[] = [];
  const entries: UnitEntry[] = [];
  let unchanged = 0;
  for (const row of head.known ? table.rows : []) {
    const cells: Cells = (column) => row.cells[head.at.get(column) ?? -1] ?? '';
    const found = finder.find(row.line, cells('serial').trim(), cells('name').trim());
    if (typeof found === 'string') {
      problems.push({ line: row.line, message: found });
      continue;
    }
    const known = { facts: found.unit?.facts ?? {}, customer: found.unit?.customer ?? {} };
    const read = readRow(cells, known, order.order);
    problems.push(...read.problems.map((problem) => ({ line: row.line, ...problem })));
    const { entry, refused } = possible(units, found.name, read.entry);
    problems.push(...refused.map(([key, message]) => ({ line: row.line, column: columnOf[key], message })));
    const own = changesOf(row.line, found.name, known.facts, entry);
    if (own.length > 0) entries.push({ name: found.name, ...entry });
    else if (read.problems.length + refused.length === 0) unchanged += 1;
    changes.push(...own);
  }
  problems.sort((a, b) => a.line - b.line);
  const digest = createHash('sha256').update(JSON.stringify(changes)).digest('hex').slice(0, 32);
  return { plan: { digest, changes, problems, notes: [...head.notes, ...order.notes], unchanged }, entries };
}

interface Head {
  readonly at: ReadonlyMap<Column, number>;
  readonly known: boolean;
  readonly notes: readonly string[];
}

/** Which column stands where: by its name, whatever its case, with blanks or dashes for underscores. */
function headOf(table: Table, problems: LineProblem[]): Head {
  const at = new Map<Column, number>();
  const ignored: string[] = [];
  table.header.forEach((title, index) => {
    const plain = title
      .trim()
      .toLowerCase()
      .replaceAll(/[\s_-]+/g, '_');
    const column = columns.find((each) => each === plain);
    if (column === undefined) ignored.push(title.trim().slice(0, 40) || `column ${index + 1}`);
    else if (at.has(column)) problems.push({ line: 1, column, message: 'the column is there twice; the first counts' });
    else at.set(column, index);
  });
  const known = at.has('serial') || at.has('name');
  if (!known) {
    const message = `the first line must name the columns, with serial or name among them; they are ${columns.join(', ')}`;
    problems.push({ line: 1, message });
  }
  const notes = known && ignored.length > 0 ? [`Columns that are not known are left out: ${ignored.join(', ')}.`] : [];
  return { at, known, notes };
}

/** How the table writes dates with slashes: as its own dates show, else as usual where the site's language is spoken. */
function orderOf(desk: Desk, table: Table, at: Head['at']): { order?: DateOrder; notes: readonly string[] } {
  const usual = desk.site().language === 'en' ? 'mdy' : 'dmy';
  const indices = Object.values(columnOf).flatMap((column) => at.get(column) ?? []);
  const dates = table.rows.flatMap(({ cells }) =>
    indices.flatMap((index) => readTypedDate(cells[index] ?? '', usual) ?? []),
  );
  const shown = new Set(dates.flatMap(({ shows }) => shows ?? []));
  if (shown.size > 1) return { notes: [] };
  const [order = usual] = shown;
  const guessed = shown.size === 0 && dates.some(({ ambiguous }) => ambiguous);
  const first = order === 'mdy' ? 'the month' : 'the day';
  return { order, notes: guessed ? [`Dates such as 03/04/2027 are read with ${first} first.`] : [] };
}

/** An entry without what would be refused; the rest may become possible or impossible by that, so it is asked again. */
function possible(units: Units, name: string, wanted: Entry): { entry: Entry; refused: [CustomerKey, string][] } {
  const refused: [CustomerKey, string][] = [];
  let entry = wanted;
  while (!isEmpty(entry)) {
    const refusals = Object.entries(units.refusals(name, entry)) as [CustomerKey, string][];
    if (refusals.length === 0) break;
    refused.push(...refusals);
    entry = without(entry, new Set(refusals.map(([key]) => key)));
  }
  return { entry, refused };
}

const isEmpty = ({ set = {}, confirm = [], clear = [] }: Entry): boolean =>
  Object.keys(set).length + confirm.length + clear.length === 0;

function without({ set = {}, confirm = [], clear = [] }: Entry, keys: ReadonlySet<CustomerKey>): Entry {
  return {
    set: Object.fromEntries(Object.entries(set).filter(([key]) => !keys.has(key as CustomerKey))),
    confirm: confirm.filter((key) => !keys.has(key)),
    clear: clear.filter((key) => !keys.has(key)),
  };
}

function changesOf(line: number, ups: string, facts: Facts, entry: Entry): DateChange[] {
  const { set = {}, confirm = [], clear = [] } = entry;
  const change = (key: CustomerKey, kind: DateChange['kind'], to: string | undefined): DateChange => {
    const from = shown(facts, key);
    const { source } = factOf(facts, key) ?? {};
    return {
      line,
      ups,
      key,
      kind,
      ...(from === undefined || source === undefined ? {} : { from, source }),
      ...(to === undefined ? {} : { to }),
    };
  };
  return [
    ...customerKeys.filter((key) => set[key] !== undefined).map((key) => change(key, 'set', words(set[key]))),
    ...confirm.map((key) => change(key, 'confirm', shown(facts, key))),
    ...clear.map((key) => change(key, 'clear', undefined)),
  ];
}

function shown(facts: Facts, key: CustomerKey): string | undefined {
  const fact = factOf(facts, key);
  return fact && (key === 'plan' ? `${facts['plan.kind']?.value ?? ''} ${fact.value}` : fact.value);
}

const words = (value: NonNullable<Entry['set']>[CustomerKey]): string | undefined =>
  typeof value === 'object' ? `${value.kind} ${value.end}` : value;
