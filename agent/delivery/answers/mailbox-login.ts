/** How a mailbox is reached and who logs in: what reading it and trying it have in common. */
import type { ImapFlowOptions } from 'imapflow';
import { type AccessTokens, withAccessToken } from '../oauth2/access-tokens.ts';
import { explainMailbox, type MailboxContext, MailboxError } from './mailbox-error.ts';

export interface MailboxOptions {
  readonly host: string;
  readonly port: number;
  readonly implicitTls: boolean;
  readonly tls: 'required' | 'opportunistic' | 'off';
  readonly verifyCertificate: boolean;
  /** PEM text of the authorities to trust instead of the system's. */
  readonly ca?: string;
  readonly user: string;
  readonly password?: string;
  /** Without a password: the login is with an access token. */
  readonly accessTokens?: AccessTokens;
  readonly folder: string;
  /** Where handled mail goes; absent: it stays. */
  readonly moveTo?: string;
  /** Milliseconds. `setup`: until the connection stands; `idle`: silence after that. */
  readonly timeouts?: { readonly setup?: number; readonly idle?: number };
}

/** What a server may send at once: a mail's structure is a few kilobytes. */
const maxResponse = 4 * 2 ** 20;

/** With the password, or with an access token: that may have been withdrawn before its time. @throws MailboxError */
export async function withLogin<T>(options: MailboxOptions, work: (login: Login) => Promise<T>): Promise<T> {
  const { password, accessTokens } = options;
  if (password !== undefined || accessTokens === undefined) return await work({ pass: password ?? '' });
  try {
    return await withAccessToken(accessTokens, (accessToken) => work({ accessToken }), wasRefused);
  } catch (error) {
    throw explainMailbox(error, contextOf(options));
  }
}

/** Also where a server takes the end of a token for a failure of the provider, and calls its refusal temporary. */
function wasRefused(error: unknown): boolean {
  const cause = error instanceof MailboxError ? error.cause : undefined;
  return cause instanceof Error && Reflect.get(cause, 'authenticationFailed') === true;
}

export type Login = { readonly pass: string } | { readonly accessToken: string };

/** What no message may repeat, beside where it happened. */
export function contextOf(options: MailboxOptions, login?: Login): MailboxContext {
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  const byToken = login !== undefined && 'accessToken' in login;
  const secrets = login === undefined ? [] : [byToken ? login.accessToken : login.pass];
  return { server: `${host}:${options.port}`, folder: options.folder, secrets, byToken };
}

/** For imapflow, which stays silent: it would log what is secret. */
export function clientOptions(options: MailboxOptions, login: Login): ImapFlowOptions {
  const { host, port, implicitTls, tls, verifyCertificate, ca, user, timeouts } = options;
  const setup = timeouts?.setup ?? 30_000;
  return {
    host,
    port,
    secure: implicitTls,
    ...(implicitTls || tls === 'opportunistic' ? {} : { doSTARTTLS: tls === 'required' }),
    tls: { rejectUnauthorized: verifyCertificate, ...(ca === undefined ? {} : { ca }) },
    auth: { user, ...login },
    logger: false,
    clientInfo: { name: 'upsteward' },
    connectionTimeout: setup,
    greetingTimeout: setup,
    socketTimeout: timeouts?.idle ?? 120_000,
    autoIdleDelay: 500,
    // Short of what firewalls forget; servers allow half an hour.
    maxIdleTime: 4 * 60_000,
    maxLineLength: maxResponse,
    maxLiteralSize: maxResponse,
    maxResponseSize: 2 * maxResponse,
  };
}
