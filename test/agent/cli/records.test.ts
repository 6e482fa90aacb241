import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Agent } from '../../../agent/agent.ts';
import { addAccess } from '../../../agent/cli/access.ts';
import { addDates } from '../../../agent/cli/dates.ts';
import { addRecords } from '../../../agent/cli/records.ts';
import { realTimers } from '../../../agent/polling/timers.ts';
import { loadConfig } from '../../../config/config.ts';
import { smartUps } from '../../../scripts/simulator/units.ts';
import { LogBook } from '../support.ts';
import { customer, Place, reseller, typed } from './support.ts';

let place: Place;

beforeAll(async () => {
  place = await Place.open([{ name: 'hall', values: {} }]);
  const printed = place.printed.bind(place);
  place.simulator
    .unit('hall')
    .merge(smartUps({ manufactured: printed(-1500), installed: printed(-1430), replaceBy: printed(25) }));
  const mail = `mail: { url: "smtp://127.0.0.1:${place.sink.port}", from: ups@customer.example }`;
  await place.write(`reseller: { email: ${reseller} }\n${mail}`, [`{ name: hall, ${place.snmp('hall')} }`]);
  const book = new LogBook();
  const { config } = await loadConfig({ path: place.config, env: {} });
  const agent = await Agent.start({ config, log: book.log, now: () => new Date(), timers: realTimers, env: {} });
  await book.until('mail.sent', 2);
  await agent.stop();
}, 60_000);
afterAll(() => place.close());

const records = (...words: string[]): Promise<string> => typed(place, addRecords, ...words);
const dates = (...words: string[]): Promise<string> => typed(place, addDates, ...words);
const access = (...words: string[]): Promise<string> => typed(place, addAccess, ...words);

describe('what was told, from the command line', () => {
  it('is listed, shown in its own words, and not sent twice', async () => {
    const [head, row, ...rest] = (await records('sent', '--ups', 'hall')).trim().split('\n');
    expect(head).toMatch(/^WHEN +STATE +TO +WHAT +ANSWER +ID$/);
    expect(row).toMatch(
      new RegExp(`^\\d{4}-.*Z +sent +${customer} +Battery Replacement Due.* 250 .* notices/customer/`),
    );
    expect(rest).toEqual([]);
    const id = row?.split(/ +/).at(-1) ?? '';
    const shown = await records('sent', id);
    expect(shown).toMatch(/^it@customer\.example: sent\n.*Z {2}taken: 250/);
    const mail = place.sink.mails.find(({ to }) => to[0] === customer);
    const plain = (text = ''): string => text.replaceAll(/\s+/g, ' ').trim();
    expect(plain(shown)).toContain(plain(mail?.parsed.text));
    await expect(records('retry', id)).rejects.toThrow('it cannot be sent again: it was taken');
    expect(JSON.parse(await records('sent', '--limit', '1', '--json'))).toMatchObject({ total: 2, items: [{}] });
    expect(await records('sent', '--limit', '1')).toMatch(/^1 to 1 of 2$/m);
    expect(await records('sent', '--offset', '7')).toBe('There are only 2.\n');
    await expect(records('sent', '--limit', 'all')).rejects.toMatchObject({ exitCode: 1 });
  });

  it('is a consent record, without the code', async () => {
    const text = await records('consent');
    expect(text).toMatch(new RegExp(`^Now: ${reseller} is pending`));
    expect(text).toMatch(new RegExp(`Z {2}${reseller} invited$`, 'm'));
    expect(text).toMatch(new RegExp(`Z {2}${reseller} was told \\(invitation\\): company$`, 'm'));
    const csv = await records('consent', '--csv');
    expect(csv).toMatch(/^\uFEFFat,connection,address,what,by,/);
    expect(csv + text + (await records('consent', '--json'))).not.toContain(place.code());
    expect(await records('sent', `invitation/${invitation(csv)}`)).toMatch(/code is left out/);
  });
});

const invitation = (csv: string): string => csv.split('\r\n')[1]?.split(',')[1] ?? '';

describe('tables, from the command line', () => {
  it('leave, are filled in, and come back in two steps', async () => {
    const file = join(place.folder, 'dates.csv');
    expect(await dates('dates', 'export', file)).toBe('');
    const text = await readFile(file, 'utf8');
    expect(await dates('dates', 'export')).toBe(text);
    await expect(dates('dates', 'export', file)).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await dates('dates', 'import', file)).toBe(
      '0 change(s), 1 line(s) as known, 0 problem(s). Nothing to change.\n',
    );
    expect(JSON.parse(await dates('dates', 'import', file, '--json'))).toMatchObject({ unchanged: 1 });
    const end = place.day(100);
    await writeFile(file, `name;warranty_end\nhall;${end}\nattic;${end}\n`);
    const plan = await dates('dates', 'import', file);
    expect(plan).toMatch(/^exit code 1\n/);
    expect(plan).toMatch(/Nothing is changed yet: --apply does it\.$/m);
    expect(plan).toMatch(new RegExp(`^line 2 +hall +warranty end +not known -> ${end}$`, 'm'));
    expect(plan).toMatch(/^line 3: no UPS named "attic" is watched$/m);
    expect(JSON.parse(await dates('dates', '--json'))).toHaveLength(1);
    expect(await dates('dates', 'import', file, '--apply')).toMatch(/1 change\(s\), .* Applied\.$/m);
    expect(await dates('dates')).toBe('All dates are known and sound.\n');
    await expect(dates('dates', 'import', join(place.folder, 'nothing.csv'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('are a report for a quotation', async () => {
    const text = await records('report');
    expect(text).toMatch(/^MODEL +SERIAL +AGE +CARTRIDGES +REPLACE BY +WARRANTY +PLAN$/m);
    expect(text).toMatch(/All together: 1 x \w+/);
    expect(text).not.toContain('hall');
    expect(await records('report', '--csv', '--sites')).toMatch(/^\uFEFFmodel,serial,sku,age_years,/);
  });
});

describe('what opens the API and the calendar', () => {
  it('is made, listed and taken away', async () => {
    expect(await access('token', 'list')).toBe('There is no token.\n');
    expect(await access('token', 'create', 'psa', '--read-only')).toMatch(/^ups-[0-9a-z]{26}\nIt is not shown again/);
    expect(await access('token', 'list')).toMatch(/^psa +looks +\d{4}-.*Z +never$/m);
    await expect(access('token', 'create', 'psa')).rejects.toMatchObject({ code: 'name-taken' });
    expect(await access('token', 'revoke', 'psa')).toBe('Revoked: psa.\n');
    expect(await access('calendar', 'renew')).toMatch(/: \/calendar\/[0-9a-z]{26}\.ics\n/);
    expect(await access('calendar', 'status')).toMatch(/since \d{4}-.*; it is not shown again/);
    expect(await access('calendar', 'close')).toMatch(/There is no calendar feed/);
  });
});
