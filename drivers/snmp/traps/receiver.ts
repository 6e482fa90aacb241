/**
 * Hears traps and informs of the units that are configured, and says which unit spoke: nothing else of a trap is
 * believed. Decoded here and not by net-snmp's own receiver, which knows users by name alone, believes an unsigned
 * message without a user name, and acknowledges whatever it can read.
 */
import { timingSafeEqual } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import {
  DriverError,
  type TrapContext,
  type TrapCounts,
  type TrapReceiver,
  type TrapSettings,
  type TrapSource,
} from '../../contract.ts';
import { canonical } from '../address.ts';
import { type Element, element, elementAt, elementsOf, integerOf, part, tags } from './ber.ts';
import { notificationOf } from './notification.ts';
import { wordsFor } from './numbers.ts';
import { type Engine, newEngine, type User, verify } from './security.ts';
import { Sparing } from './sparing.ts';

/** What may speak from one address. */
interface Speaker {
  readonly ups: Set<string>;
  readonly users: User[];
}

/** From one address and in one second, more than this is a flood. */
const mostInASecond = 50;

type Counts = { -readonly [K in keyof TrapCounts]: TrapCounts[K] };

class Receiver implements TrapReceiver {
  readonly counts: Counts = { polls: 0, others: 0, unknown: 0, refused: 0, malformed: 0, flooded: 0 };
  readonly #settings: TrapSettings;
  readonly #sources: readonly TrapSource[];
  readonly #context: TrapContext;
  readonly #engine: Engine;
  readonly #socket: Socket;
  readonly #strangers: Sparing;
  readonly #complaints: Sparing;
  #speakers: ReadonlyMap<string, Speaker> = new Map();
  readonly #addresses = new Map<string, readonly string[]>();
  #second = 0;
  readonly #heard = new Map<string, number>();

