import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import type { Unit } from '../../agent/lifecycle/unit.ts';
import { dailyRun } from '../../agent/operations/daily.ts';
import { keys } from '../../agent/store/keys.ts';
import { reading, unitConfig } from '../lifecycle/support.ts';
import { Bench, customerAddress } from './support.ts';

const day = '2026-06-01';
const said = { serial: 'AS2128296401', model: 'Smart-UPS 1500', replaceBy: '07/01/2026' };
const unitsOf = (bench: Bench) => bench.store.list<Unit>(keys.units).map(([, { value }]) => value);

describe('another serial number', () => {
  it('is believed at the second reading: the old unit is retired, the new one begins anew', async () => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    await bench.reads('rack', said);
    await bench.morning(day);
    const other = { serial: 'AS2128299999', replaceBy: '01/01/2026' };
    expect(await bench.units.ingest('rack', reading(other))).toEqual({ again: true });
    expect(bench.units.find('rack')?.value).toMatchObject({
      id: 'AS2128296401',
      facts: { 'device.serial': { value: 'AS2128296401' } },
    });
    await bench.units.ingest('rack', reading(other));
    expect(unitsOf(bench).map(({ id, retiredOn, events }) => [id, retiredOn, Object.keys(events)])).toEqual([
      ['AS2128296401', day, ['battery-replacement-due']],
      ['AS2128299999', undefined, ['battery-end-of-life-exceeded']],
    ]);
    await bench.morning(addDays(day, 1));
    expect(bench.ledger()).toEqual([
      'battery-replacement-due 30 customer told',
      'battery-replacement-due resolved customer told',
      'battery-end-of-life-exceeded 0 late customer told',
    ]);
  });

  it('that is seen once, or each time another, derives nothing', async () => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    await bench.reads('rack', said);
    for (const serial of ['AS2128290001', 'AS2128296401', 'AS2128290001', 'AS2128290002']) {
      await bench.units.ingest('rack', reading({ serial, replaceBy: '01/01/2026' }));
    }
    expect(unitsOf(bench).map(({ id }) => id)).toEqual(['AS2128296401']);
    expect(Object.keys(bench.units.find('rack')?.value.events ?? {})).toEqual(['battery-replacement-due']);
  });

  it.each(['', 'Unknown', '000000000000'])('%j names no unit, and does not exchange one', async (serial) => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    await bench.reads('rack', { ...said, serial });
    expect(unitsOf(bench).map(({ id, serial: own }) => [id, own])).toEqual([['rack', undefined]]);
    await bench.reads('rack', said);
    expect(unitsOf(bench).map(({ id, serial: own }) => [id, own])).toEqual([['rack', 'AS2128296401']]);
    await bench.reads('rack', { ...said, serial });
    expect(unitsOf(bench).map(({ id, serial: own }) => [id, own])).toEqual([['rack', 'AS2128296401']]);
  });

  it.each(['not-a-ups', 'no-application', 'ups-lost'] as const)('a reading of %s derives nothing', async (verdict) => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    expect(await bench.units.ingest('rack', { ...reading(said), verdict })).toEqual({ again: false });
    expect(unitsOf(bench)).toEqual([]);
    await bench.units.ingest('nobody', reading(said));
    expect(unitsOf(bench)).toEqual([]);
  });
});

describe('a unit that never answered', () => {
  it('is told of by what the config says', async () => {
    const bench = new Bench(day, [{ name: 'rack', replaceBy: '2026-07-01', warrantyEnd: '2026-06-08' }]);
    await bench.units.missed('rack');
    await bench.units.missed('rack');
    await bench.morning(day);
    expect(bench.ledger()).toEqual(['battery-replacement-due 30 customer told', 'warranty-expires 7 customer told']);
    expect(bench.notices(customerAddress)).toHaveLength(1);
  });

  it('keeps its ledger when it answers later', async () => {
    const bench = new Bench(day, [{ name: 'rack', replaceBy: '2026-07-01' }]);
    await bench.units.missed('rack');
    await bench.morning(day);
    await bench.reads('rack', { serial: said.serial });
    await bench.morning(addDays(day, 1));
    expect(unitsOf(bench).map(({ id, serial }) => [id, serial])).toEqual([['rack', said.serial]]);
    expect(bench.notices()).toHaveLength(1);
  });
});

