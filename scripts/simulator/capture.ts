/**
 * Plays a captured device: a folder as `test/captures` holds them (see its README). What answers is a real server of that
 * protocol on this machine, so that the driver reads it as it would read the device.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startApcupsd } from './apcupsd.ts';
import { tags } from './ber.ts';
import { type Manner, SimulatedModbusUnit, startModbusTcp, textRegisters } from './modbus.ts';
import { startUpsd } from './nut.ts';
import { type Behaviour, startSimulator } from './simulator.ts';
import type { Value } from './tree.ts';

/** `device.json`. */
export interface Device {
  /** Where the answers come from; who captured a device says so. */
  readonly source: string;
  /** What it is, and what is odd about it. */
  readonly what: string;
  readonly driver: string;
  /** More options of the driver, without its address. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** How it behaves beside its answers. */
  readonly behaviour?: {
    /** snmp: versions it answers. */
    readonly versions?: Behaviour['versions'];
    /** modbus: how registers that do not exist are answered. */
    readonly missing?: Manner;
    /** modbus: one request a connection. */
    readonly single?: 'hangs-up' | 'mute';
    /** modbus: more registers at once are refused. */
    readonly longest?: number;
    /** nut: upsd's error in place of the variables. */
    readonly error?: string;
  };
}

/** A device that answers, and how to reach it. */
export interface Playing extends AsyncDisposable {
  readonly driver: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** The file that holds the answers, by driver. */
export const answerFiles: Readonly<Record<string, string>> = {
  snmp: 'answers.snmprec',
  modbus: 'answers.registers',
  nut: 'answers.dev',
  apcupsd: 'answers.status',
  upslink: 'answers.upslink',
};

export async function readDevice(folder: string): Promise<{ readonly device: Device; readonly answers: string }> {
  const device = JSON.parse(await readFile(join(folder, 'device.json'), 'utf8')) as Device;
  const file = answerFiles[device.driver];
  if (file === undefined) throw new Error(`${folder}: there is no driver "${device.driver}"`);
  return { device, answers: await readFile(join(folder, file), 'utf8') };
}

/** Starts the device of a folder. UPS-Link is a serial line and no server: see `upslinkAnswers`. */
export async function play(folder: string): Promise<Playing> {
  const { device, answers } = await readDevice(folder);
  const start = players[device.driver];
  if (start === undefined) throw new Error(`${folder}: the driver "${device.driver}" cannot be played over a network`);
  return await start(device, answers);
}

type Player = (device: Device, answers: string) => Promise<Playing>;

const players: Readonly<Record<string, Player>> = {
  snmp: async ({ options, behaviour }, answers) => {
    const { versions } = behaviour ?? {};
    const unit = { name: 'captured', values: snmpValues(answers), behaviour: { ...(versions && { versions }) } };
    const simulator = await startSimulator({ units: [unit] });
    return playing('snmp', { ...options, port: simulator.port }, () => simulator.close());
  },
  modbus: async ({ options, behaviour }, answers) => {
    const unit = modbusUnit(answers, behaviour?.missing ?? 'refusing');
    if (behaviour?.longest !== undefined) unit.longest = behaviour.longest;
    const { single } = behaviour ?? {};
    const address = Number(options?.['unit'] ?? 1);
    const server = await startModbusTcp({ units: new Map([[address, unit]]), ...(single && { single }) });
    return playing('modbus', { ...options, port: server.port }, () => server.close());
  },
  nut: async ({ options, behaviour }, answers) => {
    const variables = behaviour?.error ?? nutVariables(answers);
    const server = await startUpsd({ units: { captured: variables } });
    return playing('nut', { ...options, port: server.port, ups: 'captured' }, () => server[Symbol.asyncDispose]());
  },
  apcupsd: async ({ options }, answers) => {
    const server = await startApcupsd(statusKeys(answers));
    return playing('apcupsd', { ...options, port: server.port }, () => server[Symbol.asyncDispose]());
  },
};

function playing(driver: string, options: Record<string, unknown>, close: () => PromiseLike<void>): Playing {
  return { driver, options: { host: '127.0.0.1', ...options }, [Symbol.asyncDispose]: close };
}

/** Lines that say something. */
function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

function cut(line: string, separator: string): readonly [string, string] {
  const at = line.indexOf(separator);
  if (at < 0) throw new Error(`"${line}" has no "${separator}"`);
  return [line.slice(0, at), line.slice(at + separator.length)];
}

/** `oid|tag|value`, as Debian's snmpsim plays it too; `4x` is in hexadecimal. */
export function snmpValues(text: string): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const line of linesOf(text)) {
    const [oid, rest] = cut(line, '|');
    const [tag, value] = cut(rest, '|');
    values[oid] = snmpValue(tag, value);
  }
  return values;
}

function snmpValue(tag: string, value: string): Value {
  if (tag.endsWith('x')) return { tag: Number(tag.slice(0, -1)), body: Buffer.from(value, 'hex') };
  switch (Number(tag)) {
    case tags.integer:
      return Number(value);
    case tags.octets:
      return value;
    case tags.oid:
      return { oid: value };
    case tags.counter:
      return { counter: Number(value) };
    case tags.gauge:
      return { gauge: Number(value) };
    case tags.ticks:
      return { ticks: Number(value) };
    case tags.null:
      return null;
    default:
      throw new Error(`a value of type ${tag} is written in hexadecimal, as ${tag}x`);
  }
}

const firstDay = Date.UTC(2000, 0, 1);

/**
 * An item a line, from its wire address: words (`22 0004`), a date (`595 2021-04-15`), a text in so many registers
 * (`564 8 "AS…"`), or what a request is refused with (`refused 516 120 2`).
 */
export function modbusUnit(text: string, missing: Manner): SimulatedModbusUnit {
  const unit = new SimulatedModbusUnit(missing);
  for (const line of linesOf(text)) {
    const [first = '', ...rest] = line.trim().split(/\s+/);
    const text = /^\d+\s+(\d+)\s+"(.*)"$/.exec(line.trim());
    if (first === 'refused') unit.refuse(Number(rest[0]), Number(rest[1]), Number(rest[2]));
    else if (text !== null) unit.set(Number(first), textRegisters(unescaped(text[2] ?? ''), Number(text[1])));
    else unit.set(Number(first), rest.map(word));
  }
  return unit;
}

function word(text: string): number {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return (Date.parse(text) - firstDay) / 86_400_000;
  if (!/^[0-9A-Fa-f]{4}$/.test(text)) throw new Error(`"${text}" is no register`);
  return Number.parseInt(text, 16);
}

const unescaped = (text: string): string =>
  text.replaceAll(/\\x([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** `name: value`, as Debian's dummy-ups plays it too. */
export function nutVariables(text: string): Record<string, string> {
  return Object.fromEntries(
    linesOf(text).map((line) => {
      const [name, value] = cut(line, ':');
      return [name.trim(), value.trim().replace(/^"(.*)"$/, '$1')];
    }),
  );
}

/** `KEY : value`, as apcaccess prints it. */
export function statusKeys(text: string): Record<string, string> {
  return Object.fromEntries(
    linesOf(text).map((line) => {
      const [key, value] = cut(line, ':');
      return [key.trim(), value.replace(/^ /, '')];
    }),
  );
}

/** The question, `^A` for the character 1, and what is answered to it. */
export function upslinkAnswers(text: string): Record<string, string> {
  return Object.fromEntries(
    linesOf(text).map((line) => {
      const [question, answer] = cut(line, ' ');
      return [question === '^A' ? '\x01' : question, answer];
    }),
  );
}
