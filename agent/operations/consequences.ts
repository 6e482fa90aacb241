/** What follows from a change of a unit: its record, lines of history, and what the endpoint is told at once. */
import { type CloudEventData, type CloudEventType, eventId } from '../delivery/cloud/events.ts';
import type { CloudItem } from '../delivery/records.ts';
import type { EventChange } from '../lifecycle/events.ts';
import { sound } from '../lifecycle/facts.ts';
import { eventTitle, type LifecycleEvent } from '../lifecycle/model.ts';
import type { Unit, UnitChange } from '../lifecycle/unit.ts';
import { keys } from '../store/keys.ts';
import type { HistoryEntry, Put, Versioned } from '../store/port.ts';
import type { Desk } from './desk.ts';

export interface Consequences {
  readonly changes: readonly Put[];
  readonly history: readonly HistoryEntry[];
}

/** All that a change of one unit writes; nothing when it changed nothing worth a write. */
export function unitConsequences(desk: Desk, before: Versioned<Unit> | undefined, change: UnitChange): Consequences {
  const { unit } = change;
  if (before && change.changes.length === 0 && !change.swap && sameRecord(before.value, unit)) {
    return { changes: [], history: [] };
  }
  const factsChanged = JSON.stringify(before?.value.facts ?? {}) !== JSON.stringify(unit.facts);
  // Entered twice in one commit, an event may open twice: the key says that it is the same news.
  const news = new Map(
    change.changes.flatMap((c) => cloudPut(desk, ...eventItem(unit, c))).map((put) => [put.key, put]),
  );
  return {
    changes: [
      { key: keys.unit(unit.id), value: unit, expected: before?.revision ?? 0 },
      ...news.values(),
      ...(factsChanged ? cloudPut(desk, `facts/${unit.id}`, 'ups.facts', unit.name, factsData(desk, unit)) : []),
    ],
    history: [
      ...(change.swap ? [entry(desk, 'battery.swapped', unit, { ...change.swap })] : []),
      ...change.changes.map((c) => entry(desk, historyKind(c), unit, { ...c.event, title: eventTitle(c.event.id) })),
    ],
  };
}

/**
 * An item for the endpoint, where there is one. A key that names a state (facts) replaces what waits under it; the id
 * carries the instant, so the endpoint sees it as news.
 */
export function cloudPut<T extends CloudEventType>(
  desk: Desk,
  name: string,
  type: T,
  subject: string | undefined,
  data: CloudEventData<T>,
  link: Pick<CloudItem, 'notice' | 'invitation'> = {},
): Put[] {
  if (desk.site().endpoint === undefined) return [];
  const key = keys.cloud(name);
  const time = desk.now();
  const item: CloudItem = {
    id: eventId(`${key}@${time}`),
    type,
    ...(subject === undefined ? {} : { subject }),
    time,
    data,
    ...link,
  };
  return [{ key, value: item, expected: desk.store.get(key)?.revision ?? 0 }];
}

/** A unit as the endpoint gets it. */
export function cloudUnit(unit: Unit): CloudEventData<'ups.facts'>['unit'] {
  const { facts } = unit;
  const quantity = facts['battery.cartridge.quantity'];
  const text = {
    site: unit.site,
    model: soundText(facts['device.model']),
    serial: soundText(facts['device.serial']),
    sku: soundText(facts['device.part']),
    cartridge: soundText(facts['battery.cartridge']),
    externalCartridge: soundText(facts['battery.cartridge.external']),
  };
  return {
    name: unit.name,
    ...Object.fromEntries(Object.entries(text).filter(([, value]) => value !== undefined)),
    ...(sound(quantity) && quantity.value > 0 ? { quantity: quantity.value } : {}),
  };
}

const soundText = (fact: Parameters<typeof sound<string>>[0]): string | undefined =>
  sound<string>(fact) ? fact.value : undefined;

function factsData(desk: Desk, unit: Unit): CloudEventData<'ups.facts'> {
  const facts = Object.entries(unit.facts).map(([key, fact]) => [
    key,
    {
      value: fact.value,
      source: fact.source,
      confidence: fact.confidence,
      ...(fact.why === undefined ? {} : { why: fact.why }),
    },
  ]);
  return {
    tellReseller: false,
    unit: cloudUnit(unit),
    ...(unit.ways.some(({ observed }) => observed) ? { readAt: desk.now() } : {}),
    facts: Object.fromEntries(facts),
  };
}

const cloudKinds = { opened: 'event.opened', changed: 'event.changed', closed: 'event.resolved' } as const;

function eventItem(
  unit: Unit,
  { kind, event }: EventChange,
): [string, 'event.opened' | 'event.changed' | 'event.resolved', string, CloudEventData<'event.resolved'>] {
  const data = {
    tellReseller: false,
    unit: cloudUnit(unit),
    event: event.id,
    title: eventTitle(event.id, event.date),
    occurrence: event.occurrence,
    openedOn: event.openedOn,
    causes: [...event.causes],
    ...(event.date === undefined ? {} : { date: event.date }),
    ...(event.dateSource === undefined ? {} : { dateSource: event.dateSource }),
    ...(event.closed === undefined ? {} : { closed: event.closed }),
    ...(event.closedOn === undefined ? {} : { closedOn: event.closedOn }),
  } as CloudEventData<'event.resolved'>;
  return [`${kind}/${unit.id}/${event.id}/${stamp(event)}`, cloudKinds[kind], unit.name, data];
}

const stamp = (event: LifecycleEvent): string => `${event.occurrence}/${event.date ?? ''}/${event.causes.join('+')}`;

const historyKind = ({ kind, event }: EventChange): string =>
  kind === 'closed' ? (event.closed === 'superseded' ? 'event.superseded' : 'event.resolved') : `event.${kind}`;

function entry(desk: Desk, kind: string, unit: Unit, data: Readonly<Record<string, unknown>>): HistoryEntry {
  return { at: desk.now(), kind, unit: unit.id, data };
}

/** `lastSeen` moves with every reading: it is worth a write once a day. */
function sameRecord(a: Unit, b: Unit): boolean {
  const { ways: waysA, ...restA } = a;
  const { ways: waysB, ...restB } = b;
  // Without a reading in between they are the very same ones.
  const sameWays = waysA.length === waysB.length && waysA.every((way, n) => way === waysB[n]);
  return (sameWays || plainWays(waysA) === plainWays(waysB)) && JSON.stringify(restA) === JSON.stringify(restB);
}

const plainWays = (ways: Unit['ways']): string =>
  JSON.stringify(ways, (key, value) => (key === 'lastSeen' ? String(value).slice(0, 10) : value));
