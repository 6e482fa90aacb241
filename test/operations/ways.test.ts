import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import type { ConfiguredUnit } from '../../agent/lifecycle/facts.ts';
import type { Unit } from '../../agent/lifecycle/unit.ts';
import type { Site } from '../../agent/operations/desk.ts';
import { unitViews } from '../../agent/operations/overview.ts';
import { remind } from '../../agent/operations/remind.ts';
import { keys } from '../../agent/store/keys.ts';
import { memoryStore } from '../../agent/store/memory-store.ts';
import { brief, reading, type Said, unitConfig } from '../lifecycle/support.ts';
import { Bench, customerAddress, freshStore } from './support.ts';

const day = '2026-06-01';
const serial = 'AS2128296401';
const said = { serial, installed: '03/04/2022', replaceBy: '06/25/2026' };

/** An entry of the config that another driver reads. */
const over = (driver: string, name: string, rest: Partial<ConfiguredUnit> = {}): ConfiguredUnit =>
  unitConfig({ name, ...rest }, driver);
const card = over('snmp', 'card');
const upsd = over('nut', 'upsd');

const site = (entries: readonly ConfiguredUnit[], rest: Partial<Site> = {}) => new Bench(day, entries, rest);
const unitsOf = (bench: Bench) => bench.store.list<Unit>(keys.units).map(([, { value }]) => value);
const watched = (bench: Bench) => unitsOf(bench).filter(({ retiredOn }) => retiredOn === undefined);
const shape = (bench: Bench) =>
  watched(bench)
    .map(({ id, ways }) => [id, ways.map(({ name }) => name).join('+')])
    .sort(([, a], [, b]) => ((a ?? '') < (b ?? '') ? -1 : 1));
const configure = (bench: Bench, ...units: readonly ConfiguredUnit[]) => {
  bench.site = { ...bench.site, units };
};
const once = (bench: Bench, name: string, what: Said) => bench.units.ingest(name, reading(what));

