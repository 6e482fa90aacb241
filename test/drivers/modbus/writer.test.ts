/** The writer on simulated units: over TCP on a real socket, and on a serial line in virtual time. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WriteAttempt } from '../../../drivers/contract.ts';
import { writeOverModbus } from '../../../drivers/modbus/writer.ts';
import { Bus, type Fate, healthy } from '../../../scripts/simulator/bus.ts';
import { oldSmartUpsModbus, type SimulatedModbusUnit, smartUpsModbus } from '../../../scripts/simulator/modbus.ts';
import { valuesOf } from '../reading.ts';
import { orderFor, refusal } from '../writing.ts';
import { bench, driverOn, lineOn, parse, plainUnit } from './support.ts';
import { elapse, stopTime } from './time.ts';

const serial = 'AS2112345678';
const day = '2026-05-04';
const days = 9620;
const object = 'Battery.DateSetting (register 595)';
const context = { ups: 'ups1', monotonic: () => performance.now(), log: () => {} };
const never = new AbortController().signal;

/** A unit that takes what is written to it. */
function willing(unit: SimulatedModbusUnit = plainUnit()): SimulatedModbusUnit {
  unit.writing = () => 'store';
  return unit;
}

describe('over TCP', () => {
  async function written(unit: SimulatedModbusUnit, of: string | undefined = serial, when = day) {
    await using at = await bench(unit);
    const options = parse({ host: '127.0.0.1', port: at.server.port, timeout: 0.2 });
    const attempts = await writeOverModbus(options, context, orderFor(when, of), never, () => at.line);
    return { attempts, date: valuesOf(await at.read())['battery.date'] };
  }

  it('the date is written, and the next reading has it', async () => {
    const unit = willing();
    expect(await written(unit)).toEqual({ attempts: [{ object, outcome: 'taken', text: day }], date: day });
    expect(unit.written).toEqual([`16 595 ${days}`]);
  });

  it('a unit that knows but the single function gets that one', async () => {
    const unit = plainUnit();
    unit.writing = (code) => (code === 6 ? 'store' : { exception: 1 });
    expect(await written(unit)).toMatchObject({ attempts: [{ outcome: 'taken' }], date: day });
    expect(unit.written).toEqual([`16 595 ${days}`, `6 595 ${days}`]);
  });

  it('a unit that has the date already is left alone', async () => {
    const unit = willing();
    unit.set(595, [days]);
    expect(await written(unit)).toMatchObject({ attempts: [{ outcome: 'already' }], date: day });
    expect(unit.written).toEqual([]);
  });

  it.each([
    [1, /cannot be written to/],
    [2, /does not let its install date be written/],
    [3, /does not take this date/],
    [4, /could not do it/],
    [0x20, /exception 32/],
  ])('a refusal by exception %i says why', async (exception, words) => {
    const unit = plainUnit();
    unit.writing = () => ({ exception });
    expect(await written(unit)).toMatchObject({
      attempts: [{ outcome: 'refused', words: expect.stringMatching(words) }],
      date: '2021-04-15',
    });
  });

  it('what the unit makes of the date is for the next reading to tell', async () => {
    const unit = plainUnit();
    unit.writing = () => ({ instead: days - 3 });
    expect(await written(unit)).toMatchObject({ attempts: [{ outcome: 'taken' }], date: '2026-05-01' });
    unit.writing = () => 'ignore';
    expect(await written(unit)).toMatchObject({ attempts: [{ outcome: 'taken' }], date: '2026-05-01' });
  });

  it.each([
    ['another unit', willing(), 'AS2112345679', day, 'other-unit', /not AS2112345679/],
    ['a unit of which no serial number is known', willing(), undefined, day, 'other-unit', /not undefined/],
    ['a unit without a serial number', willing(plainUnit().text(564, '', 8)), serial, day, 'cannot-write', /no serial/],
    ['a unit of the old map', willing(oldSmartUpsModbus({})), serial, day, 'cannot-write', /no serial/],
    ['a date before all registers', willing(), serial, '1999-12-31', 'cannot-write', /no register/],
    ['the date that stands for none', willing(), serial, '2000-01-01', 'cannot-write', /no register/],
    ['a date behind all registers', willing(), serial, '2179-06-06', 'cannot-write', /no register/],
  ])('nothing is written: %s', async (_what, unit, of, when, code, message) => {
    await using at = await bench(unit);
    const options = parse({ host: '127.0.0.1', port: at.server.port, timeout: 0.2 });
    const error = await refusal(writeOverModbus(options, context, orderFor(when, of), never, () => at.line));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(unit.written).toEqual([]);
  });

  it('nobody there is said as a reading says it', async () => {
    await using at = await bench(willing());
    const options = parse({ host: '127.0.0.1', port: at.server.port, timeout: 0.05, unit: 9, retries: 0 });
    const error = await refusal(writeOverModbus(options, context, orderFor(day, serial), never, () => at.line));
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringMatching(/unit address/) });
  });
});

