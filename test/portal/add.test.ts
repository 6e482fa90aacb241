/** Add UPS: by hand, checked as the file is and tried before it is saved; and from a search. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fieldsOf, sectionOf } from '../../agent/portal/add/fields.ts';
import { searchOf } from '../../agent/portal/add/search.ts';
import { driverNames } from '../../drivers/registry.ts';
import { startSimulator } from '../../scripts/simulator/simulator.ts';
import { smartUps } from '../../scripts/simulator/units.ts';
import { endLater, TestPage, unescaped, type Words } from './support.ts';

const words = (html: string): string => unescaped(html.replaceAll(/<[^>]*>/g, ' ')).replaceAll(/\s+/g, ' ');

async function card(): Promise<{ port: number }> {
  const values = smartUps({ serial: 'AS2216000001', installed: '05/01/2027', replaceBy: '05/01/2031' });
  const simulator = await startSimulator({ units: [{ name: 'hall', values }] });
  endLater(() => simulator.close());
  return { port: simulator.unit('hall').port };
}

const site = (more: Words = {}): Promise<TestPage> => TestPage.open({ ups: { 'rack 1': '' }, ...more });
const file = (page: TestPage): Promise<string> => readFile(join(page.folder, 'config.yaml'), 'utf8');
const hall = (port: number) => ({
  name: 'Hall',
  site: 'Building 2',
  'f.host': '127.0.0.1',
  'f.port': `${port}`,
  'f.community': 'public',
  'f.timeout': '0.5',
  'f.retries': '0',
});

describe('the form of a driver', () => {
  it.each(driverNames)('%s has a field for each of its options, with its words', async (driver) => {
    const fields = fieldsOf(driver);
    expect(fields.length).toBeGreaterThan(2);
    for (const { key, help } of fields) expect(help, key).not.toBe('');
    const html = await (await site()).get(`/add/hand?driver=${driver}`);
    for (const { key, kind } of fields) {
      const [element = ''] = new RegExp(`<(?:input|select)[^>]* name="f\\.${key}"[^>]*>`).exec(html) ?? [];
      expect(element, key).not.toBe('');
      expect(element.includes('type="password"'), key).toBe(kind === 'secret');
    }
  });

  it('gives the config what was meant: numbers, choices, texts, and nothing for what is empty', () => {
    const form = (values: Record<string, string>) => (key: string) => values[key] ?? '';
    expect(sectionOf('snmp', form({ host: '10.0.0.5', port: '1161', version: '3', community: '0123' }))).toEqual({
      host: '10.0.0.5',
      port: 1161,
      version: '3',
      community: '0123',
    });
    expect(sectionOf('modbus', form({ device: '/dev/ttyUSB0', stopBits: '2', smartConnect: 'true' }))).toEqual({
      device: '/dev/ttyUSB0',
      stopBits: 2,
      smartConnect: true,
    });
    expect(sectionOf('snmp', form({ host: 'a', port: 'many' }))).toEqual({ host: 'a', port: 'many' });
  });
});

describe('a UPS by hand', () => {
  it('is tried, then saved into the file, watched, and a reseller is offered once', async () => {
    const { port } = await card();
    const page = await site();
    const before = await file(page);
    const tried = await page.submit('/add/hand?driver=snmp', '/add/hand', hall(port));
    expect(tried.status).toBe(200);
    expect(words(tried.text)).toContain('A UPS answers. Model Smart-UPS');
    expect(words(tried.text)).toMatch(/AS2216000001 .* Replace by 1 May 2031/);
    expect(tried.text).toContain('formaction="/add/save"');
    expect(await file(page)).toBe(before);
    const saved = await page.submit('/add/hand?driver=snmp', '/add/hand', hall(port));
    expect(saved.status).toBe(200);
    const done = await page.post('/add/save', { ...form(saved.text), ...hall(port) });
    expect(done.headers.get('location')).toMatch(/^\/reseller\?offer=1&say=/);
    expect(words((await page.ask(done.headers.get('location') ?? '')).text)).toContain('Hall is added, and watched');
    expect(page.office.config.ups.map(({ name, site: label }) => [name, label])).toEqual([
      ['rack 1', undefined],
      ['Hall', 'Building 2'],
    ]);
    expect(page.reloads).toBe(1);
    expect((await file(page)).startsWith(before.trimEnd())).toBe(true);
  });

  it('is not offered a reseller where there is one, or none is wanted', async () => {
    const page = await site({ more: ['reseller: { notInterested: true }'] });
    const done = await page.post('/add/save', { ...form(await page.get('/add/hand?driver=snmp')), ...hall(1) });
    expect(done.headers.get('location')).toMatch(/^\/ups\?name=Hall&say=/);
  });

  it('that does not answer is said why, and can be saved all the same', async () => {
    const { port } = await card();
    const page = await site();
    const wrong = { ...hall(port), 'f.community': 'not this one' };
    const { text, status } = await page.submit('/add/hand?driver=snmp', '/add/hand', wrong);
    expect([status, words(text)]).toEqual([
      200,
      expect.stringMatching(/Nothing answers\. .*Save all the same Try again/),
    ]);
    expect(text).toContain('value="not this one"');
  });

  it('is checked as the loader checks the file, each mistake at its field', async () => {
    const page = await site();
    const bad = { name: ' ', 'f.host': '', 'f.authPassword': 'short', 'f.port': '99999' };
    const { status, text } = await page.submit('/add/hand?driver=snmp', '/add/hand', bad);
    expect(status).toBe(422);
    const said = [...text.matchAll(/<span id="(?:f-)?(\w+)-help"[^>]*><strong[^>]*>([^<]*)/g)].map(([, key, why]) => [
      key,
      unescaped(why ?? ''),
    ]);
    expect(Object.fromEntries(said)).toMatchObject({
      host: expect.stringMatching(/missing/),
      port: expect.stringMatching(/65535|65,535/),
      authPassword: expect.stringMatching(/8 characters/),
    });
    expect(text.match(/aria-invalid="true"/g)?.length).toBeGreaterThanOrEqual(3);
    expect(page.office.config.ups).toHaveLength(1);
  });

  it('whose words are hostile stays text in the page and in the file', async () => {
    const page = await site();
    const script = '<script>alert(1)</script>';
    const hostile = {
      ...hall(1),
      name: script,
      site: '=HYPERLINK("http://evil.example")',
      'f.community': '"\n- x: &a',
    };
    const { text } = await page.submit('/add/hand?driver=snmp', '/add/hand', hostile);
    expect(text).not.toContain('<script');
    await page.post('/add/save', { ...form(text), ...hostile });
    expect(page.office.config.ups.at(-1)).toMatchObject({ name: script, site: '=HYPERLINK("http://evil.example")' });
    expect(await page.get('/')).not.toContain('<script');
  });

  it('is shown as text to write by hand where the file cannot be changed', async () => {
    const page = await site();
    const broken = `${await file(page)}oops\n`;
    await page.overwrite(broken);
    const { status, text } = await page.submit('/add/hand?driver=snmp', '/add/hand', hall(1));
    expect([status, words(text)]).toEqual([409, expect.stringContaining('The configuration was not changed')]);
  });

  it('needs its own form', async () => {
    const page = await site();
    expect((await page.post('/add/save', hall(1))).status).toBe(403);
    expect((await page.post('/add/search', { ranges: '127.0.0.1' })).status).toBe(403);
  });
});

const form = (html: string): Record<string, string> => {
  const hidden = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  return Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, unescaped(value)]));
};

describe('a search', () => {
  it('shows its progress, then what it found, and adds what is ticked', async () => {
    const { port } = await card();
    const page = await site();
    const begun = await page.submit('/add', '/add/search', { ranges: '127.0.0.1', port: `${port}` });
    expect(words(begun.text)).toMatch(/Searching for units|What was found/);
    await searchOf(page.desk).over();
    const found = await page.ask('/add/search');
    expect(found.headers.get('refresh')).toBeNull();
    expect(words(found.text)).toMatch(/New units Smart-UPS \S+ 127\.0\.0\.1 .*AS2216000001.* snmp at 127\.0\.0\.1/);
    const name = searchOf(page.desk).state?.result?.findings[0]?.name ?? '';
    const done = await page.submit('/add/search', '/add/search/add', { finding: name });
    expect(words(done.text)).toContain(`Added: ${name}.`);
    expect(page.office.config.ups.map((ups) => ups.name)).toEqual(['rack 1', name]);
    expect(words(await page.get('/add/search'))).toMatch(/No new UPS was found.* in the configuration/);
  });

  it('reloads its page while it runs, unless that is not wanted, and can be stopped', async () => {
    const page = await site();
    const running = await page.submit('/add', '/add/search', { ranges: '127.77.0.0/24' });
    expect(running.headers.get('refresh')).toBe('3; url=/add/search');
    expect(words(running.text)).toMatch(/\d+ of 254 places/);
    expect((await page.ask('/add/search?still=yes')).headers.get('refresh')).toBeNull();
    const second = await page.submit('/add', '/add/search', { ranges: '127.77.0.0/24' });
    expect(words(second.text)).toContain('Not done: a search is under way; stop it first.');
    const stopped = await page.submit('/add/search', '/add/search/stop');
    expect(words(stopped.text)).toContain('The search was stopped before its end.');
  });

  it('says what cannot be meant, and sends nothing', async () => {
    const page = await site();
    for (const [fields, why] of [
      [{}, /Name a range/],
      [{ ranges: '10.0.0.0/33' }, /has more than 32 bits/],
      [{ ranges: '10.0.0.0/8' }, /16,777,214 addresses/],
    ] as const) {
      const { text } = await page.submit('/add', '/add/search', fields);
      expect(words(text)).toMatch(why);
    }
    expect(searchOf(page.desk).state).toBeUndefined();
    expect((await page.ask('/add/search')).headers.get('location')).toBe('/add');
  });

  it('ends with the agent', async () => {
    const page = await site();
    await page.submit('/add', '/add/search', { ranges: '127.77.0.0/24' });
    await page.portal.stop();
    await searchOf(page.desk).over();
    expect(searchOf(page.desk).state).toMatchObject({ running: false, result: { stopped: true } });
  });

  it('adds nothing that it did not find', async () => {
    const page = await site();
    await expect(searchOf(page.desk).add(['rack 9'])).rejects.toMatchObject({ code: 'no-such-finding' });
  });
});
