import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Files, nodeFiles } from '../../agent/store/files.ts';
import { openStore } from '../../agent/store/lowdb-store.ts';
import type { Store } from '../../agent/store/port.ts';
import { killLoop } from './kill-loop.ts';
import { linesLog } from './simulated-disk.ts';

let parent: string;
let directory: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'store-'));
  directory = join(parent, 'state');
});
afterEach(async () => {
  await rm(parent, { recursive: true });
});

/** The real file system, counting. */
function counting(): Files & { syncs: number; bytes: number } {
  const counted = {
    ...nodeFiles,
    syncs: 0,
    bytes: 0,
    async open(path: string, flags: 'wx' | 'w' | 'r+') {
      const file = await nodeFiles.open(path, flags);
      return {
        write: (bytes: Uint8Array, offset: number, length: number, position: number) => {
          counted.bytes += length;
          return file.write(bytes, offset, length, position);
        },
        truncate: (length: number) => file.truncate(length),
        datasync: () => {
          counted.syncs += 1;
          return file.datasync();
        },
        sync: () => {
          counted.syncs += 1;
          return file.sync();
        },
        close: () => file.close(),
      };
    },
  };
  return counted;
}

function open(files: Files = nodeFiles): Promise<Store> {
  return openStore({ directory, now: () => Date.UTC(2026, 10, 3, 8), log: linesLog(), files });
}

describe('the store on a real file system', () => {
  it('keeps everything over a restart, readable by its owner only', async () => {
    const store = await open();
    const entry = { at: '2026-11-03T08:00:00.000Z', kind: 'x', unit: 'u', data: { a: [1, null, 'ü\u2028😀'] } };
    await store.commit({ changes: [{ key: 'k/ü', value: { a: 'ü\n😀' }, expected: 0 }], history: [entry] });
    await store.close();
    const again = await open();
    expect(again.get('k/ü')).toEqual({ value: { a: 'ü\n😀' }, revision: 1 });
    expect(await again.history()).toEqual([entry]);
    expect(again.lastWritten()).toBe('2026-11-03T08:00:00.000Z');
    for (const name of ['state.json', 'state.json.bak', 'journal.0.log', 'history/2026-11.ndjson']) {
      expect((await stat(join(directory, name))).mode & 0o777, name).toBe(0o600);
    }
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await stat(join(directory, 'history'))).mode & 0o777).toBe(0o700);
    await again.close();
  });

  it('shares one sync among the batches that wait for it', async () => {
    const files = counting();
    const store = await open(files);
    files.syncs = 0;
    const put = (key: string) => store.commit({ changes: [{ key, value: key, expected: 0 }] });
    await Promise.all(Array.from({ length: 100 }, (_, index) => put(`same-${index}`)));
    expect(files.syncs).toBe(1);
    const first = put('first');
    await Promise.resolve(); // its write is under way now
    await Promise.all([first, ...Array.from({ length: 100 }, (_, index) => put(`next-${index}`))]);
    expect(files.syncs).toBe(3);
    expect((await readFile(join(directory, 'journal.0.log'), 'utf8')).split('\n')).toHaveLength(202);
    await store.close();
  });

  it('writes what changes, not what there is: 10,000 units', async () => {
    const files = counting();
    const store = await open(files);
    const padding = 'x'.repeat(1400);
    await store.commit({
      changes: Array.from({ length: 10_000 }, (_, index) => ({
        key: `unit/${index}`,
        value: { padding },
        expected: 0,
      })),
    });
    await store.close(); // the journal is as large as the fleet: it is folded
    const again = await open(files);
    files.bytes = 0;
    for (let index = 0; index < 20; index += 1) {
      await again.commit({ changes: [{ key: `unit/${index}`, value: { padding, index }, expected: 1 }] });
    }
    expect(files.bytes).toBeLessThan(20 * 1600);
    await again.close(); // nothing worth folding
    expect(files.bytes).toBeLessThan(20 * 1600);
    const third = await open();
    expect(third.list('unit/')).toHaveLength(10_000);
    expect(third.get('unit/19')).toEqual({ value: { padding, index: 19 }, revision: 2 });
    await third.close();
  });

  it('says what to do where a file may not be read, and leaves it where it is', async () => {
    await (await open()).close();
    const refusing: Files = {
      ...nodeFiles,
      readFile: async () => {
        throw Object.assign(new Error('no'), { code: 'EACCES' });
      },
    };
    await expect(open(refusing)).rejects.toMatchObject({ code: 'unreadable', message: /Give the folder/ });
    expect((await stat(join(directory, 'state.json'))).size).toBeGreaterThan(0);
  });

  it('loses nothing acknowledged when the process is killed at random moments', async () => {
    let seed = 20261103;
    const random = () => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647;
    };
    expect(await killLoop({ directory, rounds: 6, random })).toBeGreaterThan(100);
  }, 60_000);
});
