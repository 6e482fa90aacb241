/** Records of units as earlier versions wrote them. */
import type { Day } from './model.ts';
import type { Observed } from './observe.ts';
import type { Unit } from './unit.ts';

/** Before 0.2 a unit was read one way, and a swap's voids stood in the swap. */
type SingleWayUnit = Omit<Unit, 'ways' | 'swap'> & {
  readonly observed?: Observed;
  readonly swap?: {
    readonly day: Day;
    readonly seenOn: Day;
    readonly source: 'ups' | 'customer';
    readonly voids: {
      readonly ups: readonly { readonly origin: string; readonly replaceBy: Day }[];
      readonly config?: Day;
      readonly customer?: Day;
      readonly signals: readonly string[];
    };
  };
};

/** The record in the form of this version. Which driver observed is not known then; the next reading says it. */
export function upToDate(record: Unit | SingleWayUnit): Unit {
  if ('ways' in record) return record;
  const { observed, swap, ...rest } = record;
  const { ups, signals, ...voids } = swap?.voids ?? { ups: [], signals: [] };
  const voided = ups.length + signals.length > 0 ? { voided: { dates: ups, signals } } : {};
  return {
    ...rest,
    ways: [{ name: rest.name, driver: '', ...(observed ? { observed } : {}), ...voided }],
    ...(swap ? { swap: { ...swap, voids } } : {}),
  };
}
