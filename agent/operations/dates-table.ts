/** The units and their dates as a table that can be filled in and read back. */
import type { Language } from '../delivery/mail/content.ts';
import { type CustomerKey, factOf } from '../lifecycle/entry.ts';
import type { Fact } from '../lifecycle/model.ts';
import { type Delimiter, writeTable } from './table.ts';
import type { Units } from './units.ts';

export const columns = [
  'serial',
  'name',
  'site',
  'model',
  'installed',
  'installed_source',
  'replace_by',
  'replace_by_source',
  'warranty_end',
  'warranty_end_source',
  'plan',
  'plan_end',
  'plan_source',
] as const;
export type Column = (typeof columns)[number];

/** The columns of what a customer can enter. */
export const columnOf = {
  installed: 'installed',
  replaceBy: 'replace_by',
  warrantyEnd: 'warranty_end',
  plan: 'plan_end',
} as const satisfies Record<CustomerKey, Column>;

/** What Excel separates cells with where this language is spoken. */
export function delimiterFor(language: Language): Delimiter {
  return language === 'en' ? ',' : ';';
}

/** All units with their dates as known now; the source says which are doubtful or estimates. */
export function datesTable(units: Units, delimiter: Delimiter): string {
  const rows = units.configured().map(({ name, site }) => {
    const facts = units.find(name)?.value.facts ?? {};
    const dates = (['installed', 'replaceBy', 'warrantyEnd'] as const).flatMap((key) => {
      const fact = factOf(facts, key);
      return [fact?.value ?? '', sourceWords(fact)];
    });
    const { 'device.serial': serial, 'device.model': model, 'plan.kind': kind, 'plan.end': end } = facts;
    return [
      serial?.value ?? '',
      name,
      site ?? '',
      model?.value ?? '',
      ...dates,
      kind?.value ?? '',
      end?.value ?? '',
      sourceWords(end),
    ];
  });
  return writeTable([[...columns], ...rows], delimiter);
}

function sourceWords(fact: Fact | undefined): string {
  if (fact === undefined) return '';
  return fact.confidence === 'doubtful' ? `${fact.source}, doubtful` : fact.source;
}
