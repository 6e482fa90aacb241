/** How a search introduces itself: with communities that were given for it, and as units of the config do. */
import type { Introduction } from '../../drivers/probe.ts';
import { driverOptions } from '../../drivers/registry.ts';
import { DiscoveryError } from './error.ts';
import type { KnownUnit } from './finding.ts';

/** A community, and where it comes from: it is written into a config as it was given. */
export interface Community {
  readonly value: string;
  /** Absolute path of the file that holds it. */
  readonly file?: string;
  /** It was given in a way that a config file cannot refer to. */
  readonly unwritten?: boolean;
}

const hidden = '<secret>';
const usual = 'public';
const asUsual: Introduction = { used: {}, written: {}, shown: {} };

/**
 * All introductions of a search, by driver. Without a community, the usual one is tried.
 * @param units units of the config, with their sections as they are written there
 * @throws DiscoveryError `bad-request`
 */
export function introductionsOf(
  communities: readonly Community[],
  units: readonly (Pick<KnownUnit, 'driver' | 'options'> & { readonly written: unknown })[] = [],
): Readonly<Record<string, readonly Introduction[]>> {
  const all: Record<string, Introduction[]> = {
    snmp: communities.length === 0 ? [asUsual] : communities.map(communityIntroduction),
  };
  for (const { driver, options, written } of units) {
    const introduction = unitIntroduction(driver, options, written);
    if (introduction === undefined) continue;
    const known = all[driver] ?? [];
    all[driver] = known;
    if (!known.some((other) => JSON.stringify(sameness(other)) === JSON.stringify(sameness(introduction))))
      known.push(introduction);
  }
  return all;
}

function communityIntroduction({ value, file, unwritten }: Community): Introduction {
  if (value.trim() === '' || value.length > 255) {
    const where = file ?? 'A community';
    throw new DiscoveryError(
      'bad-request',
      `${where} is empty or longer than 255 characters; give the community alone`,
    );
  }
  if (value === usual) return asUsual;
  const used = { community: value };
  if (file !== undefined) return { used, written: { communityFile: file }, shown: { communityFile: file } };
  if (unwritten !== true) return { used, written: used, shown: used };
  const note = 'Its community is another one than public: write it as `community` or `communityFile`.';
  return { used, written: {}, shown: {}, note };
}

function unitIntroduction(name: string, options: unknown, section: unknown): Introduction | undefined {
  const driver = driverOptions(name);
  const found = driver.introduction?.(options);
  if (found === undefined) return undefined;
  const { keys, host } = found;
  const used = picked(options, keys);
  const written = picked(section, [...keys, ...keys.map((key) => `${key}File`)]);
  const missing = keys
    .filter((key) => key in used && driver.secrets.includes(key))
    .filter((key) => {
      return !(key in written) && !(`${key}File` in written);
    });
  const shown = Object.entries(written).map(([key, value]) => [key, driver.secrets.includes(key) ? hidden : value]);
  return {
    used,
    written,
    shown: Object.fromEntries(shown),
    ...(host !== undefined && { host }),
    ...(missing.length > 0 && { note: `Give it ${missing.join(' and ')} too, as for the units that use it already.` }),
  };
}

function picked(section: unknown, keys: readonly string[]): Record<string, unknown> {
  const entries = typeof section === 'object' && section !== null ? Object.entries(section) : [];
  return Object.fromEntries(entries.filter(([key, value]) => keys.includes(key) && value !== undefined));
}

const sameness = ({ used, host }: Introduction): unknown => [host, Object.entries(used).sort()];
