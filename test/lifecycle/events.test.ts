import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import type { ConfiguredUnit } from '../../agent/lifecycle/facts.ts';
import type { EventId } from '../../agent/lifecycle/model.ts';
import { unitConfig } from './support.ts';
import { Watched } from './unit-support.ts';

const today = '2026-06-01';
const inDays = (days: number) => addDays(today, days);
const us = (day: string) => `${day.slice(5, 7)}/${day.slice(8)}/${day.slice(0, 4)}`;
const due = 'battery-replacement-due';
const exceeded = 'battery-end-of-life-exceeded';
const needs = 'battery-needs-replacement';
const replace = 'replace-battery';

describe('an event with a date', () => {
  const kinds: [EventId, EventId | undefined, (day: string) => Partial<ConfiguredUnit>][] = [
    [due, exceeded, (replaceBy) => ({ replaceBy })],
    ['warranty-expires', undefined, (warrantyEnd) => ({ warrantyEnd })],
    ['advanced-plan-expires', 'advanced-plan-expired', (end) => ({ plan: { kind: 'advanced', end } })],
    ['standard-plan-expires', 'standard-plan-expired', (end) => ({ plan: { kind: 'standard', end } })],
  ];

  it.each(kinds)('%s opens 90 days ahead, and on its day %s takes over', (before, after, config) => {
    expect(new Watched(today).on(today, config(inDays(91))).unit.events).toEqual({});
    const near = new Watched(today).on(today, config(inDays(90)));
    expect(near.event(before)).toBe(`open ${inDays(90)} date`);
    expect(Object.keys(near.unit.events)).toEqual([before]);
    near.on(inDays(89));
    expect(near.changes).toEqual([]);
    near.on(inDays(90));
    if (after === undefined) {
      expect(near.event(before)).toBe(`open ${inDays(90)} date`);
    } else {
      expect(near.changes).toEqual([`closed ${before}`, `opened ${after}`]);
      expect(near.event(before)).toBe(`superseded ${inDays(90)} date`);
      expect(near.event(after)).toBe(`open ${inDays(90)} date`);
      expect(near.unit.events[after]?.follows).toEqual({ id: before, occurrence: today });
    }
  });

  it.each(kinds)('%s closes when its date is more than 90 days ahead again', (before, _after, config) => {
    const unit = new Watched(today).on(today, config(inDays(30)));
    expect(unit.on(today, config(inDays(90))).event(before)).toBe(`open ${inDays(90)} date`);
    expect(unit.changes).toEqual([`changed ${before}`]);
    expect(unit.on(today, config(inDays(91))).event(before)).toBe(`date-moved ${inDays(90)} date`);
  });

  it.each(kinds)(
    '%s (or what follows it, %s) closes when the config no longer has its date',
    (before, after, config) => {
      for (const [days, id] of [
        [30, before],
        [-1, after ?? before],
      ] as const) {
        const unit = new Watched(today).on(today, config(inDays(days)));
        expect(unit.event(id)).toContain('open');
        unit.config = unitConfig();
        expect(unit.on(today).event(id)).toBe(`date-moved ${inDays(days)} date`);
      }
    },
  );

  it.each([
    [-90, 'open'],
    [-91, 'listed'],
  ])('a warranty or plan first known when %i days past is %s', (days, state) => {
    const unit = new Watched(today).on(today, {
      warrantyEnd: inDays(days),
      plan: { kind: 'standard', end: inDays(days) },
    });
    expect(unit.event('warranty-expires')).toBe(`${state} ${inDays(days)} date`);
    expect(unit.event('standard-plan-expired')).toBe(`${state} ${inDays(days)} date`);
  });

  it('a battery first known long after its end is told all the same', () => {
    expect(new Watched(today).on(today, { replaceBy: inDays(-900) }).event(exceeded)).toBe(`open ${inDays(-900)} date`);
  });

  it('one that was open before does not become a listed one however late it is looked at', () => {
    const unit = new Watched(today).on(today, { warrantyEnd: inDays(5), plan: { kind: 'standard', end: inDays(5) } });
    unit.on(inDays(300));
    expect(unit.event('warranty-expires')).toBe(`open ${inDays(5)} date`);
    expect(unit.event('standard-plan-expired')).toBe(`open ${inDays(5)} date`);
  });

  it.each([
    [-90, `open ${inDays(-90)} date`],
    [60, `open ${inDays(60)} date`],
    [-91, `listed ${inDays(-91)} date`],
  ])('a listed warranty whose date is put right to %i days is %s', (days, expected) => {
    const unit = new Watched(today).on(today, { warrantyEnd: inDays(-400) });
    expect(unit.on(today, { warrantyEnd: inDays(days) }).event('warranty-expires')).toBe(expected);
  });

  it('a listed plan whose end is put right is told', () => {
    const unit = new Watched(today).on(today, { plan: { kind: 'standard', end: inDays(-400) } });
    unit.on(today, { plan: { kind: 'standard', end: inDays(-20) } });
    expect(unit.event('standard-plan-expired')).toBe(`open ${inDays(-20)} date`);
    const other = new Watched(today).on(today, { plan: { kind: 'standard', end: inDays(-400) } });
    other.on(today, { plan: { kind: 'standard', end: inDays(20) } });
    expect(other.event('standard-plan-expires')).toBe(`open ${inDays(20)} date`);
    expect(other.event('standard-plan-expired')).toBe(`superseded ${inDays(-400)} date`);
  });

  it('a plan of the other kind is another event', () => {
    const unit = new Watched(today).on(today, { plan: { kind: 'standard', end: inDays(20) } });
    unit.on(today, { plan: { kind: 'advanced', end: inDays(20) } });
    expect(unit.event('standard-plan-expires')).toBe(`date-moved ${inDays(20)} date`);
    expect(unit.event('advanced-plan-expires')).toBe(`open ${inDays(20)} date`);
  });
});

