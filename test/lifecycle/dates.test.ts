import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DateOrder, readDate, weekOfSerial } from '../../agent/lifecycle/dates.ts';
import { addDays, isDay } from '../../agent/lifecycle/days.ts';

/** The day read, with a `?` when it is doubtful; else the kind. */
function brief(text: string, order?: DateOrder): string {
  const reading = readDate(text, order);
  return reading.kind === 'date' ? `${reading.day}${reading.doubt ? '?' : ''}` : reading.kind;
}

describe('a date as a device writes it', () => {
  it.each([
    ['12/01/22', '2022-12-01'],
    ['1/13/20', '2020-01-13'],
    ['11/10/2027', '2027-11-10'],
    ['21.01.2020', '2020-01-21'],
    ['Nov-23-26', '2026-11-23'],
    ['23-Nov-2026', '2026-11-23'],
    ['nov 3, 2026', '2026-11-03'],
    ['21.01.20', '2020-01-21'],
    ['2016-07-15', '2016-07-15'],
    ['2016/07/15', '2016-07-15'],
    ['2009-02-26 10:11:12', '2009-02-26'],
    ['2009-02-26T10:11:12Z', '2009-02-26'],
    [' 03/03/15 ', '2015-03-03'],
    ['03/03/15\0', '2015-03-03'],
    ['02/29/2024', '2024-02-29'],
  ])('%j is %s', (text, day) => {
    expect(brief(text)).toBe(day);
  });

  it.each([
    ['79', '2079'],
    ['80', '1980'],
    ['99', '1999'],
    ['00', '2000'],
    ['22', '2022'],
  ])('two digits %s are the year %s', (two, year) => {
    expect(brief(`06/15/${two}`)).toBe(`${year}-06-15`);
  });

  it.each([
    '',
    '   ',
    'Unknown',
    'UNKNOWN',
    'NULL',
    'not supported',
    '00/00/00',
    '00/00/0000',
    '0000-00-00',
    '0',
    '2000-01-01',
    '01/01/2000',
    '01/01/00',
  ])('%j says that there is none', (text) => {
    expect(brief(text)).toBe('absent');
  });

  it.each(['13/32/2020', '02/30/2020', '2020-13-01', '31.02.2020', 'soon', '12/2020', '11/17/20<', '-1', '65535'])(
    '%j is unreadable, and says so',
    (text) => {
      const reading = readDate(text);
      expect(reading.kind).toBe('unreadable');
      expect(reading.kind === 'unreadable' && reading.why).toContain(text);
    },
  );

  it.each([
    ['11/17/20<4', '2024-11-17?'],
    ['07/30/20:7', '2007-07-30?'],
    ['06/08/20:3', '2003-06-08?'],
    ['11/17/<4', '2024-11-17?'],
  ])('%j, a year printed past the digit 9, is repaired as %s', (text, day) => {
    expect(brief(text)).toBe(day);
  });

  it('takes slashes month first unless told otherwise', () => {
    expect(brief('05/06/2022')).toBe('2022-05-06');
    expect(brief('05/06/2022', 'dmy')).toBe('2022-06-05');
    expect(brief('05/06/20<4', 'dmy')).toBe('2024-06-05?');
  });

  it('doubts a date that is only one in the other order', () => {
    expect(brief('25/12/2022')).toBe('2022-12-25?');
    expect(brief('12/25/2022', 'dmy')).toBe('2022-12-25?');
  });

  it('doubts dashes that may be either, and no others', () => {
    expect(brief('10-05-2022')).toBe('2022-10-05?');
    expect(brief('10-05-2022', 'dmy')).toBe('2022-05-10');
    expect(brief('05-05-2022')).toBe('2022-05-05');
    expect(brief('25-05-2022')).toBe('2022-05-25');
  });

  it('takes dots day first whatever the order', () => {
    expect(brief('05.06.2022', 'mdy')).toBe('2022-06-05');
    expect(brief('05.06.2022', 'dmy')).toBe('2022-06-05');
  });
});

describe('the week in a serial number', () => {
  it.each([
    ['AS2128296401', '2021-07-12'],
    ['as2128296401', '2021-07-12'],
    ['5S1203T12345', '2012-01-16'],
    ['ZA9852000000', '1998-12-21'],
    ['JS2001000000', '2019-12-30'],
  ])('%s was made in the week of %s', (serial, monday) => {
    expect(weekOfSerial(serial)).toBe(monday);
  });

  it.each(['', '0', 'AS21', 'AS2100123456', 'AS2154123456', '123456789', 'QB-2128-01'])(
    '%j tells no week',
    (serial) => {
      expect(weekOfSerial(serial)).toBeUndefined();
    },
  );
});

const anyDay = fc.integer({ min: 0, max: 43_829 }).map((n) => addDays('1980-01-01', n));
const parts = (day: string) => ({ y: day.slice(0, 4), m: day.slice(5, 7), d: day.slice(8, 10) });
const forms: Record<string, (day: string) => [string, DateOrder]> = {
  'mm/dd/yyyy': (day) => [`${parts(day).m}/${parts(day).d}/${parts(day).y}`, 'mdy'],
  'm/d/yyyy': (day) => [`${Number(parts(day).m)}/${Number(parts(day).d)}/${parts(day).y}`, 'mdy'],
  'dd/mm/yyyy': (day) => [`${parts(day).d}/${parts(day).m}/${parts(day).y}`, 'dmy'],
  'dd-mm-yyyy': (day) => [`${parts(day).d}-${parts(day).m}-${parts(day).y}`, 'dmy'],
  'dd.mm.yyyy': (day) => [`${parts(day).d}.${parts(day).m}.${parts(day).y}`, 'mdy'],
  'yyyy-mm-dd': (day) => [day, 'mdy'],
};

describe('any text', () => {
  it('never throws, and what is a date is a real one', () => {
    const soup = fc.string({ unit: fc.constantFrom(...'0123456789/-.:;<=>?T 2Zé\0') });
    fc.assert(
      fc.property(fc.oneof(fc.string(), soup), fc.constantFrom('mdy', 'dmy'), (text, order) => {
        const reading = readDate(text, order);
        if (reading.kind === 'date') expect(isDay(reading.day)).toBe(true);
        if (reading.kind === 'unreadable') expect(reading.why).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });

  it.each(Object.keys(forms))('a day written %s is read as that day, without doubt', (name) => {
    fc.assert(
      fc.property(anyDay, (day) => {
        const [text, order] = forms[name]?.(day) ?? ['', 'mdy'];
        expect(readDate(text, order)).toEqual(day === '2000-01-01' ? { kind: 'absent' } : { kind: 'date', day });
      }),
    );
  });

  it('a day with a two-digit year is read as that day between 1980 and 2079', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 36_523 }).map((n) => addDays('1980-01-01', n)),
        (day) => {
          const { y, m, d } = parts(day);
          const expected = day === '2000-01-01' ? 'absent' : day;
          expect(brief(`${m}/${d}/${y.slice(2)}`)).toBe(expected);
        },
      ),
    );
  });

  it('never throws for any serial number', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AS0123456789-') }), (text) => {
        const week = weekOfSerial(text);
        if (week !== undefined) expect(isDay(week)).toBe(true);
      }),
    );
  });
});
