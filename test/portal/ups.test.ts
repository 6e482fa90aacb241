/** UPS Status and the dates to confirm: what they show, and what their forms do. */
import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import { dailyRun } from '../../agent/operations/daily.ts';
import { inStyle } from '../../agent/portal/html/days.ts';
import { formsOf, TestPage, today, unescaped } from './support.ts';

const slashed = (day: string): string => `${day.slice(5, 7)}/${day.slice(8)}/${day.slice(0, 4)}`;
const path = '/ups?name=rack%201';

async function site(more: readonly string[] = []): Promise<TestPage> {
  const page = await TestPage.open({
    ups: { 'rack 1': 'site: Hall 2, battery: { cartridge: RBC55 }', lab: '', silent: '' },
    more,
    live: {
      pollStatus: (name) =>
        name === 'rack 1' ? { verdict: 'ups', triedAt: 0, readAt: 0, failures: 0, ageMs: 125_000 } : undefined,
    },
  });
  await page.reads('rack 1', {
    serial: 'AS2216000001',
    model: 'Smart-UPS 1500',
    installed: slashed(addDays(today, -1400)),
    replaceBy: slashed(addDays(today, 40)),
  });
  await page.reads('lab', {
    serial: 'AS2216000002',
    made: '05/01/2022',
    installed: '05/01/2022',
    replaceBy: '04/20/20<4',
  });
  return page;
}

/** The text of a page as it is read. */
const words = (html: string): string => unescaped(html.replaceAll(/<[^>]*>/g, ' ')).replaceAll(/\s+/g, ' ');

