/** Devices and gateways that answer in their own way: what is there is read, what is odd is an error and never a value. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reading } from '../../../drivers/contract.ts';
import { looksLikeSmartUps } from '../../../drivers/modbus/decode.ts';
import { tcpDial } from '../../../drivers/modbus/tcp.ts';
import { textRegisters } from '../../../scripts/simulator/modbus.ts';
import { failure, valuesOf } from '../reading.ts';
import { driverOn, impatientManners, lineOn, parse } from './support.ts';

/** Status and measurements of a unit that is on line, charged, and has a date; as a log would show them. */
const frames: Readonly<Record<string, readonly number[]>> = {
  '0 27': [0, 0x2002, 8, ...new Array(19).fill(0), 0, 0x0104, 0, 2, 0],
  '128 32': [0, 0x0e88, 0xc800, 0x06c0, 0xffff, 9000, 0, 0x0f40, ...new Array(24).fill(0xffff)],
};
const identity: Readonly<Record<string, readonly number[]>> = {
  '516 80': [
    ...textRegisters('UPS 10.2', 8),
    ...new Array(8).fill(0),
    ...textRegisters('\0\0Smart-UPS X 750\xff', 16),
    ...textRegisters('SMX750I', 16),
    // Left out by whoever published the log.
    ...new Array(8).fill(0),
    ...textRegisters('APCRBC117', 8),
    ...new Array(8).fill(0xffff),
    ...[750, 600, 1, 5000, 0x20, 0, 0xffff, 8000],
  ],
};

type Reply = (request: Buffer, socket: Socket, body: Buffer | undefined) => void;

/** What goes over the wire in answer to a request; a body is function, byte count, and registers. */
function frame(request: Buffer, body: Buffer, change: { id?: number; unit?: number } = {}): Buffer {
  const header = Buffer.from([...request.subarray(0, 4), 0, body.length + 1, change.unit ?? request[6] ?? 0]);
  if (change.id !== undefined) header.writeUInt16BE((header.readUInt16BE(0) + change.id) & 0xffff);
  return Buffer.concat([header, body]);
}

const exception = (code: number): Buffer => Buffer.from([0x83, code]);

