/** Mails in a real browser as wide as a phone, light and dark, without images. */
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeMail } from '../../../agent/delivery/mail/compose.ts';
import { languages, type MailContent } from '../../../agent/delivery/mail/content.ts';
import { customerMail, dueUnit, everyWay, invitation, manyCartridges, noticeMail, resolvedUnit } from './samples.ts';

/** As long as a name of a UPS may be, without a place to break it. */
const long = '=HYPERLINK("http://reseller.example/offers","klick")'.padEnd(64, 'x');
const named = { ...dueUnit, name: long, model: long, cartridge: long };

const mails: readonly (readonly [string, MailContent])[] = [
  ['an invitation', { ...invitation, company: long, ways: everyWay }],
  ['a notice', noticeMail([named, resolvedUnit], { company: long })],
  ['a notice to the customer', noticeMail([named, manyCartridges], { audience: 'customer', company: long })],
  ['what the customer is told', { ...customerMail('declined'), company: long, address: `${long}@reseller.example` }],
];

let browser: Browser;
beforeAll(async () => {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
});
afterAll(async () => await browser?.close());

describe.each(['light', 'dark'] as const)('in the %s', (colorScheme) => {
  it.each(mails)('%s fits a phone in each language, and axe finds nothing', async (_name, mail) => {
    const context = await browser.newContext({ viewport: { width: 320, height: 640 }, colorScheme });
    try {
      const page = await context.newPage();
      for (const language of languages) {
        await page.setContent(composeMail(mail, language).html);
        const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
        expect([language, wide]).toEqual([language, 0]);
      }
      // axe takes a ground that nobody sets for white, also where the browser's own is dark.
      await page.addStyleTag({ content: 'html { background: Canvas }' });
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa']).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    } finally {
      await context.close();
    }
  });
});
