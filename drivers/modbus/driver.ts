/**
 * Reads Smart-UPS units over Modbus TCP (network card, SmartConnect port, gateway) or Modbus RTU (serial line). A poll
 * is three readings of registers; what map the unit has is found out at first contact.
 */
import { type Driver, type DriverContext, DriverError, type DriverModule, type Reading } from '../contract.ts';
import { BehindLost, Conversation, failureOf, isCheck, lostNote, type Party } from './conversation.ts';
import { type Draft, evaluate, isBlank, looksLikeSmartUps, type Registers, textAt } from './decode.ts';
import { modbusProbe } from './discover.ts';
import { joinLine, type Line, leaveLine } from './line.ts';
import { lineSettings, type ModbusOptions } from './options.ts';
import {
  check,
  dynamic,
  inventory,
  model,
  nativeRules,
  oldPacks,
  oldRules,
  oldStatus,
  oldWord,
  serial,
  sku,
  status,
} from './registers.ts';
import { type Limit, LineError } from './wire.ts';

const longestRead = 60_000;
const hour = 3_600_000;

/** What first contact taught. */
interface Known {
  readonly map: 'native' | 'old';
  /** Whether the unit has the test block: then it must show it again after any trouble on the line. */
  readonly hasCheck: boolean;
  /** On the context's monotonic clock. */
  readonly learnAgainAt: number;
}

const oldNote =
  'This card offers no dates over Modbus (it has the register map for older units, 990-5702A); use SNMP for this UPS.';
const noUpsNote =
  'What answers at this Modbus address is not a Smart-UPS: it has neither their test registers nor a model and a serial number. Check the address and the unit number.';

class ModbusDriver implements Driver {
  readonly #context: DriverContext;
  readonly #options: ModbusOptions;
  readonly #closing = new AbortController();
  readonly #join: typeof joinLine;
  #line: Line | undefined;
  #known: Known | undefined;
  #reads: Promise<unknown> = Promise.resolve();

  constructor(options: ModbusOptions, context: DriverContext, join: typeof joinLine) {
    this.#options = options;
    this.#context = context;
    this.#join = join;
  }

  async read(signal?: AbortSignal): Promise<Reading> {
    const both = signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
    const turn = this.#read(both);
    const before = this.#reads;
    this.#reads = Promise.allSettled([before, turn]);
    return await turn;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reads;
    const line = this.#line;
    this.#line = undefined;
    if (line !== undefined) await leaveLine(line);
  }

  async #read(signal: AbortSignal): Promise<Reading> {
    try {
      if (signal.aborted) throw new LineError('stopped', 'the poll was stopped');
      this.#line ??= this.#join(lineSettings(this.#options));
      const line = this.#line;
      return await line.take(() => this.#poll(line, this.#limit(signal)), signal);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #limit(signal: AbortSignal): Limit {
    const { monotonic } = this.#context;
    const end = monotonic() + longestRead;
    return { left: () => end - monotonic(), signal };
  }

  get #party(): Party {
    const { unit, timeout, retries } = this.#options;
    const { ups, log, record } = this.#context;
    return { ups, unit, timeoutMs: timeout * 1000, retries, log, record };
  }

  async #poll(line: Line, limit: Limit): Promise<Reading> {
    const known = this.#known;
    const isFresh = known !== undefined && this.#context.monotonic() < known.learnAgainAt;
    const talk = new Conversation(line, this.#party, limit, known?.hasCheck === true);
    try {
      if (known?.map === 'native') return await this.#native(talk);
      if (known?.map === 'old' && isFresh) return await this.#old(talk);
      return await this.#learn(talk);
    } catch (error) {
      if (!(error instanceof BehindLost)) throw error;
      return { verdict: 'ups-lost', note: `${lostNote} (${error.message})`, fields: {}, signals: {} };
    }
  }

