/**
 * The one engine that turns registers into fields and signals. What a register means is a rule in registers.ts. Each
 * rule stands alone: a strange value loses its own field and nothing else.
 */
import type { FieldKey, ReadingFields, Signal, SignalKey, TestResult } from '../contract.ts';
import { battery, type Rule, upsStatus } from './registers.ts';

/** What was read, by wire address. */
export type Registers = ReadonlyMap<number, number>;

/** A reading under construction. */
export interface Draft {
  readonly fields: { -readonly [K in FieldKey]?: NonNullable<ReadingFields[K]> };
  readonly signals: { [K in SignalKey]?: { [cause: string]: Signal } };
}

/** "Not available" of native firmware. Cards answer 0 in such places, which for flags is a value too: see `isAlive`. */
const notAvailable = 0xffff;

/** A register that holds something, or `undefined`. */
function wordAt(registers: Registers, address: number): number | undefined {
  const word = registers.get(address);
  return word === notAvailable ? undefined : word;
}

/** A number of packs. 990-5702A marks what it does not know by 0xFF in the upper byte. */
function countAt(registers: Registers, address: number): number | undefined {
  const word = registers.get(address);
  return word === undefined || word > 0xff ? undefined : word;
}

/** The text of several registers, without what fills it (NUL, 0xFF): `undefined` if one register was not read. */
function rawText(registers: Registers, address: number, length: number): string | undefined {
  const bytes: number[] = [];
  for (let each = address; each < address + length; each += 1) {
    const word = registers.get(each);
    if (word === undefined) return undefined;
    bytes.push(word >>> 8, word & 0xff);
  }
  return Buffer.from(bytes.filter((byte) => byte !== 0 && byte !== 0xff)).toString('latin1');
}

/** The text of an item, `undefined` if it is empty, was not read, or holds what no text holds. */
export function textAt(registers: Registers, address: number, length: number): string | undefined {
  const text = rawText(registers, address, length)?.trim();
  return text === undefined || text === '' || !/^[\x20-\x7e]+$/.test(text) ? undefined : text;
}

/** Whether all that was read of these blocks is "not available": the card has lost its UPS, or it is none. */
export function isBlank(registers: Registers): boolean {
  const words = [...registers.values()];
  return words.every((word) => word === 0) || words.every((word) => word === notAvailable);
}

/**
 * Whether a UPS stands behind the values: it says which state it is in, or its battery has a voltage. Without either,
 * a flag that is clear may be nothing but a card's zero.
 */
export function isAlive(registers: Registers): boolean {
  const high = registers.get(upsStatus.address);
  const low = registers.get(upsStatus.address + 1);
  const isKnown = high !== undefined && low !== undefined && !(high === notAvailable && low === notAvailable);
  if (isKnown && (low & upsStatus.states) !== 0) return true;
  return (wordAt(registers, battery.voltage) ?? 0) !== 0;
}

/** From 2005 to 2060, in days since 2000-01-01: whoever holds another number there holds something else. */
const likelyDays = { from: 1827, to: 21_915 } as const;

/**
 * Whether status and measurements can only be those of such a unit: it is in exactly one state, no bit is set that has
 * no meaning, and charge, voltage, temperature and date are those of a battery. For units that do not say who they are.
 */
export function looksLikeSmartUps(registers: Registers): boolean {
  const { address, exclusive, unused } = upsStatus;
  const [high, low] = [registers.get(address), registers.get(address + 1)];
  const charge = wordAt(registers, battery.charge);
  const volts = wordAt(registers, battery.voltage);
  if (high === undefined || low === undefined || charge === undefined || volts === undefined) return false;
  const isSet = (bit: number) => (((bit < 16 ? low : high) >>> (bit % 16)) & 1) === 1;
  if (exclusive.filter(isSet).length !== 1 || unused.some(isSet)) return false;
  const days = wordAt(registers, battery.replaceBy) ?? 0;
  if (days !== 0 && (days < likelyDays.from || days > likelyDays.to)) return false;
  const temperature = wordAt(registers, battery.temperature);
  const degrees = temperature === undefined ? 25 : (temperature << 16) / 0x10000 / 128;
  return charge > 0 && charge <= 100 * 512 && volts >= 8 * 32 && volts <= 600 * 32 && degrees > -30 && degrees < 100;
}

function addSignal(draft: Draft, signal: SignalKey, cause: string, value: boolean, raw: string): void {
  const causes = draft.signals[signal] ?? {};
  causes[cause] = { value, raw };
  draft.signals[signal] = causes;
}

function hex(word: number): string {
  return `0x${word.toString(16).toUpperCase().padStart(4, '0')}`;
}

const firstDay = Date.UTC(2000, 0, 1);
const day = 86_400_000;

