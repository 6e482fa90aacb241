/** The only list of drivers. An unused driver is never loaded: its options are light, its code is imported on demand. */
import { z } from 'zod';
import { apcupsdOptions } from './apcupsd/options.ts';
import {
  DriverError,
  type DriverModule,
  type DriverOptions,
  type TrapContext,
  type TrapReceiver,
  type TrapSettings,
  type TrapSource,
} from './contract.ts';
import { modbusOptions } from './modbus/options.ts';
import { nutOptions } from './nut/options.ts';
import { snmpOptions } from './snmp/options.ts';
import { upslinkOptions } from './upslink/options.ts';

interface Entry {
  readonly options: DriverOptions<unknown>;
  readonly load: () => Promise<DriverModule<unknown>>;
}

/** Forgets the type of the options: whoever calls `create` passes what this entry's schema has parsed. */
function entry<Options>(options: DriverOptions<Options>, load: () => Promise<DriverModule<Options>>): Entry {
  return { options, load };
}

/** A new driver is one line here. */
const drivers = {
  snmp: entry(snmpOptions, async () => (await import('./snmp/driver.ts')).snmpDriver),
  modbus: entry(modbusOptions, async () => (await import('./modbus/driver.ts')).modbusDriver),
  upslink: entry(upslinkOptions, async () => (await import('./upslink/driver.ts')).upslinkDriver),
  nut: entry(nutOptions, async () => (await import('./nut/driver.ts')).nutDriver),
  apcupsd: entry(apcupsdOptions, async () => (await import('./apcupsd/driver.ts')).apcupsdDriver),
} as const satisfies Record<string, Entry>;

export type DriverName = keyof typeof drivers;

/** The names a config may use, in the order they are listed. */
export const driverNames = Object.keys(drivers) as readonly DriverName[];

function entryOf(name: string): Entry {
  const found: Entry | undefined = Object.hasOwn(drivers, name) ? drivers[name as DriverName] : undefined;
  if (found === undefined) {
    const known = driverNames.join(', ');
    throw new DriverError('bad-target', `There is no driver "${name}". The drivers are: ${known}`, { retry: false });
  }
  return found;
}

/** Schema, secrets and target forms of a driver, without loading its code. @throws DriverError `bad-target` */
export function driverOptions(name: string): DriverOptions<unknown> {
  return entryOf(name).options;
}

/** The driver itself. @throws DriverError `bad-target` for an unknown name */
export async function loadDriver(name: string): Promise<DriverModule<unknown>> {
  return await entryOf(name).load();
}

/** Listens for SNMP traps of these units. @throws DriverError, which says what to do */
export async function openTrapReceiver(
  settings: TrapSettings,
  sources: readonly TrapSource[],
  context: TrapContext,
): Promise<TrapReceiver> {
  return await (await import('./snmp/traps/receiver.ts')).openTrapReceiver(settings, sources, context);
}

/** How targets of a scheme begin: `snmp://` for hosts; `modbus-rtu:/` for paths, which is listed with its `:/`. */
function beginning(scheme: string): string {
  return scheme.endsWith(':/') ? scheme : `${scheme}://`;
}

/** Whether a text is a one-off target and not the name of a UPS: it begins as the targets of some driver do. */
export function isTarget(text: string): boolean {
  const start = text.toLowerCase();
  return (
    start.includes('://') ||
    driverNames.some((name) => drivers[name].options.schemes.some((s) => start.startsWith(beginning(s))))
  );
}

/**
 * The driver and its parsed options for a one-off target such as `snmp://HOST?community=public` or
 * `modbus-rtu:/dev/ttyUSB0`.
 * @throws DriverError `bad-target`, which says what is wrong and what to write; it never repeats a secret
 */
export function driverForUrl(target: string): { readonly name: DriverName; readonly options: unknown } {
  const schemes = driverNames.flatMap((name) => drivers[name].options.schemes.map(beginning));
  const wrong = (what: string) => new DriverError('bad-target', what, { retry: false });
  const scheme = /^([a-z][a-z0-9+.-]*):\//i.exec(target)?.[1]?.toLowerCase();
  if (scheme === undefined) throw wrong(`A target starts with ${schemes.join(' or ')}, for example snmp://10.0.0.5`);
  const start = schemes.find((each) => each.startsWith(`${scheme}:`));
  const name = driverNames.find((each) => drivers[each].options.schemes.some((one) => beginning(one) === start));
  if (name === undefined || start === undefined)
    throw wrong(`No driver reads ${scheme}:// targets. A target starts with ${schemes.join(' or ')}`);
  if (!target.toLowerCase().startsWith(start)) throw wrong(`A ${scheme} target starts with ${start}`);
  if (!URL.canParse(target)) {
    throw wrong(`The target is not a valid address. Write ${scheme}://HOST or ${scheme}://HOST:PORT, IPv6 in brackets`);
  }
  const { options } = drivers[name];
  const parsed = options.schema.safeParse(options.fromUrl(new URL(target)), { reportInput: false });
  if (parsed.success) return { name, options: parsed.data };
  throw wrong(`The target cannot be used:\n${z.prettifyError(parsed.error)}`);
}
