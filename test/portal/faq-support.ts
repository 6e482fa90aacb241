/** A customer at the page and a reseller at the mail, with a real mail server between them. */
import { expect } from 'vitest';
import { resellerText } from '../../agent/cli/print.ts';
import { invitationWords } from '../../agent/delivery/codes.ts';
import { addDays, instantAt } from '../../agent/lifecycle/days.ts';
import { dailyRun } from '../../agent/operations/daily.ts';
import type { ConnectionView } from '../../agent/operations/overview.ts';
import { connectionOf } from '../../agent/operations/reseller.ts';
import { type MailSink, type SunkMail, startMailSink } from '../support/mail-sink.ts';
import { endLater, TestPage, timeZone, today, unescaped } from './support.ts';

export const address = 'sales@reseller.example';
export const customer = 'it@customer.example';
export const host = 'ups.customer.example';
export const rack = '/ups?name=rack';
export const responsible = 'You remain responsible for your UPS units, whoever else is told about them.';
export const elsewhere = 'can be bought from any supplier';
export const words = (html: string): string => unescaped(html.replaceAll(/<[^>]*>/g, ' ')).replaceAll(/\s+/g, ' ');

/** A customer at the page, and a reseller at the mail. */
export class Story {
  readonly page: TestPage;
  readonly sink: MailSink;
  day = today;

  private constructor(page: TestPage, sink: MailSink) {
    this.page = page;
    this.sink = sink;
  }

  /** @param rackSays what the config knows of the one UPS @param portal more lines of that section */
  static async open(rackSays = '', portal: readonly string[] = []): Promise<Story> {
    const sink = await startMailSink();
    endLater(() => sink.close());
    const more = [`mail: { url: "smtp://127.0.0.1:${sink.port}", from: ups@customer.example }`];
    const page = await TestPage.open({
      more,
      ups: { rack: rackSays },
      portal: [`publicUrl: https://${host}`, ...portal],
    });
    await page.follow();
    await page.office.units.missed('rack');
    return new Story(page, sink);
  }

  /** What is pressed on the page Reseller, and what it then says. */
  async press(action: string, fields: Readonly<Record<string, string>> = {}): Promise<string> {
    const target = action === 'settings' ? '/reseller' : `/reseller/${action}`;
    const { text } = await this.page.submit('/reseller', target, fields);
    await this.page.office.outbox.deliver();
    return words(text);
  }

  async invite(email = address): Promise<string> {
    return await this.press('settings', { email, language: '' });
  }

  /** The reseller opens the link of the latest mail and presses a button there. */
  async answers(answer: 'accept' | 'decline' | 'opt-out'): Promise<string> {
    const { store } = this.page.office.desk;
    return await this.answersWith(invitationWords(store, connectionOf(store).id).token, answer);
  }

  async answersWith(token: string, answer: 'accept' | 'decline' | 'opt-out'): Promise<string> {
    const outside = { headers: { host }, peer: '203.0.113.9' };
    const path = `/answer/${token}`;
    const { status, headers } = await this.page.post(path, { answer }, outside);
    await this.page.office.outbox.deliver();
    expect(status).toBe(303);
    return words((await this.page.ask(headers.get('location') ?? path, outside)).text);
  }

  /** So many days on, at the hour of the daily run; every UPS is looked at as it would be by then. */
  async daysPass(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      this.day = addDays(this.day, 1);
      this.page.clock = instantAt(this.day, '08:00', timeZone);
      await this.page.desk.run('reseller status', {});
      await dailyRun(this.page.office.desk, this.page.office.units);
      await this.page.office.outbox.deliver();
    }
  }

  mails(to: string): SunkMail[] {
    return this.sink.mails.filter((mail) => mail.to.includes(to));
  }

  subjects(to: string): string[] {
    return this.mails(to).map(({ parsed }) => parsed.subject ?? '');
  }

  /** Status on the page, and in the words of the command line. */
  async status(): Promise<{ page: string; json: string; cli: string }> {
    const html = await this.page.get('/reseller');
    const view = (await this.page.desk.run('reseller status', {})) as ConnectionView;
    return {
      page: / class="chip large [^"]*">([^<]*)</.exec(html)?.[1] ?? '',
      json: view.state,
      cli: resellerText(view),
    };
  }

  async buttons(): Promise<string[]> {
    const html = await this.page.get('/reseller');
    return [...html.matchAll(/<button type="submit"[^>]*>([^<]*)</g)].map(([, label = '']) => label.trim());
  }
}

export const invited = async (s: Story): Promise<unknown> => await s.invite();
export const confirmed = async (s: Story): Promise<unknown> => {
  await s.invite();
  return await s.answers('accept');
};
