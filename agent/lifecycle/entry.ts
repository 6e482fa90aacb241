/** What a customer enters by hand: which dates can be true, and what an entry does to a unit. Pure. */
import { manufacturedFrom, unitMade } from './battery.ts';
import { addMonths, isDay } from './days.ts';
import { type ConfiguredUnit, type CustomerFacts, doubtInstalled } from './facts.ts';
import type { Day, Fact, Facts } from './model.ts';
import type { Swap } from './swap.ts';
import { type Moment, reassess, type Unit, type UnitChange } from './unit.ts';
import { heardOf } from './ways.ts';

export const customerKeys = ['installed', 'replaceBy', 'warrantyEnd', 'plan'] as const;
export type CustomerKey = (typeof customerKeys)[number];

/** What is withdrawn goes first, then what is confirmed, then what is set. */
export interface Entry {
  readonly set?: CustomerFacts;
  /** These are right as they are known now: from here on they are the customer's word. */
  readonly confirm?: readonly CustomerKey[];
  /** The customer's word on these is withdrawn: what the config or the UPS says counts again. */
  readonly clear?: readonly CustomerKey[];
}

/** Why an entry cannot be taken, by what was entered, in words for whoever entered it. */
export type Refusals = { readonly [K in CustomerKey]?: string };

export type Entered =
  | { readonly ok: true; readonly change: UnitChange }
  | { readonly ok: false; readonly refusals: Refusals };

const factKeys = {
  installed: 'battery.date',
  replaceBy: 'battery.date.maintenance',
  warrantyEnd: 'warranty.end',
  plan: 'plan.end',
} as const satisfies Record<CustomerKey, keyof Facts>;

/** Later than this nobody can mean: a battery is replaced within 15 years, warranties and plans end within 20. */
const longestYears = { replaceBy: 15, warrantyEnd: 20, plan: 20 } as const;

/** The fact that stands behind what a customer can enter. */
export function factOf(facts: Facts, key: CustomerKey): Fact<Day> | undefined {
  return facts[factKeys[key]];
}

/**
 * Takes an entry in, as a whole or not at all. Each date must be able to be true, and must count from now on: one that
 * would be overruled or doubted is refused with the reason.
 */
export function enter(unit: Unit, entry: Entry, config: ConfiguredUnit, moment: Moment): Entered {
  const { facts, customer = {} } = unit;
  const confirmed = shown(facts, entry.confirm ?? []);
  const given: CustomerFacts = { ...confirmed, ...entry.set };
  const unknown = (entry.confirm ?? []).filter((key) => confirmed[key] === undefined);
  const impossible: Refusals = {
    ...Object.fromEntries(unknown.map((key) => [key, 'there is no date to confirm; enter one'])),
    ...implausible(given, unit, config, moment.today),
  };
  if (Object.keys(impossible).length > 0) return { ok: false, refusals: impossible };
  const kept = Object.entries(customer).filter(([key]) => !entry.clear?.includes(key as CustomerKey));
  const change = reassess(told(unit, { ...Object.fromEntries(kept), ...given }, given), config, moment);
  const refusals = overruled(change.unit.facts, given);
  return Object.keys(refusals).length > 0 ? { ok: false, refusals } : { ok: true, change };
}

function shown(facts: Facts, wanted: readonly CustomerKey[]): CustomerFacts {
  const kind = facts['plan.kind'];
  return Object.fromEntries(
    wanted.flatMap((key) => {
      const day = factOf(facts, key)?.value;
      if (day === undefined) return [];
      return [[key, key === 'plan' && kind ? { kind: kind.value, end: day } : day]];
    }),
  );
}

function told(unit: Unit, customer: CustomerFacts, given: CustomerFacts): Unit {
  const { customer: before, swap: old, ...rest } = unit;
  const swap = old && swapAfter(old, before ?? {}, customer, given);
  return { ...rest, ...(Object.keys(customer).length === 0 ? {} : { customer }), ...(swap ? { swap } : {}) };
}

/**
 * A battery change that the customer told of follows its day: corrected with it, and taken back with it. A replace-by
 * date that is entered now is about the battery of now.
 */
function swapAfter(swap: Swap, before: CustomerFacts, after: CustomerFacts, given: CustomerFacts): Swap | undefined {
  const own = swap.source === 'customer' && before.installed === swap.day;
  if (own && after.installed === undefined) return undefined;
  const { customer: replaceBy, ...voids } = swap.voids;
  const stillVoid = replaceBy !== undefined && given.replaceBy === undefined;
  return {
    ...swap,
    ...(own && after.installed !== undefined ? { day: after.installed } : {}),
    voids: { ...voids, ...(stillVoid ? { customer: replaceBy } : {}) },
  };
}

function implausible(given: CustomerFacts, unit: Unit, config: ConfiguredUnit, today: Day): Refusals {
  const made = unitMade(heardOf(unit.ways, config.ways), today);
  const first = manufacturedFrom(made);
  const days = { ...given, plan: given.plan?.end };
  const refusal = (key: CustomerKey): string | undefined => {
    const day = days[key];
    if (day === undefined) return undefined;
    if (!isDay(day)) return `"${day}" is no day; write it as YYYY-MM-DD`;
    if (key === 'installed') return doubtInstalled(made, today, day);
    if (first !== undefined && day < first) return `it lies before the manufacture date ${first}`;
    const years = longestYears[key];
    return day > addMonths(today, years * 12) ? `it lies over ${years} years ahead` : undefined;
  };
  return Object.fromEntries(customerKeys.flatMap((key) => reason(key, refusal(key))));
}

/** Of what was given, what would not count. */
function overruled(facts: Facts, given: CustomerFacts): Refusals {
  const refusal = (key: CustomerKey): string | undefined => {
    const fact = factOf(facts, key);
    if (given[key] === undefined || fact === undefined) return undefined;
    if (fact.source !== 'customer') {
      return `the UPS itself says ${fact.value}, which is newer and goes first; correct it on the UPS`;
    }
    if (fact.confidence === 'sound') return undefined;
    const alone = key === 'installed' && given.replaceBy === undefined;
    const hint = '; enter the new replace-by date as well, or record that the battery was replaced';
    return `${fact.why ?? 'it cannot be right'}${alone ? hint : ''}`;
  };
  return Object.fromEntries(customerKeys.flatMap((key) => reason(key, refusal(key))));
}

const reason = (key: CustomerKey, words: string | undefined): [CustomerKey, string][] =>
  words === undefined ? [] : [[key, words]];
