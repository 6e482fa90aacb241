/** Two records that turn out to be one UPS: the older one goes on with what both know. Pure. */
import type { EventChange, Events } from './events.ts';
import type { ConfiguredUnit, CustomerFacts } from './facts.ts';
import type { EventId, LifecycleEvent } from './model.ts';
import { type Moment, retireAs, type Unit, type UnitChange, voidBehind } from './unit.ts';
import type { ConfiguredWay, Way } from './ways.ts';

export interface United {
  /** The record that goes on, not yet looked at anew. */
  readonly kept: Unit;
  /** Events that it goes on with. */
  readonly opened: readonly EventChange[];
  /** The other one: retired, and all it had open ended without a word. */
  readonly gone: UnitChange;
  /** Whoever was told of this opening of the one gone, counts as told of that of the one kept. */
  readonly openings: readonly { readonly event: EventId; readonly gone: string; readonly kept: string }[];
}

/** A retired record that an entry of the config, maybe of another name, stands for again. */
export function takeUp(unit: Unit, entry: ConfiguredWay): Unit {
  const own =
    unit.ways.find(({ name }) => name === entry.name) ??
    unit.ways.find(({ driver }) => driver === entry.driver || driver === '');
  const { retiredOn: _retired, mergedInto: _merged, ...rest } = unit;
  const way = own ? { ...own, name: entry.name } : { name: entry.name, driver: entry.driver };
  return { ...rest, name: entry.name, ways: [way] };
}

/** Unites two records. @param config of all entries that read this UPS */
export function unite(one: Unit, other: Unit, config: ConfiguredUnit, moment: Moment): United {
  const [older, gone] = isOlder(one, other) ? [one, other] : [other, one];
  const [entry] = config.ways.filter(({ name }) => gone.ways.some((way) => way.name === name));
  const base = older.retiredOn !== undefined && entry ? takeUp(older, entry) : older;
  const swap = (gone.swap?.day ?? '') > (base.swap?.day ?? '') ? gone.swap : base.swap;
  const behind = swap === base.swap ? gone.ways : base.ways;
  const customer = joinCustomer(base.customer, gone.customer);
  const serial = base.serial ?? gone.serial;
  const { events, opened, openings } = goOnWith(base.events, gone.events);
  const kept: Unit = {
    ...base,
    ...(serial === undefined ? {} : { serial }),
    ...(customer ? { customer } : {}),
    ...(swap ? { swap } : {}),
    ways: joinWays(base.ways, gone.retiredOn === undefined ? gone.ways : []),
    events,
  };
  const ended = retireAs(gone, 'superseded', moment);
  return {
    kept: voidBehind(
      kept,
      behind.map(({ name }) => name),
      config,
      moment.today,
    ),
    opened,
    gone: { ...ended, unit: { ...ended.unit, mergedInto: base.id } },
    openings,
  };
}

/** Of two that began at once the one that has its serial number longer. */
function isOlder(one: Unit, other: Unit): boolean {
  return age(one) === age(other) ? one.serial !== undefined : age(one) < age(other);
}

/** When a record began: what was never read and never told anything is the youngest. */
function age(unit: Unit): string {
  const begun = [
    ...unit.ways.flatMap(({ observed }) => observed?.firstSeen ?? []),
    ...Object.values(unit.events).map(({ openedAt }) => openedAt),
  ];
  return begun.reduce((first, at) => (at < first ? at : first), '~');
}

function joinWays(own: readonly Way[], others: readonly Way[]): Way[] {
  const better = others.filter(({ name, observed }) => observed || !own.some((way) => way.name === name));
  return [...own.filter(({ name }) => !better.some((way) => way.name === name)), ...better];
}

/** The word given to the older record counts; of two days of installation the later one. */
function joinCustomer(own: CustomerFacts | undefined, other: CustomerFacts | undefined): CustomerFacts | undefined {
  if (own === undefined || other === undefined) return own ?? other;
  const installed = [own.installed, other.installed].filter((day) => day !== undefined).sort();
  const latest = installed.at(-1);
  return { ...other, ...own, ...(latest === undefined ? {} : { installed: latest }) };
}

/** What is open in the record that ends stays open in the other one, under an opening of its own name. */
function goOnWith(own: Events, others: Events): Pick<United, 'opened' | 'openings'> & { readonly events: Events } {
  const events: { [K in EventId]?: LifecycleEvent } = { ...own };
  const opened: EventChange[] = [];
  const openings: { event: EventId; gone: string; kept: string }[] = [];
  for (const event of Object.values(others)) {
    if (event.closedOn !== undefined) continue;
    const known = own[event.id];
    const open = known && known.closedOn === undefined ? known : goingOn(event, known);
    if (open !== known) {
      events[event.id] = open;
      opened.push({ kind: 'opened', event: open });
    }
    openings.push({ event: event.id, gone: event.occurrence, kept: open.occurrence });
    const { follows } = event;
    if (follows) openings.push({ event: follows.id, gone: follows.occurrence, kept: follows.occurrence });
  }
  return { events, opened, openings };
}

/** The names of openings are those of their days: this one must not be that of an earlier one. */
function goingOn(event: LifecycleEvent, last: LifecycleEvent | undefined): LifecycleEvent {
  if (last === undefined || last.openedOn < event.openedOn) return event;
  return { ...event, occurrence: `${event.openedOn}.${Number(last.occurrence.split('.')[1] ?? '1') + 1}` };
}
