import type net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { DeliveryError } from '../../../agent/delivery/channel.ts';
import { composeMail } from '../../../agent/delivery/mail/compose.ts';
import { createSmtp, type Smtp, type SmtpOptions } from '../../../agent/delivery/mail/smtp.ts';
import { failureOf } from '../../support/failure.ts';
import { type MailSinkOptions, startBadMailServer, startMailSink, testTls } from '../../support/mail-sink.ts';
import { dueUnit, envelope, noticeMail, plainMail } from './samples.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function smtp(url: string, options: Partial<SmtpOptions> = {}): Smtp {
  const made = createSmtp({ url, tls: 'off', ca: testTls.ca, ...options });
  cleanups.push(() => made.close());
  return made;
}

async function sink(options: MailSinkOptions = {}) {
  const made = await startMailSink(options);
  cleanups.push(() => made.close());
  return made;
}

async function bad(reply: (line: string, socket: net.Socket) => string | undefined) {
  const made = await startBadMailServer(reply);
  cleanups.push(() => made.close());
  return made.url;
}

/** A server that is well until `at` matches a line; the dot that ends a message is a line like any other. */
const wellUntil =
  (at: RegExp, then: (socket: net.Socket) => string | undefined) => (line: string, socket: net.Socket) => {
    if (at.test(line)) return then(socket);
    if (line === 'connected') return '220 bad.example';
    if (/^(EHLO|HELO|MAIL|RCPT)/.test(line)) return '250 fine';
    return line === 'DATA' ? '354 go on' : undefined;
  };

const failure = (work: Promise<unknown>) => failureOf(DeliveryError, work);

describe('a mail that leaves', () => {
  it('carries its words through real SMTP', async () => {
    const server = await sink();
    const mail = composeMail(noticeMail([dueUnit]), 'ru');
    const receipt = await smtp(server.url).send(
      mail,
      envelope({ replyTo: [{ name: 'Ада', address: 'ada@mueller.example' }] }),
    );
    expect(receipt.reply).toMatch(/^250 .*Taken/);
    const [got] = server.mails;
    expect(got?.from).toBe('ups@mueller.example');
    expect(got?.to).toEqual(['sales@reseller.example']);
    expect(got?.parsed.subject).toBe(mail.subject);
    expect(got?.parsed.text).toBe(mail.text);
    expect(got?.parsed.html).toBe(mail.html);
    expect(got?.parsed.replyTo?.value).toEqual([{ name: 'Ада', address: 'ada@mueller.example' }]);
  });

  it('is the same byte for byte when it is sent again', async () => {
    const server = await sink();
    const mail = composeMail(noticeMail([dueUnit]), 'de');
    const way = smtp(server.url);
    await way.send(mail, envelope());
    await way.send(mail, envelope());
    expect(server.mails[0]?.raw).toBe(server.mails[1]?.raw);
  });

  it.each([
    ['STARTTLS', {}, 'required'],
    ['SMTPS', { secure: true }, 'required'],
    ['STARTTLS where offered', {}, 'opportunistic'],
  ] as const)('is encrypted by %s, with login', async (_name, options, tls) => {
    const server = await sink({ ...options, auth: { user: 'ups', password: 'hemlig ord' } });
    const way = smtp(server.url, { tls, user: 'ups', password: 'hemlig ord' });
    expect(await way.verify()).toEqual({ secure: true, authenticated: true });
    await way.send(plainMail, envelope());
    expect(server.mails[0]).toMatchObject({ secure: true, user: 'ups' });
  });

  it('can be asked about without being sent', async () => {
    const route = { from: 'ups@mueller.example', to: 'it@händler.example' };
    const asked: string[] = [];
    const server = await sink({ size: 5_000_000, onTo: (to) => void asked.push(to) });
    const way = smtp(server.url);
    expect(await way.verify(route)).toEqual({ secure: false, authenticated: false, maxBytes: 5_000_000 });
    expect(asked[0]).toMatch(/^it@(händler|xn--hndler-bua)\.example$/);
    const strict = await sink({ auth: { user: 'ups', password: 'p' }, onFrom: () => '553 5.7.1 not yours' });
    const login = { tls: 'required', user: 'ups', password: 'p' } as const;
    expect(await smtp(strict.url, login).verify(route)).toEqual({
      secure: true,
      authenticated: true,
      refused: { who: 'sender', reply: '553 5.7.1 not yours' },
    });
    const grey = await sink({ onTo: () => '451 4.7.1 later' });
    expect(await smtp(grey.url).verify(route)).toMatchObject({
      refused: { who: 'recipient', reply: '451 4.7.1 later' },
    });
    expect([...server.mails, ...strict.mails, ...grey.mails]).toEqual([]);
    const gone = await bad(wellUntil(/^RCPT/, (socket) => void socket.destroy()));
    expect(await failure(smtp(gone).verify(route))).toMatchObject({ retry: true });
    const silent = await bad(wellUntil(/^MAIL/, () => undefined));
    expect(await failure(smtp(silent, { timeouts: { total: 300 } }).verify(route))).toMatchObject({ retry: true });
  });

  it('leaves without encryption only where that is allowed', async () => {
    const server = await sink({ offerStarttls: false });
    await smtp(server.url, { tls: 'opportunistic' }).send(plainMail, envelope());
    const error = await failure(smtp(server.url, { tls: 'required' }).send(plainMail, envelope()));
    expect(error).toMatchObject({ code: 'tls', retry: true });
    expect(server.mails.map(({ secure }) => secure)).toEqual([false]);
  });

  it('does not need the certificate to be known where that is switched off', async () => {
    const server = await sink();
    const { ca: _, ...rest } = { url: server.url, tls: 'required', ca: '' } as const;
    const way = createSmtp({ ...rest, verifyCertificate: false });
    await way.send(plainMail, envelope());
    expect(server.mails[0]?.secure).toBe(true);
  });

  it('goes to an international address', async () => {
    const server = await sink();
    await smtp(server.url).send(plainMail, envelope({ to: 'käufer@händler.example' }));
    expect(server.mails[0]?.to[0]).toMatch(/^käufer@(händler|xn--hndler-bua)\.example$/);
  });

  it('does not say which machine it comes from', async () => {
    let hello = '';
    const seen = await bad((line, socket) => {
      if (line.startsWith('EHLO')) hello = line;
      return wellUntil(/^\.$/, () => '250 ok')(line, socket);
    });
    await smtp(seen).send(plainMail, envelope());
    expect(hello).toBe('EHLO [127.0.0.1]');
  });

  it('waits for one of five connections', async () => {
    let busy = 0;
    let most = 0;
    const url = await bad((line, socket) => {
      if (line === 'connected') {
        busy += 1;
        most = Math.max(most, busy);
      }
      if (line === '.')
        setTimeout(() => {
          busy -= 1;
          socket.write('250 ok\r\n');
        }, 20);
      return wellUntil(/^\.$/, () => undefined)(line, socket);
    });
    const way = smtp(url);
    await Promise.all(Array.from({ length: 12 }, (_, i) => way.send(plainMail, envelope({ key: String(i) }))));
    expect(most).toBe(5);
  });
});

