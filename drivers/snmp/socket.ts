/**
 * One UDP socket for all SNMP sessions of an address family, so that ten thousand units cost one file descriptor and
 * not ten thousand. A datagram reaches only the session that waits for an answer from exactly its address and port with
 * exactly its request id; everything else is dropped. net-snmp gets a `Port` where it expects a socket of its own.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { EventEmitter } from 'node:events';

type SendCallback = (error: Error | null, bytes: number) => void;

class SharedSocket {
  readonly #family: 'udp4' | 'udp6';
  readonly #waiting = new Map<string, Set<Port>>();
  #socket: Socket | undefined;
  #users = 0;

  constructor(family: 'udp4' | 'udp6') {
    this.#family = family;
  }

  join(): void {
    this.#users += 1;
  }

  leave(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#discard();
  }

  wait(key: string, port: Port): void {
    const ports = this.#waiting.get(key);
    if (ports === undefined) this.#waiting.set(key, new Set([port]));
    else ports.add(port);
  }

  stopWaiting(key: string, port: Port): void {
    const ports = this.#waiting.get(key);
    ports?.delete(port);
    if (ports?.size === 0) this.#waiting.delete(key);
  }

  send(message: Buffer, port: number, address: string, callback: SendCallback): void {
    this.#open().send(message, 0, message.length, port, address, callback);
  }

  #open(): Socket {
    if (this.#socket !== undefined) return this.#socket;
    const socket = createSocket({
      type: this.#family,
      recvBufferSize: 1 << 20,
      // Addresses are resolved by the session: never look anything up while sending.
      lookup: (host, _options, done) => done(null, host, this.#family === 'udp4' ? 4 : 6),
    });
    socket.on('message', (message, from) => this.#deliver(message, from));
    socket.on('error', (error) => this.#fail(error));
    // Whoever waits for an answer holds a timer; the socket alone must not keep the process alive.
    socket.unref();
    this.#socket = socket;
    return socket;
  }

  #deliver(message: Buffer, from: RemoteInfo): void {
    const ports = this.#waiting.get(keyOf(from.address, from.port));
    const id = ports === undefined ? undefined : messageId(message);
    if (ports === undefined || id === undefined) return;
    for (const port of [...ports]) if (port.awaits(id)) port.deliver(message);
  }

  #fail(error: Error): void {
    this.#discard();
    for (const ports of [...this.#waiting.values()]) for (const port of [...ports]) port.fail(error);
  }

  #discard(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    try {
      socket?.close();
    } catch {
      // It was closed already: nothing is left to release.
    }
  }
}

const shared = { udp4: new SharedSocket('udp4'), udp6: new SharedSocket('udp6') } as const;

function keyOf(address: string, port: number): string {
  return `${address}|${port}`;
}

/** The body of the BER element at `at`: where it starts and ends. */
function bodyOf(message: Buffer, at: number): { readonly from: number; readonly end: number } | undefined {
  const first = message[at + 1];
  if (first === undefined) return undefined;
  const extra = first < 0x80 ? 0 : first & 0x7f;
  if (extra > 4 || at + 2 + extra > message.length) return undefined;
  const length = extra === 0 ? first & 0x7f : message.readUIntBE(at + 2, extra);
  return { from: at + 2 + extra, end: at + 2 + extra + length };
}

/**
 * What ties an answer to its request: the request-id of SNMP 1 and 2c, the msgID of SNMPv3. Read without decoding the
 * message, so that many units behind one address and port do not each decode the answers of all others.
 */
function messageId(message: Buffer): number | undefined {
  const outer = bodyOf(message, 0);
  const version = outer && bodyOf(message, outer.from);
  const next = version && bodyOf(message, version.end);
  if (version === undefined || next === undefined) return undefined;
  const isV3 = message[version.from] === 3;
  const pdu = isV3 ? next : bodyOf(message, next.end);
  const id = pdu && bodyOf(message, pdu.from);
  const length = id === undefined ? 0 : id.end - id.from;
  if (id === undefined || length < 1 || length > 6 || id.end > message.length) return undefined;
  return message.readIntBE(id.from, length);
}

/** A session's share of the socket. It hears only its target, and only between `listen` and `mute`. */
export class Port extends EventEmitter {
  readonly #shared: SharedSocket;
  readonly #address: string;
  readonly #key: string;
  #onFailure: ((error: Error) => void) | undefined;
  #awaited: number | undefined;
  #closed = false;

  constructor(address: string, port: number) {
    super();
    this.#shared = shared[address.includes(':') ? 'udp6' : 'udp4'];
    this.#address = address;
    this.#key = keyOf(address, port);
    this.#shared.join();
  }

  /** Starts to hear answers. `onFailure` is called when the socket itself breaks. */
  listen(onFailure: (error: Error) => void): void {
    this.#onFailure = onFailure;
    if (!this.#closed) this.#shared.wait(this.#key, this);
  }

  mute(): void {
    this.#onFailure = undefined;
    this.#shared.stopWaiting(this.#key, this);
  }

  /** The part of `dgram.Socket` that net-snmp uses. */
  send(message: Buffer, _offset: number, _length: number, port: number, _host: string, callback: SendCallback): void {
    this.#awaited = messageId(message);
    if (this.#closed) callback(new Error('the session is closed'), 0);
    else this.#shared.send(message, port, this.#address, callback);
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.fail(new Error('the session is closed'));
    this.mute();
    this.#shared.leave();
    this.emit('close');
  }

  /** Whether this is the id of the request sent last. */
  awaits(id: number): boolean {
    return id === this.#awaited;
  }

  deliver(message: Buffer): void {
    try {
      this.emit('message', message);
    } catch {
      // net-snmp throws out of its parser for some datagrams. Whoever waits has a deadline of its own.
    }
  }

  fail(error: Error): void {
    this.#onFailure?.(error);
  }
}
