import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, addMonths, daysUntil } from '../../agent/lifecycle/days.ts';
import { type Entry, enter, factOf, type Refusals } from '../../agent/lifecycle/entry.ts';
import type { CustomerFacts } from '../../agent/lifecycle/facts.ts';
import { recordSwap } from '../../agent/lifecycle/unit.ts';
import { brief, moment } from './support.ts';
import { Watched } from './unit-support.ts';

const today = '2026-06-01';
const sound = { serial: 'AS2128296401', made: '07/12/2021', installed: '08/01/2021', replaceBy: '08/01/2027' };

/** Why an entry is refused. */
function refused(watched: Watched, entry: Entry): Refusals {
  const result = enter(watched.unit, entry, watched.config, moment(watched.today));
  return result.ok ? {} : result.refusals;
}

/** The facts in brief after an entry. */
function entered(watched: Watched, entry: Entry): string[] {
  const result = enter(watched.unit, entry, watched.config, moment(watched.today));
  if (!result.ok) throw new Error(JSON.stringify(result.refusals));
  watched.unit = JSON.parse(JSON.stringify(result.change.unit));
  return (['installed', 'replaceBy', 'warrantyEnd', 'plan'] as const).map(
    (key) => `${key} ${brief(factOf(watched.unit.facts, key)) ?? '-'}`,
  );
}

describe('entering', () => {
  it('a date goes before the config, and an event follows at once', () => {
    const watched = new Watched(today, { warrantyEnd: '2028-01-01' }).reads(sound);
    const facts = entered(watched, {
      set: { replaceBy: '2026-07-01', warrantyEnd: '2026-06-20', plan: { kind: 'advanced', end: '2026-06-02' } },
    });
    expect(facts).toEqual([
      'installed 2021-08-01 ups',
      'replaceBy 2026-07-01 customer',
      'warrantyEnd 2026-06-20 customer',
      'plan 2026-06-02 customer',
    ]);
    expect(watched.event('battery-replacement-due')).toBe('open 2026-07-01 date');
    expect(watched.event('warranty-expires')).toBe('open 2026-06-20 date');
    expect(watched.event('advanced-plan-expires')).toBe('open 2026-06-02 date');
  });

  it('a withdrawn date gives way to the config or the UPS, and leaves nothing behind', () => {
    const watched = new Watched(today, { warrantyEnd: '2028-01-01' }).reads(sound);
    entered(watched, { set: { replaceBy: '2026-07-01', warrantyEnd: '2026-06-20' } });
    expect(entered(watched, { clear: ['replaceBy', 'warrantyEnd', 'plan'] })).toEqual([
      'installed 2021-08-01 ups',
      'replaceBy 2027-08-01 ups',
      'warrantyEnd 2028-01-01 config',
      'plan -',
    ]);
    expect(watched.event('battery-replacement-due')).toBe('date-moved 2026-07-01 date');
    expect(watched.unit).not.toHaveProperty('customer');
  });

  it('what is cleared and set at once is set', () => {
    const watched = new Watched(today).reads(sound);
    entered(watched, { set: { replaceBy: '2026-07-01' } });
    expect(entered(watched, { clear: ['replaceBy'], set: { replaceBy: '2026-08-01' } })).toContain(
      'replaceBy 2026-08-01 customer',
    );
  });
});

describe('confirming', () => {
  it('an estimate and a doubtful date makes them the word of the customer', () => {
    const watched = new Watched(today).reads({ ...sound, installed: '07/12/2021', replaceBy: '11/17/20<6' });
    expect(brief(watched.unit.facts['battery.date'])).toBe('2021-07-12 ups?');
    expect(brief(watched.unit.facts['battery.date.maintenance'])).toBe('2026-11-17 ups?');
    expect(entered(watched, { confirm: ['installed', 'replaceBy'] }).slice(0, 2)).toEqual([
      'installed 2021-07-12 customer',
      'replaceBy 2026-11-17 customer',
    ]);
    const plain = new Watched(today).reads({ installed: '08/01/2021' });
    expect(brief(plain.unit.facts['battery.date.maintenance'])).toBe('2025-08-01 estimate');
    expect(entered(plain, { confirm: ['replaceBy'] })).toContain('replaceBy 2025-08-01 customer');
  });

  it('a plan keeps its kind', () => {
    const watched = new Watched(today, { plan: { kind: 'standard', end: '2026-12-31' } }).on(today);
    entered(watched, { confirm: ['plan'] });
    expect(watched.unit.customer).toEqual({ plan: { kind: 'standard', end: '2026-12-31' } });
  });

  it('is refused where there is no date, or where it cannot be true', () => {
    const watched = new Watched(today).reads({ ...sound, installed: '09/01/2026' });
    expect(refused(watched, { confirm: ['installed', 'warrantyEnd'] })).toEqual({
      installed: 'it lies in the future',
      warrantyEnd: 'there is no date to confirm; enter one',
    });
  });
});

