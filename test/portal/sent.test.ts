/** Sent: every mail with its fate, and each mail as it was sent. */
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../agent/commands.ts';
import { dailyRun } from '../../agent/operations/daily.ts';
import { sentItems } from '../../agent/operations/sent.ts';
import { type MailSinkOptions, startMailSink } from '../support/mail-sink.ts';
import { endLater, formsOf, TestPage, today, unescaped } from './support.ts';

const words = (html: string): string => unescaped(html.replaceAll(/<[^>]*>/g, ' ')).replaceAll(/\s+/g, ' ');
const hostile = '<script>alert(1)</script>';

/** A site whose mails went to a server that refuses one of the two readers. */
async function site(options: MailSinkOptions = {}): Promise<TestPage> {
  const sink = await startMailSink(options);
  endLater(() => sink.close());
  const page = await TestPage.open({
    ups: { [hostile]: `warranty: { end: ${today} }`, 'rack 2': `plan: { kind: standard, end: ${today} }`, quiet: '' },
    more: [
      `mail: { url: "smtp://127.0.0.1:${sink.port}", from: ups@customer.example }`,
      'reseller: { email: sales@reseller.example }',
    ],
  });
  await page.reads(hostile, { serial: 'AS2216000001', model: '=HYPERLINK("http://evil.example")' });
  await page.reads('rack 2', { serial: 'AS2216000002' });
  await page.follow();
  await page.office.outbox.deliver();
  await page.accept();
  await dailyRun(page.office.desk, page.office.units);
  await page.office.outbox.deliver();
  return page;
}

const idOf = (page: TestPage, what: string, who = 'reseller'): string =>
  sentItems(page.office.desk, page.office.units).items.find((each) => each.what === what && each.who === who)?.id ?? '';
const mailPath = (id: string): string => `/sent/mail?id=${encodeURIComponent(id)}`;

describe('Sent', () => {
  it('lists every mail with its reader, its fate and the words of the server', async () => {
    const page = await site();
    const text = words(await page.get('/sent'));
    expect(text).toContain('0 Waiting 4 Accepted by the server 0 Given up');
    expect(text).toMatch(/2 UPS need attention – Customer Ltd <script>alert\(1\)<\/script>, rack 2 Reseller sales@/);
    expect(text).toMatch(/Accepted 250 /);
  });

  it('is filtered by fate and by UPS, and leads on to all again', async () => {
    const page = await site();
    expect(words(await page.get('/sent?fate=failed'))).toContain('There is none.');
    const about = await page.get('/sent?ups=rack%202');
    expect(words(about)).toMatch(/Every mail and notice about rack 2 \. Show all 0 Waiting 2 Accepted/);
    expect(words(await page.get('/sent?ups=quiet'))).toContain('Nothing was sent yet, and nothing waits.');
    expect((await page.ask('/sent?ups=nobody')).status).toBe(404);
    expect(words(await page.get('/sent?page=99&fate=nonsense'))).toContain('Accepted 250');
  });

  it('goes through many a page at a time', async () => {
    const page = await TestPage.open();
    const { desk } = page.office;
    const changes = Array.from({ length: 120 }, (_none, n) => ({
      key: `message/customer/${n}`,
      value: {
        kind: 'customer',
        id: `customer/${n}`,
        recipient: 'customer',
        to: 'it@customer.example',
        state: 'sent',
        createdAt: `2031-03-0${1 + (n % 9)}T00:00:00Z`,
        failures: 0,
        subject: `Mail ${n}`,
      },
      expected: 0,
    }));
    await desk.store.commit({ changes });
    const pages = await Promise.all([1, 2, 3].map((number) => page.get(`/sent?page=${number}`)));
    expect(words(pages[2] ?? '')).toContain('101 to 120 of 120 mails and notices');
    const subjects = pages.flatMap((html) => html.match(/>Mail \d+</g) ?? []);
    expect(new Set(subjects).size).toBe(120);
  });

  it('shows a mail word by word, what it reveals, and what a hostile name is: text', async () => {
    const page = await site();
    const html = await page.get(mailPath(idOf(page, 'notices')));
    expect(html).not.toContain('<script');
    expect(html).toContain('=HYPERLINK(&quot;http://evil.example&quot;)');
    const text = words(html);
    expect(text).toMatch(/You agreed to be told when a battery, a warranty or a service plan there needs attention/);
    expect(text).toContain(`${hostile} Warranty Expires on ${today}, on the day`);
    expect(text).toContain('What it reveals to the reseller the name of your company, your name, your mail address');
    expect(text).toMatch(/Message-ID <[0-9a-f]+@customer\.example>/);
    expect(html).not.toContain('action="/sent/retry"');
  });

  it('shows an invitation without its code', async () => {
    const page = await site();
    const text = words(await page.get(mailPath(idOf(page, 'invitation'))));
    expect(text).toContain('The code of an invitation is never written down.');
    expect(text).not.toMatch(/[0-9A-Z]{4}-[0-9A-Z]{4}/);
  });

  it('says of a mail that nobody knows that it is not there', async () => {
    const page = await TestPage.open();
    for (const id of ['', 'x', '../connection', 'notice/x']) {
      expect((await page.ask(mailPath(id))).status, id).toBe(404);
    }
  });
});

describe('Retry now', () => {
  it('sends a refused mail once more', async () => {
    const page = await site({
      onTo: (to) => (refused && to === 'sales@reseller.example' ? '550 5.1.1 who?' : undefined),
    });
    refused = true;
    await page.office.units.enterFacts([{ name: 'quiet', set: { warrantyEnd: today } }], 'page');
    const path = mailPath(await reminded(page));
    const failed = words(await page.get(path));
    expect(failed).toMatch(/Given up 550 5\.1\.1 who\?.* Refused 10 Mar 2031, 09:00 550/);
    refused = false;
    const done = await page.submit(path, '/sent/retry');
    expect(words(done.text)).toContain('It is tried again now. Sent Reminder');
    await page.office.outbox.deliver();
    expect(words(await page.get(path))).toMatch(/Refused .* 550 .* Accepted .* 250/);
    const again = await page.post('/sent/retry', {
      ...formsOf(done.text)[0]?.hidden,
      id: decodeURIComponent(path.slice(14)),
    });
    expect(words((await page.ask(again.headers.get('location') ?? '')).text)).toContain(
      'Not done: it cannot be sent again: it was taken.',
    );
  });
});

let refused = false;

async function reminded(page: TestPage): Promise<string> {
  await runCommand(page.office, undefined, 'remind', { name: 'quiet', event: 'warranty-expires' });
  await page.office.outbox.deliver();
  return idOf(page, 'reminder');
}
