import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import type { Unit } from '../../agent/lifecycle/unit.ts';
import { keys } from '../../agent/store/keys.ts';
import { memoryStore } from '../../agent/store/memory-store.ts';
import { brief } from '../lifecycle/support.ts';
import { freshStore } from './support.ts';
import { card, configure, day, once, over, said, serial, shape, site, unitsOf, upsd, watched } from './ways-support.ts';

describe('a unit known as two records', () => {
  it('goes on as the older one; what either told is told, nothing is told twice or called resolved', async () => {
    const bench = site([
      over('snmp', 'card', { warrantyEnd: '2026-06-20', replaceBy: '2026-07-01' }),
      over('nut', 'upsd', { plan: { kind: 'standard', end: '2026-07-20' } }),
    ]);
    await bench.units.missed('card');
    await bench.at(day, '07:00').reads('upsd', { ...said, replaceBy: '07/01/2026' });
    await bench.morning(day);
    expect(bench.notices()).toHaveLength(1);
    const before = bench.ledger();
    expect(before).toEqual([
      'battery-replacement-due 30 customer told',
      'standard-plan-expires 90 late customer told',
      'battery-replacement-due 30 customer told',
      'warranty-expires 30 late customer told',
    ]);
    await bench.at(day, '10:00').reads('card', { serial });
    expect(shape(bench)).toEqual([['card', 'card+upsd']]);
    expect(unitsOf(bench).find(({ id }) => id === serial)).toMatchObject({ retiredOn: day, mergedInto: 'card' });
    expect(await bench.store.history({ kind: 'unit.united' })).toMatchObject([{ unit: 'card' }]);
    for (let n = 1; n < 19; n += 1) await bench.morning(addDays(day, n));
    expect(bench.notices()).toHaveLength(2);
    expect(bench.notices().at(-1)).toMatchObject({ day: addDays(day, 12) });
    expect(bench.ledger().filter((line) => line.includes('resolved'))).toEqual([]);
    bench.restart();
    expect(shape(bench)).toEqual([['card', 'card+upsd']]);
    expect(bench.units.find('upsd')?.value.id).toBe('card');
  });

  it('tells the end of what the one that ended had told', async () => {
    const bench = site([card, over('nut', 'upsd', { warrantyEnd: '2026-06-20' })]);
    await bench.reads('card', { serial });
    await bench.units.missed('upsd');
    await bench.morning(day);
    await bench.reads('upsd', { serial });
    configure(bench, card, upsd);
    await bench.units.reconcile();
    await bench.morning(addDays(day, 1));
    expect(bench.ledger().filter((line) => line.includes('resolved'))).toEqual([
      'warranty-expires resolved customer told',
    ]);
  });

  it('keeps the facts of the customer, and the later battery change', async () => {
    const bench = site([card, upsd]);
    await bench.units.missed('card');
    await bench.units.enterFacts([{ name: 'card', set: { warrantyEnd: '2028-01-01' } }], 'page');
    await bench.reads('upsd', { ...said, replaceBy: '06/25/2026' });
    await bench.units.batteryReplaced('upsd', '2026-05-20');
    await bench.reads('card', said);
    const [unit] = watched(bench);
    expect(unit).toMatchObject({ customer: { warrantyEnd: '2028-01-01', installed: '2026-05-20' } });
    expect(brief(unit?.facts['battery.date.maintenance'])).toBe('2030-05-20 estimate');
    expect(Object.values(unit?.events ?? {}).filter(({ closedOn }) => closedOn === undefined)).toEqual([]);
  });

  it('by an earlier version, is brought together at the start', async () => {
    const bench = site([card, upsd]);
    await bench.reads('card', said);
    await bench.morning(day);
    const [{ ways, ...unit }] = unitsOf(bench) as [Unit];
    const old = (id: string, name: string) => ({ ...unit, id, name, observed: ways[0]?.observed });
    const store = memoryStore([
      ...freshStore().list(''),
      ...bench.store.list('notice/'),
      ...bench.store.list('message/'),
      ['unit/AS2128296401', { value: old(serial, 'card'), revision: 1 }],
      ['unit/upsd', { value: old('upsd', 'upsd'), revision: 1 }],
    ]);
    bench.restart(store);
    await bench.units.reconcile();
    expect(shape(bench)).toEqual([[serial, 'card+upsd']]);
    bench.mails.length = 0;
    await bench.reads('upsd', said);
    await bench.reads('card', said);
    await bench.morning(addDays(day, 1));
    expect(bench.notices()).toEqual([]);
  });
});

