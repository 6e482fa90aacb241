/** What the tests of the Modbus driver share. All devices are synthetic. */
import type { Driver, Reading } from '../../../drivers/contract.ts';
import { createModbus } from '../../../drivers/modbus/driver.ts';
import { Line, type Manners, politeManners } from '../../../drivers/modbus/line.ts';
import { lineSettings, type ModbusOptions, modbusOptions } from '../../../drivers/modbus/options.ts';
import { tcpDial } from '../../../drivers/modbus/tcp.ts';
import type { Dial } from '../../../drivers/modbus/wire.ts';
import {
  type ModbusTcpServer,
  type ModbusTcpSettings,
  type SimulatedModbusUnit,
  smartUpsModbus,
  startModbusTcp,
} from '../../../scripts/simulator/modbus.ts';

/** As polite as tests on a real socket can afford. */
export const impatientManners: Manners = { ...politeManners, quiet: 30, reconnect: 30, restless: 300 };

export const plainUnit = () =>
  smartUpsModbus({
    serial: 'AS2112345678',
    manufactured: '2021-03-22',
    installed: '2021-04-15',
    replaceBy: '2025-08-07',
  });

/** A driver of `unit` on a line; drivers with the same line share it. */
export function driverOn(line: Line, options: ModbusOptions, log: string[] = []): Driver {
  const context = {
    ups: `ups${options.unit}`,
    monotonic: () => performance.now(),
    log: (level: string, message: string) => void log.push(`${level} ${message}`),
  };
  return createModbus(options, context, () => line);
}

export function parse(raw: Record<string, unknown>): ModbusOptions {
  return modbusOptions.schema.parse(raw);
}

/** A line as the config would have it, on another wire. */
export function lineOn(raw: Record<string, unknown>, dial: Dial, manners: Manners = politeManners): Line {
  return new Line(lineSettings(parse(raw)), dial, manners);
}

export interface Bench extends AsyncDisposable {
  readonly server: ModbusTcpServer;
  readonly line: Line;
  readonly driver: Driver;
  readonly log: string[];
  read(): Promise<Reading>;
}

/** A simulated unit, number 1, on a real TCP port, and a driver that reads it. */
export async function bench(
  unit: SimulatedModbusUnit,
  options: Record<string, unknown> = {},
  settings: Partial<ModbusTcpSettings> = {},
): Promise<Bench> {
  const server = await startModbusTcp({ units: new Map([[1, unit]]), ...settings });
  const raw = { host: '127.0.0.1', port: server.port, timeout: 0.2, ...options };
  const line = lineOn(raw, tcpDial('127.0.0.1', server.port), impatientManners);
  const log: string[] = [];
  const driver = driverOn(line, parse(raw), log);
  return {
    server,
    line,
    driver,
    log,
    read: () => driver.read(),
    [Symbol.asyncDispose]: async () => {
      await driver.close();
      await line.close();
      await server.close();
    },
  };
}
