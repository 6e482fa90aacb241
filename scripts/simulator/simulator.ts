/**
 * Simulated UPS network cards that answer real SNMP (1, 2c and 3) over UDP on this machine: for tests, the demo and the
 * bench. What a unit answers is synthetic data, written by hand (see units.ts).
 *
 *   const simulator = await startSimulator({ units: [{ name: 'ups1', values: smartUps({ serial: 'AS2112345678' }) }] });
 *   simulator.port                          the UDP port on 127.0.0.1 that all units without a port of their own share
 *   const unit = simulator.unit('ups1');    that unit, to change while it runs:
 *   unit.set(oid, value)                    another value; `undefined` removes the object
 *   unit.merge(values)                      several at once
 *   unit.get(oid)
 *   unit.behave({ silent: true })           faults; `behave({})` is a healthy card again (see Behaviour)
 *   unit.reboot()                           sysUpTime starts again, SNMPv3 boots goes up by one
 *   unit.requests                           the last 1,000 requests that reached it; `unit.asked` counts them all
 *   unit.port, unit.host
 *   await simulator.close();
 *
 * Units that share a port differ by community (SNMP 1, 2c) and user name (SNMPv3).
 */
import { randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  type Element,
  read,
  readAll,
  readInteger,
  readOid,
  tags,
  write,
  writeInteger,
  writeOctets,
  writeOid,
} from './ber.ts';
import { Tree, type Value } from './tree.ts';
import { type Engine, pduOf, receive, type SimulatedUser } from './usm.ts';

export interface SimulatedUnit {
  readonly name: string;
  readonly values: Readonly<Record<string, Value>>;
  /** `public` unless given. */
  readonly community?: string;
  /** SNMPv3 users; none unless given. */
  readonly users?: readonly SimulatedUser[];
  /** Its own address and port; it shares the simulator's unless given. */
  readonly host?: string;
  readonly port?: number;
  readonly behaviour?: Behaviour;
}

/** What is wrong with a card. */
export interface Behaviour {
  readonly silent?: boolean;
  /** Versions it answers; all unless given. */
  readonly versions?: readonly ('1' | '2c' | '3')[];
  /** Milliseconds before each answer. */
  readonly lag?: number;
  /** The next n requests are lost. */
  readonly lose?: number;
  /** Answers come from another port. */
  readonly wrongPort?: boolean;
  /** Each answer is replaced by this. */
  readonly garbage?: Buffer;
  /** Each answer is preceded by this. */
  readonly noise?: Buffer;
  /** tooBig for a request of more objects than this. */
  readonly tooBigOver?: number;
  /** Silence for a request of more objects than this. */
  readonly silentOver?: number;
  /** Silence for a request that names one of these. */
  readonly silentAbout?: readonly string[];
  /** Every GETNEXT and GETBULK starts from the same place: a walk that never moves. */
  readonly stuck?: boolean;
  /** SNMPv1 error answers carry no objects. */
  readonly bareErrors?: boolean;
  /** SNMPv3 answers are neither signed nor encrypted. */
  readonly unsigned?: boolean;
  /** genErr, with an index, for a request that names this object. */
  readonly genErrFor?: string;
}

export interface SeenRequest {
  readonly version: '1' | '2c' | '3';
  readonly kind: 'get' | 'next' | 'bulk';
  readonly oids: readonly string[];
}

export interface Simulator {
  readonly port: number;
  unit(name: string): RunningUnit;
  close(): Promise<void>;
}

const kinds: Readonly<Record<number, SeenRequest['kind']>> = { 160: 'get', 161: 'next', 165: 'bulk' };
const sysUpTime = '1.3.6.1.2.1.1.3.0';
const rememberedRequests = 1000;
const largestAnswer = 1400;

interface Pdu {
  readonly kind: SeenRequest['kind'];
  readonly id: number;
  readonly first: number;
  readonly second: number;
  readonly oids: readonly string[];
}

export class RunningUnit {
  readonly name: string;
  readonly community: string;
  readonly users: readonly SimulatedUser[];
  readonly host: string;
  readonly requests: SeenRequest[] = [];
  readonly engine: Engine;
  /** Known once the simulator has started. */
  port = 0;
  asked = 0;
  behaviour: Behaviour;
  readonly #tree = new Tree();
  #lost = 0;
  #bootedAt = performance.now();

