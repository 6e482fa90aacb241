import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../agent/store/lowdb-store.ts';

it('the history of old months is removed, and what is kept can still be read', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'forget-'));
  const quiet = { info: () => {}, warn: () => {}, error: () => {} };
  const open = () => openStore({ directory, now: () => Date.parse('2026-06-01'), log: quiet });
  let store = await open();
  for (const month of ['2024-01', '2024-12', '2026-05', '2026-06']) {
    await store.commit({ changes: [], history: [{ at: `${month}-02T00:00:00Z`, kind: month, data: {} }] });
  }
  await store.close();
  store = await open();
  expect(await store.forgetHistory('2026-05')).toBe(2);
  expect(await store.forgetHistory('2026-05')).toBe(0);
  expect((await store.history()).map(({ kind }) => kind)).toEqual(['2026-05', '2026-06']);
  expect((await readdir(join(directory, 'history'))).sort()).toEqual(['2026-05.ndjson', '2026-06.ndjson']);
  await store.close();
  await rm(directory, { recursive: true });
});
