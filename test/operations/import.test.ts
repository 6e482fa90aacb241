import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datesTable, delimiterFor } from '../../agent/operations/dates-table.ts';
import { applyImport, type ImportPlan, planImport } from '../../agent/operations/import-dates.ts';
import type { Said } from '../lifecycle/support.ts';
import { Bench } from './support.ts';

const today = '2026-06-01';
const said = { serial: 'AS2128296401', model: 'Smart-UPS 1500', made: '07/12/2021', installed: '08/01/2021' };

async function site(): Promise<Bench> {
  const bench = new Bench(today, [
    { name: 'rack', site: 'Hall 2' },
    { name: 'hall', warrantyEnd: '2027-01-01' },
    { name: 'new' },
  ]);
  await bench.reads('rack', said);
  await bench.reads('hall', { serial: 'AS2128290002' });
  return bench;
}

const plan = (bench: Bench, text: string): ImportPlan => planImport(bench.desk, bench.units, text);
const changes = (bench: Bench, text: string): string[] =>
  plan(bench, text).changes.map(({ line, ups, key, kind, from, source, to }) =>
    [line, ups, key, kind, `${from ?? '-'}(${source ?? '-'})`, '>', to ?? '-'].join(' '),
  );
const problems = (bench: Bench, text: string): string[] =>
  plan(bench, text).problems.map(({ line, column, message }) => `${line} ${column ?? ''}: ${message}`);

describe('the difference', () => {
  it('is what the table says and is not known yet, line by line', async () => {
    const bench = await site();
    const text = [
      'Serial;Name;Replace by;warranty-end;PLAN;plan_end',
      'as2128296401;;01.08.2025;;advanced;31.12.2026',
      ';hall;;01.01.2027;;',
      ';new;1.5.2030;1.5.2029;;',
    ].join('\r\n');
    expect(changes(bench, text)).toEqual([
      '2 rack plan set -(-) > advanced 2026-12-31',
      '4 new replaceBy set -(-) > 2030-05-01',
      '4 new warrantyEnd set -(-) > 2029-05-01',
    ]);
    expect(plan(bench, text)).toMatchObject({ problems: [], notes: [], unchanged: 1 });
    expect(await bench.store.history({ kind: 'facts.entered' })).toEqual([]);
  });

  it('is applied as it was shown, in one commit', async () => {
    const bench = await site();
    const text = 'name,replace_by\nrack,2026-08-01\nhall,2026-07-01';
    const { digest } = plan(bench, text);
    await applyImport(bench.desk, bench.units, text, digest);
    expect(bench.units.find('hall')?.value).toMatchObject({
      customer: { replaceBy: '2026-07-01' },
      events: { 'battery-replacement-due': { date: '2026-07-01', dateSource: 'customer' } },
    });
    expect((await bench.store.history({ kind: 'facts.entered' })).map(({ data }) => data['by'])).toEqual([
      'import',
      'import',
    ]);
    expect(plan(bench, text)).toMatchObject({ changes: [], unchanged: 2 });
  });

  it('is refused when things moved meanwhile', async () => {
    const bench = await site();
    const text = 'name,replace_by\nrack,2026-08-01';
    const { digest } = plan(bench, text);
    await bench.units.enterFacts([{ name: 'rack', set: { replaceBy: '2026-09-01' } }], 'page');
    await expect(applyImport(bench.desk, bench.units, text, digest)).rejects.toMatchObject({ code: 'moved' });
    await expect(
      applyImport(bench.desk, bench.units, `${text}\nhall,2026-08-01`, plan(bench, text).digest),
    ).rejects.toThrow(/look at it again/);
    expect(bench.units.find('rack')?.value.customer?.replaceBy).toBe('2026-09-01');
    await expect(applyImport(bench.desk, bench.units, text, '')).rejects.toMatchObject({ code: 'moved' });
  });

  it('withdraws at a dash, confirms where the source is set to "customer", and says nothing at an empty cell', async () => {
    const bench = await site();
    await bench.units.enterFacts([{ name: 'rack', set: { warrantyEnd: '2027-03-01' } }], 'page');
    const text = 'name,replace_by,replace_by_source,warranty_end,plan\nrack,2025-08-01,Customer,-,-\nhall,,,,';
    expect(changes(bench, text)).toEqual([
      '2 rack replaceBy confirm 2025-08-01(estimate) > 2025-08-01',
      '2 rack warrantyEnd clear 2027-03-01(customer) > -',
    ]);
    const { digest } = plan(bench, text);
    await applyImport(bench.desk, bench.units, text, digest);
    expect(bench.units.find('rack')?.value.customer).toEqual({ replaceBy: '2025-08-01' });
  });

  it('completes a plan with what is known of it', async () => {
    const bench = await site();
    await bench.units.enterFacts([{ name: 'rack', set: { plan: { kind: 'standard', end: '2026-12-31' } } }], 'page');
    expect(changes(bench, 'name,plan_end\nrack,2027-12-31')).toEqual([
      '2 rack plan set standard 2026-12-31(customer) > standard 2027-12-31',
    ]);
    expect(changes(bench, 'name,plan\nrack,Advanced')).toEqual([
      '2 rack plan set standard 2026-12-31(customer) > advanced 2026-12-31',
    ]);
    expect(changes(bench, 'name,plan,plan_end\nrack,standard,2026-12-31')).toEqual([]);
  });
});

