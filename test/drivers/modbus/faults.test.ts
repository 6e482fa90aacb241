/**
 * Lines that delay, drop, repeat, cut and corrupt answers, in virtual time. Every value of every unit changes with each
 * poll, so a value of the past, or of another unit, shows.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Driver, DriverError, type Reading } from '../../../drivers/contract.ts';
import { badGateway, badSerial, type Random, randomOf, staleGateway } from '../../../scripts/simulator/bad-lines.ts';
import { Bus, type Fate, healthy } from '../../../scripts/simulator/bus.ts';
import { SimulatedModbusUnit, smartUpsModbus } from '../../../scripts/simulator/modbus.ts';
import { says, valuesOf } from '../reading.ts';
import { driverOn, lineOn, parse, plainUnit } from './support.ts';
import { elapse, sleep, stopTime } from './time.ts';

beforeEach(stopTime);
afterEach(() => {
  vi.useRealTimers();
});

const raw = { rtu: { device: '/dev/ttyTEST' }, tcp: { host: 'gateway.test' } } as const;

interface Site {
  readonly bus: Bus;
  readonly drivers: readonly Driver[];
}

/** Units 1 to `count` on one line. */
function site(kind: 'rtu' | 'tcp', count: number): Site {
  const bus = new Bus(kind);
  const line = lineOn(raw[kind], bus.dial);
  const drivers = Array.from({ length: count }, (_none, index) => {
    bus.units.set(index + 1, smartUpsModbus({ serial: `AS2100000${index + 1}` }));
    return driverOn(line, parse({ ...raw[kind], unit: index + 1 }));
  });
  return { bus, drivers };
}

const lifetimes = [1, 2, 4] as const;

/** What unit `unit` says at its `turn`: all of it differs from every other turn and unit, in every block. */
function dress(device: SimulatedModbusUnit, unit: number, turn: number): void {
  device.set(25, [lifetimes[turn % 3] ?? 1]).set(22, [(turn >> 1) % 2 === 0 ? 0 : 4]);
  device.set(133, [10_000 + unit * 1500 + turn]).set(595, [unit * 1500 + turn]);
  device.text(564, `AS${String(unit).padStart(4, '0')}${String(turn).padStart(6, '0')}`, 8);
}

function expectExactly(reading: Reading, unit: number, turn: number): void {
  expect(reading.verdict).toBe('ups');
  expect(reading.fields['device.serial']?.value).toBe(
    `AS${String(unit).padStart(4, '0')}${String(turn).padStart(6, '0')}`,
  );
  expect(reading.fields['battery.date.maintenance']?.raw).toBe(String(10_000 + unit * 1500 + turn));
  expect(reading.fields['battery.date']?.raw).toBe(String(unit * 1500 + turn));
  expect(reading.signals['battery.lifetime.ok']?.['battery']?.raw).toBe(`0x000${lifetimes[turn % 3]}`);
  expect(says(reading, 'battery.needs-replacement')).toEqual({ 'battery-error': (turn >> 1) % 2 !== 0 });
}

/** Polls all units for a while on a bad line, then on a healthy one. Returns how many readings there were. */
async function endure(kind: 'rtu' | 'tcp', fate: (random: Random) => Fate, random: Random, rounds: number) {
  const units = 4;
  const { bus, drivers } = site(kind, units);
  let readings = 0;
  const poll = async (turn: number) => {
    for (let unit = 1; unit <= units; unit += 1)
      dress(bus.units.get(unit) ?? new SimulatedModbusUnit('native'), unit, turn);
    const reads = drivers.map((driver) => driver.read());
    const results = await elapse(Promise.allSettled(reads));
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') {
        readings += 1;
        expectExactly(result.value, index + 1, turn);
      } else expect(result.reason).toBeInstanceOf(DriverError);
    }
    return results.filter(({ status }) => status === 'fulfilled').length;
  };
  bus.fate = fate(random);
  bus.cutNow = () => random(60) === 0;
  let turn = 0;
  for (; turn < rounds; turn += 1) {
    await poll(turn);
    await sleep(1000 + random(40_000));
  }
  bus.fate = healthy;
  bus.cutNow = () => false;
  await poll(turn);
  expect(await poll(turn + 1)).toBe(units);
  for (const driver of drivers) await elapse(driver.close());
  return readings;
}

