/** What IMAP and the way to it say when a mailbox cannot be read, with what to do about it. Pure. */
import { clean } from '../mail/clean.ts';

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
const timeouts = /^(CONNECT_TIMEOUT|GREETING_TIMEOUT|ETIMEOUT|ETIMEDOUT|LockTimeout)$/;

/** @param server `host:port` */
export function explainMailbox(error: unknown, server: string, folder: string): MailboxError {
  if (error instanceof MailboxError) return error;
  const field = (name: string): unknown => (error instanceof Error ? Reflect.get(error, name) : undefined);
  const code = String(field('code') ?? '');
  const said = field('responseText') ?? field('response');
  const message = error instanceof Error ? error.message : String(error);
  const words = clean(typeof said === 'string' && said !== '' ? said : message, 200);
  const failed = (kind: MailboxErrorCode, text: string): MailboxError => new MailboxError(kind, text, { cause: error });
  if (field('authenticationFailed') === true) {
    const what = `${server} does not let the agent into the mailbox: "${words}".`;
    return failed('auth', `${what} Check answers.user and its password, and that IMAP is switched on for it.`);
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
