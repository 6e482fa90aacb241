import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import { answer } from '../../agent/operations/answer.ts';
import { preview } from '../../agent/operations/preview.ts';
import { followConfig, tick } from '../../agent/operations/reseller.ts';
import { snapshot } from '../../agent/store/memory-store.ts';
import { Bench, customerAddress, down, resellerAddress } from './support.ts';

const day = '2026-06-01';
const inDays = (days: number) => addDays(day, days);
const from = 'ups@customer.example';

async function site(): Promise<Bench> {
  const bench = new Bench(day, [
    { name: 'a', replaceBy: inDays(100), warrantyEnd: inDays(20) },
    { name: 'b', site: 'North', plan: { kind: 'standard', end: inDays(100) } },
  ]);
  await bench.reads('a', { serial: 'AS2128290001', model: 'Smart-UPS 1500' });
  await bench.reads('b', { serial: 'AS2128290002', installed: '03/01/2023' });
  return bench;
}
const play = (bench: Bench, days: number, accepted = false) =>
  preview(bench.desk, { days, accepted, copy: snapshot(bench.store), from });

/** What really comes out when these days pass. */
async function live(bench: Bench, days: number) {
  const passed = bench.mails.length;
  for (let n = 0; n <= days; n += 1) {
    bench.at(inDays(n));
    await tick(bench.desk);
    await bench.morning(inDays(n));
  }
  return bench.mails
    .slice(passed)
    .map(({ day: on, to, words }) => ({ day: on, to, subject: words.subject, text: words.text }));
}

describe('the preview', () => {
  it('is what a real run sends, and leaves the real records alone', async () => {
    const bench = await site();
    await bench.connect();
    await bench.morning(day);
    const before = JSON.stringify(bench.store.list(''));
    const shown = await play(bench, 400);
    expect(JSON.stringify(bench.store.list(''))).toBe(before);
    expect(shown.length).toBeGreaterThan(12);
    expect(shown).toEqual(await live(bench, 400));
  });

  it('tells of an invitation that lapses, and nothing to the reseller', async () => {
    const bench = await site();
    await followConfig(bench.desk);
    await bench.deliver();
    const shown = await play(bench, 30);
    expect(shown.every(({ to }) => to === customerAddress)).toBe(true);
    expect(shown).toEqual(await live(bench, 30));
    expect(bench.state).toBe('expired');
  });

  it('can suppose that the reseller accepts today', async () => {
    const bench = await site();
    await followConfig(bench.desk);
    await bench.deliver();
    const shown = await play(bench, 400, true);
    expect(bench.state).toBe('pending');
    await answer(bench.desk, bench.code(), 'accept', 'code');
    const real = await live(bench, 400);
    const notices = (mails: typeof shown) =>
      mails.filter(({ to }) => to === resellerAddress).map(({ day: on, subject }) => [on, subject]);
    expect(notices(shown)).toEqual(notices(real));
    expect(notices(shown).length).toBeGreaterThan(5);
  });

  it('sends what waits for the mail server', async () => {
    const bench = await site();
    bench.smtp = () => down;
    await bench.morning(day);
    const shown = await play(bench, 1);
    expect(shown.map(({ day: on }) => on)).toEqual([inDays(1)]);
  });
});
