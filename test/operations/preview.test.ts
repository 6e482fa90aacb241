import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { invitationWords } from '../../agent/delivery/codes.ts';
import { addDays } from '../../agent/lifecycle/days.ts';
import type { Day } from '../../agent/lifecycle/model.ts';
import { present } from '../../agent/lifecycle/present.ts';
import { answer } from '../../agent/operations/answer.ts';
import { preview } from '../../agent/operations/preview.ts';
import { connectionOf, followConfig, tick } from '../../agent/operations/reseller.ts';
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
  it('shows no code that opens anything, though the invitation still waits', async () => {
    const bench = await site();
    bench.smtp = () => down;
    await followConfig(bench.desk);
    const [invitation] = await play(bench, 0);
    expect(invitation?.to).toBe(resellerAddress);
    const { code, token } = invitationWords(bench.store, connectionOf(bench.store).id);
    expect(invitation?.text).toMatch(/[0-9A-Z]{4}-[0-9A-Z]{4}/);
    expect(invitation?.text).not.toContain(code);
    expect(invitation?.text).not.toContain(token);
  });

  it('of an accepted invitation sends none', async () => {
    const bench = await site();
    await followConfig(bench.desk);
    expect((await play(bench, 0, true)).map(({ text }) => /code/.test(text))).not.toContain(true);
  });

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

describe('the preview of any site', () => {
  const near = fc.integer({ min: -120, max: 200 }).map(inDays);
  const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const printed = (date: Day): string => `${date.slice(5, 7)}/${date.slice(8)}/${date.slice(0, 4)}`;
  const old = fc.integer({ min: -1700, max: -1 }).map(inDays);
  const unit = fc.record({
    config: fc.record(
      {
        installed: fc.oneof(old, near),
        replaceBy: near,
        warrantyEnd: near,
        plan: fc.record({ kind: fc.constantFrom('advanced', 'standard'), end: near }),
      },
      { requiredKeys: [] },
    ),
    installed: some(fc.oneof(old, near)),
    replaceBy: some(near),
    made: some(fc.oneof(old, near)),
    cartridge: some(fc.record({ installed: fc.oneof(old, near), replaceBy: near })),
    signals: fc.subarray([
      'battery.replace|indicator',
      'battery.lifetime.near-end|health',
      'battery.needs-replacement|status',
    ]),
    swapped: some(fc.integer({ min: -20, max: 0 }).map(inDays)),
  });

  it('is what a real run sends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(unit, { minLength: 1, maxLength: 2 }), fc.boolean(), async (units, ranToday) => {
        const bench = new Bench(
          day,
          units.map(({ config }, n) => ({ name: `u${n}`, ...present(config) }) as never),
        );
        for (const [n, { installed, replaceBy, made, cartridge, signals, swapped }] of units.entries()) {
          await bench.reads(`u${n}`, {
            serial: `ZZ${n}`,
            signals,
            ...present({
              installed: installed && printed(installed),
              replaceBy: replaceBy && printed(replaceBy),
              made: made && printed(made),
              cartridges: cartridge && [
                {
                  pack: 0,
                  cartridge: 1,
                  installed: printed(cartridge.installed),
                  replaceBy: printed(cartridge.replaceBy),
                },
              ],
            }),
          });
          if (swapped) await bench.units.batteryReplaced(`u${n}`, swapped);
        }
        await bench.connect();
        if (ranToday) await bench.morning(day);
        const shown = await play(bench, 200);
        expect(shown).toEqual(await live(bench, 200));
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});
