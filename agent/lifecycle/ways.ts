/** The ways to read one UPS: what was observed over each, and whose word goes first. */
import type { SignalKey, Signals } from '../../drivers/contract.ts';
import { signalKeys } from '../../drivers/contract.ts';
import type { DateOrder } from './dates.ts';
import type { Day } from './model.ts';
import { type Observed, seconded } from './observe.ts';

/** An entry of the config that reads a unit. */
export interface ConfiguredWay {
  readonly name: string;
  readonly driver: string;
  readonly dateOrder: DateOrder;
}

/** One way to read a unit, and what its readings add up to; those of another way change nothing here. */
export interface Way {
  /** The name in the config. */
  readonly name: string;
  /** The driver that observed; empty in a record of version 0.1 until the next reading. */
  readonly driver: string;
  /** Absent while it has never answered. */
  readonly observed?: Observed;
  readonly voided?: Voided;
}

/** What a way said before the last swap: it says nothing about the new battery until it changes. */
export interface Voided {
  readonly dates: readonly {
    /** `ups`, or `pack/cartridge`. */
    readonly origin: string;
    /** Set where another way saw the swap. */
    readonly installed?: Day;
    readonly replaceBy?: Day;
  }[];
  /** `key|cause` of each alarm that was on. */
  readonly signals: readonly string[];
}

/** What one way says, as facts are derived from it. */
export interface Heard {
  readonly name: string;
  readonly observed: Pick<Observed, 'fields' | 'signals'>;
  readonly dateOrder: DateOrder;
  readonly voided?: Voided;
}

/**
 * Whose word goes first: drivers that ask the UPS or its card, then those that ask a program which does. apcupsd comes
 * last: it has no replace-by date, and takes its replace flag back by itself.
 */
const ranks: Readonly<Record<string, number>> = { snmp: 0, modbus: 0, upslink: 0, nut: 1, apcupsd: 2 };
const lastRank = 9;

/** The place of a driver among the sources of a fact: the smaller goes first. */
export function rankOf(driver: string): number {
  return Object.hasOwn(ranks, driver) ? (ranks[driver] ?? lastRank) : lastRank;
}

/** What the ways of a unit say, the best source first; equal ones in the order of the config. */
export function heardOf(ways: readonly Way[], configured: readonly ConfiguredWay[]): Heard[] {
  return configured
    .toSorted((a, b) => rankOf(a.driver) - rankOf(b.driver))
    .flatMap(({ name, dateOrder }) => {
      const { observed, voided } = ways.find((way) => way.name === name) ?? {};
      return observed ? [{ name, observed, dateOrder, ...(voided ? { voided } : {}) }] : [];
    });
}

/** Of what several sources say, the best one's: the first that is sound, else the first. */
export function best<T>(said: readonly (T | undefined)[], doubt: (one: T) => unknown): T | undefined {
  const given = said.filter((one) => one !== undefined);
  return given.find((one) => doubt(one) === undefined) ?? given[0];
}

/**
 * The ways that the config has, in its order. What the others say is dropped with them, but for an alarm that one which
 * stays has seen as well: that one is not settled because somebody else confirmed it first.
 */
export function waysThatStay(ways: readonly Way[], configured: readonly ConfiguredWay[]): Way[] {
  const staying = configured.flatMap(({ name }) => ways.find((way) => way.name === name) ?? []);
  const leaving = ways.filter((way) => !staying.includes(way));
  return staying.map((way) => {
    if (way.observed === undefined || leaving.length === 0) return way;
    let { observed } = way;
    for (const { observed: seen, voided } of leaving)
      if (seen !== undefined) observed = seconded(observed, effectiveSignals(seen.signals, voided));
    return { ...way, observed };
  });
}

/** The alarms that count: without those that a swap made void. */
export function effectiveSignals(signals: Signals, voided: Voided | undefined): Signals {
  if (voided === undefined || voided.signals.length === 0) return signals;
  return mapCauses(signals, (key, cause, signal) => [
    cause,
    voided.signals.includes(`${key}|${cause}`) ? { ...signal, value: false } : signal,
  ]);
}

/**
 * The alarms of all ways together. Of several ways each cause carries its way, so that one's all-clear does not clear
 * what another one says.
 */
export function unitedSignals(heard: readonly Heard[]): Signals {
  const each = heard.map(({ name, observed, voided }) => ({
    name,
    signals: effectiveSignals(observed.signals, voided),
  }));
  if (each.length <= 1) return each[0]?.signals ?? {};
  const united: { [K in SignalKey]?: Signals[K] } = {};
  for (const { name, signals } of each) {
    const named = mapCauses(signals, (_key, cause, signal) => [`${name}: ${cause}`, signal]);
    for (const key of signalKeys) if (named[key]) united[key] = { ...united[key], ...named[key] };
  }
  return united;
}

type Causes = NonNullable<Signals[SignalKey]>;
type Cause = Causes[string];

function mapCauses(signals: Signals, map: (key: SignalKey, cause: string, signal: Cause) => [string, Cause]): Signals {
  const mapped: { [K in SignalKey]?: Causes } = {};
  for (const key of signalKeys) {
    const causes = Object.entries(signals[key] ?? {}).map(([cause, signal]) => map(key, cause, signal));
    if (causes.length > 0) mapped[key] = Object.fromEntries(causes);
  }
  return mapped;
}
