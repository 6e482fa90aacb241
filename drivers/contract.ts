/**
 * What a driver is, and what it gives back: the only thing the rest of the house knows about hardware.
 *
 * A driver reports what the device said and nothing more. A field that the device did not answer is absent; absent is
 * never `false`, `0` or `""`. Dates stay the text the device sent: `agent/lifecycle/dates` decides what they mean.
 */
import type { ZodType } from 'zod';
import type { Candidate, Place, ProbeContext, Search } from './probe.ts';

/** What answered at the address. Only `ups` and `other-vendor` carry fields and signals. */
export const verdicts = ['ups', 'other-vendor', 'not-a-ups', 'no-application', 'ups-lost', 'unreachable'] as const;
export type Verdict = (typeof verdicts)[number];

/** One value as the device gave it. */
export interface Field<T> {
  readonly value: T;
  /** The text or number on the wire, trimmed of nothing but NUL bytes. */
  readonly raw: string;
  /** Why the driver itself distrusts the value (for instance a source known to invent it). */
  readonly doubt?: string;
}

export type TestResult = 'passed' | 'warning' | 'failed' | 'aborted' | 'invalid' | 'in-progress';

/** A battery cartridge or pack of a unit that lists them. Dates are the device's own text. */
export interface CartridgeReading {
  readonly pack: number;
  /** Absent for a row that stands for a whole pack. */
  readonly cartridge?: number;
  readonly installed?: string;
  readonly replaceBy?: string;
  readonly manufactured?: string;
  readonly part?: string;
  readonly serial?: string;
  /** Names of the status bits that are set, `[]` when all are clear; absent when the device gave no status. */
  readonly status?: readonly string[];
}

/** Keys are NUT's variable names where NUT has one. */
export interface ReadingFields {
  readonly 'device.mfr'?: Field<string>;
  readonly 'device.model'?: Field<string>;
  readonly 'device.serial'?: Field<string>;
  /** The orderable SKU of the unit. */
  readonly 'device.part'?: Field<string>;
  readonly 'ups.firmware'?: Field<string>;
  readonly 'ups.mfr.date'?: Field<string>;
  readonly 'ups.test.result'?: Field<TestResult>;
  readonly 'ups.test.date'?: Field<string>;
  /** Installed. */
  readonly 'battery.date'?: Field<string>;
  /** Replace-by. */
  readonly 'battery.date.maintenance'?: Field<string>;
  readonly 'battery.packs'?: Field<number>;
  readonly 'battery.packs.bad'?: Field<number>;
  /** Part number of the replacement cartridge. */
  readonly 'battery.cartridge'?: Field<string>;
  /** Part number of the external pack's cartridge. */
  readonly 'battery.cartridge.external'?: Field<string>;
  readonly 'battery.cartridges'?: Field<readonly CartridgeReading[]>;
  /** A doubtful end only: interval and elapsed days, or a "soon" flag, of three-phase units. */
  readonly 'warranty.end'?: Field<string>;
}
export type FieldKey = keyof ReadingFields;

/**
 * What the device says about its battery, per cause: which register, flag or row group said it. A cause that was not
 * read is absent, so that nobody takes silence for an all-clear.
 */
export const signalKeys = [
  'battery.replace',
  'battery.needs-replacement',
  'battery.packs.bad',
  'battery.lifetime.near-end',
  'battery.lifetime.measured-near-end',
  'battery.lifetime.exceeded',
  'battery.lifetime.ok',
] as const;
export type SignalKey = (typeof signalKeys)[number];

/** One cause and what it says, for instance `{ value: true, raw: "2" }` of the cause `replace-indicator`. */
export interface Signal {
  readonly value: boolean;
  readonly raw: string;
}
export type Signals = { readonly [K in SignalKey]?: { readonly [cause: string]: Signal } };

/** What one poll saw. */
export interface Reading {
  readonly verdict: Exclude<Verdict, 'unreachable'>;
  /** A sentence for the operator where the verdict needs one ("the card answers, the UPS behind it does not"). */
  readonly note?: string;
  readonly fields: ReadingFields;
  readonly signals: Signals;
}

/** What a driver may use of the world; passed in so that tests decide what time it is. */
export interface DriverContext {
  /** The unit's name in the config, for messages. */
  readonly ups: string;
  /** Milliseconds on a clock that never steps. */
  readonly monotonic: () => number;
  readonly log: (level: 'debug' | 'info' | 'warn', message: string, details?: Record<string, unknown>) => void;
  /** Told of each answer as it came, where a capture is made of the device. */
  readonly record?: (answer: Answered) => void;
}

