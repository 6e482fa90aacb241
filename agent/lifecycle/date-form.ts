/** The other way round: a calendar day as a device writes dates, learned from the dates it gives. */
import { type DateOrder, readDate } from './dates.ts';
import type { Day } from './model.ts';

type Part = 'year' | 'month' | 'day' | 'name';

/** Where a form has its parts. Only forms that `readDate` reads. */
interface Form {
  readonly pattern: RegExp;
  readonly parts: readonly Part[];
}

const year = String.raw`(\d{4}|\d{2})`;
const number = String.raw`(\d{1,2})`;
/** Numbers between slashes or dashes: which of the first two is the month is decided by `orderOf`. */
const slashes: Form = {
  pattern: new RegExp(`^${number}[/-]${number}[/-]${year}$`, 'd'),
  parts: ['month', 'day', 'year'],
};
const forms: readonly Form[] = [
  { pattern: new RegExp(`^(\\d{4})[-/.]${number}[-/.]${number}(?=$|[ T])`, 'd'), parts: ['year', 'month', 'day'] },
  { pattern: new RegExp(`^${number}\\.${number}\\.${year}\\.?$`, 'd'), parts: ['day', 'month', 'year'] },
  slashes,
  { pattern: new RegExp(`^([A-Za-z]{3})[- ]${number}[-, ]+${year}$`, 'd'), parts: ['name', 'day', 'year'] },
  { pattern: new RegExp(`^${number}[- ]([A-Za-z]{3})[- ]${year}$`, 'd'), parts: ['day', 'name', 'year'] },
];
const names = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * A day in the form of the first of these texts that has the form of a date, be it a real one or not (`00/00/00` shows a
 * form too). Whether the month or the day comes first in it is told by any text that can be read in one way only.
 * @param order how slash dates are written where no text tells
 * @returns `undefined` where no text shows a form, or the form cannot hold the day
 */
export function writeLike(day: Day, samples: readonly (string | undefined)[], order: DateOrder): string | undefined {
  const texts = samples.flatMap((sample) => sample?.replaceAll('\0', '').trim() ?? []);
  for (const text of texts) {
    for (const form of forms) {
      const match = form.pattern.exec(text);
      if (match === null) continue;
      const turned = form === slashes && orderOf(texts, order) === 'dmy';
      const written = fill(match, turned ? ['day', 'month', 'year'] : form.parts, day);
      return isThatDay(written, day) ? written : undefined;
    }
  }
  return undefined;
}

/** The order of the texts that leave no choice, if they agree. */
function orderOf(texts: readonly string[], order: DateOrder): DateOrder {
  const told = new Set<DateOrder>();
  for (const text of texts) {
    const match = slashes.pattern.exec(text);
    const [first, second] = [Number(match?.[1]), Number(match?.[2])];
    if (first > 12 && second >= 1 && second <= 12) told.add('dmy');
    if (second > 12 && first >= 1 && first <= 12) told.add('mdy');
  }
  const [only, other] = told;
  return only !== undefined && other === undefined ? only : order;
}

function fill(match: RegExpExecArray, parts: readonly Part[], day: Day): string {
  let text = match[0];
  // From the end on, so that the places before stay where they are.
  for (const [index, part] of [...parts.entries()].reverse()) {
    const [from = 0, to = 0] = match.indices?.[index + 1] ?? [];
    text = text.slice(0, from) + piece(part, match[index + 1] ?? '', day) + text.slice(to);
  }
  return text;
}

/** One part, as wide as the sample has it. */
function piece(part: Part, sample: string, day: Day): string {
  const [years = '', months = '', days = ''] = day.split('-');
  if (part === 'year') return years.slice(-sample.length);
  if (part === 'name') {
    const name = names[Number(months) - 1] ?? '';
    return sample === sample.toUpperCase() ? name.toUpperCase() : name;
  }
  return String(Number(part === 'month' ? months : days)).padStart(sample.length, '0');
}

/** A year of two digits cannot hold every century. */
function isThatDay(text: string, day: Day): boolean {
  return (['mdy', 'dmy'] as const).some((order) => {
    const reading = readDate(text, order);
    return reading.kind === 'date' && reading.day === day;
  });
}
