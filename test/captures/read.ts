/** Reads a captured device with the driver that read it first, over the wire it stands for. */

import type { Facts } from '../../agent/lifecycle/model.ts';
import { pollOutput } from '../../agent/poll.ts';
import type { Driver, DriverContext, Reading } from '../../drivers/contract.ts';
import { createModbus } from '../../drivers/modbus/driver.ts';
import { Line } from '../../drivers/modbus/line.ts';
import type { ModbusOptions } from '../../drivers/modbus/options.ts';
import { tcpDial } from '../../drivers/modbus/tcp.ts';
import { driverOptions, loadDriver } from '../../drivers/registry.ts';
import { UpslinkDriver } from '../../drivers/upslink/driver.ts';
import { upslinkOptions } from '../../drivers/upslink/options.ts';
import type { OpenPort, PortListener } from '../../drivers/upslink/port.ts';
import { play, readDevice, upslinkAnswers } from '../../scripts/simulator/capture.ts';
import { SimulatedUpsLink } from '../../scripts/simulator/upslink.ts';
import { impatientManners } from '../drivers/modbus/support.ts';

/** `expected.json`: what the driver reads, and what follows from it on one day. */
export interface Expected {
  /** There while nobody has looked whether it is right. */
  readonly review?: string;
  readonly today: string;
  readonly reading: Reading;
  readonly facts: Facts;
}

const context: DriverContext = { ups: 'captured', monotonic: () => performance.now(), log: () => {} };

/** What comes out today, for the day of what was expected before. A note that was not captured is not looked at. */
export async function expectedOf(folder: string, before: Partial<Expected>): Promise<Expected> {
  const { reading, driver } = await readCaptured(folder);
  const { review, today = '2026-11-23' } = before;
  const { note, ...rest } = reading;
  const kept = review !== undefined && before.reading?.note === undefined ? rest : { note, ...rest };
  const { facts } = await pollOutput({ name: 'captured', driver, today, read: async () => reading });
  return JSON.parse(JSON.stringify({ review, today, reading: kept, facts })) as Expected;
}

async function readCaptured(folder: string): Promise<{ readonly driver: string; readonly reading: Reading }> {
  const { device, answers } = await readDevice(folder);
  if (device.driver === 'upslink') {
    return { driver: 'upslink', reading: await once(serialLine(upslinkAnswers(answers), device.options ?? {})) };
  }
  await using playing = await play(folder);
  const options = driverOptions(playing.driver).schema.parse({ ...playing.options, ...patience[playing.driver] });
  const driver =
    playing.driver === 'modbus'
      ? hurriedModbus(options as ModbusOptions)
      : (await loadDriver(playing.driver)).create(options, context);
  return { driver: playing.driver, reading: await once(driver) };
}

/** A SmartConnect port wants two seconds between connections; a simulated one does not. */
function hurriedModbus(options: ModbusOptions): Driver {
  const { host = '', port = 0 } = options;
  return createModbus(options, context, (settings) => new Line(settings, tcpDial(host, port), impatientManners));
}

/** Devices that know one version of SNMP meet the others with silence, which is waited for. */
const patience: Readonly<Record<string, Record<string, unknown>>> = { snmp: { timeout: 0.3, retries: 0 } };

async function once(driver: Driver): Promise<Reading> {
  try {
    return await driver.read();
  } finally {
    await driver.close();
  }
}

/** A serial line in memory. */
function serialLine(answers: Readonly<Record<string, string>>, options: Readonly<Record<string, unknown>>): Driver {
  const parsed = upslinkOptions.schema.parse({ device: '/dev/ttyTEST', timeout: 0.2, ...options });
  let listener: PortListener | undefined;
  const say = (text: string) => queueMicrotask(() => listener?.heard(Buffer.from(text, 'latin1')));
  const ups = new SimulatedUpsLink(say, answers);
  const open: OpenPort = async (_device, _lines, heardBy) => {
    listener = heardBy;
    return { send: (text) => ups.hear(text), isCurrent: async () => true, close: async () => {} };
  };
  return new UpslinkDriver(parsed, context, open, 0.02);
}
