import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDates } from '../../../agent/cli/dates.ts';
import { addFacts } from '../../../agent/cli/facts.ts';
import { addMonths } from '../../../agent/lifecycle/days.ts';
import { smartUps } from '../../../scripts/simulator/units.ts';
import { Place, typed } from './support.ts';

let place: Place;

beforeAll(async () => {
  place = await Place.open([{ name: 'hall', values: {} }]);
  place.simulator.unit('hall').merge(smartUps({ manufactured: place.printed(-1500) }));
  await place.write('', [`{ name: hall, ${place.snmp('hall')} }`]);
});
afterAll(() => place.close());

const facts = (...words: string[]): Promise<string> => typed(place, addFacts, ...words);
const dates = (...words: string[]): Promise<string> => typed(place, addDates, ...words);

describe('dates from the command line', { timeout: 60_000 }, () => {
  it('are entered, listed, confirmed and withdrawn', async () => {
    const [installed, end, plan] = [place.day(-1000), place.day(400), place.day(30)];
    const replaceBy = addMonths(installed, 48);
    const set = ['set', 'hall', '--installed', installed, '--warranty-end', end, '--plan', `standard:${plan}`];
    expect(await place.cli(set)).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        'hall',
        `installed     ${installed}           (customer)`,
        `replace by    ${replaceBy}           (estimate)`,
        `warranty end  ${end}           (customer)`,
        `plan end      standard ${plan}  (customer)`,
        '',
      ].join('\n'),
    });
    expect(await dates('dates')).toBe(
      [
        'UPS   DATE        STATE      AS KNOWN    WHY',
        `hall  replace by  estimated  ${replaceBy}  ${installed} + 48 months`,
        '',
      ].join('\n'),
    );
    expect(await facts('set', 'hall', '--confirm', 'replace-by', '--clear', 'plan', 'warranty-end')).toMatch(
      new RegExp(`replace by +${replaceBy} +\\(customer\\)\nwarranty end +-\nplan end +-\n`),
    );
    expect(JSON.parse(await dates('dates', '--json'))).toMatchObject([
      { ups: 'hall', key: 'warrantyEnd', state: 'missing' },
    ]);
  });

  it('are refused with the reason', async () => {
    const refused = await place.cli(['set', 'hall', '--installed', place.day(1), '--replace-by', 'soon']);
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr:
        'upsteward: hall: installed: it lies in the future. replace-by: "soon" is no day; write it as YYYY-MM-DD\n',
    });
    await expect(facts('set', 'hall')).rejects.toThrow(/say what to enter, to confirm or to clear/);
    await expect(facts('set', 'hall', '--plan', 'gold')).rejects.toThrow(/"gold" is no plan/);
    await expect(facts('set', 'hall', '--confirm', 'all')).rejects.toThrow(/Allowed choices are installed/);
    await expect(facts('set', 'attic', '--clear', 'plan')).rejects.toThrow(/no UPS named "attic"/);
  });
});