describe('a unit that gets another name in the config', () => {
  it.each([
    ['known by its serial number', async (bench: Bench) => bench.reads('rack', said)],
    [
      'first known by its name',
      async (bench: Bench) => {
        await bench.units.missed('rack');
        await bench.reads('rack', said);
      },
    ],
  ])('%s, is told of nothing twice and not resolved', async (_name, begin) => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    await begin(bench);
    await bench.morning(day);
    const before = bench.ledger();
    bench.at(day, '10:00').site = { ...bench.site, units: [unitConfig({ name: 'cellar', site: 'North' })] };
    await bench.units.reconcile();
    expect(bench.units.find('rack')).toBeUndefined();
    bench.restart();
    await bench.reads('cellar', said);
    await bench.morning(addDays(day, 1));
    expect(bench.ledger()).toEqual(before);
    expect(unitsOf(bench).filter(({ retiredOn }) => retiredOn === undefined)).toMatchObject([
      { name: 'cellar', site: 'North' },
    ]);
    expect(bench.notices()).toHaveLength(1);
  });

  it('and does not answer at first, goes on with its own record once it does', async () => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    await bench.reads('rack', said);
    await bench.morning(day);
    bench.at(day, '10:00').site = { ...bench.site, units: [unitConfig({ name: 'cellar' })] };
    await bench.units.reconcile();
    await bench.units.missed('cellar');
    await bench.reads('cellar', said);
    expect(bench.units.find('cellar')?.value.id).toBe(said.serial);
    await bench.morning(addDays(day, 1));
    expect(bench.ledger()).toEqual(['battery-replacement-due 30 customer told']);
  });
});

describe('the config after a reload', () => {
  it('takes out what is gone, takes in what is changed, leaves the rest', async () => {
    const bench = new Bench(day, [
      { name: 'a', warrantyEnd: '2026-06-20' },
      { name: 'b', warrantyEnd: '2026-06-20' },
    ]);
    await bench.reads('a', { serial: 'AS2128290001' });
    await bench.reads('b', { serial: 'AS2128290002' });
    await bench.morning(day);
    bench.site = { ...bench.site, units: [unitConfig({ name: 'b', warrantyEnd: '2027-06-20' })] };
    await bench.units.reconcile();
    expect(
      unitsOf(bench).map(({ name, retiredOn, events }) => [name, retiredOn, events['warranty-expires']?.closed]),
    ).toEqual([
      ['a', day, 'removed'],
      ['b', undefined, 'date-moved'],
    ]);
    expect(bench.units.all().map(({ name }) => name)).toEqual(['b']);
    await bench.morning(addDays(day, 1));
    expect(bench.ledger().filter((line) => line.includes('resolved'))).toHaveLength(2);
    bench.restart();
    expect(bench.units.find('a')).toBeUndefined();
  });

  it('that names a unit again goes on with its record, as another occurrence', async () => {
    const bench = new Bench(day, [{ name: 'a', warrantyEnd: '2026-06-20' }]);
    await bench.reads('a', { serial: 'AS2128290001' });
    await bench.morning(day);
    const { units } = bench.site;
    bench.site = { ...bench.site, units: [] };
    await bench.units.reconcile();
    await bench.morning(addDays(day, 1));
    bench.site = { ...bench.site, units };
    await bench.units.reconcile();
    await bench.reads('a', { serial: 'AS2128290001' });
    const [unit, ...others] = unitsOf(bench);
    expect(others).toEqual([]);
    expect(unit?.retiredOn).toBeUndefined();
    expect(unit?.events['warranty-expires']).toMatchObject({ occurrence: addDays(day, 1) });
  });
});

describe('the battery was replaced', () => {
  it('on a day that the customer tells', async () => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    await bench.reads('rack', { ...said, signals: ['battery.replace'] });
    await bench.morning(day);
    await bench.units.batteryReplaced('rack', day);
    await bench.morning(addDays(day, 1));
    expect(bench.ledger()).toEqual([
      'battery-replacement-due 30 customer told',
      'battery-replacement-due resolved customer told',
      'replace-battery now customer told',
      'replace-battery resolved customer told',
    ]);
    expect(await bench.store.history({ kind: 'battery.swapped' })).toHaveLength(1);
  });

  it.each([
    ['rack', addDays(day, 1), 'bad-date'],
    ['nobody', day, 'no-such-ups'],
  ])('of %s on %s is %s', async (name, on, code) => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    await bench.reads('rack', said);
    await expect(bench.units.batteryReplaced(name, on)).rejects.toMatchObject({ code });
  });

  it('can be told of a UPS that has never answered', async () => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    await bench.units.batteryReplaced('rack', day);
    expect(bench.units.find('rack')?.value.facts['battery.date']).toMatchObject({ value: day, source: 'customer' });
  });
});

it('a reading that says nothing new writes nothing', async () => {
  const bench = new Bench(day, [{ name: 'rack' }]);
  await bench.at(day, '06:00').reads('rack', said);
  const { revision } = bench.units.find('rack') ?? { revision: 0 };
  bench.at(day, '12:00');
  await bench.reads('rack', said);
  expect(bench.units.find('rack')?.revision).toBe(revision);
  bench.at(addDays(day, 1), '12:00');
  await bench.units.ingest('rack', reading(said));
  expect(bench.units.find('rack')?.revision).toBe(revision + 1);
  expect((await dailyRun(bench.desk, bench.units)).ran).toBe(true);
});
