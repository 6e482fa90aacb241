/** The edge to the network: foreign datagrams, refusals, deadlines, closing. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadDriver } from '../../../drivers/registry.ts';
import { snmpOptions } from '../../../drivers/snmp/options.ts';
import { smartUps } from '../../../scripts/simulator/units.ts';
import { failure } from '../reading.ts';
import { bench, impatient } from './support.ts';

const watcher = {
  name: 'watcher',
  auth: { protocol: 'sha', password: 'auth secret' },
  priv: { protocol: 'aes', password: 'priv secret' },
} as const;
const login = { version: 3, user: 'watcher', authPassword: 'auth secret', privPassword: 'priv secret' };

async function driverAt(options: Record<string, unknown>) {
  const parsed = snmpOptions.schema.parse({ host: '127.0.0.1', ...impatient, ...options });
  const context = { ups: 'ups1', monotonic: () => performance.now(), log: () => {} };
  return (await loadDriver('snmp')).create(parsed, context);
}

describe('versions', () => {
  it('auto falls back to 1 where 2c is met with silence, and remembers it', async () => {
    await using it = await bench({ values: smartUps(), behaviour: { versions: ['1'] } }, {});
    expect((await it.read()).verdict).toBe('ups');
    it.unit.requests.length = 0;
    await it.read();
    expect(new Set(it.unit.requests.map(({ version }) => version))).toEqual(new Set(['1']));
  });

  it('auto tries again after silence', async () => {
    await using it = await bench({ values: smartUps(), behaviour: { versions: ['1'] } }, {});
    await it.read();
    it.unit.behave({ versions: ['2c'] });
    await failure(it.read());
    expect((await it.read()).verdict).toBe('ups');
  });

  it('a wrong community is silence, and the message says what to check', async () => {
    await using it = await bench({ values: smartUps(), community: 'right' }, { community: 'wrong' });
    const error = await failure(it.read());
    expect(error).toMatchObject({ code: 'unreachable', retry: true });
    expect(error.message).toMatch(/community is wrong/);
    expect(error.message).not.toMatch(/"wrong"/);
  });
});

describe('SNMPv3 refusals', () => {
  it.each([
    ['an unknown user', { user: 'nobody' }, /does not know the SNMPv3 user "nobody"/],
    ['a wrong authentication passphrase', { authPassword: 'not the secret' }, /authPassword/],
    ['a wrong authentication protocol', { authProtocol: 'md5' }, /authProtocol/],
    ['a wrong privacy passphrase', { privPassword: 'not the secret' }, /privPassword/],
    ['too low a level', { privPassword: undefined }, /security level/],
  ])('%s is an auth error that trying again does not mend', async (_name, wrong, message) => {
    await using it = await bench({ values: smartUps(), users: [watcher] }, { ...login, ...wrong });
    for (let poll = 0; poll < 2; poll += 1) {
      const error = await failure(it.read());
      expect(error).toMatchObject({ code: 'auth', retry: false });
      expect(error.message).toMatch(message);
      expect(JSON.stringify([error.message, error.cause, String(error.stack)])).not.toMatch(/secret/);
    }
  });

  it('an answer that is not signed is refused', async () => {
    await using it = await bench({ values: smartUps(), users: [watcher], behaviour: { unsigned: true } }, login);
    const error = await failure(it.read());
    expect(error.code).toBe('protocol');
    expect(error.message).toMatch(/not signed/);
    it.unit.behave({});
    expect((await it.read()).verdict).toBe('ups');
  });
});

describe('datagrams', () => {
  it('from another port are not answers', async () => {
    await using it = await bench({ values: smartUps(), behaviour: { wrongPort: true } });
    expect((await failure(it.read())).code).toBe('unreachable');
    it.unit.behave({});
    expect((await it.read()).verdict).toBe('ups');
  });

  it('that are noise do not spoil the answer behind them', async () => {
    await using it = await bench({ values: smartUps(), behaviour: { noise: Buffer.from('30ff00', 'hex') } });
    expect((await it.read()).verdict).toBe('ups');
  });

  it.each([['2c'], ['1'], ['3']])('of any content never crash or hang a read over version %s', async (version) => {
    await using it = await bench(
      { values: smartUps(), users: [watcher] },
      version === '3' ? { ...login, timeout: 0.05 } : { version, timeout: 0.05 },
    );
    const sample = Buffer.from(
      '302902010104067075626c6963a21c02040000000102010002010030' + '0e300c06082b060102010101000400',
      'hex',
    );
    const mutated = fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { maxLength: 6 }).map((changes) => {
      const copy = Buffer.from(sample);
      for (const [at, octet] of changes) copy[at] = octet;
      return copy;
    });
    const random = fc.uint8Array({ maxLength: 200 }).map((octets) => Buffer.from(octets));
    const crashes: unknown[] = [];
    const onCrash = (error: unknown) => crashes.push(error);
    process.on('uncaughtException', onCrash);
    process.on('unhandledRejection', onCrash);
    try {
      await fc.assert(
        fc.asyncProperty(fc.oneof(random, mutated), fc.boolean(), async (datagram, instead) => {
          it.unit.behave(instead ? { garbage: datagram } : { noise: datagram });
          const end = await it.read().then(
            (reading) => reading.verdict,
            (error: Error) => error.name,
          );
          expect(['ups', 'DriverError', 'not-a-ups']).toContain(end);
        }),
        { numRuns: 40, seed: 20_261_123 },
      );
      it.unit.behave({});
      await it.read().catch(() => {});
      expect((await it.read()).verdict).toBe('ups');
      expect(crashes).toEqual([]);
    } finally {
      process.off('uncaughtException', onCrash);
      process.off('unhandledRejection', onCrash);
    }
  });

  it('that answer the right request with nonsense are survived', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    let round = 0;
    // Keeps what identifies the request, changes everything behind it a little more each time.
    socket.on('message', (datagram, from) => {
      const reply = Buffer.from(datagram);
      const pdu = reply.indexOf(0xa0);
      if (pdu > 0) reply[pdu] = 0xa2;
      round += 1;
      for (let at = pdu + 14; at < reply.length; at += 7 + (round % 5)) reply[at] = (round * 37 + at) & 0xff;
      socket.send(reply, from.port, from.address);
    });
    const driver = await driverAt({ port: socket.address().port, version: '2c', timeout: 0.05 });
    for (let poll = 0; poll < 20; poll += 1) {
      const end = await driver.read().then(
        () => 'reading',
        (error: Error) => error.name,
      );
      expect(['reading', 'DriverError']).toContain(end);
    }
    await driver.close();
    socket.close();
  });
});

describe('stopping', () => {
  it('a poll that is stopped ends at once and leaves the driver usable', async () => {
    await using it = await bench({ values: smartUps(), behaviour: { silent: true } }, { version: '2c', timeout: 30 });
    const controller = new AbortController();
    const read = it.driver.read(controller.signal);
    controller.abort();
    expect(await failure(read)).toMatchObject({ code: 'closed', retry: true });
    expect(await failure(it.driver.read(AbortSignal.abort()))).toMatchObject({ code: 'closed' });
    it.unit.behave({});
    expect((await it.read()).verdict).toBe('ups');
  });

  it('closing ends a read in flight, is safe twice, and reads afterwards are refused', async () => {
    await using it = await bench({ values: smartUps(), behaviour: { silent: true } }, { version: '2c', timeout: 30 });
    const read = failure(it.read());
    const queued = failure(it.read());
    await Promise.all([it.driver.close(), it.driver.close()]);
    expect(await read).toMatchObject({ code: 'closed', retry: false });
    expect(await queued).toMatchObject({ code: 'closed' });
    expect(await failure(it.read())).toMatchObject({ code: 'closed' });
    await it.driver.close();
  });

  it('a driver that never read closes', async () => {
    await (await driverAt({})).close();
  });
});

describe('names and routes', () => {
  it('a host name that does not resolve is told as such', async () => {
    const driver = await driverAt({ host: 'no-such-host.invalid', timeout: 5 });
    const error = await failure(driver.read());
    expect(error).toMatchObject({ code: 'unreachable', retry: true });
    expect(error.message).toMatch(/"no-such-host\.invalid"/);
    await driver.close();
  });

  it('an address that cannot be sent to is told as such', async () => {
    const driver = await driverAt({ host: '255.255.255.255', version: '2c' });
    const error = await failure(driver.read());
    expect(error.code).toBe('unreachable');
    expect(error.message).toMatch(/cannot send to 255\.255\.255\.255/);
    await driver.close();
  });

  it('IPv6 works, however it is written', async () => {
    await using it = await bench({ values: smartUps(), host: '::1' }, { host: '0:0:0:0:0:0:0:1', version: '2c' });
    expect((await it.read()).verdict).toBe('ups');
    const mapped = await it.another({ host: '[::1]', version: '2c' });
    expect((await mapped.read()).verdict).toBe('ups');
  });
});

describe('a fleet', () => {
  it('of 300 units behind one port is read over one socket', async () => {
    const { startSimulator } = await import('../../../scripts/simulator/simulator.ts');
    const units = Array.from({ length: 300 }, (_none, index) => ({
      name: `ups${index}`,
      community: `c${index}`,
      values: smartUps({ serial: `AS2216${String(index).padStart(6, '0')}` }),
    }));
    const simulator = await startSimulator({ units });
    const drivers = await Promise.all(
      units.map(({ community }) =>
        driverAt({ port: simulator.port, community, version: '2c', timeout: 3, retries: 2 }),
      ),
    );
    const readings = await Promise.all(drivers.map((driver) => driver.read()));
    for (const [index, reading] of readings.entries())
      expect(reading.fields['device.serial']?.value).toBe(units[index]?.values['1.3.6.1.4.1.318.1.1.1.1.2.3.0']);
    await Promise.all(drivers.map((driver) => driver.close()));
    await simulator.close();
  });
});
