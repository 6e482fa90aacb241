/** Everything that is known of one UPS, for the customer who wants it or must hand it out. */
import type { Message, NoticeRecord } from '../delivery/records.ts';
import type { Unit } from '../lifecycle/unit.ts';
import { keys } from '../store/keys.ts';
import type { HistoryEntry } from '../store/port.ts';
import type { Desk } from './desk.ts';
import { noSuchUps, type Units } from './units.ts';

export interface UnitExport {
  readonly unit: Unit;
  /** Earlier records of its names: units that were exchanged or retired, or turned out to be this one. */
  readonly earlier: readonly Unit[];
  readonly notices: readonly NoticeRecord[];
  /** The mails that carried those notices. */
  readonly messages: readonly Message[];
  readonly history: readonly HistoryEntry[];
}

/** All records and the history of a unit, by its name in the config. @throws OperationError `no-such-ups` */
export async function exportUnit(desk: Desk, units: Units, name: string): Promise<UnitExport> {
  const unit = units.find(name)?.value;
  if (unit === undefined) throw noSuchUps(name);
  const { store } = desk;
  const names = new Set([unit.name, ...unit.ways.map((way) => way.name)]);
  const earlier = store
    .list<Unit>(keys.units)
    .map(([, { value }]) => value)
    .filter((other) => other.id !== unit.id && (names.has(other.name) || other.mergedInto === unit.id));
  const ids = new Set([unit, ...earlier].map(({ id }) => id));
  const notices = store.list<NoticeRecord>(keys.notices).filter(([, { value }]) => ids.has(value.unit));
  const carriers = new Set(notices.map(([, { value }]) => value.message));
  return {
    unit,
    earlier,
    notices: notices.map(([, { value }]) => value),
    messages: [...carriers].flatMap((id) => store.get<Message>(keys.message(id))?.value ?? []),
    history: (await Promise.all([...ids].map((id) => store.history({ unit: id })))).flat(),
  };
}
