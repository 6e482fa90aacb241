/** Modbus TCP on real sockets of this machine. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { politeManners } from '../../../drivers/modbus/line.ts';
import { loadDriver } from '../../../drivers/registry.ts';
import { smartUpsModbus } from '../../../scripts/simulator/modbus.ts';
import { failure, valuesOf } from '../reading.ts';
import { bench, parse, plainUnit } from './support.ts';

/** Writes one byte at a time, each in a turn of its own. */
async function byteByByte(reply: Buffer, socket: Socket): Promise<void> {
  for (const byte of reply) {
    if (socket.destroyed) return;
    await new Promise<void>((resolve) => socket.write(Buffer.from([byte]), () => resolve()));
  }
}

describe('answers', () => {
  it('may come byte by byte', async () => {
    await using it = await bench(
      plainUnit(),
      { timeout: 5 },
      { deliver: (reply, socket) => void byteByByte(reply, socket) },
    );
    expect(valuesOf(await it.read())).toMatchObject({ 'device.serial': 'AS2112345678', 'battery.date': '2021-04-15' });
  });

  it('may come twice, or glued to the one before', async () => {
    let before: Buffer = Buffer.alloc(0);
    await using it = await bench(
      plainUnit(),
      {},
      {
        deliver: (reply, socket) => {
          socket.write(Buffer.concat([before, reply, reply]));
          before = reply;
        },
      },
    );
    expect((await it.read()).verdict).toBe('ups');
    expect((await it.read()).verdict).toBe('ups');
    expect(it.server.connections).toBe(2);
  });

  it('that never come are asked for again on another connection', async () => {
    let lost = 1;
    await using it = await bench(plainUnit(), {}, { deliver: (reply, socket) => lost-- > 0 || socket.write(reply) });
    expect((await it.read()).verdict).toBe('ups');
    expect(it.server.connections).toBe(2);
  });

  it('from the wrong unit are not believed', async () => {
    await using it = await bench(
      plainUnit(),
      { retries: 0 },
      {
        deliver: (reply, socket) => {
          const wrong = Buffer.from(reply);
          wrong[6] = 2;
          socket.write(wrong);
        },
      },
    );
    expect(await failure(it.read())).toMatchObject({ code: 'unreachable', retry: true });
  });

  it('about the test block alone may be missing', async () => {
    await using it = await bench(
      plainUnit(),
      {},
      { deliver: (reply, socket, request) => request.readUInt16BE(8) < 2048 && socket.write(reply) },
    );
    expect((await it.read()).verdict).toBe('ups');
    expect((await it.read()).verdict).toBe('ups');
  });

  it('that are no Modbus at all are told as such', async () => {
    await using it = await bench(
      plainUnit(),
      { retries: 0 },
      {
        deliver: (_reply, socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
      },
    );
    expect((await failure(it.read())).message).toMatch(/not Modbus TCP/);
  });

  it('that stop in the middle of a poll are a timeout, not another UPS', async () => {
    let left = 2;
    await using it = await bench(
      plainUnit(),
      { retries: 0 },
      {
        deliver: (reply, socket) => left-- > 0 && socket.write(reply),
      },
    );
    expect(await failure(it.read())).toMatchObject({ code: 'timeout', retry: true });
  });
});

describe('a SmartConnect port', () => {
  it.each(['hangs-up', 'mute'] as const)('that %s after one answer is read, and remembered', async (single) => {
    await using it = await bench(plainUnit(), {}, { single });
    expect((await it.read()).verdict).toBe('ups');
    expect(it.log.some((line) => /one request a connection/.test(line))).toBe(true);
    const before = it.server.connections;
    const asked = it.server.requests.length;
    expect((await it.read()).verdict).toBe('ups');
    expect(it.server.connections - before).toBe(3);
    expect(it.server.requests.length - asked).toBe(3);
  });

  it('named as such gets one request a connection from the beginning', async () => {
    await using it = await bench(plainUnit(), { smartConnect: true }, { single: 'hangs-up' });
    expect((await it.read()).verdict).toBe('ups');
    expect(it.server.connections).toBe(4);
    expect(it.server.requests).toHaveLength(4);
  });

  it('gets two seconds between connections', () => {
    expect(politeManners.reconnect).toBeGreaterThanOrEqual(2000);
  });

  it('with 0xFFFF at addresses that are not there is not taken for the older map', async () => {
    await using it = await bench(smartUpsModbus({ serial: 'AS2112345678' }).remove(2048, 14));
    expect(await it.read()).toMatchObject({ verdict: 'ups', fields: { 'device.serial': { value: 'AS2112345678' } } });
  });
});

describe('a connection', () => {
  it('is not kept between polls', async () => {
    await using it = await bench(plainUnit());
    await it.read();
    await it.read();
    expect(it.server.connections).toBe(2);
  });

  it('is shared by units that wait for their turn', async () => {
    await using it = await bench(plainUnit());
    const readings = await Promise.all([it.read(), it.read(), it.read()]);
    for (const reading of readings) expect(reading.verdict).toBe('ups');
    expect(it.server.connections).toBe(1);
  });

  it('that is refused says what to look at', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    server.close();
    await once(server, 'close');
    const driver = (await loadDriver('modbus')).create(parse({ host: '127.0.0.1', port }), {
      ups: 'rack-1',
      monotonic: () => performance.now(),
      log: () => {},
    });
    const error = await failure(driver.read());
    expect(error).toMatchObject({ code: 'unreachable', retry: true });
    expect(error.message).toMatch(/^rack-1: no connection to 127\.0\.0\.1 port \d+ .*Modbus TCP is off/);
    await driver.close();
  });

  it('that is reset in the middle is made again', async () => {
    let resets = 1;
    await using it = await bench(
      plainUnit(),
      {},
      {
        deliver: (reply, socket) => {
          if (resets-- > 0) socket.resetAndDestroy();
          else socket.write(reply);
        },
      },
    );
    expect((await it.read()).verdict).toBe('ups');
  });
});

describe('a line', () => {
  it('to one place has one set of settings', async () => {
    const { create } = await loadDriver('modbus');
    await using it = await bench(plainUnit());
    const context = { ups: 'rack', monotonic: () => performance.now(), log: () => {} };
    const raw = { host: '127.0.0.1', port: it.server.port };
    const first = create(parse(raw), context);
    const other = create(parse({ ...raw, smartConnect: true }), context);
    expect((await first.read()).verdict).toBe('ups');
    expect((await failure(other.read())).message).toMatch(/other settings/);
    await first.close();
    expect((await other.read()).verdict).toBe('ups');
    await other.close();
  });
});
