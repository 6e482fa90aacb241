/** What is known right now, for the command line and the page. */
import type { Message, NoticeRecord } from '../delivery/records.ts';
import type { Connection, ConnectionState } from '../lifecycle/connection.ts';
import { daysUntil } from '../lifecycle/days.ts';
import type { ConfiguredUnit } from '../lifecycle/facts.ts';
import {
  type Day,
  type EventId,
  eventTitle,
  type FactSource,
  type Facts,
  type LifecycleEvent,
  type Step,
} from '../lifecycle/model.ts';
import { lastSeen, type Unit } from '../lifecycle/unit.ts';
import { type WayView, wayNamed, wayViews } from '../lifecycle/way-views.ts';
import { keys } from '../store/keys.ts';
import { type Desk, today } from './desk.ts';
import { reminderVerdict } from './remind.ts';
import { connectionOf } from './reseller.ts';
import { noSuchUps, type Units } from './units.ts';

export interface EventView {
  readonly ups: string;
  readonly event: EventId;
  readonly title: string;
  readonly state: 'open' | 'resolved' | 'listed';
  readonly openedOn: Day;
  readonly occurrence: string;
  readonly causes: readonly string[];
  readonly date?: Day;
  readonly dateSource?: FactSource;
  readonly daysLeft?: number;
  readonly closedOn?: Day;
  readonly closed?: string;
  /** Steps told so far, by recipient. */
  readonly told: readonly {
    readonly to: 'customer' | 'reseller';
    readonly step: Step;
    readonly state: string;
    readonly on: Day;
  }[];
  /** Whether a reminder can be sent now, and if not, why. */
  readonly reminder: { readonly allowed: boolean; readonly why?: string };
}

export interface UnitSummary {
  /** Its name; of several names the first in the config. */
  readonly ups: string;
  readonly site?: string;
  readonly id?: string;
  readonly facts: Facts;
  readonly lastSeen?: string;
  /** Each entry of the config that reads it: one, or several of one UPS. */
  readonly ways: readonly Omit<WayView, 'facts'>[];
  readonly open: readonly EventId[];
}

export interface UnitView extends UnitSummary {
  /** With what each of them says by itself. */
  readonly ways: readonly WayView[];
}

export interface ConnectionView {
  readonly state: ConnectionState;
  /** The customer wants no reseller, and is not asked when a UPS is added. */
  readonly notInterested?: true;
  readonly address?: string;
  readonly since?: string;
  readonly invitedAt?: string;
  readonly takenAt?: string;
  readonly expiresAt?: string;
  readonly answeredAt?: string;
  readonly answeredBy?: string;
  /** Who sent the answer, as the mail or the endpoint says. */
  readonly answeredFrom?: string;
  /** How they gave it, in the endpoint's words. */
  readonly answeredHow?: string;
  /** Mail to the address comes back: most recently then, with these words. */
  readonly failing?: { readonly at: string; readonly reply: string };
  /** Why the invitation has not left yet. */
  readonly trouble?: string;
}

/** Every configured unit, in the order of the config; one that several entries read stands there once. */
export function unitSummaries(units: Units): UnitSummary[] {
  return units.configured().map((config) => summaryOf(config, units.find(config.name)?.value));
}

/** The same, with what each way says, which is worked out anew: for whoever looks, not for what asks every minute. */
export function unitViews(desk: Desk, units: Units): UnitView[] {
  const day = today(desk);
  return units.configured().map((config) => viewOf(config, units.find(config.name)?.value, day));
}

/** One configured unit, by any of its names. @throws OperationError `no-such-ups` */
export function unitView(desk: Desk, units: Units, name: string): UnitView {
  const config = units.configOf(name);
  if (config === undefined) throw noSuchUps(name);
  return viewOf(config, units.find(name)?.value, today(desk));
}

/** One event, and where it stands among the others: open ones first, then by date. */
export interface EventEntry {
  readonly unit: Unit;
  readonly event: LifecycleEvent;
  readonly rank: number;
}

