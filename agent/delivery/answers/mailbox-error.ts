/** What IMAP and the way to it say when a mailbox cannot be read, with what to do about it. Pure. */
import { hide } from '../hide.ts';
import { clean } from '../mail/clean.ts';
import { OAuth2Error } from '../oauth2/oauth2-error.ts';
import { steady } from '../steady.ts';

export type MailboxErrorCode = 'auth' | 'tls' | 'timeout' | 'unreachable' | 'misconfigured';

/** Why the mailbox for answers cannot be read, in words for whoever must act. It is tried again in any case. */
export class MailboxError extends Error {
  override readonly name = 'MailboxError';
  readonly code: MailboxErrorCode;
  readonly retry = true;

  constructor(code: MailboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const tlsCodes =
  /^(EPROTO|CERT_.*|ERR_TLS_.*|ERR_SSL_.*|ERR_OSSL_.*|UNABLE_TO_.*|SELF_SIGNED_.*|DEPTH_ZERO_.*|HOSTNAME_MISMATCH|INVALID_CA|ClosedAfterConnectTLS|UPGRADE_TIMEOUT|STARTTLS_INJECTION)$/;
/** imapflow's words where no login that the server offers fits. */
const noSuchLogin = 'Unsupported authentication mechanism';
const timeouts = /^(CONNECT_TIMEOUT|GREETING_TIMEOUT|ETIMEOUT|ETIMEDOUT|LockTimeout)$/;

/** Which mailbox, and how it was opened. */
export interface MailboxContext {
  /** `host:port` */
  readonly server: string;
  readonly folder: string;
  /** Texts that must not appear in any message. */
  readonly secrets: readonly string[];
  /** The login is with an access token, not with a password. */
  readonly byToken: boolean;
}

/** Turns whatever was thrown while a mailbox was opened or read into a MailboxError. */
export function explainMailbox(error: unknown, { server, folder, secrets, byToken }: MailboxContext): MailboxError {
  if (error instanceof MailboxError) return error;
  if (error instanceof OAuth2Error) {
    return new MailboxError(error.code === 'deferred' ? 'unreachable' : error.code, error.message, { cause: error });
  }
  const field = (name: string): unknown => (error instanceof Error ? Reflect.get(error, name) : undefined);
  const code = String(field('code') ?? '');
  const said = field('responseText') ?? field('response');
  const message = error instanceof Error ? error.message : String(error);
  const words = steady(hide(clean(typeof said === 'string' && said !== '' ? said : message, 200), secrets));
  const failed = (kind: MailboxErrorCode, text: string): MailboxError => new MailboxError(kind, text, { cause: error });
  // RFC 5530: something that the server itself needs is down.
  if (field('serverResponseCode') === 'UNAVAILABLE') {
    return failed('unreachable', `${server} cannot say for now whether the agent may read the mailbox: "${words}".`);
  }
  if (field('authenticationFailed') === true || message === noSuchLogin) {
    return failed('auth', aboutLogin(server, message === noSuchLogin ? undefined : words, byToken));
  }
  if (field('tlsFailed') === true || tlsCodes.test(code)) {
    const what = `No encrypted connection to ${server}: ${words}.`;
    return failed('tls', `${what} Check answers.url and answers.tls, and answers.caFile for a private authority.`);
  }
  if (field('mailboxMissing') === true) {
    return failed('misconfigured', `${server} has no folder "${clean(folder, 60)}". Check the end of answers.url.`);
  }
  if (timeouts.test(code)) {
    return failed('timeout', `${server} did not answer in time: ${words}. Check answers.url and the firewall.`);
  }
  return failed('unreachable', `Cannot read the mailbox at ${server}: ${words}. Check answers.url and the network.`);
}

/** @param words of the server; absent where it offers no login that fits */
function aboutLogin(server: string, words: string | undefined, byToken: boolean): string {
  if (words === undefined) {
    return byToken
      ? `${server} offers no login with an access token (XOAUTH2). Write answers.passwordFile if it takes a password.`
      : `${server} offers no login with a password. Check answers.url, or log in by OAuth2: docs/mail-servers.md.`;
  }
  const todo = byToken
    ? 'The access token was given, so check answers.user, that IMAP is switched on for it, and what its application may do with that mailbox: docs/mail-servers.md.'
    : 'Check answers.user and its password, and that IMAP is switched on for it; large providers take no passwords any more: docs/mail-servers.md.';
  return `${server} does not let the agent into the mailbox: "${words}". ${todo}`;
}
