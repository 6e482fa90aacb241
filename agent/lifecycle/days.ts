/** Calendar days in the site's time zone. The date itself is day 0. */
import { Temporal } from 'temporal-polyfill';
import type { Day, Instant } from './model.ts';

/** The last answer: a page or a daily run asks for the same instant once a unit. */
let lastDay = { instant: '', timeZone: '', day: '' };

/** The calendar day of an instant in an IANA time zone. */
export function dayOf(instant: Instant, timeZone: string): Day {
  if (lastDay.instant !== instant || lastDay.timeZone !== timeZone) {
    const day = Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainDate().toString();
    lastDay = { instant, timeZone, day };
  }
  return lastDay.day;
}

/** Whether `text` is a real calendar day written `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  return makeDay(Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10))) !== undefined;
}

/** A day from its numbers, or `undefined` when the calendar has no such day. */
export function makeDay(year: number, month: number, day: number): Day | undefined {
  if (year < 1970 || year > 2199 || month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  // Plain arithmetic: this is called for every date of every reading.
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 ? date.toISOString().slice(0, 10) : undefined;
}

// Days and months are added by plain arithmetic as well: a daily run does so for every date of every unit.
const numbersOf = (day: Day): [year: number, month: number, date: number] => [
  Number(day.slice(0, 4)),
  Number(day.slice(5, 7)),
  Number(day.slice(8, 10)),
];

function utcDay(year: number, month: number, date: number): number {
  return Date.UTC(year, month - 1, date) / 86_400_000;
}

const fromEpochDay = (count: number): Day => new Date(count * 86_400_000).toISOString().slice(0, 10);

const epochDay = (day: Day): number => utcDay(...numbersOf(day));

/** Days from `today` to `date`: 0 on the day itself, negative when it is past. */
export function daysUntil(date: Day, today: Day): number {
  return epochDay(date) - epochDay(today);
}

/** The day `count` days later (earlier when negative). */
export function addDays(day: Day, count: number): Day {
  return fromEpochDay(epochDay(day) + count);
}

/** The same day of the month `count` months later; the month's last day where it is shorter. */
export function addMonths(day: Day, count: number): Day {
  const [year, month, date] = numbersOf(day);
  const lastOfMonth = new Date(Date.UTC(year, month + count, 0)).getUTCDate();
  return fromEpochDay(utcDay(year, month + count, Math.min(date, lastOfMonth)));
}

/** Whole months from one day to a later one. */
export function monthsBetween(from: Day, to: Day): number {
  return Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: 'months' }).months;
}

/** The Monday of an ISO 8601 week. */
export function mondayOfWeek(year: number, week: number): Day {
  const fourth = utcDay(year, 1, 4);
  // 1 January 1970, day 0, was a Thursday.
  const sinceMonday = (((fourth + 3) % 7) + 7) % 7;
  return fromEpochDay(fourth - sinceMonday + (week - 1) * 7);
}

/** The instant at which a wall-clock time `HH:MM` falls on a day in a time zone; a time the clocks skip moves forward. */
export function instantAt(day: Day, time: string, timeZone: string): Instant {
  return Temporal.PlainDate.from(day)
    .toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) })
    .toInstant()
    .toString();
}
