/**
 * Writes the day of a battery change to a UPS and reads it back. The only place that opens the door to the writers, and
 * only for a unit whose config says `allowWrite: true`.
 */
import { type DriverContext, DriverError, type Reading, type WriteAttempt, withoutName } from '../drivers/contract.ts';
import { writeLike } from './lifecycle/date-form.ts';
import type { DateOrder } from './lifecycle/dates.ts';
import type { Day } from './lifecycle/model.ts';
import type { Unit } from './lifecycle/unit.ts';
import {
  isOpenYet,
  judgeWriting,
  notTheUnit,
  summaryOf,
  type WriteOutcome,
  type WrittenObject,
} from './lifecycle/written.ts';
import type { Log } from './operations/desk.ts';

/** How the devices are reached: in the queues of the running agent, or alone, by whoever holds the lock. */
export interface Reach {
  /** Does something with one UPS while nothing else talks on its line. @throws DriverError */
  inTurn<T>(name: string, job: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Reads one UPS. @throws DriverError */
  pollNow(name: string): Promise<Reading | undefined>;
  pause(ms: number): Promise<void>;
  /** Milliseconds on a clock that never steps. */
  monotonic(): number;
}

/** For commands that are carried out where no device can be reached. */
export const nowhere: Reach = {
  inTurn: async (name) => {
    throw new DriverError('closed', `${name}: no device can be reached from here`, { retry: false });
  },
  pollNow: async () => undefined,
  pause: async () => {},
  monotonic: () => 0,
};

/** One UPS of the config: one way to a unit. */
export interface Way {
  readonly name: string;
  readonly allowWrite: boolean;
  readonly driver: { readonly name: string; readonly options: unknown };
  readonly battery: { readonly dateOrder: DateOrder };
}

/** What writing one way came to: part of the answer of `battery-replaced --json`. */
export interface WriteReport {
  /** The name in the config. */
  readonly ups: string;
  readonly driver: string;
  readonly outcome: WriteOutcome;
  /** In words. */
  readonly message: string;
  readonly objects: readonly WrittenObject[];
}

/** Pauses before each reading that looks for the new date: cards and daemons take their time to show it. */
const readBackAfter = [0, 2000, 5000, 10_000] as const;

/** Writes a day one way, if that is allowed; `undefined` where it is not. Never throws for what a device does. */
export async function writeInstalled(
  way: Way,
  unit: Unit | undefined,
  day: Day,
  reach: Reach,
  log: Log,
): Promise<WriteReport | undefined> {
  if (!way.allowWrite) return undefined;
  const report = (outcome: WriteOutcome, message: string, objects: readonly WrittenObject[] = []): WriteReport => {
    return { ups: way.name, driver: way.driver.name, outcome, message, objects };
  };
  const { loadWriter, whyNot } = await import('../drivers/writers.ts');
  const writer = await loadWriter(way.driver.name);
  if (writer === undefined) return report('not-possible', whyNot(way.driver.name));
  const context: DriverContext = {
    ups: way.name,
    monotonic: () => reach.monotonic(),
    log: (level, message, details) => log(level, `driver.${way.driver.name}`, message, { ups: way.name, ...details }),
  };
  const order = {
    day,
    notTheUnit: (fields: Reading['fields']) => notTheUnit(unit, fields),
    textLike: (samples: readonly (string | undefined)[]) => writeLike(day, samples, way.battery.dateOrder),
  };
  let attempts: readonly WriteAttempt[];
  try {
    attempts = await reach.inTurn(way.name, (signal) =>
      writer.writeInstalled(way.driver.options, context, order, signal),
    );
  } catch (error) {
    const known = error instanceof DriverError;
    const message = known ? withoutName(way.name, error.message) : `the writer failed in a way it should not: ${error}`;
    return report(known && error.code === 'cannot-write' ? 'not-possible' : 'failed', message);
  }
  const objects = await readBack(way, attempts, day, reach, order.notTheUnit);
  const { outcome, message } = summaryOf(objects);
  return report(outcome, message, objects);
}

/** Reads until the UPS shows what was written, a few times. */
async function readBack(
  way: Way,
  attempts: readonly WriteAttempt[],
  day: Day,
  reach: Reach,
  isStranger: (fields: Reading['fields']) => string | undefined,
): Promise<readonly WrittenObject[]> {
  const judge = (reading?: Reading): WrittenObject[] => judgeWriting(attempts, reading, day, way.battery.dateOrder);
  let objects = judge();
  if (!attempts.some(({ outcome }) => outcome === 'taken' || outcome === 'silent')) return objects;
  for (const ms of readBackAfter) {
    await reach.pause(ms);
    const reading = await reach.pollNow(way.name).catch((error: unknown) => {
      if (error instanceof DriverError) return undefined;
      throw error;
    });
    if (reading?.verdict === 'ups' && isStranger(reading.fields) === undefined) objects = judge(reading);
    if (!isOpenYet(objects)) break;
  }
  return objects;
}
