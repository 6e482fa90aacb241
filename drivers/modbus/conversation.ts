/** One poll's talk with one unit, during its turn on the line: what to ask again, and what to believe. */
import { type DriverContext, DriverError } from '../contract.ts';
import { type Registers, textAt } from './decode.ts';
import type { Answer } from './exchange.ts';
import type { Line, Part } from './line.ts';
import { type Block, check, checkAddress, checkText } from './registers.ts';
import { type Limit, LineError, pause, type Trouble } from './wire.ts';

/** Exceptions by which a unit says that it has no such registers, or no such function. */
const refusals: ReadonlySet<number> = new Set([1, 2, 3]);
/** Exceptions of a gateway, or of a card, that has lost the unit behind it. */
const lostBehind: ReadonlySet<number> = new Set([10, 11]);
/** Acknowledge and busy: the answer comes later. */
const busy: ReadonlySet<number> = new Set([5, 6]);
const busyPause = 1000;

const troubleCodes: Readonly<Record<Exclude<Trouble, 'stopped'>, DriverError['code']>> = {
  open: 'unreachable',
  silent: 'timeout',
  garbled: 'protocol',
  gone: 'unreachable',
  restless: 'protocol',
  owing: 'timeout',
  late: 'timeout',
};

export const lostNote =
  'Something answers at this address, but the UPS behind it does not: check the cable to the UPS, and that it is on.';

/** The thing that answers says that the UPS behind it does not. */
export class BehindLost extends Error {
  override readonly name = 'BehindLost';
}

/** An exception that says neither "no such register" nor "busy". What else the unit answers is still worth having. */
class Failing extends DriverError {}

/** How one unit is talked to. */
export interface Party {
  /** The unit's name, for messages. */
  readonly ups: string;
  readonly unit: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly log: DriverContext['log'];
  readonly record: DriverContext['record'];
}

export class Conversation {
  readonly #line: Line;
  readonly #party: Party;
  readonly #limit: Limit;
  /** Whether this unit has shown the test block before. */
  #hasCheck: boolean;
  #heardAnything = false;
  #failure: DriverError | undefined;

  constructor(line: Line, party: Party, limit: Limit, hasCheck: boolean) {
    this.#line = line;
    this.#party = party;
    this.#limit = limit;
    this.#hasCheck = hasCheck;
  }

  /** Whether the unit gave any sound answer in this conversation. */
  get heardAnything(): boolean {
    return this.#heardAnything;
  }

  get hasCheck(): boolean {
    return this.#hasCheck;
  }

  /**
   * The registers of a block, as many as the unit has; `undefined` where it says that it has none of them.
   * @throws DriverError, BehindLost
   */
  async read(block: Block): Promise<Registers | undefined> {
    const whole = await this.#orFailing(block.parts);
    if (whole !== undefined) return whole;
    const found = new Map<number, number>();
    for (const piece of block.pieces) {
      if (isCovered(piece, found)) continue;
      for (const [address, word] of (await this.#orFailing([piece])) ?? []) found.set(address, word);
    }
    return found.size === 0 ? undefined : found;
  }

  /** What the unit gave as a reason for an answer that it does not have: to be told where nothing at all was read. */
  get failure(): DriverError | undefined {
    return this.#failure;
  }

  async #orFailing(parts: readonly Part[]): Promise<Registers | undefined> {
    try {
      return await this.#patiently(parts);
    } catch (error) {
      if (!(error instanceof Failing)) throw error;
      this.#failure = error;
      return undefined;
    }
  }

  /** The same for a first look over TCP, where silence about one block is no reason to give up. */
  async glance(block: Block): Promise<Registers | 'silence' | undefined> {
    if (this.#line.settings.kind === 'rtu') return await this.read(block);
    try {
      return await this.#once(block.parts);
    } catch (error) {
      if (error instanceof LineError && (error.trouble === 'silent' || error.trouble === 'gone')) return 'silence';
      if (error instanceof Failing) return undefined;
      throw this.#told(error);
    }
  }

  async #patiently(parts: readonly Part[]): Promise<Registers | undefined> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        if (this.#line.isDoubtful) await this.#clear();
        return await this.#once(parts);
      } catch (error) {
        if (!this.#isWorthAnother(error) || attempt >= this.#party.retries) throw this.#told(error);
        const reason = error instanceof Error ? error.message : String(error);
        this.#party.log('debug', 'asking again', { reason, attempt: attempt + 1 });
      }
    }
  }

