/** A Modbus line in memory, with units on it: what a fault does to an answer is decided by whoever uses it. */
import { withCrc } from '../../drivers/modbus/frames.ts';
import { type Dial, LineError, type Listener } from '../../drivers/modbus/wire.ts';
import type { SimulatedModbusUnit } from './modbus.ts';

/**
 * What becomes of one answer: pieces and when each arrives, in milliseconds after the request. Nothing more comes over
 * a connection after a `last` one.
 */
export type Delivery = readonly { readonly after: number; readonly bytes: Buffer; readonly last?: boolean }[];
/** Decides the fate of an answer, a whole frame as it would stand on the wire. */
export type Fate = (reply: Buffer) => Delivery;

export const healthy: Fate = (reply) => [{ after: 20, bytes: reply }];

export class Bus {
  readonly units = new Map<number, SimulatedModbusUnit>();
  readonly sent: Buffer[] = [];
  readonly kind: 'rtu' | 'tcp';
  fate: Fate = healthy;
  /** Whether the wire ends instead of carrying this request. */
  cutNow: () => boolean = () => false;
  isThere = true;
  opened = 0;
  #listener: Listener | undefined;
  readonly #deaf = new WeakSet<Listener>();

  constructor(kind: 'rtu' | 'tcp') {
    this.kind = kind;
  }

  /** Ends the wire: a cable pulled, a connection closed. */
  cut(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.gone('cut by the test');
  }

  readonly dial: Dial = async (listener) => {
    if (!this.isThere) throw new LineError('open', 'not there');
    this.opened += 1;
    this.#listener = listener;
    return {
      send: (bytes) => this.#receive(Buffer.from(bytes), listener),
      close: async () => {
        if (this.#listener === listener) this.#listener = undefined;
      },
      isCurrent: async () => this.#listener === listener,
    };
  };

  #receive(request: Buffer, listener: Listener): void {
    this.sent.push(request);
    if (this.cutNow()) {
      this.cut();
      return;
    }
    const reply = this.kind === 'rtu' ? this.#rtuReply(request) : this.#tcpReply(request);
    if (reply === undefined) return;
    for (const { after, bytes, last } of this.fate(reply))
      setTimeout(() => this.#deliver(bytes, listener, last === true), after);
  }

  /** A serial line belongs to nobody: late bytes reach whoever listens. A connection takes its bytes with it. */
  #deliver(bytes: Buffer, listener: Listener, isLast: boolean): void {
    if (this.kind === 'rtu') this.#listener?.data(bytes);
    else if (this.#listener === listener && !this.#deaf.has(listener)) listener.data(bytes);
    if (isLast) this.#deaf.add(listener);
  }

  #rtuReply(request: Buffer): Buffer | undefined {
    const body = this.units.get(request[0] ?? 0)?.answer(request.subarray(1, -2));
    return body === undefined ? undefined : withCrc([request[0] ?? 0, ...body]);
  }

  #tcpReply(request: Buffer): Buffer | undefined {
    const body = this.units.get(request[6] ?? 0)?.answer(request.subarray(7));
    if (body === undefined) return undefined;
    return Buffer.concat([request.subarray(0, 4), Buffer.from([0, body.length + 1, request[6] ?? 0]), body]);
  }
}
