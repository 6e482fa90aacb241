/** What the tests of the writers share: an order as the agent gives it, for a unit with a serial number. */
import { writeLike } from '../../agent/lifecycle/date-form.ts';
import type { DateOrder } from '../../agent/lifecycle/dates.ts';
import { serialOf } from '../../agent/lifecycle/unit.ts';
import { DriverError, type InstallOrder, type WriteAttempt } from '../../drivers/contract.ts';
import { driverOptions } from '../../drivers/registry.ts';
import { loadWriter } from '../../drivers/writers.ts';

export function orderFor(day: string, serial: string | undefined, order: DateOrder = 'mdy'): InstallOrder {
  return {
    day,
    notTheUnit: (fields) => (serialOf({ fields }) === serial ? undefined : `this is not ${serial}`),
    textLike: (samples) => writeLike(day, samples, order),
  };
}

/** Writes with a driver's writer, as the agent does. */
export async function writeWith(
  driver: string,
  raw: Record<string, unknown>,
  order: InstallOrder,
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly WriteAttempt[]> {
  const writer = await loadWriter(driver);
  if (writer === undefined) throw new Error(`${driver} has no writer`);
  const context = { ups: 'ups1', monotonic: () => performance.now(), log: () => {} };
  return await writer.writeInstalled(driverOptions(driver).schema.parse(raw), context, order, signal);
}

/** The DriverError that a writing ends with. */
export async function refusal(writing: Promise<readonly WriteAttempt[]>): Promise<DriverError> {
  try {
    await writing;
  } catch (error) {
    if (error instanceof DriverError) return error;
    throw error;
  }
  throw new Error('it was written');
}
