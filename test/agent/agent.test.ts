import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Agent } from '../../agent/agent.ts';
import { takeControlBriefly } from '../../agent/control/server.ts';
import { addDays } from '../../agent/lifecycle/days.ts';
import { realTimers } from '../../agent/polling/timers.ts';
import { smartUps } from '../../scripts/simulator/units.ts';
import { startEndpoint } from '../support/endpoint.ts';
import { startBadMailServer } from '../support/mail-sink.ts';
import { afterwards, customer, printed, reseller, today, World } from './support.ts';

/** Due for a new battery in 30 days. */
const due = (serial: string) =>
  smartUps({ serial, installed: '05/04/2027', replaceBy: printed(addDays(today, 30)), manufactured: '04/18/2027' });
const healthy = (serial: string) =>
  smartUps({ serial, installed: '05/04/2030', replaceBy: '05/04/2035', manufactured: '04/18/2030' });

describe('the agent', () => {
  it('reads, invites, tells on the day, and stops in order', async () => {
    const world = await World.open([
      { name: 'due', community: 'a', values: due('AS3116000001') },
      { name: 'fine', community: 'b', values: healthy('AS3116000002') },
    ]);
    await world.start({ ups: [world.unit('due', '    site: Hall 2'), world.unit('fine')], reseller });
    const [invitation] = await world.sink.arrived(1);
    expect(invitation?.to).toEqual([reseller]);
    expect(invitation?.raw, 'nothing but the company is told').not.toMatch(/AS3116|Hall 2|127\.0\.0\.1/);
    await world.book.until('poll.answers', 2);
    await world.book.until('mail.sent');
    expect((await world.status()).ups.map(({ ups, poll }) => [ups, poll?.verdict])).toEqual([
      ['due', 'ups'],
      ['fine', 'ups'],
    ]);
    expect(await world.events()).toEqual(['due battery-replacement-due']);

    expect(await world.command('reseller accept', { code: (await world.code()).toLowerCase() })).toMatchObject({
      state: 'confirmed',
    });
    await world.sink.arrived(2);
    expect(world.mails(reseller), 'nothing leaves before the hour').toHaveLength(1);
    await world.at(0);
    expect(world.book.of('run.done')).toEqual([`Daily run of ${today}: 2 notice(s) due.`]);
    const told = world.sink.mails.slice(2);
    expect(told.map(({ to }) => to[0]).sort()).toEqual([customer, reseller]);
    for (const mail of told) expect(mail.parsed.text).toMatch(/AS3116000001/);

    await world.at(0, '23:00');
    await world.at(1);
    expect(world.sink.mails, 'each step once').toHaveLength(4);
    await Promise.all([world.agent.stop(), world.agent.stop()]);
    expect(world.book.lines.slice(-2).map(({ code }) => code)).toEqual(['agent.stopping', 'agent.stopped']);
    expect(await readdir(join(world.folder, 'state')), 'the lock is given back').not.toContain('control.sock');
    expect(world.book.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('tells of a UPS that never answers what the config says of it', async () => {
    const world = await World.open([]);
    const silent = await world.silentUnit(
      'cellar',
      `    battery: { replaceBy: ${addDays(today, 6)}, cartridge: RBC55 }`,
    );
    await world.start({ ups: [silent], reseller });
    await world.book.until('poll.unreachable');
    await world.sink.arrived(1);
    await world.command('reseller accept', { code: await world.code() });
    await world.at(0);
    const notice = world.sink.mails.findLast(({ to }) => to[0] === reseller);
    expect(notice?.parsed.text).toMatch(/RBC55/);
    expect(await world.events()).toEqual(['cellar battery-replacement-due']);
    expect((await world.status()).ups[0]?.poll).toMatchObject({ verdict: 'unreachable' });
  });

  it('derives nothing from a card whose UPS is gone, and tells what it knows', async () => {
    const world = await World.open([{ name: 'ups', values: due('AS3116000003') }]);
    const { unit } = world.simulator;
    unit('ups').set('1.3.6.1.4.1.318.1.1.1.8.1.0', 2);
    await world.start({ ups: [world.unit('ups', `    warranty: { end: ${addDays(today, 80)} }`)] });
    await world.book.until('poll.ups-lost');
    expect(await world.events()).toEqual(['ups warranty-expires']);
    expect((await world.status()).ups[0]?.facts['battery.date.maintenance']).toBeUndefined();
  });

  it('runs without a mail section, and says why nobody can be invited', async () => {
    const world = await World.open([{ name: 'ups', values: due('AS3116000004') }]);
    await world.start({ ups: [world.unit('ups')], mail: false });
    await world.at(0);
    await world.book.until('run.done');
    expect(world.book.of('run.done')).toEqual([`Daily run of ${today}: 0 notice(s) due.`]);
    await expect(world.command('reseller invite')).rejects.toMatchObject({ code: 'no-reseller' });
    await expect(world.command('test-mail')).rejects.toMatchObject({ code: 'no-mail' });
    expect(await world.events()).toEqual(['ups battery-replacement-due']);
    expect(world.sink.mails).toEqual([]);
  });

  it('does with an endpoint alone', async () => {
    const endpoint = await startEndpoint();
    afterwards(() => endpoint.close());
    const world = await World.open([{ name: 'ups', values: due('AS3116000005') }]);
    const more = `cloud: { endpoint: "http://127.0.0.1:${endpoint.port}/events", secret: whsec_${Buffer.alloc(24, 7).toString('base64')} }`;
    await world.start({ ups: [world.unit('ups')], mail: false, more, reseller });
    await world.book.until('poll.answers');
    await world.at(0, '07:00');
    await world.agent.office.forwarder.forward();
    const all = () => endpoint.requests.flatMap(({ events }) => events);
    const invitation = all().find(({ type }) => String(type).endsWith('connection.changed'));
    const code = JSON.stringify(invitation).match(/[0-9A-Z]{4}-[0-9A-Z]{4}/)?.[0];
    expect(invitation).toMatchObject({ data: { tellReseller: true, reseller, state: 'pending' } });
    await world.command('reseller accept', { code });
    await world.at(0);
    await world.agent.office.forwarder.forward();
    const due30 = all().filter(({ type }) => String(type).endsWith('notice.due'));
    expect(due30).toMatchObject([{ data: { tellReseller: true, step: '30', event: 'battery-replacement-due' } }]);
    expect(world.sink.mails).toEqual([]);
    expect((await world.status()).waiting).toEqual({ mails: 0, endpoint: 0 });
  });

  it('refuses a state folder that another one holds, and leaves that one alone', async () => {
    const world = await World.open([{ name: 'ups', values: healthy('AS3116000006') }]);
    const words = { ups: [world.unit('ups')] };
    await world.start(words);
    const second = Agent.start({
      config: await world.config(words),
      log: world.book.log,
      now: () => world.clock,
      timers: realTimers,
      env: {},
    });
    await expect(second).rejects.toMatchObject({ code: 'already-running' });
    expect((await world.status()).running).toBe(true);
  });

  it('gives the lock back when it cannot start', async () => {
    const world = await World.open([{ name: 'ups', values: healthy('AS3116000007') }]);
    const words = { ups: [world.unit('ups')] };
    const config = await world.config(words);
    const { mail } = config;
    if (mail === undefined) throw new Error('the config has no mail');
    const broken = { ...config, mail: { ...mail, caFile: join(world.folder, 'gone.pem') } };
    const parts = { log: world.book.log, now: () => world.clock, timers: realTimers, env: {} };
    await expect(Agent.start({ ...parts, config: broken })).rejects.toThrow(/gone\.pem/);
    await world.start(words);
  });

  it('starts as soon as a command that holds the lock is done', async () => {
    const world = await World.open([{ name: 'ups', values: healthy('AS3116000008') }]);
    const command = await takeControlBriefly(join(world.folder, 'state'), { tries: 0, pause: async () => {} });
    const starting = world.start({ ups: [world.unit('ups')] });
    await command.close();
    await starting;
    expect((await world.status()).running).toBe(true);
  });

  it('invites once, also when it is stopped before the mail has left', async () => {
    const world = await World.open([{ name: 'ups', values: healthy('AS3116000009') }]);
    const words = { ups: [world.unit('ups')], reseller };
    for (let n = 0; n < 3; n += 1) {
      await world.start(words);
      await world.agent.stop();
    }
    await world.start(words);
    await world.sink.arrived(1);
    await world.agent.stop();
    expect(world.mails(reseller)).toHaveLength(1);
    expect(world.book.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('does not wait for ever for a mail server that does not come to an end', async () => {
    let reached: () => void = () => {};
    const begun = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const stuck = await startBadMailServer((line) => {
      if (line === 'connected') return '220 mail ESMTP';
      if (line.startsWith('EHLO')) return '250 mail';
      if (!line.startsWith('MAIL')) return undefined;
      reached();
      return undefined;
    });
    afterwards(() => stuck.close());
    const world = await World.open([{ name: 'ups', values: healthy('AS3116000010') }]);
    const more = `mail: { url: "${stuck.url}", from: ups@customer.example }`;
    await world.start({ ups: [world.unit('ups')], reseller, mail: false, more });
    await begun;
    world.hurry('last mail');
    await world.agent.stop();
    expect(world.book.lines.filter(({ level }) => level === 'error')).toEqual([]);

    await world.start({ ups: [world.unit('ups')], reseller });
    await world.at(0, '07:00');
    await world.book.until('mail.sent');
    expect(world.mails(reseller), 'it leaves with the next start').toHaveLength(1);
  });
});
