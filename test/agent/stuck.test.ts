/** Whether the agent knows that it makes no progress any more, and says so to who asks. */
import { describe, expect, it } from 'vitest';
import { Heartbeat } from '../../agent/heartbeat.ts';
import { smartUps } from '../../scripts/simulator/units.ts';
import { World } from './support.ts';

const minute = 60_000;
const healthy = smartUps({ serial: 'AS3116000021', installed: '05/04/2030', replaceBy: '05/04/2035' });

describe('an agent that is stuck', () => {
  it('is none while its heart beats', async () => {
    const world = await World.open([{ name: 'ups', values: healthy }]);
    await world.start({ ups: [world.unit('ups')] });
    await world.book.until('poll.answers');
    expect(world.agent.stuck()).toEqual([]);
    expect(await world.command('health')).toMatchObject({ stuck: [] });
  });

  it('is one whose beat does not come to an end', async () => {
    const world = await World.open([{ name: 'ups', values: healthy }]);
    await world.start({ ups: [world.unit('ups')] });
    const { office } = world.agent;
    let now = 0;
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let hold = false;
    const heartbeat = new Heartbeat(office, {
      monotonic: () => now,
      trustClock: false,
      ready: () => false,
      followConfig: async () => {
        if (hold) await held;
      },
      readAnew: async () => {},
    });
    for (let beat = 0; beat < 20; beat += 1) {
      now += 5 * minute;
      await heartbeat.beat();
      expect(heartbeat.stuck()).toBe(false);
    }
    hold = true;
    heartbeat.configChanged();
    const beating = heartbeat.beat();
    now += 6 * minute;
    expect(heartbeat.stuck()).toBe(false);
    now += 1;
    expect(heartbeat.stuck()).toBe(true);
    release();
    await beating;
    expect(heartbeat.stuck(), 'it goes on').toBe(false);
  });

  it('is one whose beats do not come any more', async () => {
    const world = await World.open([{ name: 'ups', values: healthy }]);
    await world.start({ ups: [world.unit('ups')] });
    let now = 1000;
    const heartbeat = new Heartbeat(world.agent.office, {
      monotonic: () => now,
      trustClock: false,
      ready: () => false,
      followConfig: async () => {},
      readAnew: async () => {},
    });
    await heartbeat.beat();
    expect(heartbeat.stuck()).toBe(false);
    now += 6 * minute + 1;
    expect(heartbeat.stuck()).toBe(true);
  });
});
