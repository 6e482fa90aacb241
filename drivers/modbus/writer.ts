/**
 * Writes register 595, Battery.DateSetting, on the same line and in the same turn in which the unit has just shown its
 * serial number. No other register is ever written, and nothing but drivers/writers.ts loads this.
 */
import {
  type DriverContext,
  DriverError,
  type InstallOrder,
  type WriteAttempt,
  type WriterModule,
} from '../contract.ts';
import { Conversation, failureOf, type Party } from './conversation.ts';
import { type Draft, daysOf, evaluate } from './decode.ts';
import type { Answer, Dialogue } from './exchange.ts';
import { exceptionBit } from './frames.ts';
import { joinLine, type Line, leaveLine } from './line.ts';
import { lineSettings, type ModbusOptions } from './options.ts';
import { identity, installed, nativeRules } from './registers.ts';
import { type Limit, LineError, pause } from './wire.ts';

const longestWrite = 60_000;
const object = `Battery.DateSetting (register ${installed})`;

/** Exceptions to a writing, in words (Modbus Application Protocol V1.1b3, section 7). */
const refusals: Readonly<Record<number, string>> = {
  1: 'illegal function: this unit cannot be written to over Modbus',
  2: 'illegal data address: this unit does not let its install date be written',
  3: 'illegal data value: this unit does not take this date',
  4: 'device failure: the unit could not do it',
  5: 'acknowledge: the unit has not done it yet',
  6: 'device busy: the unit could not do it now',
  10: 'gateway path unavailable',
  11: 'gateway target does not answer',
};
const busy: ReadonlySet<number> = new Set([5, 6]);
const busyPause = 1000;

type Writing = (unit: number, word: number) => Dialogue;

/** Preset Multiple Registers, with one. */
const several: Writing = (unit, word) => {
  const place = [installed >>> 8, installed & 0xff, 0, 1];
  return {
    request: request(unit, [16, ...place, 2, word >>> 8, word & 0xff], [16, ...place]),
    run: async (client) => {
      await client.writeRegisters(installed, [word]);
      return { registers: [] };
    },
  };
};

/** Preset Single Register, for units that do not know the other one. */
const single: Writing = (unit, word) => {
  const body = [6, installed >>> 8, installed & 0xff, word >>> 8, word & 0xff];
  return {
    request: request(unit, body, body),
    run: async (client) => {
      await client.writeRegister(installed, word);
      return { registers: [] };
    },
  };
};

/** A writing and its answer, both from the function on. */
function request(unit: number, body: readonly number[], answer: readonly number[]): Dialogue['request'] {
  const [code = 0] = body;
  const whole = Buffer.from([unit, ...answer]);
  return {
    body: [unit, ...body],
    answerLength: whole.length,
    isAnswered: (heard) =>
      heard.equals(whole) || (heard.length === 3 && heard[0] === unit && heard[1] === (code | exceptionBit)),
  };
}

type Said = Pick<WriteAttempt, 'outcome' | 'words'>;

class ModbusWriter {
  readonly #options: ModbusOptions;
  readonly #context: DriverContext;
  readonly #order: InstallOrder;
  readonly #signal: AbortSignal;

  constructor(options: ModbusOptions, context: DriverContext, order: InstallOrder, signal: AbortSignal) {
    this.#options = options;
    this.#context = context;
    this.#order = order;
    this.#signal = signal;
  }

  /** @param join gives the line: the one of this process, unless a test has another */
  async write(join: typeof joinLine): Promise<readonly WriteAttempt[]> {
    const { day } = this.#order;
    const word = daysOf(day);
    if (word === undefined) throw this.#error('cannot-write', `no register can hold the date ${day}`);
    try {
      const line = join(lineSettings(this.#options));
      try {
        return await line.take(async () => {
          const { outcome, words } = await this.#insist(line, word);
          return [{ object, text: day, outcome, ...(words !== undefined && { words }) }];
        }, this.#signal);
      } finally {
        await leaveLine(line);
      }
    } catch (error) {
      throw failureOf(error, this.#context.ups);
    }
  }

  /** Until the unit says yes or no. After silence or noise it must show its serial number anew before another try. */
  async #insist(line: Line, word: number): Promise<Said> {
    const { monotonic } = this.#context;
    const end = monotonic() + longestWrite;
    const limit: Limit = { left: () => end - monotonic(), signal: this.#signal };
    if ((await this.#dateNow(line, limit)) === word) return { outcome: 'already' };
    for (let left = this.#options.retries; ; left -= 1) {
      const said = await this.#try(line, word, limit);
      if (said.outcome === 'taken' || !said.again || left === 0) return said;
      this.#context.log('debug', 'writing again', { reason: said.words });
      if ((await this.#dateNow(line, limit)) === word) return { outcome: 'taken' };
    }
  }

  async #try(line: Line, word: number, limit: Limit): Promise<Said & { readonly again: boolean }> {
    try {
      const answer = await this.#writeOnce(line, word, limit);
      if (!('exception' in answer)) return { outcome: 'taken', again: false };
      const again = busy.has(answer.exception);
      if (again) await pause(busyPause, limit);
      return { outcome: 'refused', again, words: refusals[answer.exception] ?? `exception ${answer.exception}` };
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      const again = error.trouble !== 'stopped' && error.trouble !== 'late';
      return { outcome: 'silent', again, words: error.message };
    }
  }

  /** What the register holds, of the unit that is meant and no other. @throws DriverError */
  async #dateNow(line: Line, limit: Limit): Promise<number> {
    const talk = new Conversation(line, this.#party, limit, false);
    const registers = await talk.read(identity);
    if (registers === undefined && talk.failure !== undefined) throw talk.failure;
    const draft: Draft = { fields: {}, signals: {} };
    if (registers !== undefined) evaluate(nativeRules, registers, draft);
    const now = registers?.get(installed);
    if (now === undefined || draft.fields['device.serial'] === undefined)
      throw this.#error('cannot-write', 'over Modbus this unit has no serial number, or no install date');
    const stranger = this.#order.notTheUnit(draft.fields);
    if (stranger !== undefined) throw this.#error('other-unit', stranger);
    return now;
  }

  get #party(): Party {
    const { unit, timeout, retries } = this.#options;
    const { ups, log } = this.#context;
    return { ups, unit, timeoutMs: timeout * 1000, retries, log, record: undefined };
  }

  async #writeOnce(line: Line, word: number, limit: Limit): Promise<Answer> {
    const send = (writing: Writing) =>
      line.talk(writing(this.#options.unit, word), this.#options.timeout * 1000, limit, this.#context.log);
    const answer = await send(several);
    return 'exception' in answer && answer.exception === 1 ? await send(single) : answer;
  }

  #error(code: DriverError['code'], what: string): DriverError {
    return new DriverError(code, `${this.#context.ups}: ${what}`, { retry: false });
  }
}

/** Writes on a line that `join` gives. */
export function writeOverModbus(
  options: ModbusOptions,
  context: DriverContext,
  order: InstallOrder,
  signal: AbortSignal,
  join = joinLine,
): Promise<readonly WriteAttempt[]> {
  return new ModbusWriter(options, context, order, signal).write(join);
}

/** Writes the install date over Modbus TCP or RTU. */
export const modbusWriter: WriterModule<ModbusOptions> = {
  name: 'modbus',
  writeInstalled: (options, context, order, signal) => writeOverModbus(options, context, order, signal),
};
