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
 *   unit.writing = { community: 'private' } what may be written, and by whom (see Writing); nothing unless given
 *   unit.reboot()                           sysUpTime starts again, SNMPv3 boots goes up by one
 *   unit.requests                           the last 1,000 requests that reached it; `unit.asked` counts them all
 *   unit.port, unit.host
 *   await simulator.close();
 *
 * Units that share a port differ by community (SNMP 1, 2c) and user name (SNMPv3).
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { read, readAll, readInteger, tags, write, writeInteger, writeOctets } from './ber.ts';
import { RunningUnit, readPdu, type SimulatedUnit } from './card.ts';
import { receive } from './usm.ts';

export type { Behaviour, RunningUnit, SeenRequest, SimulatedUnit, Writing } from './card.ts';

export interface Simulator {
  readonly port: number;
  unit(name: string): RunningUnit;
  close(): Promise<void>;
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
    const unit = this.units.find((each) => each.community === name || each.writing?.community === name);
    const pdu = readPdu(data);
    if (unit === undefined || pdu === undefined) return;
    const answer = unit.answer(version, pdu, unit.writing?.community === name);
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
    const mayWrite = unit.writing?.users?.includes(user?.body.toString() ?? '') === true;
    const answer = pdu === undefined ? undefined : unit.answer('3', pdu, mayWrite);
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
