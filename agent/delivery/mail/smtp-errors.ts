/** What nodemailer and a mail server say when a mail does not leave, as a DeliveryError with a verdict. Pure. */
import { DeliveryError, type DeliveryErrorCode } from '../channel.ts';
import { hide } from '../hide.ts';
import { steady } from '../steady.ts';
import { clean } from './clean.ts';

/** How far the conversation with the server had come. */
export interface SmtpProgress {
  stage: 'connect' | 'login' | 'message';
  /** The whole message was given to the connection, so the server may have it whatever follows. */
  handedOver: boolean;
}

export interface SmtpContext {
  /** `host:port` */
  readonly server: string;
  readonly recipient?: string;
  readonly progress: Readonly<SmtpProgress>;
  /** Texts that must not appear in any message. */
  readonly secrets: readonly string[];
  /** The login is with an access token, not with a password. */
  readonly byToken: boolean;
}

/** The fields of nodemailer's errors that are used. */
interface Failure {
  readonly message: string;
  readonly code?: string;
  readonly originalCode?: string;
  readonly responseCode?: number;
  readonly response?: string;
}

interface Verdict {
  readonly code: DeliveryErrorCode;
  readonly retry: boolean;
  readonly text: string;
}

const tlsCodes =
  /^(ETLS|EPROTO|CERT_.*|ERR_TLS_.*|ERR_SSL_.*|ERR_OSSL_.*|UNABLE_TO_.*|SELF_SIGNED_.*|DEPTH_ZERO_.*|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH_EXCEEDED)$/;
/** RFC 4954: authentication required, mechanism too weak, credentials invalid, encryption required. */
const authReplies = new Set([530, 534, 535, 538]);

/** Turns whatever was thrown while a mail was sent into a DeliveryError (reply codes: RFC 5321 4.2, RFC 4954). */
export function explainSmtp(error: unknown, context: SmtpContext): DeliveryError {
  if (error instanceof DeliveryError) return error;
  const failure = failureOf(error);
  const reply = failure.response === undefined ? undefined : hide(clean(failure.response, 300), context.secrets);
  const about = {
    ...context,
    to: context.recipient === undefined ? '' : ` to ${context.recipient}`,
    reply: reply ?? '',
  };
  const verdict = failure.responseCode ? byReply(failure, failure.responseCode, about) : bySilence(failure, about);
  return new DeliveryError(verdict.code, hide(verdict.text, context.secrets), {
    retry: verdict.retry,
    maybeTaken: verdict.code === 'outcome-unknown',
    ...(reply === undefined ? {} : { reply }),
  });
}

type About = SmtpContext & { readonly to: string; readonly reply: string };

/** The server said why. */
function byReply(failure: Failure, status: number, about: About): Verdict {
  const { server, to, reply, progress } = about;
  if (failure.code === 'ETLS') return tls(server, `"${reply}"`);
  const permanent = status >= 500 && status !== 503;
  if (authReplies.has(status) || (permanent && progress.stage === 'login'))
    return {
      code: 'auth',
      retry: true,
      text: `${server} does not accept the login: "${steady(reply)}". ${whatOfLogin(about)}`,
    };
  if (permanent && progress.stage === 'connect')
    return {
      code: 'misconfigured',
      retry: true,
      text: `${server} does not talk to this machine: "${reply}". Check mail.url, and ask whoever runs that mail server to let this machine send.`,
    };
  if (permanent)
    return {
      code: 'refused',
      retry: false,
      text: `${server} refused the mail${to} for good: "${reply}". Check the address, and with the server's words whoever runs it.`,
    };
  if (status >= 400)
    return {
      code: 'deferred',
      retry: true,
      text: `${server} does not take the mail${to} for now: "${reply}". It is tried again; nothing to do unless this lasts.`,
    };
  return progress.handedOver ? unknown(server, to, `"${reply}"`) : protocol(server, `"${reply}"`);
}

/** No answer, or none with a code. */
function bySilence(failure: Failure, about: About): Verdict {
  const { server, to, progress } = about;
  const cause = failure.originalCode ?? failure.code ?? '';
  const words = clean(failure.message, 200);
  if (progress.handedOver) return unknown(server, to, words);
  if (tlsCodes.test(cause) || failure.code === 'ETLS') return tls(server, words);
  switch (failure.code) {
    case 'EAUTH':
      return {
        code: 'auth',
        retry: true,
        text: `Cannot log in at ${server}: ${words}. ${whatOfLogin(about)}`,
      };
    case 'EDNS':
      return {
        code: 'unreachable',
        retry: true,
        text: `Cannot find the mail server ${server}: ${words}. Check the host in mail.url and this machine's name service.`,
      };
    case 'ETIMEDOUT':
      return {
        code: 'timeout',
        retry: true,
        text: `The mail server ${server} did not answer in time: ${words}. Check mail.url and the firewall on the way.`,
      };
    case 'EMESSAGE':
      return { code: 'refused', retry: false, text: `${server} does not take a mail of this size${to}: ${words}.` };
    case 'EENVELOPE':
      return { code: 'misconfigured', retry: false, text: `The mail${to} has no usable address: ${words}.` };
    case 'EPROTOCOL':
      return protocol(server, words);
    default:
      return {
        code: 'unreachable',
        retry: true,
        text: `Cannot reach the mail server ${server}: ${words}. Check mail.url, the network and whether the server runs.`,
      };
  }
}

/** What a provider says that has switched passwords off: Microsoft 365 and Gmail. */
const passwordsOff = /5\.7\.139|5\.7\.9|basic authentication|application-specific password/i;

function whatOfLogin({ byToken, reply }: About): string {
  if (byToken)
    return 'The access token was given, so check mail.user, and what its application may do with that mailbox: docs/mail-servers.md.';
  if (passwordsOff.test(reply))
    return 'It takes no password, or not this one: log in by OAuth2, or with an app password. See docs/mail-servers.md.';
  return 'Check mail.user and the password in the configuration.';
}

function tls(server: string, words: string): Verdict {
  return {
    code: 'tls',
    retry: true,
    text: `No encrypted connection to ${server}: ${words}. Check mail.tls, and mail.caFile where the server's certificate is from a private authority.`,
  };
}

function protocol(server: string, words: string): Verdict {
  return {
    code: 'misconfigured',
    retry: true,
    text: `${server} does not answer like a mail server: ${words}. Check the host and port in mail.url.`,
  };
}

function unknown(server: string, to: string, words: string): Verdict {
  return {
    code: 'outcome-unknown',
    retry: true,
    text: `${server} got the whole mail${to} but did not confirm it: ${words}. It is sent again with the same Message-ID, so a copy can be told as one.`,
  };
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error) };
  const text = (key: string) => {
    const value: unknown = Reflect.get(error, key);
    return typeof value === 'string' ? value : undefined;
  };
  const code = text('code');
  const originalCode = text('originalCode');
  const response = text('response');
  const responseCode: unknown = Reflect.get(error, 'responseCode');
  return {
    message: error.message,
    ...(code === undefined ? {} : { code }),
    ...(originalCode === undefined ? {} : { originalCode }),
    ...(response === undefined ? {} : { response }),
    ...(typeof responseCode === 'number' ? { responseCode } : {}),
  };
}