describe('UPS Status', () => {
  it('says what the unit is, how it is reached, when it was seen, and each date with its source', async () => {
    const text = words(await (await site()).get(path));
    expect(text).toContain('Hall 2 · Smart-UPS 1500 · AS2216000001');
    expect(text).toContain('Replace by 19 Apr 2031 (in 40 days)');
    expect(text).toContain('Cartridge RBC55 , from the configuration 1 for a full change , an estimate');
    expect(text).toContain('SNMP at 127.0.0.1:1000 read 2 minutes ago');
    expect(text).toContain('Last seen 10 Mar 2031, 09:00');
    expect(text).toContain('Warranty ends not known');
    expect(text).toContain('Battery Replacement Due 19 Apr 2031 Open since 10 Mar 2031 nobody yet');
  });

  it('writes dates in the style of the customer', async () => {
    const page = await TestPage.open({ site: ['language: de'], ups: { 'rack 1': `warranty: { end: ${today} }` } });
    await page.office.units.missed('rack 1');
    expect(await page.get(path)).toContain(`<time class="nowrap" datetime="${today}" lang="de">10. März 2031</time>`);
  });

  it('writes the days in its sentences so as well, and what a device said as it was said', async () => {
    const page = await TestPage.open({ site: ['language: de'], ups: { 'rack 1': '' } });
    await page.reads('rack 1', { serial: 'AS2216000001', made: '12/24/2022', installed: '12/24/2022' });
    const doubt = 'doubtful: the serial number says the week of 18. Apr. 2022';
    const text = words(await page.get(path));
    expect(text).toContain(doubt);
    expect(text).toContain('Confirm 24. Dez. 2022');
    expect(text).not.toMatch(/ \d{4}-\d\d-\d\d/);
    expect(inStyle('"2024-13-45" is no day; 2024-02-01 is, UPS-2024-02-01 is a name', 'de')).toBe(
      '"2024-13-45" is no day; 1. Feb. 2024 is, UPS-2024-02-01 is a name',
    );
  });

  it('shows a unit that was never read, and says of a name that nobody has that it is not there', async () => {
    const page = await site();
    expect(words(await page.get('/ups?name=silent'))).toContain('It has not been read yet.');
    const { status, text } = await page.ask('/ups?name=nobody');
    expect([status, words(text)]).toEqual([
      404,
      expect.stringContaining('The reason: no UPS named "nobody" is watched'),
    ]);
  });

  it('says why no reminder can be sent, and sends one when it can', async () => {
    const page = await site(['reseller: { email: sales@reseller.example }']);
    await page.follow();
    expect(words(await page.get(path))).toContain(
      'No reminder can be sent: the reseller has not accepted the invitation yet.',
    );
    await page.accept();
    const sent = await page.submit(path, '/ups/remind');
    expect(words(sent.text)).toContain('A reminder goes to sales@reseller.example.');
    expect(words(sent.text)).toContain('No reminder can be sent: a reminder of this event was already sent today.');
    expect(page.office.outbox.depth()).toBeGreaterThan(0);
  });

  it('lists what was sent about the unit, with its fate', async () => {
    const page = await site(['reseller: { email: sales@reseller.example }']);
    await page.follow();
    await page.accept();
    await page.submit(path, '/ups/remind');
    expect(words(await page.get(path))).toContain(
      'Reminder rack 1 Reseller sales@reseller.example 10 Mar 2031, 09:00 Waits',
    );
    expect(words(await page.get('/ups?name=lab'))).toContain('Nothing was sent about lab so far.');
  });

  it('names the unit itself in a mail about many', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'rack 1'];
    const page = await TestPage.open({ ups: Object.fromEntries(names.map((name) => [name, ''])) });
    for (const [n, name] of names.entries()) {
      await page.reads(name, { serial: `AS221600000${n}`, replaceBy: slashed(addDays(today, 20)) });
    }
    await dailyRun(page.office.desk, page.office.units);
    expect(words(await page.get(path))).toContain('rack 1, a, b, c, d and 2 more notices You');
  });

  it('of a unit that several entries read shows each of them, under one name', async () => {
    const page = await TestPage.open({ ups: { card: '', usb: '' } });
    for (const name of ['card', 'usb']) await page.reads(name, { serial: 'AS2216000009', model: 'Smart-UPS 750' });
    const text = words(await page.get('/ups?name=usb'));
    expect(text).toContain('Overview card Smart-UPS 750');
    expect(text).toContain('Read by, as card SNMP at 127.0.0.1:1000 Read by, as usb SNMP at 127.0.0.1:1001');
  });

  it('records that the battery was replaced on a day that has passed, and on no other', async () => {
    const page = await site();
    const day = addDays(today, -3);
    const done = words((await page.submit(path, '/ups/replaced', { date: day })).text);
    expect(done).toContain('Recorded: the battery of rack 1 was replaced on 7 Mar 2031.');
    expect(done).toContain('Replace by 7 Mar 2035 (in 4 years) , an estimate');
    expect(done).toContain('Battery Replacement Due 19 Apr 2031 Resolved 10 Mar 2031 the battery was replaced');
    const future = await page.submit(path, '/ups/replaced', { date: addDays(today, 1) });
    expect(words(future.text)).toContain('2031-03-11 lies in the future.');
    const nonsense = await page.submit(path, '/ups/replaced', { date: 'soon' });
    expect(words(nonsense.text)).toContain('Not done: "soon" is no day; write it as YYYY-MM-DD.');
  });

  it('says what came of writing the day to the UPS, where the config allows that', async () => {
    const allowed = 'The day is written to the UPS as well';
    expect(words(await (await site()).get(path))).not.toContain(allowed);
    const page = await TestPage.open({ ups: { 'rack 1': 'allowWrite: true' } });
    await page.reads('rack 1', { serial: 'AS2216000001', installed: slashed(addDays(today, -1400)) });
    expect(words(await page.get(path))).toContain(allowed);
    const done = words((await page.submit(path, '/ups/replaced', { date: today })).text);
    expect(done).toContain('Recorded: the battery of rack 1 was replaced on 10 Mar 2031.');
    expect(done).toContain('Writing to the UPS (rack 1): no device can be reached from here.');
  });

  it('takes dates that the customer enters, and withdraws them again', async () => {
    const page = await site();
    const fields = { warrantyEnd: '2032-01-31', planKind: 'advanced', planEnd: '2031-12-31' };
    const html = await page.get(path);
    const form = formsOf(html).find(({ hidden }) => 'was-plan' in hidden);
    const send = async (more: Record<string, string>) => await page.post('/dates', { ...form?.hidden, ...more });
    await send(fields);
    const text = words(await page.get(path));
    expect(text).toContain('Warranty ends 31 Jan 2032 (in 11 months) , entered by you');
    expect(text).toContain('Advanced Plan until 31 Dec 2031 (in 10 months) , entered by you');
    const shown = formsOf(await page.get(path)).find(({ hidden }) => 'was-plan' in hidden);
    expect(shown?.hidden).toMatchObject({ 'was-warrantyEnd': '2032-01-31', 'was-plan': 'advanced:2031-12-31' });
    await page.post('/dates', { ...shown?.hidden, warrantyEnd: '', planKind: '', planEnd: '' });
    expect(words(await page.get(path))).toContain('Warranty ends not known Service plan none that is known');
    const history = await page.office.desk.store.history({ kind: 'facts.entered' });
    expect(history.map(({ data }) => data['by'])).toEqual(['page', 'page']);
  });

  it('leaves alone what was not changed, and says so', async () => {
    const page = await site();
    const form = formsOf(await page.get(path)).find(({ hidden }) => 'was-installed' in hidden)?.hidden ?? {};
    const same = { installed: form['was-installed'] ?? '', replaceBy: form['was-replaceBy'] ?? '' };
    const { headers } = await page.post('/dates', { ...form, ...same });
    expect(words(await page.get(headers.get('location') ?? ''))).toContain('rack 1: nothing was changed.');
  });

  it('says why a date cannot be taken', async () => {
    const page = await site();
    const { headers } = await page.post('/dates', {
      ...formsOf(await page.get(path)).find(({ hidden }) => 'was-installed' in hidden)?.hidden,
      installed: addDays(today, 5),
      replaceBy: addDays(today, 40),
    });
    expect(words(await page.get(headers.get('location') ?? ''))).toContain('rack 1: installed: it lies in the future.');
  });

  it('tries to read a unit now', async () => {
    const page = await site();
    expect(words((await page.submit(path, '/ups/read')).text)).toContain('rack 1 could not be read: it was not read');
  });
});