  constructor(unit: SimulatedUnit, host: string) {
    this.name = unit.name;
    this.community = unit.community ?? 'public';
    this.users = unit.users ?? [];
    this.host = unit.host ?? host;
    this.behaviour = unit.behaviour ?? {};
    this.engine = {
      id: Buffer.concat([Buffer.from('8000013e05', 'hex'), randomBytes(8)]),
      boots: 1,
      time: () => Math.floor((performance.now() - this.#bootedAt) / 1000),
    };
    this.merge(unit.values);
  }

  get(oid: string): Value | undefined {
    return this.#tree.get(oid);
  }

  set(oid: string, value: Value | undefined): void {
    this.#tree.set(oid, value);
  }

  merge(values: Readonly<Record<string, Value | undefined>>): void {
    for (const [oid, value] of Object.entries(values)) this.#tree.set(oid, value);
  }

  /** Replaces the faults of this card. */
  behave(behaviour: Behaviour): void {
    this.behaviour = behaviour;
    this.#lost = 0;
  }

  reboot(): void {
    this.engine.boots += 1;
    this.#bootedAt = performance.now();
    if (this.#tree.get(sysUpTime) !== undefined) this.#tree.set(sysUpTime, { ticks: 100 });
  }

  /** The answer's PDU, or `undefined` for silence. */
  answer(version: SeenRequest['version'], pdu: Pdu): Buffer | undefined {
    const { behaviour } = this;
    this.asked += 1;
    this.requests.push({ version, kind: pdu.kind, oids: pdu.oids });
    if (this.requests.length > rememberedRequests) this.requests.shift();
    if (behaviour.silent === true || this.#lost < (behaviour.lose ?? 0)) {
      this.#lost += 1;
      return undefined;
    }
    if (behaviour.versions?.includes(version) === false) return undefined;
    if (pdu.oids.length > (behaviour.silentOver ?? Number.POSITIVE_INFINITY)) return undefined;
    if (pdu.oids.some((oid) => behaviour.silentAbout?.includes(oid))) return undefined;
    if (pdu.oids.length > (behaviour.tooBigOver ?? Number.POSITIVE_INFINITY)) return this.#error(pdu, 1, 0);
    const strange = behaviour.genErrFor === undefined ? -1 : pdu.oids.indexOf(behaviour.genErrFor);
    if (strange >= 0) return this.#error(pdu, 5, strange + 1);
    if (pdu.kind === 'bulk') return pduOf(0xa2, pdu.id, 0, 0, this.#bulk(pdu));
    const varbinds: Buffer[] = [];
    for (const [index, oid] of pdu.oids.entries()) {
      const found = pdu.kind === 'get' ? this.#tree.at(oid) : this.#next(oid)?.varbind;
      if (found === undefined && version === '1') return this.#error(pdu, 2, index + 1);
      const missing = pdu.kind === 'get' ? tags.noSuchObject : tags.endOfMibView;
      varbinds.push(found ?? write(tags.sequence, writeOid(oid), write(missing)));
    }
    return pduOf(0xa2, pdu.id, 0, 0, varbinds);
  }

  #next(oid: string): { readonly oid: string; readonly varbind: Buffer } | undefined {
    return this.#tree.after(this.behaviour.stuck === true ? '1.3.6.1.4.1.318.1.1.1' : oid);
  }

  #error(pdu: Pdu, status: number, index: number): Buffer {
    const echo = pdu.oids.map((oid) => write(tags.sequence, writeOid(oid), write(tags.null)));
    return pduOf(0xa2, pdu.id, status, index, this.behaviour.bareErrors === true ? [] : echo);
  }

  #bulk(pdu: Pdu): readonly Buffer[] {
    const varbinds: Buffer[] = [];
    let size = 0;
    let last = [...pdu.oids];
    for (let repetition = 0; repetition < Math.max(1, pdu.second) && size < largestAnswer; repetition += 1) {
      last = last.map((oid) => {
        const next = this.#next(oid);
        const varbind = next?.varbind ?? write(tags.sequence, writeOid(oid), write(tags.endOfMibView));
        varbinds.push(varbind);
        size += varbind.length;
        return next?.oid ?? oid;
      });
    }
    return varbinds;
  }
}

function readPdu(element: Element): Pdu | undefined {
  const kind = kinds[element.tag];
  const [id, first, second, list] = readAll(element.body);
  if (kind === undefined || !id || !first || !second || !list) return undefined;
  const oids = readAll(list.body).map((varbind) => readOid(read(varbind.body, 0).body));
  return { kind, id: readInteger(id.body), first: readInteger(first.body), second: readInteger(second.body), oids };
}

/** One UDP socket and the units behind it. */
class Endpoint {
  readonly units: RunningUnit[] = [];
  readonly #socket: Socket;
  readonly #other: Socket;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(host: string) {
    const type = host.includes(':') ? 'udp6' : 'udp4';
    this.#socket = createSocket({ type, recvBufferSize: 1 << 20 });
    this.#other = createSocket(type);
    this.#socket.on('message', (datagram, from) => this.#receive(datagram, from));
    for (const socket of [this.#socket, this.#other]) socket.on('error', () => {});
  }

  async open(host: string, port: number): Promise<number> {
    const listening = once(this.#socket, 'listening');
    this.#socket.bind(port, host);
    await listening;
    return this.#socket.address().port;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(
      [this.#socket, this.#other].map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))),
    );
  }

  #receive(datagram: Buffer, from: RemoteInfo): void {
    try {
      const message = read(datagram, 0);
      const version = readInteger(read(message.body, 0).body);
      if (version === 3) this.#receiveV3(datagram, from);
      else this.#receiveCommunity(message.body, version === 0 ? '1' : '2c', from);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }

  #receiveCommunity(body: Buffer, version: '1' | '2c', from: RemoteInfo): void {
    const [, community, data] = readAll(body);
    if (community === undefined || data === undefined) return;
    const name = community.body.toString();
    const unit = this.units.find((each) => each.community === name);
    const pdu = readPdu(data);
    if (unit === undefined || pdu === undefined) return;
    const answer = unit.answer(version, pdu);
    if (answer === undefined) return;
    const number = writeInteger(version === '1' ? 0 : 1);
    this.#send(unit, write(tags.sequence, number, writeOctets(community.body), answer), from);
  }

  #receiveV3(datagram: Buffer, from: RemoteInfo): void {
    const named = (user: string) => this.units.find((unit) => unit.users.some((each) => each.name === user));
    const parameters = readAll(read(datagram, 0).body)[2];
    if (parameters === undefined) return;
    const [engine, , , user] = readAll(read(parameters.body, 0).body);
    const unit =
      named(user?.body.toString() ?? '') ??
      this.units.find((each) => engine?.body.equals(each.engine.id)) ??
      this.units.find((each) => each.users.length > 0);
    if (unit === undefined || unit.behaviour.silent === true) return;
    const incoming = receive(datagram, unit.engine, unit.users);
    if ('refusal' in incoming) {
      this.#send(unit, incoming.refusal, from);
      return;
    }
    const pdu = readPdu(incoming.pdu);
    const answer = pdu === undefined ? undefined : unit.answer('3', pdu);
    if (answer !== undefined) this.#send(unit, incoming.reply(answer, unit.behaviour.unsigned === true), from);
  }

  #send(unit: RunningUnit, datagram: Buffer, to: RemoteInfo): void {
    const { lag, wrongPort, garbage, noise } = unit.behaviour;
    const socket = wrongPort === true ? this.#other : this.#socket;
    const go = () => {
      if (noise !== undefined) socket.send(noise, to.port, to.address);
      socket.send(garbage ?? datagram, to.port, to.address);
    };
    if (lag === undefined) {
      go();
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      go();
    }, lag);
    this.#timers.add(timer);
  }
}

