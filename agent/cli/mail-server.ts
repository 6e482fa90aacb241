/** The mail server of a config, for commands that try it. */
import { readFile } from 'node:fs/promises';
import type { Config, MailConfig } from '../../config/config.ts';
import type { Smtp } from '../delivery/mail/smtp.ts';
import type { AccessTokens } from '../delivery/oauth2/access-tokens.ts';
import { oauth2OptionsOf, smtpOptionsOf } from '../site.ts';

/** A mail server that does not answer a connection for so long is taken for unreachable. */
export const connectMs = 10_000;

export type ConfigWithMail = Config & { readonly mail: MailConfig };
export const sendsMail = (config: Config): config is ConfigWithMail => config.mail !== undefined;

/**
 * Works with the mail server, and closes it.
 * @param tokens the source of access tokens, where the caller has one already
 * @throws DeliveryError; what reading `mail.caFile` throws
 */
export async function withSmtp<T>(
  config: ConfigWithMail,
  work: (smtp: Smtp) => Promise<T>,
  tokens?: AccessTokens,
): Promise<T> {
  const { mail } = config;
  const { createSmtp } = await import('../delivery/mail/smtp.ts');
  const ca = mail.caFile === undefined ? undefined : await readFile(mail.caFile, 'utf8');
  const worked = async (accessTokens: AccessTokens | undefined): Promise<T> => {
    const timeouts = { setup: connectMs, total: 3 * connectMs };
    const smtp = createSmtp({ ...smtpOptionsOf(mail, ca, accessTokens), timeouts });
    try {
      return await work(smtp);
    } finally {
      await smtp.close();
    }
  };
  return tokens ? await worked(tokens) : await withAccessTokens(config, worked);
}

const say = (_level: string, _code: string, message: string): void => void process.stderr.write(`${message}\n`);

/** Works with the source of access tokens, where the config has one, and closes it. */
export async function withAccessTokens<T>(
  config: Config,
  work: (accessTokens: AccessTokens | undefined) => Promise<T>,
): Promise<T> {
  const options = oauth2OptionsOf(config);
  if (options === undefined) return await work(undefined);
  const { openOAuth2 } = await import('../delivery/oauth2/open.ts');
  const oauth2 = openOAuth2({ ...options, env: process.env, now: () => new Date(), log: say });
  try {
    return await work(oauth2.accessTokens);
  } finally {
    oauth2.close();
  }
}