describe('a date that the UPS itself works out', () => {
  const said = (days: number) => ({ replaceBy: us(inDays(days)) });

  it('drifts up to 120 days ahead without closing the event', () => {
    const unit = new Watched(today).reads(said(80));
    expect(unit.reads(said(120)).event(due)).toBe(`open ${inDays(120)} date`);
    expect(unit.reads(said(121)).event(due)).toBe(`date-moved ${inDays(120)} date`);
    expect(unit.reads(said(100)).event(due)).toBe(`date-moved ${inDays(120)} date`);
  });

  it('does not take back that it was reached', () => {
    const unit = new Watched(today).reads(said(0));
    expect(unit.reads(said(40)).event(exceeded)).toBe(`open ${inDays(40)} date`);
    expect(unit.reads(said(110)).event(exceeded)).toBe(`open ${inDays(110)} date`);
    expect(unit.event(due)).toBeUndefined();
    expect(unit.reads(said(121)).event(exceeded)).toBe(`date-moved ${inDays(110)} date`);
  });

  it('put right by a person passes back to the event before', () => {
    const unit = new Watched(today).reads(said(40)).reads(said(0));
    unit.on(today, { replaceBy: inDays(60) });
    expect(unit.event(exceeded)).toBe(`superseded ${today} date`);
    expect(unit.event(due)).toBe(`open ${inDays(60)} date`);
    expect(unit.unit.events[due]?.follows?.id).toBe(exceeded);
  });

  it.each([
    ['the UPS has no date any more', { replaceBy: 'Unknown' }, inDays(40)],
    ['its text is broken', { replaceBy: '06/0?/2026' }, inDays(40)],
    ['its date is doubtful', { replaceBy: '07/11/20<4' }, '-'],
  ])('closes nothing when %s', (_name, broken, date) => {
    const unit = new Watched(today).reads(said(40)).reads(broken);
    expect(unit.event(due)).toBe(`open ${date} date`);
  });

  it('follows the date when it is sound again', () => {
    const unit = new Watched(today).reads(said(40)).reads({ replaceBy: '07/11/20<4' }).reads(said(50));
    expect(unit.event(due)).toBe(`open ${inDays(50)} date`);
    expect(unit.unit.events[due]?.occurrence).toBe(today);
  });

  it('an estimate from an install date that became doubtful proves nothing', () => {
    const unit = new Watched(today, { expectedLifeMonths: 12 }).reads({ installed: '2025-07-04' });
    expect(unit.event(due)).toBe('open 2026-07-04 date');
    expect(unit.reads({ installed: '07-04-2025' }).event(due)).toBe('open - date');
    expect(unit.reads({ installed: '07/04/2025' }).event(due)).toBe('open 2026-07-04 date');
  });

  it('an estimate from an install date that the config no longer has is gone', () => {
    const unit = new Watched(today, { installed: '2022-07-04' }).on(today);
    expect(unit.event(due)).toBe('open 2026-07-04 date');
    expect(unit.without('installed').event(due)).toBe('date-moved 2026-07-04 date');
  });

  it('a doubtful date opens nothing', () => {
    expect(new Watched(today).reads({ replaceBy: '05/01/20<6' }).unit.events).toEqual({});
  });
});

