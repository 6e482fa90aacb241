/** What falls due on which day, as a calendar has it: sound dates alone, estimates marked. */
import { createHash } from 'node:crypto';
import { type CustomerKey, factOf } from '../lifecycle/entry.ts';
import { sound, told } from '../lifecycle/facts.ts';
import type { Day, FactSource, PlanKind } from '../lifecycle/model.ts';
import { present } from '../lifecycle/present.ts';
import type { Unit } from '../lifecycle/unit.ts';
import { keys } from '../store/keys.ts';
import type { Desk } from './desk.ts';
import type { Units } from './units.ts';

export interface CalendarEntry {
  /** The same for as long as the UPS is the same, wherever its date moves. */
  readonly uid: string;
  readonly ups: string;
  readonly site?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly cartridge?: string;
  readonly quantity?: number;
  readonly key: Exclude<CustomerKey, 'installed'>;
  readonly plan?: PlanKind;
  readonly day: Day;
  readonly source: FactSource;
}

const dueKeys = ['replaceBy', 'warrantyEnd', 'plan'] as const;

/** All that falls due, by day. */
export function calendarEntries(desk: Desk, units: Units): CalendarEntry[] {
  const siteId = desk.store.get<{ id: string }>(keys.site)?.value.id ?? '';
  const entries = units.all().flatMap((unit) => dueKeys.flatMap((key) => entryOf(siteId, unit, key) ?? []));
  return entries.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
}

function entryOf(
  siteId: string,
  { id, name, site, facts }: Unit,
  key: CalendarEntry['key'],
): CalendarEntry | undefined {
  const date = factOf(facts, key);
  if (!sound(date)) return undefined;
  const battery = key === 'replaceBy';
  return present({
    uid: uidOf(siteId, id, key),
    ups: name,
    site,
    model: told(facts['device.model']),
    serial: told(facts['device.serial']),
    cartridge: battery ? told(facts['battery.cartridge']) : undefined,
    quantity: battery ? told(facts['battery.cartridge.quantity']) : undefined,
    key,
    plan: key === 'plan' ? told(facts['plan.kind']) : undefined,
    day: date.value,
    source: date.source,
  });
}

/** The id of a unit may hold anything: its hash is a plain word. */
function uidOf(siteId: string, unit: string, key: string): string {
  const hash = createHash('sha256').update(`${siteId}/${unit}/${key}`).digest('hex').slice(0, 32);
  return `${hash}@upsteward`;
}
