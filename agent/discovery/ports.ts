/** Which serial ports a search opens, and why not the others. */
import type { SerialPortInfo } from '../../drivers/serial-ports.ts';

/** How the ports of the machine are learned. */
export interface PortLists {
  readonly serialPorts: () => Promise<readonly SerialPortInfo[]>;
  readonly namedPort: (device: string) => Promise<SerialPortInfo>;
}

/**
 * The ports to open.
 * @param wanted all that may have a UPS, or those at these paths, or none
 * @param remark takes a sentence about each that is left out
 */
export async function portsToSearch(
  wanted: boolean | readonly string[],
  lists: PortLists,
  remark: (sentence: string) => void,
): Promise<readonly SerialPortInfo[]> {
  if (wanted === false) return [];
  const usable = (ports: readonly SerialPortInfo[], named: boolean) =>
    ports.filter((port) => isUsable(port, named, remark));
  if (wanted !== true) return usable(await Promise.all([...new Set(wanted)].map(lists.namedPort)), true);
  try {
    const ports = await lists.serialPorts();
    if (ports.length === 0) remark('This machine has no serial port that the system knows of.');
    return usable(ports, false);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    remark(`The serial ports cannot be listed (${why}); name them: --serial /dev/ttyUSB0`);
    return [];
  }
}

function isUsable({ device, reason }: SerialPortInfo, named: boolean, remark: (sentence: string) => void): boolean {
  if (reason === undefined || (named && !reason.forbidden)) return true;
  const instead = reason.forbidden ? '' : `; to search it all the same, name it: --serial ${device}`;
  remark(`${device} was left out: ${reason.text}${instead}`);
  return false;
}
