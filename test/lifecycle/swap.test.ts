import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import { brief } from './support.ts';
import { Watched } from './unit-support.ts';

const today = '2026-06-01';
const inDays = (days: number) => addDays(today, days);
const due = 'battery-replacement-due';
const exceeded = 'battery-end-of-life-exceeded';
const needs = 'battery-needs-replacement';
const replace = 'replace-battery';
const old = { made: '01/02/2021', installed: '02/03/2021', replaceBy: '05/01/2026' };
const alarms = [
  'battery.needs-replacement',
  'battery.lifetime.near-end',
  'battery.replace|self-test',
  'battery.replace',
];

const replaceBy = (unit: Watched) => brief(unit.unit.facts['battery.date.maintenance']);
const installed = (unit: Watched) => brief(unit.unit.facts['battery.date']);

describe('a swap that the UPS shows', () => {
  it('closes what is open about the battery, and counts the estimate from its day', () => {
    const unit = new Watched(today).reads({ ...old, signals: alarms });
    expect([unit.event(exceeded), unit.event(needs), unit.event(replace)]).toEqual([
      'open 2026-05-01 date',
      'open - flag',
      'open - flag',
    ]);
    unit.reads({ ...old, installed: '05/30/2026', signals: alarms });
    expect(unit.last?.swap).toMatchObject({ day: '2026-05-30', seenOn: today, source: 'ups' });
    expect([installed(unit), replaceBy(unit)]).toEqual(['2026-05-30 ups', '2030-05-30 estimate']);
    expect([unit.event(exceeded), unit.event(needs), unit.event(replace)]).toEqual([
      'swap 2026-05-01 date',
      'swap - flag',
      'swap - flag',
    ]);
  });

  it('needs two readings', () => {
    const unit = new Watched(today).reads(old).readsOnce({ ...old, installed: '05/30/2026' });
    expect(unit.last?.swap).toBeUndefined();
    expect(unit.event(exceeded)).toBe('open 2026-05-01 date');
  });

  it.each([
    ['the date in another form', '2021-02-03'],
    ['an earlier date', '01/31/2021'],
    ['a date to come', '06/02/2026'],
    ['the manufacture date', '01/02/2021'],
    ['nothing', 'Unknown'],
  ])('is not %s', (_name, text) => {
    const unit = new Watched(today).reads(old).reads({ ...old, installed: text });
    expect(unit.unit.swap).toBeUndefined();
  });

  it('is not an ambiguous date that turns out to be day first', () => {
    const unit = new Watched(today).reads({ installed: '05-10-2022' }).reads({ installed: '2022-10-05' });
    expect(installed(unit)).toBe('2022-10-05 ups');
    expect(unit.unit.swap).toBeUndefined();
  });

  it('is also the first date that anybody set', () => {
    const unit = new Watched(today)
      .reads({ ...old, installed: '01/02/2021' })
      .reads({ ...old, installed: '05/30/2026' });
    expect(unit.unit.swap?.day).toBe('2026-05-30');
  });

  it('makes a replace-by of the config void until it is changed', () => {
    const unit = new Watched(today, { replaceBy: '2026-06-20' }).reads(old);
    expect(unit.event(due)).toBe('open 2026-06-20 date');
    unit.reads({ ...old, installed: '05/30/2026' });
    expect([unit.event(due), replaceBy(unit)]).toEqual(['swap 2026-06-20 date', '2030-05-30 estimate']);
    unit.on(today, { replaceBy: '2029-06-20' });
    expect(replaceBy(unit)).toBe('2029-06-20 config');
  });

  it('leaves the replace-by that the UPS has worked out for the new battery', () => {
    const unit = new Watched(today).reads(old).reads({ ...old, installed: '05/30/2026', replaceBy: '06/30/2031' });
    expect(replaceBy(unit)).toBe('2031-06-30 ups');
  });

  it('of one cartridge of two leaves the other due', () => {
    const rows = (first: string) => [
      { pack: 0, cartridge: 1, installed: first, replaceBy: '05/01/2026' },
      { pack: 1, cartridge: 1, installed: '02/03/2021', replaceBy: '06/25/2026' },
    ];
    const unit = new Watched(today).reads({ cartridges: rows('02/03/2021') });
    unit.reads({ cartridges: rows('05/30/2026') });
    expect(unit.unit.swap).toBeUndefined();
    expect(installed(unit)).toBe('2021-02-03 ups');
  });

  it('of the whole makes void what its cartridges say without a date of their own', () => {
    const cartridges = [{ pack: 0, cartridge: 1, replaceBy: '06/25/2026' }];
    const unit = new Watched(today).reads({ installed: '02/03/2021', cartridges });
    expect(unit.event(due)).toBe('open 2026-06-25 date');
    unit.reads({ installed: '05/30/2026', cartridges });
    expect([unit.event(due), replaceBy(unit)]).toEqual(['swap 2026-06-25 date', '2030-05-30 estimate']);
    expect(unit.unit.facts['battery.cartridges']?.value).toEqual([{ pack: 0, cartridge: 1 }]);
  });
});