  #isWorthAnother(error: unknown): boolean {
    if (error instanceof BehindLost) return true;
    if (error instanceof DriverError) return error.retry;
    return error instanceof LineError && ['silent', 'garbled', 'gone'].includes(error.trouble);
  }

  /** After trouble: the line falls silent, and the test block must come back, before anything is believed again. */
  async #clear(): Promise<void> {
    await this.#line.settle(this.#limit);
    // A new connection brings nothing of the old one: a unit that has never shown the test block need not show it.
    if (this.#line.settings.kind === 'tcp' && !this.#hasCheck) return this.#line.trust();
    const registers = await this.#once(check.parts);
    if (registers !== undefined && isCheck(registers)) this.#hasCheck = true;
    else if (this.#hasCheck) throw this.#error('protocol', 'the unit answers with what belongs elsewhere', true);
    this.#line.trust();
  }

  async #once(parts: readonly Part[]): Promise<Registers | undefined> {
    const first = await this.#ask(parts);
    if ('registers' in first.answer) return this.#taken(first.part, first.answer.registers);
    if (this.#line.settings.kind === 'tcp') return this.#refused(first.part, first.answer.exception);
    // An exception carries nothing that ties it to its request: on a serial line it must be given twice.
    const second = await this.#ask(parts);
    if ('registers' in second.answer) return this.#taken(second.part, second.answer.registers);
    return this.#refused(second.part, second.answer.exception);
  }

  #taken(part: Part, registers: readonly number[]): Registers {
    this.#party.record?.({ key: String(part[0]), value: registers });
    return numbered(part, registers);
  }

  async #ask(parts: readonly Part[]): Promise<{ readonly part: Part; readonly answer: Answer }> {
    const { unit, timeoutMs, log } = this.#party;
    const part = await this.#line.choose(unit, parts, this.#limit);
    const [address, count] = part;
    const answer = await this.#line.ask({ unit, address, count }, timeoutMs, this.#limit, log);
    this.#heardAnything = true;
    if ('exception' in answer && busy.has(answer.exception)) {
      await pause(busyPause, this.#limit);
      throw this.#error('timeout', 'the unit says that it is busy', true);
    }
    return { part, answer };
  }

  #refused([address, count]: Part, exception: number): undefined {
    this.#party.record?.({ key: `${address} ${count}`, value: exception, refusal: true });
    if (refusals.has(exception)) return undefined;
    if (lostBehind.has(exception)) throw new BehindLost(`Modbus exception ${exception}`);
    const what = `${this.#party.ups}: the unit answers with Modbus exception ${exception}`;
    throw new Failing('protocol', what, { retry: true });
  }

  /** Trouble of the line in the words of this UPS. */
  #told(error: unknown): unknown {
    if (!(error instanceof LineError) || error.trouble === 'stopped') return error;
    const { trouble, message } = error;
    if ((trouble === 'silent' || trouble === 'garbled') && !this.#heardAnything) return this.#unreachable(message);
    return this.#error(troubleCodes[trouble], message, true, error);
  }

  #unreachable(what: string): DriverError {
    const { settings } = this.#line;
    const { unit } = this.#party;
    const where = settings.kind === 'tcp' ? `${settings.host} port ${settings.port}` : settings.device;
    const advice =
      settings.kind === 'tcp'
        ? `Modbus may be off, or the unit address is another one than ${unit}`
        : `Modbus is off until it is switched on at the front panel (Advanced menu, Configuration, Modbus); or the unit address is another one than ${unit}, or the speed another one than ${settings.baud}, or the cable is not a 940-0625A`;
    return this.#error('unreachable', `unit ${unit} on ${where}: ${what}. ${advice}`, true);
  }

  #error(code: DriverError['code'], what: string, retry: boolean, cause?: unknown): DriverError {
    return new DriverError(code, `${this.#party.ups}: ${what}`, { retry, ...(cause !== undefined && { cause }) });
  }
}

function isCovered([address, count]: Part, found: Registers): boolean {
  for (let each = address; each < address + count; each += 1) if (!found.has(each)) return false;
  return true;
}

function numbered([address]: Part, registers: readonly number[]): Registers {
  return new Map(registers.map((word, index) => [address + index, word]));
}

/** Whatever ended a turn on the line, as an error of this UPS. */
export function failureOf(error: unknown, ups: string): DriverError {
  if (error instanceof DriverError) return error;
  if (error instanceof BehindLost) return new DriverError('unreachable', `${ups}: ${lostNote}`, { retry: true });
  if (error instanceof LineError) {
    const code = error.trouble === 'stopped' ? 'closed' : error.trouble === 'open' ? 'unreachable' : 'timeout';
    return new DriverError(code, `${ups}: ${error.message}`, { retry: true, cause: error });
  }
  const what = `${ups}: reading failed unexpectedly (${String(error)}); please report this`;
  return new DriverError('protocol', what, { retry: true, cause: error });
}

/** Whether the test block is that of a Smart-UPS. */
export function isCheck(registers: Registers): boolean {
  return textAt(registers, checkAddress, 4) === checkText;
}
