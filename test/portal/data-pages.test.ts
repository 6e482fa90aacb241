/** Preview, report, tables, calendar and tokens: what they show, and what their forms do. */
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import { tokenViews, useToken } from '../../agent/operations/secrets.ts';
import { formsOf, TestPage, today, unescaped } from './support.ts';

const words = (html: string): string => unescaped(html.replaceAll(/<[^>]*>/g, ' ')).replaceAll(/\s+/g, ' ');
const slashed = (day: string): string => `${day.slice(5, 7)}/${day.slice(8)}/${day.slice(0, 4)}`;
const script = '<script>alert(1)</script>';
const formula = '=HYPERLINK("http://evil.example")';

async function site(more: readonly string[] = []): Promise<TestPage> {
  const page = await TestPage.open({
    ups: {
      'rack 1': 'site: Main Street 12, battery: { cartridge: RBC55, cartridges: 2 }',
      [script]: `warranty: { end: ${addDays(today, 20)} }`,
    },
    more,
  });
  await page.reads('rack 1', {
    serial: 'AS2216000001',
    model: formula,
    installed: slashed(addDays(today, -1400)),
    replaceBy: slashed(addDays(today, 40)),
  });
  await page.reads(script, { serial: 'AS2216000002', installed: slashed(addDays(today, 9)) });
  return page;
}

describe('Preview', () => {
  it('says who gets which mail on which day', async () => {
    const page = await site();
    const text = words(await page.get('/preview?days=90'));
    expect(text).toContain('March 2031');
    expect(text).toMatch(/Warranty Expires on 30 March 2031.* You it@customer\.example 23 Mar 2031 in 13 days/);
    expect(text).toMatch(/April 2031 .* 12 Apr 2031 in 33 days/);
    expect(text).not.toContain('Reseller sales@');
    expect(words(await page.get('/preview?days=30'))).not.toContain('April');
    expect(page.office.outbox.depth()).toBe(0);
  });

  it('can suppose that the reseller accepts, and shows each mail', async () => {
    const page = await site(['reseller: { email: sales@reseller.example }']);
    await page.follow();
    const readers = words(await page.get('/preview')).match(/Reseller sales@/g);
    expect(readers, 'the invitation alone').toHaveLength(1);
    const html = await page.get('/preview?accepted=yes&days=90');
    expect(words(html).match(/Reseller sales@/g)?.length).toBeGreaterThan(3);
    const links = [...html.matchAll(/href="(\/preview\/mail[^"]*)"/g)].map(([, href = '']) => unescaped(href));
    const mails = await Promise.all(links.map((link) => page.get(link)));
    expect(mails.some((mail) => words(mail).includes('Whom to call'))).toBe(true);
    expect(mails.join('')).not.toContain('<script');
    expect((await page.ask('/preview/mail?days=90&n=999')).status).toBe(404);
  });

  it('plays the future once for the list and its mails, and anew after something was written', async () => {
    const page = await site();
    let played = 0;
    const { store } = page.office.desk;
    const list = store.list.bind(store);
    store.list = ((prefix: string) => {
      if (prefix === '') played += 1;
      return list(prefix);
    }) as typeof store.list;
    await page.get('/preview?days=90');
    await page.get('/preview/mail?days=90&n=0');
    await page.get('/preview?days=90');
    expect(played).toBe(1);
    page.clock = `${today}T10:00:00Z`;
    await page.office.units.enterFacts([{ name: 'rack 1', set: { warrantyEnd: addDays(today, 30) } }], 'page');
    expect(words(await page.get('/preview?days=90'))).toContain('Warranty Expires on 9 April 2031');
    expect(played).toBe(2);
  });

  it('takes nonsense for what is usual', async () => {
    const page = await site();
    expect(await page.get('/preview?days=1000000&page=-1&accepted=1')).toContain('<option value="90" selected="">');
  });
});

describe('the report', () => {
  it('has what a quotation needs, and nothing of where a UPS is or how it is called', async () => {
    const page = await site();
    const text = words(await page.get('/report'));
    expect(text).toContain('Customer Ltd, 10 Mar 2031 : 2 UPS units');
    expect(text).toMatch(/=HYPERLINK\("http:\/\/evil\.example"\) AS2216000001 .* 2 × RBC55 19 Apr 2031/);
    expect(text).toContain('Part number Quantity RBC55 2');
    expect(text).not.toMatch(/rack 1|Main Street|127\.0\.0\.1:10|19 Mar 2031/);
    expect(words(await page.get('/report?sites=yes'))).toContain('Main Street 12');
  });

  it('can be taken as a table without a formula', async () => {
    const page = await site();
    const { headers, text } = await page.ask('/report.csv');
    expect(headers.get('content-disposition')).toBe('attachment; filename="renewals.csv"');
    const rows = parse(text, { bom: true, columns: true }) as Record<string, string>[];
    expect(rows.map(({ model, replace_by }) => [model, replace_by])).toEqual([
      [`'${formula}`, addDays(today, 40)],
      ['', ''],
    ]);
    expect((await page.ask('/report.csv?sites=yes')).text).toMatch(/^site,model/);
  });
});