describe('a flag', () => {
  const flags: [string, EventId][] = [
    ['battery.lifetime.near-end', due],
    ['battery.lifetime.exceeded', exceeded],
    ['battery.lifetime.measured-near-end', needs],
    ['battery.needs-replacement', needs],
    ['battery.packs.bad', needs],
    ['battery.replace|indicator', replace],
    ['battery.replace|state-flag-5', replace],
    ['battery.replace|self-test', replace],
  ];

  it.each(flags)('%s opens %s after two readings, and closes it after two that say the opposite', (signal, id) => {
    const unit = new Watched(today).readsOnce({ signals: [signal] });
    expect(unit.unit.events).toEqual({});
    unit.readsOnce({ signals: [signal] });
    expect(unit.event(id)).toBe('open - flag');
    expect(Object.keys(unit.unit.events)).toEqual([id]);
    unit.reads({});
    expect(unit.event(id)).toBe('open - flag');
    unit.readsOnce({ signals: [`!${signal}`] });
    expect(unit.event(id)).toBe('open - flag');
    unit.readsOnce({ signals: [`!${signal}`] });
    expect(unit.event(id)).toBe('cleared - flag');
  });

  it('of one cause that is gone does not close what another still says', () => {
    const unit = new Watched(today).reads({ signals: ['battery.needs-replacement', 'battery.packs.bad'] });
    unit.reads({ signals: ['!battery.needs-replacement', 'battery.packs.bad'] });
    expect(unit.event(needs)).toBe('open - flag');
  });

  it('and a date open one event', () => {
    const unit = new Watched(today).reads({ replaceBy: us(inDays(40)), signals: ['battery.lifetime.near-end'] });
    expect(unit.event(due)).toBe(`open ${inDays(40)} date+flag`);
    expect(Object.keys(unit.unit.events)).toEqual([due]);
    unit.reads({ replaceBy: us(inDays(40)), signals: ['battery.lifetime.near-end', 'battery.lifetime.exceeded'] });
    expect(unit.event(due)).toBe(`superseded ${inDays(40)} date+flag`);
    expect(unit.event(exceeded)).toBe(`open ${inDays(40)} flag`);
  });

  it('keeps an event open whose date has moved away, until it is gone as well', () => {
    const unit = new Watched(today).reads({ replaceBy: us(inDays(40)), signals: ['battery.lifetime.near-end'] });
    unit.reads({ replaceBy: us(inDays(400)), signals: ['battery.lifetime.near-end'] });
    expect(unit.event(due)).toBe(`open ${inDays(400)} flag`);
    unit.reads({ replaceBy: us(inDays(400)), signals: ['!battery.lifetime.near-end'] });
    expect(unit.event(due)).toBe(`cleared ${inDays(400)} flag`);
  });

  it('that came too early and is gone gives the steps back to the event before', () => {
    const unit = new Watched(today).reads({ replaceBy: us(inDays(40)), signals: ['battery.lifetime.exceeded'] });
    unit.reads({ signals: ['!battery.lifetime.exceeded'] });
    expect(unit.event(exceeded)).toBe(`superseded ${inDays(40)} flag`);
    expect(unit.event(due)).toBe(`open ${inDays(40)} date`);
  });
});

describe('occurrences', () => {
  const flag = { signals: ['battery.replace'] };
  const clear = { signals: ['!battery.replace'] };

  it('one that nobody was told the end of goes on', () => {
    const unit = new Watched(today).reads(flag).reads(clear).reads(flag);
    expect(unit.unit.events[replace]).toMatchObject({ occurrence: today, openedOn: today });
    expect(unit.event(replace)).toBe('open - flag');
    unit.reads(clear).on(inDays(1)).reads(flag);
    expect(unit.unit.events[replace]?.occurrence).toBe(today);
  });

  it('after its end was told, another begins, also on the same day', () => {
    const unit = new Watched(today);
    unit.resolvedTold = () => true;
    unit.reads(flag).reads(clear).reads(flag);
    expect(unit.unit.events[replace]?.occurrence).toBe(`${today}.2`);
    unit.reads(clear).reads(flag);
    expect(unit.unit.events[replace]?.occurrence).toBe(`${today}.3`);
    unit.reads(clear).on(inDays(3)).reads(flag);
    expect(unit.unit.events[replace]?.occurrence).toBe(inDays(3));
  });

  it('after two days it is another, told or not', () => {
    const unit = new Watched(today).reads(flag).reads(clear).on(inDays(2)).reads(flag);
    expect(unit.unit.events[replace]?.occurrence).toBe(inDays(2));
  });

  it('moving the date does not begin another', () => {
    const unit = new Watched(today, { replaceBy: inDays(10) }).on(today).on(inDays(3), { replaceBy: inDays(50) });
    expect(unit.unit.events[due]).toMatchObject({ occurrence: today, date: inDays(50) });
  });
});

it('a unit taken out of the config closes everything it had open', () => {
  const unit = new Watched(today, { replaceBy: inDays(10), warrantyEnd: inDays(20) })
    .reads({ signals: ['battery.replace'] })
    .retired();
  expect(unit.unit.retiredOn).toBe(today);
  expect([due, 'warranty-expires', replace].map((id) => unit.unit.events[id as EventId]?.closed)).toEqual([
    'removed',
    'removed',
    'removed',
  ]);
  expect(unit.retired().changes).toEqual([]);
});

it('looking again changes nothing', () => {
  const unit = new Watched(today, { warrantyEnd: inDays(20), plan: { kind: 'advanced', end: inDays(-5) } });
  unit.reads({ replaceBy: us(inDays(40)), signals: ['battery.lifetime.near-end', 'battery.replace'] });
  const before = unit.unit;
  expect(unit.on(today).changes).toEqual([]);
  expect(unit.unit).toEqual(before);
});
