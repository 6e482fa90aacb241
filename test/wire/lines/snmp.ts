/** The ways over SNMP: versions 1, 2c and, encrypted, 3. */
import { type SimulatedUnit, startSimulator } from '../../../scripts/simulator/simulator.ts';
import { oids, packTable, smartUps } from '../../../scripts/simulator/units.ts';
import { type Fault, serial, type Watched } from '../line.ts';
import { snmpOperation } from '../operations.ts';
import { udpTap } from '../taps.ts';

const unit = { serial, manufactured: '04/18/2022', installed: '05/04/2022', replaceBy: '05/04/2037' };

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

export const snmpLines: readonly Watched[] = snmpWays.map(snmp);
