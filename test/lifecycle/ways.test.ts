import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import type { ConfiguredUnit } from '../../agent/lifecycle/facts.ts';
import type { EventId } from '../../agent/lifecycle/model.ts';
import { raised } from '../../agent/lifecycle/observe.ts';
import { heardOf, rankOf, unitedSignals } from '../../agent/lifecycle/ways.ts';
import { driverNames } from '../../drivers/registry.ts';
import { brief, type Said, unitConfig } from './support.ts';
import { Watched } from './unit-support.ts';

const today = '2026-06-01';
const inDays = (days: number) => addDays(today, days);
const replace = 'replace-battery';
const due = 'battery-replacement-due';

/** Ways as `driver` or `name:driver:order`. */
const over = (...ways: readonly string[]): Partial<ConfiguredUnit> => ({
  name: ways[0]?.split(':')[0] ?? '',
  ways: ways.map((way) => {
    const [name = '', driver = name, order] = way.split(':');
    return { name, driver, dateOrder: order === 'dmy' ? 'dmy' : 'mdy' };
  }),
});
const watched = (...ways: readonly string[]) => new Watched(today, over(...ways));
const installed = ({ unit }: Watched) => brief(unit.facts['battery.date']);
const replaceBy = ({ unit }: Watched) => brief(unit.facts['battery.date.maintenance']);

it.each(driverNames)('the driver %s has its place among the sources', (name) => {
  expect(rankOf(name)).toBeLessThan(rankOf('some other driver'));
});

describe('of several ways', () => {
  it.each([
    [['snmp', 'nut'], 'snmp'],
    [['nut', 'snmp'], 'snmp'],
    [['apcupsd', 'nut'], 'nut'],
    [['apcupsd', 'modbus', 'nut'], 'modbus'],
    [['modbus', 'snmp'], 'modbus'],
    [['snmp', 'modbus'], 'snmp'],
    [['upslink', 'nut'], 'upslink'],
  ])('%j each fact is that of %s', (ways, source) => {
    const unit = watched(...ways);
    for (const way of ways) unit.reads({ model: way }, way);
    expect(brief(unit.unit.facts['device.model'])).toBe(`${source} ups`);
  });

  it('a fact that the best one does not have comes from the next', () => {
    const unit = watched('snmp', 'nut', 'apcupsd').reads({ model: 'A' }, 'snmp');
    unit.reads({ installed: '2022-03-04' }, 'apcupsd').reads({ model: 'B', replaceBy: '2027-03-04' }, 'nut');
    expect([brief(unit.unit.facts['device.model']), installed(unit), replaceBy(unit)]).toEqual([
      'A ups',
      '2022-03-04 ups',
      '2027-03-04 ups',
    ]);
  });

  it('a sound date goes before a doubtful one of a better source', () => {
    const unit = watched('snmp', 'nut').reads({ made: '01/02/2021', installed: '01/02/2021' }, 'snmp');
    expect(installed(unit)).toBe('2021-01-02 ups?');
    unit.reads({ installed: '2022-03-04' }, 'nut');
    expect(installed(unit)).toBe('2022-03-04 ups');
  });

  it('the manufacture date that one of them gives tells of another that its install date was never set', () => {
    const unit = watched('snmp', 'nut').reads({ made: '01/02/2021' }, 'snmp').reads({ installed: '2021-01-02' }, 'nut');
    expect(installed(unit)).toBe('2021-01-02 ups?');
    expect(brief(unit.unit.facts['ups.mfr.date'])).toBe('2021-01-02 ups');
  });

  it('each is read in the order in which it writes dates', () => {
    const unit = watched('snmp', 'upslink:upslink:dmy');
    unit.reads({ installed: '03/04/2022' }, 'upslink').reads({ replaceBy: '03/04/2027' }, 'snmp');
    expect([installed(unit), replaceBy(unit)]).toEqual(['2022-04-03 ups', '2027-03-04 ups']);
  });

  it('two readings in a row are two of the same way', () => {
    const unit = watched('snmp', 'nut').reads({ model: 'A' }, 'snmp').reads({}, 'nut');
    unit.readsOnce({ model: 'B' }, 'snmp').readsOnce({}, 'nut').readsOnce({ model: 'B' }, 'snmp');
    expect(brief(unit.unit.facts['device.model'])).toBe('B ups');
    unit.readsOnce({ signals: ['battery.replace'] }, 'snmp').readsOnce({ signals: ['battery.replace'] }, 'nut');
    expect([unit.event(replace), unit.last?.unconfirmed]).toEqual([undefined, true]);
  });
});

