/** Which of the nine events are open, and why one opens, changes or closes. */
import type { SignalKey, Signals } from '../../drivers/contract.ts';
import { daysUntil } from './days.ts';
import { sound } from './facts.ts';
import type { CloseReason, Day, EventCause, EventId, Fact, Facts, Instant, LifecycleEvent } from './model.ts';
import { raised } from './observe.ts';

/** The latest occurrence of each event of one UPS, open or closed. */
export type Events = { readonly [K in EventId]?: LifecycleEvent };

export interface EventChange {
  readonly kind: 'opened' | 'changed' | 'closed';
  readonly event: LifecycleEvent;
}

export interface Evaluation {
  readonly events: Events;
  readonly changes: readonly EventChange[];
}

export interface Situation {
  readonly facts: Facts;
  /** The alarms that count: confirmed, and not made void by a swap. */
  readonly signals: Signals;
  /** A swap was seen or told just now: what is open about the battery ends. */
  readonly swapped: boolean;
  readonly today: Day;
  readonly now: Instant;
  /** Whether somebody has been told that an occurrence is resolved; if not, opening again goes on with it. */
  readonly resolvedTold: (event: LifecycleEvent) => boolean;
}

/** Events open this many days ahead of their date. */
const leadDays = 90;
/** The UPS's own estimate drifts: an event it opened closes only this many days ahead. */
const driftDays = 120;

/** One thing with an end: an event before it, and for all but the warranty another one after it. */
interface DatedPair {
  readonly before: EventId;
  readonly after?: EventId;
  readonly date: (facts: Facts) => Fact<Day> | undefined;
  readonly beforeFlags: readonly SignalKey[];
  readonly afterFlags: readonly SignalKey[];
  readonly battery: boolean;
  /** An end this long past when it is first known is listed, never told. */
  readonly staleAfterDays?: number;
}

const planEnd =
  (kind: 'advanced' | 'standard') =>
  (facts: Facts): Fact<Day> | undefined =>
    facts['plan.kind']?.value === kind ? facts['plan.end'] : undefined;

const datedPairs: readonly DatedPair[] = [
  {
    before: 'battery-replacement-due',
    after: 'battery-end-of-life-exceeded',
    date: (facts) => facts['battery.date.maintenance'],
    beforeFlags: ['battery.lifetime.near-end'],
    afterFlags: ['battery.lifetime.exceeded'],
    battery: true,
  },
  {
    before: 'warranty-expires',
    date: (facts) => facts['warranty.end'],
    beforeFlags: [],
    afterFlags: [],
    battery: false,
    staleAfterDays: 90,
  },
  ...(['advanced', 'standard'] as const).map(
    (kind): DatedPair => ({
      before: `${kind}-plan-expires`,
      after: `${kind}-plan-expired`,
      date: planEnd(kind),
      beforeFlags: [],
      afterFlags: [],
      battery: false,
      staleAfterDays: 90,
    }),
  ),
];

/** Events that the UPS itself raises, and what raises them. */
const flagged: readonly { readonly id: EventId; readonly flags: readonly SignalKey[] }[] = [
  { id: 'replace-battery', flags: ['battery.replace'] },
  {
    id: 'battery-needs-replacement',
    flags: ['battery.needs-replacement', 'battery.packs.bad', 'battery.lifetime.measured-near-end'],
  },
];

/**
 * Evaluates all nine events of one UPS. Pure, and idempotent within a day: a second call with the same situation
 * changes nothing. Only sound dates count; an event whose date has become doubtful stays as it is.
 */
export function evaluate(before: Events, situation: Situation): Evaluation {
  const run = new Run(before, situation);
  for (const pair of datedPairs) run.dated(pair);
  for (const { id, flags } of flagged) run.flagged(id, flags);
  return { events: run.events, changes: run.changes };
}

class Run {
  readonly events: { [K in EventId]?: LifecycleEvent };
  readonly changes: EventChange[] = [];
  readonly #at: Situation;

