/**
 * The only place that touches modbus-serial: one request and its answer. A client lives for one exchange on a port of
 * ours, so that no unit address, timer or late answer of another exchange can reach it; the port passes on nothing but
 * a whole frame that answers the question, and lets nothing out but the question.
 */
import { EventEmitter } from 'node:events';
import modbusSerial from 'modbus-serial';
import { type Framing, type Question, type Request, readRequest } from './frames.ts';
import { LineError } from './wire.ts';

/** What the unit said: its registers, or the code of its exception (2 = no such register). */
export type Answer = { readonly registers: readonly number[] } | { readonly exception: number };

const ModbusClient = modbusSerial.default;

/** One request, and how modbus-serial is told to make it. */
export interface Dialogue {
  readonly request: Request;
  /** How many registers the answer has; absent where no answer to a reading looks like this one. */
  readonly count?: number;
  run(client: InstanceType<typeof ModbusClient>): Promise<{ readonly registers: readonly number[] }>;
}

/** Reads holding registers. */
export function reading(question: Question): Dialogue {
  const { address, count } = question;
  return {
    request: readRequest(question),
    count,
    run: async (client) => ({ registers: (await client.readHoldingRegisters(address, count)).data }),
  };
}

/** Where modbus-serial expects a serial port. */
class ExchangePort extends EventEmitter {
  isOpen = true;
  readonly #send: (request: Buffer) => void;

  constructor(send: (request: Buffer) => void) {
    super();
    this.#send = send;
  }

  open(callback?: (error: Error | null) => void): void {
    callback?.(null);
  }

  close(callback?: (error: Error | null) => void): void {
    this.isOpen = false;
    callback?.(null);
  }

  write(request: Buffer): void {
    this.#send(request);
  }
}

/** An exchange under way: `hear` takes what the line brings, `fail` ends it; `answer` settles once, in any case. */
export interface Exchange {
  readonly answer: Promise<Answer>;
  /** @returns what was heard and not used */
  hear(heard: Buffer): Buffer;
  fail(error: LineError): void;
}

/** Longer than any frame: what piles up beyond it is noise. */
const longestHeard = 1024;
/** A frame that modbus-serial refuses at once: it settles what it still waits for and stops its timer. */
const refuse = Buffer.from([0, 0, 0, 0, 0]);

export function exchange(dialogue: Dialogue, framing: Framing, send: (bytes: Buffer) => void, ms: number): Exchange {
  let failure: LineError | undefined;
  const port = new ExchangePort((request) => send(framing.dress(request)));
  const client = new ModbusClient(port);
  // Relays of the port's events; none is ever raised, and none may end the process.
  client.on('error', () => {});
  client.open();
  client.setID(dialogue.request.body[0] ?? 0);
  // Only a net below the line's own deadline, which calls `fail`.
  client.setTimeout(ms + 5000);
  const fail = (error: LineError) => {
    failure ??= error;
    port.emit('data', refuse);
  };
  const answer = dialogue
    .run(client)
    .catch((error: unknown): Answer => {
      if (failure !== undefined) throw failure;
      const code = typeof error === 'object' && error !== null && 'modbusCode' in error ? error.modbusCode : undefined;
      if (typeof code === 'number') return { exception: code };
      const why = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : error;
      throw new LineError('garbled', `the request failed (${String(why)})`, error);
    })
    .finally(() => client.close());
  answer.catch(() => {});
  return {
    answer,
    fail,
    hear: (heard) => {
      const found = framing.find(heard);
      if (found.answer !== undefined) port.emit('data', found.answer);
      else if (found.broken !== undefined) fail(new LineError('garbled', found.broken));
      return found.rest.length > longestHeard ? found.rest.subarray(-longestHeard) : found.rest;
    },
  };
}
