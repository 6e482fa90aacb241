import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { monthsBetween } from '../../agent/lifecycle/days.ts';
import { calendarEntries } from '../../agent/operations/calendar.ts';
import { renewalsReport, reportTable } from '../../agent/operations/report.ts';
import { Bench } from './support.ts';

const today = '2026-06-01';

async function site(): Promise<Bench> {
  const bench = new Bench(today, [
    { name: 'host-a.lan', site: 'Main Street 12', cartridge: 'APCRBC133', cartridges: 2, warrantyEnd: '2027-01-01' },
    { name: 'host-b.lan', cartridge: 'APCRBC133', plan: { kind: 'advanced', end: '2026-12-31' } },
    { name: 'host-c.lan' },
  ]);
  await bench.reads('host-a.lan', {
    serial: 'AS2128296401',
    model: '=HYPERLINK("http://evil.example")',
    installed: '08/01/2021',
    replaceBy: '08/01/2026',
  });
  await bench.reads('host-b.lan', { serial: 'AS2128290002', model: 'Smart-UPS 1500', installed: '09/01/2021' });
  await bench.reads('host-c.lan', { model: 'Smart-UPS 750', installed: '01/01/2030', replaceBy: '11/17/20<6' });
  return bench;
}

describe('the renewals report', () => {
  it('has what a quotation needs, the most urgent unit first', async () => {
    const bench = await site();
    expect(renewalsReport(bench.desk, bench.units)).toEqual({
      company: 'Customer Ltd',
      madeOn: today,
      rows: [
        {
          model: 'Smart-UPS 1500',
          serial: 'AS2128290002',
          ageMonths: 58,
          cartridge: 'APCRBC133',
          quantity: 1,
          replaceBy: { day: '2025-09-01', estimate: true },
          plan: { kind: 'advanced', end: '2026-12-31' },
        },
        {
          model: '=HYPERLINK("http://evil.example")',
          serial: 'AS2128296401',
          ageMonths: 58,
          cartridge: 'APCRBC133',
          quantity: 2,
          replaceBy: { day: '2026-08-01', estimate: false },
          warrantyEnd: { day: '2027-01-01', estimate: false },
        },
        { model: 'Smart-UPS 750' },
      ],
      cartridges: [{ part: 'APCRBC133', quantity: 3 }],
    });
  });

  it('reveals no name, no site unless asked for, and no doubtful date', async () => {
    const bench = await site();
    const words = JSON.stringify(renewalsReport(bench.desk, bench.units));
    expect(words).not.toMatch(/\.lan|Main Street|2030|2026-11-17|customer\.example/);
    expect(renewalsReport(bench.desk, bench.units, { sites: true }).rows[1]?.site).toBe('Main Street 12');
  });

  it('as a table has the same, and no formula', async () => {
    const bench = await site();
    const text = reportTable(renewalsReport(bench.desk, bench.units), ',');
    const rows = parse(text, { bom: true, columns: true }) as Record<string, string>[];
    expect(
      rows.map(({ model, age_years, quantity, replace_by, replace_by_is }) => [
        model,
        age_years,
        quantity,
        replace_by,
        replace_by_is,
      ]),
    ).toEqual([
      ['Smart-UPS 1500', '4.8', '1', '2025-09-01', 'estimate'],
      ['\'=HYPERLINK("http://evil.example")', '4.8', '2', '2026-08-01', ''],
      ['Smart-UPS 750', '', '', '', ''],
    ]);
    expect(rows[0]).not.toHaveProperty('site');
    expect(reportTable(renewalsReport(bench.desk, bench.units, { sites: true }), ';')).toMatch(/^\uFEFFsite;model;/);
  });

  it('counts whole months', () => {
    expect(monthsBetween('2021-07-12', '2026-07-11')).toBe(59);
    expect(monthsBetween('2021-07-12', '2026-07-12')).toBe(60);
    expect(monthsBetween('2024-02-29', '2025-02-28')).toBe(11);
  });
});

describe('the calendar', () => {
  it('has every sound date, with its source, and none that is doubtful', async () => {
    const bench = await site();
    const entries = calendarEntries(bench.desk, bench.units);
    expect(entries.map(({ day, ups, key, source, plan }) => [day, ups, key, source, plan ?? '-'])).toEqual([
      ['2025-09-01', 'host-b.lan', 'replaceBy', 'estimate', '-'],
      ['2026-08-01', 'host-a.lan', 'replaceBy', 'ups', '-'],
      ['2026-12-31', 'host-b.lan', 'plan', 'config', 'advanced'],
      ['2027-01-01', 'host-a.lan', 'warrantyEnd', 'config', '-'],
    ]);
    expect(entries[1]).toMatchObject({
      site: 'Main Street 12',
      cartridge: 'APCRBC133',
      quantity: 2,
      serial: 'AS2128296401',
    });
  });

  it('names each entry once and for all, wherever its date moves', async () => {
    const bench = await site();
    const before = calendarEntries(bench.desk, bench.units)
      .map(({ ups, key, uid }) => `${ups} ${key} ${uid}`)
      .sort();
    await bench.units.enterFacts([{ name: 'host-a.lan', set: { replaceBy: '2027-08-01' } }], 'page');
    const after = calendarEntries(bench.desk, bench.units)
      .map(({ ups, key, uid }) => `${ups} ${key} ${uid}`)
      .sort();
    expect(after).toEqual(before);
    expect(new Set(after.map((each) => each.split(' ').at(-1))).size).toBe(4);
    expect(after.every((each) => /[0-9a-f]{32}@upsteward$/.test(each))).toBe(true);
  });
});