/** Reads from a server that knows some requests and passes each answer to `reply`. */
async function readFrom(
  known: Readonly<Record<string, readonly number[]>>,
  reply: Reply,
  options: Record<string, unknown> = {},
): Promise<Reading> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true).on('error', () => {});
    let heard = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      heard = Buffer.concat([heard, bytes]);
      for (; heard.length >= 12; heard = heard.subarray(12)) {
        const request = Buffer.from(heard.subarray(0, 12));
        const registers = known[`${request.readUInt16BE(8)} ${request.readUInt16BE(10)}`];
        const words = registers?.flatMap((word) => [word >>> 8, word & 0xff]);
        reply(request, socket, words && Buffer.from([3, words.length, ...words]));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const raw = { host: '127.0.0.1', port, timeout: 0.15, retries: 1, ...options };
  const line = lineOn(raw, tcpDial('127.0.0.1', port), impatientManners);
  const driver = driverOn(line, parse(raw));
  try {
    return await driver.read();
  } finally {
    await driver.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

describe('frames from a log, and nothing else', () => {
  it.each([1, 2, 3, 4])('are read where everything else is refused with exception %i', async (code) => {
    const reading = await readFrom(frames, (request, socket, body) => {
      socket.write(frame(request, body ?? exception(code)));
    });
    expect(reading.verdict).toBe('ups');
    expect(valuesOf(reading)).toEqual({ 'battery.date.maintenance': '2024-08-22', 'ups.test.result': 'passed' });
    expect(reading.signals['battery.lifetime.near-end']?.['battery']?.value).toBe(true);
  });

  it.each([0, 0xffff])('are read where everything else is filled with %i', async (filler) => {
    const memory = new Array<number>(3000).fill(filler);
    for (const [key, words] of Object.entries(frames)) memory.splice(Number(key.split(' ')[0]), words.length, ...words);
    const reading = await readFrom({}, (request, socket) => {
      const [from, count] = [request.readUInt16BE(8), request.readUInt16BE(10)];
      const words = memory.slice(from, from + count).flatMap((word) => [word >>> 8, word & 0xff]);
      socket.write(frame(request, Buffer.from([3, words.length, ...words])));
    });
    expect(reading.verdict).toBe('ups');
    expect(valuesOf(reading)['battery.date.maintenance']).toBe('2024-08-22');
    expect(valuesOf(reading)['device.serial']).toBeUndefined();
  });

  it('are read with the identity that is left of them', async () => {
    const reading = await readFrom({ ...frames, ...identity }, (request, socket, body) => {
      socket.write(frame(request, body ?? exception(2)));
    });
    expect(valuesOf(reading)).toMatchObject({
      'device.model': 'Smart-UPS X 750',
      'device.part': 'SMX750I',
      'battery.cartridge': 'APCRBC117',
      'battery.date': '2021-11-26',
      'ups.mfr.date': '2013-09-09',
    });
    expect(valuesOf(reading)['device.serial']).toBeUndefined();
  });

  it('are read wherever they are cut in two', async () => {
    for (let at = 1; at < 30; at += 4) {
      const reading = await readFrom(frames, (request, socket, body) => {
        const whole = frame(request, body ?? exception(2));
        socket.write(whole.subarray(0, at));
        setImmediate(() => socket.write(whole.subarray(at)));
      });
      expect(reading.verdict, `cut at ${at}`).toBe('ups');
    }
  });

  it('are read behind the answer to another transaction, in one segment', async () => {
    const reading = await readFrom(frames, (request, socket, body) => {
      const right = frame(request, body ?? exception(2));
      const old = frame(request, Buffer.from([3, 4, 0xab, 0xcd, 0xab, 0xcd]), { id: -1 });
      socket.write(Buffer.concat([old, right, frame(request, exception(4), { id: 5 })]));
    });
    expect(valuesOf(reading)['battery.date.maintenance']).toBe('2024-08-22');
  });

  it('are not those of just any device', () => {
    const addresses = [...Array(27).keys(), ...Array.from({ length: 44 }, (_none, index) => 128 + index)];
    const looks = (word: (address: number, index: number) => number) =>
      looksLikeSmartUps(new Map(addresses.map((address, index) => [address, word(address, index) & 0xffff])));
    const meter = Buffer.alloc(200);
    for (let at = 0; at < 200; at += 4) meter.writeFloatBE(230.1 + at, at);
    expect(looks(() => 0)).toBe(false);
    expect(looks(() => 0xffff)).toBe(false);
    expect(looks((address) => address)).toBe(false);
    expect(
      looks((address) => address * 257),
      'counted',
    ).toBe(false);
    expect(
      looks((_address, index) => meter.readUInt16BE(index * 2)),
      'an energy meter',
    ).toBe(false);
    expect(
      looks((address) => [0, 2][address] ?? 1),
      'on line, and nothing else that fits',
    ).toBe(false);
    fc.assert(
      fc.property(fc.uint16Array({ minLength: addresses.length, maxLength: addresses.length }), (memory) => {
        expect(looks((_address, index) => memory[index] ?? 0)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what is odd', () => {
  it.each([
    ['an odd number of bytes', (body: Buffer) => Buffer.concat([Buffer.from([3, body.length - 3]), body.subarray(3)])],
    ['fewer registers than asked for', (body: Buffer) => Buffer.from([3, 2, ...body.subarray(2, 4)])],
    [
      'more registers than asked for',
      (body: Buffer) => Buffer.concat([Buffer.from([3, (body[1] ?? 0) + 2]), body.subarray(2), Buffer.alloc(2)]),
    ],
    ['another function', (body: Buffer) => Buffer.concat([Buffer.from([4]), body.subarray(1)])],
    ['an exception of another function', () => Buffer.from([0x84, 2])],
    ['a byte count that lies', (body: Buffer) => Buffer.concat([Buffer.from([3, 200]), body.subarray(2)])],
  ])('%s is an error, and no value', async (_name, change) => {
    const error = await failure(
      readFrom(frames, (request, socket, body) => {
        socket.write(frame(request, change(body ?? Buffer.from([3, 4, 1, 2, 3, 4]))));
      }),
    );
    expect(error.code).toMatch(/protocol|unreachable|timeout/);
    expect(error.retry).toBe(true);
  });

  it('the answer of another unit is an error', async () => {
    const answered = readFrom(frames, (request, socket, body) => {
      socket.write(frame(request, body ?? exception(2), { unit: 9 }));
    });
    expect((await failure(answered)).message).toMatch(/not one to the question/);
  });

  it.each([10, 11])('exception %i is a gateway that has lost the unit', async (code) => {
    const reading = await readFrom(frames, (request, socket) => void socket.write(frame(request, exception(code))));
    expect(reading).toMatchObject({ verdict: 'ups-lost', fields: {}, signals: {} });
    expect(reading.note).toMatch(`exception ${code}`);
  });

  it('exception 4 to everything is told as it is', async () => {
    const answered = readFrom({}, (request, socket) => void socket.write(frame(request, exception(4))));
    expect(await failure(answered)).toMatchObject({ code: 'protocol', message: expect.stringMatching(/exception 4/) });
  });

  it('a page of a web server is no UPS', async () => {
    const answered = readFrom({}, (_request, socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect((await failure(answered)).message).toMatch(/not Modbus TCP/);
  });
});
