/**
 * The whole way of a mail, with Debian's postfix and dovecot in between: invitation, answer by reply, notice, opt-out by
 * the header that mail programs use, one confirmation, silence; mail that comes back; a server that goes away.
 */
import { readFile } from 'node:fs/promises';
import { ImapFlow } from 'imapflow';
import { type ParsedMail, simpleParser } from 'mailparser';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, dayOf, instantAt } from '../../agent/lifecycle/days.ts';
import { connectionOf, invite } from '../../agent/operations/reseller.ts';
import { MailServer } from '../support/mail-server.ts';
import { afterwards, customer, World } from './support.ts';

const timeZone = 'Europe/Berlin';
const [sales, gone] = ['sales@reseller.example', 'gone@reseller.example'];
const [answers, ups] = ['answers@customer.example', 'ups@customer.example'];

let server: MailServer;
let ca: string;
beforeAll(async () => {
  server = await MailServer.start({ mailboxes: [answers, ups, customer, sales], bouncing: [gone] });
  ca = await readFile(server.caFile, 'utf8');
});
afterAll(async () => await server?.stop());

/** A person with a mailbox on that server. */
class Person {
  readonly client: ImapFlow;
  readonly #wake = new Set<() => void>();

  private constructor(mailbox: string) {
    this.client = new ImapFlow({
      host: '127.0.0.1',
      port: server.ports.imaps,
      secure: true,
      auth: { user: mailbox, pass: server.password },
      tls: { ca },
      logger: false,
      autoIdleDelay: 200,
    });
    this.client.on('exists', () => {
      for (const wake of this.#wake) wake();
    });
  }

  static async open(mailbox: string): Promise<Person> {
    const person = new Person(mailbox);
    await person.client.connect();
    await person.client.mailboxOpen('INBOX');
    afterwards(async () => person.client.close());
    return person;
  }

  /** All mails so far, oldest first. */
  async mails(): Promise<ParsedMail[]> {
    await this.client.noop();
    if (this.client.mailbox === false || this.client.mailbox.exists === 0) return [];
    const all = await this.client.fetchAll('1:*', { source: true });
    return await Promise.all(all.map(({ source }) => simpleParser(source ?? Buffer.alloc(0))));
  }

  /** When so many mails have come. */
  async arrived(count: number): Promise<ParsedMail[]> {
    for (;;) {
      const news = new Promise<void>((resolve) => this.#wake.add(resolve));
      const mails = await this.mails();
      if (mails.length >= count) return mails;
      await news;
    }
  }

  /** Which mails of a folder are read. */
  async marks(folder: string): Promise<string[]> {
    await this.client.mailboxOpen(folder);
    const exists = this.client.mailbox === false ? 0 : this.client.mailbox.exists;
    const all = exists === 0 ? [] : await this.client.fetchAll('1:*', { envelope: true, flags: true });
    await this.client.mailboxOpen('INBOX');
    return all.map(({ envelope, flags }) => `${envelope?.subject}${flags?.has('\\Seen') ? ' (read)' : ''}`);
  }

  async empty(): Promise<void> {
    if (this.client.mailbox !== false && this.client.mailbox.exists > 0) await this.client.messageDelete('1:*');
  }
}

async function send(mail: SendMailOptions): Promise<void> {
  await createTransport({ host: '127.0.0.1', port: server.ports.mx, ignoreTLS: true }).sendMail(mail);
}

/** The answer of a mail program to "reply". */
function reply(mail: ParsedMail | undefined, own: string): SendMailOptions {
  const quoted = (mail?.text ?? '').replace(/^/gm, '> ');
  return {
    from: 'Ann <ann@head-office.example>',
    to: (mail?.replyTo?.value ?? []).map(({ address = '' }) => address),
    subject: `Re: ${mail?.subject}`,
    inReplyTo: mail?.messageId ?? '',
    references: [mail?.references ?? [], mail?.messageId ?? ''].flat(),
    text: `${own}\n\nOn Monday, UPS wrote:\n${quoted}`,
  };
}

/** Subject and address of a `mailto:`. */
function letterTo(href: string): { to: string; subject: string } {
  const url = new URL(href);
  return { to: decodeURIComponent(url.pathname), subject: url.searchParams.get('subject') ?? '' };
}

const header = (mail: ParsedMail | undefined, name: string): string =>
  mail?.headerLines.find(({ key }) => key === name)?.line.replace(/\r?\n\s+/g, ' ') ?? '';

async function world(reseller: string): Promise<World> {
  const one = await World.open([]);
  one.clock = new Date();
  one.hurry('answers again');
  const today = dayOf(one.clock.toISOString(), timeZone);
  await one.start({
    ups: [await one.silentUnit('rack', `    battery: { replaceBy: ${addDays(today, 30)} }\n`)],
    mail: false,
    reseller,
    more: [
      'mail:',
      `  url: smtp://localhost:${server.ports.submission}`,
      '  tls: required',
      `  caFile: ${server.caFile}`,
      `  user: ${ups}`,
      `  password: ${server.password}`,
      `  from: UPS watch <${answers}>`,
      'answers:',
      `  url: imaps://${encodeURIComponent(answers)}@localhost:${server.ports.imaps}/INBOX`,
      `  password: ${server.password}`,
      '  plusAddressing: true',
      '  moveTo: Handled',
      `  caFile: ${server.caFile}`,
    ].join('\n'),
  });
  return one;
}

/** The hour of the daily run, so many days from now. */
async function morning(one: World, days: number): Promise<void> {
  one.clock = new Date(instantAt(addDays(dayOf(new Date().toISOString(), timeZone), days), '08:00', timeZone));
  await one.agent.beat();
}

describe('a reseller with nothing but a mail program', () => {
  it('accepts by a reply, gets notices, opts out, gets one confirmation, and then nothing', async () => {
    const [seller, mailbox] = [await Person.open(sales), await Person.open(answers)];
    await send({ from: 'news@x.example', to: answers, subject: 'Newsletter', text: 'ACCEPT' });
    const one = await world(sales);
    const [invitation] = await seller.arrived(1);
    expect(invitation?.replyTo?.value[0]?.address).toMatch(/^answers\+[0-9A-Z]{26}@customer\.example$/);
    expect(invitation?.text).toContain('answer this mail with the word ACCEPT or DECLINE');

    await send({
      ...reply(invitation, 'I am away until Monday. ACCEPT'),
      subject: 'Automatic reply: your invitation',
      headers: { 'Auto-Submitted': 'auto-replied' },
    });
    await send(reply(invitation, 'ACCEPT'));
    await one.book.until('connection.confirmed');
    expect(connectionOf(one.agent.office.desk.store)).toMatchObject({
      state: 'confirmed',
      answeredBy: 'mail',
      answeredFrom: 'ann@head-office.example',
    });

    await morning(one, 1);
    const [, notice] = await seller.arrived(2);
    expect(notice?.subject).toContain('Battery Replacement Due');
    expect(notice?.replyTo?.value.map(({ address }) => address)).toEqual([
      customer,
      expect.stringMatching(/^answers\+[0-9A-Z]{26}@customer\.example$/),
    ]);
    const unsubscribe = /<(mailto:[^>]+)>/.exec(header(notice, 'list-unsubscribe'))?.[1] ?? '';
    await send({ from: sales, ...letterTo(unsubscribe), text: 'This message was automatically generated.' });
    await one.book.until('connection.opted-out');

    const mails = await seller.arrived(3);
    expect(mails[2]?.subject).toContain('You have opted out');
    await send({ from: sales, ...letterTo(unsubscribe) });
    await one.book.until('answers.taken', 3);
    for (const days of [2, 23, 30]) await morning(one, days);
    expect((await seller.mails()).map(({ subject }) => subject)).toHaveLength(3);

    expect(await mailbox.marks('INBOX')).toEqual(['Newsletter', 'Automatic reply: your invitation']);
    const handled = await mailbox.marks('Handled');
    expect(handled.length).toBe(3);
    expect(handled.every((line) => line.endsWith(' (read)'))).toBe(true);
    await one.agent.stop();
    await mailbox.empty();
    await seller.empty();
  });

  it('declines by the button of the invitation, although the mailbox was away meanwhile', async () => {
    const seller = await Person.open(sales);
    const one = await world(sales);
    const [invitation] = await seller.arrived(1);
    await server.stopImap();
    await one.book.until('answers.not-readable');
    const hrefs = [...(invitation?.html || '').matchAll(/href="(mailto:[^"]+)"/g)].map(([, href = '']) => href);
    const letters = hrefs.map((href) => letterTo(href.replaceAll('&amp;', '&')));
    const decline = letters.find(({ subject }) => subject.startsWith('DECLINE'));
    await server.startImap();
    await send({ from: sales, ...decline, text: 'Please send this mail as it is.' });
    await one.book.until('connection.declined');
    await one.book.until('answers.readable');
    await one.agent.stop();
  });
});

describe('mail that comes back', () => {
  it('ends the invitation, and the customer is told', async () => {
    // Postfix takes it; dovecot, which has no such mailbox, does not.
    const one = await world(gone);
    await one.book.until('mail.bounced');
    expect(one.book.of('mail.bounced')).toEqual([expect.stringMatching(/gone@reseller\.example came back: 550/)]);
    expect(connectionOf(one.agent.office.desk.store)).toMatchObject({
      state: 'undeliverable',
      failing: { reply: expect.stringMatching(/^550 5\.1\.1/) },
    });
    await one.agent.beat();
    const sent = (await one.agent.office.desk.store.history({ kind: 'mail.sent' })).map(({ data }) => data['message']);
    // Whether the daily run has sent a notice by now depends on the hour.
    const told = sent.filter((id) => !String(id).startsWith('notices/'));
    expect(told).toEqual([expect.stringMatching(/^invitation\//), expect.stringMatching(/^customer\/undeliverable\//)]);
    await invite(one.agent.office.desk);
    await one.agent.beat();
    await one.book.until('mail.bounced', 2);
    expect(one.book.of('connection.undeliverable')).toHaveLength(2);
    await one.agent.stop();
  });
});
