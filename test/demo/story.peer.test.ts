/**
 * The whole story in a browser, against the demo: the customer at the page, the reseller in the mail, nobody with a
 * script. Units are added, the reseller answers in each way there is, notices come on their days, and everything ends.
 * `$PICTURES` names a folder for a picture of each station.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import { PostOffice } from '../../scripts/demo/post-office.ts';
import { contactMail, resellerMail, slashed } from '../../scripts/demo/site.ts';
import { Stage } from '../../scripts/demo/stage.ts';
import { type Simulator, startSimulator } from '../../scripts/simulator/simulator.ts';
import { smartUps } from '../../scripts/simulator/units.ts';

const pictures = process.env['PICTURES'];
let folder: string;
let stage: Stage;
let post: PostOffice;
let simulators: readonly Simulator[];
let browser: Browser;
let contexts: readonly BrowserContext[];
/** The customer's browser, and the reseller's. */
let customer: Page;
let reseller: Page;

const plain = { javaScriptEnabled: false } as const;
const desktop = { viewport: { width: 1280, height: 900 }, colorScheme: 'light' } as const;
const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' } as const;
const looks = { desktop, phone } as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'story-'));
  stage = await Stage.start(folder);
  post = await PostOffice.open(stage);
  const due = { installed: slashed(addDays(stage.today, -1500)), replaceBy: slashed(addDays(stage.today, 8)) };
  simulators = await Promise.all(
    ['AS2231100501', 'AS2231100502'].map((serial) =>
      startSimulator({ units: [{ name: serial, values: smartUps({ ...due, serial, model: 'Smart-UPS X 3000' }) }] }),
    ),
  );
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  contexts = await Promise.all([
    browser.newContext({ ...plain, ...desktop }),
    browser.newContext({ ...plain, ...phone }),
  ]);
  for (const context of contexts) context.setDefaultTimeout(30_000);
  [customer, reseller] = (await Promise.all(contexts.map((each) => each.newPage()))) as [Page, Page];
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await post?.close();
  await stage?.close();
  await Promise.all((simulators ?? []).map((simulator) => simulator.close()));
  await rm(folder, { recursive: true, force: true });
});

const portOf = (index: number): string => String(simulators[index]?.port ?? 0);
const said = async (): Promise<string> => await customer.locator('.say').first().innerText();
const state = async (): Promise<string> => await customer.locator('.chip.large').innerText();
const press = async (page: Page, name: string | RegExp): Promise<void> =>
  await page.getByRole('button', { name }).first().click();
const openReseller = async (): Promise<void> => void (await customer.goto(`${stage.page}/reseller`));
const subjects = (to: string, from = 0): string[] =>
  stage.mails.slice(from).flatMap((mail) => (mail.to === to ? [mail.subject] : []));

/** Opens the latest mail of the reseller. */
async function openMail(): Promise<void> {
  await reseller.goto(post.url);
  await reseller.locator('section', { hasText: resellerMail }).getByRole('listitem').first().getByRole('link').click();
}

const inMail = (name: RegExp) => reseller.frameLocator('iframe').getByRole('link', { name });

