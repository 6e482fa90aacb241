import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  dayOf,
  daysUntil,
  instantAt,
  isDay,
  makeDay,
  mondayOfWeek,
} from '../../agent/lifecycle/days.ts';

describe('calendar days', () => {
  it.each([
    ['2026-03-01T04:59:59Z', 'America/New_York', '2026-02-28'],
    ['2026-03-01T05:00:00Z', 'America/New_York', '2026-03-01'],
    ['2026-07-01T03:59:59Z', 'America/New_York', '2026-06-30'],
    ['2026-06-30T22:00:00Z', 'Europe/Berlin', '2026-07-01'],
    ['2026-12-31T10:00:00Z', 'Pacific/Kiritimati', '2027-01-01'],
    ['2026-12-31T23:59:59.999Z', 'UTC', '2026-12-31'],
  ])('%s in %s is %s', (instant, zone, day) => {
    expect(dayOf(instant, zone)).toBe(day);
  });

  it.each([
    ['2026-06-01', '08:00', 'Europe/Berlin', '2026-06-01T06:00:00Z'],
    ['2026-12-01', '08:00', 'Europe/Berlin', '2026-12-01T07:00:00Z'],
    // 02:30 does not exist on the day the clocks go forward, and exists twice when they go back.
    ['2026-03-29', '02:30', 'Europe/Berlin', '2026-03-29T01:30:00Z'],
    ['2026-10-25', '02:30', 'Europe/Berlin', '2026-10-25T00:30:00Z'],
  ])('%s at %s in %s is %s', (day, time, zone, instant) => {
    expect(Date.parse(instantAt(day, time, zone))).toBe(Date.parse(instant));
  });

  it.each([
    ['2026-06-01', '2026-06-01', 0],
    ['2026-06-02', '2026-06-01', 1],
    ['2026-05-31', '2026-06-01', -1],
    // A change of the clocks in between is not a day more or less.
    ['2026-04-01', '2026-03-01', 31],
    ['2025-03-01', '2024-02-28', 367],
  ])('to %s from %s are %i days', (date, today, days) => {
    expect(daysUntil(date, today)).toBe(days);
  });

  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2026-06-01', 48, '2030-06-01'],
    ['2026-03-31', -1, '2026-02-28'],
  ])('%s and %i months is %s', (day, months, expected) => {
    expect(addMonths(day, months)).toBe(expected);
  });

  it.each([
    [2021, 28, '2021-07-12'],
    [2020, 53, '2020-12-28'],
    [2026, 1, '2025-12-29'],
  ])('week %i-W%i begins on %s', (year, week, monday) => {
    expect(mondayOfWeek(year, week)).toBe(monday);
  });

  it('knows what is a day and what is not', () => {
    expect([isDay('2024-02-29'), isDay('2023-02-29'), isDay('2024-2-29'), isDay('x')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect([makeDay(1969, 12, 31), makeDay(2200, 1, 1), makeDay(2026, 0, 1)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('counts back what it has counted on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: -5000, max: 5000 }), (start, count) => {
        const day = addDays('1990-01-01', start);
        expect(daysUntil(addDays(day, count), day)).toBe(count);
      }),
    );
  });

  it('counts months, weeks and days as the calendar library does', () => {
    const start = fc.integer({ min: 0, max: 60_000 });
    fc.assert(
      fc.property(start, fc.integer({ min: -240, max: 240 }), fc.integer({ min: 1, max: 53 }), (n, count, week) => {
        const plain = Temporal.PlainDate.from('1990-01-01').add({ days: n });
        const day = plain.toString();
        expect(addDays('1990-01-01', n)).toBe(day);
        expect(addMonths(day, count)).toBe(plain.add({ months: count }).toString());
        const monday = Temporal.PlainDate.from(mondayOfWeek(plain.year, week));
        expect([monday.dayOfWeek, monday.add({ days: 3 }).weekOfYear]).toEqual([
          1,
          monday.add({ days: 3 }).year === plain.year ? week : 1,
        ]);
      }),
    );
  });
});