describe('a bad line never gives a value of the past or of another unit, and recovers', () => {
  const cases = [
    ['rtu', 'serial line', badSerial],
    ['tcp', 'gateway', badGateway],
    ['tcp', 'gateway that hands on stale answers', staleGateway],
  ] as const;

  it.each(cases)(
    '%s: %s, with many seeds',
    async (kind, _name, fate) => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), async (seed) => {
          await endure(kind, fate, randomOf(seed), 8);
        }),
        { numRuns: 12, seed: 20_240_229 },
      );
    },
    60_000,
  );

  it.each(cases)(
    '%s: %s, for an hour',
    async (kind, _name, fate) => {
      // 175 rounds, 21 seconds apart on average, of 4 units.
      const readings = await endure(kind, fate, randomOf(7), 175);
      expect(readings).toBeGreaterThan(175);
    },
    60_000,
  );
});

describe('a late answer', () => {
  it('of the same unit and block is not taken for a new one (serial)', async () => {
    const { bus, drivers } = site('rtu', 1);
    const [driver] = drivers;
    const device = bus.units.get(1);
    if (driver === undefined || device === undefined) throw new Error('no unit');
    dress(device, 1, 1);
    expectExactly(await elapse(driver.read()), 1, 1);
    // The first block's answer comes 5 s late: after the silence that follows trouble, into whatever is asked then.
    let first = true;
    bus.fate = (reply) => {
      const after = first ? 5000 : 20;
      first = false;
      return [{ after, bytes: reply }];
    };
    await sleep(60_000);
    dress(device, 1, 2);
    const polling = driver.read();
    await sleep(1000);
    // What is read from here on is newer than the answer under way.
    dress(device, 1, 3);
    expectExactly(await elapse(polling), 1, 3);
  });

  it('is asked for again in another length, so that it can be told apart', async () => {
    const { bus, drivers } = site('rtu', 1);
    const [driver] = drivers;
    if (driver === undefined) throw new Error('no unit');
    await elapse(driver.read());
    await sleep(60_000);
    bus.sent.length = 0;
    let lost = 1;
    bus.fate = (reply) => (lost-- > 0 ? [] : healthy(reply));
    await elapse(driver.read());
    const asked = bus.sent.map((each) => [each.readUInt16BE(2), each.readUInt16BE(4)]);
    expect(asked).toEqual([
      [0, 27],
      [2050, 4],
      [0, 26],
      [128, 44],
      [516, 120],
    ]);
  });
});

describe('a serial line', () => {
  it('is opened once and kept open through timeouts and corruption', async () => {
    const { bus, drivers } = site('rtu', 2);
    bus.fate = badSerial(randomOf(3));
    for (let turn = 0; turn < 20; turn += 1) await elapse(Promise.allSettled(drivers.map((each) => each.read())));
    expect(bus.opened).toBe(1);
  });

  it('that was pulled and put back is read again at the next poll', async () => {
    const { bus, drivers } = site('rtu', 2);
    const reads = () => elapse(Promise.allSettled(drivers.map((each) => each.read())));
    await reads();
    bus.isThere = false;
    bus.cut();
    for (const result of await reads())
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'unreachable', retry: true } });
    bus.isThere = true;
    for (const result of await reads()) expect(result).toMatchObject({ status: 'fulfilled' });
  });

  it('pulled in the middle of an answer ends the poll at once', async () => {
    const { bus, drivers } = site('rtu', 1);
    const [driver] = drivers;
    if (driver === undefined) throw new Error('no unit');
    await elapse(driver.read());
    bus.fate = () => [];
    const polling = driver.read().catch((error: DriverError) => error);
    await sleep(200);
    bus.isThere = false;
    bus.cut();
    const before = performance.now();
    expect(await elapse(polling)).toMatchObject({ code: 'unreachable' });
    expect(performance.now() - before).toBeLessThan(5000);
  });

  it('that never falls silent is told as such', async () => {
    const { bus, drivers } = site('rtu', 1);
    const [driver] = drivers;
    if (driver === undefined) throw new Error('no unit');
    bus.fate = () => Array.from({ length: 200 }, (_none, index) => ({ after: index * 100, bytes: Buffer.from([7]) }));
    const error = await elapse(driver.read().catch((each: DriverError) => each));
    expect(error).toMatchObject({ code: 'protocol', message: expect.stringMatching(/does not fall silent/) });
  });

  it('with a unit that is off still reads the others', async () => {
    const { bus, drivers } = site('rtu', 3);
    bus.units.delete(2);
    const results = await elapse(Promise.allSettled(drivers.map((each) => each.read())));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({
      reason: { code: 'unreachable', message: expect.stringMatching(/front panel/) },
    });
  });

  it('with another device at the address of a unit gives nothing of it', async () => {
    const { bus, drivers } = site('rtu', 1);
    const [driver] = drivers;
    if (driver === undefined) throw new Error('no unit');
    await elapse(driver.read());
    let lost = 1;
    bus.fate = (reply) => (lost-- > 0 ? [] : healthy(reply));
    bus.units.set(1, new SimulatedModbusUnit('native').set(0, new Array(3000).fill(0x0101), true));
    const error = await elapse(driver.read().catch((each: DriverError) => each));
    expect(error).toMatchObject({ code: 'protocol', message: expect.stringMatching(/belongs elsewhere/) });
  });
});

