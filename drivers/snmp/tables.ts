/** Rows of cartridges, packs and modules: from answered cells to a list and to what they say together. */
import type { CartridgeReading, SignalKey } from '../contract.ts';
import { bit, bitsOf, type Cell, integerOf, textOf, type Values } from './cell.ts';
import {
  type BatteryTable,
  batteryTables,
  type ColumnRole,
  lifetimeExceededBits,
  moduleNotInstalled,
  moduleStates,
  needsReplacementBit,
  statusBits,
} from './powernet.ts';
import { addLifetime, addSignal, type Draft } from './rules.ts';

interface Row {
  readonly table: BatteryTable;
  readonly pack: number;
  readonly cartridge: number | undefined;
  readonly oids: string[];
  readonly cells: Map<ColumnRole, Cell>;
}

/** The full OIDs of a table's columns. */
export function columnsOf(table: BatteryTable): readonly string[] {
  return Object.keys(table.columns).map((column) => `${table.entry}.${column}`);
}

/** A row by its suffix: the first part is the pack, the last the cartridge, whatever is between. */
function newRow(table: BatteryTable, suffix: string): Row | undefined {
  const parts = suffix.split('.').map(Number);
  const [shortest, longest] = table.suffix;
  const pack = parts[0];
  if (pack === undefined || parts.length < shortest || parts.length > longest) return undefined;
  return { table, pack, cartridge: table.wholePack ? undefined : parts.at(-1), oids: [], cells: new Map() };
}

function rowsOf(table: BatteryTable, values: Values): readonly Row[] {
  const rows = new Map<string, Row>();
  const prefix = `${table.entry}.`;
  for (const [oid, cell] of values) {
    if (!oid.startsWith(prefix)) continue;
    const cut = oid.indexOf('.', prefix.length);
    const role = table.columns[Number(oid.slice(prefix.length, cut))];
    const key = oid.slice(cut + 1);
    const row = rows.get(key) ?? newRow(table, key);
    if (cut < 0 || role === undefined || row === undefined) continue;
    row.oids.push(oid);
    row.cells.set(role, cell);
    rows.set(key, row);
  }
  return [...rows.values()].filter(isPopulated);
}

/** Agents list every slot; one with nothing in it answers empty texts, or says that no module is installed. */
function isPopulated(row: Row): boolean {
  const state = integerOf(row.cells.get('state'));
  if (state === moduleNotInstalled) return false;
  if (state !== undefined && moduleStates[state] !== undefined) return true;
  return [...row.cells].some(
    ([role, cell]) => role !== 'state' && (textOf(cell) !== undefined || bitsOf(cell) !== undefined),
  );
}

/** The OIDs worth asking at every poll: all cells of the rows that hold something. */
export function populatedCells(values: Values): readonly string[] {
  return batteryTables.flatMap((table) => rowsOf(table, values).flatMap((row) => row.oids));
}

/** An object that holds the install date of one cartridge or pack, in the words of the card. */
export interface InstalledCell {
  readonly oid: string;
  readonly pack: number;
  readonly cartridge?: number;
  readonly text: string | undefined;
}

/** Where the install dates of cartridges and packs stand, of the rows that hold something. */
export function installedCells(values: Values): readonly InstalledCell[] {
  return batteryTables.flatMap((table) => {
    const column = Object.entries(table.columns).find(([, role]) => role === 'installed')?.[0];
    return rowsOf(table, values).flatMap(({ pack, cartridge, oids, cells }) => {
      const oid = oids.find((each) => each.startsWith(`${table.entry}.${column}.`));
      if (oid === undefined) return [];
      return [{ oid, pack, ...(cartridge !== undefined && { cartridge }), text: textOf(cells.get('installed')) }];
    });
  });
}

function statusOf(row: Row): readonly string[] | undefined {
  const state = integerOf(row.cells.get('state'));
  const health = bitsOf(row.cells.get('health'));
  const flags = bitsOf(row.cells.get('flags'));
  const marks = flags === undefined ? undefined : statusBits.filter((_name, index) => bit(flags, index));
  const said = state === undefined ? marks : moduleStates[state]?.names;
  const exceeded = health !== undefined && lifetimeExceededBits.some((index) => bit(health, index));
  return exceeded ? [...(said ?? []), 'lifetime-exceeded'] : said;
}

function readingOf(row: Row): CartridgeReading {
  const text = (role: ColumnRole) => textOf(row.cells.get(role));
  const installed = text('installed');
  const replaceBy = text('replaceBy');
  const manufactured = text('manufactured');
  const part = text('part');
  const serial = text('serial');
  const status = statusOf(row);
  return {
    pack: row.pack,
    ...(row.cartridge !== undefined && { cartridge: row.cartridge }),
    ...(installed !== undefined && { installed }),
    ...(replaceBy !== undefined && { replaceBy }),
    ...(manufactured !== undefined && { manufactured }),
    ...(part !== undefined && { part }),
    ...(serial !== undefined && { serial }),
    ...(status !== undefined && { status }),
  };
}

/** What one row says about replacement, under which cause. */
interface Verdict {
  readonly cause: BatteryTable['cause'];
  readonly value: boolean;
  readonly raw: string;
}

function replacementOf(row: Row): readonly Verdict[] {
  const name = row.cartridge === undefined ? `${row.pack}` : `${row.pack}.${row.cartridge}`;
  const found: Verdict[] = [];
  const flags = (role: 'flags' | 'packFlags', cause: Verdict['cause']) => {
    const bits = bitsOf(row.cells.get(role));
    if (bits !== undefined) found.push({ cause, value: bit(bits, needsReplacementBit), raw: `${name}=${bits}` });
  };
  flags('flags', row.table.cause);
  flags('packFlags', 'packs');
  const state = integerOf(row.cells.get('state'));
  const module = state === undefined ? undefined : moduleStates[state];
  if (module !== undefined) found.push({ cause: row.table.cause, value: module.replace, raw: `${name}=${state}` });
  return found;
}

function addNeedsReplacement(draft: Draft, rows: readonly Row[], certain: boolean): void {
  const signal: SignalKey = 'battery.needs-replacement';
  const verdicts = rows.flatMap(replacementOf);
  for (const cause of ['cartridges', 'packs', 'modules'] as const) {
    const said = verdicts.filter((verdict) => verdict.cause === cause);
    if (said.length === 0) continue;
    const value = said.some((verdict) => verdict.value);
    if (value || certain) addSignal(draft, signal, cause, value, said.map((verdict) => verdict.raw).join(' '));
  }
}

/**
 * Adds the list of cartridges and packs and their signals. With `certain` false (a table was not read to its end)
 * nothing is said to be well: only what was seen to be wrong is told.
 */
export function evaluateTables(values: Values, certain: boolean, draft: Draft): void {
  const rows = batteryTables.flatMap((table) => rowsOf(table, values));
  if (rows.length === 0) return;
  const ordered = [...rows].sort((a, b) => a.pack - b.pack || (a.cartridge ?? 0) - (b.cartridge ?? 0));
  const value = ordered.map(readingOf);
  draft.fields['battery.cartridges'] = { value, raw: `${rows.length} rows` };
  addNeedsReplacement(draft, ordered, certain);
  for (const cause of ['cartridges', 'packs', 'modules'] as const) {
    const texts = ordered
      .filter((row) => row.table.cause === cause)
      .flatMap((row) => bitsOf(row.cells.get('health')) ?? []);
    addLifetime(draft, cause, texts, certain);
  }
}
