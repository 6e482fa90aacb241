import { describe, expect, it } from 'vitest';
import type { SimulatedUpsd } from '../../scripts/simulator/nut.ts';
import { startUpsd } from '../../scripts/simulator/nut.ts';
import { afterwards, printed, today, World } from './support.ts';

const unit = (n: number, more: Readonly<Record<string, string>> = {}) => ({
  'device.mfr': 'APC',
  'device.model': 'Smart-UPS 1500',
  'device.serial': `AS2216${100_000 + n}`,
  'ups.status': 'OL',
  ...more,
});

async function upsdWith(...names: readonly string[]): Promise<SimulatedUpsd> {
  const upsd = await startUpsd({ units: Object.fromEntries(names.map((name, n) => [name, unit(n)])) });
  afterwards(async () => {
    await upsd[Symbol.asyncDispose]();
  });
  return upsd;
}

const entry = (port: number, name = 'Rack', ups = '"*"') =>
  `  - name: ${name}\n    nut: { host: 127.0.0.1, port: ${port}, ups: ${ups}, tls: off, timeout: 1 }\n`;

const watched = async (world: World) => (await world.status()).ups.map(({ ups }) => ups);

/** Waits until a list was taken in, so often. */
const listed = (world: World, count: number) => world.book.until('server.listed', count);

describe('all UPS of an upsd', () => {
  it('are units of their own, each watched, on one connection', async () => {
    const world = await World.open([]);
    const upsd = await upsdWith('ups1', 'ups2', 'ups3');
    await world.start({ ups: [entry(upsd.port)] });
    await listed(world, 1);
    await world.book.until('poll.answers', 3);
    expect(await watched(world)).toEqual(['Rack / ups1', 'Rack / ups2', 'Rack / ups3']);
    const { servers, ups } = await world.status();
    expect(servers).toEqual([{ entry: 'Rack', driver: 'nut', units: 3 }]);
    expect(ups.map(({ facts }) => facts['device.serial']?.value)).toEqual([
      'AS2216100000',
      'AS2216100001',
      'AS2216100002',
    ]);
    expect(upsd.connections()).toBeLessThanOrEqual(2);
    await expect(world.command('poll', { name: 'Rack' })).rejects.toMatchObject({ code: 'several-ups' });
    expect(await world.command('poll', { name: 'Rack / ups2' })).toMatchObject({ verdict: 'ups' });
  });

  it('come and go as upsd says; what two answers have not got is retired, the others are polled on', async () => {
    const world = await World.open([]);
    world.hurry('list Rack');
    const upsd = await upsdWith('ups1', 'ups2');
    upsd.units.set('ups2', unit(2, { 'battery.date.maintenance': today }));
    await world.start({ ups: [entry(upsd.port)], intervalMs: 50 });
    await listed(world, 1);
    await world.book.until('event.opened');
    upsd.units.set('ups9', unit(9));
    await listed(world, 2);
    upsd.units.delete('ups2');
    await listed(world, 3);
    await world.book.until('event.closed');
    expect(await watched(world)).toEqual(['Rack / ups1', 'Rack / ups9']);
    expect(world.book.of('poll.answers').filter((line) => line.startsWith('Rack / ups1'))).toHaveLength(1);
    expect(world.agent.stuck()).toEqual([]);
  });

  it('are neither lost nor retired by a restart while upsd is away', async () => {
    const world = await World.open([]);
    const upsd = await upsdWith('ups1', 'ups2');
    upsd.units.set('ups1', unit(1, { 'battery.date.maintenance': printed(today) }));
    const words = { ups: [entry(upsd.port)] };
    const first = await world.start(words);
    await world.book.until('event.opened');
    const { port } = upsd;
    await first.stop();
    await upsd[Symbol.asyncDispose]();
    await world.start({ ups: [entry(port)] });
    await world.book.until('server.not-listed');
    await world.agent.beat();
    const { ups, servers } = await world.status();
    expect(ups.map(({ ups: name, open }) => [name, open])).toEqual([
      ['Rack / ups1', ['battery-end-of-life-exceeded']],
      ['Rack / ups2', []],
    ]);
    expect(servers).toMatchObject([{ units: 2, trouble: expect.stringContaining('no connection to upsd') }]);
  });

  it('go with their entry, and with its server', async () => {
    const world = await World.open([]);
    const [one, other] = [await upsdWith('ups1'), await upsdWith('ups5')];
    await world.start({ ups: [entry(one.port)] });
    await world.book.until('poll.answers', 1);
    await world.agent.reload(await world.config({ ups: [entry(other.port)] }));
    await listed(world, 2);
    await world.book.until('poll.answers', 2);
    expect(await watched(world)).toEqual(['Rack / ups5']);
    await world.agent.reload(await world.config({ ups: [entry(one.port, 'Lab', 'ups1')] }));
    await world.agent.beat();
    expect(await watched(world)).toEqual(['Lab']);
    expect(world.agent.office.desk.store.list('list/')).toEqual([]);
  });
});
