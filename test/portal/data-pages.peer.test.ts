/** The pages about data, as chromium shows them: nothing for axe to find, nothing wider than the screen. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import { dailyRun } from '../../agent/operations/daily.ts';
import { createToken, renewCalendar } from '../../agent/operations/secrets.ts';
import { sentItems } from '../../agent/operations/sent.ts';
import { searchOf } from '../../agent/portal/add/search.ts';
import { type Simulator, startSimulator } from '../../scripts/simulator/simulator.ts';
import { smartUps } from '../../scripts/simulator/units.ts';
import { type MailSink, startMailSink } from '../support/mail-sink.ts';
import { Browser, type Look, looks } from './browser.ts';
import { kept, TestPage, today } from './support.ts';

const slashed = (day: string): string => `${day.slice(5, 7)}/${day.slice(8)}/${day.slice(0, 4)}`;

/** As long as a name may be, and no place to break it. */
const long = 'W'.repeat(64);
let sink: MailSink;
let site: TestPage;
let browser: Browser;
let end: () => Promise<void>;
let simulator: Simulator;

beforeAll(async () => {
  sink = await startMailSink();
  site = await TestPage.open({
    portal: ['listen: 127.0.0.1:0'],
    ups: {
      'Server room': 'site: Building 2, battery: { cartridge: APCRBC133, cartridges: 2 }',
      '<script>alert(1)</script>': 'site: "=HYPERLINK(1)", warranty: { end: 2031-03-20 }',
      Basement: 'plan: { kind: advanced, end: 2031-04-09 }',
      [long]: `site: ${'Building'.repeat(8)}`,
      Roof: 'site: 🔋🔋',
    },
    more: [
      `mail: { url: "smtp://127.0.0.1:${sink.port}", from: ups@customer.example }`,
      'reseller: { email: sales@reseller.example }',
    ],
  });
  await site.reads('Server room', {
    serial: 'AS2216000001',
    model: 'Smart-UPS 1500',
    made: slashed(addDays(today, -1500)),
    installed: slashed(addDays(today, -1400)),
    replaceBy: slashed(addDays(today, 30)),
  });
  await site.reads('<script>alert(1)</script>', { serial: '<b>1</b>', model: '=HYPERLINK("http://evil.example")' });
  await site.reads('Basement', { serial: 'AS2216000003', signals: ['battery.replace|indicator'] });
  await site.reads(long, { serial: 'S'.repeat(64), model: 'M'.repeat(300), replaceBy: slashed(addDays(today, 20)) });
  await site.reads('Roof', {
    serial: 'AS2216000004',
    model: 'Smart \u202egnp.exe',
    signals: ['battery.replace|indicator'],
  });
  await site.follow();
  await site.office.outbox.deliver();
  await site.accept();
  await dailyRun(site.office.desk, site.office.units);
  await site.office.outbox.deliver();
  const { desk } = site.office;
  await renewCalendar(desk);
  await createToken(desk, 'PSA of the reseller', true);
  const values = smartUps({ serial: 'AS2216000009', installed: '05/01/2027', replaceBy: '05/01/2031' });
  simulator = await startSimulator({ units: [{ name: 'found', values }] });
  const search = searchOf(site.desk);
  await search.start({ ranges: ['127.0.0.1'], ports: { snmp: simulator.unit('found').port } });
  await search.over();
  await site.portal.follow(site.office.config.portal);
  browser = await Browser.open(site.portal.addresses[0] ?? '');
  end = kept();
});
afterAll(async () => {
  await browser?.close();
  await end?.();
  await Promise.all([sink?.close(), simulator?.close()]);
});

const mailOf = (what: string): string => {
  const { items } = sentItems(site.office.desk, site.office.units);
  return `/sent/mail?id=${encodeURIComponent(items.find((each) => each.what === what && each.who === 'reseller')?.id ?? '')}`;
};

const pages: readonly [name: string, path: () => string][] = [
  ['the overview', () => '/'],
  ['dates to confirm', () => '/dates'],
  ['a UPS with a long name', () => `/ups?name=${long}`],
  ['the record of consent', () => '/reseller/record'],
  ['what was sent', () => '/sent'],
  ['what was sent about a UPS', () => '/sent?ups=Server%20room&fate=sent'],
  ['a mail', () => mailOf('notices')],
  ['an invitation', () => mailOf('invitation')],
  ['the preview', () => '/preview?days=400'],
  ['a mail to come', () => '/preview/mail?days=400&n=1'],
  ['the report', () => '/report?sites=yes'],
  ['import and export', () => '/tables'],
  ['calendar and API', () => '/access'],
  ['the ways to add a UPS', () => '/add'],
  ['a UPS by hand', () => '/add/hand?driver=snmp'],
  ['what a search found', () => '/add/search'],
];

describe.each(pages)('%s', (_name, path) => {
  it.each(Object.keys(looks) as Look[])('%s', async (look) => {
    expect(await browser.problems(path(), look)).toEqual([]);
  });
});
