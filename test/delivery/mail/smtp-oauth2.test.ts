/** The login with an access token, against a mail server that takes nothing else and a provider that hands tokens out. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DeliveryError } from '../../../agent/delivery/channel.ts';
import { createSmtp, type Smtp, type SmtpOptions } from '../../../agent/delivery/mail/smtp.ts';
import { openOAuth2 } from '../../../agent/delivery/oauth2/open.ts';
import { failureOf } from '../../support/failure.ts';
import { type MailSinkOptions, startBadMailServer, startMailSink, testTls } from '../../support/mail-sink.ts';
import { TokenServer } from '../../support/token-server.ts';
import { envelope, plainMail } from './samples.ts';

const user = 'ups@customer.example';
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface World {
  readonly provider: TokenServer;
  readonly seen: string[];
  pass(ms: number): void;
  smtp(url: string, options?: Partial<SmtpOptions>): Smtp;
  sink(options?: MailSinkOptions): ReturnType<typeof startMailSink>;
}

async function open(): Promise<World> {
  const provider = await TokenServer.start();
  cleanups.push(() => provider.close());
  let clock = Date.UTC(2031, 2, 10);
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
  const seen: string[] = [];
  return {
    provider,
    seen,
    pass: (ms) => {
      clock += ms;
    },
    smtp: (url, options = {}) => {
      const { accessTokens } = oauth2;
      const smtp = createSmtp({ url, tls: 'required', ca: testTls.ca, user, accessTokens, ...options });
      cleanups.push(() => smtp.close());
      return smtp;
    },
    sink: async (options = {}) => {
      const tokens = (name: string, token: string) => {
        seen.push(token);
        return name === user && provider.good.has(token);
      };
      const sink = await startMailSink({ tokens, ...options });
      cleanups.push(() => sink.close());
      return sink;
    },
  };
}

async function failure(work: Promise<unknown>): Promise<DeliveryError> {
  const error = await failureOf(DeliveryError, work);
  expect(error.message).not.toMatch(/never-shown/);
  return error;
}

describe('a login with an access token', () => {
  it.each([
    ['STARTTLS', {}],
    ['SMTPS', { secure: true }],
  ])('sends over %s, with one token for many mails', async (_name, options) => {
    const world = await open();
    const sink = await world.sink(options);
    const smtp = world.smtp(sink.url);
    expect(await smtp.verify()).toEqual({ secure: true, authenticated: true });
    await Promise.all([smtp.send(plainMail, envelope()), smtp.send(plainMail, envelope())]);
    expect(sink.mails).toMatchObject([
      { secure: true, user },
      { secure: true, user },
    ]);
    expect(world.provider.requests).toHaveLength(1);
  });

  it('with a token that was withdrawn before its time is done again with a new one', async () => {
    const world = await open();
    const sink = await world.sink();
    const smtp = world.smtp(sink.url);
    await smtp.send(plainMail, envelope());
    world.provider.revoke();
    world.pass(10 * 60_000);
    await smtp.send(plainMail, envelope());
    expect(sink.mails).toHaveLength(2);
    expect(world.seen).toEqual(['access-1-never-shown', 'access-1-never-shown', 'access-2-never-shown']);
  });

  it('that is refused is tried with two tokens at most, and says whom to ask', async () => {
    const world = await open();
    const sink = await world.sink();
    const smtp = world.smtp(sink.url, { user: 'somebody@customer.example' });
    const error = await failure(smtp.send(plainMail, envelope()));
    expect(error).toMatchObject({ code: 'auth', retry: true });
    expect(error.message).toMatch(/does not accept the login: "535 .*The access token was given, so check mail\.user/);
    expect(world.seen).toEqual(['access-1-never-shown']);
    world.pass(10 * 60_000);
    await failure(smtp.send(plainMail, envelope()));
    expect(world.seen.slice(1)).toEqual(['access-1-never-shown', 'access-2-never-shown']);
  });

  it('keeps the mail for later when the provider gives no token, and asks no mail server', async () => {
    const world = await open();
    const sink = await world.sink();
    const smtp = world.smtp(sink.url);
    world.provider.instead = {
      status: 400,
      body: { error: 'invalid_client', error_description: 'AADSTS7000222: expired' },
    };
    const refused = await failure(smtp.send(plainMail, envelope()));
    expect(refused).toMatchObject({ code: 'auth', retry: true });
    expect(refused.message).toContain('AADSTS7000222');
    world.pass(60_000);
    world.provider.instead = { status: 503, body: '', headers: { 'retry-after': '120' } };
    expect(await failure(smtp.send(plainMail, envelope()))).toMatchObject({
      code: 'deferred',
      retry: true,
      retryAfter: 120_000,
    });
    expect(world.seen).toEqual([]);
  });

  it('is not shown to a server without encryption, nor to one that offers no such login', async () => {
    const world = await open();
    const plain = await world.sink({ offerStarttls: false });
    const error = await failure(world.smtp(plain.url, { tls: 'opportunistic' }).verify());
    expect(error).toMatchObject({ code: 'tls' });
    expect(error.message).toContain('so the access token was not sent');
    expect(world.seen).toEqual([]);
    const passwords = await startMailSink({ auth: { user, password: 'x' } });
    cleanups.push(() => passwords.close());
    expect((await failure(world.smtp(passwords.url).verify())).message).toContain(
      'offers no login with an access token',
    );
  });

  it('that a server repeats in its refusal is hidden, as is what large providers number', async () => {
    const world = await open();
    const replies: string[] = [];
    const server = await startBadMailServer((line) => {
      if (line === 'connected') return '220 x';
      if (line.startsWith('EHLO')) return '250-x\r\n250 AUTH LOGIN XOAUTH2';
      const sasl = /^AUTH XOAUTH2 (\S+)/.exec(line)?.[1];
      if (sasl === undefined) return undefined;
      replies.push(sasl);
      const time = `2031-03-10T0${replies.length}:00:00.000Z`;
      return `535 5.7.139 Authentication unsuccessful: ${sasl} [AM0PR0${replies.length}.eurprd02.prod.outlook.com ${time} 08DC${replies.length}]`;
    });
    cleanups.push(() => server.close());
    const smtp = world.smtp(server.url, { tls: 'off' });
    const one = await failure(smtp.verify());
    const other = await failure(smtp.verify());
    expect(replies).toHaveLength(2);
    expect(one.message).toBe(other.message);
    expect(one.message).not.toContain(replies[0]);
    expect(one.message).toContain('"535 5.7.139 Authentication unsuccessful: <secret>"');
  });

  it('is what a server without passwords is said to want', async () => {
    const server = await startBadMailServer((line) => {
      if (line === 'connected') return '220 x';
      if (line.startsWith('EHLO')) return '250-x\r\n250 AUTH PLAIN XOAUTH2';
      if (line.startsWith('AUTH')) return '535 5.7.139 Authentication unsuccessful, basic authentication is disabled.';
      return undefined;
    });
    cleanups.push(() => server.close());
    const smtp = createSmtp({ url: server.url, tls: 'off', user, password: 'x' });
    cleanups.push(() => smtp.close());
    expect((await failure(smtp.verify())).message).toContain('log in by OAuth2, or with an app password');
  });
});
