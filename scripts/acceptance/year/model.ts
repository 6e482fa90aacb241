/**
 * Which mail must tell what on which day, worked out from the dates alone: no store, no occurrences, no memory of what
 * was sent. Times are days with a fraction; the daily run is at a third of a day.
 */
import type { Ending, UnitPlan } from './site.ts';

/** One line of a mail. */
export interface Line {
  readonly unit: string;
  readonly title: string;
  readonly step: '90' | '30' | '7' | '0' | 'now' | 'resolved';
  /** The day it is about, where the line names one. */
  readonly date?: number;
}

/** When the agent runs, and whom it may tell. */
export interface Calendar {
  readonly days: number;
  /** Days on which the agent is not running. */
  readonly off: (day: number) => boolean;
  /** The first day on whose run the recipient is told, and the first on whose run it is not told any more. */
  readonly from: number;
  readonly until: number;
}

const runTime = 8 / 24;
const morningPoll = 6 / 24;
const eveningPoll = 18 / 24;

/** By day: what the mail of that day must say to one recipient. */
export function expectedMails(units: readonly UnitPlan[], calendar: Calendar): Map<number, Line[]> {
  const mails = new Map<number, Line[]>();
  const tell = (day: number, line: Line): void => {
    const lines = mails.get(day);
    if (lines) lines.push(line);
    else mails.set(day, [line]);
  };
  const runs = Array.from({ length: calendar.days }, (_none, day) => day).filter(
    (day) => !calendar.off(day) && day >= calendar.from && day < calendar.until,
  );
  for (const unit of units) {
    const changedAt = unit.swap === undefined ? undefined : seenAt(unit.swap.day, calendar);
    for (const ending of unit.endings) tellEnding(unit.name, ending, changedAt, runs, tell);
    if (unit.alarm !== undefined) tellAlarm(unit.name, unit.alarm, calendar, runs, tell);
  }
  return mails;
}

type Tell = (day: number, line: Line) => void;

/** What happens at noon is seen in the evening, or at the first poll after the agent was off. */
function seenAt(day: number, { off, days }: Calendar): number {
  if (!off(day)) return day + eveningPoll;
  let next = day;
  while (off(next) && next < days) next += 1;
  return next + morningPoll;
}

function tellEnding(
  unit: string,
  ending: Ending,
  changedAt: number | undefined,
  runs: readonly number[],
  tell: Tell,
): void {
  const over = changedAt ?? Number.POSITIVE_INFINITY;
  const firstRunFrom = (time: number): number | undefined => runs.find((day) => day + runTime >= time);
  let told = false;
  const ladder = [90, 30, 7, 0] as const;
  for (const [index, step] of ladder.entries()) {
    const day = firstRunFrom(Math.max(ending.day - step, ending.known));
    if (day === undefined || day + runTime > over) continue;
    const next = ladder[index + 1];
    if (next !== undefined && ending.day - next <= day) continue;
    if (ending.kind !== 'battery' && ending.day < ending.known - 90) continue;
    tell(day, { unit, title: titleOf(ending.kind, ending.day <= day), step: `${step}`, date: ending.day });
    told = true;
  }
  const after = told ? firstRunFrom(over) : undefined;
  if (after !== undefined) tell(after, { unit, title: titleOf(ending.kind, ending.day <= over), step: 'resolved' });
}

function tellAlarm(
  unit: string,
  { from, to }: NonNullable<UnitPlan['alarm']>,
  calendar: Calendar,
  runs: readonly number[],
  tell: Tell,
): void {
  const [on, off] = [seenAt(from, calendar), seenAt(to, calendar)];
  const day = runs.find((each) => each + runTime > on);
  if (day === undefined || day + runTime > off) return;
  tell(day, { unit, title: 'Replace Battery', step: 'now' });
  const after = runs.find((each) => each + runTime > off);
  if (after !== undefined) tell(after, { unit, title: 'Replace Battery', step: 'resolved' });
}

function titleOf(kind: Ending['kind'], reached: boolean): string {
  switch (kind) {
    case 'battery':
      return reached ? 'Battery End of Life Exceeded' : 'Battery Replacement Due';
    case 'warranty':
      return 'Warranty Expires';
    case 'advanced':
      return reached ? 'Advanced Plan Expired' : 'Advanced Plan Expires';
    case 'standard':
      return reached ? 'Standard Plan Expired' : 'Standard Plan Expires';
  }
}
