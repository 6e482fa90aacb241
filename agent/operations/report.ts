/**
 * The renewals report: what a reseller needs for a quotation, and nothing else. No address, no name of a UPS, nothing of how
 * it runs; a doubtful date is left out, as in any mail to a reseller.
 */

import { monthsBetween } from '../lifecycle/days.ts';
import { type CustomerKey, factOf } from '../lifecycle/entry.ts';
import { sound, told } from '../lifecycle/facts.ts';
import type { Day, Facts, PlanKind } from '../lifecycle/model.ts';
import { present } from '../lifecycle/present.ts';
import { type Desk, today } from './desk.ts';
import { type Delimiter, writeTable } from './table.ts';
import type { Units } from './units.ts';

export interface ReportDate {
  readonly day: Day;
  readonly estimate: boolean;
}

export interface ReportRow {
  readonly site?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly sku?: string;
  /** Since it was made, in whole months. */
  readonly ageMonths?: number;
  readonly cartridge?: string;
  readonly externalCartridge?: string;
  /** How many cartridges a full change takes. */
  readonly quantity?: number;
  readonly replaceBy?: ReportDate;
  readonly warrantyEnd?: ReportDate;
  readonly plan?: { readonly kind: PlanKind; readonly end: Day };
}

export interface Report {
  readonly company: string;
  readonly madeOn: Day;
  /** By replace-by date; units without one come last. */
  readonly rows: readonly ReportRow[];
  /** What a full change of all units takes. */
  readonly cartridges: readonly { readonly part: string; readonly quantity: number }[];
}

/** @param options.sites whether the site labels are in it; off unless asked for, since a label may be an address */
export function renewalsReport(desk: Desk, units: Units, options: { sites?: boolean } = {}): Report {
  const madeOn = today(desk);
  const rows = units.configured().map(({ name, site }) => ({
    ...(options.sites && site !== undefined ? { site } : {}),
    ...rowOf(units.find(name)?.value.facts ?? {}, madeOn),
  }));
  rows.sort((a, b) => compare(dayOr(a), dayOr(b)) || compare(a.model ?? '', b.model ?? ''));
  return { company: desk.site().company, madeOn, rows, cartridges: totals(rows) };
}

/** The report for a spreadsheet. */
export function reportTable({ rows }: Report, delimiter: Delimiter): string {
  const sites = rows.some(({ site }) => site !== undefined);
  const head = [
    ...(sites ? ['site'] : []),
    'model',
    'serial',
    'sku',
    'age_years',
    'cartridge',
    'external_cartridge',
    'quantity',
    'replace_by',
    'replace_by_is',
    'warranty_end',
    'warranty_end_is',
    'plan',
    'plan_end',
  ];
  const cells = rows.map((row) => [
    ...(sites ? [row.site ?? ''] : []),
    row.model ?? '',
    row.serial ?? '',
    row.sku ?? '',
    row.ageMonths === undefined ? '' : (row.ageMonths / 12).toFixed(1),
    row.cartridge ?? '',
    row.externalCartridge ?? '',
    row.quantity === undefined ? '' : String(row.quantity),
    row.replaceBy?.day ?? '',
    estimateWord(row.replaceBy),
    row.warrantyEnd?.day ?? '',
    estimateWord(row.warrantyEnd),
    row.plan?.kind ?? '',
    row.plan?.end ?? '',
  ]);
  return writeTable([head, ...cells], delimiter);
}

const estimateWord = (date: ReportDate | undefined): string => (date?.estimate ? 'estimate' : '');

function rowOf(facts: Facts, madeOn: Day): ReportRow {
  const made = told(facts['ups.mfr.date']);
  const quantity = told(facts['battery.cartridge.quantity']);
  const [kind, end] = [told(facts['plan.kind']), told(facts['plan.end'])];
  return present({
    model: told(facts['device.model']),
    serial: told(facts['device.serial']),
    sku: told(facts['device.part']),
    ageMonths: made !== undefined && made <= madeOn ? monthsBetween(made, madeOn) : undefined,
    cartridge: told(facts['battery.cartridge']),
    externalCartridge: told(facts['battery.cartridge.external']),
    quantity: quantity !== undefined && quantity > 0 ? quantity : undefined,
    replaceBy: dated(facts, 'replaceBy'),
    warrantyEnd: dated(facts, 'warrantyEnd'),
    plan: kind !== undefined && end !== undefined ? { kind, end } : undefined,
  });
}

function dated(facts: Facts, key: CustomerKey): ReportDate | undefined {
  const fact = factOf(facts, key);
  return sound(fact) ? { day: fact.value, estimate: fact.source === 'estimate' } : undefined;
}

function totals(rows: readonly ReportRow[]): Report['cartridges'] {
  const byPart = new Map<string, number>();
  for (const { cartridge, quantity } of rows) {
    if (cartridge !== undefined) byPart.set(cartridge, (byPart.get(cartridge) ?? 0) + (quantity ?? 1));
  }
  return [...byPart].map(([part, quantity]) => ({ part, quantity })).sort((a, b) => compare(a.part, b.part));
}

const dayOr = ({ replaceBy }: ReportRow): string => replaceBy?.day ?? '9999';
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
