/**
 * What is watched: for each driver of the registry its ways to a unit, with what reading may send there. A driver that is
 * added later needs a line here, or the test fails.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from '../../drivers/probe.ts';
import type { DriverName } from '../../drivers/registry.ts';
import { startApcupsd } from '../../scripts/simulator/apcupsd.ts';
import { type SimulatedModbusUnit, smartUpsModbus, startModbusTcp } from '../../scripts/simulator/modbus.ts';
import { startUpsd } from '../../scripts/simulator/nut.ts';
import { type SimulatedUnit, startSimulator } from '../../scripts/simulator/simulator.ts';
import { oids, packTable, smartUps } from '../../scripts/simulator/units.ts';
import { SimulatedUpsLink, smartUps as smartUpsLink } from '../../scripts/simulator/upslink.ts';
import { modbusRtu, modbusTcp, nis, nut, nutOperation, snmpOperation, upslinkOperations } from './operations.ts';
import { Cable } from './serial-port.ts';
import { tcpTap, udpTap } from './taps.ts';

/** One way to a simulated unit, with a tap in it. */
export interface Line extends AsyncDisposable {
  /** The driver's section of a UPS in the config. */
  readonly section: Readonly<Record<string, unknown>>;
  /** A one-off target for the same. */
  readonly target: string;
  /** Where a search would look. */
  readonly place: Place;
  /** Whether another process can reach it as well. */
  readonly isNetwork: boolean;
  /** It takes seconds for a reading: the agent's part, which is the same as elsewhere, is left out. */
  readonly isSlow?: boolean;
  /** What was sent so far, in order. */
  operations(): readonly string[];
  /** The unit raises an alarm about its battery. */
  alarm(): void;
  /** Things that go wrong, one after the other. */
  readonly faults: readonly Fault[];
}

export interface Fault {
  readonly name: string;
  begin(): void | Promise<void>;
  end(): void | Promise<void>;
}

export interface Watched {
  readonly name: string;
  /** All that reading may send; the whole run must show each of it. */
  readonly reading: readonly string[];
  /** What the writer sends beside that, where there is one. */
  readonly writing?: string;
  open(folder: string): Promise<Line>;
}

export const serial = 'AS2216000001';
const unit = { serial, manufactured: '04/18/2022', installed: '05/04/2022', replaceBy: '05/04/2037' };
const days = { serial, manufactured: '2022-04-18', installed: '2022-05-04', replaceBy: '2037-05-04' };

/** Values of a card with tables, so that there is something to walk. */
const cardValues = () => ({
  ...smartUps({ ...unit, cartridges: [{ pack: 1, cartridge: 1, serial: 'C1', installed: '05/04/2022' }] }),
  ...packTable([{ pack: 1, serial: 'P1' }]),
});

interface SnmpWay {
  readonly name: string;
  readonly card: Partial<SimulatedUnit>;
  readonly options: Readonly<Record<string, unknown>>;
  readonly query: string;
  readonly reading: readonly string[];
}

const passwords = { authPassword: 'an auth secret', privPassword: 'a priv secret' };
const users = [
  {
    name: 'steward',
    auth: { protocol: 'sha', password: passwords.authPassword },
    priv: { protocol: 'aes', password: passwords.privPassword },
  },
] as const;

const snmpWays: readonly SnmpWay[] = [
  { name: '1', card: {}, options: { version: '1' }, query: 'version=1', reading: ['snmp get', 'snmp next'] },
  { name: '2c', card: {}, options: {}, query: 'version=auto', reading: ['snmp get', 'snmp next', 'snmp bulk'] },
  {
    name: '3',
    card: { users, writing: { users: ['steward'] } },
    options: { user: 'steward', ...passwords },
    query: new URLSearchParams({ user: 'steward', ...passwords }).toString().replaceAll('+', '%20'),
    reading: ['snmp get', 'snmp next', 'snmp bulk'],
  },
];