describe('two entries with one serial number', () => {
  it('are one unit, with one set of events, told once', async () => {
    const bench = site([card, upsd]);
    await bench.reads('upsd', { ...said, signals: ['battery.replace|RB'] });
    await bench.reads('card', { ...said, signals: ['battery.replace|indicator'] });
    expect(shape(bench)).toEqual([[serial, 'card+upsd']]);
    expect(bench.units.find('upsd')).toEqual(bench.units.find('card'));
    expect(bench.units.all().map(({ name }) => name)).toEqual(['card']);
    await bench.morning(day);
    expect(bench.ledger()).toEqual([
      'battery-replacement-due 30 late customer told',
      'replace-battery now customer told',
    ]);
    expect(bench.notices(customerAddress)).toHaveLength(1);
    expect(bench.log).toContain('ups.same-serial');
  });

  it('are believed to be one when two readings in a row say so', async () => {
    const bench = site([card, upsd]);
    await bench.reads('card', said);
    expect(await once(bench, 'upsd', { serial, installed: '01/01/2020' })).toEqual({ again: true });
    expect(shape(bench)).toEqual([[serial, 'card']]);
    await once(bench, 'upsd', { serial: 'AS2128290000', installed: '01/01/2020' });
    await once(bench, 'upsd', said);
    expect(shape(bench)).toEqual([
      [serial, 'card'],
      ['AS2128290000', 'upsd'],
    ]);
  });

  it('of which one first had no serial number, are one from when it has', async () => {
    const bench = site([card, upsd]);
    await bench.reads('card', said);
    await bench.reads('upsd', { replaceBy: said.replaceBy });
    expect(shape(bench)).toHaveLength(2);
    await bench.reads('upsd', said);
    expect(shape(bench)).toEqual([[serial, 'card+upsd']]);
  });

  it.each(['card', 'upsd'])('go on after a restart in the middle, whichever comes first (%s)', async (first) => {
    const bench = site([card, upsd]);
    const second = first === 'card' ? 'upsd' : 'card';
    await bench.reads(first, said);
    await once(bench, second, said);
    bench.restart();
    await bench.reads(second, said);
    bench.restart();
    await bench.reads(first, said);
    expect(shape(bench)).toEqual([[serial, 'card+upsd']]);
    await bench.morning(day);
    expect(bench.notices()).toHaveLength(1);
  });

  it('go by any of their names in commands', async () => {
    const bench = site([card, upsd], { copyNotices: false });
    await bench.reads('card', said);
    await bench.reads('upsd', said);
    await bench.connect();
    await bench.morning(day);
    await remind(bench.desk, bench.units, 'upsd', 'battery-replacement-due');
    await expect(remind(bench.desk, bench.units, 'card', 'battery-replacement-due')).rejects.toMatchObject({
      code: 'already-today',
    });
    await bench.units.enterFacts(
      [
        { name: 'card', set: { warrantyEnd: '2027-01-01' } },
        { name: 'upsd', set: { replaceBy: '2027-02-02' } },
      ],
      'import',
    );
    await bench.units.batteryReplaced('upsd', day);
    expect(bench.units.find('card')?.value).toMatchObject({
      customer: { installed: day, warrantyEnd: '2027-01-01', replaceBy: '2027-02-02' },
      facts: { 'battery.date': { value: day } },
    });
  });

  it('are listed once, with what each says', async () => {
    const bench = site([card, upsd, over('apcupsd', 'nis')]);
    await bench.reads('upsd', { ...said, installed: '2022-03-05', model: 'by upsd' });
    await bench.reads('card', said);
    await bench.units.missed('nis');
    const [view, other] = unitViews(bench.desk, bench.units);
    expect(brief(view?.facts['battery.date'])).toBe('2022-03-04 ups');
    expect(brief(view?.facts['device.model'])).toBe('by upsd ups');
    expect(view?.ways.map((way) => [way.name, way.driver, brief(way.facts['battery.date'])])).toEqual([
      ['card', 'snmp', '2022-03-04 ups'],
      ['upsd', 'nut', '2022-03-05 ups'],
    ]);
    expect([other?.ups, other?.ways]).toEqual(['nis', [{ name: 'nis', driver: 'apcupsd', facts: {} }]]);
  });
});

describe('what the entries of one UPS say', () => {
  const join = async (...entries: readonly ConfiguredUnit[]) => {
    const bench = site(entries);
    for (const { name } of entries) await bench.reads(name, { serial });
    return bench;
  };

  it('counts by the first that gives it; contradictions are logged once', async () => {
    const bench = await join(
      over('snmp', 'card', { warrantyEnd: '2026-08-01', site: 'North' }),
      over('nut', 'upsd', { warrantyEnd: '2027-08-01', replaceBy: '2026-07-01', site: 'North' }),
    );
    await bench.units.reconcile();
    const facts = bench.units.find('card')?.value.facts;
    expect([brief(facts?.['warranty.end']), brief(facts?.['battery.date.maintenance'])]).toEqual([
      '2026-08-01 config',
      '2026-07-01 config',
    ]);
    expect(bench.log.filter((code) => code === 'ups.contradiction')).toHaveLength(1);
  });

  it("an entry's own word goes before a default of the site, which contradicts nobody", async () => {
    const bench = await join(
      over('snmp', 'card', { installed: '2024-01-01', expectedLifeMonths: 48, assumed: ['expectedLifeMonths'] }),
      over('nut', 'upsd', { expectedLifeMonths: 60 }),
    );
    const facts = bench.units.find('card')?.value.facts;
    expect(brief(facts?.['battery.date.maintenance'])).toBe('2029-01-01 estimate');
    expect(bench.log).not.toContain('ups.contradiction');
  });

  it('of an entry that is taken out counts no more', async () => {
    const bench = await join(card, over('nut', 'upsd', { warrantyEnd: '2026-08-01' }));
    expect(bench.units.find('card')?.value.events['warranty-expires']).toMatchObject({ date: '2026-08-01' });
    configure(bench, card);
    await bench.units.reconcile();
    expect(bench.units.find('card')?.value.events['warranty-expires']).toMatchObject({ closed: 'date-moved' });
  });
});

