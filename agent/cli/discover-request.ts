/** From what was written behind `discover` to where to look. */
import { driverNames, driverOptions } from '../../drivers/registry.ts';
import type { DiscoveryRequest } from '../discovery/discover.ts';

export interface DiscoverOptions {
  readonly serial?: true | readonly string[];
  readonly community?: readonly string[];
  readonly communityFile?: readonly string[];
  readonly port?: readonly (readonly [string, number])[];
  readonly rate?: number;
  readonly yes?: boolean;
  readonly write?: boolean;
  readonly json?: boolean;
  /** Servers, by the name of their driver. */
  readonly [driver: string]: unknown;
}

/** Drivers that ask other programs for the units they know. */
export const servers = driverNames.filter((name) => driverOptions(name).searches?.some(({ by }) => by === 'server'));
export const addressed = driverNames.filter((name) => driverOptions(name).searches?.some(({ by }) => by === 'address'));

/** Where to look. */
export function placesOf(
  ranges: readonly string[],
  options: DiscoverOptions,
): Pick<DiscoveryRequest, 'ranges' | 'serial' | 'servers' | 'ports'> {
  const { serial, named } = serialOf(options.serial);
  return {
    ranges: [...ranges, ...named],
    serial,
    servers: servers.flatMap((driver) => hosts(options[driver]).map((each) => ({ driver, ...each }))),
    ports: Object.fromEntries(options.port ?? []),
  };
}

/** `--serial` takes what follows it: a path is a port, anything else was meant as a range. */
function serialOf(values: true | readonly string[] = []): {
  serial: boolean | readonly string[];
  named: readonly string[];
} {
  if (values === true) return { serial: true, named: [] };
  const ports = values.filter((value) => value.startsWith('/'));
  const named = values.filter((value) => !value.startsWith('/'));
  return { serial: ports.length > 0 ? ports : named.length > 0, named };
}

function hosts(values: unknown): { host: string; port?: number }[] {
  const texts = Array.isArray(values) ? (values as readonly string[]) : [];
  return texts.map((text) => {
    const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
    return { host: bracketed ?? plain ?? text, ...(port !== undefined && { port: Number(port) }) };
  });
}