  /** First contact, and every poll until something is recognised. */
  async #learn(talk: Conversation): Promise<Reading> {
    const found = await talk.glance(check);
    if (found !== undefined && found !== 'silence' && isCheck(found))
      return await this.#recognised(talk, { map: 'native', hasCheck: true });
    const items = await talk.read(inventory);
    if (items !== undefined && namesUps(items)) return await this.#recognised(talk, { map: 'native', hasCheck: false });
    const [state, measured] = [await talk.read(status), await talk.read(dynamic)];
    if (state !== undefined && measured !== undefined && looksLikeSmartUps(new Map([...state, ...measured])))
      return await this.#recognised(talk, { map: 'native', hasCheck: false });
    const words = found === undefined && items === undefined ? await talk.read(oldStatus) : undefined;
    if (words !== undefined && isOldStatus(words)) return await this.#recognised(talk, { map: 'old', hasCheck: false });
    if (talk.failure !== undefined) throw talk.failure;
    return { verdict: 'not-a-ups', note: noUpsNote, fields: {}, signals: {} };
  }

  async #recognised(talk: Conversation, what: Omit<Known, 'learnAgainAt'>): Promise<Reading> {
    const reading = what.map === 'native' ? await this.#native(talk) : await this.#old(talk);
    if (reading.verdict !== 'ups') return reading;
    this.#known = { ...what, learnAgainAt: this.#context.monotonic() + hour };
    const model = reading.fields['device.model']?.value;
    this.#context.log('info', `answers with the ${what.map} register map`, { model });
    return reading;
  }

  async #native(talk: Conversation): Promise<Reading> {
    const blocks = [await talk.read(status), await talk.read(dynamic), await talk.read(inventory)];
    const registers: Registers = new Map(blocks.flatMap((block) => [...(block ?? [])]));
    if (registers.size === 0 && talk.failure !== undefined) throw talk.failure;
    if (registers.size === 0 || isBlank(registers)) {
      const wasKnown = this.#known !== undefined || talk.hasCheck;
      this.#known = undefined;
      if (!wasKnown) return { verdict: 'not-a-ups', note: noUpsNote, fields: {}, signals: {} };
      return { verdict: 'ups-lost', note: lostNote, fields: {}, signals: {} };
    }
    const draft: Draft = { fields: {}, signals: {} };
    evaluate(nativeRules, registers, draft);
    return { verdict: 'ups', ...draft };
  }

  async #old(talk: Conversation): Promise<Reading> {
    const words = await talk.read(oldStatus);
    const packs = await talk.read(oldPacks);
    const draft: Draft = { fields: {}, signals: {} };
    if (words === undefined && talk.failure !== undefined) throw talk.failure;
    if (words === undefined || !isOldStatus(words)) {
      this.#known = undefined;
      return { verdict: 'ups-lost', note: lostNote, ...draft };
    }
    evaluate(oldRules, new Map([...words, ...(packs ?? [])]), draft);
    return { verdict: 'ups', note: oldNote, ...draft };
  }

  #failure(error: unknown): DriverError {
    if (error instanceof DriverError) return error;
    const { ups } = this.#context;
    if (this.#closing.signal.aborted)
      return new DriverError('closed', `${ups}: the driver is closed`, { retry: false });
    return failureOf(error, ups);
  }
}

/** A name that only these units have, or any model or SKU with a serial number: for cards without the test block. */
function namesUps(registers: Registers): boolean {
  const names = [textAt(registers, model, 16), textAt(registers, sku, 16)].filter((name) => name !== undefined);
  if (names.some((name) => /^(smart|back|easy)-ups\b|^(smt|smx|srt|surtd|src|smc|smtl)l?\d{2,}/i.test(name)))
    return true;
  const number = textAt(registers, serial, 8);
  return names.some((name) => name.length >= 4) && number !== undefined && /^[0-9A-Z]{6,}$/i.test(number);
}

/** 990-5702A: a unit is on line or on battery, never both, and its status words are bytes. */
function isOldStatus(registers: Registers): boolean {
  const word = registers.get(oldWord.address);
  if (word === undefined || word > 0xff) return false;
  return ((word & oldWord.online) !== 0) !== ((word & oldWord.onBattery) !== 0);
}

/** A driver on a line that `join` gives: the one of this process, unless a test has another. */
export function createModbus(options: ModbusOptions, context: DriverContext, join = joinLine): Driver {
  return new ModbusDriver(options, context, join);
}

/** Reads a UPS over Modbus TCP or RTU. */
export const modbusDriver: DriverModule<ModbusOptions> = {
  name: 'modbus',
  create: (options, context) => createModbus(options, context),
  probe: modbusProbe,
  capture: async () => (await import('./capture.ts')).modbusCapture,
};
