/** Whoever may not, in every way at once: nothing changes, all of it is counted, and the customer sees the counts. */
import { expect, it } from 'vitest';
import { invitationWords } from '../../agent/delivery/codes.ts';
import { connectionOf } from '../../agent/operations/reseller.ts';
import { formsOf, passwordHash, TestPage } from './support.ts';

it('changes nothing, is counted, and is shown', async () => {
  const page = await TestPage.open({
    portal: [`passwordHash: "${passwordHash}"`],
    ups: { rack: 'warranty: { end: 2031-03-20 }' },
    more: ['reseller: { email: sales@reseller.example }'],
  });
  await page.follow();
  const { store } = page.office.desk;
  const ended = invitationWords(store, connectionOf(store).id).token;
  await page.logIn();
  await page.submit('/reseller', '/reseller/cancel');
  await page.submit('/reseller', '/reseller/invite');
  const form = formsOf(await page.get('/reseller')).find(({ action }) => action === '/reseller/cancel')?.hidden ?? {};
  const everything = (): string =>
    JSON.stringify([
      connectionOf(store),
      [...store.list('message/')],
      [...store.list('unit/')],
      [...store.list('notice/')],
    ]);
  const [before, session] = [everything(), new Map(page.cookies)];

  page.cookies.clear();
  const statuses = [
    await page.post('/reseller/cancel', form),
    await page.post('/dates', { ...form, name: 'rack', warrantyEnd: '2040-01-01' }),
    await page.post(`/answer/${ended}`, { answer: 'accept' }),
    await page.ask('/metrics'),
    await page.ask('/reseller/record.csv'),
  ].map(({ status }) => status);
  expect(statuses).toEqual([401, 401, 303, 303, 303]);
  for (let n = 0; n < 60; n += 1) {
    const guess = n.toString(32).toUpperCase().padStart(26, '0');
    await page.post(`/answer/${guess}`, { answer: 'accept' });
    await page.ask(`/calendar/${guess.toLowerCase()}.ics`);
    await page.submit('/login', '/login', { password: `guess ${n}` });
  }
  for (const [name, value] of session) page.cookies.set(name, value);
  const foreign = { headers: { origin: 'https://evil.example' } };
  expect((await page.post('/reseller/cancel', form, foreign)).status).toBe(403);
  expect((await page.post('/reseller/cancel', { form: 'x' })).status).toBe(403);

  expect(everything()).toBe(before);
  const shown = await page.get('/access');
  const rows: Record<string, number> = Object.fromEntries(
    [...shown.matchAll(/<dt>(\d+) ×<\/dt><dd>([^<]*)<\/dd>/g)].map(([, n, what]) => [what, Number(n)]),
  );
  expect(rows).toMatchObject({
    'Something was to be changed without a login, or by one that has ended.': 2,
    'A form came from another site, or without its token.': 2,
    'An answer came to an invitation that has ended.': 1,
  });
  expect(
    Object.entries(rows)
      .filter(([what]) => /wrong/.test(what))
      .reduce((sum, [, count]) => sum + count, 0),
  ).toBeGreaterThan(100);
  expect(page.log.filter(({ level }) => level === 'warn').length).toBeLessThan(60);
});
