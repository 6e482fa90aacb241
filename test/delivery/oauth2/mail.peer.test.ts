/** Access tokens against Debian's dovecot, which asks our provider whose they are, and postfix, which asks dovecot. */
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Mailbox, openMailbox } from '../../../agent/delivery/answers/mailbox.ts';
import { checkMailbox } from '../../../agent/delivery/answers/mailbox-check.ts';
import { MailboxError } from '../../../agent/delivery/answers/mailbox-error.ts';
import type { MailboxOptions } from '../../../agent/delivery/answers/mailbox-login.ts';
import { createSmtp } from '../../../agent/delivery/mail/smtp.ts';
import { type OAuth2, openOAuth2 } from '../../../agent/delivery/oauth2/open.ts';
import { failureOf } from '../../support/failure.ts';
import { MailServer } from '../../support/mail-server.ts';
import { TokenServer } from '../../support/token-server.ts';
import { envelope, plainMail } from '../mail/samples.ts';

const user = 'ups@test.example';

/** Dovecot takes the second answer about a withdrawn token for a failure of the provider, and says so. */
const servers = [
  ['xoauth2 oauthbearer', { status: 200, body: { active: false, email: '' } }],
  ['xoauth2', { status: 401, body: { error: 'invalid_token' } }],
] as const;

describe.each(servers)('a server with %s', { timeout: 60_000 }, (mechanisms, unknown) => {
  let provider: TokenServer;
  let server: MailServer;
  let ca: string;
  beforeAll(async () => {
    provider = await TokenServer.start({ user, unknown });
    const tokens = { introspectionUrl: provider.introspectionUrl, mechanisms };
    server = await MailServer.start({ mailboxes: [user, 'else@test.example'], tokens });
    ca = await readFile(server.caFile, 'utf8');
  });
  afterAll(async () => {
    await server?.stop();
    await provider?.close();
  });

  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  let clock = Date.UTC(2031, 2, 10);
  const source = (): OAuth2['accessTokens'] => {
    const oauth2 = openOAuth2({
      url: provider.url,
      clientId: 'upsteward',
      clientSecret: 'client-secret-never-shown',
      keepIn: join(tmpdir(), 'not-written'),
      env: {},
      now: () => new Date(clock),
      log: () => undefined,
    });
    cleanups.push(() => oauth2.close());
    return oauth2.accessTokens;
  };
  const mailbox = (rest: Partial<MailboxOptions> = {}): MailboxOptions => ({
    host: '127.0.0.1',
    port: server.ports.imaps,
    implicitTls: true,
    tls: 'required',
    verifyCertificate: true,
    ca,
    user,
    folder: 'INBOX',
    accessTokens: source(),
    ...rest,
  });
  const open = async (options: MailboxOptions): Promise<Mailbox> => {
    const opened = await openMailbox(options);
    cleanups.push(() => opened.close());
    return opened;
  };
  const failure = async (work: Promise<unknown>): Promise<MailboxError> => {
    const error = await failureOf(MailboxError, work);
    expect(error.message).not.toMatch(/never-shown/);
    return error;
  };

  it('takes a mail, and gives it to be read, with one token for both', async () => {
    const accessTokens = source();
    const asked = provider.requests.length;
    const smtp = createSmtp({
      url: `smtp://localhost:${server.ports.submission}`,
      tls: 'required',
      ca,
      user,
      accessTokens,
    });
    cleanups.push(() => smtp.close());
    const opened = await open(mailbox({ accessTokens }));
    const before = opened.lastUid;
    const receipt = await smtp.send(plainMail, envelope({ from: user, to: user }));
    expect(receipt.reply).toMatch(/^250 /);
    for (;;) {
      const [uid] = await opened.uidsAfter(before);
      if (uid !== undefined) break;
      await new Promise<void>((resolve) => opened.onNews(resolve));
    }
    expect(provider.requests.length - asked).toBe(1);
  });

  it('is shown another token where one was withdrawn before its time', async () => {
    const options = mailbox();
    await (await open(options)).close();
    provider.revoke();
    clock += 10 * 60_000;
    expect((await open(options)).uidValidity).toMatch(/^\d+$/);
  });

  it('lets nobody into the mailbox of somebody else', async () => {
    const error = await failure(openMailbox(mailbox({ user: 'else@test.example' })));
    expect(error).toMatchObject({ code: 'auth', retry: true });
    expect(error.message).toMatch(/The access token was given, so check answers\.user/);
  });

  it('is not asked when the provider gives no token', async () => {
    provider.instead = { status: 401, body: { error: 'invalid_client' } };
    const refused = await failure(openMailbox(mailbox()));
    provider.instead = { status: 503, body: '' };
    const away = await failure(openMailbox(mailbox()));
    provider.instead = undefined;
    expect(refused).toMatchObject({ code: 'auth' });
    expect(refused.message).toMatch(/does not know the application/);
    expect(away).toMatchObject({ code: 'unreachable' });
    expect(await server.log()).not.toContain('never-shown');
  });

  it('is tried by the doctor as the agent would use it', async () => {
    const good = { secure: true, byToken: true, announces: true, moves: true, writable: true };
    expect(await checkMailbox(mailbox())).toEqual(good);
    const { accessTokens: _, ...withoutTokens } = mailbox();
    const byPassword = { ...withoutTokens, password: server.password };
    expect(await checkMailbox(byPassword)).toEqual({ ...good, byToken: false });
    const starttls = { ...byPassword, implicitTls: false, port: server.ports.imap };
    expect(await checkMailbox(starttls)).toMatchObject({ secure: true });
    expect(await checkMailbox({ ...byPassword, moveTo: 'Answers' })).toMatchObject({ handled: 'missing' });
    expect(await checkMailbox({ ...byPassword, moveTo: 'INBOX' })).toMatchObject({ handled: 'writable' });
    await server.addReadOnly(user, 'Archive');
    expect(await checkMailbox({ ...byPassword, moveTo: 'Archive' })).toMatchObject({ handled: 'read-only' });
    expect(await checkMailbox({ ...byPassword, folder: 'Archive' })).toMatchObject({ writable: false });
    expect(await failure(checkMailbox({ ...byPassword, folder: 'Nowhere' }))).toMatchObject({ code: 'misconfigured' });
    expect(await failure(checkMailbox({ ...byPassword, password: 'wrong' }))).toMatchObject({ code: 'auth' });
    const { ca: _ca, ...unknownAuthority } = byPassword;
    expect(await failure(checkMailbox(unknownAuthority))).toMatchObject({ code: 'tls' });
  });
});

describe('a server that takes passwords alone', { timeout: 60_000 }, () => {
  it('is said to take no token', async () => {
    const server = await MailServer.start({ mailboxes: [user] });
    try {
      const accessTokens = async (): Promise<string> => 'a-token';
      const work = checkMailbox({
        host: '127.0.0.1',
        port: server.ports.imaps,
        implicitTls: true,
        tls: 'required',
        verifyCertificate: false,
        user,
        folder: 'INBOX',
        accessTokens,
      });
      await expect(work).rejects.toMatchObject({ code: 'auth', message: expect.stringContaining('offers no login') });
    } finally {
      await server.stop();
    }
  });
});
