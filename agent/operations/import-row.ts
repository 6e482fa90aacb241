/** One line of an imported table: what it says of its unit that is not known yet. */
import type { DateOrder } from '../lifecycle/dates.ts';
import { type CustomerKey, type Entry, factOf } from '../lifecycle/entry.ts';
import type { CustomerFacts } from '../lifecycle/facts.ts';
import { type Day, type Facts, planKinds } from '../lifecycle/model.ts';
import { readTypedDate } from '../lifecycle/typed-dates.ts';
import { type Column, columnOf } from './dates-table.ts';

/** What is known of the unit that a line is about. */
export interface Known {
  readonly facts: Facts;
  readonly customer: CustomerFacts;
}

/** A cell by its column; empty where the table has no such column. */
export type Cells = (column: Column) => string;

export interface RowReading {
  readonly entry: Required<Pick<Entry, 'set' | 'confirm' | 'clear'>>;
  readonly problems: readonly { readonly column: Column; readonly message: string }[];
}

/** This in a cell withdraws what the customer said; an empty cell says nothing. */
const withdrawn = '-';

/** @param order how slash dates are written; `undefined` when the table contradicts itself, so that ambiguous ones are errors */
export function readRow(cells: Cells, known: Known, order: DateOrder | undefined): RowReading {
  const set: { -readonly [K in keyof CustomerFacts]: CustomerFacts[K] } = {};
  const confirm: CustomerKey[] = [];
  const clear: CustomerKey[] = [];
  const problems: { column: Column; message: string }[] = [];
  for (const key of ['installed', 'replaceBy', 'warrantyEnd'] as const) {
    const column = columnOf[key];
    const read = readCell(cells(column), order);
    if (read.kind === 'problem') problems.push({ column, message: read.message });
    if (read.kind === 'withdrawn' && known.customer[key] !== undefined) clear.push(key);
    if (read.kind !== 'day') continue;
    const fact = factOf(known.facts, key);
    if (fact?.value !== read.day) set[key] = read.day;
    else if (isConfirmed(cells(`${column}_source`)) && fact.source !== 'customer') confirm.push(key);
  }
  const plan = readPlan(cells, known, order);
  if (plan.kind === 'problem') problems.push({ column: plan.column, message: plan.message });
  if (plan.kind === 'withdrawn' && known.customer.plan !== undefined) clear.push('plan');
  if (plan.kind === 'plan') set.plan = plan.plan;
  if (plan.kind === 'confirmed') confirm.push('plan');
  return { entry: { set, confirm, clear }, problems };
}

/** Whoever writes their own name for a source says that the date beside it is right. */
const isConfirmed = (source: string): boolean => source.trim().toLowerCase() === 'customer';

type CellReading =
  | { readonly kind: 'nothing' | 'withdrawn' }
  | { readonly kind: 'day'; readonly day: Day }
  | { readonly kind: 'problem'; readonly message: string };

function readCell(text: string, order: DateOrder | undefined): CellReading {
  const cell = text.trim();
  if (cell === '') return { kind: 'nothing' };
  if (cell === withdrawn) return { kind: 'withdrawn' };
  const typed = readTypedDate(cell, order ?? 'mdy');
  if (typed === undefined) return { kind: 'problem', message: `"${shortened(cell)}" is no day; write YYYY-MM-DD` };
  if (typed.ambiguous && order === undefined) {
    const message = `"${cell}" can be read in two ways, and the table has dates of both; write YYYY-MM-DD`;
    return { kind: 'problem', message };
  }
  return { kind: 'day', day: typed.day };
}

type PlanReading =
  | { readonly kind: 'nothing' | 'withdrawn' | 'confirmed' }
  | { readonly kind: 'plan'; readonly plan: NonNullable<CustomerFacts['plan']> }
  | { readonly kind: 'problem'; readonly column: Column; readonly message: string };

/** Kind and end belong together; where the table gives one of them, the other is as known. */
function readPlan(cells: Cells, { facts }: Known, order: DateOrder | undefined): PlanReading {
  const kindText = cells('plan').trim().toLowerCase();
  const end = readCell(cells('plan_end'), order);
  if (end.kind === 'problem') return { ...end, column: 'plan_end' };
  if (end.kind === 'withdrawn' || kindText === withdrawn) return { kind: 'withdrawn' };
  if (kindText === '' && end.kind === 'nothing') return { kind: 'nothing' };
  const known = { kind: facts['plan.kind']?.value, end: facts['plan.end']?.value };
  const kind = kindText === '' ? known.kind : planKinds.find((each) => each === kindText);
  const day = end.kind === 'day' ? end.day : known.end;
  if (kind === undefined) {
    const said = kindText === '' ? 'a plan end without a plan' : `"${shortened(kindText)}" is no plan`;
    return { kind: 'problem', column: 'plan', message: `${said}; write ${planKinds.join(' or ')}` };
  }
  if (day === undefined) return { kind: 'problem', column: 'plan_end', message: 'a plan without its end' };
  if (kind !== known.kind || day !== known.end) return { kind: 'plan', plan: { kind, end: day } };
  const confirmed = isConfirmed(cells('plan_source')) && facts['plan.end']?.source !== 'customer';
  return { kind: confirmed ? 'confirmed' : 'nothing' };
}

const shortened = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
