import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { headline } from '../../agent/cli/print.ts';
import { addDays } from '../../agent/lifecycle/days.ts';
import { smartUps } from '../../scripts/simulator/units.ts';
import { printed, reseller, subjectOf, today, type Words, World } from './support.ts';

const unit = (serial: string, days: number) =>
  smartUps({ serial, installed: '05/04/2027', manufactured: '04/18/2027', replaceBy: printed(addDays(today, days)) });

async function threeUnits(): Promise<World> {
  return await World.open([
    { name: 'one', community: 'c1', values: unit('AS3116000011', 5) },
    { name: 'two', community: 'c2', values: unit('AS3116000012', 5) },
    { name: 'three', community: 'c3', values: unit('AS3116000013', 5) },
  ]);
}

describe('reload', () => {
  it('follows units that were added, changed and taken out', async () => {
    const world = await threeUnits();
    await world.start({ ups: [world.unit('one'), world.unit('two')] });
    await world.book.until('event.opened', 2);
    const words = { ups: [world.unit('two', '    site: Hall 2'), world.unit('three')] };
    await world.agent.reload(await world.config(words));
    await world.book.until('event.opened', 3);
    const status = await world.status();
    expect(status.ups.map(({ ups, site, open }) => [ups, site, open])).toEqual([
      ['two', 'Hall 2', ['battery-replacement-due']],
      ['three', undefined, ['battery-replacement-due']],
    ]);
    await world.at(0);
    await world.book.until('run.done');
    await world.book.until('mail.sent');
    const [mail] = world.sink.mails;
    expect(mail?.parsed.text).toMatch(/Hall 2/);
    expect(mail?.parsed.text).toMatch(/AS3116000013/);
    expect(mail?.parsed.text, 'what is not watched is not told').not.toMatch(/AS3116000011/);

    const { asked } = world.simulator.unit('one');
    await world.agent.reload(await world.config(words));
    await world.book.until('poll.answers', 6);
    expect(world.simulator.unit('one').asked, 'it is not read any more').toBe(asked);
    await world.at(1);
    await world.book.until('run.done', 2);
    expect(world.sink.mails, 'a reload tells nothing twice').toHaveLength(1);
  });

  it('reads a unit whose address changed at its new one', async () => {
    const world = await threeUnits();
    await world.start({ ups: [world.unit('one')] });
    await world.book.until('poll.answers');
    const before = world.simulator.unit('one').asked;
    await world.agent.reload(await world.config({ ups: [world.unit('two').replace('name: two', 'name: one')] }));
    await world.book.until('ups.exchanged');
    expect(world.simulator.unit('one').asked).toBe(before);
    expect((await world.status()).ups[0]?.facts['device.serial']?.value).toBe('AS3116000012');
  });

  it('disconnects from the old reseller, invites the new one, and forgets one that is taken out', async () => {
    const world = await threeUnits();
    const words: Words = { ups: [world.unit('one')], reseller };
    await world.start(words);
    await world.sink.arrived(1);
    await world.command('reseller accept', { code: await world.code() });
    await world.sink.arrived(2);

    await world.agent.reload(await world.config({ ...words, reseller: ' Sales@RESELLER.example '.trim() }));
    await world.agent.beat();
    expect(
      await world.command('reseller status'),
      'another spelling of the part before the @ is another one',
    ).toMatchObject({ state: 'pending', address: 'Sales@reseller.example' });
    await world.sink.arrived(3);
    await world.agent.reload(await world.config({ ...words, reseller: 'other@reseller.example' }));
    const [, , , invitation] = await world.sink.arrived(4);
    expect(invitation?.to).toEqual(['other@reseller.example']);
    expect(await world.command('reseller status')).toMatchObject({
      state: 'pending',
      address: 'other@reseller.example',
    });
    await world.at(0);
    await world.book.until('run.done');
    expect(world.mails(reseller), 'the old one gets nothing more').toHaveLength(1);
    expect(world.mails('other@reseller.example'), 'nor the new one who has not accepted').toHaveLength(1);

    const { reseller: _gone, ...without } = words;
    await world.agent.reload(await world.config(without));
    await world.agent.beat();
    const gone = await world.command('reseller status');
    expect(gone).toMatchObject({ state: 'cancelled' });
    expect(gone).not.toHaveProperty('address');
    await world.agent.reload(await world.config({ ...words, reseller: 'other@reseller.example' }));
    await world.agent.beat();
    expect(await world.command('reseller status'), 'named again is invited again').toMatchObject({ state: 'pending' });
  });

  it('does nothing to the connection while the address stays the same', async () => {
    const world = await threeUnits();
    const words = { ups: [world.unit('one')], reseller };
    await world.start(words);
    await world.sink.arrived(1);
    await world.command('reseller decline', { code: await world.code() });
    for (const spelling of [reseller, 'sales@RESELLER.example']) {
      await world.agent.reload(await world.config({ ...words, reseller: spelling }));
      await world.agent.beat();
    }
    expect(await world.command('reseller status')).toMatchObject({ state: 'declined' });
    expect(world.mails(reseller)).toHaveLength(1);
  });

  it('keeps the old config when the new one cannot be used', async () => {
    const world = await threeUnits();
    await world.start({ ups: [world.unit('one')], reseller });
    await world.book.until('poll.answers');
    await world.sink.arrived(1);
    const config = await world.config({ ups: [world.unit('two')] });
    const { mail } = config;
    if (mail === undefined) throw new Error('the config has no mail');
    const broken = { ...config, mail: { ...mail, caFile: join(world.folder, 'gone.pem') } };
    await expect(world.agent.reload(broken)).rejects.toThrow(/mail\.caFile/);
    const { asked } = world.simulator.unit('one');
    expect((await world.status()).ups.map(({ ups }) => ups)).toEqual(['one']);
    await world.command('poll', { name: 'one' });
    expect(world.simulator.unit('one').asked, 'the old units are still read').toBeGreaterThan(asked);
    expect(await world.command('reseller status')).toMatchObject({ state: 'pending' });
    await world.agent.reload(config);
    expect(
      (await world.status()).ups.map(({ ups }) => ups),
      'a good one is taken afterwards',
    ).toEqual(['two']);
  });

  it('comes out right when asked twice at once', async () => {
    const world = await threeUnits();
    await world.start({ ups: [world.unit('one')] });
    await world.book.until('poll.answers');
    const second = await world.config({ ups: [world.unit('two')] });
    const third = await world.config({ ups: [world.unit('three')] });
    await Promise.all([world.agent.reload(second), world.agent.reload(third)]);
    await world.book.until('config.reloaded', 2);
    await world.command('poll', { name: 'three' });
    expect((await world.status()).ups.map(({ ups }) => ups)).toEqual(['three']);
    const { asked } = world.simulator.unit('two');
    await world.book.until('event.opened', 2);
    expect(world.simulator.unit('two').asked).toBe(asked);
    expect(world.book.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('ends with the agent that is stopped meanwhile', async () => {
    const world = await threeUnits();
    await world.start({ ups: [world.unit('one')] });
    await world.book.until('poll.answers');
    const config = await world.config({ ups: [world.unit('two')] });
    const reloading = world.agent.reload(config);
    await world.agent.stop();
    await reloading;
    await world.agent.reload(config);
    const { asked } = world.simulator.unit('two');
    expect(world.book.lines.at(-1)?.code).toBe('agent.stopped');
    expect(world.timersLeft(), 'nothing goes on behind a stopped agent').toEqual([]);
    expect(world.simulator.unit('two').asked).toBe(asked);
  });

  it('says that another stateDir needs a restart, and stays where it is', async () => {
    const world = await threeUnits();
    await world.start({ ups: [world.unit('one')] });
    await world.agent.reload(await world.config({ ups: [world.unit('one')], stateDir: 'elsewhere' }));
    const words = expect.stringContaining(
      `Restart needed: stateDir is ${join(world.folder, 'elsewhere')} in the config`,
    );
    expect(world.book.of('config.restart-needed')).toEqual([words]);
    const status = await world.status();
    expect(status.notInForce).toEqual([words]);
    expect(headline(status), 'the service manager shows it first').toMatch(/^Restart needed: stateDir .* UPS answer/);
    const { path } = (await world.command('backup')) as { path: string };
    expect(path, 'what is written goes where the state is').toContain(join(world.folder, 'state'));

    await world.agent.reload(await world.config({ ups: [world.unit('one')] }));
    expect((await world.status()).notInForce, 'it was put right in the file').toBeUndefined();
  });

  it('lets a mail on the wire arrive once', async () => {
    let reached: () => void = () => {};
    const begun = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const world = await World.open([{ name: 'one', values: unit('AS3116000011', 5) }], {
      onFrom: () => void reached(),
    });
    await world.start({ ups: [world.unit('one')], reseller });
    await begun;
    await world.agent.reload(await world.config({ ups: [world.unit('one')], reseller }));
    await world.book.until('mail.sent');
    expect(world.book.of('mail.deferred')).toEqual([]);
    expect(world.sink.mails.map(subjectOf)).toHaveLength(1);
  });

  it('takes another hour of the daily run', async () => {
    const world = await threeUnits();
    const words = { ups: [world.unit('one')] };
    await world.start(words);
    await world.book.until('event.opened');
    await world.agent.reload(await world.config({ ...words, sendAt: '14:30' }));
    await world.at(0, '14:29');
    await world.command('status');
    expect(world.book.of('run.done')).toEqual([]);
    await world.at(0, '14:30');
    await world.book.until('run.done');
  });
});
