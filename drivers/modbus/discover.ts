/** Looks for Modbus units: whether a port takes a connection, and which serial ports could have one. */
import type { DriverModule } from '../contract.ts';
import type { Candidate } from '../probe.ts';
import { politeManners } from './line.ts';
import { type ModbusOptions, modbusPort } from './options.ts';
import { tcpDial } from './tcp.ts';
import { LineError } from './wire.ts';

/**
 * Over TCP, a connection without any question: what listens there is found out by the reading. A SmartConnect port takes the
 * next connection only after a pause. On a serial port nothing is lighter than the reading itself.
 */
export const modbusProbe: NonNullable<DriverModule<ModbusOptions>['probe']> = async (place, context) => {
  if (place.by === 'serial') {
    const { device } = place;
    return [{ used: { device, timeout: 0.7, retries: 1 }, written: { device }, shown: { device } }];
  }
  const { host, port } = place;
  await context.permit();
  try {
    const wire = await tcpDial(host, port)({ data: () => {}, gone: () => {} }, context.timeoutMs, context.signal);
    await wire.close();
  } catch (error) {
    if (error instanceof LineError && error.trouble === 'open') return [];
    throw error;
  }
  await context.pause(politeManners.reconnect);
  const section = { host, ...(port !== modbusPort && { port }) };
  return [{ used: { ...section, retries: 1 }, written: section, shown: section } satisfies Candidate];
};
