/** Whether the heart beats when it is asked to; whether the agent knows that it makes no progress any more, and says so. */
import { describe, expect, it } from 'vitest';
import { Heartbeat } from '../../agent/heartbeat.ts';
import { smartUps } from '../../scripts/simulator/units.ts';
import { World } from './support.ts';

const minute = 60_000;
const healthy = smartUps({ serial: 'AS3116000021', installed: '05/04/2030', replaceBy: '05/04/2035' });

describe('a beat', () => {
  it('is made after each call, also where the call comes as another one ends', async () => {
    const world = await World.open([]);
    await world.start({ ups: [await world.silentUnit('ups')] });
    let looks = 0;
    const heartbeat = new Heartbeat(world.agent.office, {
      monotonic: () => 0,
      trustClock: false,
      ready: () => {
        looks += 1;
        return false;
      },
      followConfig: async () => {},
      readAnew: async () => {},
    });
    await heartbeat.beat();
    const { forwarder } = world.agent.office;
    for (let late = 0; late < 20; late += 1) {
      const beating = heartbeat.beat();
      // The last of a beat's parts, and as many turns of the queue after its end.
      await forwarder.forward();
      for (let turn = 0; turn < late; turn += 1) await undefined;
      const before = looks;
      await heartbeat.beat();
      expect(looks, `${late} turns after it`).toBeGreaterThan(before);
      await beating;
    }
  });
});

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
