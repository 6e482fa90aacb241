/** The mailbox against Debian's dovecot, with mail that came through postfix. */
import { readFile } from 'node:fs/promises';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isReport, judge } from '../../../agent/delivery/answers/judge.ts';
import { type Mailbox, type MailboxItem, openMailbox } from '../../../agent/delivery/answers/mailbox.ts';
import type { MailboxOptions } from '../../../agent/delivery/answers/mailbox-login.ts';
import { languages } from '../../../agent/delivery/mail/content.ts';
import { MailServer } from '../../support/mail-server.ts';
import { token } from '../mail/samples.ts';
import { styles } from './replies.ts';
import { failing, machines, ourId, returned } from './reports.ts';

const [answers, busy] = ['answers@test.example', 'busy@test.example'];

let server: MailServer;
let ca: string;
beforeAll(async () => {
  server = await MailServer.start({ mailboxes: [answers, busy] });
  ca = await readFile(server.caFile, 'utf8');
});
afterAll(async () => await server?.stop());

const open: Mailbox[] = [];
afterEach(async () => {
  for (const mailbox of open.splice(0)) await mailbox.close();
});

async function connect(rest: Partial<MailboxOptions> = {}): Promise<Mailbox> {
  const mailbox = await openMailbox({
    host: '127.0.0.1',
    port: server.ports.imaps,
    implicitTls: true,
    tls: 'required',
    verifyCertificate: true,
    ca,
    user: answers,
    password: server.password,
    folder: 'INBOX',
    ...rest,
  });
  open.push(mailbox);
  return mailbox;
}

/** As the world sends: to the server's own door, without a login. */
async function post(raw: string, to = answers): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port: server.ports.mx, ignoreTLS: true });
  const envelope = { from: 'ann@reseller.example', to };
  await transport.sendMail({ envelope, raw: raw.replace(/\r?\n/g, '\r\n') });
}

/** The mailbox as its owner sees it. */
async function owner<T>(work: (client: ImapFlow) => Promise<T>): Promise<T> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: server.ports.imaps,
    secure: true,
    auth: { user: answers, pass: server.password },
    tls: { ca },
    logger: false,
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.logout();
  }
}

const flagsOf = (folder: string) =>
  owner(async (client) => {
    await client.mailboxOpen(folder, { readOnly: true });
    if (client.mailbox === false || client.mailbox.exists === 0) return [];
    const mails = await client.fetchAll('1:*', { envelope: true, flags: true });
    return mails.map(({ envelope, flags }) => `${envelope?.subject}${flags?.has('\\Seen') ? ' read' : ''}`);
  });

/** When so many mails with a higher number are there. */
async function arrivals(mailbox: Mailbox, after: number, count: number): Promise<number[]> {
  for (;;) {
    const uids = await mailbox.uidsAfter(after);
    if (uids.length >= count) return uids;
    await new Promise<void>((resolve) => mailbox.onNews(resolve));
  }
}

/** Mails are posted one after the other, and read when all are there: each has an address of its own. */
async function throughAll(mailbox: Mailbox, raws: readonly string[]) {
  const before = mailbox.lastUid;
  for (const [n, raw] of raws.entries()) await post(raw, `answers+${n}@test.example`);
  const items = await mailbox.heads(await arrivals(mailbox, before, raws.length));
  const numberOf = ({ head }: MailboxItem) => Number(/\+(\d+)@/.exec(head.headers.get('delivered-to') ?? '')?.[1]);
  items.sort((a, b) => numberOf(a) - numberOf(b));
  const read = [];
  for (const { uid, head } of items) read.push({ uid, head, body: await mailbox.body(uid, isReport(head)) });
  return read;
}

async function through(mailbox: Mailbox, raw: string) {
  const [mail] = await throughAll(mailbox, [raw]);
  if (mail === undefined) throw new Error('the mail is not there');
  return mail;
}

const mime = (headers: string, body: string) =>
  `From: Ann <ann@reseller.example>\nTo: answers@test.example\nIn-Reply-To: ${ourId}\nMIME-Version: 1.0\n${headers}\n\n${body}`;
const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
const [plain, html] = ['Content-Type: text/plain; charset=utf-8', 'Content-Type: text/html; charset=utf-8'];

