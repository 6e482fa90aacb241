/** Real sockets on 127.0.0.0/8: simulated units, and watchers where nothing may arrive. */
import dns from 'node:dns';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Progress } from '../../agent/discovery/discover.ts';
import { type DiscoveryRequest, type DiscoveryWorld, discover, realWorld } from '../../agent/discovery/discover.ts';
import { introductionsOf } from '../../agent/discovery/introductions.ts';
import { driverOptions } from '../../drivers/registry.ts';
import { startApcupsd } from '../../scripts/simulator/apcupsd.ts';
import { SimulatedModbusUnit, smartUpsModbus, startModbusTcp } from '../../scripts/simulator/modbus.ts';
import { startUpsd } from '../../scripts/simulator/nut.ts';
import { type SimulatedUnit, startSimulator } from '../../scripts/simulator/simulator.ts';
import { legacySmartUps, oids, smartUps } from '../../scripts/simulator/units.ts';
import { watch } from './watch.ts';

afterEach(() => vi.restoreAllMocks());

/** Waits for real, but never long: probes wait for silence, and permits come fast. */
const world: DiscoveryWorld = {
  ...realWorld,
  clock: {
    now: realWorld.clock.now,
    sleep: async (ms, signal) => await realWorld.clock.sleep(Math.min(ms, 2), signal),
  },
  timeoutMs: 150,
};

const search = async (
  request: DiscoveryRequest,
  more: { signal?: AbortSignal; onProgress?: (p: Progress) => void } = {},
) => await discover({ rate: 1000, ...request }, { world, ...more });

/** Cards on addresses of 127.9.0.0/24 that share one port. */
async function cards(units: readonly (Omit<SimulatedUnit, 'name'> & { readonly host: string })[]) {
  const first = await startSimulator({ units: [{ name: 'first', values: {}, host: '127.9.9.9' }] });
  const { port } = first;
  const simulator = await startSimulator({ units: units.map((unit) => ({ name: unit.host, port, ...unit })) });
  return {
    port,
    unit: simulator.unit,
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      await first.close();
    },
  };
}

