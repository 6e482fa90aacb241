import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { DeliveryError, type Receipt } from '../channel.ts';
import { type AccessTokens, withAccessToken } from '../oauth2/access-tokens.ts';
import { OAuth2Error } from '../oauth2/oauth2-error.ts';
import { clean } from './clean.ts';
import type { ComposedMail } from './content.ts';
import { buildMessage, type MailEnvelope } from './message.ts';
import { explainSmtp, type SmtpProgress } from './smtp-errors.ts';
import { logIn, type SmtpLogin, saslOf, tokenLogin } from './smtp-login.ts';
import { type Probe, probe, type Route } from './smtp-probe.ts';

export interface SmtpOptions {
  /** `smtp://host[:587]` or `smtps://host[:465]`, without credentials. */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  /** With a user and no password: the login is with an access token. */
  readonly accessTokens?: AccessTokens;
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

export interface SmtpCheck extends Probe {
  /** The connection is encrypted. */
  readonly secure: boolean;
  readonly authenticated: boolean;
}

export interface Smtp {
  /** Sends one mail to one recipient; settles within the total timeout, a failure is always a DeliveryError. */
  send(mail: ComposedMail, envelope: MailEnvelope): Promise<Receipt>;
  /** Connects, encrypts and logs in without sending anything. @param route asks, too, whether a mail would go this way */
  verify(route?: Route): Promise<SmtpCheck>;
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
  let closed = false;

  const session = <T>(login: SmtpLogin | undefined, { recipient, run }: Work<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const context = { server: name, ...(recipient ? { recipient } : {}), ...secretsOf(login) };
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
      const fail = (error: unknown) => settle(() => reject(explainSmtp(error, { ...context, progress })));
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
        const loggedIn = login ? logIn(connection, progress, login, options.tls, name) : Promise.resolve();
        loggedIn
          .then(() => run(connection, progress))
          .then((value) => {
            connection.quit();
            settle(() => resolve(value));
          })
          .catch(fail);
      });
    });

  /** A token may have been withdrawn before its time: another one is tried, once, on a connection of its own. */
  const loggedIn = async <T>(work: Work<T>): Promise<T> => {
    const { user, password, accessTokens } = options;
    if (user === undefined) return await session(undefined, work);
    if (password !== undefined || accessTokens === undefined)
      return await session({ user, secret: { password: password ?? '' } }, work);
    // RFC 4954: 454 is a login that fails for now, which some servers say of a token that has ended.
    const refused = (error: unknown) =>
      error instanceof DeliveryError && (error.code === 'auth' || error.reply?.startsWith('454') === true);
    try {
      return await withAccessToken(
        accessTokens,
        (accessToken) => session({ user, secret: { accessToken } }, work),
        refused,
      );
    } catch (error) {
      throw error instanceof OAuth2Error ? error.asDeliveryError() : error;
    }
  };

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
      const run: Work<Receipt>['run'] = async (connection, progress) => {
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
      };
      return limited(() => loggedIn({ recipient: envelope.to, run }));
    },
    verify: (route) => {
      const run: Work<SmtpCheck>['run'] = async (connection, progress) => {
        const { secure, authenticated } = connection;
        progress.stage = 'message';
        return { secure, authenticated, ...(route && (await probe(connection, route))) };
      };
      return limited(() => loggedIn({ ...(route && { recipient: route.to }), run }));
    },
    close: async () => {
      closed = true;
      for (const abort of [...underWay]) abort();
    },
  };
}

/** What is done on a connection that is ready. */
interface Work<T> {
  readonly recipient?: string;
  readonly run: (connection: SMTPConnection, progress: SmtpProgress) => Promise<T>;
}

/** What no message may repeat, and which kind of login it is about. */
function secretsOf(login: SmtpLogin | undefined): { secrets: string[]; byToken: boolean } {
  if (login === undefined) return { secrets: [], byToken: false };
  const { user, secret } = login;
  if ('password' in secret) return { secrets: [secret.password], byToken: false };
  return { secrets: [secret.accessToken, saslOf(user, secret.accessToken)], byToken: true };
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
    customAuth: tokenLogin,
    tls: {
      rejectUnauthorized: options.verifyCertificate ?? true,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    },
  };
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