describe('a swap that the customer tells of', () => {
  const said = { ...old, signals: alarms };
  const told = () => new Watched(today, { replaceBy: '2026-06-20' }).reads(said).swapped('2026-05-20');

  it('makes everything older void', () => {
    const unit = told();
    expect([installed(unit), replaceBy(unit)]).toEqual(['2026-05-20 customer', '2030-05-20 estimate']);
    expect([unit.event(due), unit.event(needs), unit.event(replace)]).toEqual([
      'swap 2026-06-20 date+flag',
      'swap - flag',
      'swap - flag',
    ]);
    expect(unit.unit.facts['battery.replace']?.value).toBe(false);
  });

  it('is no news when its day is written to the UPS later', () => {
    const unit = told().reads({ ...said, replaceBy: '05/01/2026', installed: '05/20/2026' });
    expect(unit.last?.swap).toBeUndefined();
    expect(unit.unit.swap).toMatchObject({ source: 'customer', day: '2026-05-20' });
    unit.reads({ ...said, installed: '05/28/2026' });
    expect(unit.unit.swap).toMatchObject({ source: 'ups', day: '2026-05-28' });
  });

  it.each([
    ['as it was written', '05/20/2026'],
    ['as another day', '05/28/2026'],
    ['not at all', '02/03/2021'],
  ])('is the same one when we wrote its day to the UPS, which shows it %s', (_how, shown) => {
    const unit = new Watched(today).reads(said).swapped('2026-05-20', true);
    expect(unit.last?.swap).toMatchObject({ source: 'customer', writtenOn: today });
    unit.reads({ ...said, installed: shown });
    expect(unit.last?.swap).toBeUndefined();
    expect(unit.unit.swap).toMatchObject({ source: 'customer', day: '2026-05-20' });
    expect([unit.event(due), unit.event(exceeded), unit.event(needs), unit.event(replace)]).toEqual([
      undefined,
      'swap 2026-05-01 date',
      'swap - flag',
      'swap - flag',
    ]);
    expect(unit.changes).toEqual([]);
  });

  it.each([
    [29, 'customer'],
    [30, 'ups'],
  ])('%i days after it was written, a later date on the UPS is a swap seen by the %s', (days, source) => {
    const unit = new Watched(today).reads(said).swapped('2026-05-20', true).on(inDays(days));
    unit.reads({ ...said, installed: '06/15/2026' });
    expect(unit.unit.swap?.source).toBe(source);
  });

  it('takes the old dates off the list of cartridges', () => {
    const cartridges = [{ pack: 0, cartridge: 1, installed: '02/03/2021', replaceBy: '05/01/2026', part: 'RBC1' }];
    const unit = new Watched(today).reads({ cartridges }).swapped('2026-05-20');
    expect(unit.unit.facts['battery.cartridges']?.value).toEqual([{ pack: 0, cartridge: 1, part: 'RBC1' }]);
    const renewed = [{ ...cartridges[0], pack: 0, cartridge: 1, installed: '05/21/2026', replaceBy: '05/21/2031' }];
    unit.reads({ cartridges: renewed });
    expect(unit.unit.facts['battery.cartridges']?.value).toEqual([
      { pack: 0, cartridge: 1, installed: '2026-05-21', replaceBy: '2031-05-21', part: 'RBC1' },
    ]);
  });

  it.each([
    [29, false],
    [30, true],
  ])('after %i days needs replacement and the replace indicator that are still on open anew: %s', (days, again) => {
    const unit = told().on(inDays(days)).reads(said);
    expect(unit.event(needs)).toBe(again ? 'open - flag' : 'swap - flag');
    expect(unit.event(replace)).toBe(again ? 'open - flag' : 'swap - flag');
    expect(unit.event(due)).toBe('swap 2026-06-20 date+flag');
  });

  it('an alarm that fell silent after the swap is not brought back by the 30 days', () => {
    const unit = new Watched(today)
      .reads({ signals: ['battery.replace'] })
      .swapped(today)
      .reads({ signals: [] })
      .on(inDays(40))
      .reads({ signals: [] });
    expect(unit.event(replace)).toBe('swap - flag');
    unit.reads({ signals: ['battery.replace'] });
    expect(unit.event(replace)).toBe('open - flag');
  });

  it('a lifetime flag and a failed test stay void until they change', () => {
    const stuck = ['battery.lifetime.near-end', 'battery.lifetime.measured-near-end', 'battery.replace|self-test'];
    const unit = new Watched(today)
      .reads({ signals: stuck })
      .swapped('2026-05-20')
      .on(inDays(300))
      .reads({ signals: stuck });
    expect([unit.event(due), unit.event(needs), unit.event(replace)]).toEqual([
      'swap - flag',
      'swap - flag',
      'swap - flag',
    ]);
    unit.reads({ signals: stuck.map((signal) => `!${signal}`) }).reads({ signals: stuck });
    expect([unit.event(due), unit.event(needs), unit.event(replace)]).toEqual([
      'open 2030-05-20 flag',
      'open - flag',
      'open - flag',
    ]);
  });

  it('an alarm that comes up after it counts at once', () => {
    const unit = new Watched(today).reads({ signals: ['battery.replace'] }).swapped('2026-05-20');
    unit.reads({ signals: ['battery.replace', 'battery.packs.bad'] });
    expect([unit.event(replace), unit.event(needs)]).toEqual(['swap - flag', 'open - flag']);
  });

  it('leaves warranty and plan alone', () => {
    const unit = new Watched(today, { warrantyEnd: inDays(20), plan: { kind: 'standard', end: inDays(-2) } });
    unit.on(today).swapped(today);
    expect(unit.event('warranty-expires')).toBe(`open ${inDays(20)} date`);
    expect(unit.event('standard-plan-expired')).toBe(`open ${inDays(-2)} date`);
  });
});
