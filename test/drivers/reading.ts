/** What the tests of all drivers look at in a reading, or in its failure. */
import { DriverError, type Reading } from '../../drivers/contract.ts';
import { failureOf } from '../support/failure.ts';

/** The DriverError that this read ends with. */
export const failure = (read: Promise<Reading>): Promise<DriverError> => failureOf(DriverError, read);

/** What each cause of a signal says. */
export function says(reading: Reading, signal: keyof Reading['signals']): Record<string, boolean> {
  return Object.fromEntries(Object.entries(reading.signals[signal] ?? {}).map(([cause, { value }]) => [cause, value]));
}

/** The values of the fields, without what was on the wire. */
export function valuesOf(reading: Reading): Record<string, unknown> {
  return Object.fromEntries(Object.entries(reading.fields).map(([key, field]) => [key, field.value]));
}
