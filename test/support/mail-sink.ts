/** A real mail server in the process: takes what it is told to take and keeps it. */
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

const pem = (name: string) => readFileSync(new URL(`./tls/${name}`, import.meta.url), 'utf8');
/** Test-only certificates for localhost; see test/support/tls. */
export const testTls = { ca: pem('ca.pem'), cert: pem('server.pem'), key: pem('server-key.pem') };

export interface SunkMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly parsed: ParsedMail;
  readonly secure: boolean;
  readonly user?: string;
}

/** What the sink answers at a stage: nothing takes it, a text such as `451 4.7.1 later` refuses it. */
type Verdict = (value: string) => string | undefined;

export interface MailSinkOptions {
  /** TLS from the first byte. */
  readonly secure?: boolean;
  readonly offerStarttls?: boolean;
  readonly auth?: { readonly user: string; readonly password: string };
  /** Takes no password, but by XOAUTH2 the tokens for which this says yes. */
  readonly tokens?: (user: string, accessToken: string) => boolean;
  readonly size?: number;
  readonly port?: number;
  readonly onFrom?: Verdict;
  readonly onTo?: Verdict;
  /** Gets the raw message. */
  readonly onMail?: Verdict;
}

export interface MailSink {
  readonly port: number;
  readonly url: string;
  readonly mails: SunkMail[];
  /** Resolves when so many mails have come. */
  arrived(count: number): Promise<readonly SunkMail[]>;
  close(): Promise<void>;
}

/** Starts a sink on loopback. */
export async function startMailSink(options: MailSinkOptions = {}): Promise<MailSink> {
  const mails: SunkMail[] = [];
  const waiting: { count: number; done: () => void }[] = [];
  const server = new SMTPServer({ ...serverOptions(options), ...handlers(options, take) });
  server.on('error', () => undefined);

  function take(mail: SunkMail): void {
    mails.push(mail);
    for (const { count, done } of waiting) if (mails.length >= count) done();
  }

  const port = await new Promise<number>((resolve) => {
    const listener = server.listen(options.port ?? 0, '127.0.0.1', () => {
      const address = listener.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return {
    port,
    url: `${options.secure ? 'smtps' : 'smtp'}://127.0.0.1:${port}`,
    mails,
    arrived: (count) =>
      new Promise((resolve) => {
        const done = () => resolve(mails.slice(0, count));
        if (mails.length >= count) done();
        else waiting.push({ count, done });
      }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function serverOptions(options: MailSinkOptions): SMTPServerOptions {
  const starttls = options.offerStarttls ?? true;
  return {
    key: testTls.key,
    cert: testTls.cert,
    secure: options.secure ?? false,
    hideSTARTTLS: !starttls,
    disabledCommands: [...(starttls ? [] : ['STARTTLS']), ...(options.auth || options.tokens ? [] : ['AUTH'])],
    authOptional: options.auth === undefined && options.tokens === undefined,
    ...(options.tokens ? { authMethods: ['XOAUTH2'] } : {}),
    allowInsecureAuth: !starttls,
    disableReverseLookup: true,
    closeTimeout: 200,
    logger: false,
    ...(options.size === undefined ? {} : { size: options.size }),
  };
}

function handlers(options: MailSinkOptions, take: (mail: SunkMail) => void): SMTPServerOptions {
  return {
    onAuth: ({ username = '', password, accessToken }, _session, done) => {
      if (options.tokens) {
        if (accessToken !== undefined && options.tokens(username, accessToken)) done(null, { user: username });
        else done(null, { data: { status: '401', schemes: 'bearer' } });
      } else if (username === options.auth?.user && password === options.auth?.password) done(null, { user: username });
      else done(refusal('535 5.7.8 Authentication credentials invalid'));
    },
    onMailFrom: ({ address }, _session, done) => answer(options.onFrom, address, done),
    onRcptTo: ({ address }, _session, done) => answer(options.onTo, address, done),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks);
        const said = options.onMail?.(raw.toString('utf8'));
        if (said !== undefined) return done(refusal(said));
        simpleParser(raw).then((parsed) => {
          const { mailFrom, rcptTo } = session.envelope;
          take({
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            raw: raw.toString('utf8'),
            parsed,
            secure: session.secure,
            ...(typeof session.user === 'string' ? { user: session.user } : {}),
          });
          done(null, 'Taken');
        }, done);
      });
    },
  };
}

function answer(verdict: Verdict | undefined, value: string, done: (error?: Error) => void): void {
  const said = verdict?.(value);
  done(said === undefined ? undefined : refusal(said));
}

function refusal(said: string): Error {
  return Object.assign(new Error(said.slice(4)), { responseCode: Number(said.slice(0, 3)) });
}

/**
 * A mail server that misbehaves on purpose: `reply` gets each line of the client (and `connected` on connecting) and answers with
 * a line, with nothing, or by doing something to the socket.
 */
export async function startBadMailServer(
  reply: (line: string, socket: net.Socket) => string | undefined,
): Promise<{ url: string; close(): Promise<void> }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    const say = (line: string) => {
      const said = reply(line, socket);
      if (said !== undefined && socket.writable) socket.write(`${said}\r\n`);
    };
    let rest = '';
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString('utf8')).split('\r\n');
      rest = lines.pop() ?? '';
      lines.forEach(say);
    });
    say('connected');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `smtp://127.0.0.1:${port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
