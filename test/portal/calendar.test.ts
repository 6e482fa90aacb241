/** The calendar feed: who may read it, and whether it is a calendar. */
import { describe, expect, it } from 'vitest';
import type { CalendarEntry } from '../../agent/operations/calendar.ts';
import { calendarText } from '../../agent/portal/calendar/ical.ts';
import { TestPage, today, unescaped } from './support.ts';

interface Component {
  readonly properties: readonly { readonly name: string; readonly params: string; readonly value: string }[];
}

/** Reads a calendar as RFC 5545 writes it, and refuses what it does not allow. */
function parsed(text: string): { calendar: Component; events: Component[] } {
  expect(text).toMatch(/\r\n$/);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line), line).toBeLessThanOrEqual(75);
  const lines = text
    .replaceAll(/\r\n[ \t]/g, '')
    .split('\r\n')
    .slice(0, -1);
  const stack: string[] = [];
  const calendar: Component['properties'][number][] = [];
  const events: Component[] = [];
  for (const line of lines) {
    const [, name = '', params = '', value = ''] =
      /^([A-Z0-9-]+)((?:;[A-Z0-9-]+=(?:"[^"]*"|[^":;,]*))*):(.*)$/.exec(line) ?? [];
    expect(name, line).not.toBe('');
    if (name === 'BEGIN') {
      stack.push(value);
      if (value === 'VEVENT') events.push({ properties: [] });
      continue;
    }
    if (name === 'END') {
      expect(stack.pop()).toBe(value);
      continue;
    }
    const target = stack.at(-1) === 'VEVENT' ? (events.at(-1)?.properties as typeof calendar) : calendar;
    target.push({ name, params, value });
  }
  expect(stack).toEqual([]);
  return { calendar: { properties: calendar }, events };
}

const propertyOf = ({ properties }: Component, name: string): string | undefined => {
  const found = properties.filter((each) => each.name === name);
  expect(found.length, name).toBeLessThanOrEqual(1);
  return found[0]?.value;
};
const plain = (text = ''): string => text.replaceAll(/\\([\\;,nN])/g, (_all, mark) => (/n/i.test(mark) ? '\n' : mark));

const entry: CalendarEntry = {
  uid: 'a@upsteward',
  ups: 'rack',
  key: 'replaceBy',
  day: '2031-12-31',
  source: 'ups',
};

describe('a calendar', () => {
  it('is what RFC 5545 asks for: whole days, stamped, named once and for all', () => {
    const { calendar, events } = parsed(
      calendarText(
        [
          { ...entry, model: 'Smart-UPS 1500', serial: 'AS1', cartridge: 'RBC55', quantity: 2, site: 'Hall 2' },
          { ...entry, uid: 'b@upsteward', key: 'plan', plan: 'advanced', source: 'estimate', day: '2032-02-28' },
          { ...entry, uid: 'c@upsteward', key: 'warrantyEnd' },
        ],
        'Customer Ltd',
        '2031-03-10T08:00:00.000Z',
      ),
    );
    expect([propertyOf(calendar, 'VERSION'), propertyOf(calendar, 'METHOD')]).toEqual(['2.0', 'PUBLISH']);
    expect(propertyOf(calendar, 'PRODID')).toMatch(/upsteward/);
    expect(
      events.map((event) => ['UID', 'DTSTART', 'DTEND', 'DTSTAMP', 'TRANSP'].map((name) => propertyOf(event, name))),
    ).toEqual([
      ['a@upsteward', '20311231', '20320101', '20310310T000000Z', 'TRANSPARENT'],
      ['b@upsteward', '20320228', '20320229', '20310310T000000Z', 'TRANSPARENT'],
      ['c@upsteward', '20311231', '20320101', '20310310T000000Z', 'TRANSPARENT'],
    ]);
    for (const { properties } of events) {
      expect(properties.filter(({ name }) => name.startsWith('DTS') && name !== 'DTSTAMP')[0]?.params).toBe(
        ';VALUE=DATE',
      );
    }
    expect(events.map((event) => plain(propertyOf(event, 'SUMMARY')))).toEqual([
      'Replace battery: rack',
      'Advanced Plan ends: rack (estimate)',
      'Warranty ends: rack',
    ]);
    expect(plain(propertyOf(events[0] as Component, 'DESCRIPTION'))).toBe('Smart-UPS 1500, AS1\n2 × RBC55');
    expect(propertyOf(events[0] as Component, 'LOCATION')).toBe('Hall 2');
  });

  it.each([
    'BEGIN:VEVENT\r\nEND:VCALENDAR',
    'a\r\nATTENDEE:mailto:x@evil.example',
    'semi;colon, comma \\ back\\nslash',
    '"quoted"',
    '<script>alert(1)</script>',
    'ü'.repeat(60),
    '😀'.repeat(30),
    '\u2028line\u0000null',
  ])('lets %j be text and nothing else', (words) => {
    const { calendar, events } = parsed(
      calendarText([{ ...entry, ups: words, site: words, model: words, serial: words }], words, '2031-03-10T08:00:00Z'),
    );
    expect(events).toHaveLength(1);
    const one = words.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
    expect(plain(propertyOf(events[0] as Component, 'SUMMARY'))).toBe(`Replace battery: ${one}`);
    expect(plain(propertyOf(calendar, 'NAME'))).toBe(`UPS renewals – ${one}`);
    expect(plain(propertyOf(events[0] as Component, 'LOCATION'))).toBe(one);
    expect(plain(propertyOf(events[0] as Component, 'DESCRIPTION'))).toBe(
      [words, words]
        .join(', ')
        .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
        .trim(),
    );
  });
});

