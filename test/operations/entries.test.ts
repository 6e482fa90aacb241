import { describe, expect, it } from 'vitest';
import { datesToConfirm } from '../../agent/operations/dates.ts';
import { FactsRefused, parsePlan } from '../../agent/operations/entries.ts';
import { Bench, cloudOnly } from './support.ts';

const today = '2026-06-01';
const said = { serial: 'AS2128296401', model: 'Smart-UPS 1500', installed: '08/01/2021', replaceBy: '08/01/2027' };

describe('facts of the customer', () => {
  it('open and close events at once, with a line of history that keeps what was before', async () => {
    const bench = new Bench(today, [{ name: 'rack' }]);
    await bench.reads('rack', said);
    await bench.units.enterFacts([{ name: 'rack', set: { warrantyEnd: '2026-06-20' } }], 'page');
    expect(bench.units.find('rack')?.value.events['warranty-expires']).toMatchObject({ date: '2026-06-20' });
    await bench.units.enterFacts([{ name: 'rack', set: { warrantyEnd: '2028-06-20' } }], 'command');
    await bench.units.enterFacts([{ name: 'rack', set: { warrantyEnd: '2028-06-20' } }], 'command');
    await bench.units.enterFacts([{ name: 'rack', clear: ['warrantyEnd'] }], 'api');
    const history = await bench.store.history({ kind: 'facts.entered' });
    expect(history.map(({ unit, data }) => [unit, data])).toEqual([
      ['AS2128296401', { by: 'page', warrantyEnd: { from: null, to: '2026-06-20' } }],
      ['AS2128296401', { by: 'command', warrantyEnd: { from: '2026-06-20', to: '2028-06-20' } }],
      ['AS2128296401', { by: 'api', warrantyEnd: { from: '2028-06-20', to: null } }],
    ]);
    expect(await bench.store.history({ kind: 'event.resolved' })).toHaveLength(1);
  });

  it('are told to the endpoint with their source', async () => {
    const bench = new Bench(today, [{ name: 'rack' }], cloudOnly);
    await bench.reads('rack', said);
    await bench.deliver();
    bench.posts.length = 0;
    await bench.units.enterFacts([{ name: 'rack', set: { warrantyEnd: '2028-06-20' } }], 'page');
    await bench.deliver();
    expect(bench.posts.flatMap(({ events }) => events.map(({ data }) => data))).toMatchObject([
      { facts: { 'warranty.end': { value: '2028-06-20', source: 'customer', confidence: 'sound' } } },
    ]);
  });

  it('of several units are one commit: one refused entry keeps all of them back', async () => {
    const bench = new Bench(today, [{ name: 'rack' }, { name: 'hall' }]);
    await bench.reads('rack', said);
    const entries = [
      { name: 'rack', set: { warrantyEnd: '2028-06-20' } },
      { name: 'hall', set: { installed: '2026-07-01', warrantyEnd: '2060-01-01' } },
    ];
    const refused = await bench.units.enterFacts(entries, 'import').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(FactsRefused);
    expect(refused).toMatchObject({
      code: 'bad-fact',
      message: 'hall: installed: it lies in the future. warranty end: it lies over 20 years ahead',
      refusals: { installed: 'it lies in the future' },
    });
    expect(bench.units.find('rack')?.value.customer).toBeUndefined();
    expect(bench.units.refusals('hall', { set: { installed: '2026-05-01' } })).toEqual({});
    await bench.units.enterFacts([{ name: 'hall', set: { installed: '2026-05-01' } }], 'import');
    expect(bench.units.find('hall')?.value.facts['battery.date']?.source, 'a UPS that never answered').toBe('customer');
  });

  it('need a UPS that is watched', async () => {
    const bench = new Bench(today, [{ name: 'rack' }]);
    await expect(bench.units.enterFacts([{ name: 'attic', clear: ['plan'] }], 'api')).rejects.toMatchObject({
      code: 'no-such-ups',
    });
    expect(() => bench.units.refusals('attic', {})).toThrow(/attic/);
  });

  it('survive a reading: the customer goes before the UPS', async () => {
    const bench = new Bench(today, [{ name: 'rack' }]);
    await bench.reads('rack', said);
    await bench.units.enterFacts([{ name: 'rack', confirm: ['replaceBy'] }], 'page');
    await bench.reads('rack', { ...said, replaceBy: '08/01/2025' });
    expect(bench.units.find('rack')?.value.facts['battery.date.maintenance']?.value).toBe('2027-08-01');
  });
});

describe('the dates to confirm', () => {
  const list = (bench: Bench) =>
    datesToConfirm(bench.units).map(({ ups, key, state, value }) => [ups, key, state, value ?? '-'].join(' '));

  it('are the doubtful ones, the missing ones and the estimates, and nothing that is known', async () => {
    const bench = new Bench(today, [{ name: 'rack' }, { name: 'hall', warrantyEnd: '2028-01-01' }, { name: 'new' }]);
    await bench.reads('rack', { ...said, installed: '07/12/2021', made: '07/12/2021' });
    await bench.reads('hall', { serial: 'AS2128290002', installed: '08/01/2021' });
    expect(list(bench)).toEqual([
      'rack installed doubtful 2021-07-12',
      'rack warrantyEnd missing -',
      'new replaceBy missing -',
      'new installed missing -',
      'new warrantyEnd missing -',
      'hall replaceBy estimated 2025-08-01',
    ]);
    const entries = [
      { name: 'rack', confirm: ['installed' as const], set: { warrantyEnd: '2027-01-01' } },
      { name: 'hall', confirm: ['replaceBy' as const] },
      { name: 'new', set: { installed: '2026-05-01', replaceBy: '2030-05-01', warrantyEnd: '2029-05-01' } },
    ];
    await bench.units.enterFacts(entries, 'page');
    expect(list(bench)).toEqual([]);
  });

  it('say why, and of what', async () => {
    const bench = new Bench(today, [{ name: 'rack', site: 'Hall 2' }]);
    await bench.reads('rack', { ...said, installed: '07/01/2026', replaceBy: '' });
    expect(datesToConfirm(bench.units)).toMatchObject([
      { site: 'Hall 2', model: 'Smart-UPS 1500', serial: said.serial, source: 'ups', why: 'it lies in the future' },
      { key: 'replaceBy', why: 'nobody says when the battery must be replaced' },
      { key: 'warrantyEnd', why: 'no UPS tells its warranty' },
    ]);
  });
});

describe('a plan', () => {
  it('is written as kind and day', () => {
    expect(parsePlan('advanced:2027-05-01')).toEqual({ kind: 'advanced', end: '2027-05-01' });
    for (const text of ['advanced', 'gold:2027-05-01', 'standard:2027-05-01:x', '']) {
      expect(() => parsePlan(text), text).toThrow(/is no plan; write it as advanced:DATE or standard:DATE/);
    }
  });
});