describe('what cannot be taken', () => {
  it('is said with its line and column, and stops nothing else', async () => {
    const bench = await site();
    const text = [
      'serial,name,installed,replace_by,warranty_end,plan,plan_end,color',
      'AS2128296401,,2026-07-01,,2028-01-01,,,red',
      ',hall,soon,2026-02-30,2027-05-01,gold,2027-01-01,',
      'AS999,,,,,,,',
      'AS999,rack,,,,,,',
      ',attic,,,,,,',
      ',,2026-01-01,,,,,',
      'AS2128296401,hall,,,,,,',
      ',rack,,2027-01-01,,,,',
      ',new,,,,,2027-01-01,',
      'new',
      ',new,"2026',
    ].join('\n');
    expect(problems(bench, text)).toEqual([
      '2 installed: it lies in the future',
      '3 installed: "soon" is no day; write YYYY-MM-DD',
      '3 replace_by: "2026-02-30" is no day; write YYYY-MM-DD',
      '3 plan: "gold" is no plan; write advanced or standard',
      '4 : no UPS with the serial number AS999 is watched',
      '5 : rack has the serial number AS2128296401, not AS999',
      '6 : no UPS named "attic" is watched',
      '7 : it names no UPS: serial and name are empty',
      '8 : serial number AS2128296401 is rack, not hall',
      '9 : rack was on line 2 already; that line counts',
      '10 plan: a plan end without a plan; write advanced or standard',
      '11 : no UPS with the serial number new is watched',
      '12 : a quotation mark is not closed, or stands in the middle of a cell',
    ]);
    expect(changes(bench, text)).toEqual([
      '2 rack warrantyEnd set -(-) > 2028-01-01',
      '3 hall warrantyEnd set 2027-01-01(config) > 2027-05-01',
    ]);
    expect(plan(bench, text).notes).toEqual(['Columns that are not known are left out: color.']);
  });

  it('leaves the rest of its line: each date is looked at without those that were refused', async () => {
    const bench = await site();
    const text = 'name,installed,replace_by\nrack,2021-07-01,2020-01-01\nhall,2026-05-01,2026-05-01';
    expect(problems(bench, text)).toEqual([
      '2 installed: it lies before the manufacture date 2021-07-12',
      '2 replace_by: it lies before the manufacture date 2021-07-12',
      '3 installed: replace-by 2026-05-01 is not after the install date 2026-05-01',
      '3 replace_by: replace-by 2026-05-01 is not after the install date 2026-05-01',
    ]);
    expect(changes(bench, text)).toEqual([]);
  });

  it('is the whole table when it names no unit', async () => {
    const bench = await site();
    expect(problems(bench, 'rack,2027-01-01\nhall,2027-01-01')).toEqual([
      expect.stringMatching(
        /^1 : the first line must name the columns, with serial or name among them; they are serial, /,
      ),
    ]);
    expect(problems(bench, '')).toHaveLength(1);
    expect(problems(bench, 'name,name,replace_by\nrack,hall,2027-01-01')).toEqual([
      '1 name: the column is there twice; the first counts',
    ]);
    expect(changes(bench, 'name,name,replace_by\nrack,hall,2027-01-01')).toHaveLength(1);
  });
});

