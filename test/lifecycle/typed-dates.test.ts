import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import { readTypedDate } from '../../agent/lifecycle/typed-dates.ts';

const cases: [string, 'mdy' | 'dmy', ReturnType<typeof readTypedDate>][] = [
  ['2027-03-04', 'dmy', { day: '2027-03-04' }],
  ['2027/3/4', 'dmy', { day: '2027-03-04' }],
  ['2027-03-04 00:00:00', 'mdy', { day: '2027-03-04' }],
  ['2027-03-04T10:00:00Z', 'mdy', { day: '2027-03-04' }],
  [' 04.03.2027 ', 'mdy', { day: '2027-03-04' }],
  ['4.3.27', 'mdy', { day: '2027-03-04' }],
  ['04.03.2027.', 'mdy', { day: '2027-03-04' }],
  ['31.12.1999 00:00', 'mdy', { day: '1999-12-31' }],
  ['03/04/2027', 'mdy', { day: '2027-03-04', ambiguous: true }],
  ['03/04/2027', 'dmy', { day: '2027-04-03', ambiguous: true }],
  ['3-4-27', 'dmy', { day: '2027-04-03', ambiguous: true }],
  ['04/04/2027', 'mdy', { day: '2027-04-04' }],
  ['23/11/2026', 'mdy', { day: '2026-11-23', shows: 'dmy' }],
  ['11/23/2026', 'dmy', { day: '2026-11-23', shows: 'mdy' }],
  ['11/23/99', 'dmy', { day: '1999-11-23', shows: 'mdy' }],
  ['46350', 'mdy', { day: '2026-11-24' }],
  ['25569', 'mdy', { day: '1970-01-01' }],
];

describe('a date that somebody typed', () => {
  it.each(cases)('%j read %s is %j', (text, order, wanted) => {
    expect(readTypedDate(text, order)).toEqual(wanted);
  });

  it.each([
    '',
    'soon',
    '2027-02-30',
    '31/31/2027',
    '30.02.2027',
    '11/17/20<4',
    '1.2',
    '1/2/3/4',
    '12345',
    '999999',
    '13.13.2027',
    '2027',
  ])('%j is none', (text) => {
    expect(readTypedDate(text, 'mdy')).toBeUndefined();
  });

  it('is read back as it was written, in each form', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40_000 }), fc.boolean(), (n, padded) => {
        const day = addDays('1981-01-01', n);
        const [year, month, date] = day.split('-').map((part) => (padded ? part : String(Number(part))));
        expect(readTypedDate(day, 'mdy')?.day).toBe(day);
        expect(readTypedDate(`${date}.${month}.${year}`, 'mdy')?.day).toBe(day);
        expect(readTypedDate(`${date}/${month}/${year}`, 'dmy')?.day).toBe(day);
        expect(readTypedDate(`${month}/${date}/${year}`, 'mdy')?.day).toBe(day);
        expect(readTypedDate(String(n + 29_587), 'dmy')?.day).toBe(day);
      }),
    );
  });
});