  constructor(settings: TrapSettings, sources: readonly TrapSource[], context: TrapContext) {
    this.#settings = settings;
    // IPv6 addresses may stand in brackets in the config.
    this.#sources = sources.map((source) => ({ ...source, host: source.host.replace(/^\[(.*)\]$/, '$1') }));
    this.#context = context;
    this.#engine = newEngine(context.monotonic);
    this.#strangers = new Sparing(context.monotonic);
    this.#complaints = new Sparing(context.monotonic);
    const type = isIP(settings.host) === 6 ? 'udp6' : 'udp4';
    this.#socket = createSocket({ type, recvBufferSize: 1 << 20 });
    for (const { host } of this.#sources) if (isIP(host) !== 0) this.#addresses.set(host, [canonical(host)]);
    this.#recount();
  }

  /** @throws DriverError */
  async open(): Promise<void> {
    const { host, port } = this.#settings;
    await new Promise<void>((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.bind({ address: host, port }, () => {
        this.#socket.removeListener('error', reject);
        resolve();
      });
    }).catch((error: NodeJS.ErrnoException) => {
      this.#socket.close();
      throw cannotListen(error, host, port);
    });
    // A socket that has been bound goes on after an error; without a listener the error would end the process.
    this.#socket.on('error', () => {});
    this.#socket.on('message', (datagram, from) => this.#take(datagram, from));
  }

  get port(): number {
    return this.#socket.address().port;
  }

  async refresh(signal?: AbortSignal): Promise<void> {
    const names = new Set(this.#sources.map(({ host }) => host).filter((host) => isIP(host) === 0));
    for (const name of names) {
      if (signal?.aborted === true) return;
      // One after the other: a slow DNS must not keep those waiting who need an answer.
      const found = await (this.#context.resolve ?? addressesOf)(name).catch(() => []);
      if (found.length > 0) this.#addresses.set(name, found.map(canonical));
    }
    this.#recount();
  }

  async close(): Promise<void> {
    this.#socket.removeAllListeners('message');
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #recount(): void {
    const speakers = new Map<string, Speaker>();
    for (const { ups, host, user } of this.#sources) {
      for (const address of this.#addresses.get(host) ?? []) {
        const speaker = speakers.get(address) ?? { ups: new Set(), users: [] };
        speaker.ups.add(ups);
        if (user !== undefined) speaker.users.push(user as User);
        speakers.set(address, speaker);
      }
    }
    this.#speakers = speakers;
  }

  #take(datagram: Buffer, from: RemoteInfo): void {
    const address = canonical(from.address);
    const speaker = this.#speakers.get(address);
    if (speaker === undefined) {
      this.counts.unknown += 1;
      if (this.#strangers.mayTell(address)) this.#context.onStranger(address);
      return;
    }
    if (this.#isFlood(address)) {
      this.counts.flooded += 1;
      this.#complain(address, speaker, `it sends more than ${mostInASecond} messages a second`);
      return;
    }
    try {
      this.#listen(datagram, from, address, speaker);
    } catch (error) {
      // Whatever a stranger can make us stumble over must cost its own datagram and nothing else.
      this.counts.malformed += 1;
      const why = error instanceof Error ? error.message : String(error);
      this.#complain(address, speaker, `it sends what is no trap (${why})`);
    }
  }

  #isFlood(address: string): boolean {
    const second = Math.floor(this.#context.monotonic() / 1000);
    if (second !== this.#second) this.#heard.clear();
    this.#second = second;
    const count = (this.#heard.get(address) ?? 0) + 1;
    this.#heard.set(address, count);
    return count > mostInASecond;
  }

  /** @throws RangeError for what is no message of SNMP */
  #listen(datagram: Buffer, from: RemoteInfo, address: string, speaker: Speaker): void {
    const outer = elementsOf(elementAt(datagram, 0).body);
    const version = part(outer, 0, tags.integer);
    if (integerOf(version) === 3) {
      const verified = verify(datagram, speaker.users, this.#engine);
      if ('pdu' in verified) this.#hear(verified.pdu, from, speaker, address, verified.acknowledge);
      else {
        if (verified.reply !== undefined) this.#send(verified.reply, from);
        if (verified.refusal !== undefined) this.#refuse(address, speaker, verified.refusal);
      }
      return;
    }
    const community = part(outer, 1, tags.octets);
    const pdu = outer[2];
    if (integerOf(version) > 1 || pdu === undefined) throw new RangeError('another version of SNMP');
    if (!this.#isWelcome(community.body)) this.#refuse(address, speaker, 'its community is not that of `snmp.traps`');
    else
      this.#hear(pdu, from, speaker, address, (answer) => {
        return element(tags.sequence, version.whole, community.whole, answer);
      });
  }

  #isWelcome(community: Buffer): boolean {
    if (this.#settings.community === undefined) return true;
    const expected = Buffer.from(this.#settings.community);
    return expected.length === community.length && timingSafeEqual(expected, community);
  }

  #hear(
    pdu: Element,
    from: RemoteInfo,
    speaker: Speaker,
    address: string,
    dress: ((answer: Buffer) => Buffer) | undefined,
  ): void {
    const notification = notificationOf(pdu);
    if (notification.kind === 'inform' && dress !== undefined) this.#send(dress(notification.acknowledgement()), from);
    const words = wordsFor(notification.trapOid);
    if (words === undefined) {
      this.counts.others += 1;
      return;
    }
    this.counts.polls += 1;
    for (const ups of speaker.ups) this.#context.onTrap(ups, words, address);
  }

  #refuse(address: string, speaker: Speaker, why: string): void {
    this.counts.refused += 1;
    this.#complain(address, speaker, why);
  }

  #complain(address: string, speaker: Speaker, why: string): void {
    if (this.#complaints.mayTell(address)) this.#context.onRefusal(address, [...speaker.ups], why);
  }

  #send(datagram: Buffer, to: RemoteInfo): void {
    this.#socket.send(datagram, to.port, to.address, () => {});
  }
}

async function addressesOf(name: string): Promise<readonly string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): DriverError {
  const advice: Readonly<Record<string, string>> = {
    EACCES: `ports below 1024 need a capability: give the service the lines AmbientCapabilities=CAP_NET_BIND_SERVICE, CapabilityBoundingSet=CAP_NET_BIND_SERVICE and PrivateUsers=no in [Service] (\`systemctl edit upsteward\`), or write another port in \`snmp.traps.listen\`, such as ${host}:1162, and send the traps there`,
    EADDRINUSE: 'another program uses it (snmptrapd?): stop that one, or write another port in `snmp.traps.listen`',
    EADDRNOTAVAIL: 'this machine does not have that address: correct `snmp.traps.listen`',
  };
  const what = `cannot listen for traps on ${host} port ${port} (${error.code ?? error.message})`;
  const then = advice[error.code ?? ''] ?? 'correct `snmp.traps.listen`';
  return new DriverError('unreachable', `${what}; ${then}`, { retry: true, cause: error });
}

/** Listens from now on. @throws DriverError, which says what to do */
export async function openTrapReceiver(
  settings: TrapSettings,
  sources: readonly TrapSource[],
  context: TrapContext,
): Promise<TrapReceiver> {
  const receiver = new Receiver(settings, sources, context);
  await receiver.open();
  return receiver;
}