describe('dates with slashes', () => {
  const text = (...dates: string[]): string =>
    `name,replace_by\n${dates.map((d, i) => `${['rack', 'hall', 'new'][i]},${d}`).join('\n')}`;
  const days = (bench: Bench, table: string) => plan(bench, table).changes.map(({ to }) => to);

  it('are read as the language of the site has it, with a note', async () => {
    const bench = await site();
    expect(days(bench, text('03/04/2027'))).toEqual(['2027-03-04']);
    expect(plan(bench, text('03/04/2027')).notes).toEqual(['Dates such as 03/04/2027 are read with the month first.']);
    bench.site = { ...bench.site, language: 'fr' };
    expect(days(bench, text('03/04/2027'))).toEqual(['2027-04-03']);
    expect(plan(bench, text('03/04/2027')).notes).toEqual(['Dates such as 03/04/2027 are read with the day first.']);
  });

  it('are read as the table itself shows', async () => {
    const bench = await site();
    expect(days(bench, text('03/04/2027', '23/04/2027'))).toEqual(['2027-04-03', '2027-04-23']);
    expect(plan(bench, text('03/04/2027', '23/04/2027')).notes).toEqual([]);
  });

  it('that can be read in two ways are errors where the table has both', async () => {
    const bench = await site();
    const both = text('03/04/2027', '23/04/2027', '04/23/2027');
    expect(days(bench, both)).toEqual(['2027-04-23', '2027-04-23']);
    expect(problems(bench, both)).toEqual([
      '2 replace_by: "03/04/2027" can be read in two ways, and the table has dates of both; write YYYY-MM-DD',
    ]);
  });
});

describe('an export that is imported', () => {
  it('lists each unit with its dates and where they come from', async () => {
    const bench = await site();
    await bench.units.enterFacts([{ name: 'new', set: { plan: { kind: 'advanced', end: '2027-01-01' } } }], 'page');
    await bench.reads('hall', { serial: 'AS2128290002', installed: '07/07/2026' });
    expect(datesTable(bench.units, ',').split('\r\n')).toEqual([
      '\uFEFFserial,name,site,model,installed,installed_source,replace_by,replace_by_source,warranty_end,warranty_end_source,plan,plan_end,plan_source',
      'AS2128296401,rack,Hall 2,Smart-UPS 1500,2021-08-01,ups,2025-08-01,estimate,,,,,',
      'AS2128290002,hall,,,2026-07-07,"ups, doubtful",,,2027-01-01,config,,,',
      ',new,,,,,,,,,advanced,2027-01-01,customer',
      '',
    ]);
    expect([delimiterFor('en'), delimiterFor('de')]).toEqual([',', ';']);
  });

  const hostile = fc.oneof(
    fc.constantFrom(
      '<script>alert(1)</script>',
      '=HYPERLINK("http://evil.example","x")',
      "'=1",
      '-',
      '@x',
      '"',
      'a\r\nb',
      ';;',
    ),
    fc.string({ maxLength: 12 }),
  );
  const dates = fc.constantFrom('08/01/2021', '07/12/2021', '01/01/2030', '11/17/20<4', 'soon', '', '09/01/2025');

  it('makes no difference, whatever the units are called and say', async () => {
    const unit = fc.record({
      name: hostile,
      model: hostile,
      installed: dates,
      replaceBy: dates,
      warranty: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(unit, { selector: ({ name }) => name.trim(), minLength: 1, maxLength: 4 }),
        fc.constantFrom(',', ';', '\t'),
        async (given, delimiter) => {
          const named = given.map((each) => ({ ...each, name: each.name.trim() })).filter(({ name }) => name !== '');
          const bench = new Bench(
            today,
            named.map(({ name }) => ({ name })),
          );
          for (const [n, { name, model, installed, replaceBy, warranty }] of named.entries()) {
            const reading: Said = { serial: `AS212829640${n}`, model, installed, replaceBy };
            await bench.reads(name, reading);
            if (warranty) await bench.units.enterFacts([{ name, set: { warrantyEnd: '2027-01-01' } }], 'page');
          }
          const text = datesTable(bench.units, delimiter as ',');
          expect(plan(bench, text)).toMatchObject({ changes: [], problems: [], unchanged: named.length });
        },
      ),
      { numRuns: 60 },
    );
  });
});
