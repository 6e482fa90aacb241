/** What came of writing the day of a battery change to a UPS: judged by what the UPS says afterwards. Pure. */
import type { Reading, WriteAttempt } from '../../drivers/contract.ts';
import { type DateOrder, readDate } from './dates.ts';
import type { Day } from './model.ts';
import { serialOf, type Unit } from './unit.ts';

/**
 * `written`: read back as it was written. `already`: it was so before. `partly`: some of several objects.
 * `differs`: taken, but the UPS says something else. `refused`: with the device's words. `failed`: no answer.
 * `unconfirmed`: taken, but not read back. `not-possible`: this way, or this UPS, cannot be written to.
 */
export type WriteOutcome =
  | 'written'
  | 'already'
  | 'partly'
  | 'differs'
  | 'refused'
  | 'failed'
  | 'unconfirmed'
  | 'not-possible';

/** One object of the UPS that holds an install date. */
export interface WrittenObject {
  readonly object: string;
  readonly pack?: number;
  readonly cartridge?: number;
  readonly outcome: Exclude<WriteOutcome, 'partly' | 'not-possible'>;
  /** The date as it was written. */
  readonly wrote: string;
  /** What the UPS says of it now. */
  readonly says?: string;
  /** What the device said to the writing. */
  readonly words?: string;
}

/** Why what answers may not be written to: it must be the unit of the record, known by its serial number. */
export function notTheUnit(unit: Unit | undefined, fields: Reading['fields']): string | undefined {
  if (unit === undefined || unit.ways.every(({ observed }) => observed === undefined))
    return 'it was never read, so it is not known which UPS it is: try again after a poll';
  const serial = serialOf({ fields });
  if (serial === unit.serial) return undefined;
  return `what answers has ${serial === undefined ? 'no serial number' : `the serial number ${serial}`}, and this UPS has ${unit.serial ?? 'none'}`;
}

/** Whether a later reading may still show more: some cards and drivers take their time. */
export function isOpenYet(objects: readonly WrittenObject[]): boolean {
  return objects.some(({ outcome }) => ['differs', 'failed', 'unconfirmed'].includes(outcome));
}

/** Each attempt in the light of a reading made after it; without one, what was taken is unconfirmed. */
export function judgeWriting(
  attempts: readonly WriteAttempt[],
  after: Reading | undefined,
  day: Day,
  order: DateOrder,
): WrittenObject[] {
  return attempts.map(({ text, outcome, words, ...named }) => {
    const says = after && installedIn(after, named);
    const reading = says === undefined ? undefined : readDate(says, order);
    const holds = reading?.kind === 'date' && reading.day === day;
    return {
      ...named,
      outcome: outcomeOf(outcome, holds, after !== undefined),
      wrote: text,
      ...(says === undefined ? {} : { says }),
      ...(words === undefined ? {} : { words }),
    };
  });
}

function outcomeOf(attempt: WriteAttempt['outcome'], holds: boolean, isRead: boolean): WrittenObject['outcome'] {
  if (attempt === 'already') return 'already';
  if (holds) return 'written';
  if (attempt === 'taken') return isRead ? 'differs' : 'unconfirmed';
  return attempt === 'refused' ? 'refused' : 'failed';
}

function installedIn(
  { fields }: Reading,
  { pack, cartridge }: Pick<WriteAttempt, 'pack' | 'cartridge'>,
): string | undefined {
  if (pack === undefined) return fields['battery.date']?.value;
  const rows = fields['battery.cartridges']?.value ?? [];
  return rows.find((row) => row.pack === pack && row.cartridge === cartridge)?.installed;
}

/** What all objects together come to, and the sentence for it. */
export function summaryOf(objects: readonly WrittenObject[]): {
  readonly outcome: WriteOutcome;
  readonly message: string;
} {
  const isGood = ({ outcome }: WrittenObject): boolean => outcome === 'written' || outcome === 'already';
  const bad = objects.filter((each) => !isGood(each));
  const [first] = bad;
  if (first === undefined) {
    const outcome = objects.some((each) => each.outcome === 'written') ? 'written' : 'already';
    const what = outcome === 'written' ? 'written and read back' : 'the UPS said so already, nothing was written';
    return { outcome, message: `${what}: ${listed(objects)}` };
  }
  const troubles = bad.map((each) => `${each.object}: ${trouble(each)}`).join('; ');
  if (bad.length === objects.length) return { outcome: first.outcome, message: troubles };
  return { outcome: 'partly', message: `written and read back: ${listed(objects.filter(isGood))}; but ${troubles}` };
}

const listed = (objects: readonly WrittenObject[]): string =>
  objects.map(({ object, wrote }) => `${object} ${wrote}`).join(', ');

function trouble({ outcome, wrote, says, words }: WrittenObject): string {
  switch (outcome) {
    case 'differs':
      return `the UPS took ${wrote}, but says ${says ?? 'no date'}`;
    case 'refused':
      return `refused (${words ?? 'without a reason'})`;
    case 'unconfirmed':
      return `the UPS took ${wrote}, but it could not be read back`;
    default:
      return `not written (${words ?? 'no answer'})`;
  }
}
