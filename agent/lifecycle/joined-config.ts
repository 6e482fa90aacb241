/** Several entries of the config that turn out to be one UPS, as one. */
import type { ConfiguredUnit } from './facts.ts';

/** Two entries that say different things of one UPS. */
export interface Contradiction {
  /** As the config writes it, for instance `battery.installed`. */
  readonly key: string;
  /** The entry that counts, and what it says. */
  readonly kept: { readonly name: string; readonly value: unknown };
  readonly dropped: { readonly name: string; readonly value: unknown };
}

export interface JoinedEntries {
  readonly config: ConfiguredUnit;
  readonly contradictions: readonly Contradiction[];
}

type FactKey = Exclude<keyof ConfiguredUnit, 'name' | 'ways' | 'assumed'>;

/** Every key that says something of the UPS and not of the way to read it, and where it stands in the config. */
const factKeys: Readonly<Record<FactKey, string>> = {
  site: 'site',
  installed: 'battery.installed',
  replaceBy: 'battery.replaceBy',
  cartridge: 'battery.cartridge',
  cartridges: 'battery.cartridges',
  warrantyEnd: 'warranty.end',
  purchased: 'warranty.purchased',
  plan: 'plan',
  expectedLifeMonths: 'battery.expectedLife',
  warrantyTerm: 'warranty.term',
};

/**
 * The entries of one UPS, in the order of the config, as one entry with the name of the first. Of each key the first
 * entry that gives it counts; one's own word goes before a default of the site.
 */
export function joinEntries([first, ...others]: readonly [ConfiguredUnit, ...ConfiguredUnit[]]): JoinedEntries {
  if (others.length === 0) return { config: first, contradictions: [] };
  const entries = [first, ...others];
  const joined: Partial<Record<FactKey, unknown>> = {};
  const contradictions: Contradiction[] = [];
  const assumed: NonNullable<ConfiguredUnit['assumed']>[number][] = [];
  for (const key of Object.keys(factKeys) as FactKey[]) {
    const own = entries.filter((entry) => entry[key] !== undefined && !isAssumed(entry, key));
    const giver = own[0] ?? entries.find((entry) => entry[key] !== undefined);
    if (giver === undefined) continue;
    joined[key] = giver[key];
    if (own[0] === undefined && (key === 'expectedLifeMonths' || key === 'warrantyTerm')) assumed.push(key);
    for (const other of own.slice(1)) {
      if (JSON.stringify(other[key]) === JSON.stringify(giver[key])) continue;
      const said = ({ name, [key]: value }: ConfiguredUnit) => ({ name, value });
      contradictions.push({ key: factKeys[key], kept: said(giver), dropped: said(other) });
    }
  }
  const config = {
    ...joined,
    name: first.name,
    ways: entries.flatMap(({ ways }) => ways),
    ...(assumed.length > 0 ? { assumed } : {}),
  } as ConfiguredUnit;
  return { config, contradictions };
}

const isAssumed = (entry: ConfiguredUnit, key: FactKey): boolean =>
  entry.assumed?.some((assumed) => assumed === key) ?? false;