describe('Import / export', () => {
  it('shows the difference of a table, and applies exactly that', async () => {
    const page = await site();
    const { headers, text } = await page.ask('/tables/dates.csv');
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const same = await page.submit('/tables', '/tables/import', { pasted: text });
    expect(words(same.text)).toContain('0 changes, 0 problems, and 2 lines that say what is known already.');
    const pasted = `name;warranty_end\nrack 1;01.05.2031\n${script};soon\nattic;01.05.2031`;
    const shown = await page.submit('/tables', '/tables/import', { pasted });
    expect(shown.status).toBe(200);
    expect(shown.text).not.toContain('<script');
    expect(words(shown.text)).toContain('1 change, 2 problems, and 0 lines');
    expect(words(shown.text)).toContain('rack 1 Warranty ends not known 1 May 2031 2');
    expect(words(shown.text)).toContain(
      '3 warranty_end "soon" is no day; write YYYY-MM-DD 4 no UPS named "attic" is watched',
    );
    expect(page.office.units.find('rack 1')?.value.customer).toBeUndefined();
    const form = formsOf(shown.text).find(({ action }) => action === '/tables/apply');
    const applied = await page.post('/tables/apply', form?.hidden ?? {});
    expect(words((await page.ask(applied.headers.get('location') ?? '')).text)).toContain('Applied: 1 change.');
    expect(page.office.units.find('rack 1')?.value.customer).toEqual({ warrantyEnd: '2031-05-01' });
    const late = await page.post('/tables/apply', form?.hidden ?? {});
    expect(words((await page.ask(late.headers.get('location') ?? '')).text)).toContain(
      'Not done: things have changed since this difference was shown',
    );
  });

  it('takes a file as a spreadsheet saved it', async () => {
    const page = await TestPage.open({ ups: { Köln: '' } });
    const form = new FormData();
    form.set('form', formsOf(await page.get('/tables'))[0]?.hidden['form'] ?? '');
    const latin1 = Uint8Array.from(Buffer.from('name;warranty_end\r\nKöln;01.05.2031\r\n', 'latin1'));
    form.set('file', new File([latin1], 'dates.csv', { type: 'text/csv' }));
    const { status, text } = await page.ask('/tables/import', {
      method: 'POST',
      body: form,
      headers: { origin: 'http://127.0.0.1:8080' },
    });
    expect([status, words(text)]).toEqual([200, expect.stringContaining('Köln Warranty ends not known 1 May 2031')]);
  });

  it('asks for a table where none was given', async () => {
    const page = await site();
    expect(words((await page.submit('/tables', '/tables/import', { pasted: ' ' })).text)).toContain(
      'Not done: choose a file, or paste a table.',
    );
    const nonsense = await page.submit('/tables', '/tables/import', { pasted: 'nothing\tof\tthat' });
    expect(words(nonsense.text)).toContain('the first line must name the columns');
  });

  it('needs its own form', async () => {
    const page = await site();
    expect((await page.post('/tables/apply', { bytes: 'eA==', digest: 'x' })).status).toBe(403);
    expect((await page.post('/tables/import', { pasted: 'x' })).status).toBe(403);
  });
});

describe('tokens of the API', () => {
  it('are shown once, listed, and revoked', async () => {
    const page = await site();
    const made = await page.submit('/access', '/access/token', { name: 'PSA', may: 'look' });
    const [token = ''] = /ups-[0-9a-z]{26}/.exec(made.text) ?? [];
    expect(made.headers.get('cache-control')).toBe('no-store');
    expect(await useToken(page.office.desk, token, true)).toMatchObject({ name: 'PSA', readOnly: true });
    const later = await page.get('/access');
    expect(later).not.toContain(token);
    expect(words(later)).toContain('PSA may look; made 10 Mar 2031, 09:00 , last used 10 Mar 2031');
    const taken = await page.submit('/access', '/access/token', { name: 'PSA', may: 'change' });
    expect(words(taken.text)).toContain('Not done: there is a token named "PSA" already');
    await page.submit('/access', '/access/token/revoke');
    expect(tokenViews(page.office.desk)).toEqual([]);
    expect(words(await page.get('/access'))).toContain('There is no token.');
  });

  it('are not named by markup', async () => {
    const page = await site();
    const { text } = await page.submit('/access', '/access/token', { name: script, may: 'look' });
    expect(words(text)).toContain('Not done: a token is named by 1 to 60 letters');
    expect(tokenViews(page.office.desk)).toEqual([]);
  });
});