describe('a date that cannot be', () => {
  const cases: [Entry['set'] & object, Refusals][] = [
    [{ installed: '2026-06-02' }, { installed: 'it lies in the future' }],
    [{ installed: '2021-07-11' }, { installed: 'it lies before the manufacture date 2021-07-12' }],
    [{ replaceBy: '2021-07-11' }, { replaceBy: 'it lies before the manufacture date 2021-07-12' }],
    [{ replaceBy: '2041-06-02' }, { replaceBy: 'it lies over 15 years ahead' }],
    [{ warrantyEnd: '2020-01-01' }, { warrantyEnd: 'it lies before the manufacture date 2021-07-12' }],
    [{ warrantyEnd: '2046-06-02' }, { warrantyEnd: 'it lies over 20 years ahead' }],
    [{ plan: { kind: 'standard', end: '2062-01-01' } }, { plan: 'it lies over 20 years ahead' }],
    [{ installed: '2026-02-30' }, { installed: '"2026-02-30" is no day; write it as YYYY-MM-DD' }],
    [{ warrantyEnd: '01/02/2027' }, { warrantyEnd: '"01/02/2027" is no day; write it as YYYY-MM-DD' }],
    [
      { installed: '2021-07-20' },
      { installed: 'the UPS itself says 2021-08-01, which is newer and goes first; correct it on the UPS' },
    ],
    [{ replaceBy: '2021-08-01' }, { replaceBy: 'replace-by 2021-08-01 is not after the install date 2021-08-01' }],
  ];
  it.each(cases)('%j is refused with the reason, and changes nothing', (set, refusals) => {
    const watched = new Watched(today).reads(sound);
    const before = JSON.stringify(watched.unit);
    expect(refused(watched, { set: { plan: { kind: 'standard', end: '2027-01-01' }, ...set } })).toEqual(refusals);
    expect(JSON.stringify(watched.unit)).toBe(before);
  });

  it('an install date after the known replace-by date asks for both', () => {
    const watched = new Watched(today, { replaceBy: '2025-01-01' }).reads({ serial: sound.serial });
    expect(refused(watched, { set: { installed: '2026-05-01' } })).toEqual({
      installed:
        'replace-by 2025-01-01 is not after the install date 2026-05-01; enter the new replace-by date as well, or record that the battery was replaced',
    });
    expect(entered(watched, { set: { installed: '2026-05-01', replaceBy: '2030-05-01' } })).toContain(
      'replaceBy 2030-05-01 customer',
    );
  });

  it('a manufacture date that is itself in doubt refuses nothing', () => {
    const watched = new Watched(today).reads({ made: '01/01/2030' });
    expect(entered(watched, { set: { installed: '2024-01-01', warrantyEnd: '2027-01-01' } })).toContain(
      'installed 2024-01-01 customer',
    );
  });
});

describe('a battery change that the customer told of', () => {
  const swapped = (): Watched => {
    const watched = new Watched(today, { replaceBy: '2026-08-01' }).reads({ ...sound, replaceBy: '07/01/2026' });
    entered(watched, { set: { replaceBy: '2026-06-20' } });
    return watched.swapped('2026-05-20');
  };

  it('is corrected with its day', () => {
    const watched = swapped();
    expect(entered(watched, { set: { installed: '2026-05-10' } }).slice(0, 2)).toEqual([
      'installed 2026-05-10 customer',
      'replaceBy 2030-05-10 estimate',
    ]);
    expect(watched.unit.swap?.day).toBe('2026-05-10');
  });

  it('is taken back with its day: what was known before counts again', () => {
    const watched = swapped();
    expect(entered(watched, { clear: ['installed'] }).slice(0, 2)).toEqual([
      'installed 2021-08-01 ups',
      'replaceBy 2026-06-20 customer',
    ]);
    expect(watched.unit).not.toHaveProperty('swap');
  });

  it('voids the date of the old battery, but not the same date entered after it', () => {
    const watched = swapped();
    expect(brief(factOf(watched.unit.facts, 'replaceBy'))).toBe('2030-05-20 estimate');
    expect(entered(watched, { set: { replaceBy: '2026-06-20' } })).toContain('replaceBy 2026-06-20 customer');
  });
});

const aDay = fc.integer({ min: -9000, max: 9000 }).map((n) => addDays(today, n));
const someFacts: fc.Arbitrary<CustomerFacts> = fc.record(
  {
    installed: aDay,
    replaceBy: aDay,
    warrantyEnd: aDay,
    plan: fc.record({ kind: fc.constantFrom('advanced' as const, 'standard' as const), end: aDay }),
  },
  { requiredKeys: [] },
);

describe('any entry', () => {
  const start = (): Watched => new Watched(today, { replaceBy: '2027-01-01' }).reads(sound);

  it('counts as the customer gave it, or is refused by name; entering it again changes nothing', () => {
    fc.assert(
      fc.property(someFacts, fc.boolean(), (set, afterSwap) => {
        const watched = start();
        if (afterSwap) watched.unit = recordSwap(watched.unit, today, watched.config, moment(today)).unit;
        const result = enter(watched.unit, { set }, watched.config, moment(today));
        if (!result.ok) {
          expect(Object.keys(set)).toEqual(expect.arrayContaining(Object.keys(result.refusals)));
          return;
        }
        const { unit } = result.change;
        for (const [key, value] of Object.entries(set)) {
          const day = typeof value === 'string' ? value : value.end;
          expect(brief(factOf(unit.facts, key as keyof CustomerFacts))).toBe(`${day} customer`);
        }
        const { 'battery.date': installed, 'battery.date.maintenance': replaceBy } = unit.facts;
        if (installed && replaceBy) {
          expect(daysUntil(replaceBy.value, installed.value)).toBeGreaterThan(0);
          expect(replaceBy.value <= addMonths(installed.value, 180)).toBe(true);
        }
        const again = enter(unit, { set }, watched.config, moment(today));
        expect(again.ok && again.change.unit).toEqual(unit);
      }),
    );
  });

  it('that is withdrawn leaves what was there before', () => {
    fc.assert(
      fc.property(someFacts, (set) => {
        const { unit, config } = start();
        const result = enter(unit, { set }, config, moment(today));
        if (!result.ok) return;
        const clear = Object.keys(set) as (keyof CustomerFacts)[];
        const back = enter(result.change.unit, { clear }, config, moment(today));
        expect(back.ok && back.change.unit.facts).toEqual(unit.facts);
      }),
    );
  });
});
