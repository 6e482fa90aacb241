/** The login at a mail server (RFC 4954): with a password, or with an access token by XOAUTH2. */
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SMTPConnectionCustomAuthContext } from 'nodemailer/lib/smtp-connection';
import { DeliveryError } from '../channel.ts';
import type { SmtpProgress } from './smtp-errors.ts';

/** Who logs in, and with what. */
export interface SmtpLogin {
  readonly user: string;
  readonly secret: { readonly password: string } | { readonly accessToken: string };
}

/** A name of our own: what nodemailer itself knows as XOAUTH2 sends a token that was refused a second time. */
const method = 'ACCESS-TOKEN';
export const tokenLogin = { [method]: sendToken };

/** @throws DeliveryError where the server offers no such login; else what nodemailer gives */
export async function logIn(
  connection: SMTPConnection,
  progress: SmtpProgress,
  { user, secret }: SmtpLogin,
  tls: 'required' | 'opportunistic' | 'off',
  server: string,
): Promise<void> {
  progress.stage = 'login';
  const what = 'password' in secret ? 'password' : 'access token';
  if (!connection.secure && tls !== 'off')
    throw new DeliveryError(
      'tls',
      `${server} offers no encryption, so the ${what} was not sent. Use a port with TLS, or say mail.tls: off where the way to the server is safe.`,
      { retry: true },
    );
  if (!connection.allowsAuth)
    throw new DeliveryError(
      'auth',
      `${server} offers no login. Remove mail.user where none is needed, or check the port in mail.url.`,
      { retry: true },
    );
  const noToken = new DeliveryError(
    'auth',
    `${server} offers no login with an access token (XOAUTH2). Write mail.passwordFile where it takes a password, or check the port in mail.url.`,
    { retry: true },
  );
  const login =
    'password' in secret
      ? { user, credentials: { user, pass: secret.password } }
      : { user, method, sasl: saslOf(user, secret.accessToken), noToken };
  await new Promise<void>((resolve, reject) => {
    connection.login(login, (error) => (error ? reject(error) : resolve()));
  });
}

/** What is sent for a token: the format of Google and Microsoft ("XOAUTH2 mechanism"), before its base64. */
export function saslOf(user: string, accessToken: string): string {
  return `user=${user}\u0001auth=Bearer ${accessToken}\u0001\u0001`;
}

async function sendToken({ auth, authMethods, sendCommand }: SMTPConnectionCustomAuthContext): Promise<void> {
  if (!authMethods.includes('XOAUTH2')) throw auth['noToken'];
  const sasl = Buffer.from(String(auth['sasl']), 'utf8').toString('base64');
  let reply = await sendCommand(`AUTH XOAUTH2 ${sasl}`);
  // The server says in JSON why it refuses, and waits for an empty line before it says it in SMTP.
  if (reply.status === 334) reply = await sendCommand('');
  if (reply.status !== 235) throw new Error('the access token was refused');
}