describe('an entry that is taken out', () => {
  it('takes its observations along; the unit stays', async () => {
    const bench = site([card, upsd]);
    await bench.reads('card', { ...said, signals: ['!battery.replace'] });
    await bench.reads('upsd', { ...said, signals: ['battery.replace'] });
    await bench.reads('upsd', { ...said, signals: ['battery.replace'] });
    expect(bench.units.find('card')?.value.events['replace-battery']).toMatchObject({ causes: ['flag'] });
    configure(bench, card);
    await bench.units.reconcile();
    expect(shape(bench)).toEqual([[serial, 'card']]);
    expect(bench.units.find('upsd')).toBeUndefined();
    expect(bench.units.find('card')?.value.events['replace-battery']).toMatchObject({ closed: 'cleared' });
  });

  it('gives the unit the name of the next one', async () => {
    const bench = site([card, upsd]);
    await bench.reads('card', said);
    await bench.reads('upsd', said);
    configure(bench, upsd);
    await bench.units.reconcile();
    expect(bench.units.all().map(({ id, name }) => [id, name])).toEqual([[serial, 'upsd']]);
    await bench.morning(day);
    expect(bench.ledger()).toEqual(['battery-replacement-due 30 late customer told']);
  });

  it('with all others retires the unit, which goes on when they are back', async () => {
    const bench = site([card, upsd]);
    await bench.reads('card', said);
    await bench.reads('upsd', said);
    await bench.morning(day);
    configure(bench);
    await bench.units.reconcile();
    expect(watched(bench)).toEqual([]);
    configure(bench, card, upsd);
    await bench.units.reconcile();
    await bench.reads('upsd', said);
    await bench.reads('card', said);
    expect(shape(bench)).toEqual([[serial, 'card+upsd']]);
    await bench.morning(addDays(day, 1));
    expect(bench.ledger()).toEqual(['battery-replacement-due 30 late customer told']);
  });
});

describe('another serial number at one of several entries', () => {
  const other = { serial: 'AS2128299999', replaceBy: '01/01/2029' };

  it('makes two units of them; what the other one says goes on', async () => {
    const bench = site([card, upsd]);
    await bench.reads('card', said);
    await bench.reads('upsd', said);
    await bench.morning(day);
    await once(bench, 'upsd', other);
    expect(shape(bench)).toEqual([[serial, 'card+upsd']]);
    await once(bench, 'upsd', other);
    expect(shape(bench)).toEqual([
      [serial, 'card'],
      ['AS2128299999', 'upsd'],
    ]);
    await bench.morning(addDays(day, 1));
    expect(bench.ledger()).toEqual(['battery-replacement-due 30 late customer told']);
  });

  it('and then at the others retires the old unit; the new one is one', async () => {
    const bench = site([card, upsd]);
    await bench.reads('card', said);
    await bench.reads('upsd', said);
    await bench.reads('card', other);
    await bench.reads('upsd', other);
    expect(shape(bench)).toEqual([['AS2128299999', 'card+upsd']]);
    expect(unitsOf(bench).find(({ id }) => id === serial)).toMatchObject({ retiredOn: day });
  });

  it('and back again brings them together', async () => {
    const bench = site([card, upsd]);
    await bench.reads('card', said);
    await bench.reads('upsd', said);
    await bench.morning(day);
    await bench.reads('upsd', other);
    await bench.reads('upsd', said);
    expect(shape(bench)).toEqual([[serial, 'card+upsd']]);
    await bench.morning(addDays(day, 1));
    expect(bench.ledger()).toEqual(['battery-replacement-due 30 late customer told']);
  });
});

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