/** Events of the watched units, or of the one named, in their order; for lists of which only a part is looked at. */
export function eventEntries(desk: Desk, units: Units, options: { all?: boolean; ups?: string } = {}): EventEntry[] {
  const day = today(desk);
  const wanted = options.ups === undefined ? units.all() : [units.find(options.ups)?.value ?? []].flat();
  return wanted
    .flatMap((unit) =>
      Object.values(unit.events)
        .filter((event) => options.all || isOpen(event))
        .map((event) => ({ unit, event, rank: rank(event, day) })),
    )
    .sort((a, b) => a.rank - b.rank);
}

/** The same with what was told of each, and whether a reminder can be sent. */
export function eventViews(desk: Desk, units: Units, options: { all?: boolean; ups?: string } = {}): EventView[] {
  return eventEntries(desk, units, options).map((entry) => eventView(desk, units, entry));
}

/** The connection without its hashes. */
export function connectionView(desk: Desk): ConnectionView {
  const c: Connection = connectionOf(desk.store);
  const waiting = desk.store.get<Message>(keys.message(`invitation/${c.id}`))?.value;
  const trouble = c.takenAt === undefined && c.state === 'pending' ? waiting?.lastError : undefined;
  const lapse = c.takenAt && new Date(Date.parse(c.takenAt) + 168 * 3_600_000).toISOString();
  return {
    state: c.state,
    ...(desk.site().reseller?.notInterested ? { notInterested: true as const } : {}),
    ...(c.address === '' ? {} : { address: c.address, since: c.since }),
    ...(c.invitedAt ? { invitedAt: c.invitedAt } : {}),
    ...(c.takenAt ? { takenAt: c.takenAt } : {}),
    ...(lapse && c.state === 'pending' ? { expiresAt: lapse } : {}),
    ...(c.answeredAt ? { answeredAt: c.answeredAt } : {}),
    ...(c.answeredBy ? { answeredBy: c.answeredBy } : {}),
    ...(c.answeredFrom ? { answeredFrom: c.answeredFrom } : {}),
    ...(c.answeredHow ? { answeredHow: c.answeredHow } : {}),
    ...(c.failing ? { failing: c.failing } : {}),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

function viewOf(config: ConfiguredUnit, unit: Unit | undefined, day: Day): UnitView {
  return { ...summaryOf(config, unit), ways: wayViews(unit?.ways ?? [], config.ways, day) };
}

function summaryOf({ name, site, ways }: ConfiguredUnit, unit: Unit | undefined): UnitSummary {
  const seen = unit && lastSeen(unit);
  return {
    ups: name,
    ...(site === undefined ? {} : { site }),
    ...(unit ? { id: unit.id } : {}),
    facts: unit?.facts ?? {},
    ...(seen === undefined ? {} : { lastSeen: seen }),
    ways: ways.map((way) => wayNamed(way, unit?.ways)),
    open: Object.values(unit?.events ?? {})
      .filter(isOpen)
      .map(({ id }) => id),
  };
}

const isOpen = (event: LifecycleEvent): boolean => event.closedOn === undefined;

function rank(event: LifecycleEvent, day: Day): number {
  if (!isOpen(event)) return 1_000_000;
  return event.date === undefined ? -1000 : daysUntil(event.date, day);
}

/** One event with what was told of it. */
export function eventView(desk: Desk, units: Units, { unit, event }: Omit<EventEntry, 'rank'>): EventView {
  const told = desk.store.list<NoticeRecord>(keys.noticesOf(unit.id, event.id, event.occurrence));
  const verdict = reminderVerdict(desk, units, unit.name, event.id);
  const { date, dateSource, closedOn, closed } = event;
  return {
    ups: unit.name,
    event: event.id,
    title: eventTitle(event.id, date),
    state: isOpen(event) ? (event.listedOnly ? 'listed' : 'open') : 'resolved',
    openedOn: event.openedOn,
    occurrence: event.occurrence,
    causes: event.causes,
    ...(date === undefined ? {} : { date, daysLeft: daysUntil(date, today(desk)) }),
    ...(dateSource === undefined ? {} : { dateSource }),
    ...(closedOn === undefined ? {} : { closedOn }),
    ...(closed === undefined ? {} : { closed }),
    told: told.map(([, { value }]) => ({
      to: value.recipient === 'customer' ? 'customer' : 'reseller',
      step: value.step,
      state: value.state,
      on: value.dueOn,
    })),
    reminder: verdict.allowed ? { allowed: true } : { allowed: false, why: verdict.message },
  };
}