/** Days since 2000-01-01 as ISO text. 0 and 0xFFFF are no dates. */
export function dateText(days: number): string | undefined {
  return days === 0 || days === notAvailable ? undefined : new Date(firstDay + days * day).toISOString().slice(0, 10);
}

/** The days that stand for a date in a register; `undefined` where no register can hold it. */
export function daysOf(iso: string): number | undefined {
  const days = (Date.parse(`${iso}T00:00:00Z`) - firstDay) / day;
  return Number.isInteger(days) && days > 0 && days < notAvailable ? days : undefined;
}

const results = {
  pending: 1 << 0,
  inProgress: 1 << 1,
  passed: 1 << 2,
  failed: 1 << 3,
  refused: 1 << 4,
  aborted: 1 << 5,
} as const;
/** Invalid state, internal fault, state of charge not acceptable: then it was not the battery that failed. */
const excuses = 0b1110_0000_0000;

/** ReplaceBatteryTestStatus. Exactly one of its first six bits says how the test stands. */
export function testResult(word: number): TestResult | undefined {
  switch (word & 0x3f) {
    case results.pending:
    case results.inProgress:
    case results.pending | results.inProgress:
      return 'in-progress';
    case results.passed:
      return 'passed';
    case results.failed:
      return (word & excuses) === 0 ? 'failed' : 'invalid';
    case results.refused:
      return 'invalid';
    case results.aborted:
      return 'aborted';
    default:
      return undefined;
  }
}

/** Battery.LifeTimeStatus: each warning has a bit of its own for when somebody acknowledged it; it still holds then. */
const lifetime = {
  ok: 1 << 0,
  'near-end': (1 << 1) | (1 << 3),
  exceeded: (1 << 2) | (1 << 4),
  'measured-near-end': (1 << 5) | (1 << 6),
} as const;

type Evaluators = {
  readonly [K in Rule['kind']]: (rule: Extract<Rule, { kind: K }>, registers: Registers, draft: Draft) => void;
};

const evaluators: Evaluators = {
  text: (rule, registers, draft) => {
    const value = textAt(registers, rule.address, rule.length);
    if (value === undefined) return;
    draft.fields[rule.field] = { value, raw: rawText(registers, rule.address, rule.length) ?? value };
  },
  serial: (rule, registers, draft) => {
    const value = textAt(registers, rule.address, rule.length);
    if (value === undefined) return;
    const placeholder = /^(.)\1*$/.test(value);
    const doubt = 'one repeated character: a placeholder, not a serial number';
    const raw = rawText(registers, rule.address, rule.length) ?? value;
    draft.fields['device.serial'] = { value, raw, ...(placeholder && { doubt }) };
  },
  days: (rule, registers, draft) => {
    const days = registers.get(rule.address);
    const value = days === undefined ? undefined : dateText(days);
    if (value !== undefined) draft.fields[rule.field] = { value, raw: String(days) };
  },
  flag: (rule, registers, draft) => {
    const word = wordAt(registers, rule.address);
    if (word === undefined || (word === 0 && !isAlive(registers))) return;
    addSignal(draft, rule.signal, rule.cause, (word & (1 << rule.bit)) !== 0, hex(word));
  },
  test: (rule, registers, draft) => {
    const word = wordAt(registers, rule.address);
    const value = word === undefined ? undefined : testResult(word);
    if (word === undefined || value === undefined) return;
    draft.fields['ups.test.result'] = { value, raw: hex(word) };
    if (value === 'passed' || value === 'failed')
      addSignal(draft, 'battery.replace', rule.cause, value === 'failed', hex(word));
  },
  lifetime: (rule, registers, draft) => {
    const word = wordAt(registers, rule.address);
    // 0 says neither "OK" nor a warning: a family without this prediction.
    if (word === undefined || word === 0) return;
    for (const kind of ['near-end', 'measured-near-end', 'exceeded', 'ok'] as const)
      addSignal(draft, `battery.lifetime.${kind}`, rule.cause, (word & lifetime[kind]) !== 0, hex(word));
  },
  count: (rule, registers, draft) => {
    const value = countAt(registers, rule.address);
    if (value !== undefined) draft.fields[rule.field] = { value, raw: String(value) };
  },
  any: (rule, registers, draft) => {
    const value = countAt(registers, rule.address);
    if (value !== undefined) addSignal(draft, rule.signal, rule.cause, value > 0, String(value));
  },
};

/** Applies a table of rules. */
export function evaluate(rules: readonly Rule[], registers: Registers, draft: Draft): void {
  for (const rule of rules) {
    if (!registers.has(rule.address)) continue;
    (evaluators[rule.kind] as (rule: Rule, registers: Registers, draft: Draft) => void)(rule, registers, draft);
  }
}
