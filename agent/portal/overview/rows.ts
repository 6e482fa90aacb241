/** One unit as the overview lists it: worked out once for each record and day, then kept. Ten thousand are nothing then. */
import { daysUntil } from '../../lifecycle/days.ts';
import type { ConfiguredUnit } from '../../lifecycle/facts.ts';
import {
  type Day,
  type EventId,
  eventTitle,
  type Fact,
  type LifecycleEvent,
  type PlanKind,
} from '../../lifecycle/model.ts';
import type { Unit } from '../../lifecycle/unit.ts';
import type { Office } from '../../office.ts';
import { type Desk, today } from '../../operations/desk.ts';
import type { Units } from '../../operations/units.ts';

export const kinds = ['battery', 'warranty', 'plan'] as const;
export type Kind = (typeof kinds)[number];

export interface RowEvent {
  readonly id: EventId;
  readonly title: string;
  readonly kind: Kind;
  readonly date?: Day;
  readonly daysLeft?: number;
}

/**
 * `attention`: the UPS reports it, or a date is reached. `soon`: within 90 days. `quiet`: nothing for now. `unread`: nothing
 * is known yet.
 */
export type RowState = 'attention' | 'soon' | 'quiet' | 'unread';

export interface Row {
  readonly name: string;
  /** The names of all entries of the config that read it. */
  readonly ways: readonly string[];
  readonly site?: string;
  readonly model?: string;
  readonly serial?: string;
  /** The order numbers of the UPS and of its cartridge. */
  readonly parts: readonly string[];
  readonly state: RowState;
  /** What is open and told, the most urgent first. */
  readonly events: readonly RowEvent[];
  readonly dates: { readonly [K in Kind]?: Fact<Day> };
  readonly plan?: PlanKind;
  /** A date is doubtful, or the one that counts most is missing. */
  readonly toConfirm: boolean;
  /** The smaller, the more urgent. */
  readonly rank: number;
}

/** Behind everything that has a date. */
const [quietRank, unreadRank] = [100_000, 200_000];
/** Before everything that has a date. */
const nowRank = -100_000;

/** The rows of all units, in the order of the config. */
export class Rows {
  readonly #desk: Desk;
  readonly #units: Units;
  #day: Day = '';
  #known = new WeakMap<Unit, Row>();

  constructor(desk: Desk, units: Units) {
    this.#desk = desk;
    this.#units = units;
  }

  all(): Row[] {
    const day = today(this.#desk);
    if (day !== this.#day) this.#known = new WeakMap();
    this.#day = day;
    return this.#units.configured().map((config) => {
      const unit = this.#units.find(config.name)?.value;
      if (unit === undefined) return unreadRow(config);
      const known = this.#known.get(unit);
      if (known !== undefined && known.site === config.site && known.ways.length === config.ways.length) return known;
      const row = rowOf(unit, config, day);
      this.#known.set(unit, row);
      return row;
    });
  }
}

const known = new WeakMap<Office, Rows>();

/** The rows of an office: the same ones for the overview and the API. */
export function rowsOf(office: Office): Rows {
  const rows = known.get(office) ?? new Rows(office.desk, office.units);
  known.set(office, rows);
  return rows;
}

export function rowOf(unit: Unit, config: ConfiguredUnit, day: Day): Row {
  const { facts } = unit;
  const events = Object.values(unit.events)
    .filter((event) => event.closedOn === undefined && !event.listedOnly)
    .map((event) => rowEvent(event, day))
    .sort((a, b) => eventRank(a) - eventRank(b));
  const dates = {
    ...dated('battery', facts['battery.date.maintenance']),
    ...dated('warranty', facts['warranty.end']),
    ...dated('plan', facts['plan.end']),
  };
  const [model, serial] = [text(facts['device.model']), text(facts['device.serial'])];
  const names = config.ways.map(({ name }) => name);
  const first = events[0];
  return {
    name: config.name,
    ways: names,
    ...(config.site === undefined ? {} : { site: config.site }),
    ...(model === '' ? {} : { model }),
    ...(serial === '' ? {} : { serial }),
    parts: [text(facts['device.part']), text(facts['battery.cartridge'])],
    state: first === undefined ? 'quiet' : isReached(first) ? 'attention' : 'soon',
    events,
    dates,
    ...(facts['plan.kind'] ? { plan: facts['plan.kind'].value } : {}),
    toConfirm: dates.battery === undefined || Object.values(dates).some((fact) => fact.confidence === 'doubtful'),
    rank: first === undefined ? nextDate(Object.values(dates), day) : eventRank(first),
  };
}

function unreadRow({ name, site, ways }: ConfiguredUnit): Row {
  return {
    name,
    ways: ways.map((way) => way.name),
    ...(site === undefined ? {} : { site }),
    parts: [],
    state: 'unread',
    events: [],
    dates: {},
    toConfirm: true,
    rank: unreadRank,
  };
}

const text = (fact: Fact<string> | undefined): string => fact?.value ?? '';

const wordsKnown = new WeakMap<Row, string>();

/** What a search looks at: worked out once a row, when somebody searches. */
export function wordsOf(row: Row): string {
  const known = wordsKnown.get(row);
  if (known !== undefined) return known;
  const words = plain([row.name, ...row.ways, row.site, row.model, row.serial, ...row.parts].join(' '));
  wordsKnown.set(row, words);
  return words;
}

/** How texts are compared: without case, and in one form of each letter. */
export const plain = (text: string): string => (isAscii.test(text) ? text : text.normalize('NFKC')).toLowerCase();

const isAscii = /^[ -~]*$/;

export function kindOf(event: EventId): Kind {
  if (event.startsWith('warranty')) return 'warranty';
  return event.includes('plan') ? 'plan' : 'battery';
}

function rowEvent({ id, date }: LifecycleEvent, day: Day): RowEvent {
  return {
    id,
    title: eventTitle(id),
    kind: kindOf(id),
    ...(date === undefined ? {} : { date, daysLeft: daysUntil(date, day) }),
  };
}

const isReached = ({ daysLeft }: RowEvent): boolean => daysLeft === undefined || daysLeft <= 0;

const eventRank = ({ daysLeft }: RowEvent): number => daysLeft ?? nowRank;

const dated = <K extends Kind>(kind: K, fact: Fact<Day> | undefined): { [P in K]?: Fact<Day> } =>
  (fact === undefined ? {} : { [kind]: fact }) as { [P in K]?: Fact<Day> };

/** Days until the next date that is to come. */
function nextDate(dates: readonly Fact<Day>[], day: Day): number {
  let next: Day | undefined;
  for (const { value } of dates) if (value >= day && (next === undefined || value < next)) next = value;
  return next === undefined ? quietRank : Math.min(quietRank, daysUntil(next, day));
}
