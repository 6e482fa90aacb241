import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { openStore } from '../../agent/store/lowdb-store.ts';
import type { Store } from '../../agent/store/port.ts';
import { inState, linesLog, PowerCut, SimulatedDisk, stateFolder } from './simulated-disk.ts';

// Hundreds of stores each: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const keys = ['a', 'b', 'c', 'd', 'e'];

/** What the workload was told, and what it asked for. */
interface Told {
  /** Batch number by key: the last one that was acknowledged. */
  readonly acknowledged: Map<string, number>;
  readonly asked: Map<string, number>;
  /** Numbers of the batches whose history entry was acknowledged, and asked for. */
  readonly history: Set<number>;
  readonly historyAsked: Set<number>;
}

function open(disk: SimulatedDisk, log = linesLog()): Promise<Store> {
  return openStore({ directory: stateFolder, now: () => Date.UTC(2026, 10, 3), log, files: disk, foldAt: 700 });
}

/** Commits batches, three at a time, until they are done or the disk has no power. */
async function work(disk: SimulatedDisk, batches: number): Promise<Told> {
  const told: Told = { acknowledged: new Map(), asked: new Map(), history: new Set(), historyAsked: new Set() };
  try {
    const store = await open(disk);
    for (let number = 1; number <= batches; number += 3) {
      await Promise.all([number, number + 1, number + 2].map((each) => commit(store, each, told)));
    }
    await store.close();
  } catch {
    // the power is gone
  }
  return told;
}

async function commit(store: Store, number: number, told: Told): Promise<void> {
  const key = keys[number % keys.length] ?? '';
  const other = `other-${number}`;
  const expected = store.get(key)?.revision ?? 0;
  told.asked.set(key, number).set(other, number);
  told.historyAsked.add(number);
  await store.commit({
    changes: [
      { key, value: { number }, expected },
      { key: other, value: { number }, expected: 0 },
      ...(number > 6 ? [{ key: `other-${number - 6}`, remove: true as const, expected: 1 }] : []),
    ],
    history: [{ at: `2026-${number % 20 < 10 ? '10' : '11'}-03T00:00:00.000Z`, kind: 'test', data: { number } }],
  });
  told.acknowledged
    .set(key, number)
    .set(other, number)
    .delete(`other-${number - 6}`);
  told.history.add(number);
}

async function verify(store: Store, told: Told): Promise<void> {
  const seen = new Map(store.list<{ number: number }>('').map(([key, { value }]) => [key, value.number]));
  for (const [key, number] of told.acknowledged) {
    const removable = key.startsWith('other-') && told.historyAsked.has(number + 6);
    if (!(removable && !seen.has(key))) expect(seen.get(key), key).toBeGreaterThanOrEqual(number);
  }
  for (const [key, number] of seen) expect(told.asked.get(key), key).toBeGreaterThanOrEqual(number);
  const entries = (await store.history()).map(({ data }) => data['number'] as number);
  expect(new Set(entries).size, 'no history entry twice').toBe(entries.length);
  for (const number of told.history) expect(entries).toContain(number);
  for (const number of entries) expect(told.historyAsked.has(number)).toBe(true);
  // A batch is whole: the entry of the history, the record and its companion come together.
  for (const number of entries) {
    expect(seen.get(keys[number % keys.length] ?? '')).toBeGreaterThanOrEqual(number);
    if (!entries.includes(number + 6)) expect(seen.get(`other-${number}`)).toBe(number);
  }
}

async function cutAt(step: number, batches: number): Promise<{ disk: SimulatedDisk; told: Told }> {
  const disk = new SimulatedDisk();
  disk.before = ({ number }) => {
    if (number === step) throw new PowerCut();
  };
  return { disk, told: await work(disk, batches) };
}

describe('a power cut', () => {
  it('loses nothing acknowledged and doubles nothing, at whichever step it comes', async () => {
    const batches = 75;
    const whole = new SimulatedDisk();
    await work(whole, batches);
    expect(whole.paths()).not.toContain(inState('journal.0.log')); // the workload folds more than once
    expect(whole.steps).toBeGreaterThan(100);
    for (let step = 1; step <= whole.steps; step += 1) {
      const { disk, told } = await cutAt(step, batches);
      for (const luck of [0, 0.6, 0.999]) {
        const restarted = disk.restart(() => luck);
        const store = await open(restarted);
        await verify(store, told);
        const after = { at: '2026-11-30T00:00:00.000Z', kind: 'test', data: { number: 1000 } };
        await store.commit({ changes: [], history: [after] });
        await store.close();
        const again = await open(restarted);
        expect((await again.history()).at(-1)).toEqual(after);
      }
    }
  });

  it('loses nothing when the repair itself is cut off, again and again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 230 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        async (step, cuts, luck) => {
          const random = () => luck.next().value;
          let { disk, told } = await cutAt(step, 75);
          for (const cut of cuts) {
            disk = disk.restart(random);
            disk.before = ({ number }) => {
              if (number === cut) throw new PowerCut();
            };
            await open(disk).catch(() => undefined);
          }
          await verify(await open(disk.restart(random)), told);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a single error', () => {
  it('loses nothing acknowledged and brings nothing refused back, at whichever step it comes', async () => {
    const whole = new SimulatedDisk();
    await work(whole, 75);
    for (let step = 1; step <= whole.steps; step += 1) {
      const disk = new SimulatedDisk();
      const store = await open(disk);
      const opened = disk.steps;
      disk.before = ({ number }) => {
        if (number === opened + step) throw Object.assign(new Error('once'), { code: 'EIO' });
      };
      const values: number[] = [];
      for (let number = 0; number < 75; number += 3) {
        // Three at a time, each of its own key: what one of them meets need not be what the others meet.
        const outcomes = await Promise.allSettled(
          [number, number + 1, number + 2].map((each) => {
            const change = { key: `key-${each}`, value: 'x'.repeat(20), expected: 0 };
            const entry = { at: '2026-11-03T00:00:00.000Z', kind: 'test', data: { each } };
            return store.commit({ changes: [change], history: [entry] });
          }),
        );
        outcomes.forEach(({ status }, index) => {
          if (status === 'fulfilled') values.push(number + index);
        });
      }
      expect(values.length, `step ${step}`).toBeGreaterThanOrEqual(72);
      const wanted = values.map((each) => `key-${each}`).sort();
      for (const state of [store, await open(disk.restart(() => 0)), await open(disk.restart(() => 0.999))]) {
        expect(
          state.list('').map(([key]) => key),
          `step ${step}`,
        ).toEqual(wanted);
        expect((await state.history()).map(({ data }) => data['each'])).toEqual(values);
      }
      const bare = disk.restart(() => 0);
      if (!bare.paths().includes(inState('state.json.bak'))) continue;
      bare.poke(inState('state.json'), 'x');
      expect((await open(bare)).list(''), `step ${step}, from the spare copy`).toHaveLength(values.length);
    }
  });
});