describe('a mail', () => {
  it('is announced by the server, and stays unread when it is looked at', async () => {
    const mailbox = await connect();
    const { head, body } = await through(mailbox, mime(`Subject: looked at\n${plain}`, 'ACCEPT\n'));
    expect(head).toMatchObject({ subject: 'looked at', from: 'ann@reseller.example' });
    expect(head.headers.get('in-reply-to')).toBe(ourId);
    expect(head.headers.get('return-path')).toBe('<ann@reseller.example>');
    expect(body.text?.trim()).toBe('ACCEPT');
    expect(await flagsOf('INBOX')).toEqual(['looked at']);
  });

  it.each<[string, string]>([
    [
      'quoted-printable and Latin 1',
      mime(
        'Subject: =?iso-8859-1?Q?R=E9=3A_x?=\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable',
        "J'accepte=2E\n\n> =E9t=E9\n",
      ),
    ],
    [
      'base64 and KOI8-R',
      mime('Subject: x\nContent-Type: text/plain; charset=koi8-r\nContent-Transfer-Encoding: base64', '8PLp7vH0+A=='),
    ],
    ['UTF-8 in eight bits', mime(`Subject: x\n${plain}\nContent-Transfer-Encoding: 8bit`, 'Принимаю\n')],
    [
      'format=flowed',
      mime('Subject: x\nContent-Type: text/plain; charset=utf-8; format=flowed', 'ACCEPT \n\n> one \n> two\n'),
    ],
    [
      'HTML alone',
      mime(
        `Subject: x\n${html}\nContent-Transfer-Encoding: base64`,
        base64('<div>Annehmen</div><blockquote>DECLINE</blockquote>'),
      ),
    ],
    [
      'parts in parts, with an attachment first',
      mime(
        'Subject: x\nContent-Type: multipart/mixed; boundary=o',
        `--o\nContent-Type: text/plain; name=a.txt\nContent-Disposition: attachment; filename=a.txt\n\nDECLINE\n--o\nContent-Type: multipart/alternative; boundary=i\n\n--i\n${plain}\n\nACCEPT\n--i\n${html}\n\n<p>DECLINE</p>\n--i--\n--o--\n`,
      ),
    ],
    [
      'a subject in encoded words',
      mime(`Subject: =?utf-8?B?${base64(`[EXTERN] ACCEPT ${token}`)}?=\n${plain}`, 'as it is\n'),
    ],
  ])('in %s is understood', async (_name, raw) => {
    const { head, body } = await through(await connect(), raw);
    expect(judge(head, body)).toEqual({ kind: 'answer', answer: 'accept' });
  });

  it.each(languages)('by each mail program in %s is read as it was written', async (language) => {
    const raws = Object.values(styles).map((style, n) => {
      const { text, html: page } = style('ACCEPT', language);
      const encoded = (type: string, body: string) =>
        `Content-Type: ${type}; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${base64(body).replace(/(.{76})/g, '$1\n')}`;
      const alternative = `Content-Type: multipart/alternative; boundary=b\n\n--b\n${encoded('text/plain', text ?? '')}\n--b\n${encoded('text/html', page ?? '')}\n--b--`;
      const one = text === undefined ? encoded('text/html', page ?? '') : encoded('text/plain', text);
      const [head, body] = (text && page ? alternative : one).split(/\n\n([\s\S]*)/, 2);
      return mime(`Subject: ${n}\n${head}`, body ?? '');
    });
    const got = await throughAll(await connect(), raws);
    const accepts = { kind: 'answer', answer: 'accept' };
    expect(got.map(({ head, body }) => [Object.keys(styles)[Number(head.subject)], judge(head, body)])).toEqual(
      Object.keys(styles).map((name) => [name, accepts]),
    );
  });

  it('that came back is read as a report, whichever server wrote it', async () => {
    // Postfix sets Return-Path itself: those that only an empty sender gives away are tried elsewhere.
    const all = Object.entries(returned).filter(([, { raw }]) => /multipart\/report|X-Failed/.test(raw));
    const raws = all.map(([, { raw }]) => raw.replace(/^Return-Path.*\n/im, ''));
    const got = await throughAll(await connect(), raws);
    for (const [index, [name, { permanent, address = failing }]] of all.entries()) {
      const { head, body } = got[index] ?? {};
      const verdict = head && body && judge(head, body);
      if (verdict?.kind !== 'bounce') throw new Error(`${name} is taken for ${verdict?.kind}`);
      expect(verdict.bounce.messageIds, name).toContain(ourId);
      expect(verdict.bounce.recipients, name).toMatchObject([{ address, permanent }]);
    }
  });

  it('by a machine is known as such', async () => {
    const all = Object.entries(machines).filter(([, [, sign]]) => sign !== 'return-path');
    const got = await throughAll(
      await connect(),
      all.map(([, [raw]]) => raw.replace(/^Return-Path.*\n/im, '')),
    );
    expect(got.map(({ head, body }) => judge(head, body))).toEqual(
      all.map(([, [, sign]]) => ({ kind: 'machine', sign })),
    );
  });

  it('of any size is read in its first kilobytes', async () => {
    const mailbox = await connect();
    const long = `ACCEPT\n\n${'> x'.repeat(20)}\n`.padEnd(6 * 2 ** 20, 'long line of text that nobody reads\n');
    const { head, body } = await through(mailbox, mime(`Subject: huge\n${plain}`, long));
    expect(body.text?.length).toBeLessThan(40_000);
    expect(judge(head, body)).toEqual({ kind: 'answer', answer: 'accept' });
  });
});

