/** The ways over Modbus: TCP, a SmartConnect port, a serial line. */
import { join } from 'node:path';
import { type SimulatedModbusUnit, smartUpsModbus, startModbusTcp } from '../../../scripts/simulator/modbus.ts';
import { type Fault, serial, type Watched } from '../line.ts';
import { modbusRtu, modbusTcp } from '../operations.ts';
import { Cable } from '../serial-port.ts';
import { tcpTap } from '../taps.ts';

const days = { serial, manufactured: '2022-04-18', installed: '2022-05-04', replaceBy: '2037-05-04' };

/** A unit that takes dates, and how it fails whatever the transport is. */
function modbusUnit(): { device: SimulatedModbusUnit; faults: Fault[] } {
  const device = smartUpsModbus(days);
  device.writing = () => 'store';
  const exception = (code: number): Fault => ({
    name: `exception ${code}`,
    begin: () => {
      device.exception = code;
    },
    end: () => {
      device.exception = undefined;
    },
  });
  return { device, faults: [exception(2), exception(4), exception(11)] };
}

/** What a line makes of each reply, and faults that make something else of it. */
function spoiler(): {
  deliver: (reply: Buffer) => Buffer;
  spoiled: (name: string, by: (reply: Buffer) => Buffer) => Fault;
} {
  const whole = (reply: Buffer): Buffer => reply;
  let spoil = whole;
  return {
    deliver: (reply) => spoil(reply),
    spoiled: (name, by) => ({
      name,
      begin: () => {
        spoil = by;
      },
      end: () => {
        spoil = whole;
      },
    }),
  };
}

const modbusOverTcp = (smartConnect: boolean): Watched => ({
  name: smartConnect ? 'Modbus over a SmartConnect port' : 'Modbus over TCP',
  reading: ['modbus 3'],
  writing: 'modbus 16',
  // It wants two seconds between connections.
  isSlow: smartConnect,
  open: async () => {
    const { device, faults } = modbusUnit();
    const { deliver, spoiled } = spoiler();
    const server = await startModbusTcp({
      units: new Map([[1, device]]),
      ...(smartConnect ? { single: 'hangs-up' as const } : {}),
      deliver: (reply, socket) => void socket.write(deliver(reply)),
    });
    const tap = await tcpTap(server.port, modbusTcp);
    return {
      section: { host: '127.0.0.1', port: tap.port, timeout: 0.2, retries: 1, smartConnect },
      target: `modbus://127.0.0.1:${tap.port}?timeout=0.2&smartConnect=${smartConnect}`,
      place: { by: 'address', host: '127.0.0.1', port: tap.port },
      isNetwork: true,
      operations: tap.operations,
      alarm: () => device.set(22, [4]),
      faults: smartConnect
        ? []
        : [
            ...faults,
            spoiled('silence', () => Buffer.alloc(0)),
            spoiled('half an answer', (reply) => reply.subarray(0, 7)),
            spoiled('an answer to something else', (reply) => Buffer.from([reply[0] ?? 0, 99, ...reply.subarray(2)])),
          ],
      [Symbol.asyncDispose]: async () => {
        await tap[Symbol.asyncDispose]();
        await server.close();
      },
    };
  },
});

const modbusOverSerial: Watched = {
  name: 'Modbus on a serial line',
  reading: ['modbus 3'],
  writing: 'modbus 16',
  open: async (folder) => {
    const { device, faults } = modbusUnit();
    const cable = await Cable.plug(join(folder, 'ttyModbus'));
    const { deliver, spoiled } = spoiler();
    cable.hear = (frame) => {
      const body = device.answer(frame.subarray(1, -2));
      const bytes = deliver(sealed(Buffer.from([frame[0] ?? 0, ...body])));
      if (bytes.length > 0) cable.say(bytes);
    };
    return {
      section: { device: cable.path, timeout: 0.1, retries: 1 },
      target: `modbus-rtu:${cable.path}?timeout=0.1&retries=1`,
      place: { by: 'serial', device: cable.path },
      isNetwork: false,
      operations: () => cable.written.map(modbusRtu),
      alarm: () => device.set(22, [4]),
      faults: [
        ...faults.slice(0, 2),
        spoiled('silence', () => Buffer.alloc(0)),
        spoiled('noise', (reply) => reply.subarray(1)),
        { name: 'a pulled cable', begin: () => cable.pull(), end: () => cable.plugAgain() },
      ],
      [Symbol.asyncDispose]: () => cable.pull(),
    };
  },
};

function sealed(body: Buffer): Buffer {
  let crc = 0xffff;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return Buffer.from([...body, crc & 0xff, crc >>> 8]);
}

export const modbusLines: readonly Watched[] = [modbusOverTcp(false), modbusOverTcp(true), modbusOverSerial];
