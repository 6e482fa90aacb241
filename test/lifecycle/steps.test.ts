import { describe, expect, it } from 'vitest';
import { type ConnectionState, connectionStates } from '../../agent/lifecycle/connection.ts';
import { addDays } from '../../agent/lifecycle/days.ts';
import type { EventId, LifecycleEvent, Step } from '../../agent/lifecycle/model.ts';
import { mayRemind } from '../../agent/lifecycle/reminder.ts';
import { dueStep, nextSteps } from '../../agent/lifecycle/steps.ts';

const today = '2026-06-01';
const inDays = (days: number) => addDays(today, days);

function event(id: EventId, rest: Partial<LifecycleEvent> = {}): LifecycleEvent {
  return { id, occurrence: today, openedOn: today, openedAt: `${today}T06:00:00Z`, causes: ['date'], ...rest };
}
const dated = (id: EventId, days: number, rest: Partial<LifecycleEvent> = {}) =>
  event(id, { date: inDays(days), dateSource: 'config', ...rest });

/** The step due, with `late` where its day was missed. */
function due(of: LifecycleEvent, told: readonly Step[] = [], before: readonly Step[] = []): string {
  const step = dueStep(of, new Set(told), new Set(before), today);
  return step === undefined ? '-' : `${step.step}${step.late ? ' late' : ''}`;
}

/** The days left on which an event with these days left is told, when every day is looked at. */
function sequence(id: EventId, from: number, to: number, causes: LifecycleEvent['causes'] = ['date']): string[] {
  const told = new Set<Step>();
  const days: string[] = [];
  for (let left = from; left >= to; left -= 1) {
    const step = dueStep(dated(id, left, { causes }), told, new Set(), today);
    if (step === undefined) continue;
    told.add(step.step);
    days.push(`${left}:${step.step}${step.late ? ' late' : ''}`);
  }
  return days;
}

describe('the steps of an event', () => {
  it.each<[EventId, number, string[]]>([
    ['battery-replacement-due', 90, ['90:90', '30:30', '7:7']],
    ['battery-replacement-due', 45, ['45:90 late', '30:30', '7:7']],
    ['battery-replacement-due', 30, ['30:30', '7:7']],
    ['battery-replacement-due', 3, ['3:7 late']],
    ['battery-end-of-life-exceeded', 0, ['0:0']],
    ['battery-end-of-life-exceeded', -400, ['-400:0 late']],
    ['warranty-expires', 95, ['90:90', '30:30', '7:7', '0:0']],
    ['warranty-expires', 5, ['5:7 late', '0:0']],
    ['warranty-expires', -5, ['-5:0 late']],
    ['advanced-plan-expires', 90, ['90:90', '30:30', '7:7']],
    ['standard-plan-expires', 29, ['29:30 late', '7:7']],
    ['advanced-plan-expired', 0, ['0:0']],
    ['standard-plan-expired', -2, ['-2:0 late']],
  ])('%s first seen %i days ahead is told %j', (id, from, expected) => {
    expect(sequence(id, from, Math.min(from, 0) - 100)).toEqual(expected);
  });

  it.each<[string, number, readonly Step[], string]>([
    ['missed steps collapse into the nearest', 5, ['90'], '7 late'],
    ['a step that was told stays told', 30, ['90', '30'], '-'],
    ['the steps passed over are not made up for', 40, ['7'], '-'],
    ['nor those of a date that moved away', 90, ['90', '30'], '-'],
    ['those left follow the new date', 7, ['90', '30'], '7'],
    ['a reminder is no step', 30, ['90', 'reminder'], '30'],
    ['nor is the first word of the UPS', 90, ['now'], '90'],
  ])('%s', (_name, days, told, expected) => {
    expect(due(dated('warranty-expires', days), told)).toBe(expected);
  });

  it.each<[string, LifecycleEvent, readonly Step[], string]>([
    ['a flag alone', event('battery-replacement-due', { causes: ['flag'] }), [], 'now'],
    ['a flag long before the date', dated('battery-replacement-due', 200, { causes: ['flag'] }), [], 'now'],
    ['a flag told before', dated('battery-replacement-due', 200, { causes: ['flag'] }), ['now'], '-'],
    ['a flag within 90 days', dated('battery-replacement-due', 60, { causes: ['date', 'flag'] }), [], '90 late'],
    ['a flag after a step', dated('battery-replacement-due', 60, { causes: ['date', 'flag'] }), ['90'], '-'],
    ['a flag before the end', dated('battery-end-of-life-exceeded', 20, { causes: ['flag'] }), [], 'now'],
    ['the end after the flag', dated('battery-end-of-life-exceeded', 0, { causes: ['date', 'flag'] }), ['now'], '0'],
    ['an alarm', event('replace-battery', { causes: ['flag'] }), [], 'now'],
    ['an alarm told before', event('replace-battery', { causes: ['flag'] }), ['now'], '-'],
    [
      'an alarm of which the customer sent a reminder',
      event('replace-battery', { causes: ['flag'] }),
      ['reminder'],
      'now',
    ],
    ['a date that became doubtful', event('battery-replacement-due'), [], '-'],
    ['a listed end', dated('warranty-expires', -200, { listedOnly: true }), [], '-'],
  ])('%s', (_name, of, told, expected) => {
    expect(due(of, told)).toBe(expected);
  });

  it('from the flag through the end, every step comes once', () => {
    expect(sequence('battery-replacement-due', 100, 1, ['flag'])).toEqual(['100:now', '90:90', '30:30', '7:7']);
  });

  const closed = (reason: LifecycleEvent['closed']) =>
    dated('battery-end-of-life-exceeded', 0, { closedOn: today, ...(reason ? { closed: reason } : {}) });

  it.each<[LifecycleEvent['closed'], readonly Step[], readonly Step[], string]>([
    ['swap', ['0'], [], 'resolved'],
    ['cleared', ['now'], [], 'resolved'],
    ['date-moved', ['reminder'], [], 'resolved'],
    ['removed', [], ['90'], 'resolved'],
    ['swap', [], [], '-'],
    ['swap', ['0', 'resolved'], [], '-'],
    ['superseded', ['90', '30'], [], '-'],
  ])('closed by %s, told %j and before that %j: %s', (reason, told, before, expected) => {
    expect(due(closed(reason), told, before)).toBe(expected);
  });

  it('names the days that are left', () => {
    const days = (of: LifecycleEvent) => nextSteps(of, today);
    expect(days(dated('battery-replacement-due', 60))).toEqual([inDays(30), inDays(53), inDays(60)]);
    expect(days(dated('warranty-expires', 7))).toEqual([inDays(7)]);
    expect(days(dated('battery-end-of-life-exceeded', 0))).toEqual([]);
    expect(days(event('replace-battery', { causes: ['flag'] }))).toEqual([]);
    expect(days(closed('swap'))).toEqual([]);
  });
});