describe('an alarm', () => {
  const on = { signals: ['battery.replace'] };
  const off = { signals: ['!battery.replace'] };

  it('is open while any way says so, whatever the others say', () => {
    const unit = watched('snmp', 'nut').reads(off, 'snmp').reads(on, 'nut');
    expect(unit.event(replace)).toBe('open - flag');
    unit.reads(off, 'snmp').reads({}, 'nut');
    expect([unit.event(replace), unit.unit.facts['battery.replace']]).toMatchObject([
      'open - flag',
      { value: true, raw: 'snmp: indicator=1 nut: indicator=2' },
    ]);
    unit.reads(on, 'snmp').reads(off, 'nut');
    expect(unit.event(replace)).toBe('open - flag');
    unit.reads(off, 'snmp');
    expect(unit.event(replace)).toBe('cleared - flag');
  });

  it('of the same cause stays apart by its way', () => {
    const { ways } = watched('snmp', 'nut').reads(off, 'snmp').reads(on, 'nut').unit;
    expect(raised(unitedSignals(heardOf(ways, unitConfig(over('snmp', 'nut')).ways)), 'battery.replace')).toEqual([
      'nut: indicator',
    ]);
  });
});

describe('a battery change', () => {
  const old = { installed: '02/03/2021', replaceBy: '05/01/2026', signals: ['battery.replace'] };
  const fresh = { installed: '05/30/2026', replaceBy: '05/30/2031', signals: ['!battery.replace'] };
  const both = (...ways: [string, string]) =>
    watched(...ways)
      .reads(old, ways[0])
      .reads(old, ways[1]);

  it.each([
    ['snmp', 'nut'],
    ['nut', 'snmp'],
  ])('seen by %s counts once; what %s still says is void, and no news when it catches up', (first, second) => {
    const unit = both('snmp', 'nut').reads(fresh, first);
    expect(unit.unit.swap).toMatchObject({ day: '2026-05-30', source: 'ups' });
    expect([installed(unit), replaceBy(unit)]).toEqual(['2026-05-30 ups', '2031-05-30 ups']);
    expect([unit.event('battery-end-of-life-exceeded'), unit.event(replace)]).toEqual([
      'swap 2026-05-01 date',
      'swap - flag',
    ]);
    const { swap } = unit.unit;
    unit.on(inDays(3)).reads(old, second);
    expect([installed(unit), unit.event(replace), unit.changes]).toEqual(['2026-05-30 ups', 'swap - flag', []]);
    unit.on(inDays(5)).reads(fresh, second);
    expect([unit.last?.swap, unit.unit.swap, unit.changes]).toEqual([undefined, swap, []]);
    expect([installed(unit), replaceBy(unit)]).toEqual(['2026-05-30 ups', '2031-05-30 ups']);
  });

  it('that the one behind dates some days later is the same; a year later it is another', () => {
    const unit = both('snmp', 'nut').reads(fresh, 'nut').on(inDays(10)).reads({ installed: '06/04/2026' }, 'snmp');
    expect(unit.unit.swap?.day).toBe('2026-05-30');
    unit.on(inDays(400)).reads({ installed: '07/01/2027' }, 'snmp');
    expect(unit.unit.swap?.day).toBe('2027-07-01');
    expect(installed(unit)).toBe('2027-07-01 ups');
  });

  it('told by the customer is that of all ways', () => {
    const unit = both('snmp', 'nut').swapped('2026-05-30');
    expect([installed(unit), replaceBy(unit)]).toEqual(['2026-05-30 customer', '2030-05-30 estimate']);
    unit.reads(old, 'nut').reads(fresh, 'snmp').reads(fresh, 'nut');
    expect([unit.unit.swap?.source, replaceBy(unit)]).toEqual(['customer', '2031-05-30 ups']);
  });

  it('told after the UPS has shown it leaves what the UPS says of the new battery', () => {
    const unit = both('snmp', 'nut').reads(fresh, 'snmp').swapped('2026-05-30');
    expect(replaceBy(unit)).toBe('2031-05-30 ups');
  });

  it('is not undone by a way that joins later and knows nothing of it', () => {
    const unit = watched('snmp', 'nut')
      .reads({ installed: '02/03/2021' }, 'snmp')
      .reads({ installed: '05/30/2026' }, 'snmp');
    unit.reads({ installed: '02/03/2021', replaceBy: '05/01/2026' }, 'nut');
    expect([installed(unit), replaceBy(unit), unit.event(due)]).toEqual([
      '2026-05-30 ups',
      '2030-05-30 estimate',
      undefined,
    ]);
  });

  it('an alarm of a way that does not answer is not brought back by the 30 days', () => {
    const unit = both('snmp', 'nut').reads(fresh, 'snmp');
    for (const days of [20, 40]) unit.on(inDays(days)).reads(fresh, 'snmp');
    expect(unit.event(replace)).toBe('swap - flag');
    unit.reads(old, 'nut');
    expect(unit.event(replace)).toBe('open - flag');
  });
});

