import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { DeliveryError, type Receipt } from '../channel.ts';
import { clean } from './clean.ts';
import type { ComposedMail } from './content.ts';
import { buildMessage, type MailEnvelope } from './message.ts';
import { explainSmtp, type SmtpProgress } from './smtp-errors.ts';

export interface SmtpOptions {
  /** `smtp://host[:587]` or `smtps://host[:465]`, without credentials. */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  /** `required`: STARTTLS or nothing; `opportunistic`: where offered; `off`: never. `smtps://` is always TLS. */
  readonly tls: 'required' | 'opportunistic' | 'off';
  /** PEM text of the authorities to trust instead of the system's. */
  readonly ca?: string;
  /** False accepts any certificate. */
  readonly verifyCertificate?: boolean;
  /** Milliseconds. `setup`: from DNS to TLS; `idle`: silence after that; `total`: the whole attempt. */
  readonly timeouts?: { readonly setup?: number; readonly idle?: number; readonly total?: number };
  readonly maxConnections?: number;
}

export interface SmtpCheck {
  /** The connection is encrypted. */
  readonly secure: boolean;
  readonly authenticated: boolean;
}

export interface Smtp {
  /** Sends one mail to one recipient; settles within the total timeout, a failure is always a DeliveryError. */
  send(mail: ComposedMail, envelope: MailEnvelope): Promise<Receipt>;
  /** Connects, encrypts and logs in without sending anything. */
  verify(): Promise<SmtpCheck>;
  /** Ends what is under way; may be called twice. */
  close(): Promise<void>;
}

/**
 * The mail server as a way out (RFC 5321, RFC 3207 STARTTLS, RFC 4954 AUTH). Does nothing until something is sent. Each
 * mail has a connection of its own: an agent sends a few a day, and a fresh connection leaves no doubt about which mail a
 * failure belongs to.
 */
export function createSmtp(options: SmtpOptions): Smtp {
  const server = parseServer(options.url);
  const name = `${options.url.includes('[') ? `[${server.host}]` : server.host}:${server.port}`;
  const total = options.timeouts?.total ?? 300_000;
  const slots = createSlots(options.maxConnections ?? 5);
  const underWay = new Set<() => void>();
  const secrets = options.password === undefined ? [] : [options.password];
  let closed = false;

  const session = <T>(
    recipient: string | undefined,
    run: (connection: SMTPConnection, progress: SmtpProgress) => Promise<T>,
  ): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const progress: SmtpProgress = { stage: 'connect', handedOver: false };
      const connection = new SMTPConnection(connectionOptions(options, server));
      let settled = false;
      const settle = (outcome: () => void) => {
        if (settled) return;
        settled = true;
        clearTimeout(deadline);
        underWay.delete(abort);
        connection.close();
        outcome();
      };
      const fail = (error: unknown) =>
        settle(() =>
          reject(explainSmtp(error, { server: name, progress, secrets, ...(recipient ? { recipient } : {}) })),
        );
      const abort = () => fail(new Error('upsteward is stopping'));
      const deadline = setTimeout(
        () => fail(Object.assign(new Error(`not finished after ${total / 1000} s`), { code: 'ETIMEDOUT' })),
        total,
      );
      underWay.add(abort);
      connection.on('error', fail);
      /* On 421 the connection ends before the reply is handed over, so the reply gets the first word. */
      connection.on('end', () => setImmediate(() => fail(new Error('the connection was closed'))));
      connection.connect((error) => {
        if (error) return fail(error);
        logIn(connection, progress, options, name)
          .then(() => run(connection, progress))
          .then((value) => {
            connection.quit();
            settle(() => resolve(value));
          })
          .catch(fail);
      });
    });

  const limited = async <T>(work: () => Promise<T>): Promise<T> => {
    await slots.take();
    try {
      if (closed)
        throw new DeliveryError('unreachable', 'The mail was not sent: upsteward is stopping.', { retry: true });
      return await work();
    } finally {
      slots.give();
    }
  };

  return {
    send: async (mail, envelope) => {
      const { envelope: route, raw } = await encode(mail, envelope);
      return limited(() =>
        session(envelope.to, async (connection, progress) => {
          progress.stage = 'message';
          const stream = Readable.from([raw]);
          stream.once('end', () => {
            progress.handedOver = true;
          });
          const reply = await new Promise<string>((resolve, reject) => {
            connection.send({ ...route, size: raw.length }, stream, (error, info) =>
              error ? reject(error) : resolve(info?.response ?? ''),
            );
          });
          return { reply: clean(reply, 300) };
        }),
      );
    },
    verify: () =>
      limited(() =>
        session(undefined, async (connection) => ({
          secure: connection.secure,
          authenticated: connection.authenticated,
        })),
      ),
    close: async () => {
      closed = true;
      for (const abort of [...underWay]) abort();
    },
  };
}

