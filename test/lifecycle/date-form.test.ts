import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeLike } from '../../agent/lifecycle/date-form.ts';
import { readDate } from '../../agent/lifecycle/dates.ts';
import { addDays } from '../../agent/lifecycle/days.ts';

const day = '2026-05-04';

describe('a day in the form of a device', () => {
  it.each([
    ['11/20/21', '05/04/26'],
    ['11/20/2021', '05/04/2026'],
    ['2021-11-20', '2026-05-04'],
    ['2021/11/20', '2026/05/04'],
    ['2021-11-20 00:00', '2026-05-04'],
    ['2000-01-01', '2026-05-04'],
    ['20.11.2021', '04.05.2026'],
    ['20.11.21', '04.05.26'],
    ['1/3/20', '5/4/26'],
    ['00/00/00', '05/04/26'],
    ['21/11/2020', '04/05/2026'],
    ['21-11-2020', '04-05-2026'],
    ['Nov-20-21', 'May-04-26'],
    ['20-NOV-2021', '04-MAY-2026'],
    [' 11/20/2021\0', '05/04/2026'],
  ])('%j becomes %j', (sample, written) => {
    expect(writeLike(day, [sample], 'mdy')).toBe(written);
  });

  it('has the month or the day first as the config says where no text tells', () => {
    expect(writeLike(day, ['03/04/2021'], 'mdy')).toBe('05/04/2026');
    expect(writeLike(day, ['03/04/2021'], 'dmy')).toBe('04/05/2026');
  });

  it('is told by another date of the same unit what comes first', () => {
    expect(writeLike(day, ['03/04/21', '27/01/2020'], 'mdy')).toBe('04/05/26');
    expect(writeLike(day, ['03/04/21', '01/27/2020'], 'dmy')).toBe('05/04/26');
    expect(writeLike(day, ['03/04/21', '01/27/2020', '27/01/2020'], 'dmy'), 'who contradicts himself').toBe('04/05/26');
  });

  it('passes over what is no date', () => {
    expect(writeLike(day, [undefined, '', 'Unknown', '11/17/20<4', '20.11.2021'], 'mdy')).toBe('04.05.2026');
    expect(writeLike(day, ['', 'Unknown', undefined], 'mdy')).toBeUndefined();
    expect(writeLike(day, [], 'mdy')).toBeUndefined();
  });

  it('is not written where two digits would mean another century', () => {
    expect(writeLike('2085-01-01', ['11/20/21'], 'mdy')).toBeUndefined();
    expect(writeLike('2079-01-01', ['11/20/21'], 'mdy')).toBe('01/01/79');
  });

  it('is read back as the same day, for every day and form', () => {
    const samples = ['11/20/21', '11/20/2021', '2021-11-20', '20.11.21', '1.3.2020', 'Nov-20-21', '20-Nov-2021'];
    const days = fc.integer({ min: 0, max: 29_000 }).map((ahead) => addDays('2000-01-02', ahead));
    fc.assert(
      fc.property(
        days,
        fc.constantFrom(...samples),
        fc.constantFrom('mdy' as const, 'dmy' as const),
        (any, sample, order) => {
          const written = writeLike(any, [sample], order);
          const told = sample.startsWith('11/20') ? 'mdy' : order;
          expect(readDate(written ?? '', told)).toMatchObject({ kind: 'date', day: any });
        },
      ),
    );
  });
});
