/** From the config to the plain values that the rest of the house works with. */
import type { Config, MailConfig, UpsConfig } from '../config/config.ts';
import type { SmtpOptions } from './delivery/mail/smtp.ts';
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
    ...(config.cloud ? { endpoint: config.cloud.endpoint } : {}),
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

/** How the mail server is reached. @param ca PEM text of `mail.caFile` */
export function smtpOptionsOf(mail: MailConfig, ca: string | undefined): SmtpOptions {
  const host = mail.host.includes(':') ? `[${mail.host}]` : mail.host;
  return {
    url: `${mail.implicitTls ? 'smtps' : 'smtp'}://${host}:${mail.port}`,
    tls: mail.tls,
    verifyCertificate: mail.verifyCertificate,
    ...given('user', mail.user),
    ...given('password', mail.password?.reveal()),
    ...given('ca', ca),
  };
}

function given<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };
}