/** The message as bytes, and the addresses in the form SMTP carries them. */
async function encode(mail: ComposedMail, envelope: MailEnvelope) {
  const message = buildMessage(mail, envelope);
  try {
    const node = new MailComposer(message).compile();
    return { raw: await node.build(), envelope: node.getEnvelope() };
  } catch (cause) {
    throw new DeliveryError('misconfigured', `The mail to ${message.envelope.to} could not be encoded.`, {
      retry: false,
      cause,
    });
  }
}

interface Server {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
}

function parseServer(text: string): Server {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const secure = url?.protocol === 'smtps:';
  if (url === undefined || url.hostname === '' || (!secure && url.protocol !== 'smtp:') || url.username !== '')
    throw new DeliveryError(
      'misconfigured',
      'mail.url must look like smtp://mail.example.com:587 or smtps://mail.example.com, without user and password.',
      { retry: true },
    );
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { secure, host, port: Number(url.port) || (secure ? 465 : 587) };
}

function connectionOptions(options: SmtpOptions, server: Server): ConstructorParameters<typeof SMTPConnection>[0] {
  const setup = options.timeouts?.setup ?? 60_000;
  return {
    host: server.host,
    port: server.port,
    secure: server.secure,
    requireTLS: options.tls === 'required',
    opportunisticTLS: options.tls === 'opportunistic',
    ignoreTLS: options.tls === 'off',
    /* The name of this machine is nobody's business; an address literal is what mail programs say, too. */
    name: '[127.0.0.1]',
    allowInternalNetworkInterfaces: true,
    dnsTimeout: setup,
    connectionTimeout: setup,
    greetingTimeout: setup,
    socketTimeout: options.timeouts?.idle ?? 180_000,
    socketCloseTimeout: 1000,
    maxResponseSize: 64 * 1024,
    tls: {
      rejectUnauthorized: options.verifyCertificate ?? true,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    },
  };
}

async function logIn(
  connection: SMTPConnection,
  progress: SmtpProgress,
  { user, password, tls }: SmtpOptions,
  server: string,
): Promise<void> {
  if (user === undefined) return;
  progress.stage = 'login';
  if (!connection.secure && tls !== 'off')
    throw new DeliveryError(
      'tls',
      `${server} offers no encryption, so the password was not sent. Use a port with TLS, or say mail.tls: off where the way to the server is safe.`,
      { retry: true },
    );
  if (!connection.allowsAuth)
    throw new DeliveryError(
      'auth',
      `${server} offers no login. Remove mail.user where none is needed, or check the port in mail.url.`,
      { retry: true },
    );
  await new Promise<void>((resolve, reject) => {
    connection.login({ user, credentials: { user, pass: password ?? '' } }, (error) =>
      error ? reject(error) : resolve(),
    );
  });
}

/** At most so many at a time, first come first served. */
function createSlots(count: number): { take(): Promise<void>; give(): void } {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    take: () => {
      if (free > 0) {
        free -= 1;
        return Promise.resolve();
      }
      return new Promise((resolve) => {
        waiting.push(resolve);
      });
    },
    give: () => {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
}
