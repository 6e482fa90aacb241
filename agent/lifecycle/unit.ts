/** One UPS over time: what is known of it, what is open, and what a reading or a new day changes. Pure. */
import type { Reading } from '../../drivers/contract.ts';
import { isPlaceholderSerial, type Made, unitMade } from './battery.ts';
import { type EventChange, type Events, evaluate } from './events.ts';
import { type ConfiguredUnit, type CustomerFacts, deriveFacts } from './facts.ts';
import type { Day, Facts, Instant, LifecycleEvent } from './model.ts';
import { absorb } from './observe.ts';
import { type Swap, seenSwap, settled, voidedBy } from './swap.ts';
import { heardOf, unitedSignals, type Way, waysThatStay } from './ways.ts';

/** The record of one UPS. */
export interface Unit {
  /** Serial number, or the name in the config while none was known when the record was made. Never changes. */
  readonly id: string;
  /** The first of its names in the config. */
  readonly name: string;
  readonly site?: string;
  readonly serial?: string;
  /** What was observed by each entry of the config that reads it, in the order of the config. */
  readonly ways: readonly Way[];
  readonly customer?: CustomerFacts;
  readonly swap?: Swap;
  readonly facts: Facts;
  readonly events: Events;
  /** It is no longer watched: taken out of the config, or another unit answers in its place. */
  readonly retiredOn?: Day;
  /** The record of the same UPS that goes on. */
  readonly mergedInto?: string;
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

/** A unit with a reading taken in; `assess` says what follows from it. */
export interface Heeded {
  readonly unit: Unit;
  readonly unconfirmed: boolean;
  readonly swap?: Swap;
}

/** A unit that was never read. */
export function newUnit(id: string, config: ConfiguredUnit): Unit {
  const ways = config.ways.map(({ name, driver }) => ({ name, driver }));
  return { id, name: config.name, ...siteOf(config), ways, facts: {}, events: {} };
}

/** The serial number that names the unit of a reading, or `undefined` when it gives none to rely on. */
export function serialOf(reading: Pick<Reading, 'fields'>): string | undefined {
  const field = reading.fields['device.serial'];
  if (field === undefined || field.doubt !== undefined || isPlaceholderSerial(field.value)) return undefined;
  return field.value.trim();
}

/** When the unit was last read, over whichever way. */
export function lastSeen(unit: Unit): Instant | undefined {
  const seen = unit.ways.flatMap(({ observed }) => observed?.lastSeen ?? []);
  return seen.length === 0 ? undefined : seen.reduce((latest, at) => (at > latest ? at : latest));
}

/**
 * Takes a reading of this very unit in. The caller has made sure that the serial number is the same.
 * @param name the way it came
 */
export function takeReading(
  unit: Unit,
  name: string,
  reading: Reading,
  config: ConfiguredUnit,
  moment: Moment,
): UnitChange {
  return assess(heed(unit, name, reading, config, moment), config, moment);
}

/** The first half of `takeReading`: what was observed, and whether that shows a battery change. */
export function heed(unit: Unit, name: string, reading: Reading, config: ConfiguredUnit, moment: Moment): Heeded {
  const entry = config.ways.find((way) => way.name === name);
  if (entry === undefined) return { unit, unconfirmed: false };
  const before = unit.ways.find((way) => way.name === name);
  // Another driver has other causes and other dates: what the one before it said would stay for ever.
  const known = before && (before.driver === entry.driver || before.driver === '') ? before : undefined;
  const { observed, unconfirmed } = absorb(known?.observed, reading, moment.now, moment.today, entry.dateOrder);
  const way: Way = { ...known, name, driver: entry.driver, observed };
  const serial = unit.serial ?? serialOf(reading);
  const read: Unit = { ...unit, ways: withWay(unit.ways, way), ...(serial === undefined ? {} : { serial }) };
  if (known?.observed === undefined) return { unit: voidBehind(read, [name], config, moment.today), unconfirmed };
  const made = unitMade(heardOf(read.ways, config.ways), moment.today);
  const [old] = heardOf([known], [entry]);
  const [now] = heardOf([way], [entry]);
  const day = old && now && seenSwap(old, now, made, moment.today, unit.swap);
  if (day === undefined) return { unit: read, unconfirmed };
  const swap: Swap = { day, seenOn: moment.today, source: 'ups', voids: enteredDates(unit, config) };
  const ways = read.ways.map((each) => voidedWay(each === way ? known : each, each, swap, config, made, each !== way));
  return { unit: { ...read, ways, swap }, unconfirmed, swap };
}

/** What follows from what was taken in: facts and events. */
export function assess({ unit, unconfirmed, swap: seen }: Heeded, config: ConfiguredUnit, moment: Moment): UnitChange {
  const { retiredOn: _retired, site: _site, ...rest } = unit;
  const { swap } = unit;
  const current = waysThatStay(unit.ways, config.ways).map((way) => settled(way, swap));
  const heard = heardOf(current, config.ways);
  const facts = deriveFacts({
    heard,
    config,
    today: moment.today,
    ...(unit.customer ? { customer: unit.customer } : {}),
    ...(swap ? { swap } : {}),
  });
  const { events, changes } = evaluate(unit.events, {
    ...moment,
    facts,
    signals: unitedSignals(heard),
    swapped: seen !== undefined,
  });
  return {
    unit: { ...rest, name: config.name, ...siteOf(config), ways: current, facts, events },
    changes,
    unconfirmed,
    ...(seen ? { swap: seen } : {}),
  };
}

/**
 * Looks at a unit again without a new reading: a day has passed, or the config or a fact of the customer changed. What
 * was observed by an entry that the config no longer has is dropped.
 */
export function reassess(unit: Unit, config: ConfiguredUnit, moment: Moment): UnitChange {
  return assess({ unit, unconfirmed: false }, config, moment);
}

/**
 * The customer says that the battery was changed on a day: everything older about it is void.
 * @param written whether that day is now going to be written to the UPS
 */
export function recordSwap(unit: Unit, day: Day, config: ConfiguredUnit, moment: Moment, written = false): UnitChange {
  const { today } = moment;
  const voids = enteredDates(unit, config);
  const swap: Swap = { day, seenOn: today, source: 'customer', voids, ...(written ? { writtenOn: today } : {}) };
  const made = unitMade(heardOf(unit.ways, config.ways), moment.today);
  const ways = unit.ways.map((way) => voidedWay(way, way, swap, config, made, false));
  const told: Unit = { ...unit, ways, swap, customer: { ...unit.customer, installed: day } };
  return assess({ unit: told, unconfirmed: false, swap }, config, moment);
}

/** The unit is no longer watched: what is open ends. */
export function retire(unit: Unit, moment: Moment): UnitChange {
  return retireAs(unit, 'removed', moment);
}

/** @param reason `superseded` ends without a word: another record goes on with what is open */
export function retireAs(unit: Unit, reason: 'removed' | 'superseded', moment: Moment): UnitChange {
  const changes: EventChange[] = [];
  const events: { -readonly [K in keyof Events]: Events[K] } = { ...unit.events };
  for (const event of Object.values(unit.events)) {
    if (event.closedOn !== undefined) continue;
    const closed: LifecycleEvent = { ...event, closed: reason, closedOn: moment.today, closedAt: moment.now };
    events[event.id] = closed;
    changes.push({ kind: 'closed', event: closed });
  }
  return { unit: { ...unit, events, retiredOn: moment.today }, changes, unconfirmed: false };
}

/**
 * Ways that join a unit after a battery change, and still give the date of the battery before it: what they say of that
 * one is void.
 */
export function voidBehind(unit: Unit, names: readonly string[], config: ConfiguredUnit, today: Day): Unit {
  const { swap } = unit;
  if (swap === undefined) return unit;
  const made = unitMade(heardOf(unit.ways, config.ways), today);
  const ways = unit.ways.map((way) => {
    const [said] = names.includes(way.name) ? heardOf([way], config.ways) : [];
    const dates = said ? voidedBy(swap.day, said, made, today, true).dates.filter((d) => d.installed) : [];
    if (dates.length === 0) return way;
    return { ...way, voided: { dates: [...(way.voided?.dates ?? []), ...dates], signals: way.voided?.signals ?? [] } };
  });
  return { ...unit, ways };
}

/** A way with what a swap makes void of it. @param before what it said before the swap */
function voidedWay(
  before: Way,
  now: Way,
  swap: Swap,
  config: ConfiguredUnit,
  made: Made | undefined,
  behind: boolean,
): Way {
  const { voided: _earlier, ...rest } = now;
  const [said] = heardOf([before], config.ways);
  return said ? { ...rest, voided: voidedBy(swap.day, said, made, swap.seenOn, behind) } : now;
}

function withWay(ways: readonly Way[], way: Way): Way[] {
  const others = ways.filter(({ name }) => name !== way.name);
  return [...others, way];
}

const siteOf = (config: ConfiguredUnit): { site?: string } => (config.site === undefined ? {} : { site: config.site });

const enteredDates = (unit: Unit, config: ConfiguredUnit): Swap['voids'] => ({
  ...(config.replaceBy === undefined ? {} : { config: config.replaceBy }),
  ...(unit.customer?.replaceBy === undefined ? {} : { customer: unit.customer.replaceBy }),
});
