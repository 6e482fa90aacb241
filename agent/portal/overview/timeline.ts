/** What falls due when: counted by month and kind. Pure. */
import type { Day } from '../../lifecycle/model.ts';
import { type Kind, kinds, type Row } from './rows.ts';

export type Counts = Readonly<Record<Kind, number>>;

export interface TimelineColumn {
  /** `YYYY-MM`, or what is due now. */
  readonly month: string | 'now';
  readonly counts: Counts;
  readonly total: number;
}

/** This month and the twelve after it. */
const columnCount = 13;

/** What is due now, then month by month. Doubtful dates are not counted: nobody can rely on them. */
export function timelineOf(rows: readonly Row[], today: Day, only?: Kind): TimelineColumn[] {
  const months = monthsFrom(today);
  const counts = new Map(['now', ...months].map((month) => [month, { battery: 0, warranty: 0, plan: 0 }]));
  for (const row of rows) {
    for (const kind of kinds) {
      if (only !== undefined && only !== kind) continue;
      const column = counts.get(columnOf(row, kind, today));
      if (column !== undefined) column[kind] += 1;
    }
  }
  return [...counts].map(([month, each]) => ({ month, counts: each, total: each.battery + each.warranty + each.plan }));
}

/** A unit stands once for each kind: now if something of it is open and reached, else at its date. */
function columnOf(row: Row, kind: Kind, today: Day): string {
  const isNow = row.events.some((event) => event.kind === kind && (event.daysLeft ?? 0) <= 0);
  if (isNow) return 'now';
  const fact = row.dates[kind];
  return fact?.confidence === 'sound' && fact.value >= today ? fact.value.slice(0, 7) : '';
}

function monthsFrom(today: Day): string[] {
  const [year, month] = today.split('-').map(Number) as [number, number];
  return Array.from({ length: columnCount }, (_none, n) => {
    const at = year * 12 + month - 1 + n;
    return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
  });
}
