/** Dates as people and spreadsheets write them: of what a person types nothing is repaired and nothing guessed. */
import type { DateOrder } from './dates.ts';
import { addDays, makeDay } from './days.ts';
import type { Day } from './model.ts';

/** A day, and which order it shows: absent where the text can be read in one way only, or in both. */
export interface TypedDate {
  readonly day: Day;
  /** `11/23/2026` can only be month first. */
  readonly shows?: DateOrder;
  /** `03/04/2027`: the day is that of the order it was read in. */
  readonly ambiguous?: true;
}

const isoForm = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]\d{1,2}:\d{2}.*)?$/;
const numberForm = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})\.?(?: \d{1,2}:\d{2}.*)?$/;
/** The number that stands behind a date cell of a spreadsheet: days since 30 December 1899. */
const serialForm = /^\d{5}$/;
const serialEpoch = '1899-12-30';

/**
 * Reads a day that somebody typed: ISO, `dd.mm.yyyy`, slashes or dashes in the given order, or a spreadsheet's day number.
 * @returns `undefined` when it is no day of the calendar
 */
export function readTypedDate(text: string, order: DateOrder): TypedDate | undefined {
  const trimmed = text.trim();
  const iso = isoForm.exec(trimmed);
  if (iso) return asDate(makeDay(Number(iso[1]), Number(iso[2]), Number(iso[3])));
  if (serialForm.test(trimmed)) return asDate(dayOfSerial(Number(trimmed)));
  const numbers = numberForm.exec(trimmed);
  if (numbers === null) return undefined;
  const [first, mark, second, year] = [Number(numbers[1]), numbers[2], Number(numbers[3]), yearOf(numbers[4] ?? '')];
  const dayFirst = makeDay(year, second, first);
  if (mark === '.') return asDate(dayFirst);
  const monthFirst = makeDay(year, first, second);
  if (dayFirst === undefined) return asDate(monthFirst, 'mdy');
  if (monthFirst === undefined) return asDate(dayFirst, 'dmy');
  if (monthFirst === dayFirst) return { day: dayFirst };
  return { day: order === 'mdy' ? monthFirst : dayFirst, ambiguous: true };
}

function asDate(day: Day | undefined, shows?: DateOrder): TypedDate | undefined {
  return day === undefined ? undefined : { day, ...(shows === undefined ? {} : { shows }) };
}

/** Days before 1970 are no dates of a UPS. */
const dayOfSerial = (count: number): Day | undefined => (count < 25_569 ? undefined : addDays(serialEpoch, count));

const yearOf = (digits: string): number => {
  const year = Number(digits);
  if (digits.length === 4) return year;
  return year >= 80 ? 1900 + year : 2000 + year;
};
