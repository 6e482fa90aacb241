/** Makes the frozen `Config` from a file that is valid. */
import { dirname, resolve } from 'node:path';
import { isRecord, type Tree } from './input.ts';
import { buildOAuth2 } from './oauth2.ts';
import type { Drivers, ValidFile, ValidUnit } from './schema.ts';
import { hidden, hideSecrets, Secret } from './secret.ts';
import {
  type AnswersConfig,
  type CloudConfig,
  type Config,
  DriverChoice,
  type MailConfig,
  type PortalConfig,
  type TlsMode,
  type UpsConfig,
} from './types.ts';
import { isLoopback, type MailServer } from './values.ts';

/** What the defaults depend on. */
export interface Surroundings {
  /** The config file: relative names count from its folder. */
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly systemTimeZone: string;
}

/** The config with every default filled in. `root` is the tree from which `file` was parsed. */
export function buildConfig(file: ValidFile, root: Tree, drivers: Drivers, surroundings: Surroundings): Config {
  const folder = dirname(surroundings.path);
  const { site, polling, reseller, battery, warranty } = file;
  const units = Array.isArray(root['ups']) ? root['ups'] : [];
  return deepFreeze({
    site: compact({
      ...site,
      timeZone: site.timeZone ?? surroundings.systemTimeZone,
      contact: compact(site.contact),
    }),
    ...(reseller && { reseller: compact({ ...reseller, language: reseller.language ?? site.language }) }),
    ...(file.mail && { mail: buildMail(file.mail, file.site, folder) }),
    ...(file.answers && { answers: buildAnswers(file.answers, folder) }),
    ...(file.oauth2 && { oauth2: compact(buildOAuth2(file.oauth2)) }),
    ...(file.cloud && { cloud: buildCloud(file.cloud) }),
    portal: buildPortal(file.portal),
    polling: {
      intervalMs: polling.interval,
      concurrency: polling.concurrency,
      confirmAfterMs: Math.min(polling.confirmAfter, polling.interval),
    },
    ...trapsOf(file.snmp.traps),
    battery: { expectedLifeMonths: battery.expectedLife, dateOrder: battery.dateOrder },
    warranty: compact({ termMonths: warranty.term, from: warranty.from }),
    stateDir: resolve(folder, file.stateDir ?? systemStateDir(surroundings.env)),
    retentionMonths: file.retention,
    log: file.log,
    ups: file.ups.map((unit, index) => buildUnit(unit, file, chooseDriver(units[index], drivers))),
  });
}

function buildPortal({ trustedProxy, ...rest }: ValidFile['portal']): PortalConfig {
  return compact({ ...rest, ...(trustedProxy && { trustedProxy: compact(trustedProxy) }) });
}

function trapsOf(traps: ValidFile['snmp']['traps']): Pick<Config, 'traps'> {
  if (traps === false) return {};
  if (traps === true) return { traps: { host: '0.0.0.0', port: 162 } };
  return { traps: compact({ ...traps.listen, community: traps.community }) };
}

function buildCloud({ askEvery, ...rest }: NonNullable<ValidFile['cloud']>): CloudConfig {
  return { ...rest, askEveryMs: askEvery };
}

function buildAnswers(answers: NonNullable<ValidFile['answers']>, folder: string): AnswersConfig {
  const { url, user, address, caFile, tls, verifyCertificate, ...rest } = answers;
  const { user: userOfUrl, ...server } = url;
  const name = user ?? userOfUrl ?? '';
  return compact({
    ...server,
    ...rest,
    ...tlsOf(server, { tls, verifyCertificate, caFile }, folder),
    user: name,
    address: address ?? name,
  });
}

function buildMail(mail: NonNullable<ValidFile['mail']>, site: ValidFile['site'], folder: string): MailConfig {
  const { url, from, replyTo, user, password, tls, caFile, verifyCertificate } = mail;
  return compact({
    ...url,
    ...tlsOf(url, { tls, verifyCertificate, caFile }, folder),
    from,
    replyTo: replyTo ?? { address: site.contact.mail, name: site.contact.name },
    user,
    password,
  });
}

interface TlsKeys {
  readonly tls: TlsMode | undefined;
  readonly verifyCertificate: boolean | undefined;
  readonly caFile: string | undefined;
}

function tlsOf(server: MailServer, { tls, verifyCertificate, caFile }: TlsKeys, folder: string) {
  const mode = tls ?? (isLoopback(server.host) && !server.implicitTls ? 'opportunistic' : 'required');
  return {
    tls: mode,
    // Whoever may read plain text on this line may as well show a wrong certificate: refusing it would protect nothing.
    verifyCertificate: verifyCertificate ?? (mode !== 'opportunistic' || server.implicitTls || caFile !== undefined),
    caFile: caFile === undefined ? undefined : resolve(folder, caFile),
  };
}

function buildUnit(unit: ValidUnit, file: ValidFile, driver: DriverChoice): UpsConfig {
  const { name, site, allowWrite, battery, warranty, plan, note } = unit;
  const { expectedLife, dateOrder, ...dates } = battery;
  return compact({
    name,
    site,
    driver,
    allowWrite,
    battery: compact({
      ...dates,
      expectedLifeMonths: expectedLife ?? file.battery.expectedLife,
      dateOrder: dateOrder ?? file.battery.dateOrder,
    }),
    warranty: compact({
      end: warranty.end,
      purchased: warranty.purchased,
      termMonths: warranty.term ?? file.warranty.term,
      from: file.warranty.from,
    }),
    plan,
    note,
  });
}

function chooseDriver(unit: unknown, drivers: Drivers): DriverChoice {
  for (const [name, { schema, secrets }] of drivers) {
    const section = isRecord(unit) ? unit[name] : undefined;
    if (section === undefined) continue;
    const options = schema.parse(section);
    return new DriverChoice(name, options, withoutSecrets(options, secrets));
  }
  throw new Error('A unit of a valid config has no driver.');
}

/** A copy to print: the secrets, and every text that repeats one, are hidden. */
function withoutSecrets(options: unknown, secrets: readonly string[]): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(options) ?? 'null');
  const values = new Set<string>();
  for (const secret of secrets) {
    const keys = secret.split('.');
    let section = copy;
    for (const key of keys.slice(0, -1)) section = isRecord(section) ? section[key] : undefined;
    const key = keys.at(-1) ?? '';
    if (!isRecord(section) || section[key] === undefined) continue;
    if (typeof section[key] === 'string') values.add(section[key]);
    section[key] = hidden;
  }
  return hideIn(
    copy,
    [...values].filter((value) => value.length > 7),
  );
}

function hideIn(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return value === hidden ? value : hideSecrets(value, secrets);
  if (Array.isArray(value)) return value.map((item) => hideIn(item, secrets));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hideIn(item, secrets)]));
}

/** Where the state is unless the file says otherwise. */
export function systemStateDir(env: Readonly<Record<string, string | undefined>>): string {
  return env['STATE_DIRECTORY']?.split(':')[0] || '/var/lib/upsteward';
}

type Compact<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The record without the keys that are undefined: absent is absent. */
function compact<T extends object>(record: T): Compact<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Compact<T>;
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || value instanceof Secret) return value;
  for (const child of Object.values(value)) deepFreeze(child);
  return Object.freeze(value);
}