describe('the dates to confirm', () => {
  it('lists doubtful ones first, then missing ones, then estimates', async () => {
    const page = await site();
    const names = [...(await page.get('/dates')).matchAll(/<a class="name"[^>]*>([^<]*)</g)].map(([, name]) => name);
    expect(names.slice(0, 2)).toEqual(['lab', 'lab']);
    expect(words(await page.get('/dates?state=missing&q=rack'))).toContain(
      'Warranty ends: not known Missing: no UPS tells its warranty',
    );
  });

  it('confirms a doubtful date as it is, and takes another in its place', async () => {
    const page = await site();
    const back = '/dates?state=doubtful';
    const forms = formsOf(await page.get(back));
    await page.post('/dates', { ...forms[0]?.hidden, confirm: 'replaceBy' });
    expect(page.office.units.find('lab')?.value.facts['battery.date.maintenance']).toMatchObject({
      value: '2024-04-20',
      source: 'customer',
      confidence: 'sound',
    });
    const taken = await page.post('/dates', { ...forms[0]?.hidden, replaceBy: '2031-09-01', installed: '2027-02-01' });
    expect(taken.headers.get('location')).toMatch(/^\/dates\?state=doubtful&say=/);
    expect(page.office.units.find('lab')?.value.facts['battery.date.maintenance']?.value).toBe('2031-09-01');
    expect(await page.get(back)).toContain('No date fits these filters.');
  });

  it('leads back nowhere but to this page', async () => {
    const page = await site();
    const form = formsOf(await page.get('/dates'))[0]?.hidden;
    const { headers } = await page.post('/dates', { ...form, back: '//evil.example', confirm: 'replaceBy' });
    expect(headers.get('location')).toMatch(/^\/\?say=/);
  });
});

describe('hostile names', () => {
  const hostile = [
    '<script>alert(1)</script>',
    '=HYPERLINK("http://evil.example")',
    '"><img src=x onerror=alert(1)>',
    '..',
    'a/b?c#d',
  ];

  it('change nothing but the text shown', async () => {
    const page = await TestPage.open({
      ups: Object.fromEntries(hostile.map((name) => [name, `site: ${JSON.stringify(name)}`])),
    });
    for (const name of hostile) {
      await page.reads(name, { serial: name, model: `${name}\r\nX: y`, installed: name, replaceBy: '<b>now</b>' });
    }
    const overview = await page.get('/');
    const links = [...overview.matchAll(/<th scope="row"><a class="name" href="([^"]*)"/g)].map(([, href = '']) =>
      unescaped(href),
    );
    expect(links).toHaveLength(hostile.length);
    for (const html of [
      overview,
      await page.get('/dates'),
      ...(await Promise.all(links.map((link) => page.get(link)))),
    ]) {
      expect(html).not.toMatch(/<script|<img|<b>now|onerror=alert\(1\)>(?!&)/);
    }
    for (const [index, link] of links.entries()) {
      expect(unescaped(/<h1>([^<]*)<\/h1>/.exec(await page.get(link))?.[1] ?? '')).toBe(hostile[index]);
    }
    const refused = await page.ask(`/ups?name=${encodeURIComponent('<script>alert(1)</script>x\r\nSet-Cookie: a=b')}`);
    expect(refused.text).not.toContain('<script');
    expect(refused.headers.get('set-cookie')).toBeNull();
  });
});