describe('on a serial line', () => {
  beforeEach(stopTime);
  afterEach(() => {
    vi.useRealTimers();
  });

  const raw = { device: '/dev/ttyTEST' };

  /** Two units on a line; the first one is written to. */
  function site() {
    const bus = new Bus('rtu');
    const line = lineOn(raw, bus.dial);
    const units = [smartUpsModbus({ serial }), smartUpsModbus({ serial: 'AS2112349999', installed: '2022-01-01' })];
    for (const [index, unit] of units.entries()) bus.units.set(index + 1, willing(unit));
    const write = (unit = 1): Promise<readonly WriteAttempt[]> =>
      writeOverModbus(parse({ ...raw, unit }), context, orderFor(day, serial), never, () => line);
    return { bus, line, units, write, reader: driverOn(line, parse({ ...raw, unit: 2 })) };
  }

  /** Whether a frame on the line is an answer to a writing. */
  const isWriting = (reply: Buffer): boolean => reply[1] === 16 || reply[1] === 6;

  it('a writing takes its turn: no reading runs between the serial number and the date', async () => {
    const { bus, units, write, reader } = site();
    const [attempts, reading] = await elapse(Promise.all([write(), reader.read(), reader.read()]));
    expect(attempts).toMatchObject([{ outcome: 'taken' }]);
    expect(valuesOf(reading)).toMatchObject({ 'device.serial': 'AS2112349999', 'battery.date': '2022-01-01' });
    expect(units[1]?.written).toEqual([]);
    const at = bus.sent.findIndex((frame) => frame[1] === 16);
    expect([...(bus.sent[at - 1] ?? [])].slice(0, 4), 'what was sent before it asks that unit who it is').toEqual([
      1, 3, 0x02, 0x34,
    ]);
  });

  it('a unit that was exchanged between two answers is not written to', async () => {
    const { bus, units, write } = site();
    let first = true;
    // The first answer to the writing is lost; meanwhile another unit gets that address.
    bus.fate = (reply) => {
      if (!isWriting(reply) || !first) return healthy(reply);
      first = false;
      const [one, two] = units;
      if (one === undefined || two === undefined) throw new Error('no units');
      one.set(595, [1]);
      bus.units.set(1, two);
      return [];
    };
    expect(await elapse(refusal(write()))).toMatchObject({ code: 'other-unit' });
    expect(units.map((unit) => unit.written.length)).toEqual([1, 0]);
  });

  it('a lost answer is found out: the date stands already', async () => {
    const { bus, units, write } = site();
    let lost = 1;
    bus.fate = (reply) => (isWriting(reply) && lost-- > 0 ? [] : healthy(reply));
    expect(await elapse(write())).toMatchObject([{ outcome: 'taken' }]);
    expect(units[0]?.written).toHaveLength(1);
  });

  it.each([
    ['never answers', (() => []) as Fate, 'silent', 'no answer'],
    ['answers with noise', ((reply) => [{ after: 5, bytes: reply.subarray(1) }]) as Fate, 'silent', 'not an answer'],
  ])('a unit that takes nothing and %s may have taken it or not', async (_what, fate, outcome, words) => {
    const { bus, units, write } = site();
    const [unit] = units;
    if (unit === undefined) throw new Error('no unit');
    unit.writing = () => 'ignore';
    bus.fate = (reply) => (isWriting(reply) ? fate(reply) : healthy(reply));
    expect(await elapse(write())).toMatchObject([{ outcome, words: expect.stringContaining(words) }]);
    expect(unit.written, 'as often as the config says').toHaveLength(3);
  });

  it('a busy unit is asked again', async () => {
    const { units, write } = site();
    const [unit] = units;
    if (unit === undefined) throw new Error('no unit');
    let busy = 1;
    unit.writing = () => (busy-- > 0 ? { exception: 6 } : 'store');
    expect(await elapse(write())).toMatchObject([{ outcome: 'taken' }]);
    unit.set(595, [1]);
    unit.writing = () => ({ exception: 6 });
    expect(await elapse(write())).toMatchObject([{ outcome: 'refused', words: expect.stringMatching(/busy/) }]);
  });

  it('an answer to another writing does not count', async () => {
    const { bus, units, write } = site();
    const other = Buffer.from([1, 16, 0x02, 0x54, 0, 1]);
    const [unit] = units;
    if (unit === undefined) throw new Error('no unit');
    unit.writing = () => 'ignore';
    bus.fate = (reply) => (isWriting(reply) ? [{ after: 5, bytes: withChecksum(other) }] : healthy(reply));
    expect(await elapse(write())).toMatchObject([{ outcome: 'silent' }]);
  });

  it('a reading after a silent writing is not deceived by its late answer', async () => {
    const { bus, units, write, reader } = site();
    bus.fate = (reply) => (isWriting(reply) ? [{ after: 2600, bytes: reply }] : healthy(reply));
    units[0]?.set(595, [1]);
    await elapse(write());
    expect(valuesOf(await elapse(reader.read()))).toMatchObject({ 'device.serial': 'AS2112349999' });
  });
});

function withChecksum(body: Buffer): Buffer {
  let crc = 0xffff;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return Buffer.from([...body, crc & 0xff, crc >> 8]);
}