describe('a mail that does not leave', () => {
  it.each([
    ['onFrom', '451 4.7.1 later', 'deferred', true],
    ['onTo', '450 4.2.0 greylisted', 'deferred', true],
    ['onTo', '550 5.1.1 no such user', 'refused', false],
    ['onFrom', '553 5.7.1 not yours', 'refused', false],
    ['onMail', '554 5.7.0 looks like spam', 'refused', false],
    ['onMail', '452 4.3.1 full', 'deferred', true],
    ['onTo', '421 4.3.2 shutting down', 'deferred', true],
    ['onMail', '421 4.3.2 shutting down', 'deferred', true],
    ['onFrom', '530 5.7.0 Must authenticate', 'auth', true],
  ] as const)('is told by the reply at %s: %s', async (stage, words, code, retry) => {
    const server = await sink({ [stage]: () => words });
    const error = await failure(smtp(server.url).send(plainMail, envelope()));
    expect(error).toMatchObject({ code, retry, maybeTaken: false });
    expect(error.message).toContain(words.slice(4));
    expect(error.message).toContain(`127.0.0.1:${server.port}`);
    expect(error.reply).toContain(words.slice(0, 3));
    if (code !== 'auth') expect(error.message).toContain('sales@reseller.example');
  });

  it('has a wrong password, which is never shown', async () => {
    const server = await sink({ auth: { user: 'ups', password: 'right' } });
    const error = await failure(
      smtp(server.url, { tls: 'required', user: 'ups', password: 'wr0ng-secret' }).send(plainMail, envelope()),
    );
    expect(error).toMatchObject({ code: 'auth', retry: true });
    expect(JSON.stringify([error.message, error.reply])).not.toContain('wr0ng');
  });

  it('never shows a password that the server says back', async () => {
    const encoded = Buffer.from('s3cret-word').toString('base64');
    const url = await bad((line) => {
      if (line.startsWith('EHLO')) return '250-bad\r\n250 AUTH LOGIN';
      if (line === 'connected') return '220 bad';
      return line === 'AUTH LOGIN' ? '334 x' : `535 5.7.8 s3cret-word ${encoded} is wrong`;
    });
    const error = await failure(smtp(url, { user: 'ups', password: 's3cret-word' }).send(plainMail, envelope()));
    expect(error.code).toBe('auth');
    expect(`${error.message} ${error.reply}`).not.toMatch(new RegExp(`s3cret|${encoded}`));
    expect(error.message).toContain('<secret>');
  });

  it('does not give the password to a server without encryption', async () => {
    const lines: string[] = [];
    const url = await bad((line) => {
      lines.push(line);
      if (line.startsWith('EHLO')) return '250-bad\r\n250 AUTH PLAIN LOGIN';
      return line === 'connected' ? '220 bad' : '235 welcome';
    });
    const error = await failure(
      smtp(url, { tls: 'opportunistic', user: 'ups', password: 'secret' }).send(plainMail, envelope()),
    );
    expect(error).toMatchObject({ code: 'tls', retry: true });
    expect(lines.join('\n')).not.toContain('AUTH');
  });

  it('meets a server without login', async () => {
    const server = await sink();
    const error = await failure(
      smtp(server.url, { tls: 'required', user: 'ups', password: 'x' }).send(plainMail, envelope()),
    );
    expect(error).toMatchObject({ code: 'auth', retry: true });
  });

  it('meets a certificate that nobody vouches for', async () => {
    for (const options of [{ secure: true }, {}]) {
      const server = await sink(options);
      const error = await failure(createSmtp({ url: server.url, tls: 'required' }).send(plainMail, envelope()));
      expect(error).toMatchObject({ code: 'tls', retry: true });
      expect(error.message).toContain('mail.caFile');
    }
  });

  it('meets no server, no name, or a server that speaks no TLS', async () => {
    const { url, close } = await startMailSink();
    await close();
    expect(await failure(smtp(url).send(plainMail, envelope()))).toMatchObject({ code: 'unreachable', retry: true });
    const nowhere = smtp('smtp://mail.invalid:25', { timeouts: { setup: 3000 } });
    expect((await failure(nowhere.send(plainMail, envelope()))).code).toMatch(/unreachable|timeout/);
    const plain = await sink();
    const wrong = smtp(`smtps://127.0.0.1:${plain.port}`);
    expect(await failure(wrong.send(plainMail, envelope()))).toMatchObject({ code: 'tls', retry: true });
  });

  it('meets a server that is not one, or will not talk', async () => {
    const web = await bad(() => 'HTTP/1.1 400 Bad Request');
    expect(await failure(smtp(web).send(plainMail, envelope()))).toMatchObject({ code: 'misconfigured', retry: true });
    const shut = await bad(() => '554 5.7.1 you are on a list');
    const error = await failure(smtp(shut).send(plainMail, envelope()));
    expect(error).toMatchObject({ code: 'misconfigured', retry: true });
    expect(error.message).toContain('you are on a list');
  });

  it.each([
    ['greeting', /^connected$/],
    ['EHLO', /^EHLO/],
    ['MAIL FROM', /^MAIL/],
    ['DATA', /^DATA/],
  ])('is given up when the server hangs at %s', async (_stage, at) => {
    const url = await bad(wellUntil(at, () => undefined));
    const error = await failure(smtp(url, { timeouts: { setup: 150, idle: 150 } }).send(plainMail, envelope()));
    expect(error).toMatchObject({ code: 'timeout', retry: true, maybeTaken: false });
  });

  it('has a deadline that a trickling server cannot move', async () => {
    const url = await bad((line, socket) => {
      if (line === 'connected') {
        const drip = setInterval(() => socket.write('220-slow\r\n'), 20);
        socket.on('close', () => clearInterval(drip));
      }
      return undefined;
    });
    const error = await failure(smtp(url, { timeouts: { total: 200 } }).send(plainMail, envelope()));
    expect(error).toMatchObject({ code: 'timeout', retry: true });
  });

  it('is not taken when the connection breaks before the end of the message', async () => {
    const url = await bad(wellUntil(/^DATA$/, (socket) => void socket.destroy()));
    const error = await failure(smtp(url).send(plainMail, envelope()));
    expect(error).toMatchObject({ code: 'unreachable', retry: true, maybeTaken: false });
  });

  it.each([
    ['breaks', (socket: net.Socket) => void socket.destroy()],
    ['is reset', (socket: net.Socket) => void socket.resetAndDestroy()],
    ['goes silent', () => undefined],
    ['answers nonsense', () => 'what?'],
  ])('may have been taken when the connection %s after the message', async (_how, then) => {
    const url = await bad(wellUntil(/^\.$/, then));
    const error = await failure(smtp(url, { timeouts: { idle: 150 } }).send(plainMail, envelope()));
    expect(error).toMatchObject({ code: 'outcome-unknown', retry: true, maybeTaken: true });
  });

  it('is larger than the server takes', async () => {
    const server = await sink({ size: 1000 });
    const error = await failure(smtp(server.url).send({ ...plainMail, text: 'x'.repeat(5000) }, envelope()));
    expect(error).toMatchObject({ code: 'refused', retry: false });
  });

  it('is stopped by close, and what waits is not begun', async () => {
    const url = await bad(() => undefined);
    const way = smtp(url, { maxConnections: 1 });
    const results = [failure(way.send(plainMail, envelope())), failure(way.send(plainMail, envelope({ key: '2' })))];
    await way.close();
    for (const error of await Promise.all(results)) expect(error).toMatchObject({ code: 'unreachable', retry: true });
    await way.close();
  });

  it.each(['http://mail.example', 'mail.example', 'smtp://user:pw@mail.example'])('has no server at %s', (url) => {
    expect(() => createSmtp({ url, tls: 'off' })).toThrow(/mail\.url/);
  });
});
