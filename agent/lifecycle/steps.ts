/** When an event is told: which step applies today, given what a recipient was already told. */
import { addDays, daysUntil } from './days.ts';
import type { Day, EventId, LifecycleEvent, Step } from './model.ts';

type DatedStep = Extract<Step, '90' | '30' | '7' | '0'>;

const ladders: { readonly [K in EventId]: readonly DatedStep[] } = {
  'battery-replacement-due': ['90', '30', '7'],
  'battery-end-of-life-exceeded': ['0'],
  'battery-needs-replacement': [],
  'replace-battery': [],
  'warranty-expires': ['90', '30', '7', '0'],
  'advanced-plan-expires': ['90', '30', '7'],
  'advanced-plan-expired': ['0'],
  'standard-plan-expires': ['90', '30', '7'],
  'standard-plan-expired': ['0'],
};

export interface DueStep {
  readonly step: Step;
  /** Its own day was missed. */
  readonly late?: true;
  /** Named for the log and the preview. */
  readonly why: 'on-the-day' | 'nearest-missed' | 'raised-by-ups' | 'closed';
}

/**
 * The one step of an event that is owed to a recipient today, or `undefined`. Missed steps collapse into the nearest
 * that applies; a step once told stays told; of the steps left each follows the date as it is now.
 * @param told the steps this recipient was told of this occurrence (reminders do not count)
 * @param toldBefore the same of the occurrence that this one followed
 */
export function dueStep(
  event: LifecycleEvent,
  told: ReadonlySet<Step>,
  toldBefore: ReadonlySet<Step>,
  today: Day,
): DueStep | undefined {
  if (event.closedOn !== undefined) return resolvedStep(event, told, toldBefore);
  if (event.listedOnly) return undefined;
  const dated = datedStep(event, told, today);
  if (dated !== undefined) return dated;
  const flagged = event.causes.includes('flag');
  const nothingTold = ![...told].some((step) => step !== 'reminder');
  return flagged && nothingTold && nearestStep(event, today) === undefined
    ? { step: 'now', why: 'raised-by-ups' }
    : undefined;
}

/** The days, after today, on which an open event will be told if nothing changes; oldest first. */
export function nextSteps(event: LifecycleEvent, today: Day): Day[] {
  const { date } = event;
  if (date === undefined || event.closedOn !== undefined || event.listedOnly) return [];
  const ladder = ladders[event.id].map(Number);
  const last = ladder.includes(0) || ladder.length === 0 ? ladder : [...ladder, 0];
  return last.filter((step) => step < daysUntil(date, today)).map((step) => addDays(date, -step));
}

function resolvedStep(
  event: LifecycleEvent,
  told: ReadonlySet<Step>,
  toldBefore: ReadonlySet<Step>,
): DueStep | undefined {
  if (event.closed === 'superseded' || told.has('resolved')) return undefined;
  return told.size + toldBefore.size > 0 ? { step: 'resolved', why: 'closed' } : undefined;
}

function datedStep(event: LifecycleEvent, told: ReadonlySet<Step>, today: Day): DueStep | undefined {
  const step = nearestStep(event, today);
  if (step === undefined || event.date === undefined) return undefined;
  const passed = ladders[event.id].some((s) => told.has(s) && Number(s) <= Number(step));
  if (passed) return undefined;
  return daysUntil(event.date, today) === Number(step)
    ? { step, why: 'on-the-day' }
    : { step, late: true, why: 'nearest-missed' };
}

/** The smallest step whose day has come. */
function nearestStep(event: LifecycleEvent, today: Day): DatedStep | undefined {
  if (event.date === undefined) return undefined;
  const days = daysUntil(event.date, today);
  return ladders[event.id].filter((step) => Number(step) >= days).at(-1);
}