/** Starts the units and resolves when all of them listen. */
export async function startSimulator(options: {
  readonly units: readonly SimulatedUnit[];
  /** A free one unless given. */
  readonly port?: number;
  readonly host?: string;
}): Promise<Simulator> {
  const host = options.host ?? '127.0.0.1';
  const units = new Map<string, RunningUnit>();
  const endpoints = new Map<string, Endpoint>();
  for (const description of options.units) {
    const unit = new RunningUnit(description, host);
    const key = `${unit.host}|${description.port ?? options.port ?? 0}`;
    const endpoint = endpoints.get(key) ?? new Endpoint(unit.host);
    if (
      endpoint.units.some((other) => other.community === unit.community && other.users.length + unit.users.length === 0)
    )
      throw new Error(`two units on one port share the community "${unit.community}"`);
    if (units.has(unit.name)) throw new Error(`two units are called "${unit.name}"`);
    endpoint.units.push(unit);
    endpoints.set(key, endpoint);
    units.set(unit.name, unit);
  }
  const ports: number[] = [];
  for (const [key, endpoint] of endpoints) {
    const [address = host, wanted = '0'] = key.split('|');
    const port = await endpoint.open(address, Number(wanted));
    for (const unit of endpoint.units) unit.port = port;
    ports.push(port);
  }
  return {
    port: ports[0] ?? 0,
    unit: (name) => {
      const unit = units.get(name);
      if (unit === undefined) throw new Error(`no simulated unit is called "${name}"`);
      return unit;
    },
    close: async () => {
      await Promise.all([...endpoints.values()].map((endpoint) => endpoint.close()));
    },
  };
}