/** One answer of a device, as it came. */
export interface Answered {
  /** What was asked, in the words of the protocol: an OID, a wire address, a variable, a character. */
  readonly key: string;
  /** A text, octets, a number, or registers. */
  readonly value: string | number | Buffer | readonly number[];
  /** SNMP: the type on the wire. */
  readonly type?: number;
  /** It is no value, but why there is none. */
  readonly refusal?: true;
}

/** Takes out of a device's texts who owns it and where it stands. */
export interface Mask {
  /** A serial number becomes another one of its form, always the same; maker, year and week stay. */
  serial(text: string): string;
  /** A text that nothing is known about: its form stays. Dates, flags and small numbers are as they were. */
  unknown(text: string): string;
  /** A text that is known to be harmless, but for what else was masked and stands in it too. */
  known(text: string): string;
}

/** How the answers of a device are written down: see test/captures/README.md. */
export interface CaptureForm<Options> {
  /** Name of the file. */
  readonly file: string;
  /**
   * Its lines. What is not known to be harmless goes through the mask: what is missing in a list of ours must not leave
   * the house. `options` and `behaviour` are what else is needed to play the device.
   */
  write(answers: readonly Answered[], mask: Mask, options: Options): CaptureText;
}

export interface CaptureText {
  readonly lines: readonly string[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly behaviour?: Readonly<Record<string, unknown>>;
}

/** One unit's connection. Creating it does no I/O; `read` connects when it must; `close` is safe at any time, twice. */
export interface Driver {
  /**
   * One poll, within its own time budget.
   * @throws DriverError only; code `unreachable` when nothing answered.
   */
  read(signal?: AbortSignal): Promise<Reading>;
  /** After a reading: asks for whatever else the device may have, for a capture. @throws DriverError */
  explore?(): Promise<void>;
  close(): Promise<void>;
}

/** One way to read a UPS: what the registry loads. */
export interface DriverModule<Options> {
  readonly name: string;
  create(options: Options, context: DriverContext): Driver;
  /**
   * A light look at one place of `searches`: what may be worth a reading there, nothing where nothing answers. It only
   * reads, and waits for `permit` before each packet or connection.
   * @throws DriverError where a person has something to do about it
   */
  probe?(place: Place, context: ProbeContext): Promise<readonly Candidate[]>;
  /** How its devices are captured; without it they cannot be. */
  readonly capture?: () => Promise<CaptureForm<Options>>;
  /**
   * The units that a server knows now, for options that stand for all of them.
   * @throws DriverError
   */
  list?(options: Options, context: DriverContext, signal?: AbortSignal): Promise<readonly string[]>;
}

/** The part of a driver that the config needs before any device is touched. */
export interface DriverOptions<Options> {
  readonly schema: ZodType<Options>;
  /** Option names that hold secrets: also read from `<name>File`, the environment and systemd credentials. */
  readonly secrets: readonly string[];
  /** URL schemes of one-off targets, for instance `["snmp"]`, and how to read one. @throws DriverError `bad-target` */
  readonly schemes: readonly string[];
  fromUrl(url: URL): unknown;
  /** What two units must not share at a time (host, serial line): polls with the same key queue up. */
  lineOf(options: Options): string;
  /** Why an install date can never be written this way; absent where `drivers/writers.ts` names a writer. */
  readonly cannotWrite?: string;
  /** From where this unit's card would send SNMP traps; `undefined` where it has none. */
  trapsFrom?(options: Options): Omit<TrapSource, 'ups'> | undefined;
  /** Where `probe` can look; absent where there is none. */
  readonly searches?: readonly Search[];
  /** Whether two sections lead to the same unit, whatever the credentials. Unless given: those on the same line. */
  isSame?(one: Options, other: Options): boolean;
  /** Options that stand for all units of a server; each of them is read by options of its own. */
  readonly all?: {
    is(options: Options): boolean;
    /** Those of one unit, by the server's name for it; of options as they may be shown as well. */
    one(options: Options, unit: string): Options;
  };
  /** The options by which a unit of the config introduces us to others as well, or to its own host alone. */
  introduction?(options: Options): { readonly keys: readonly string[]; readonly host?: string } | undefined;
}

/** A unit whose traps are heard. */
export interface TrapSource {
  /** Its name in the config. */
  readonly ups: string;
  /** Host name or address of its card. */
  readonly host: string;
  /** Its SNMPv3 user, known to the receiver alone. Holds secrets: never log it. */
  readonly user?: unknown;
}

/** Where to listen for traps, and which are welcome. */
export interface TrapSettings {
  /** An address of this machine; `0.0.0.0` and `::` are all. */
  readonly host: string;
  /** 0 is any free port. */
  readonly port: number;
  /** What traps and informs of SNMP 1 and 2c must carry; absent: anything. */
  readonly community?: string;
}

/** What was heard since the start. */
export interface TrapCounts {
  /** Traps that are reason to read a unit. */
  readonly polls: number;
  /** Traps of other numbers. */
  readonly others: number;
  /** Messages from addresses of no unit. */
  readonly unknown: number;
  /** Messages with the wrong community, user or passphrase. */
  readonly refused: number;
  /** Messages that are no traps. */
  readonly malformed: number;
  /** Messages that were not looked at, because too many came at once. */
  readonly flooded: number;
}

/** What a trap receiver may use of the world, and whom it tells. */
export interface TrapContext {
  readonly monotonic: () => number;
  /** The addresses of a host name; the system's resolver unless given. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** A unit has news, as far as anybody can be believed who can send from its address. */
  readonly onTrap: (ups: string, words: string, address: string) => void;
  /** Told once an hour of each address, and of so many addresses at most. */
  readonly onStranger: (address: string) => void;
  readonly onRefusal: (address: string, ups: readonly string[], why: string) => void;
}

/** Hears traps until it is closed. */
export interface TrapReceiver {
  readonly port: number;
  readonly counts: TrapCounts;
  /** Looks the host names up, which is done nowhere else; a name that is not found keeps its addresses. */
  refresh(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** What is to be written: when the battery of one UPS was installed. */
export interface InstallOrder {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** Why what says this of itself may not be written to; `undefined` when it is the unit that is meant. */
  notTheUnit(fields: Pick<ReadingFields, 'device.serial'>): string | undefined;
  /**
   * The day as this UPS writes dates, by texts it gave: the first one that looks like a date decides. `undefined` when
   * none does.
   */
  textLike(samples: readonly (string | undefined)[]): string | undefined;
}

/** What came of writing one object. What the UPS says afterwards is for the next reading to tell. */
export interface WriteAttempt {
  /** In words, or its name in the MIB or register map. */
  readonly object: string;
  /** The cartridge or pack whose install date it is; absent for that of the UPS. */
  readonly pack?: number;
  readonly cartridge?: number;
  /** `already`: it was so, nothing was sent. `silent`: no answer came, so it may have been taken or not. */
  readonly outcome: 'taken' | 'already' | 'refused' | 'silent';
  /** The date as it was written, or would have been. */
  readonly text: string;
  /** What the device said, in words. */
  readonly words?: string;
}

/**
 * The only way to change anything on a UPS. Loaded by `drivers/writers.ts` alone, and only for a unit whose config
 * allows it: no driver's reading code contains any of it.
 */
export interface WriterModule<Options> {
  readonly name: string;
  /**
   * Makes sure that it talks to the unit that is meant, then writes its install dates, each object by itself.
   * @throws DriverError: `other-unit`, `cannot-write`, or what a reading throws; nothing was written then
   */
  writeInstalled(
    options: Options,
    context: DriverContext,
    order: InstallOrder,
    signal: AbortSignal,
  ): Promise<readonly WriteAttempt[]>;
}

export type DriverErrorCode =
  | 'unreachable'
  | 'timeout'
  | 'auth'
  | 'protocol'
  | 'bad-target'
  | 'closed'
  | 'other-unit'
  | 'cannot-write';

/** What went wrong, with which UPS, and what to do: written for the person who must act. */
export class DriverError extends Error {
  override readonly name = 'DriverError';
  readonly code: DriverErrorCode;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retry: boolean;

  constructor(code: DriverErrorCode, message: string, options: { retry: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retry = options.retry;
  }
}

/** A driver's message names its UPS; where the name stands already, once is enough. */
export function withoutName(ups: string, message: string): string {
  return message.startsWith(`${ups}: `) ? message.slice(ups.length + 2) : message;
}
