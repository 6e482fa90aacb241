/** Entries of the config that stand for all units of a server, as the units that the server listed. Pure. */
import { type Config, DriverChoice, type UpsConfig } from '../config/config.ts';
import { driverOptions } from '../drivers/registry.ts';

/** What a server listed last, kept so that a restart while it is away loses nothing. */
export interface ServerList {
  readonly entry: string;
  /** Which server it was: an entry that leads to another one begins anew. */
  readonly line: string;
  /** The server's names for its units. */
  readonly units: readonly string[];
  /** Those that its last answer did not have; they stay until the next one has not got them either. */
  readonly missing: readonly string[];
}

/** Whether an entry stands for all units of a server. */
export function isAll({ driver }: UpsConfig): boolean {
  return driverOptions(driver.name).all?.is(driver.options) ?? false;
}

/** The server that an entry leads to. */
export function lineOf({ driver }: UpsConfig): string {
  return driverOptions(driver.name).lineOf(driver.options);
}

/**
 * The config with one entry for each unit that a server listed, named `ENTRY / UNIT`; an entry whose server was never
 * asked has none. What the config names itself, by that name or with the same driver, goes before.
 */
export function expanded(config: Config, listOf: (entry: string) => ServerList | undefined): Config {
  if (!config.ups.some(isAll)) return config;
  const own = config.ups.filter((ups) => !isAll(ups));
  const names = new Set(own.map(({ name }) => name));
  const isOwn = (unit: UpsConfig): boolean => {
    const { isSame } = driverOptions(unit.driver.name);
    const same = ({ driver }: UpsConfig): boolean =>
      driver.name === unit.driver.name && isSame?.(driver.options, unit.driver.options) === true;
    return names.has(unit.name) || own.some(same);
  };
  const ups = config.ups.flatMap((entry) => {
    if (!isAll(entry)) return [entry];
    const list = listOf(entry.name);
    const known = list?.line === lineOf(entry) ? list.units : [];
    return known.map((unit) => oneOf(entry, unit)).filter((unit) => !isOwn(unit));
  });
  return { ...config, ups };
}

/** The unit with this name, also of an entry that stands for all units of a server, whether that lists it or not. */
export function unitNamed(config: Config, name: string): UpsConfig | undefined {
  const own = config.ups.find((ups) => ups.name === name && !isAll(ups));
  if (own !== undefined) return own;
  const entry = config.ups.find((ups) => isAll(ups) && name.startsWith(`${ups.name}${separator}`));
  return entry && oneOf(entry, name.slice(entry.name.length + separator.length));
}

/** The next list of a server, from what it answered; the same object where it says nothing new. */
export function nextList(before: ServerList | undefined, entry: UpsConfig, answered: readonly string[]): ServerList {
  const line = lineOf(entry);
  const known = before?.line === line ? before : undefined;
  const now = new Set(answered);
  const missing = known?.units.filter((unit) => !now.has(unit) && !known.missing.includes(unit)) ?? [];
  const stay = known?.units.filter((unit) => now.has(unit) || missing.includes(unit)) ?? [];
  const units = [...stay, ...[...now].filter((unit) => !stay.includes(unit))];
  const same = known && units.join('\n') === known.units.join('\n') && missing.join('\n') === known.missing.join('\n');
  return same ? known : { entry: entry.name, line, units, missing };
}

const separator = ' / ';

/** The name of one unit of an entry that stands for all of a server. */
export function nameOf(entry: UpsConfig, unit: string): string {
  return `${entry.name}${separator}${unit}`;
}

function oneOf(entry: UpsConfig, unit: string): UpsConfig {
  const { name, options } = entry.driver;
  const { all } = driverOptions(name);
  if (all === undefined) return entry;
  const choice = new DriverChoice(name, all.one(options, unit), all.one(entry.driver.toJSON().options, unit));
  return { ...entry, name: nameOf(entry, unit), driver: choice };
}