it('an entry that changes its driver begins anew with the first reading of the new one', () => {
  const unit = watched('rack:snmp').reads({ model: 'A', installed: '02/03/2021', signals: ['battery.replace|card'] });
  unit.on(today, over('rack:nut'));
  expect([unit.event(replace), installed(unit)]).toEqual(['open - flag', '2021-02-03 ups']);
  unit.reads({ installed: '2026-05-01', signals: ['!battery.replace|RB'] });
  expect([unit.event(replace), installed(unit), unit.unit.swap]).toEqual([
    'cleared - flag',
    '2026-05-01 ups',
    undefined,
  ]);
});

describe('in whatever order the ways are read', () => {
  const ways = ['snmp', 'nut', 'apcupsd'] as const;
  const date = fc.integer({ min: -2000, max: -1 }).map((days) => inDays(days));
  const end = fc.integer({ min: -100, max: 2000 }).map((days) => inDays(days));
  const alarm = fc.constantFrom(
    'battery.replace',
    '!battery.replace',
    'battery.lifetime.near-end',
    'battery.packs.bad',
  );
  const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const words = fc.record({
    model: some(fc.constantFrom('A', 'B')),
    replaceBy: some(end),
    signals: fc.array(alarm, { maxLength: 2 }),
  });
  /** What one way says over time: its install date does not move, so that no reading shows a battery change. */
  const life = fc.record({ installed: some(date), said: fc.array(words, { minLength: 1, maxLength: 5 }) });

  it('the facts and the alarms are the same in the end', () => {
    const plan = fc.record({ lives: fc.tuple(life, life, life), order: fc.infiniteStream(fc.nat(2)) });
    fc.assert(
      fc.property(plan, ({ lives, order }) => {
        const queues = ways.map((way, n) => {
          const { installed: day, said } = lives[n] ?? { installed: undefined, said: [] };
          return said.map((each) => ({ way, said: strip({ ...each, installed: day }) }));
        });
        const [one, other] = [queues.flat(), mixed(queues, order)].map((steps) => {
          const unit = watched(...ways);
          for (const { way, said } of steps) unit.reads(said, way);
          const raisedNow = [replace, 'battery-needs-replacement'].filter((id) =>
            unit.event(id as EventId)?.startsWith('open'),
          );
          return { facts: unit.unit.facts, raisedNow };
        });
        expect(other).toEqual(one);
      }),
      { numRuns: 150 },
    );
  });

  it('a battery change that all of them show is one', () => {
    const plan = fc.record({
      steps: fc.array(fc.record({ way: fc.constantFrom(...ways), days: fc.nat(10) }), { maxLength: 12 }),
      lag: fc.tuple(fc.nat(20), fc.nat(20), fc.nat(20)),
    });
    fc.assert(
      fc.property(plan, ({ steps, lag }) => {
        const unit = watched(...ways);
        for (const way of ways) unit.reads({ installed: '2021-02-03', replaceBy: '2026-05-01' }, way);
        let swaps = 0;
        let passed = 0;
        const reads = (way: (typeof ways)[number]) => {
          const knows = passed >= (lag[ways.indexOf(way)] ?? 0);
          const said = knows
            ? { installed: today, replaceBy: '2031-06-01' }
            : { installed: '2021-02-03', replaceBy: '2026-05-01' };
          for (let n = 0; n < 2; n += 1) if (unit.readsOnce(said, way).last?.swap) swaps += 1;
        };
        for (const { way, days } of steps) {
          passed += days;
          unit.on(inDays(passed));
          reads(way);
        }
        passed += 30;
        unit.on(inDays(passed));
        for (const way of ways) reads(way);
        expect([swaps, installed(unit), replaceBy(unit)]).toEqual([1, `${today} ups`, '2031-06-01 ups']);
      }),
      { numRuns: 150 },
    );
  });
});

/** The queues as one, each in its own order. */
function mixed<T>(queues: readonly (readonly T[])[], order: Iterable<number>): T[] {
  const left = queues.map((queue) => [...queue]);
  const all: T[] = [];
  for (const n of order) {
    const next = left[n]?.shift();
    if (next !== undefined) all.push(next);
    if (left.every((queue) => queue.length === 0)) break;
  }
  return all;
}

function strip(said: { readonly [K in keyof Said]?: Said[K] | undefined }): Said {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}