const snmp = ({ name, card, options, query, reading }: SnmpWay): Watched => ({
  name: `SNMP ${name}`,
  reading,
  writing: 'snmp set',
  open: async () => {
    const simulated = { name: 'ups1', values: cardValues(), writing: { community: 'private' }, ...card };
    const simulator = await startSimulator({ units: [simulated] });
    const at = simulator.unit('ups1');
    const tap = await udpTap(simulator.port, (datagram) => snmpOperation(datagram, passwords));
    const fault = (fault: string, behaviour: Parameters<typeof at.behave>[0]): Fault => ({
      name: fault,
      begin: () => at.behave(behaviour),
      end: () => at.behave({}),
    });
    return {
      section: {
        host: '127.0.0.1',
        port: tap.port,
        timeout: 0.15,
        retries: 1,
        ...options,
        ...(name === '3' ? {} : { writeCommunity: 'private' }),
      },
      target: `snmp://127.0.0.1:${tap.port}?timeout=0.15&${query}`,
      place: { by: 'address', host: '127.0.0.1', port: tap.port },
      isNetwork: true,
      operations: tap.operations,
      alarm: () => at.set(oids.replaceIndicator, 2),
      faults: [
        fault('silence', { silent: true }),
        fault('a lost request', { lose: 1 }),
        fault('answers from elsewhere', { wrongPort: true }),
        fault('garbage', { garbage: Buffer.from('30820000', 'hex') }),
        fault('too much at once', { tooBigOver: 3 }),
        fault('silence about too much', { silentOver: 5 }),
        fault('an object that fails', { genErrFor: oids.health }),
        fault('a walk that never moves', { stuck: true }),
        { name: 'a restart', begin: () => at.reboot(), end: () => {} },
        {
          name: 'a card without its UPS',
          begin: () => at.set(oids.commStatus, 2),
          end: () => at.set(oids.commStatus, 1),
        },
        {
          name: 'a card without PowerNet objects',
          begin: () => {
            for (const oid of Object.values(oids)) if (oid.startsWith('1.3.6.1.4.1.318')) at.set(oid, undefined);
          },
          end: () => at.merge(cardValues()),
        },
      ],
      [Symbol.asyncDispose]: async () => {
        await tap[Symbol.asyncDispose]();
        await simulator.close();
      },
    };
  },
});

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

