/** `battery-replaced`: the swap is recorded, and where the config allows it, its day is written to the UPS. */
import { isDay } from '../lifecycle/days.ts';
import type { Day } from '../lifecycle/model.ts';
import type { Office } from '../office.ts';
import { OperationError, today } from '../operations/desk.ts';
import { type EventView, eventViews } from '../operations/overview.ts';
import { namesOfUnit, noteWritten } from '../operations/written.ts';
import { type Reach, type WriteReport, writeInstalled } from '../writing.ts';
import { type Args, optionalText, text } from './arguments.ts';

export interface ReplacedOutput {
  readonly ups: string;
  readonly day: Day;
  /** What each way that may write came to; empty where the config allows none. */
  readonly writing: readonly WriteReport[];
  readonly events: readonly EventView[];
}

/** The swap is recorded first, and stands whatever becomes of the writing. @throws OperationError */
export async function batteryReplaced(office: Office, args: Args, reach: Reach): Promise<ReplacedOutput> {
  const { desk, units } = office;
  const name = text(args, 'name');
  const day = optionalText(args, 'date') ?? today(desk);
  if (!isDay(day)) throw new OperationError('bad-date', `"${day}" is no day; write it as YYYY-MM-DD`);
  const names = namesOfUnit(units, name);
  const ways = names.flatMap((each) => office.config.ups.find((ups) => ups.name === each && ups.allowWrite) ?? []);
  await units.batteryReplaced(name, day, ways.length > 0);
  const writing: WriteReport[] = [];
  for (const way of ways) {
    const report = await writeInstalled(way, units.find(way.name)?.value, day, reach, desk.log);
    if (report === undefined) continue;
    writing.push(report);
    await noteWritten(desk, units, day, report);
  }
  return { ups: name, day, writing, events: eventViews(desk, units) };
}
