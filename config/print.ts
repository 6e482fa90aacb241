/** Prints the config that is in force, with every default and no secret. */
import { stringify } from 'yaml';
import type { AnswersConfig, Config, MailConfig, OAuth2Config, PortalConfig, UpsConfig } from './types.ts';
import { formatDuration, formatListen, formatMailbox, formatMonths } from './values.ts';

/** The whole config as YAML, in the words of the file. Secrets are `<secret>`. */
export function printConfig(config: Config): string {
  const {
    site,
    reseller,
    mail,
    answers,
    oauth2,
    cloud,
    portal,
    polling,
    traps,
    battery,
    warranty,
    stateDir,
    log,
    ups,
  } = config;
  const tree = {
    site,
    reseller,
    mail: mail && mailTree(mail),
    answers: answers && answersTree(answers),
    oauth2: oauth2 && oauth2Tree(oauth2),
    cloud: cloud && {
      endpoint: cloud.endpoint,
      secret: cloud.secret.toString(),
      askEvery: formatDuration(cloud.askEveryMs),
    },
    portal: portalTree(portal),
    polling: {
      interval: formatDuration(polling.intervalMs),
      concurrency: polling.concurrency,
      confirmAfter: formatDuration(polling.confirmAfterMs),
    },
    snmp: { traps: traps ? { listen: formatListen(traps), community: traps.community?.toString() } : false },
    battery: { expectedLife: formatMonths(battery.expectedLifeMonths), dateOrder: battery.dateOrder },
    warranty: { term: monthsOrNone(warranty.termMonths), from: warranty.from },
    stateDir,
    retention: formatMonths(config.retentionMonths),
    log,
    ups: ups.map(unitTree),
  };
  return stringify(tree, { aliasDuplicateObjects: false, lineWidth: 0 });
}

function portalTree(portal: PortalConfig): Record<string, unknown> {
  const { enabled, listen, passwordHash, trustedProxy, hosts, publicUrl, publicListen } = portal;
  return {
    enabled,
    listen: formatListen(listen),
    passwordHash: passwordHash?.toString(),
    trustedProxy,
    hosts,
    publicUrl,
    publicListen: publicListen && formatListen(publicListen),
  };
}

function mailTree(mail: MailConfig): Record<string, unknown> {
  const host = mail.host.includes(':') ? `[${mail.host}]` : mail.host;
  return {
    url: `${mail.implicitTls ? 'smtps' : 'smtp'}://${host}:${mail.port}`,
    from: formatMailbox(mail.from),
    replyTo: formatMailbox(mail.replyTo),
    user: mail.user,
    password: mail.password?.toString(),
    tls: mail.tls,
    caFile: mail.caFile,
    verifyCertificate: mail.verifyCertificate,
  };
}

function answersTree(answers: AnswersConfig): Record<string, unknown> {
  const { implicitTls, port, folder, user, password, address, plusAddressing, moveTo, tls, caFile } = answers;
  const host = answers.host.includes(':') ? `[${answers.host}]` : answers.host;
  return {
    url: `${implicitTls ? 'imaps' : 'imap'}://${host}:${port}/${folder.split('/').map(encodeURIComponent).join('/')}`,
    user,
    password: password?.toString(),
    address,
    plusAddressing,
    moveTo,
    tls,
    caFile,
    verifyCertificate: answers.verifyCertificate,
  };
}

function oauth2Tree({ tokenUrl, clientId, clientSecret, refreshToken, scope }: OAuth2Config): Record<string, unknown> {
  return {
    tokenUrl,
    clientId,
    clientSecret: clientSecret?.toString(),
    refreshToken: refreshToken?.toString(),
    scope,
  };
}

function unitTree({
  name,
  site,
  driver,
  allowWrite,
  battery,
  warranty,
  plan,
  note,
}: UpsConfig): Record<string, unknown> {
  const { expectedLifeMonths, ...batteryKeys } = battery;
  return {
    name,
    site,
    [driver.name]: driver.toJSON().options,
    allowWrite,
    battery: { ...batteryKeys, expectedLife: formatMonths(expectedLifeMonths) },
    warranty: { end: warranty.end, purchased: warranty.purchased, term: monthsOrNone(warranty.termMonths) },
    plan,
    note,
  };
}

function monthsOrNone(months: number | undefined): string | undefined {
  return months === undefined ? undefined : formatMonths(months);
}
