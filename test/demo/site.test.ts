import { expect, it } from 'vitest';
import { addDays, addMonths } from '../../agent/lifecycle/days.ts';
import { deriveFacts } from '../../agent/lifecycle/facts.ts';
import type { Day, Facts } from '../../agent/lifecycle/model.ts';
import { type DemoUnit, demoUnits } from '../../scripts/demo/site.ts';
import { oids } from '../../scripts/simulator/units.ts';
import { heard, unitConfig } from '../lifecycle/support.ts';

/** What the agent would know of a unit from its first reading. */
function factsOf({ card }: DemoUnit, today: Day): Facts {
  const field = (key: string, oid: string) => {
    const raw = card.values[oid];
    return typeof raw === 'string' ? [[key, { field: { value: raw, raw }, since: today }]] : [];
  };
  const fields = Object.fromEntries([
    ...field('device.serial', oids.serial),
    ...field('ups.mfr.date', oids.manufactured),
    ...field('battery.date', oids.installed),
    ...field('battery.date.maintenance', oids.replaceBy),
  ]);
  return deriveFacts({ heard: heard({ fields, signals: {} }), config: unitConfig({ name: card.name }), today });
}

it('the dates of the demo are what they are there to show, on whichever day it is played', () => {
  const wrong: string[] = [];
  for (let day = '2026-11-01'; day < '2030-01-01'; day = addDays(day, 5)) {
    for (const unit of demoUnits(day)) {
      const { 'battery.date': installed, 'battery.date.maintenance': replaceBy } = factsOf(unit, day);
      const doubtful = [installed, replaceBy].some((fact) => fact?.confidence === 'doubtful');
      const soon = replaceBy !== undefined && replaceBy.value <= addMonths(day, 3);
      const due = unit.shows.includes('battery-replacement-due') || unit.shows.includes('battery-end-of-life-exceeded');
      if (doubtful !== (unit.shows === 'doubtful') || (soon && !due && !doubtful)) {
        wrong.push(`${day} ${unit.card.name}: ${JSON.stringify({ installed, replaceBy })}`);
      }
    }
  }
  expect(wrong.slice(0, 3)).toEqual([]);
});