const modbusOverTcp = (smartConnect: boolean): Watched => ({
  name: smartConnect ? 'Modbus over a SmartConnect port' : 'Modbus over TCP',
  reading: ['modbus 3'],
  writing: 'modbus 16',
  open: async () => {
    const { device, faults } = modbusUnit();
    let deliver = (reply: Buffer): Buffer => reply;
    const server = await startModbusTcp({
      units: new Map([[1, device]]),
      ...(smartConnect ? { single: 'hangs-up' as const } : {}),
      deliver: (reply, socket) => void socket.write(deliver(reply)),
    });
    const tap = await tcpTap(server.port, modbusTcp);
    const spoiled = (name: string, by: (reply: Buffer) => Buffer): Fault => ({
      name,
      begin: () => {
        deliver = by;
      },
      end: () => {
        deliver = (reply) => reply;
      },
    });
    return {
      section: { host: '127.0.0.1', port: tap.port, timeout: 0.2, retries: 1, smartConnect },
      target: `modbus://127.0.0.1:${tap.port}?timeout=0.2&smartConnect=${smartConnect}`,
      place: { by: 'address', host: '127.0.0.1', port: tap.port },
      isNetwork: true,
      // It wants two seconds between connections.
      isSlow: smartConnect,
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
    let deliver = (reply: Buffer): Buffer => reply;
    cable.hear = (frame) => {
      const body = device.answer(frame.subarray(1, -2));
      const bytes = deliver(sealed(Buffer.from([frame[0] ?? 0, ...body])));
      if (bytes.length > 0) cable.say(bytes);
    };
    const spoiled = (name: string, by: (reply: Buffer) => Buffer): Fault => ({
      name,
      begin: () => {
        deliver = by;
      },
      end: () => {
        deliver = (reply) => reply;
      },
    });
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

const tlsFile = (name: string): Buffer => readFileSync(new URL(`../support/tls/${name}`, import.meta.url));

const nutOver = (tls: boolean): Watched => ({
  name: tls ? 'NUT with TLS' : 'NUT',
  reading: ['nut STARTTLS', 'nut USERNAME', 'nut PASSWORD', 'nut LIST UPS', 'nut LIST VAR'],
  writing: 'nut LIST RW,nut SET',
  open: async () => {
    const variables = {
      'device.mfr': 'APC',
      'device.serial': serial,
      'driver.name': 'apc_modbus',
      'battery.date': '2022-05-04',
      'battery.date.maintenance': '2037-05-04',
      'ups.status': 'OL',
    };
    const upsd = await startUpsd({
      units: { rack: variables },
      access: { user: 'steward', password: 'a secret' },
      ...(tls ? { tls: { key: tlsFile('server-key.pem'), cert: tlsFile('server.pem') } } : {}),
    });
    upsd.writable = ['battery.date'];
    upsd.writing = (_ups, _name, stored) => ({ stored });
    const tap = await tcpTap(upsd.port, nut);
    const answers = (name: string, line: string): Fault => ({
      name,
      begin: () => {
        upsd.misbehave = (_line, socket) => {
          socket.write(line);
          return 'handled';
        };
      },
      end: () => {
        upsd.misbehave = undefined;
      },
    });
    const protection = tls ? 'tls=required&verifyCertificate=false' : 'tls=opportunistic';
    return {
      section: {
        host: '127.0.0.1',
        port: tap.port,
        user: 'steward',
        password: 'a secret',
        timeout: 0.3,
        ...(tls ? { tls: 'required', verifyCertificate: false } : { tls: 'opportunistic' }),
      },
      target: `nut://steward:a%20secret@127.0.0.1:${tap.port}?timeout=0.3&${protection}`,
      place: { by: 'server', host: '127.0.0.1', port: tap.port },
      isNetwork: true,
      // What is encrypted is read where it arrives: at the simulated upsd.
      operations: tls ? () => upsd.heard.map(nutOperation) : tap.operations,
      alarm: () => upsd.units.set('rack', { ...variables, 'ups.status': 'OL RB' }),
      faults: [
        answers('silence', ''),
        answers('an error', 'ERR DATA-STALE\n'),
        answers('another error', 'ERR ACCESS-DENIED\n'),
        answers('garbage', 'HTTP/1.1 400 Bad Request\n'),
        { name: 'a hang-up', begin: () => upsd.hangUp(), end: () => {} },
        {
          name: 'an unknown UPS',
          begin: () => {
            upsd.units.clear();
            upsd.units.set('other', variables);
          },
          end: () => {
            upsd.units.clear();
            upsd.units.set('rack', variables);
          },
        },
      ],
      [Symbol.asyncDispose]: async () => {
        await tap[Symbol.asyncDispose]();
        await upsd[Symbol.asyncDispose]();
      },
    };
  },
});

const apcupsd: Watched = {
  name: 'apcupsd',
  reading: ['nis status'],
  open: async () => {
    const status = {
      MODEL: 'Smart-UPS 1500',
      STATUS: 'ONLINE',
      STATFLAG: '0x05000008',
      SERIALNO: serial,
      BATTDATE: '2022-05-04',
    };
    const daemon = await startApcupsd(status);
    const tap = await tcpTap(daemon.port, nis);
    const answers = (name: string, bytes: Buffer): Fault => ({
      name,
      begin: () => {
        daemon.misbehave = (socket) => void socket.write(bytes);
      },
      end: () => {
        daemon.misbehave = undefined;
      },
    });
    return {
      section: { host: '127.0.0.1', port: tap.port, timeout: 0.3 },
      target: `apcupsd://127.0.0.1:${tap.port}?timeout=0.3`,
      place: { by: 'server', host: '127.0.0.1', port: tap.port },
      isNetwork: true,
      operations: tap.operations,
      alarm: () => {
        daemon.status = { ...status, STATUS: 'ONLINE REPLACEBATT', STATFLAG: '0x05000088' };
      },
      faults: [
        answers('silence', Buffer.alloc(0)),
        answers('half an answer', Buffer.from([0, 9, 65])),
        answers('garbage', Buffer.from('HTTP/1.1 400 Bad Request')),
      ],
      [Symbol.asyncDispose]: async () => {
        await tap[Symbol.asyncDispose]();
        await daemon[Symbol.asyncDispose]();
      },
    };
  },
};

const upslink: Watched = {
  name: 'UPS-Link',
  reading: [...'YnbVm>x<XQ'].map((each) => `upslink ${each}`).concat('upslink 0x1'),
  open: async (folder) => {
    const cable = await Cable.plug(join(folder, 'ttyLink'));
    const device = new SimulatedUpsLink((text) => cable.say(Buffer.from(text, 'latin1')));
    cable.hear = (bytes) => device.hear(bytes.toString('latin1'));
    const instead = (name: string, by: (question: string) => string): Fault => ({
      name,
      begin: () => {
        device.misbehave = (question, say) => {
          say(by(question));
          return 'handled';
        };
      },
      end: () => {
        device.misbehave = undefined;
      },
    });
    return {
      section: { device: cable.path, timeout: 0.1 },
      target: `upslink:${cable.path}?timeout=0.1`,
      place: { by: 'serial', device: cable.path },
      isNetwork: false,
      // With a wrong cable, DTR and RTS switch the load off.
      operations: () => [
        ...cable.written.flatMap(upslinkOperations),
        ...cable.lines.filter(({ dtr, rts, brk }) => dtr || rts || brk).map(() => 'upslink ? a line was raised'),
      ],
      alarm: () => device.answers.set('Q', '88'),
      faults: [
        instead('silence', () => ''),
        instead('noise', () => '\r\n\xff\r\n'),
        {
          name: 'a unit that knows few questions',
          begin: () => device.answers.clear(),
          end: () => {
            for (const [question, answer] of Object.entries(smartUpsLink)) device.answers.set(question, answer);
          },
        },
        { name: 'a pulled cable', begin: () => cable.pull(), end: () => cable.plugAgain() },
      ],
      [Symbol.asyncDispose]: () => cable.pull(),
    };
  },
};

/** By the driver's name in the registry. */
export const watched: Readonly<Record<DriverName, readonly Watched[]>> = {
  snmp: snmpWays.map(snmp),
  modbus: [modbusOverTcp(false), modbusOverTcp(true), modbusOverSerial],
  nut: [nutOver(false), nutOver(true)],
  apcupsd: [apcupsd],
  upslink: [upslink],
};