  constructor(before: Events, situation: Situation) {
    this.events = { ...before };
    this.#at = situation;
  }

  flagged(id: EventId, flags: readonly SignalKey[]): void {
    if (this.#at.swapped) this.#close(id, 'swap');
    const on = this.#isOn(flags);
    if (!on) this.#close(id, 'cleared');
    else if (!this.#isOpen(id)) this.#open(id, ['flag'], undefined);
  }

  dated(pair: DatedPair): void {
    if (this.#at.swapped && pair.battery) {
      this.#close(pair.before, 'swap');
      if (pair.after) this.#close(pair.after, 'swap');
    }
    const date = pair.date(this.#at.facts);
    const known = sound(date) ? date : undefined;
    const days = known && daysUntil(known.value, this.#at.today);
    const exceeded = this.#isOn(pair.afterFlags);
    const nearEnd = this.#isOn(pair.beforeFlags);
    if (pair.after) this.#after(pair, pair.after, known, days, exceeded);
    this.#before(pair, known, days, nearEnd);
  }

  #after(pair: DatedPair, id: EventId, date: Fact<Day> | undefined, days: number | undefined, flag: boolean): void {
    const reached = days !== undefined && days <= 0;
    const open = this.#openEvent(id);
    if (open === undefined) {
      if (!reached && !flag) return;
      const previous = this.#openEvent(pair.before);
      this.#close(pair.before, 'superseded');
      this.#open(id, causesOf(reached, flag), date, { previous, staleAfterDays: pair.staleAfterDays, days });
    } else if (reached || flag) this.#update(open, causesOf(reached, flag), date, pair.staleAfterDays);
    else if (this.#isGone(open, pair)) this.#close(id, closeReason(open));
    else if (passesBack(open, date, days)) this.#close(id, 'superseded');
    else this.#update(open, open.causes, date);
  }

  #before(pair: DatedPair, date: Fact<Day> | undefined, days: number | undefined, flag: boolean): void {
    const id = pair.before;
    const near = days !== undefined && days <= leadDays;
    const open = this.#openEvent(id);
    if (pair.after && this.#isOpen(pair.after)) return;
    if (open === undefined) {
      if (!near && !flag) return;
      const previous = this.#passedBack(pair);
      this.#open(id, causesOf(near, flag), date, { previous, staleAfterDays: pair.staleAfterDays, days });
    } else if (near || flag) this.#update(open, causesOf(near, flag), date, pair.staleAfterDays);
    else if (this.#isGone(open, pair)) this.#close(id, closeReason(open));
    else this.#update(open, open.causes, date);
  }

  /**
   * No flag is on: an event opened by its date needs the date far ahead again, or removed by whoever entered it; one
   * opened by a flag alone, just that. A date that has become doubtful proves nothing, nor does one that was worked out
   * from an install date that has.
   */
  #isGone(open: LifecycleEvent, pair: DatedPair): boolean {
    const date = pair.date(this.#at.facts);
    if (!sound(date)) {
      if (!open.causes.includes('date')) return true;
      const removed = open.dateSource === 'config' || open.dateSource === 'customer';
      return date === undefined && (removed || !pair.battery || this.#at.facts['battery.date'] === undefined);
    }
    return daysUntil(date.value, this.#at.today) > (date.source === 'ups' ? driftDays : leadDays);
  }

  #passedBack(pair: DatedPair): LifecycleEvent | undefined {
    const after = pair.after && this.events[pair.after];
    return after?.closed === 'superseded' && after.closedOn === this.#at.today ? after : undefined;
  }

  #isOn(keys: readonly SignalKey[]): boolean {
    return keys.some((key) => raised(this.#at.signals, key).length > 0);
  }

  #isOpen(id: EventId): boolean {
    return this.#openEvent(id) !== undefined;
  }

  #openEvent(id: EventId): LifecycleEvent | undefined {
    const event = this.events[id];
    return event && event.closedOn === undefined ? event : undefined;
  }

  #open(
    id: EventId,
    causes: readonly EventCause[],
    date: Fact<Day> | undefined,
    context: {
      previous?: LifecycleEvent | undefined;
      staleAfterDays?: number | undefined;
      days?: number | undefined;
    } = {},
  ): void {
    const { previous, staleAfterDays, days } = context;
    const last = this.events[id];
    const stale = !previous && staleAfterDays !== undefined && days !== undefined && days < -staleAfterDays;
    const goesOn = last !== undefined && this.#closedJustNow(last) && !this.#at.resolvedTold(last);
    const base = goesOn && last ? reopened(last) : fresh(id, this.#occurrence(last), this.#at);
    const event: LifecycleEvent = {
      ...base,
      causes,
      ...(date ? { date: date.value, dateSource: date.source } : {}),
      ...(stale ? { listedOnly: true } : {}),
      ...(previous ? { follows: { id: previous.id, occurrence: previous.occurrence } } : {}),
    };
    this.events[id] = event;
    this.changes.push({ kind: 'opened', event });
  }

  /** Since the last daily run at the earliest: nobody can have been told that it is resolved before today's. */
  #closedJustNow({ closedOn }: LifecycleEvent): boolean {
    return closedOn !== undefined && daysUntil(this.#at.today, closedOn) <= 1;
  }

  #occurrence(last: LifecycleEvent | undefined): string {
    const { today } = this.#at;
    if (last?.openedOn !== today) return today;
    return `${today}.${Number(last.occurrence.split('.')[1] ?? '1') + 1}`;
  }

  /** An end that was listed only, as long past, and has moved to within the time in which it is told, is told. */
  #update(
    open: LifecycleEvent,
    causes: readonly EventCause[],
    date: Fact<Day> | undefined,
    staleAfterDays?: number,
  ): void {
    const { date: _date, dateSource: _source, listedOnly, ...rest } = open;
    const late = date !== undefined && daysUntil(date.value, this.#at.today) >= -(staleAfterDays ?? 0);
    const event: LifecycleEvent = {
      ...rest,
      causes,
      ...(date ? { date: date.value, dateSource: date.source } : {}),
      ...(listedOnly && !late ? { listedOnly } : {}),
    };
    const moved = event.date !== open.date || event.dateSource !== open.dateSource;
    if (!moved && causes.join() === open.causes.join() && event.listedOnly === open.listedOnly) return;
    this.events[open.id] = event;
    this.changes.push({ kind: 'changed', event });
  }

  #close(id: EventId, reason: CloseReason): void {
    const open = this.#openEvent(id);
    if (open === undefined) return;
    const event: LifecycleEvent = { ...open, closed: reason, closedOn: this.#at.today, closedAt: this.#at.now };
    this.events[id] = event;
    this.changes.push({ kind: 'closed', event });
  }
}

const causesOf = (date: boolean, flag: boolean): EventCause[] => [
  ...(date ? (['date'] as const) : []),
  ...(flag ? (['flag'] as const) : []),
];

/**
 * A person moved the date from the past into the coming 90 days, or a flag that came too early is gone: the event
 * before takes over, so that its steps are not lost. A date the UPS itself pushed back a little stays reached.
 */
function passesBack(open: LifecycleEvent, date: Fact<Day> | undefined, days: number | undefined): boolean {
  if (days === undefined || days <= 0 || days > leadDays) return false;
  return date?.source !== 'ups' || !open.causes.includes('date');
}

const closeReason = (open: LifecycleEvent): CloseReason => (open.causes.includes('date') ? 'date-moved' : 'cleared');

function fresh(id: EventId, occurrence: string, at: Situation): LifecycleEvent {
  return { id, occurrence, openedOn: at.today, openedAt: at.now, causes: [] };
}

function reopened(last: LifecycleEvent): LifecycleEvent {
  const { closed: _c, closedOn: _on, closedAt: _at, date: _d, dateSource: _s, listedOnly: _l, ...rest } = last;
  return rest;
}
