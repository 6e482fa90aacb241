/** Readings and knowledge for the tests of what is derived from them. */

import type { ConfiguredUnit } from '../../agent/lifecycle/facts.ts';
import type { Day, Fact, LifecycleEvent } from '../../agent/lifecycle/model.ts';
import { absorb, type Observed } from '../../agent/lifecycle/observe.ts';
import type { Moment } from '../../agent/lifecycle/unit.ts';
import type { Heard } from '../../agent/lifecycle/ways.ts';
import type { CartridgeReading, Field, Reading, ReadingFields, SignalKey, Signals } from '../../drivers/contract.ts';

export const field = <T>(value: T, doubt?: string): Field<T> => ({
  value,
  raw: String(value),
  ...(doubt === undefined ? {} : { doubt }),
});

export interface Said {
  readonly serial?: string;
  readonly model?: string;
  readonly made?: string;
  readonly installed?: string;
  readonly replaceBy?: string;
  readonly cartridges?: readonly CartridgeReading[];
  readonly warranty?: string;
  /** `key|cause`, each on; a leading `!` says that it is off. */
  readonly signals?: readonly string[];
}

/** What a UPS that says this gives in one poll. */
export function reading(said: Said = {}): Reading {
  const fields: ReadingFields = {
    ...(said.serial === undefined ? {} : { 'device.serial': field(said.serial) }),
    ...(said.model === undefined ? {} : { 'device.model': field(said.model) }),
    ...(said.made === undefined ? {} : { 'ups.mfr.date': field(said.made) }),
    ...(said.installed === undefined ? {} : { 'battery.date': field(said.installed) }),
    ...(said.replaceBy === undefined ? {} : { 'battery.date.maintenance': field(said.replaceBy) }),
    ...(said.cartridges === undefined ? {} : { 'battery.cartridges': field(said.cartridges) }),
    ...(said.warranty === undefined ? {} : { 'warranty.end': field(said.warranty, 'counted by the UPS') }),
  };
  return { verdict: 'ups', fields, signals: signals(said.signals ?? []) };
}

export function signals(words: readonly string[]): Signals {
  const result: { [K in SignalKey]?: { [cause: string]: { value: boolean; raw: string } } } = {};
  for (const word of words) {
    const value = !word.startsWith('!');
    const [key, cause = 'indicator'] = word.replace('!', '').split('|') as [SignalKey, string?];
    result[key] = { ...result[key], [cause]: { value, raw: value ? '2' : '1' } };
  }
  return result;
}

/** What two equal readings in a row add up to. */
export function observed(said: Said, today: Day, before?: Observed): Observed {
  const at = `${today}T06:00:00Z`;
  const first = absorb(before, reading(said), at, today, 'mdy').observed;
  return absorb(first, reading(said), at, today, 'mdy').observed;
}

/** An entry of the config, read by SNMP unless told otherwise. */
export function unitConfig(rest: Partial<ConfiguredUnit> = {}, driver = 'snmp'): ConfiguredUnit {
  const name = rest.name ?? 'rack';
  return { name, ways: [{ name, driver, dateOrder: 'mdy' }], expectedLifeMonths: 48, ...rest };
}

/** What one way of reading says, for `deriveFacts`. */
export function heard(state: Pick<Observed, 'fields' | 'signals'>): readonly Heard[] {
  return [{ name: 'rack', observed: state, dateOrder: 'mdy' }];
}

export function moment(today: Day, resolvedTold: Moment['resolvedTold'] = () => false): Moment {
  return { today, now: `${today}T06:00:00Z`, resolvedTold };
}

/** A fact in one word: `2026-06-01 ups`, with a `?` when it is doubtful. */
export function brief(fact: Fact | undefined): string | undefined {
  return fact && `${fact.value} ${fact.source}${fact.confidence === 'doubtful' ? '?' : ''}`;
}

/** An event in one word: `open 2026-06-01 date+flag`. */
export function briefEvent(event: LifecycleEvent | undefined): string | undefined {
  if (event === undefined) return undefined;
  const state = event.closed ?? (event.listedOnly ? 'listed' : 'open');
  return [state, event.date ?? '-', event.causes.join('+')].join(' ');
}