describe('a handled mail', () => {
  it('is marked as read and moved to a folder that is made for it; all others stay as they are', async () => {
    const mailbox = await connect({ moveTo: 'Handled' });
    const [one, two] = [
      await through(mailbox, mime(`Subject: handled one\n${plain}`, 'x')),
      await through(mailbox, mime(`Subject: handled two\n${plain}`, 'x')),
    ];
    const before = (await flagsOf('INBOX')).filter((line) => !line.startsWith('handled'));
    await mailbox.done(one.uid);
    await mailbox.done(two.uid);
    expect(await flagsOf('Handled')).toEqual(['handled one read', 'handled two read']);
    expect(await flagsOf('INBOX')).toEqual(before);
    expect(before.some((line) => line.endsWith(' read'))).toBe(false);
  });

  it('stays where it is, marked, if nothing else is wanted', async () => {
    const mailbox = await connect();
    const { uid } = await through(mailbox, mime(`Subject: stays\n${plain}`, 'x'));
    await mailbox.done(uid);
    expect((await flagsOf('INBOX')).filter((line) => line.startsWith('stays'))).toEqual(['stays read']);
  });

  it('that is gone meanwhile is no failure', async () => {
    const mailbox = await connect();
    const { uid } = await through(mailbox, mime(`Subject: gone\n${plain}`, 'x'));
    await owner(async (client) => {
      await client.mailboxOpen('INBOX');
      await client.messageDelete(String(uid), { uid: true });
    });
    await mailbox.done(uid);
    expect(await mailbox.body(uid, false)).toEqual({});
  });
});

describe('thousands of other mails', () => {
  it('are not read: what is new is asked for by its number', async () => {
    await server.fill(busy, 5000);
    const mailbox = await connect({ user: busy });
    expect(mailbox.lastUid).toBe(5000);
    expect(await mailbox.uidsAfter(5000)).toEqual([]);
    expect(await mailbox.uidsAfter(4998)).toEqual([4999, 5000]);
    // The mails have the day on which they were written; a day earlier, for midnight may have passed since.
    expect((await mailbox.uidsSince(new Date(Date.now() - 86_400_000))).length).toBe(5000);
    await post(mime(`Subject: the one\n${plain}`, 'ACCEPT'), busy);
    const uids = await arrivals(mailbox, 5000, 1);
    expect((await mailbox.heads(uids)).map(({ head }) => head.subject)).toEqual(['the one']);
  });
});

describe('the way to the mailbox', () => {
  it('may be STARTTLS', async () => {
    const mailbox = await connect({ port: server.ports.imap, implicitTls: false });
    expect(mailbox.uidValidity).toMatch(/^\d+$/);
  });

  it.each<[string, (all: MailServer) => Partial<MailboxOptions>, string]>([
    ['a wrong password', () => ({ password: 'wrong' }), 'auth'],
    ['an authority that nobody knows', () => ({ ca: undefined as never }), 'tls'],
    ['a folder that is not there', () => ({ folder: 'Nowhere' }), 'misconfigured'],
    ['a port where nobody listens', () => ({ port: 1 }), 'unreachable'],
    ['a host that is none', () => ({ host: 'mail.invalid' }), 'unreachable'],
    ['a port of another kind', ({ ports }) => ({ port: ports.mx }), 'tls'],
  ])('with %s fails in words for whoever must act', async (_name, rest, code) => {
    const failed = connect(rest(server));
    await expect(failed).rejects.toMatchObject({ name: 'MailboxError', code, retry: true });
    await expect(failed).rejects.toThrow(/Check .*answers\./);
    await expect(failed).rejects.not.toThrow(server.password);
  });

  it('that is lost is noticed at once, and each call says so', async () => {
    const mailbox = await connect();
    const lost = new Promise<void>((resolve) => mailbox.onNews(resolve));
    await server.stopImap();
    await lost;
    await expect(mailbox.uidsAfter(0)).rejects.toMatchObject({ code: 'unreachable' });
    await server.startImap();
    expect(await (await connect()).uidsAfter(1_000_000)).toEqual([]);
  });
});
