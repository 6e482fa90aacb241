/** What the house keeps of writing to a UPS: a line of history and a line of log. */
import type { Day } from '../lifecycle/model.ts';
import type { WriteOutcome } from '../lifecycle/written.ts';
import type { Desk } from './desk.ts';
import { noSuchUps, type Units } from './units.ts';

/** What one way of writing came to. */
interface Written {
  /** The name in the config. */
  readonly ups: string;
  readonly driver: string;
  readonly outcome: WriteOutcome;
  readonly message: string;
}

const good: ReadonlySet<WriteOutcome> = new Set(['written', 'already']);

/** Keeps what came of writing a day to a unit. */
export async function noteWritten(desk: Desk, units: Units, day: Day, written: Written): Promise<void> {
  const { ups, driver, outcome, message } = written;
  const unit = units.find(ups)?.value.id;
  const kind = good.has(outcome) ? 'battery.date-written' : 'battery.date-not-written';
  await desk.store.commit({
    changes: [],
    history: [{ at: desk.now(), kind, ...(unit === undefined ? {} : { unit }), data: { day, ...written } }],
  });
  if (good.has(outcome)) desk.log('info', 'ups.date-written', `${ups}: ${message}`, { ups, driver, day });
  else desk.log('warn', 'ups.date-not-written', `${ups}: the day ${day}: ${message}`, { ups, driver, day, outcome });
}

/** The names in the config that stand for the same unit as this one does, this one first. @throws OperationError */
export function namesOfUnit(units: Units, name: string): readonly string[] {
  const config = units.configOf(name);
  if (config === undefined) throw noSuchUps(name);
  const others = config.ways.flatMap((way) => (way.name === name ? [] : way.name));
  return [name, ...others];
}