describe('32 units on one serial line', () => {
  it('are read within a minute, and within the usual interval when some are off', async () => {
    const { bus, drivers } = site('rtu', 32);
    // 50 ms to think, then 960 characters a second.
    bus.fate = (reply) => [{ after: 50 + reply.length * 1.05, bytes: reply }];
    const round = async () => {
      const started = performance.now();
      const results = await elapse(Promise.allSettled(drivers.map((driver) => driver.read())));
      const count = results.filter(({ status }) => status === 'fulfilled').length;
      return { count, seconds: (performance.now() - started) / 1000 };
    };
    await round();
    const usual = await round();
    expect(usual.count).toBe(32);
    expect(usual.seconds).toBeLessThan(60);
    for (const unit of [3, 4, 17, 32]) bus.units.delete(unit);
    const impaired = await round();
    expect(impaired.count).toBe(28);
    expect(impaired.seconds).toBeLessThan(300);
  });
});

describe('a poll', () => {
  it('that is stopped ends at once, also while it waits for its turn', async () => {
    const { bus, drivers } = site('rtu', 2);
    bus.fate = () => [];
    const controller = new AbortController();
    const [first, second] = drivers.map((each) => each.read(controller.signal).catch((error: DriverError) => error));
    await sleep(300);
    controller.abort();
    expect(await elapse(Promise.all([first, second]))).toMatchObject([{ code: 'closed' }, { code: 'closed' }]);
  });

  it('of a closed driver is refused, and closing twice is safe', async () => {
    const { drivers } = site('rtu', 1);
    const [driver] = drivers;
    if (driver === undefined) throw new Error('no unit');
    const polling = driver.read().catch((error: DriverError) => error);
    await elapse(driver.close());
    await elapse(driver.close());
    expect(await polling).toMatchObject({ code: 'closed', retry: false });
    expect(await elapse(driver.read().catch((error: DriverError) => error))).toMatchObject({ code: 'closed' });
  });

  it('sends nothing but readings of holding registers, whatever happens', async () => {
    for (const kind of ['rtu', 'tcp'] as const) {
      const { bus, drivers } = site(kind, 3);
      bus.units.set(3, plainUnit());
      bus.fate = kind === 'rtu' ? badSerial(randomOf(11)) : badGateway(randomOf(12));
      for (let turn = 0; turn < 25; turn += 1) {
        await elapse(Promise.allSettled(drivers.map((each) => each.read())));
        await sleep(20_000);
      }
      expect(bus.sent.length).toBeGreaterThan(200);
      for (const request of bus.sent) {
        expect(request[kind === 'rtu' ? 1 : 7]).toBe(3);
        expect(request.length).toBe(kind === 'rtu' ? 8 : 12);
      }
    }
  });

  it('gives the same values over both transports', async () => {
    const [overSerial, overTcp] = await Promise.all(
      (['rtu', 'tcp'] as const)
        .map(async (kind) => {
          const { bus, drivers } = site(kind, 1);
          bus.units.set(1, plainUnit());
          return await drivers[0]?.read();
        })
        .map((each) => elapse(each)),
    );
    if (overSerial === undefined || overTcp === undefined) throw new Error('no reading');
    expect(overSerial).toEqual(overTcp);
    expect(valuesOf(overTcp)).toMatchObject({ 'battery.date': '2021-04-15' });
  });
});
