/**
 * The serial ports of this machine, told apart by their descriptors alone: nothing is opened. Opening a port raises its lines
 * DTR and RTS, and what is behind it may be anything, so ports that are surely not a UPS are left out unless named.
 */
import { access, constants, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { basename } from 'node:path';

export interface SerialPortInfo {
  /** The path to use: the name below /dev/serial/by-id where there is one, since it does not change. */
  readonly device: string;
  /** Short, for people: `ttyUSB0`. */
  readonly name: string;
  /** Why it is not to be opened, unless it is named; `forbidden` ones are not opened at all. */
  readonly reason?: { readonly text: string; readonly forbidden: boolean };
}

/** What `SerialPort.list()` says of a port. */
export interface Descriptor {
  readonly path: string;
  readonly manufacturer?: string | undefined;
  /** The name below /dev/serial/by-id. */
  readonly pnpId?: string | undefined;
  /** USB ids, in hexadecimal. */
  readonly vendorId?: string | undefined;
}

/** What is asked of the system; tests put another one in its place. */
export interface SerialSystem {
  list(): Promise<readonly Descriptor[]>;
  realpath(path: string): Promise<string>;
  /** The text of a file, or nothing. */
  read(path: string): Promise<string | undefined>;
  /** Whether this process may read and write the port. */
  mayUse(path: string): Promise<boolean>;
  /** The ids of the processes that have the path open, as far as this process may see them. */
  holders(path: string): Promise<readonly number[]>;
}

/** USB vendors of serial adapters and multiport boxes, from the public list of USB ids. */
const adapters: Readonly<Record<string, string>> = {
  '0403': 'FTDI',
  '067b': 'Prolific',
  '10c4': 'Silicon Labs',
  '1a86': 'QinHeng',
  '110a': 'Moxa',
  '0557': 'ATEN',
  '050d': 'Belkin',
  '06cd': 'Keyspan',
  '0711': 'Magic Control',
  '9710': 'MosChip',
  '05c5': 'Digi',
  '1608': 'Inside Out Networks',
  '04e2': 'Exar',
  '0856': 'B&B Electronics',
};

/** USB vendors whose serial ports are something else. */
const others: Readonly<Record<string, string>> = {
  '1199': 'a mobile modem (Sierra Wireless)',
  '12d1': 'a mobile modem (Huawei)',
  '19d2': 'a mobile modem (ZTE)',
  '1bc7': 'a mobile modem (Telit)',
  '1e0e': 'a mobile modem (SIMCom)',
  '2c7c': 'a mobile modem (Quectel)',
  '05c6': 'a mobile modem (Qualcomm)',
  '0572': 'a modem (Conexant)',
  '0803': 'a modem (Zoom)',
  '1546': 'a GPS receiver (u-blox)',
  '0658': 'a Z-Wave stick (Sigma Designs)',
  '1cf1': 'a Zigbee stick (dresden elektronik)',
  '2341': 'a controller board (Arduino)',
  '2e8a': 'a controller board (Raspberry Pi)',
  '303a': 'a controller board (Espressif)',
  '0483': 'a controller board (STMicroelectronics)',
  '1d50': 'a hobby device (OpenMoko ids)',
};

/** What a by-id name says of a device behind an ordinary adapter. */
const telling =
  /zigbee|z-?wave|conbee|sonoff|skyconnect|gps|gnss|modem|arduino|3d.?print|bluetooth|debug|jtag|console/i;

/** All ports, in the order of their names. @throws the error of the list, where the system has none */
export async function serialPorts(system: SerialSystem = thisMachine): Promise<readonly SerialPortInfo[]> {
  const consoles = (await system.read('/proc/consoles')) ?? '';
  const found: SerialPortInfo[] = [];
  for (const descriptor of await system.list()) {
    const { path, pnpId } = descriptor;
    // Linux has names for ports that no hardware stands behind.
    if ((await system.read(`/sys/class/tty/${basename(path)}/type`))?.trim() === '0') continue;
    const stable = pnpId === undefined ? path : `/dev/serial/by-id/${pnpId}`;
    const device = (await system.realpath(stable).catch(() => '')) === path ? stable : path;
    const reason = (await unusable(path, consoles, system)) ?? otherThing(descriptor);
    found.push({ device, name: basename(path), ...(reason !== undefined && { reason }) });
  }
  return found.sort((one, other) => one.name.localeCompare(other.name, 'en', { numeric: true }));
}

/** A port that was named. It is opened if nobody else uses it. */
export async function namedPort(device: string, system: SerialSystem = thisMachine): Promise<SerialPortInfo> {
  const name = basename(device);
  const path = await system.realpath(device).catch(() => undefined);
  if (path === undefined) return { device, name, reason: forbidden('it is not there. Is the cable plugged in?') };
  const reason = await unusable(path, (await system.read('/proc/consoles')) ?? '', system);
  return { device, name: basename(path), ...(reason !== undefined && { reason }) };
}

function forbidden(text: string): NonNullable<SerialPortInfo['reason']> {
  return { text, forbidden: true };
}

async function unusable(path: string, consoles: string, system: SerialSystem): Promise<SerialPortInfo['reason']> {
  const name = basename(path);
  if (consoles.split('\n').some((line) => line.split(/\s/)[0] === name))
    return forbidden('it is the console of this machine');
  // The program that makes a pseudo terminal (a serial port of another machine) has it open itself.
  const isMade = path.startsWith('/dev/pts/');
  const holder = (isMade ? undefined : (await system.holders(path))[0]) ?? (await lockHolder(name, system));
  if (holder !== undefined) {
    const program = (await system.read(`/proc/${holder}/comm`))?.trim() || 'a program';
    return forbidden(
      `${program} (process ${holder}) uses it. If that is NUT or apcupsd, search with --nut or --apcupsd`,
    );
  }
  if (!(await system.mayUse(path)))
    return forbidden('this user may not use it. Add it to the group dialout, or be root');
  return undefined;
}

/** Who holds the port by the old custom of lock files. A lock of a process that is gone counts for nothing. */
async function lockHolder(name: string, system: SerialSystem): Promise<number | undefined> {
  for (const folder of ['/run/lock', '/var/lock']) {
    const holder = Number((await system.read(`${folder}/LCK..${name}`))?.trim() || Number.NaN);
    if (Number.isInteger(holder) && (await system.read(`/proc/${holder}/comm`)) !== undefined) return holder;
  }
  return undefined;
}

function otherThing({ path, pnpId = '', vendorId = '', manufacturer = '' }: Descriptor): SerialPortInfo['reason'] {
  const seems = (what: string) => ({ text: `it seems to be ${what}`, forbidden: false });
  const vendor = vendorId.toLowerCase();
  const other = others[vendor];
  if (other !== undefined) return seems(other);
  const word = telling.exec(`${pnpId} ${manufacturer}`)?.[0];
  if (word !== undefined) return seems(`something else ("${word}" in its name)`);
  if (/\/(ttyS|ttyUSB|ttyXRUSB)\d+$/.test(path) || adapters[vendor] !== undefined) return undefined;
  return seems('no serial adapter');
}

const thisMachine: SerialSystem = {
  list: async () => {
    const { SerialPort } = await import('serialport');
    return await SerialPort.list();
  },
  realpath: async (path) => await realpath(path),
  read: async (path) => await readFile(path, 'latin1').catch(() => undefined),
  mayUse: async (path) =>
    await access(path, constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    ),
  holders,
};

/** Looks through the open files of all processes that this one may look at. */
async function holders(path: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const process of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(process)) continue;
    for (const file of await readdir(`/proc/${process}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${process}/fd/${file}`).catch(() => '');
      if (target === path) found.push(Number(process));
    }
  }
  return [...new Set(found)];
}