/** What axe finds on the page that somebody is on, as it looks on a desk and on a phone. */
async function violations(name: string, at: Page): Promise<string[]> {
  const found: string[] = [];
  for (const [look, options] of Object.entries(looks)) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(at.url());
    const { violations: here } = await new AxeBuilder({ page }).analyze();
    found.push(...here.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${look} ${name}: ${id}: ${html}`)));
    if (pictures !== undefined) {
      await mkdir(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, `${name}.${look}.png`), fullPage: true });
    }
    await context.close();
  }
  return found;
}

const ways: Readonly<Record<string, () => Promise<void>>> = {
  'by a reply to the mail': async () => {
    await openMail();
    await reseller.getByLabel('Text').fill('Accept');
    await press(reseller, 'Send');
    expect(await reseller.getByRole('status').innerText()).toContain('The agent has read the mail.');
  },
  'by the link': async () => {
    await openMail();
    await inMail(/accept/i)
      .first()
      .click();
    expect(await violations('answer', reseller)).toEqual([]);
    await press(reseller, /accept/i);
    expect(await reseller.locator('h1').innerText()).toMatch(/agreed|accepted/i);
  },
  'through your endpoint': async () => {
    await reseller.goto(post.url);
    await press(reseller, 'Accept at the endpoint');
    expect(await reseller.getByRole('status').innerText()).toContain('taken');
  },
  'by the code, typed in here': async () => {
    await stage.settle();
    await openReseller();
    await customer.locator('#accept-code').fill(stage.code() ?? '');
    await press(customer, 'Accept with this code');
  },
};

it('a UPS is added by hand, and a reseller is offered', async () => {
  await openReseller();
  await customer.getByLabel('Mail address of your reseller').fill('');
  await press(customer, 'Update Settings');
  expect(await said()).toContain('The settings are saved.');

  await customer.getByRole('link', { name: 'Add UPS' }).click();
  await customer.getByRole('link', { name: /SNMP/ }).click();
  await customer.getByLabel('Name', { exact: true }).fill('Annex');
  await customer.getByLabel('Host', { exact: true }).fill('127.0.0.1');
  await customer.getByText('More settings').click();
  await customer.getByLabel('Port', { exact: true }).fill(portOf(0));
  await press(customer, 'Try it');
  expect(await said()).toContain('A UPS answers.');
  await press(customer, /Save/);
  expect(await said()).toBe('Annex is added, and watched from now on.');
  expect(await customer.locator('.say.note').innerText()).toContain('You have added a UPS.');
});

it('a UPS is found by a search and added', async () => {
  await customer.getByRole('link', { name: 'Add UPS' }).click();
  await customer.getByLabel('Addresses').fill('127.0.0.1');
  await customer.getByText('More settings').click();
  await customer.getByLabel('UDP port of SNMP').fill(portOf(1));
  await press(customer, 'Search');
  await customer.getByRole('button', { name: 'Add what is ticked' }).waitFor();
  expect(await violations('found', customer)).toEqual([]);
  await press(customer, 'Add what is ticked');
  expect(await said()).toContain('Added:');
  expect(await customer.locator('h1').innerText()).toBe('Reseller');
});

it('the reseller is invited', async () => {
  await customer.getByLabel('Mail address of your reseller').fill(resellerMail);
  await press(customer, 'Update Settings');
  expect(await said()).toContain('The invitation is out.');
  expect(await state()).toBe('Invite Pending');
});

it.each(Object.entries(ways))('the reseller accepts %s, and only then is connected', async (way, accept) => {
  await openReseller();
  if ((await state()) === 'Confirmed') {
    await press(customer, 'Disconnect');
    expect(await state()).toBe('Disconnected');
    await press(customer, 'Re-invite');
  }
  expect(await state()).toBe('Invite Pending');
  await accept();
  await openReseller();
  expect(await state()).toBe('Confirmed');
  expect(await customer.locator('dl.facts').first().innerText()).toContain(way);
});

it('notices come on their days, and none twice', async () => {
  await reseller.goto(post.url);
  const before = stage.mails.length;
  await press(reseller, 'A day on');
  const [first = '', ...more] = subjects(resellerMail, before);
  expect([first, more]).toEqual([expect.stringContaining('need attention'), []]);
  expect(stage.mails.at(before)?.text).toContain('AS2231100501');
  await press(reseller, 'A week on');
  const about = stage.mails
    .slice(before)
    .filter(({ to, text }) => to === resellerMail && text.includes('AS2231100501'));
  expect(about.map(({ text }) => /\d+ days? left|today/.exec(text)?.[0])).toHaveLength(2);
});

it('a reminder goes out once a day, and the page says why a second one does not', async () => {
  const before = stage.mails.length;
  await customer.goto(`${stage.page}/ups?name=Annex`);
  await press(customer, /Send reminder/);
  expect(await said()).toBe(`A reminder goes to ${resellerMail}.`);
  expect(await customer.locator('#battery').innerText()).toContain('No reminder can be sent:');
  await stage.settle();
  expect(subjects(resellerMail, before)).toEqual([expect.stringMatching(/^Reminder: /)]);
});

it('the reseller opts out, gets one confirmation, and then nothing any more', async () => {
  const before = stage.mails.length;
  await openMail();
  await inMail(/opt|no more/i)
    .first()
    .click();
  if (reseller.url().startsWith(post.url)) await press(reseller, 'Send');
  else await press(reseller, /opt|no more/i);
  await stage.settle();
  expect(subjects(resellerMail, before)).toEqual([expect.stringContaining('opted out')]);
  expect(subjects(contactMail, before)).toEqual([expect.stringContaining('no longer')]);
  await openReseller();
  expect(await state()).toBe('Opted Out');
  await customer.goto(`${stage.page}/ups?name=Annex`);
  expect(await customer.locator('#battery').innerText()).toMatch(/No reminder can be sent: .*reseller/);
  await reseller.goto(post.url);
  await press(reseller, 'A week on');
  expect(subjects(resellerMail, before)).toHaveLength(1);
});

it('invited again, the reseller is connected only after another yes, and the customer can end it', async () => {
  await openReseller();
  await press(customer, 'Re-invite');
  expect(await state()).toBe('Invite Pending');
  await ways['by the link']?.();
  await openReseller();
  expect(await state()).toBe('Confirmed');
  await press(customer, 'Disconnect');
  expect(await state()).toBe('Disconnected');
  const before = stage.mails.length;
  await stage.moveDays(10);
  expect(subjects(resellerMail, before)).toEqual([]);
  await customer.getByRole('link', { name: 'Record of consent' }).click();
  const record = await customer.locator('main').innerText();
  for (const way of Object.keys(ways)) expect(record).toContain(way);
});
