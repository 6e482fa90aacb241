import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addMonths } from '../../../agent/lifecycle/days.ts';
import { smartUps } from '../../../scripts/simulator/units.ts';
import { Place } from './support.ts';

let place: Place;

beforeAll(async () => {
  place = await Place.open([{ name: 'hall', values: {} }]);
  place.simulator.unit('hall').merge(smartUps({ manufactured: place.printed(-1500) }));
  await place.write('', [`{ name: hall, ${place.snmp('hall')} }`]);
});
afterAll(() => place.close());

describe('dates from the command line', { timeout: 60_000 }, () => {
  it('are entered, listed, confirmed and withdrawn', async () => {
    const [installed, end, plan] = [place.day(-1000), place.day(400), place.day(30)];
    const replaceBy = addMonths(installed, 48);
    const entered = await place.cli(
      ['set', 'hall', '--installed', installed, '--warranty-end', end, '--plan', `standard:${plan}`],
      {},
    );
    expect(entered).toEqual({
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
    const dates = await place.cli(['dates']);
    expect(dates.stdout).toBe(
      [
        'UPS   DATE        STATE      AS KNOWN    WHY',
        `hall  replace by  estimated  ${replaceBy}  ${installed} + 48 months`,
        '',
      ].join('\n'),
    );
    await place.cli(['set', 'hall', '--confirm', 'replace-by', '--clear', 'plan', 'warranty-end']);
    expect(await place.json('dates')).toMatchObject([{ ups: 'hall', key: 'warrantyEnd', state: 'missing' }]);
    expect(await place.json('events')).toEqual([]);
  });

  it('are refused with the reason', async () => {
    const refused = await place.cli(['set', 'hall', '--installed', place.day(1), '--replace-by', 'soon']);
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr:
        'upsteward: hall: installed: it lies in the future. replace-by: "soon" is no day; write it as YYYY-MM-DD\n',
    });
    expect((await place.cli(['set', 'hall'])).stderr).toMatch(/say what to enter, to confirm or to clear/);
    expect((await place.cli(['set', 'hall', '--plan', 'gold'])).stderr).toMatch(/"gold" is no plan/);
    expect((await place.cli(['set', 'hall', '--confirm', 'all'])).code).toBe(2);
    expect((await place.cli(['set', 'attic', '--clear', 'plan'])).stderr).toMatch(/no UPS named "attic"/);
  });
});
