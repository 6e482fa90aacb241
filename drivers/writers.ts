/**
 * The only list of writers, and the only door to them. It is loaded where the config allows writing to a unit, and
 * nowhere else: the registry of drivers does not know it.
 */
import type { WriterModule } from './contract.ts';
import { driverOptions } from './registry.ts';

interface Entry {
  readonly load: () => Promise<WriterModule<unknown>>;
}

/** Forgets the type of the options: whoever writes passes what the driver's schema has parsed. */
function entry<Options>(load: () => Promise<WriterModule<Options>>): Entry {
  return { load };
}

/** A driver without a line here says in its options why nothing can be written its way. */
const writers: Readonly<Record<string, Entry>> = {
  snmp: entry(async () => (await import('./snmp/writer.ts')).snmpWriter),
  modbus: entry(async () => (await import('./modbus/writer.ts')).modbusWriter),
  nut: entry(async () => (await import('./nut/writer.ts')).nutWriter),
};

/** The drivers that can write. */
export const writerNames: readonly string[] = Object.keys(writers);

/** The writer of a driver; `undefined` where it has none. */
export async function loadWriter(driver: string): Promise<WriterModule<unknown> | undefined> {
  return Object.hasOwn(writers, driver) ? await writers[driver]?.load() : undefined;
}

/** Why nothing can be written with a driver that has no writer. */
export function whyNot(driver: string): string {
  return driverOptions(driver).cannotWrite ?? `the driver ${driver} cannot write`;
}
