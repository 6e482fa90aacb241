/**
 * Simulated Smart-UPS units that answer Modbus, over TCP on this machine or on any stream of bytes (RTU): for tests and
 * the demo. What a unit answers is synthetic data, written by hand.
 *
 *   const device = smartUpsModbus({ serial: 'AS2112345678', installed: '2021-04-15', replaceBy: '2024-10-07' });
 *   const server = await startModbusTcp({ units: new Map([[1, device]]) });
 *   server.port, server.requests            where it listens, and what it was asked
 *   device.set(22, [0x0004])                other register values
 *   await server.close();
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

const daysSince2000 = (iso: string): number => (Date.parse(`${iso}T00:00:00Z`) - Date.UTC(2000, 0, 1)) / 86_400_000;

/** `text` in `length` registers, two characters each, filled with spaces. */
export function textRegisters(text: string, length: number): number[] {
  const bytes = Buffer.alloc(length * 2, ' ');
  bytes.write(text, 'latin1');
  return Array.from({ length }, (_none, index) => bytes.readUInt16BE(index * 2));
}

/**
 * How registers that do not exist are answered: `native` 0xFFFF; `card` 0, but an error where a reading begins there;
 * `refusing` an error if any does not exist.
 */
export type Manner = 'native' | 'card' | 'refusing';

/** What becomes of a writing: stored, taken and forgotten, another value stored, or refused by an exception. */
export type Fate = 'store' | 'ignore' | { readonly instead: number } | { readonly exception: number };

export class SimulatedModbusUnit {
  readonly #registers = new Map<number, number>();
  /** Items of several registers: a reading may not begin or end inside. */
  readonly #inside = new Set<number>();
  readonly manner: Manner;
  /** When set, every request is answered by this exception. */
  exception: number | undefined;
  /** More registers at once are refused (exception 3). */
  longest = 125;
  readonly #refused = new Map<string, number>();
  /** What may be written; unless set, the unit knows no function that writes. */
  writing: ((code: 6 | 16, address: number, word: number) => Fate) | undefined;
  /** Every writing that came, as `function address value`. */
  readonly written: string[] = [];

  constructor(manner: Manner) {
    this.manner = manner;
  }

  /** Sets registers, as one item unless told. */
  set(address: number, words: readonly number[], separate = false): this {
    for (const [index, word] of words.entries()) {
      this.#registers.set(address + index, word & 0xffff);
      if (index > 0 && !separate) this.#inside.add(address + index);
    }
    return this;
  }

  text(address: number, text: string, length: number): this {
    return this.set(address, textRegisters(text, length));
  }

  /** Forgets registers. */
  remove(address: number, count: number): this {
    for (let each = address; each < address + count; each += 1) this.#registers.delete(each);
    return this;
  }

  /** Answers exactly this request by an exception. */
  refuse(address: number, count: number, exception: number): this {
    this.#refused.set(`${address} ${count}`, exception);
    return this;
  }

