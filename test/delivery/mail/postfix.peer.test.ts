/** Mail through Debian's postfix and dovecot: encrypted, logged in, delivered, and bounced. */
import { readFile } from 'node:fs/promises';
import { ImapFlow } from 'imapflow';
import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { composeMail } from '../../../agent/delivery/mail/compose.ts';
import { createSmtp, type Smtp } from '../../../agent/delivery/mail/smtp.ts';
import { MailServer } from '../../support/mail-server.ts';

const [ups, admin, gone] = ['ups@customer.example', 'it@customer.example', 'gone@reseller.example'];
const words = composeMail({ kind: 'test', company: 'Müller & Söhne', today: '2026-06-01' }, 'de');

let server: MailServer;
let ca: string;

beforeAll(async () => {
  server = await MailServer.start({ mailboxes: [ups, admin], bouncing: [gone] });
  ca = await readFile(server.caFile, 'utf8');
}, 60_000);
afterAll(async () => await server.stop());

const smtp = (url: string, password = server.password): Smtp =>
  createSmtp({ url, user: ups, password, tls: 'required', ca });
const envelope = (to: string) => ({ key: `test/${to}`, from: ups, to, date: new Date('2026-06-01T08:00:00Z') });

/** The first mail in a mailbox, as soon as there is one. */
async function received(mailbox: string): Promise<Awaited<ReturnType<typeof simpleParser>>> {
  const { host, ports, password } = server;
  const auth = { user: mailbox, pass: password };
  const client = new ImapFlow({
    host,
    port: ports.imap,
    secure: false,
    doSTARTTLS: true,
    auth,
    tls: { ca },
    logger: false,
  });
  await client.connect();
  try {
    const lock = await client.getMailboxLock('INBOX');
    try {
      while (client.mailbox === false || client.mailbox.exists === 0) await client.idle();
      const found = await client.fetchOne('1', { source: true });
      if (found === false || found.source === undefined) throw new Error('no mail');
      return await simpleParser(found.source);
    } finally {
      lock.release();
    }
  } finally {
    await client.logout();
  }
}

describe('postfix and dovecot', () => {
  it.each(['submission', 'smtps'] as const)('take a mail by %s after a login', async (way) => {
    const port = server.ports[way];
    const sender = smtp(`${way === 'smtps' ? 'smtps' : 'smtp'}://127.0.0.1:${port}`);
    expect(await sender.verify()).toEqual({ secure: true, authenticated: true });
    expect((await sender.send(words, envelope(admin))).reply).toMatch(/^250 2\.0\.0 Ok: queued/);
    const mail = await received(admin);
    expect(mail.subject).toBe(words.subject);
    expect(mail.text?.trim()).toBe(words.text.trim());
  });

  it('refuse a wrong password, and the words say so', async () => {
    await expect(smtp(`smtp://127.0.0.1:${server.ports.submission}`, 'wrong').verify()).rejects.toMatchObject({
      code: 'auth',
    });
  });

  it('refuse an unknown address for good', async () => {
    const sender = smtp(`smtp://127.0.0.1:${server.ports.submission}`);
    await expect(sender.send(words, envelope('nobody@customer.example'))).rejects.toMatchObject({
      code: 'refused',
      retry: false,
    });
  });

  it('give back what cannot be delivered as a report', async () => {
    await smtp(`smtp://127.0.0.1:${server.ports.submission}`).send(words, envelope(gone));
    const report = await received(ups);
    expect(report.headers.get('content-type')).toMatchObject({ value: 'multipart/report' });
    expect(report.text).toContain(gone);
  });
});