describe('the feed', () => {
  const site = async (): Promise<TestPage> => {
    const page = await TestPage.open({ ups: { 'rack 1': `warranty: { end: ${today} }` } });
    await page.office.units.missed('rack 1');
    return page;
  };
  const opened = async (page: TestPage): Promise<string> => {
    const { text } = await page.submit('/access', '/access/calendar');
    const [, address = ''] = /<code>http:\/\/127\.0\.0\.1:8080(\/calendar\/[0-9a-z]{26}\.ics)<\/code>/.exec(text) ?? [];
    return unescaped(address);
  };

  it('is behind its address, without a login, until the address is renewed or the feed closed', async () => {
    const page = await site();
    expect((await page.ask('/calendar/aaaaaaaaaaaaaaaaaaaaaaaaaa.ics')).status).toBe(404);
    const first = await opened(page);
    const { status, headers, text } = await page.ask(first);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/calendar; charset=utf-8']);
    expect(parsed(text).events).toHaveLength(1);
    const second = await opened(page);
    expect([(await page.ask(first)).status, (await page.ask(second)).status]).toEqual([404, 200]);
    expect(await page.get('/access')).not.toContain(second);
    await page.submit('/access', '/access/calendar/close');
    expect((await page.ask(second)).status).toBe(404);
    expect(page.codes()).toContain('portal.wrong-token');
  });

  it('is not sent twice', async () => {
    const page = await site();
    const path = await opened(page);
    const { headers } = await page.ask(path);
    const again = await page.ask(path, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    expect([again.status, again.text]).toEqual([304, '']);
    await page.office.units.enterFacts([{ name: 'rack 1', set: { warrantyEnd: '2032-01-01' } }], 'page');
    expect((await page.ask(path, { headers: { 'if-none-match': headers.get('etag') ?? '' } })).status).toBe(200);
  });

  it('does not look at a thousand guesses, and is read all the same by whoever knows the address', async () => {
    const page = await site();
    const path = await opened(page);
    const statuses: number[] = [];
    for (let n = 0; n < 60; n += 1) statuses.push((await page.ask(`/calendar/${'0'.repeat(24)}${10 + n}.ics`)).status);
    expect([statuses[0], statuses.at(-1)]).toEqual([404, 429]);
    expect((await page.ask(path)).status).toBe(200);
    expect(page.portal.refusals()).toMatchObject({ 'wrong-token': 30, 'token-limited': 30 });
  });

  it('is nowhere on the public door', async () => {
    const page = await site();
    const path = await opened(page);
    expect((await page.ask(path, { publicOnly: true })).status).toBe(404);
  });
});