  /** All registers, by address: for another program that serves them. */
  get registers(): Readonly<Record<number, number>> {
    return Object.fromEntries(this.#registers);
  }

  /** The answer to a request, both without unit address and checksum. */
  answer(request: Buffer): Buffer {
    const [code = 0] = request;
    const refuse = (exception: number) => Buffer.from([code | 0x80, exception]);
    if (this.exception !== undefined) return refuse(this.exception);
    if ((code === 6 || code === 16) && this.writing !== undefined) return this.#write(code, request, refuse);
    if (code !== 3 || request.length !== 5) return refuse(1);
    const address = request.readUInt16BE(1);
    const count = request.readUInt16BE(3);
    if (count < 1 || count > this.longest) return refuse(3);
    const refused = this.#refused.get(`${address} ${count}`);
    if (refused !== undefined) return refuse(refused);
    if (this.#inside.has(address) || this.#inside.has(address + count)) return refuse(2);
    const addresses = Array.from({ length: count }, (_none, index) => address + index);
    const missing = addresses.filter((each) => !this.#registers.has(each));
    if (this.manner === 'refusing' && missing.length > 0) return refuse(2);
    if (this.manner === 'card' && missing[0] === address) return refuse(2);
    const filler = this.manner === 'native' ? 0xffff : 0;
    const reply = Buffer.alloc(2 + count * 2);
    reply.writeUInt8(3, 0);
    reply.writeUInt8(count * 2, 1);
    for (const [index, each] of addresses.entries())
      reply.writeUInt16BE(this.#registers.get(each) ?? filler, 2 + index * 2);
    return reply;
  }

  /** Preset Single Register (6), or Preset Multiple Registers (16) with one. */
  #write(code: 6 | 16, request: Buffer, refuse: (exception: number) => Buffer): Buffer {
    const isWhole = code === 6 ? request.length === 5 : request.length === 8 && request.readUInt16BE(3) === 1;
    if (!isWhole) return refuse(3);
    const [address, word] = [request.readUInt16BE(1), request.readUInt16BE(code === 6 ? 3 : 6)];
    this.written.push(`${code} ${address} ${word}`);
    if (!this.#registers.has(address)) return refuse(2);
    const fate = this.writing?.(code, address, word) ?? { exception: 1 };
    if (typeof fate === 'object' && 'exception' in fate) return refuse(fate.exception);
    if (fate !== 'ignore') this.#registers.set(address, fate === 'store' ? word : fate.instead);
    return request.subarray(0, 5);
  }
}

export interface SmartUpsModbus {
  readonly serial: string;
  readonly model?: string;
  readonly sku?: string;
  readonly firmware?: string;
  readonly cartridge?: string;
  readonly externalCartridge?: string;
  readonly manufactured?: string;
  readonly installed?: string;
  readonly replaceBy?: string;
  readonly batteryError?: number;
  readonly test?: number;
  readonly lifetime?: number;
  readonly manner?: Manner;
}

/** A unit with the register map of application note 176. */
export function smartUpsModbus(unit: SmartUpsModbus): SimulatedModbusUnit {
  const manner = unit.manner ?? 'native';
  const device = new SimulatedModbusUnit(manner);
  const unset = manner === 'native' ? 0xffff : 0;
  const date = (iso: string | undefined) => (iso === undefined ? unset : daysSince2000(iso));
  device.set(0, [0, 0x2002]).set(2, [8]);
  for (const address of [3, 6, 9, 12, 15]) device.set(address, [0, 1]).set(address + 2, [0]);
  device.set(18, [0]).set(19, [0]).set(20, [0, 0]);
  device
    .set(22, [unit.batteryError ?? 0])
    .set(23, [unit.test ?? 0x0104])
    .set(24, [0]);
  device.set(25, [unit.lifetime ?? 1]).set(26, [0]);
  device.set(128, [0, 3600]).set(130, [100 * 512, 27.2 * 32, unset, date(unit.replaceBy), 0], true);
  device.set(135, [25 * 128], true).set(145, [0, 1000]);
  for (const address of [157, 161, 165, 169]) device.set(address, [0xffff, 0xffff]);
  device.text(516, unit.firmware ?? 'UPS 09.8', 8).text(532, unit.model ?? 'Smart-UPS 1500', 16);
  device
    .text(548, unit.sku ?? 'SMT1500I', 16)
    .text(564, unit.serial, 8)
    .text(572, unit.cartridge ?? 'APCRBC159', 8);
  if (unit.externalCartridge === undefined) device.set(580, new Array(8).fill(0));
  else device.text(580, unit.externalCartridge, 8);
  device
    .set(588, [1440, 1000, 1], true)
    .set(591, [date(unit.manufactured)])
    .set(592, [0x20, 0], true);
  device.set(595, [date(unit.installed)]).text(596, 'RACK 1', 8);
  for (const address of [604, 612, 620, 628]) device.text(address, 'OUTLETS', 8);
  device.text(2048, '00.5', 2).text(2050, '12345678', 4).set(2054, [0x1234, 0x5678]).set(2056, [0xffff, 0xfffb]);
  return device.set(2058, [0x1234, 0xfffb, 0x2020, 0xdfe0], true);
}

/** A unit behind a card with the older map, 990-5702A: `word` is status word 3. Some have nothing but status words. */
export function oldSmartUpsModbus(unit: { word?: number; packs?: number; badPacks?: number }): SimulatedModbusUnit {
  const device = new SimulatedModbusUnit('card').set(0, [0, 0, 0, unit.word ?? 0x08], true);
  if (unit.packs === undefined) return device;
  return device.set(4, [0xff, 100, 40, 27, 25, 1, unit.badPacks ?? 0, unit.packs, 12], true);
}

export interface ModbusTcpSettings {
  readonly units: ReadonlyMap<number, SimulatedModbusUnit>;
  /** 127.0.0.1 unless given. */
  readonly host?: string;
  /** 0 unless given: any free port. */
  readonly port?: number;
  /** One request a connection, as SmartConnect ports do; `mute` keeps the connection and says no more. */
  readonly single?: 'hangs-up' | 'mute';
  /** Sends an answer in its own way: in pieces, late, twice, not at all. */
  readonly deliver?: (reply: Buffer, socket: Socket, request: Buffer) => void;
}

export interface ModbusTcpServer {
  readonly port: number;
  /** Each request, with its header. */
  readonly requests: Buffer[];
  readonly connections: number;
  close(): Promise<void>;
}

/** Serves units over Modbus TCP. Units that are not there stay silent. */
export async function startModbusTcp(settings: ModbusTcpSettings): Promise<ModbusTcpServer> {
  const requests: Buffer[] = [];
  const sockets = new Set<Socket>();
  const deliver = settings.deliver ?? ((reply: Buffer, socket: Socket) => void socket.write(reply));
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let heard: Buffer = Buffer.alloc(0);
    let answered = 0;
    socket.on('data', (bytes) => {
      heard = Buffer.concat([heard, bytes]);
      while (heard.length >= 6 && heard.length >= 6 + heard.readUInt16BE(4)) {
        const request = heard.subarray(0, 6 + heard.readUInt16BE(4));
        heard = heard.subarray(request.length);
        requests.push(Buffer.from(request));
        if (settings.single !== undefined && answered > 0) continue;
        const unit = settings.units.get(request[6] ?? 0);
        if (unit === undefined) continue;
        answered += 1;
        const body = unit.answer(request.subarray(7));
        const header = Buffer.from([...request.subarray(0, 4), 0, body.length + 1, request[6] ?? 0]);
        deliver(Buffer.concat([header, body]), socket, request);
        if (settings.single === 'hangs-up') socket.end();
      }
    });
  });
  server.listen(settings.port ?? 0, settings.host ?? '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    requests,
    get connections() {
      return connections;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
