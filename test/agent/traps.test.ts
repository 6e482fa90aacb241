/** The agent hears traps: it reads the unit at once, and nothing follows from the trap itself. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { oids, smartUps } from '../../scripts/simulator/units.ts';
import { community, inform, send, trap } from '../drivers/snmp/traps/support.ts';
import { afterwards, type Words, World } from './support.ts';

/** Long enough that whatever is read meanwhile was read because of a trap. */
const hour = 3_600_000;

const unit = (serial: string) =>
  smartUps({ serial, installed: '05/04/2027', manufactured: '04/18/2027', replaceBy: '05/04/2032' });

async function started(words: Partial<Words> = {}): Promise<World> {
  const world = await World.open([
    { name: 'one', community: 'c1', values: unit('AS2716000011') },
    { name: 'two', community: 'c2', values: unit('AS2716000012') },
  ]);
  await world.start({ ups: [world.unit('one')], mail: false, intervalMs: hour, traps: { port: 0 }, ...words });
  await world.book.until('poll.answers');
  return world;
}

async function portOf(world: World): Promise<number> {
  return (await world.status()).traps?.port ?? 0;
}

async function sender(world: World, from = '127.0.0.1') {
  const session = community(await portOf(world), '2c', 'public', from);
  afterwards(async () => void session.close());
  return session;
}

describe('the agent', () => {
  it('reads a unit at once when its card sends a trap', async () => {
    const world = await started();
    world.simulator.unit('one').set(oids.replaceIndicator, 2);
    await trap(await sender(world), 17);
    await world.book.until('event.opened');
    expect(await world.events()).toEqual(['one replace-battery']);
    expect((await world.status()).traps).toMatchObject({ listening: true, polls: 1 });
  });

  it('takes nothing from the trap itself', async () => {
    const world = await started();
    const before = world.simulator.unit('one').asked;
    await inform(await sender(world), 17);
    await world.book.until('traps.heard');
    while (world.simulator.unit('one').asked === before) await new Promise((resolve) => setImmediate(resolve));
    await world.agent.beat();
    expect(await world.events()).toEqual([]);
  });

  it('says who sends traps and is no unit, once', async () => {
    const world = await started();
    const stranger = await sender(world, '127.0.0.2');
    for (let n = 0; n < 5; n += 1) await trap(stranger, 17);
    while (((await world.status()).traps?.unknown ?? 0) < 5) await world.agent.beat();
    expect(world.book.of('traps.unknown-sender')).toEqual([
      '127.0.0.2 sends traps, but is no UPS of the config: not listened to.',
    ]);
  });

  it('counts them for Prometheus, across reloads', async () => {
    const world = await started();
    await trap(await sender(world), 17);
    await world.book.until('traps.heard');
    const stranger = await sender(world, '127.0.0.2');
    await trap(stranger, 17);
    while (((await world.status()).traps?.unknown ?? 0) < 1) await world.agent.beat();
    await world.agent.reload(await world.config(wordsOf(world)));
    const { body } = await world.agent.metrics();
    expect(body).toContain('upsteward_traps_total{result="read"} 1');
    expect(body).toContain('upsteward_traps_total{result="unknown-sender"} 1');
  });

  it('hears none unless it is told to', async () => {
    const world = await World.open([{ name: 'one', community: 'c1', values: unit('AS2716000011') }]);
    await world.start({ ups: [world.unit('one')], mail: false });
    expect((await world.status()).traps).toBeUndefined();
    expect(world.book.lines.filter(({ code }) => code.startsWith('traps.'))).toEqual([]);
  });

  it('runs without traps while the port is taken, says so once, and takes it when it is free', async () => {
    const other = createSocket('udp4').bind(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address();
    const world = await started({ traps: { port } });
    expect(world.book.of('traps.not-listening')).toHaveLength(1);
    expect((await world.status()).traps).toMatchObject({ listening: false, port, trouble: /another program/ });
    expect(world.book.of('poll.answers')).toHaveLength(1);
    world.hurry('listen for traps');
    await world.agent.reload(await world.config(wordsOf(world, { traps: { port } })));
    await new Promise((resolve) => other.close(() => resolve(undefined)));
    await world.book.until('traps.listening');
    expect((await world.status()).traps).toMatchObject({ listening: true, port });
  });

  it('follows a reload: off, on, moved, other units', async () => {
    const world = await started();
    await world.agent.reload(await world.config(wordsOf(world)));
    expect((await world.status()).traps).toBeUndefined();
    await world.agent.reload(await world.config(wordsOf(world, { traps: { port: 0 } })));
    const first = await portOf(world);
    await world.agent.reload(
      await world.config({ ...wordsOf(world, { traps: { port: 0 } }), ups: [world.unit('two')] }),
    );
    const second = await portOf(world);
    expect(second).not.toBe(0);
    if (first !== second) await send(first, [Buffer.from('nobody is here any more')]);
    world.simulator.unit('two').set(oids.replaceIndicator, 2);
    await trap(await sender(world), 17);
    await world.book.until('event.opened');
    expect(await world.events()).toEqual(['two replace-battery']);
  });

  it('stops in the middle of a storm, and leaves nothing behind', async () => {
    const world = await started();
    const port = await portOf(world);
    const session = await sender(world);
    let storms = true;
    const storm = (async () => {
      while (storms) {
        for (let n = 0; n < 20; n += 1) await trap(session, 17);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await world.book.until('traps.heard', 20);
    await world.agent.stop();
    storms = false;
    await storm;
    expect(world.timersLeft()).toEqual([]);
    const again = createSocket('udp4').bind(port, '127.0.0.1');
    await once(again, 'listening');
    again.close();
    expect(world.book.lines.at(-1)?.code).toBe('agent.stopped');
  });
});

function wordsOf(world: World, more: Partial<Words> = {}): Words {
  return { ups: [world.unit('one')], mail: false, intervalMs: hour, ...more };
}
