/** When a unit is worth another look, if nothing is heard of it meanwhile. Pure. */
import type { CartridgeReading } from '../../drivers/contract.ts';
import { readDate, weekOfSerial } from './dates.ts';
import { addDays } from './days.ts';
import type { ConfiguredUnit } from './facts.ts';
import type { Day } from './model.ts';
import type { Unit } from './unit.ts';
import type { Way } from './ways.ts';

/** Days ahead of a date on which an event opens or is told. */
const leads = [90, 30, 7, 0];

/**
 * The first day after today on which time alone may change what is known of a unit or what is told of it: a date comes
 * near or is reached, or one that lay in the future is no longer doubtful. A day too many does no harm; on all others
 * nothing changes.
 */
export function nextChange(unit: Unit, config: ConfiguredUnit, today: Day): Day | undefined {
  const { facts } = unit;
  const dates = [facts['battery.date.maintenance'], facts['warranty.end'], facts['plan.end']];
  const days = [
    ...dates.flatMap((date) => (date === undefined ? [] : leads.map((lead) => addDays(date.value, -lead)))),
    ...unit.ways.flatMap(newSince),
    ...(config.installed === undefined ? [] : [config.installed]),
  ];
  return days.filter((day) => day > today).sort()[0];
}

/** Each day on which a battery or the UPS itself is said to be new; in the future it is doubted. */
function newSince({ observed }: Way): Day[] {
  const fields = observed?.fields ?? {};
  const text = (value: unknown): string[] => (typeof value === 'string' ? [value] : []);
  const rows = (fields['battery.cartridges']?.field.value ?? []) as readonly CartridgeReading[];
  const texts = [
    ...text(fields['battery.date']?.field.value),
    ...text(fields['ups.mfr.date']?.field.value),
    ...rows.flatMap((row) => text(row.installed)),
  ];
  const read = texts.flatMap((each) =>
    (['mdy', 'dmy'] as const).flatMap((order) => {
      const date = readDate(each, order);
      return date.kind === 'date' ? [date.day] : [];
    }),
  );
  const week = text(fields['device.serial']?.field.value).flatMap((serial) => weekOfSerial(serial) ?? []);
  return [...read, ...week];
}
