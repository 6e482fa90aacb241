import { describe, expect, it } from 'vitest';
import { addDays, instantAt } from '../../agent/lifecycle/days.ts';
import { builtAt } from '../../agent/version.ts';
import { smartUps } from '../../scripts/simulator/units.ts';
import { customer, printed, reseller, today, World } from './support.ts';

const values = smartUps({
  serial: 'AS3116000021',
  installed: '05/04/2027',
  manufactured: '04/18/2027',
  replaceBy: printed(addDays(today, 5)),
});

async function world(): Promise<World> {
  return await World.open([{ name: 'ups', values }]);
}

/** Several readings and beats go by. */
async function timeGoesBy(site: World): Promise<void> {
  const { asked } = site.simulator.unit('ups');
  await expect.poll(() => site.simulator.unit('ups').asked, { interval: 5 }).toBeGreaterThan(asked + 2);
  for (let n = 0; n < 3; n += 1) await site.agent.beat();
}

const hour = 3_600_000;
const soon = (site: World) => ({ ups: [site.unit('ups')], reseller, intervalMs: 20 });

describe('a clock that is plainly wrong', () => {
  it('before the build: nothing is derived or sent, one line says so, and all comes when it is set', async () => {
    const site = await world();
    site.clock = new Date(Date.parse(builtAt) - 1);
    await site.start(soon(site), { trustClock: true });
    await site.book.until('poll.answers');
    await timeGoesBy(site);
    expect(site.book.of('clock.wrong')).toEqual([expect.stringMatching(/before this program was built/)]);
    expect(site.book.of('clock.wrong')[0], 'trusting would not help').not.toMatch(/--trust-clock/);
    const status = await site.status();
    expect(status).toMatchObject({ clock: expect.stringMatching(/before/), reseller: { state: 'none' } });
    expect(status.ups).toMatchObject([{ ups: 'ups', facts: {}, open: [], poll: { verdict: 'ups' } }]);
    expect(site.sink.mails).toEqual([]);

    await site.at(0);
    await site.book.until('run.done');
    await site.book.until('event.opened');
    expect(site.book.of('clock.right')).toHaveLength(1);
    await site.sink.arrived(2);
    expect(site.mails(reseller), 'the invitation').toHaveLength(1);
    expect(site.mails(customer), 'the run has waited for fresh readings').toHaveLength(1);
    expect(await site.status()).not.toHaveProperty('clock');
  });

  it('over an hour before the last write: suspended while it lasts, at a start and while running', async () => {
    const site = await world();
    await site.start(soon(site));
    await site.sink.arrived(1);
    await site.book.until('mail.sent');
    await site.at(0);
    await site.book.until('run.done');
    await site.book.until('mail.sent', 2);
    const written = site.clock.getTime();

    site.clock = new Date(written - hour);
    await timeGoesBy(site);
    expect(site.book.of('clock.wrong'), 'an hour is borne').toEqual([]);

    site.clock = new Date(written - hour - 1000);
    const facts = JSON.stringify((await site.status()).ups[0]?.facts);
    site.simulator.unit('ups').merge(smartUps({ serial: 'AS3116000021', model: 'Another model' }));
    await timeGoesBy(site);
    expect(site.book.of('clock.wrong')).toEqual([expect.stringMatching(/last written at .*--trust-clock/)]);
    expect(JSON.stringify((await site.status()).ups[0]?.facts)).toBe(facts);

    await site.agent.stop();
    const { lines } = site.book;
    lines.length = 0;
    await site.start({ ...soon(site), reseller: 'new@reseller.example' });
    await site.book.until('poll.answers');
    await timeGoesBy(site);
    expect(site.book.of('clock.wrong')).toHaveLength(1);
    expect(await site.command('reseller status'), 'the config is not followed').toMatchObject({ address: reseller });
    expect(site.mails()).toHaveLength(2);

    site.clock = new Date(written);
    await site.agent.beat();
    await site.sink.arrived(3);
    expect(await site.command('reseller status')).toMatchObject({ state: 'pending', address: 'new@reseller.example' });
    expect(lines.map(({ code }) => code)).toContain('clock.right');
  });

  it('lets no command write, so that the guard stays up', async () => {
    const site = await world();
    await site.start(soon(site));
    await site.sink.arrived(1);
    await site.book.until('mail.sent');
    await site.book.until('event.opened');
    const code = await site.code();
    site.clock = new Date(site.clock.getTime() - 2 * hour);
    for (const [command, args] of [
      ['reseller accept', { code }],
      ['reseller accept', { code: '0000-0000' }],
      ['reseller decline', { code }],
      ['reseller invite', {}],
      ['reseller cancel', {}],
      ['reseller disconnect', {}],
      ['battery-replaced', { name: 'ups' }],
      ['remind', { name: 'ups', event: 'battery-replacement-due' }],
    ] as const) {
      await expect(site.command(command, args), command).rejects.toMatchObject({ code: 'clock-wrong' });
    }
    for (const command of ['status', 'events', 'preview', 'reseller status']) await site.command(command);
    await timeGoesBy(site);
    expect(site.book.of('clock.wrong')).toHaveLength(1);
    site.clock = new Date(site.clock.getTime() + 2 * hour);
    expect(await site.command('reseller accept', { code })).toMatchObject({ state: 'confirmed' });
  });

  it('can be trusted once after the clock was far ahead: daily runs go on from the right day', async () => {
    const site = await world();
    site.clock = new Date(instantAt(addDays(today, 700), '09:00', 'Europe/Berlin'));
    await site.start(soon(site));
    await site.book.until('run.done');
    await site.agent.stop();

    site.clock = new Date(instantAt(today, '09:00', 'Europe/Berlin'));
    await site.start(soon(site), { trustClock: true });
    await site.book.until('run.done', 2);
    expect(site.book.of('run.done').at(-1)).toContain(today);
    expect(site.book.of('clock.wrong')).toEqual([]);
    await site.agent.stop();

    site.clock = new Date(instantAt(addDays(today, 1), '09:00', 'Europe/Berlin'));
    await site.start(soon(site));
    await site.book.until('run.done', 3);
    expect(site.book.of('clock.wrong'), 'once is enough').toEqual([]);
    expect(site.book.of('clock.trusted')).toHaveLength(1);
  });
});
