/** The page behind the link in a mail: what it shows, what a button does, and what nothing else does. */
import { describe, expect, it } from 'vitest';
import { invitationWords } from '../../agent/delivery/codes.ts';
import { languages } from '../../agent/delivery/mail/content.ts';
import { texts } from '../../agent/delivery/mail/texts/index.ts';
import { addDays, instantAt } from '../../agent/lifecycle/days.ts';
import { connectionOf, disconnect, invite } from '../../agent/operations/reseller.ts';
import { answer } from '../../agent/portal/pages/answer.tsx';
import { StoreError } from '../../agent/store/port.ts';
import { type Answer, formsOf, TestPage, timeZone, today, unescaped, type Words } from './support.ts';

const host = 'ups.example.com';
const outside = { headers: { host }, peer: '203.0.113.9' };

class Visit {
  readonly page: TestPage;

  constructor(page: TestPage) {
    this.page = page;
  }

  static async open(words: Words = {}): Promise<Visit> {
    const page = await TestPage.open({
      modules: [answer],
      portal: [`publicUrl: https://${host}`],
      more: ['reseller: { email: sales@reseller.example }'],
      ...words,
    });
    await page.follow();
    return new Visit(page);
  }

  get state(): string {
    return connectionOf(this.page.office.desk.store).state;
  }

  get token(): string {
    const { store } = this.page.office.desk;
    return invitationWords(store, connectionOf(store).id).token;
  }

  async look(token = this.token, method = 'GET'): Promise<Answer> {
    return await this.page.ask(`/answer/${token}`, { ...outside, method });
  }

  async press(kind: string, token = this.token): Promise<Answer> {
    const pressed = await this.page.post(`/answer/${token}`, { answer: kind }, outside);
    return pressed.status === 303 ? await this.page.ask(pressed.headers.get('location') ?? '', outside) : pressed;
  }

  /** As Gmail does it: by itself, without a cookie, an origin or a look at the page. */
  async oneClick(token = this.token, body = 'List-Unsubscribe=One-Click'): Promise<Answer> {
    const headers = { host, 'content-type': 'application/x-www-form-urlencoded' };
    return await this.page.ask(`/answer/${token}/opt-out`, { method: 'POST', headers, body });
  }

  get counts(): Readonly<Record<string, number>> {
    return this.page.office.answerCounts.counts();
  }
}

describe('looking', () => {
  it('shows the company, what would come, and two buttons; and changes nothing', async () => {
    const visit = await Visit.open();
    const before = visit.page.office.desk.store.list('');
    for (const method of ['GET', 'HEAD', 'GET', 'OPTIONS']) await visit.look(visit.token, method);
    await visit.page.ask(`/answer/${visit.token}/opt-out`, outside);
    await visit.page.ask(`/answer/${visit.token}?answer=accept`, outside);
    const { status, text, headers } = await visit.look();
    expect(visit.page.office.desk.store.list('')).toEqual(before);
    expect(status).toBe(200);
    for (const said of ['Customer Ltd invites you', 'A mail 3 months, 30 days and 7 days', 'Accept', 'Decline'])
      expect(text).toContain(said);
    expect([...text.matchAll(/name="answer" value="([^"]*)"/g)].map(([, value]) => value)).toEqual([
      'accept',
      'decline',
    ]);
    expect(text).not.toMatch(/<script|http-equiv|autofocus|sales@reseller|it@customer|Ira/);
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-robots-tag')).toContain('noindex');
    expect(headers.get('set-cookie')).toBeNull();
  });

  it('is there under the public name alone, and from inside', async () => {
    const visit = await Visit.open();
    expect((await visit.page.ask(`/answer/${visit.token}`)).status).toBe(200);
    expect((await visit.page.ask(`/answer/${visit.token}`, { publicOnly: true })).status).toBe(200);
    expect((await visit.page.ask('/', outside)).status).toBe(404);
  });

  it.each(languages)('speaks the language of the mails to the reseller: %s', async (language) => {
    const visit = await Visit.open({ more: [`reseller: { email: a@b.example, language: ${language} }`] });
    const t = texts[language];
    const invited = unescaped((await visit.look()).text);
    expect(invited).toContain(`<html lang="${language}">`);
    expect(invited).toContain(t.page.invitedHeading({ company: 'Customer Ltd' }));
    expect(invited).toContain(t.action.decline);
    const accepted = unescaped((await visit.press('accept')).text);
    expect(accepted).toContain(t.page.confirmed({ company: 'Customer Ltd' }));
    expect(accepted).toContain(t.action.optOut);
    expect(unescaped((await visit.press('opt-out')).text)).toContain(t.page.optedOutHeading);
  });

  it('shows a company for what it is: text', async () => {
    const visit = await Visit.open();
    const { desk } = visit.page.office;
    const site = { ...desk.site(), company: '<script>alert(1)</script>' };
    Object.assign(desk, { site: () => site });
    const { text } = await visit.look();
    expect(text).not.toContain('<script>');
    expect(unescaped(text)).toContain('<script>alert(1)</script> invites you');
  });
});

