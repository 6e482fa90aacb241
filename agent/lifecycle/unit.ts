/** One UPS over time: what is known of it, what is open, and what a reading or a new day changes. Pure. */
import type { Reading } from '../../drivers/contract.ts';
import { effectiveSignals, isPlaceholderSerial, type Swap, seenSwap, settleSwap, toldSwap } from './battery.ts';
import { type EventChange, type Events, evaluate } from './events.ts';
import { type ConfiguredUnit, type CustomerFacts, deriveFacts } from './facts.ts';
import type { Day, Facts, Instant, LifecycleEvent } from './model.ts';
import { absorb, type Observed } from './observe.ts';

/** The record of one UPS. */
export interface Unit {
  /** Serial number, or the name in the config while none was known when the record was made. Never changes. */
  readonly id: string;
  /** The name in the config. */
  readonly name: string;
  readonly site?: string;
  readonly serial?: string;
  readonly observed?: Observed;
  readonly customer?: CustomerFacts;
  readonly swap?: Swap;
  readonly facts: Facts;
  readonly events: Events;
  /** It is no longer watched: taken out of the config, or another unit answers in its place. */
  readonly retiredOn?: Day;
}

/** The day and hour at which something is looked at, and what the rest of the house knows about it. */
export interface Moment {
  readonly today: Day;
  readonly now: Instant;
  readonly resolvedTold: (event: LifecycleEvent) => boolean;
}

export interface UnitChange {
  readonly unit: Unit;
  readonly changes: readonly EventChange[];
  /** Something waits for a second reading. */
  readonly unconfirmed: boolean;
  /** A battery change was seen. */
  readonly swap?: Swap;
}

/** A unit that was never read. */
export function newUnit(id: string, config: ConfiguredUnit): Unit {
  return { id, name: config.name, ...siteOf(config), facts: {}, events: {} };
}

/** The serial number that names the unit of a reading, or `undefined` when it gives none to rely on. */
export function serialOf(reading: Reading): string | undefined {
  const field = reading.fields['device.serial'];
  if (field === undefined || field.doubt !== undefined || isPlaceholderSerial(field.value)) return undefined;
  return field.value.trim();
}

/** Takes a reading of this very unit in. The caller has made sure that the serial number is the same. */
export function takeReading(unit: Unit, reading: Reading, config: ConfiguredUnit, moment: Moment): UnitChange {
  const { observed, unconfirmed } = absorb(unit.observed, reading, moment.now, moment.today, config.dateOrder);
  const swap =
    unit.observed &&
    seenSwap(unit.observed, observed, moment.today, config.dateOrder, knownDates(unit, config), unit.swap);
  const serial = unit.serial ?? serialOf(reading);
  const read: Unit = { ...unit, observed, ...(serial === undefined ? {} : { serial }) };
  const change = assess(swap ? { ...read, swap } : read, config, moment, swap !== undefined);
  return { ...change, unconfirmed, ...(swap ? { swap } : {}) };
}

/** Looks at a unit again without a new reading: a day has passed, or the config or a fact of the customer changed. */
export function reassess(unit: Unit, config: ConfiguredUnit, moment: Moment): UnitChange {
  return assess(unit, config, moment, false);
}

/** The customer says that the battery was changed on a day: everything older about it is void. */
export function recordSwap(unit: Unit, day: Day, config: ConfiguredUnit, moment: Moment): UnitChange {
  const swap = toldSwap(day, moment.today, unit.observed, config.dateOrder, knownDates(unit, config));
  const told: Unit = { ...unit, swap, customer: { ...unit.customer, installed: day } };
  return { ...assess(told, config, moment, true), swap };
}

/** The unit is no longer watched: what is open ends. */
export function retire(unit: Unit, moment: Moment): UnitChange {
  const changes: EventChange[] = [];
  const events: { -readonly [K in keyof Events]: Events[K] } = { ...unit.events };
  for (const event of Object.values(unit.events)) {
    if (event.closedOn !== undefined) continue;
    const closed: LifecycleEvent = { ...event, closed: 'removed', closedOn: moment.today, closedAt: moment.now };
    events[event.id] = closed;
    changes.push({ kind: 'closed', event: closed });
  }
  return { unit: { ...unit, events, retiredOn: moment.today }, changes, unconfirmed: false };
}

function assess(unit: Unit, config: ConfiguredUnit, moment: Moment, swapped: boolean): UnitChange {
  const { retiredOn: _retired, site: _site, ...rest } = unit;
  const swap = unit.swap && unit.observed ? settleSwap(unit.swap, unit.observed, moment.today) : unit.swap;
  const facts = deriveFacts({
    config,
    today: moment.today,
    ...(unit.observed ? { observed: unit.observed } : {}),
    ...(unit.customer ? { customer: unit.customer } : {}),
    ...(swap ? { swap } : {}),
  });
  const { events, changes } = evaluate(unit.events, {
    ...moment,
    facts,
    signals: effectiveSignals(unit.observed?.signals ?? {}, swap),
    swapped,
  });
  return {
    unit: { ...rest, name: config.name, ...siteOf(config), ...(swap ? { swap } : {}), facts, events },
    changes,
    unconfirmed: false,
  };
}

const siteOf = (config: ConfiguredUnit): { site?: string } => (config.site === undefined ? {} : { site: config.site });

const knownDates = (unit: Unit, config: ConfiguredUnit): { config?: Day; customer?: Day } => ({
  ...(config.replaceBy === undefined ? {} : { config: config.replaceBy }),
  ...(unit.customer?.replaceBy === undefined ? {} : { customer: unit.customer.replaceBy }),
});
