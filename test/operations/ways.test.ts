import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import type { ConfiguredUnit } from '../../agent/lifecycle/facts.ts';
import { unitViews } from '../../agent/operations/overview.ts';
import { remind } from '../../agent/operations/remind.ts';
import { brief } from '../lifecycle/support.ts';
import { customerAddress } from './support.ts';
import { card, configure, day, once, over, said, serial, shape, site, unitsOf, upsd, watched } from './ways-support.ts';

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