describe('a button', () => {
  it('accepts; a second press, and a look, say what holds', async () => {
    const visit = await Visit.open();
    expect((await visit.press('accept')).text).toContain('You have accepted');
    expect(connectionOf(visit.page.office.desk.store)).toMatchObject({ state: 'confirmed', answeredBy: 'link' });
    expect((await visit.press('accept')).text).toContain('You have accepted');
    const { text } = await visit.look();
    expect(formsOf(text).map(({ action }) => action)).toEqual([`/answer/${visit.token}`]);
    expect([...text.matchAll(/name="answer" value="([^"]*)"/g)].map(([, value]) => value)).toEqual(['opt-out']);
    expect(visit.counts).toEqual({ 'link.taken': 1, 'link.already': 1 });
  });

  it('declines, and nothing more is to be pressed', async () => {
    const visit = await Visit.open();
    const { text } = await visit.press('decline');
    expect(text).toContain('You have declined');
    expect(formsOf(text)).toEqual([]);
    expect(visit.state).toBe('declined');
  });

  it('needs neither a cookie nor an origin: the token is the permission', async () => {
    const visit = await Visit.open();
    const body = new URLSearchParams({ answer: 'accept' });
    const headers = { host, origin: 'null', 'sec-fetch-site': 'cross-site' };
    await visit.page.ask(`/answer/${visit.token}`, { method: 'POST', headers, body });
    expect(visit.state).toBe('confirmed');
  });

  it.each(['', 'yes', 'ACCEPT', 'opt_out', 'cancel'])('that says "%s" does nothing', async (kind) => {
    const visit = await Visit.open();
    expect((await visit.press(kind)).status).toBe(400);
    expect(visit.state).toBe('pending');
  });

  it('after the invitation has lapsed shows that it has ended', async () => {
    const visit = await Visit.open();
    visit.page.clock = instantAt(addDays(today, 9), '09:00', timeZone);
    expect((await visit.press('accept')).text).toContain('This invitation has ended');
    expect((await visit.look()).text).toContain('This invitation has ended');
    expect(visit.state).not.toBe('confirmed');
  });

  it('of a token from an earlier invitation changes nothing', async () => {
    const visit = await Visit.open();
    const stolen = visit.token;
    await visit.press('accept');
    await disconnect(visit.page.office.desk);
    expect((await visit.press('accept')).text).toContain('This invitation has ended');
    await invite(visit.page.office.desk);
    for (const kind of ['accept', 'decline', 'opt-out'])
      expect((await visit.press(kind, stolen)).text).toContain('This invitation has ended');
    expect((await visit.oneClick(stolen)).text).toContain('This invitation has ended');
    expect(visit.state).toBe('pending');
    expect(visit.counts['link.ended']).toBe(5);
  });

  it('says so where the answer cannot be noted, and it can be given again', async () => {
    const visit = await Visit.open();
    const { store } = visit.page.office.desk;
    const commit = store.commit.bind(store);
    store.commit = async () => {
      throw new StoreError('write-failed', 'the disk is full', { retry: true });
    };
    const failed = await visit.press('accept');
    expect([failed.status, failed.text.includes('could not be noted')]).toEqual([503, true]);
    expect(visit.page.codes()).toContain('answer.not-noted');
    store.commit = commit;
    expect((await visit.press('accept')).text).toContain('You have accepted');
  });

  it('does nothing while the clock is wrong', async () => {
    const visit = await Visit.open({ live: { clockTrouble: () => 'the clock is wrong' } });
    expect((await visit.press('accept')).status).toBe(503);
    expect(visit.state).toBe('pending');
  });
});

describe('one click', () => {
  it('opts out with the token alone, and answers without a redirect (RFC 8058)', async () => {
    const visit = await Visit.open();
    await visit.press('accept');
    const { status, text } = await visit.oneClick();
    expect([status, text.includes('You have opted out')]).toEqual([200, true]);
    expect(visit.state).toBe('opted-out');
    expect((await visit.oneClick()).status).toBe(200);
    expect(visit.counts).toMatchObject({ 'link.taken': 2, 'link.already': 1 });
  });

  it('may come as a form with parts, as the RFC allows', async () => {
    const visit = await Visit.open();
    await visit.press('accept');
    const body = new FormData();
    body.set('List-Unsubscribe', 'One-Click');
    await visit.page.ask(`/answer/${visit.token}/opt-out`, { method: 'POST', headers: { host }, body });
    expect(visit.state).toBe('opted-out');
  });

  it.each(['', 'List-Unsubscribe=', 'answer=opt-out', 'x'])('with the body "%s" does nothing', async (body) => {
    const visit = await Visit.open();
    await visit.press('accept');
    expect((await visit.oneClick(visit.token, body)).status).toBe(400);
    expect(visit.state).toBe('confirmed');
  });
});

describe('guessing', () => {
  it('a thousand tokens a minute changes nothing, is limited and counted, and locks nobody out', async () => {
    const visit = await Visit.open();
    const statuses = new Map<number, number>();
    for (let n = 0; n < 1000; n += 1) {
      visit.page.clock = new Date(Date.parse(visit.page.clock) + 60).toISOString();
      const guess = n.toString(32).toUpperCase().padStart(26, '0');
      const { status, text } = n % 2 ? await visit.look(guess) : await visit.press('accept', guess);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      expect(text).not.toContain('Customer Ltd');
    }
    expect([...statuses.keys()].sort()).toEqual([404, 429]);
    expect(statuses.get(404)).toBeLessThan(70);
    expect((visit.counts['link.unknown'] ?? 0) + (visit.counts['link.limited'] ?? 0)).toBe(1000);
    expect(visit.page.codes().filter((code) => code.startsWith('answer.')).length).toBeLessThan(25);
    expect(visit.state).toBe('pending');
    expect((await visit.press('accept')).text).toContain('You have accepted');
  });

  it('is listened to again after a while', async () => {
    const visit = await Visit.open();
    for (let n = 0; n < 40; n += 1) await visit.look('Z'.repeat(26));
    const limited = await visit.look('Z'.repeat(26));
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '120']);
    visit.page.clock = new Date(Date.parse(visit.page.clock) + 120_000).toISOString();
    expect((await visit.look('Z'.repeat(26))).status).toBe(404);
  });

  it.each(['%00', '..%2f..%2fetc', 'a'.repeat(5000), '%E0%A4%A', "'--"])('with %s is no different', async (word) => {
    const visit = await Visit.open();
    const { status } = await visit.page.ask(`/answer/${word}`, outside);
    expect([404, 400]).toContain(status);
  });
});