it('a record of an earlier version goes on with what it knows', async () => {
  const bench = site([card]);
  await bench.reads('card', { ...said, signals: ['battery.replace'] });
  await bench.units.batteryReplaced('card', '2026-05-20');
  const [{ ways, swap, ...unit }] = unitsOf(bench) as [Unit];
  const value = {
    ...unit,
    observed: ways[0]?.observed,
    swap: {
      ...swap,
      voids: { ups: [{ origin: 'ups', replaceBy: '2026-06-25' }], signals: ['battery.replace|indicator'] },
    },
  };
  bench.restart(memoryStore([...freshStore().list(''), [keys.unit(serial), { value, revision: 4 }]]));
  await bench.units.reconcile();
  await bench.reads('card', { ...said, signals: ['battery.replace'] });
  const after = bench.units.find('card')?.value;
  expect([brief(after?.facts['battery.date.maintenance']), after?.events['replace-battery']?.closed]).toEqual([
    '2030-05-20 estimate',
    'swap',
  ]);
  expect(after?.ways).toMatchObject([
    { name: 'card', driver: 'snmp', voided: { signals: ['battery.replace|indicator'] } },
  ]);
});

it('what cannot be written leaves the names as they were', async () => {
  const bench = site([card, upsd]);
  await bench.reads('card', said);
  await bench.units.missed('upsd');
  await once(bench, 'upsd', said);
  const { commit } = bench.store;
  bench.store.commit = async () => {
    throw new Error('disk full');
  };
  await expect(once(bench, 'upsd', said)).rejects.toThrow('disk full');
  bench.store.commit = commit;
  expect(shape(bench)).toEqual([
    [serial, 'card'],
    ['upsd', 'upsd'],
  ]);
  expect(bench.units.find('upsd')?.value.id).toBe('upsd');
  await bench.reads('upsd', said);
  expect(shape(bench)).toEqual([[serial, 'card+upsd']]);
});

it('an alarm is not settled when the entry that confirmed it leaves, and the one that stays has seen it once', async () => {
  const bench = site([card, upsd]);
  const alarm = { ...said, signals: ['battery.replace'] };
  await bench.reads('upsd', alarm);
  await once(bench, 'card', alarm);
  await once(bench, 'card', alarm);
  configure(bench, card);
  await bench.units.reconcile();
  const left = bench.units.find('card')?.value;
  expect(left?.ways.map(({ name }) => name)).toEqual(['card']);
  expect(left?.events['replace-battery']).toMatchObject({ causes: ['flag'] });
  expect(left?.events['replace-battery']?.closedOn).toBeUndefined();
});

/** One UPS, its two entries, and what happens to them. */
class TwoEntries {
  readonly bench = site([over('snmp', 'card', { warrantyEnd: addDays(day, 60) }), upsd]);
  readonly says = { serial, replaceBy: '08/20/2026', signals: ['battery.replace'] };
  passed = 0;

  async morning(days: number): Promise<void> {
    this.passed += days;
    await this.bench.morning(addDays(day, this.passed));
    this.bench.at(addDays(day, this.passed), '12:00');
  }

  /** Another serial number each time: never believed. */
  async stranger(name: string): Promise<void> {
    const known = this.bench.units.find(name)?.value.serial === serial;
    if (known)
      await once(this.bench, name, { serial: `AS21282${10_000 + this.#strangers++}`, replaceBy: '01/01/2026' });
  }
  #strangers = 0;

  /** One is taken out of the config and put back, where both are known to be one UPS. */
  async without(name: string): Promise<void> {
    const { units } = this.bench.site;
    if (this.bench.units.find(name)?.value.ways.length !== 2 || name === 'card') return;
    configure(this.bench, ...units.filter((unit) => unit.name !== name));
    await this.bench.units.reconcile();
    configure(this.bench, ...units);
    await this.bench.units.reconcile();
  }
}

const happenings = {
  read: (site, name) => site.bench.reads(name, site.says),
  missed: (site, name) => site.bench.units.missed(name),
  stranger: (site, name) => site.stranger(name),
  mute: (site, name) => once(site.bench, name, { model: 'Smart-UPS' }),
  restart: async (site) => site.bench.restart(),
  without: (site, name) => site.without(name),
  pass: (site) => site.morning(3),
} satisfies Record<string, (site: TwoEntries, name: string) => Promise<unknown>>;

it('whatever happens to the entries of one UPS, it is told of once, and of all there is', async () => {
  const name = fc.constantFrom('card', 'upsd');
  const kind = fc.constantFrom(
    ...(Object.keys(happenings) as (keyof typeof happenings)[]),
    'read' as const,
    'read' as const,
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(kind, name), { maxLength: 30 }), async (acts) => {
      const two = new TwoEntries();
      const { bench, says } = two;
      for (const [what, who] of acts) await happenings[what](two, who);
      for (const who of ['card', 'upsd', 'card', 'upsd']) await bench.reads(who, says);
      for (const days of [1, 1, 60, 20]) await two.morning(days);
      expect(shape(bench)).toEqual([[expect.any(String), 'card+upsd']]);
      const told = bench.messages().flatMap((message) => (message.kind === 'notices' ? message.notices : []));
      const said = told.map((key) => key.replace(/^notice\/[^/]+\//, '').replace(/\/[^/]+\/customer/, '')).sort();
      expect(said).toEqual([...new Set(said)]);
      expect(said.filter((one) => one.endsWith('resolved'))).toEqual([]);
      const last = ['battery-end-of-life-exceeded/0', 'replace-battery/now', 'warranty-expires/0'];
      expect(said).toEqual(expect.arrayContaining(last));
    }),
    { numRuns: 60 },
  );
});