describe('ranges', () => {
  test('cards answer 2c or only 1, other devices are told apart, and nothing beyond the range is contacted', async () => {
    await using network = await cards([
      { host: '127.9.0.2', values: smartUps({ serial: 'AS1' }) },
      { host: '127.9.0.3', values: legacySmartUps({ serial: 'AS2' }), behaviour: { versions: ['1'] } },
      { host: '127.9.0.4', values: { [oids.sysDescr]: 'A printer', [oids.sysObjectId]: { oid: '1.3.6.1.4.1.11.2' } } },
      { host: '127.9.0.6', values: smartUps({ serial: 'AS3' }), community: 'other' },
    ]);
    const { port } = network;
    await using outside = await watch(['127.9.0.0', '127.9.0.7', '127.9.0.8', '127.9.1.2', '127.0.0.1'], port);
    await using silent = await watch(['127.9.0.5'], port, false);
    const reverse = vi.spyOn(dns, 'reverse');
    const service = vi.spyOn(dns, 'lookupService');
    const progress: Progress[] = [];
    const result = await search(
      { ranges: ['127.9.0.0/29', '127.9.0.4/30'], ports: { snmp: port, modbus: port } },
      { onProgress: (each) => progress.push(each) },
    );
    expect(result.findings.map(({ serial, ways }) => [serial, ways[0].written])).toEqual([
      ['AS1', { host: '127.9.0.2', port }],
      ['AS2', { host: '127.9.0.3', port, version: '1' }],
    ]);
    expect(result).toMatchObject({ others: 1, stopped: false, remarks: [] });
    expect(outside.heard).toEqual([]);
    // Two versions of SNMP, once each.
    expect(silent.heard).toEqual(['udp 127.9.0.5', 'udp 127.9.0.5']);
    expect([reverse.mock.calls, service.mock.calls]).toEqual([[], []]);
    expect(progress[0]).toEqual({ done: 0, total: 6, seen: 0 });
    expect(progress.at(-1)).toEqual({ done: 6, total: 6, seen: 2 });
  });

  test('communities and SNMP 3 users, as they are given and written', async () => {
    const user = { name: 'watcher', auth: { protocol: 'sha', password: 'auth passphrase' } } as const;
    await using network = await cards([
      { host: '127.9.0.2', values: smartUps({ serial: 'AS1' }), community: 'second' },
      { host: '127.9.0.3', values: smartUps({ serial: 'AS2' }), users: [user], behaviour: { versions: ['3'] } },
      {
        host: '127.9.0.4',
        values: smartUps({ serial: 'AS3' }),
        users: [{ ...user, name: 'nobody' }],
        behaviour: { versions: ['3'] },
      },
    ]);
    const { port } = network;
    const written = { host: 'ups1', user: 'watcher', authPasswordFile: 'ups.auth' };
    const options = driverOptions('snmp').schema.parse({
      host: 'ups1',
      user: 'watcher',
      authPassword: 'auth passphrase',
    });
    const introductions = introductionsOf(
      [{ value: 'first' }, { value: 'second', file: '/etc/upsteward/second' }],
      [{ driver: 'snmp', options, written }],
    );
    const result = await search({ ranges: ['127.9.0.0/29'], ports: { snmp: port, modbus: port }, introductions });
    expect(result.findings.map(({ ways }) => ways[0].written)).toEqual([
      { host: '127.9.0.2', port, communityFile: '/etc/upsteward/second' },
      { host: '127.9.0.3', port, user: 'watcher', authPasswordFile: 'ups.auth' },
    ]);
    expect(result.remarks).toEqual(['127.9.0.4: the card does not know the SNMPv3 user "watcher"; check `user`']);
  });

  test('one unit over SNMP and Modbus is one; what answers nothing but 0xFFFF is none', async () => {
    await using network = await cards([{ host: '127.9.0.2', values: smartUps({ serial: 'AS2303000001' }) }]);
    const { port } = network;
    const unit = smartUpsModbus({ serial: 'AS2303000001', installed: '2023-02-06', replaceBy: '2027-01-15' });
    const servers = await Promise.all(
      [unit, new SimulatedModbusUnit('native')].map(
        async (each, index) =>
          await startModbusTcp({ units: new Map([[1, each]]), host: `127.9.0.${index + 3}`, port }),
      ),
    );
    try {
      const result = await search({ ranges: ['127.9.0.0/29'], ports: { snmp: port, modbus: port } });
      expect(result.findings.map(({ ways }) => ways.map(({ driver, place }) => [driver, place]))).toEqual([
        [
          ['snmp', '127.9.0.2'],
          ['modbus', '127.9.0.3'],
        ],
      ]);
      expect(result.findings[0]?.offers).toEqual({ installed: 'yes', replaceBy: 'yes' });
      expect(result.others).toBe(1);
      // Nothing but the reading of registers.
      for (const request of servers.flatMap(({ requests }) => requests)) expect(request[7]).toBe(3);
    } finally {
      await Promise.all(servers.map((server) => server.close()));
    }
  });

  test('what cannot be sent to is one plain sentence; what is no unit is another', async () => {
    await using door = await watch(['127.9.0.1'], 0);
    const { port } = door;
    const { findings, remarks } = await search({
      ranges: ['127.9.0.1', '127.255.255.255'],
      ports: { snmp: port, modbus: port },
    });
    expect(findings).toEqual([]);
    expect(remarks.toSorted()).toEqual([
      expect.stringMatching(/^127\.255\.255\.255: cannot send to 127\.255\.255\.255 port \d+ \(EACCES\)/),
      expect.stringMatching(/^127\.9\.0\.1 seems to answer modbus, but was not read: /),
    ]);
  });

  test('no more sockets than hands, and the rate is kept', async () => {
    const starts: number[] = [];
    let now = 0;
    const slow: DiscoveryWorld = {
      ...world,
      clock: {
        now: () => now,
        sleep: async (ms) => {
          now += ms;
          starts.push(now);
        },
      },
      timeoutMs: 1,
    };
    await discover({ ranges: ['127.9.2.0/28'], ports: { snmp: 9, modbus: 9 }, rate: 100 }, { world: slow });
    // 14 addresses, three packets each: the first goes at once.
    expect(starts.length).toBe(41);
  });
});

describe('stopping', () => {
  test('what was found so far is told', async () => {
    await using network = await cards([{ host: '127.9.0.1', values: smartUps({ serial: 'AS1' }) }]);
    const stop = new AbortController();
    const result = await search(
      { ranges: ['127.9.0.0/20'], ports: { snmp: network.port, modbus: network.port } },
      {
        signal: stop.signal,
        onProgress: ({ sighting }) => {
          if (sighting !== undefined) stop.abort();
        },
      },
    );
    expect(result.stopped).toBe(true);
    expect(result.findings.map(({ serial }) => serial)).toEqual(['AS1']);
    expect(result.remarks).toEqual([]);
  });
});

