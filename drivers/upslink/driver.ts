/** Reads older Smart-UPS units (SU, SUA, SC, RT, Matrix) over their serial port: UPS-Link, the "smart" protocol. */
import { type Driver, type DriverContext, DriverError, type DriverModule, type Reading } from '../contract.ts';
import { Conversation, ConversationError, type Manners } from './conversation.ts';
import { upslinkProbe } from './discover.ts';
import type { UpslinkOptions } from './options.ts';
import { type OpenPort, openSerialPort, type Port, PortError } from './port.ts';
import { type QueryName, queries } from './protocol.ts';
import { type Answers, readingOf } from './reading.ts';

/** In this order neighbours never look alike; the status is last, and proves that no answer was shifted. */
const poll: readonly QueryName[] = [
  'model',
  'serial',
  'firmware',
  'manufactured',
  'externalPacks',
  'installed',
  'badPacks',
  'selfTest',
  'status',
];

const longestRead = 60_000;

/** A port that is open, and what is said over it. */
interface Line {
  readonly port: Port;
  readonly conversation: Conversation;
}

export class UpslinkDriver implements Driver {
  readonly #options: UpslinkOptions;
  readonly #context: DriverContext;
  readonly #open: OpenPort;
  readonly #manners: Manners;
  readonly #closing = new AbortController();
  #line: Line | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: UpslinkOptions, context: DriverContext, open: OpenPort = openSerialPort, pace = 1) {
    this.#options = options;
    this.#context = context;
    this.#open = open;
    this.#manners = {
      answerMs: options.timeout * 1000,
      gapMs: 50 * pace,
      quietMs: 300 * pace,
      noisyMs: 3000 * pace,
    };
  }

  /** Reads queue up: the line takes one question at a time. */
  read(signal?: AbortSignal): Promise<Reading> {
    const turn = this.#queue.then(() => this.#read(signal));
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#queue;
    await this.#hangUp();
  }

  async #read(signal: AbortSignal | undefined): Promise<Reading> {
    const late = AbortSignal.timeout(longestRead);
    const limit = AbortSignal.any([this.#closing.signal, late, ...(signal === undefined ? [] : [signal])]);
    try {
      if (limit.aborted) throw new ConversationError('stopped', 'the poll was stopped');
      const { conversation } = await this.#connected();
      return await this.#ask(conversation, limit);
    } catch (error) {
      if (error instanceof ConversationError && error.kind === 'gone') await this.#hangUp();
      throw this.#explained(error, late.aborted);
    }
  }

  async #ask(conversation: Conversation, limit: AbortSignal): Promise<Reading> {
    await conversation.start(limit);
    const answers: { -readonly [K in QueryName]?: string } = {};
    const take = async (name: QueryName) => {
      const answer = await conversation.ask(name, limit);
      if (answer === undefined) return;
      answers[name] = answer;
      this.#context.record?.({ key: queries[name].sends, value: answer });
    };
    for (const name of poll) {
      await take(name);
      if (name === 'firmware' && answers.firmware === undefined) await take('oldFirmware');
    }
    if (answers.status === undefined) throw new ConversationError('strange', 'the status is unreadable');
    return readingOf(answers satisfies Answers, conversation.takeReplaceAlert());
  }

  /** The line: the one that is open if it is still good, else a new one. The port stays open between polls. */
  async #connected(): Promise<Line> {
    if (this.#line !== undefined && (await this.#line.port.isCurrent())) return this.#line;
    await this.#hangUp();
    const { device, cable } = this.#options;
    let port: Port | undefined;
    const conversation = new Conversation((text) => port?.send(text), this.#manners);
    port = await this.#open(
      device,
      { dtr: cable === '940-0095B' },
      {
        heard: (bytes) => conversation.hear(bytes),
        gone: (why) => conversation.end(new ConversationError('gone', why)),
      },
      (message) => this.#context.log('warn', message),
    );
    this.#line = { port, conversation };
    return this.#line;
  }

  async #hangUp(): Promise<void> {
    const line = this.#line;
    this.#line = undefined;
    await line?.port.close();
  }

  #explained(error: unknown, isLate: boolean): DriverError {
    const make = (code: DriverError['code'], what: string, retry = true) =>
      new DriverError(code, `${this.#context.ups}: ${what}`, { retry, cause: error });
    const { device } = this.#options;
    if (error instanceof PortError) return make('unreachable', error.message);
    if (!(error instanceof ConversationError))
      return make('protocol', `reading failed unexpectedly (${String(error)}); please report this`);
    switch (error.kind) {
      case 'stopped':
        if (this.#closing.signal.aborted) return make('closed', 'the driver is closed', false);
        return isLate
          ? make('timeout', `the UPS at ${device} answers too slowly for a reading`)
          : make('closed', 'the poll was stopped');
      case 'gone':
        return make('unreachable', error.message);
      case 'silent':
        return make(
          'unreachable',
          `no UPS answers at ${device}. It needs the smart cable of its maker (940-0024C or alike), and newer units (SMT, SMX, SRT) speak Modbus instead`,
        );
      case 'strange':
        return make(
          'protocol',
          `what answers at ${device} is not the smart protocol of a Smart-UPS: ${error.message}. Newer units speak Modbus; a bad cable garbles what it says`,
        );
    }
  }
}

/** Reads a UPS over UPS-Link. */
export const upslinkDriver: DriverModule<UpslinkOptions> = {
  name: 'upslink',
  create: (options, context) => new UpslinkDriver(options, context),
  probe: upslinkProbe,
  capture: async () => (await import('./capture.ts')).upslinkCapture,
};
