/** From the config to the plain values that the rest of the house works with. */
import { join } from 'node:path';
import type { AnswersConfig, Config, MailConfig, UpsConfig } from '../config/config.ts';
import type { MailboxOptions } from './delivery/answers/mailbox-login.ts';
import type { SmtpOptions } from './delivery/mail/smtp.ts';
import type { AccessTokens } from './delivery/oauth2/access-tokens.ts';
import type { OAuth2Options } from './delivery/oauth2/open.ts';
import type { WaysBack } from './delivery/ways.ts';
import type { ConfiguredUnit } from './lifecycle/facts.ts';
import type { Site } from './operations/desk.ts';

/** The site as configured. */
export function siteOf(config: Config): Site {
  const { site, reseller } = config;
  return {
    company: site.company,
    contact: site.contact,
    timeZone: site.timeZone,
    sendAt: site.sendAt,
    language: site.language,
    copyNotices: site.copyNotices,
    mail: config.mail !== undefined,
    waysBack: waysBackOf(config),
    ...(config.cloud ? { endpoint: config.cloud.endpoint, askEveryMs: config.cloud.askEveryMs } : {}),
    ...(reseller ? { reseller } : {}),
    retentionMonths: config.retentionMonths,
    units: config.ups.map((ups) => unitOf(ups, config)),
  };
}

/** How a reseller can answer beside the code. */
function waysBackOf({ portal, answers }: Config): WaysBack {
  return {
    ...(answers ? { mailbox: { address: answers.address, plusAddressing: answers.plusAddressing } } : {}),
    ...(portal.enabled && portal.publicUrl !== undefined ? { publicUrl: portal.publicUrl } : {}),
  };
}

/** What one entry of the config says of its UPS. */
export function unitOf(ups: UpsConfig, config: Pick<Config, 'battery' | 'warranty'>): ConfiguredUnit {
  const { battery, warranty, plan } = ups;
  const assumed = [
    ...(battery.expectedLifeMonths === config.battery.expectedLifeMonths ? (['expectedLifeMonths'] as const) : []),
    ...(warranty.termMonths === config.warranty.termMonths ? (['warrantyTerm'] as const) : []),
  ];
  return {
    name: ups.name,
    ways: [{ name: ups.name, driver: ups.driver.name, dateOrder: battery.dateOrder }],
    expectedLifeMonths: battery.expectedLifeMonths,
    ...given('site', ups.site),
    ...given('installed', battery.installed),
    ...given('replaceBy', battery.replaceBy),
    ...given('cartridge', battery.cartridge),
    ...given('cartridges', battery.cartridges),
    ...given('warrantyEnd', warranty.end),
    ...given('purchased', warranty.purchased),
    ...(warranty.termMonths === undefined
      ? {}
      : { warrantyTerm: { months: warranty.termMonths, from: warranty.from } }),
    ...given('plan', plan),
    ...(assumed.length > 0 ? { assumed } : {}),
  };
}

/** `Name <ups@example.com>` as the From of every mail. */
export function senderOf(mail: MailConfig): string {
  const { address, name } = mail.from;
  return name === undefined ? address : `"${name.replaceAll(/["\\]/g, '')}" <${address}>`;
}

/** How access tokens are had, but for what the machine gives. */
export function oauth2OptionsOf(config: Config): Omit<OAuth2Options, 'env' | 'now' | 'log'> | undefined {
  const { oauth2, stateDir } = config;
  if (oauth2 === undefined) return undefined;
  return {
    url: oauth2.tokenUrl,
    clientId: oauth2.clientId,
    keepIn: join(stateDir, 'oauth2.json'),
    ...given('clientSecret', oauth2.clientSecret?.reveal()),
    ...given('refreshToken', oauth2.refreshToken?.reveal()),
    ...given('scope', oauth2.scope),
  };
}

/** How the mailbox for answers is reached. @param ca PEM text of `answers.caFile` */
export function mailboxOptionsOf(
  answers: AnswersConfig,
  ca: string | undefined,
  accessTokens: AccessTokens | undefined,
): MailboxOptions {
  const { host, port, implicitTls, tls, verifyCertificate, user, folder, moveTo, password } = answers;
  return {
    ...{ host, port, implicitTls, tls, verifyCertificate, user, folder },
    ...given('moveTo', moveTo),
    ...given('password', password?.reveal()),
    ...given('accessTokens', accessTokens),
    ...given('ca', ca),
  };
}

/** How the mail server is reached. @param ca PEM text of `mail.caFile` */
export function smtpOptionsOf(
  mail: MailConfig,
  ca: string | undefined,
  accessTokens: AccessTokens | undefined,
): SmtpOptions {
  const host = mail.host.includes(':') ? `[${mail.host}]` : mail.host;
  return {
    url: `${mail.implicitTls ? 'smtps' : 'smtp'}://${host}:${mail.port}`,
    tls: mail.tls,
    verifyCertificate: mail.verifyCertificate,
    ...given('user', mail.user),
    ...given('password', mail.password?.reveal()),
    ...given('accessTokens', accessTokens),
    ...given('ca', ca),
  };
}

function given<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };
}
