/** A receiver on a free port, and senders: net-snmp's own, which shares no code with the receiver but the ciphers. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import snmp from 'net-snmp';
import type { TrapReceiver, TrapSettings, TrapSource } from '../../../../drivers/contract.ts';
import { openTrapReceiver } from '../../../../drivers/registry.ts';
import { accessesOf, snmpOptions } from '../../../../drivers/snmp/options.ts';

export interface Ear extends AsyncDisposable {
  readonly receiver: TrapReceiver;
  /** `ups: words` of each trap that was worth a poll. */
  readonly heard: string[];
  readonly strangers: string[];
  readonly refusals: string[];
  /** Moves the receiver's clock, which stands still otherwise. */
  pass(ms: number): void;
  /** Resolves when so many datagrams were taken in, whatever became of them. */
  taken(count: number): Promise<void>;
}

export interface EarOptions extends Partial<TrapSettings> {
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

export async function ear(sources: readonly TrapSource[], options: EarOptions = {}): Promise<Ear> {
  const { resolve, ...settings } = options;
  const heard: string[] = [];
  const strangers: string[] = [];
  const refusals: string[] = [];
  let now = 1_000_000;
  const receiver = await openTrapReceiver({ host: '127.0.0.1', port: 0, ...settings }, sources, {
    monotonic: () => now,
    ...(resolve && { resolve }),
    onTrap: (ups, words) => heard.push(`${ups}: ${words}`),
    onStranger: (address) => strangers.push(address),
    onRefusal: (_address, ups, why) => refusals.push(`${ups.join(', ')}: ${why}`),
  });
  const total = () => Object.values(receiver.counts).reduce((sum, count) => sum + count, 0);
  return {
    receiver,
    heard,
    strangers,
    refusals,
    pass: (ms) => {
      now += ms;
    },
    taken: async (count) => {
      while (total() < count) await new Promise((resolveNext) => setImmediate(resolveNext));
    },
    [Symbol.asyncDispose]: () => receiver.close(),
  };
}

/** A unit with a card at this address, with the SNMPv3 user of these options if they name one. */
export function card(ups: string, host = '127.0.0.1', v3: Record<string, unknown> = {}): TrapSource {
  const [access] = accessesOf(snmpOptions.schema.parse({ host, ...v3 }));
  return { ups, host, ...(access?.version === '3' && { user: access }) };
}

export const good = { user: 'traps', authPassword: 'first passphrase', privPassword: 'second passphrase' };

export type Sender = InstanceType<typeof snmp.Session>;

/** A sender of SNMP 1 or 2c. */
export function community(port: number, version: '1' | '2c', name = 'public', from = '127.0.0.1'): Sender {
  return snmp.createSession('127.0.0.1', name, {
    version: version === '1' ? snmp.Version1 : snmp.Version2c,
    trapPort: port,
    port,
    sourceAddress: from,
    timeout: 200,
    retries: 0,
  });
}

/** A sender of SNMP 3. */
export function v3(port: number, options: Record<string, unknown> = good): Sender {
  const [access] = accessesOf(snmpOptions.schema.parse({ host: '127.0.0.1', ...options }));
  if (access?.version !== '3') throw new Error('no user');
  const { user: name, auth, priv } = access;
  const { noAuthNoPriv, authNoPriv, authPriv } = snmp.SecurityLevel;
  const user = {
    name,
    level: auth === undefined ? noAuthNoPriv : priv === undefined ? authNoPriv : authPriv,
    ...(auth && { authProtocol: snmp.AuthProtocols[auth.protocol], authKey: auth.password }),
    ...(priv && { privProtocol: snmp.PrivProtocols[priv.protocol], privKey: priv.password }),
  };
  return snmp.createV3Session('127.0.0.1', user, { trapPort: port, port, timeout: 500, retries: 0 });
}

const powernet = '1.3.6.1.4.1.318.0';

/** Sends a trap of PowerNet, by its number, or any other by its OID. */
export async function trap(sender: Sender, which: number | string): Promise<void> {
  const oid = typeof which === 'number' ? `${powernet}.${which}` : which;
  const text = { oid: '1.3.6.1.4.1.318.2.3.3.0', type: snmp.ObjectType.OctetString, value: 'UPS: news' };
  await new Promise<void>((resolve, reject) => {
    sender.trap(oid, [text], (error) => (error === null ? resolve() : reject(error)));
  });
}

/** Sends an inform and resolves when it was acknowledged. @throws Error when it is refused or nobody answers */
export async function inform(sender: Sender, which: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    sender.inform(`${powernet}.${which}`, [], (error) => (error === null ? resolve() : reject(error)));
  });
}

/** Sends datagrams as they are, from an address of this machine. */
export async function send(port: number, datagrams: readonly Buffer[], from = '127.0.0.1'): Promise<void> {
  const socket = createSocket('udp4');
  socket.bind(0, from);
  await once(socket, 'listening');
  for (const datagram of datagrams) await new Promise((resolve) => socket.send(datagram, port, '127.0.0.1', resolve));
  socket.close();
}

/** The first datagrams that are sent to a port where nobody answers. */
export async function overheard(count: number, sends: (port: number) => Promise<void>): Promise<readonly Buffer[]> {
  const datagrams: Buffer[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (datagram) => datagrams.push(datagram)).bind(0, '127.0.0.1');
  await once(socket, 'listening');
  await sends(socket.address().port);
  while (datagrams.length < count) await new Promise((resolve) => setImmediate(resolve));
  socket.close();
  return datagrams;
}
