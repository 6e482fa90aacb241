/** Every page of the customer in a real browser, at two widths, light and dark, without JavaScript; axe finds nothing. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage } from '../../scripts/demo/stage.ts';

let browser: Browser;
let stage: Stage;
let mails: string;

beforeAll(async () => {
  mails = await mkdtemp(join(tmpdir(), 'pages-'));
  stage = await Stage.start(mails);
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});

afterAll(async () => {
  await browser?.close();
  await stage?.close();
  await rm(mails, { recursive: true, force: true });
});

const screens = {
  desktop: { width: 1280, height: 900 },
  phone: { width: 390, height: 844 },
} as const;

async function visit<T>(
  options: Parameters<Browser['newContext']>[0],
  work: (page: Page, context: BrowserContext) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext(options);
  try {
    return await work(await context.newPage(), context);
  } finally {
    await context.close();
  }
}

/** Violations in words, the place of each with it. */
async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

const pages = [
  '/',
  '/?state=soon',
  '/?q=nothing',
  '/dates',
  '/ups?name=Warehouse',
  '/ups?name=Server%20room%20B',
  '/ups?name=Branch%20rack%201',
  '/ups?name=Basement',
  '/reseller',
  '/reseller?offer=1',
  '/reseller/sees',
  '/reseller/record',
  '/nothing-here',
] as const;

/** Light and dark differ in colours alone, so each page is looked at in one of them on each screen. */
describe.each([
  ['desktop', 'light'],
  ['phone', 'dark'],
] as const)('on a %s, %s', (screen, colorScheme) => {
  it.each(pages)('%s is in order', async (path) => {
    await visit({ viewport: screens[screen], colorScheme }, async (page) => {
      const messages: string[] = [];
      page.on('console', (message) => messages.push(message.text()));
      const answer = await page.goto(`${stage.page}${path}`);
      expect(answer?.status()).toBe(path === '/nothing-here' ? 404 : 200);
      await page.locator('details').evaluateAll((all) => {
        for (const each of all) each.setAttribute('open', '');
      });
      // No script can look into the frame of a mail, not even that of a test.
      await page.locator('iframe').evaluateAll((all) => {
        for (const each of all) each.remove();
      });
      expect(await violations(page)).toEqual([]);
      const tooWide = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect([path, tooWide]).toEqual([path, 0]);
      expect(messages.filter((text) => !text.includes('404'))).toEqual([]);
    });
  });
});

describe('without JavaScript', () => {
  const plain = { viewport: screens.desktop, javaScriptEnabled: false };

  it('the story runs: accept, look for a unit, remind, a new battery, a date, opt out, invite again, end', async () => {
    await visit(plain, async (page) => {
      const say = async (): Promise<string> => await page.locator('.say').first().innerText();
      await page.goto(`${stage.page}/reseller`);
      expect(await page.locator('.chip.large').innerText()).toBe('Invite Pending');
      await page.locator('#accept-code').fill(stage.code() ?? '');
      await page.getByRole('button', { name: 'Accept with this code' }).click();
      expect(await say()).toContain('has accepted');
      expect(await page.locator('.chip.large').innerText()).toBe('Confirmed');

      await page.getByRole('link', { name: 'Overview' }).click();
      await page.getByLabel('Search').fill('warehouse');
      await page.getByRole('button', { name: 'Show' }).click();
      await page.getByRole('link', { name: 'Warehouse' }).click();
      await page.getByRole('button', { name: /Send reminder/ }).click();
      expect(await say()).toBe('A reminder goes to sales@power-partner.example.');
      expect(await page.locator('#battery').innerText()).toContain('already sent today');

      await page.getByText('The battery was replaced').click();
      await page.getByRole('button', { name: 'Record the new battery' }).click();
      expect(await say()).toContain('Recorded: the battery of Warehouse was replaced');
      await page.getByText('Enter or correct the ends').click();
      await page.getByLabel('Warranty ends').fill('2040-05-31');
      await page.getByRole('button', { name: 'Save the ends' }).click();
      expect(await page.locator('#warranty').innerText()).toContain('31 May 2040');

      await page.getByRole('link', { name: 'Dates' }).click();
      const doubtful = page.locator('.date-row', { hasText: 'Doubtful' });
      const before = await doubtful.count();
      await doubtful
        .first()
        .getByRole('button', { name: /Confirm/ })
        .click();
      expect(await say()).toContain('the date is confirmed');
      expect(await doubtful.count()).toBeLessThan(before);

      await page.getByRole('link', { name: 'Reseller', exact: true }).click();
      await page.getByText('They want to opt out').click();
      await page.getByLabel('The code of their invitation:').fill(stage.code() ?? '');
      await page.getByRole('button', { name: 'Opt out with this code' }).click();
      expect(await page.locator('.chip.large').innerText()).toBe('Opted Out');
      await page.getByRole('button', { name: 'Re-invite' }).click();
      expect(await page.locator('.chip.large').innerText()).toBe('Invite Pending');
      await page.getByLabel('Mail address of your reseller').fill('');
      await page.getByLabel(/Not interested/).check();
      await page.getByRole('button', { name: 'Update Settings' }).click();
      expect(await page.locator('.chip.large').innerText()).toBe('Not interested');
      await page.getByRole('link', { name: 'Record of consent' }).click();
      const record = await page.locator('main').innerText();
      for (const word of ['Invited', 'Confirmed', 'Opted Out', 'Cancelled']) expect(record).toContain(word);
    });
  });

  it('the keyboard reaches everything: the first stop leads to the content', async () => {
    await visit(plain, async (page) => {
      await page.goto(stage.page);
      await page.keyboard.press('Tab');
      expect(await page.locator(':focus').innerText()).toBe('Skip to the content');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      expect(await page.locator(':focus').evaluate((element) => element.closest('main') !== null)).toBe(true);
    });
  });
});

describe('another site', () => {
  it('can neither show this page in a frame nor send a form to it', async () => {
    const path = join(mails, 'evil.html');
    await writeFile(
      path,
      `<iframe src="${stage.page}/"></iframe>
       <form id="f" method="post" action="${stage.page}/reseller/cancel"><input name="form" value="x"></form>`,
    );
    await visit({}, async (page) => {
      await page.goto(`file://${path}`);
      const frame = page.frames().find((each) => each !== page.mainFrame());
      expect(await frame?.content()).not.toContain('Northwind');
      await page.evaluate('document.getElementById("f").submit()');
      await page.waitForURL(`${stage.page}/reseller/cancel`);
      expect(await page.locator('main').innerText()).toContain('Nothing was changed.');
    });
  });
});
