/** Each state of the reseller as chromium shows it: the customer's page, and the reseller's page behind the link. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invitationWords } from '../../agent/delivery/codes.ts';
import { connectionOf } from '../../agent/operations/reseller.ts';
import { Browser, type Look, looks } from './browser.ts';
import { Story } from './faq-support.ts';
import { states } from './reseller-states.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await Browser.open('about:blank');
});
afterAll(() => browser?.close());

describe.each(states)('$state', ({ reached, state }) => {
  it('has nothing that axe finds, and nothing wider than the screen', async () => {
    const story = await Story.open('', ['listen: 127.0.0.1:0']);
    const { desk, config } = story.page.office;
    await reached(story);
    const { id } = connectionOf(desk.store);
    const paths = ['/reseller', ...(id === '' ? [] : [`/answer/${invitationWords(desk.store, id).token}`])];
    await story.page.portal.follow(config.portal);
    const page = browser.at(story.page.portal.addresses[0] ?? '');
    for (const look of Object.keys(looks) as Look[])
      for (const path of paths) expect(await page.problems(`${path}?of=${state.replace(' ', '')}`, look)).toEqual([]);
  });
});