describe('a manual reminder', () => {
  const open = dated('warranty-expires', 10);
  const alarm = event('replace-battery', { causes: ['flag'] });

  it.each<[string, LifecycleEvent | undefined, ConnectionState, boolean, string]>([
    ['an event that never was', undefined, 'confirmed', false, 'no-such-event'],
    ['a closed one', { ...open, closedOn: today, closed: 'swap' }, 'confirmed', false, 'not-open'],
    ['before the reseller accepted', open, 'pending', false, 'not-confirmed'],
    ['after the reseller left', open, 'opted-out', false, 'not-confirmed'],
    ['a second time today', open, 'confirmed', true, 'already-today'],
    ['90 days after its date', dated('warranty-expires', -90), 'confirmed', false, 'too-old'],
    ['89 days after its date', dated('warranty-expires', -89), 'confirmed', false, 'allowed'],
    ['90 days after it was first seen', { ...alarm, openedOn: inDays(-90) }, 'confirmed', false, 'too-old'],
    ['89 days after it was first seen', { ...alarm, openedOn: inDays(-89) }, 'confirmed', false, 'allowed'],
    ['an open one', open, 'confirmed', false, 'allowed'],
  ])('%s', (_name, of, state, today_, expected) => {
    const verdict = mayRemind(of, state, today_, today);
    expect(verdict.allowed ? 'allowed' : verdict.reason).toBe(expected);
    if (!verdict.allowed) expect(verdict.message).not.toBe('');
  });

  it('in each state but confirmed says in words what it lacks, not in the names of states', () => {
    const said = connectionStates.map((state) => {
      const verdict = mayRemind(open, state, false, today);
      return verdict.allowed ? 'allowed' : verdict.message;
    });
    expect(said).toEqual([
      'there is no reseller',
      'the reseller has not accepted the invitation yet',
      'allowed',
      'the reseller has declined',
      'the reseller let the invitation lapse',
      'the invitation was cancelled',
      'the invitation could not be delivered',
      'the reseller has opted out',
      'the reseller was disconnected',
    ]);
  });
});
