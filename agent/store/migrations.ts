/** How a state that an earlier version wrote becomes one of today's. */
import type { Versioned } from './port.ts';
import { deepFreeze } from './records.ts';

/** Makes the values of the next format out of those of one, by key. Pure, and the same each time: it may run again. */
export type Migration = (values: ReadonlyMap<string, unknown>) => ReadonlyMap<string, unknown>;

/** The first makes format 2 out of format 1, and so on. One that was released is never changed. There is one format so far. */
export const migrations: readonly Migration[] = [];

/** The format that a program with these migrations writes, and the newest it can read. */
export function newestFormat(steps: readonly Migration[] = migrations): number {
  return steps.length + 1;
}

/** Values of format `from` as those of the newest. */
export function migrateValues(
  values: ReadonlyMap<string, unknown>,
  from: number,
  steps: readonly Migration[] = migrations,
): ReadonlyMap<string, unknown> {
  return steps.slice(from - 1).reduce((before, step) => step(before), values);
}

/** Records of format `from` as those of the newest. A key that stays keeps its revision. */
export function migrateRecords(
  records: ReadonlyMap<string, Versioned<unknown>>,
  from: number,
  steps: readonly Migration[] = migrations,
): Map<string, Versioned<unknown>> {
  const values = new Map([...records].map(([key, { value }]) => [key, value]));
  return new Map(
    [...migrateValues(values, from, steps)].map(([key, value]) => {
      const revision = records.get(key)?.revision ?? 1;
      return [key, Object.freeze({ value: deepFreeze(value), revision })];
    }),
  );
}
