import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import { dailyRun, runIsDue } from '../../agent/operations/daily.ts';
import { Bench, customerAddress, resellerAddress } from './support.ts';

const day = '2026-06-01';
const inDays = (days: number) => addDays(day, days);

/** A site whose one UPS, `rack`, must have its battery replaced in so many days. */
async function site(days: number, rest: ConstructorParameters<typeof Bench>[2] = {}): Promise<Bench> {
  const bench = new Bench(day, [{ name: 'rack', replaceBy: inDays(days) }], rest);
  await bench.reads('rack', { serial: 'AS2128296401', model: 'Smart-UPS 1500' });
  return bench;
}
/** The days on which a mail with notices came, as days from the first. */
const days = (bench: Bench, to?: string) =>
  bench.notices(to).map((mail) => Math.round((Date.parse(mail.day) - Date.parse(day)) / 86_400_000));

describe('the daily run', () => {
  it('is due once a day, from the site’s hour on', async () => {
    const bench = await site(30);
    expect(runIsDue(bench.at(day, '07:59').desk)).toBe(false);
    expect(runIsDue(bench.at(day, '08:00').desk)).toBe(true);
    expect(await bench.morning(day)).toEqual({ ran: true, notices: 1 });
    expect(runIsDue(bench.at(day, '23:59').desk)).toBe(false);
    expect(await bench.morning(day)).toEqual({ ran: false, notices: 0 });
    expect(runIsDue(bench.at(inDays(1), '07:59').desk)).toBe(false);
    expect(runIsDue(bench.at(inDays(1), '08:00').desk)).toBe(true);
    expect(bench.notices()).toHaveLength(1);
  });

  it('tells the sequence to the customer and to the reseller, one mail a day each', async () => {
    const bench = await site(91);
    await bench.connect();
    for (let n = 0; n <= 100; n += 1) await bench.morning(inDays(n));
    expect(days(bench, customerAddress)).toEqual([1, 61, 84, 91]);
    expect(days(bench, resellerAddress)).toEqual([1, 61, 84, 91]);
    expect(new Set(bench.mails.map(({ id }) => id)).size).toBe(8);
    expect(bench.ledger()).toEqual([
      'battery-end-of-life-exceeded 0 customer told',
      'battery-end-of-life-exceeded 0 reseller told',
      'battery-replacement-due 30 customer told',
      'battery-replacement-due 7 customer told',
      'battery-replacement-due 90 customer told',
      'battery-replacement-due 30 reseller told',
      'battery-replacement-due 7 reseller told',
      'battery-replacement-due 90 reseller told',
    ]);
  });

  it('gathers everything that is due on a day, grouped by site', async () => {
    const bench = new Bench(day, [
      { name: 'a', site: 'South', warrantyEnd: inDays(30) },
      { name: 'b', site: 'North', warrantyEnd: inDays(7), replaceBy: inDays(-3) },
      { name: 'c', warrantyEnd: inDays(90) },
    ]);
    for (const name of ['a', 'b', 'c']) await bench.units.missed(name);
    await bench.morning(day);
    expect(bench.notices()).toHaveLength(1);
    const text = bench.notices()[0]?.words.text ?? '';
    const places = ['North', 'South', 'c'].map((word) => text.indexOf(`\n${word}`));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('follows an earlier mail about the same event', async () => {
    const bench = await site(30);
    await bench.morning(day);
    await bench.morning(inDays(23));
    await bench.morning(inDays(30));
    const [first, second, third] = bench.notices();
    expect(first?.envelope.earlier).toEqual([]);
    expect(second?.envelope.earlier).toEqual([first?.id]);
    // End of Life Exceeded follows Replacement Due.
    expect(third?.envelope.earlier).toEqual([first?.id, second?.id]);
  });

  it('collapses what was missed while the agent was off', async () => {
    const bench = await site(100);
    await bench.morning(inDays(10));
    await bench.morning(inDays(95));
    await bench.morning(inDays(300));
    expect(bench.ledger()).toEqual([
      'battery-end-of-life-exceeded 0 late customer told',
      'battery-replacement-due 7 late customer told',
      'battery-replacement-due 90 customer told',
    ]);
  });

  it('tells the flag without a date, and the date later', async () => {
    const bench = await site(200);
    await bench.reads('rack', { signals: ['battery.lifetime.near-end'] });
    await bench.morning(day);
    await bench.morning(inDays(110));
    expect(bench.ledger()).toEqual([
      'battery-replacement-due 90 customer told',
      'battery-replacement-due now customer told',
    ]);
    const [flag, date] = bench.notices();
    expect(flag?.words.subject).not.toContain('days left');
    expect(date?.words.text).toContain('18 December 2026');
  });

  it('tells nothing of a doubtful date', async () => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    await bench.connect();
    await bench.reads('rack', { made: '01/01/2022', installed: '01/01/2022', replaceBy: '06/10/20<6' });
    await bench.morning(day);
    expect(bench.ledger()).toEqual([]);
    expect(bench.notices()).toEqual([]);
  });

  it('sends no copy to a customer who wants none', async () => {
    const bench = await site(30, { copyNotices: false });
    await bench.connect();
    await bench.morning(day);
    expect(bench.notices().map(({ to }) => to)).toEqual([resellerAddress]);
  });
});

it('an event that closes and opens before anybody was told goes on', async () => {
  const bench = await site(300);
  await bench.reads('rack', { signals: ['battery.replace'] });
  await bench.morning(day);
  await bench.at(day, '22:00').reads('rack', { signals: ['!battery.replace'] });
  await bench.at(inDays(1), '03:00').reads('rack', { signals: ['battery.replace'] });
  await bench.morning(inDays(1));
  expect(bench.ledger()).toEqual(['replace-battery now customer told']);
  await bench.at(inDays(1), '22:00').reads('rack', { signals: ['!battery.replace'] });
  await bench.morning(inDays(2));
  expect(bench.ledger()).toEqual(['replace-battery now customer told', 'replace-battery resolved customer told']);
  expect((await dailyRun(bench.desk, bench.units)).ran).toBe(false);
});
