import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../agent/store/lowdb-store.ts';
import { memoryStore, snapshot } from '../../agent/store/memory-store.ts';
import type { Store } from '../../agent/store/port.ts';
import { linesLog, SimulatedDisk, stateFolder } from './simulated-disk.ts';

const now = () => Date.UTC(2026, 10, 3, 8);

const implementations: [string, () => Promise<Store>][] = [
  ['memory', async () => memoryStore([], now)],
  ['lowdb', () => openStore({ directory: stateFolder, now, log: linesLog(), files: new SimulatedDisk() })],
];

describe.each(implementations)('the %s store', (_name, open) => {
  it('counts revisions from 1 and shows a change before it is durable', async () => {
    const store = await open();
    const first = store.commit({ changes: [{ key: 'unit/1', value: { a: 1 }, expected: 0 }] });
    expect(store.get('unit/1')).toEqual({ value: { a: 1 }, revision: 1 });
    await first;
    await store.commit({ changes: [{ key: 'unit/1', value: { a: 2 }, expected: 1 }] });
    expect(store.get('unit/1')).toEqual({ value: { a: 2 }, revision: 2 });
    await store.commit({ changes: [{ key: 'unit/1', remove: true, expected: 2 }] });
    expect(store.get('unit/1')).toBeUndefined();
    expect(store.lastWritten()).toBe('2026-11-03T08:00:00.000Z');
  });

  it.each([
    ['a put of a key that is there already', { key: 'k', value: 1, expected: 0 }],
    ['a put from an older revision', { key: 'k', value: 1, expected: 1 }],
    ['a put from a revision that never was', { key: 'k', value: 1, expected: 3 }],
    ['a put of a key that is not there', { key: 'other', value: 1, expected: 1 }],
    ['a removal from an older revision', { key: 'k', remove: true as const, expected: 1 }],
  ])('refuses %s, and with it the whole batch', async (_what, change) => {
    const store = await open();
    await store.commit({ changes: [{ key: 'k', value: 'one', expected: 0 }] });
    await store.commit({ changes: [{ key: 'k', value: 'two', expected: 1 }] });
    const entry = { at: '2026-11-03T08:00:00.000Z', kind: 'x', data: {} };
    const batch = { changes: [{ key: 'first', value: 1, expected: 0 }, change], history: [entry] };
    await expect(store.commit(batch)).rejects.toMatchObject({ code: 'conflict', retry: false });
    expect(store.list('')).toEqual([['k', { value: 'two', revision: 2 }]]);
    expect(await store.history()).toEqual([]);
  });

  it('gives a value back as it will be after a restart, and unchangeable', async () => {
    const store = await open();
    const mine = { list: [1], nothing: undefined, at: new Date(0) };
    await store.commit({ changes: [{ key: 'k', value: mine, expected: 0 }] });
    mine.list.push(2);
    const record = store.get<{ list: number[] }>('k');
    expect(record?.value).toStrictEqual({ list: [1], at: '1970-01-01T00:00:00.000Z' });
    expect(() => record?.value.list.push(3)).toThrow(TypeError);
    await expect(store.commit({ changes: [{ key: 'u', value: undefined, expected: 0 }] })).rejects.toThrow(TypeError);
    expect(store.get('u')).toBeUndefined();
  });

  it('filters the history and keeps its order', async () => {
    const store = await open();
    const entries = ['a', 'b', 'a'].map((unit, index) => ({
      at: `2026-1${index}-03T08:00:00.000Z`,
      kind: index === 2 ? 'late' : 'early',
      unit,
      data: { line: 'one\u2028two\nthree' },
    }));
    for (const entry of entries) await store.commit({ changes: [], history: [entry] });
    expect(await store.history()).toEqual(entries);
    expect(await store.history({ unit: 'a' })).toEqual([entries[0], entries[2]]);
    expect(await store.history({ unit: 'a', kind: 'late' })).toEqual([entries[2]]);
  });

  it('takes nothing more once closed, and can be closed twice', async () => {
    const store = await open();
    await store.close();
    await store.close();
    await expect(store.commit({ changes: [{ key: 'k', value: 1, expected: 0 }] })).rejects.toMatchObject({
      code: 'closed',
    });
  });

  it('lists by prefix in key order, whatever was put and removed before', async () => {
    const key = fc.stringMatching(/^[ab]{1,2}\/?[xyé]{0,2}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 40 }), key, async (steps, prefix) => {
        const store = await open();
        const model = new Map<string, number>();
        for (const [name, remove] of steps) {
          const expected = model.get(name) ?? 0;
          if (remove && expected > 0) {
            await store.commit({ changes: [{ key: name, remove: true, expected }] });
            model.delete(name);
          } else {
            await store.commit({ changes: [{ key: name, value: name, expected }] });
            model.set(name, expected + 1);
          }
        }
        const wanted = [...model].filter(([name]) => name.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
        expect(store.list(prefix)).toEqual(wanted.map(([name, revision]) => [name, { value: name, revision }]));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a snapshot', () => {
  it('shares the records and goes its own way', async () => {
    const store = memoryStore([], now);
    await store.commit({ changes: [{ key: 'k', value: { a: 1 }, expected: 0 }] });
    const copy = snapshot(store);
    expect(copy.get('k')).toBe(store.get('k'));
    await copy.commit({ changes: [{ key: 'k', value: { a: 2 }, expected: 1 }] });
    expect(store.get('k')).toEqual({ value: { a: 1 }, revision: 1 });
    expect(copy.get('k')).toEqual({ value: { a: 2 }, revision: 2 });
  });
});
