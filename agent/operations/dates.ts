/** The dates that wait for a word of the customer: missing, doubtful, or only an estimate. */
import { type CustomerKey, factOf } from '../lifecycle/entry.ts';
import type { ConfiguredUnit } from '../lifecycle/facts.ts';
import type { Day, Fact, FactSource } from '../lifecycle/model.ts';
import { present } from '../lifecycle/present.ts';
import type { Units } from './units.ts';

export const dateStates = ['doubtful', 'missing', 'estimated'] as const;
export type DateState = (typeof dateStates)[number];

export interface DateToConfirm {
  readonly ups: string;
  readonly site?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly key: Exclude<CustomerKey, 'plan'>;
  readonly state: DateState;
  /** The date as it is known now; absent where it is missing. */
  readonly value?: Day;
  readonly source?: FactSource;
  /** In words for the customer. */
  readonly why: string;
}

/** A plan is not asked for: most units have none. */
const askedFor = ['replaceBy', 'installed', 'warrantyEnd'] as const;

const missing = {
  installed: 'nobody says when the battery was installed',
  replaceBy: 'nobody says when the battery must be replaced',
  warrantyEnd: 'no UPS tells its warranty',
} as const;

/**
 * What should be confirmed or entered, doubtful dates first, then missing ones, then estimates; units as configured.
 * @param of these units alone
 */
export function datesToConfirm(units: Units, of: readonly ConfiguredUnit[] = units.configured()): DateToConfirm[] {
  const dates = of.flatMap(({ name, site }) => {
    const facts = units.find(name)?.value.facts ?? {};
    const { 'device.model': model, 'device.serial': serial } = facts;
    return askedFor.flatMap((key): DateToConfirm[] => {
      const verdict = judge(key, factOf(facts, key));
      if (verdict === undefined) return [];
      return [present({ ups: name, site, model: model?.value, serial: serial?.value, key, ...verdict })];
    });
  });
  return dates.sort((a, b) => dateStates.indexOf(a.state) - dateStates.indexOf(b.state));
}

function judge(
  key: DateToConfirm['key'],
  fact: Fact<Day> | undefined,
): Pick<DateToConfirm, 'state' | 'value' | 'source' | 'why'> | undefined {
  if (fact === undefined) return { state: 'missing', why: missing[key] };
  const { value, source } = fact;
  if (fact.confidence === 'doubtful') return { state: 'doubtful', value, source, why: fact.why ?? 'it is doubtful' };
  return source === 'estimate' ? { state: 'estimated', value, source, why: fact.raw } : undefined;
}