describe('servers', () => {
  test('upsd and apcupsd: all units that they know', async () => {
    const known = { 'device.model': 'Smart-UPS 1500', 'device.serial': 'AS1', 'ups.status': 'OL' };
    await using upsd = await startUpsd({
      units: { lab: known, hall: { ...known, 'device.serial': 'AS2' }, gone: 'DATA-STALE' },
    });
    await using apcupsd = await startApcupsd({ STATUS: 'ONLINE', MODEL: 'Smart-UPS 1500', SERIALNO: 'AS2' });
    const servers = [
      { driver: 'nut', host: '127.0.0.1', port: upsd.port },
      { driver: 'apcupsd', host: '127.0.0.1', port: apcupsd.port },
    ];
    const { findings, remarks } = await search({ servers });
    expect(findings.map(({ verdict, ways }) => [verdict, ...ways.map(({ written }) => written)])).toEqual([
      ['ups', `hall@127.0.0.1:${upsd.port}`, { host: '127.0.0.1', port: apcupsd.port }],
      ['ups-lost', `gone@127.0.0.1:${upsd.port}`],
      ['ups', `lab@127.0.0.1:${upsd.port}`],
    ]);
    expect(remarks).toEqual([]);
    expect(upsd.heard.every((line) => /^(STARTTLS|LIST UPS|LIST VAR \w+)$/.test(line))).toBe(true);
    expect(apcupsd.heard).toEqual(['status']);
  });

  test('one that wants a password says so; a user of the config for that host gets in', async () => {
    await using upsd = await startUpsd({
      access: { user: 'me', password: 'a password' },
      units: { lab: { 'ups.status': 'OL' } },
    });
    const servers = [{ driver: 'nut', host: '127.0.0.1', port: upsd.port }];
    const denied = await search({ servers });
    expect(denied.findings).toEqual([]);
    expect(denied.remarks).toEqual([
      expect.stringMatching(/refuses this user or password, or wants one \(ACCESS-DENIED\)/),
    ]);
    const written = { host: '127.0.0.1', user: 'me', password: 'a password' };
    const options = driverOptions('nut').schema.parse(written);
    const introductions = introductionsOf([], [{ driver: 'nut', options, written }]);
    const { findings } = await search({ servers, introductions });
    expect(findings[0]?.ways[0]).toMatchObject({
      written: { ups: 'lab', user: 'me', password: 'a password' },
      shown: { ups: 'lab', user: 'me', password: '<secret>' },
    });
  });

  test('one that is not there', async () => {
    const upsd = await startUpsd({});
    const { port } = upsd;
    await upsd[Symbol.asyncDispose]();
    const { remarks } = await search({ servers: [{ driver: 'nut', host: '127.0.0.1', port }] });
    expect(remarks).toEqual([expect.stringMatching(/no connection to upsd .*ECONNREFUSED.* Nothing listens there/)]);
  });
});

describe('serial ports', () => {
  const port = (name: string, reason?: { text: string; forbidden: boolean }) => ({
    device: `/dev/${name}`,
    name,
    ...(reason !== undefined && { reason }),
  });

  test('which are opened, and what is said of the others', async () => {
    const lists: DiscoveryWorld = {
      ...world,
      serialPorts: async () => [
        port('ttyACM0', { text: 'it seems to be a modem', forbidden: false }),
        port('ttyS0', { text: 'it is the console of this machine', forbidden: true }),
      ],
      namedPort: async (device) => ({
        device,
        name: 'ttyS0',
        reason: { text: 'apcupsd (process 7) uses it', forbidden: true },
      }),
    };
    expect((await discover({ serial: true }, { world: lists })).remarks).toEqual([
      '/dev/ttyACM0 was left out: it seems to be a modem; to search it all the same, name it: --serial /dev/ttyACM0',
      '/dev/ttyS0 was left out: it is the console of this machine',
    ]);
    expect((await discover({ serial: ['/dev/ttyS0'] }, { world: lists })).remarks).toEqual([
      '/dev/ttyS0 was left out: apcupsd (process 7) uses it',
    ]);
  });

  test('none, and no list', async () => {
    const none = { ...world, serialPorts: async () => [] };
    expect((await discover({ serial: true }, { world: none })).remarks).toEqual([
      'This machine has no serial port that the system knows of.',
    ]);
    const broken = { ...world, serialPorts: async () => await Promise.reject(new Error('spawn udevadm ENOENT')) };
    expect((await discover({ serial: true }, { world: broken })).remarks).toEqual([
      'The serial ports cannot be listed (spawn udevadm ENOENT); name them: --serial /dev/ttyUSB0',
    ]);
  });

  test('a port that does not open is one sentence', async () => {
    const { remarks, findings } = await discover(
      { serial: ['/dev/null'] },
      { world: { ...world, namedPort: async (device) => ({ device, name: 'null' }) } },
    );
    expect(findings).toEqual([]);
    expect(remarks).toEqual([expect.stringMatching(/^null: cannot open \/dev\/null/)]);
  });
});

test('a search that cannot be meant so', async () => {
  const codes = async (request: DiscoveryRequest) =>
    await search(request).then(
      () => 'none',
      ({ code }) => code,
    );
  expect(await codes({})).toBe('nothing-to-search');
  expect(await codes({ ranges: ['10.0.0.0/8'] })).toBe('too-large');
  expect(await codes({ ranges: ['nas'] })).toBe('bad-range');
  expect(await codes({ ranges: ['10.0.0.1'], rate: 0 })).toBe('bad-request');
  expect(await codes({ ranges: ['10.0.0.1'], rate: Number.NaN })).toBe('bad-request');
  expect(await codes({ servers: [{ driver: 'nut', host: 'a b' }] })).toBe('bad-request');
});
