import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillStore, readBackup, writeBackup } from '../../agent/store/backup.ts';
import { sealLine } from '../../agent/store/checksum.ts';
import { memoryStore } from '../../agent/store/memory-store.ts';
import type { Store } from '../../agent/store/port.ts';

let folder: string;
let count = 0;
const about = { at: '2026-06-01T06:00:00Z', program: '1.2.3', config: 'site:\n  company: "Ä"\n' };
const fresh = (): string => join(folder, `backup-${count++}`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backup-'));
});
afterAll(async () => await rm(folder, { recursive: true }));

async function filled(records: readonly (readonly [string, unknown])[]): Promise<Store> {
  const store = memoryStore();
  await store.commit({
    changes: records.map(([key, value]) => ({ key, value, expected: 0 })),
    history: [
      { at: '2026-05-01T00:00:00Z', kind: 'event.opened', unit: 'a', data: { n: 1 } },
      { at: '2026-07-01T00:00:00Z', kind: 'event.closed', unit: 'a', data: {} },
    ],
  });
  return store;
}

describe('a backup', () => {
  it('brings back every record and what had happened until then', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()), async (records) => {
        const store = await filled(Object.entries(records));
        const path = fresh();
        await writeBackup(store, path, about);
        const backup = await readBackup(path);
        const restored = memoryStore();
        await fillStore(restored, backup);
        const plain = (of: Store) => of.list('').map(([key, { value }]) => [key, value]);
        expect(plain(restored)).toEqual(plain(store));
        expect((await restored.history()).map(({ kind }) => kind)).toEqual(['event.opened']);
        expect(backup).toMatchObject(about);
      }),
      { numRuns: 30 },
    );
  });

  it('can be read by its owner only, and never replaces a file', async () => {
    const path = fresh();
    await writeBackup(await filled([['a', 1]]), path, about);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await expect(writeBackup(await filled([]), path, about)).rejects.toMatchObject({ code: 'write-failed' });
    expect((await readBackup(path)).records).toEqual([['a', 1]]);
  });

  it('that is damaged anywhere is refused', async () => {
    const path = fresh();
    await writeBackup(await filled([['a', 'value']]), path, about);
    const bytes = await readFile(path);
    const text = gunzipSync(bytes);
    const cases = [
      bytes.subarray(0, bytes.length - 9),
      Buffer.from('hello'),
      Buffer.alloc(0),
      gzipSync(text.subarray(0, text.lastIndexOf(0x0a, text.length - 2) + 1)),
      ...[3, 40, text.length - 5].map((at) => {
        const copy = Buffer.from(text);
        copy[at] = (copy[at] ?? 0) ^ 1;
        return gzipSync(copy);
      }),
    ];
    for (const content of cases) {
      const bad = fresh();
      await writeFile(bad, content);
      await expect(readBackup(bad)).rejects.toMatchObject({ code: 'unreadable' });
    }
  });

  it('of a newer program is refused with what to do', async () => {
    const path = fresh();
    const head = { format: 'upsteward-backup', version: 2, at: about.at, program: '9.0.0' };
    await writeFile(path, gzipSync(sealLine(JSON.stringify(head))));
    await expect(readBackup(path)).rejects.toMatchObject({
      code: 'newer-version',
      message: expect.stringContaining('upsteward 9.0.0'),
    });
  });
});
