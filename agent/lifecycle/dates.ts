/** The date engine: from the text a device sent to a calendar day, or the reason why there is none. */
import { makeDay, mondayOfWeek } from './days.ts';
import type { Day } from './model.ts';

/** How a device writes dates with slashes: month first (the vendor's own habit) or day first. */
export type DateOrder = 'mdy' | 'dmy';

export type DateReading =
  | { readonly kind: 'date'; readonly day: Day; readonly doubt?: string }
  /** The device says that it has no date. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly why: string };

const absentTexts = new Set(['', 'unknown', 'null', 'none', 'n/a', 'na', 'not supported', 'not set', 'undefined', '-']);
/** What "never set" looks like once it is a date: the epoch of Gutor and Galaxy cards (PowerNet-MIB). */
const absentDays = new Set<Day>(['2000-01-01']);

const isoForm = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T].*)?$/;
const dottedForm = /^(\d{1,2})\.(\d{1,2})\.(\d{2}|\d{4})\.?$/;
const slashForm = /^(\d{1,2})([/-])(\d{1,2})\2(\d{2}|\d{4})$/;
/** `Nov-23-26` and `23-Nov-2026`, two of the formats a network card offers for its display. */
const namedForms = [
  { form: /^([A-Za-z]{3})[- ](\d{1,2})[-, ]+(\d{2}|\d{4})$/, month: 1, day: 2 },
  { form: /^(\d{1,2})[- ]([A-Za-z]{3})[- ](\d{2}|\d{4})$/, month: 2, day: 1 },
] as const;
const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The decade printed as `'0' + (year - 1900) / 10`, which runs past the digit 9 from the year 2000 on. */
const overrunForm = /^(\d{1,2})\/(\d{1,2})\/(?:19|20)?([:-?])(\d)$/;

/**
 * Reads a date as a device wrote it: `mm/dd/yy`, `mm/dd/yyyy`, ISO, `dd.mm.yyyy`, dashes, and the repairable
 * `11/17/20<4` of some firmware (seen in upsAdvBatteryRecommendedReplaceDate).
 * @param text the device's own text
 * @param order how this device writes slash dates; month first is the vendor's habit
 */
export function readDate(text: string, order: DateOrder = 'mdy'): DateReading {
  const trimmed = text.replaceAll('\0', '').trim();
  if (absentTexts.has(trimmed.toLowerCase())) return { kind: 'absent' };
  if (/^[0\s/.-]+$/.test(trimmed)) return { kind: 'absent' };
  const reading =
    readIso(trimmed) ??
    readDotted(trimmed) ??
    readNamed(trimmed) ??
    readSlashed(trimmed, order) ??
    readOverrun(trimmed, order);
  if (reading === undefined) return { kind: 'unreadable', why: `"${trimmed.slice(0, 40)}" is not a date` };
  return reading.kind === 'date' && absentDays.has(reading.day) ? { kind: 'absent' } : reading;
}

function readIso(text: string): DateReading | undefined {
  const m = isoForm.exec(text);
  return m ? dateOr(text, Number(m[1]), Number(m[2]), Number(m[3])) : undefined;
}

function readDotted(text: string): DateReading | undefined {
  const m = dottedForm.exec(text);
  return m ? dateOr(text, fullYear(m[3] ?? ''), Number(m[2]), Number(m[1])) : undefined;
}

function readNamed(text: string): DateReading | undefined {
  for (const { form, month, day } of namedForms) {
    const m = form.exec(text);
    const index = m ? monthNames.indexOf((m[month] ?? '').toLowerCase()) : -1;
    if (m && index >= 0) return dateOr(text, fullYear(m[3] ?? ''), index + 1, Number(m[day]));
  }
  return undefined;
}

function readSlashed(text: string, order: DateOrder): DateReading | undefined {
  const m = slashForm.exec(text);
  if (!m) return undefined;
  const [first, second, year] = [Number(m[1]), Number(m[3]), fullYear(m[4] ?? '')];
  const monthFirst = makeDay(year, first, second);
  const dayFirst = makeDay(year, second, first);
  const [expected, other] = order === 'mdy' ? [monthFirst, dayFirst] : [dayFirst, monthFirst];
  const dashes = m[2] === '-';
  if (expected !== undefined) {
    const ambiguous = dashes && order === 'mdy' && other !== undefined && other !== expected;
    return ambiguous
      ? { kind: 'date', day: expected, doubt: 'dashes leave open whether the month or the day comes first' }
      : { kind: 'date', day: expected };
  }
  if (other === undefined) return { kind: 'unreadable', why: `"${text}" is no day of the calendar` };
  if (dashes && (m[4] ?? '').length === 4) return { kind: 'date', day: other };
  if (dashes) return { kind: 'date', day: other, doubt: 'it is not clear which of the numbers is the year' };
  return { kind: 'date', day: other, doubt: `only readable ${order === 'mdy' ? 'day' : 'month'} first` };
}

function readOverrun(text: string, order: DateOrder): DateReading | undefined {
  const m = overrunForm.exec(text);
  if (!m) return undefined;
  const year = 1900 + ((m[3] ?? '0').charCodeAt(0) - 48) * 10 + Number(m[4]);
  const [month, day] = order === 'mdy' ? [Number(m[1]), Number(m[2])] : [Number(m[2]), Number(m[1])];
  const reading = dateOr(text, year, month, day);
  return reading.kind === 'date'
    ? { ...reading, doubt: 'repaired: the firmware wrote the year past the digit 9' }
    : reading;
}

function dateOr(text: string, year: number, month: number, day: number): DateReading {
  const made = makeDay(year, month, day);
  return made === undefined
    ? { kind: 'unreadable', why: `"${text}" is no day of the calendar` }
    : { kind: 'date', day: made };
}

/** Two digits: 80 to 99 are the last century (the first units are of the eighties). */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 4) return year;
  return year >= 80 ? 1900 + year : 2000 + year;
}

/**
 * The Monday of the week in which a unit was made, from an APC serial number (`LLYYWW…`: characters 3 to 6 are year and
 * ISO week), or `undefined` when the text has not that form.
 */
export function weekOfSerial(serial: string): Day | undefined {
  const m = /^[0-9A-Z][A-Z](\d{2})(\d{2})/.exec(serial.trim().toUpperCase());
  if (!m) return undefined;
  const week = Number(m[2]);
  return week >= 1 && week <= 53 ? mondayOfWeek(fullYear(m[1] ?? ''), week) : undefined;
}
