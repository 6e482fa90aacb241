import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readBackup, writeBackup } from '../../agent/store/backup.ts';
import { openLine, sealLine } from '../../agent/store/checksum.ts';
import { openStore } from '../../agent/store/lowdb-store.ts';
import { type Migration, migrations, newestFormat } from '../../agent/store/migrations.ts';
import type { Store } from '../../agent/store/port.ts';
import { inState, linesLog, PowerCut, SimulatedDisk, stateFolder } from './simulated-disk.ts';

type Unit = { readonly id: string; readonly name: string };

/** A future version: units are kept by what they are called, and know how they were called before. */
const byName: Migration = (values) =>
  new Map(
    [...values].map(([key, value]) =>
      key.startsWith('unit/') ? [`named/${(value as Unit).name}`, { ...(value as Unit), was: key }] : [key, value],
    ),
  );
/** And one after that. */
const marked: Migration = (values) => new Map([...values].map(([key, value]) => [key, { value }]));

function open(disk: SimulatedDisk, steps?: readonly Migration[], log = linesLog()): Promise<Store> {
  const now = () => Date.UTC(2026, 10, 4);
  return openStore({ directory: stateFolder, now, log, files: disk, ...(steps ? { migrations: steps } : {}) });
}

/** A state folder as an earlier version left it: a document, its spare copy, journals since, a history. */
function oldDisk(): SimulatedDisk {
  const disk = new SimulatedDisk();
  const folder = new URL('testdata/format-1/', import.meta.url).pathname;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    disk.poke(inState(path.slice(folder.length)), readFileSync(path));
  }
  return disk;
}

const names = (store: Store, prefix: string): string[] => store.list(prefix).map(([key]) => key);
const old = ['run', 'site', 'unit/AS2616000001', 'unit/AS2616000002', 'unit/AS2616000003'];
const renewed = ['named/Hall 1', 'named/Hall 2', 'named/Hall 3', 'run', 'site'];

describe('a state of an earlier version', () => {
  it('is read as it is by this one, with everything that was in its journals', async () => {
    expect(newestFormat(migrations), 'a new format wants a fixture of its own').toBe(1);
    const log = linesLog();
    const store = await open(oldDisk(), undefined, log);
    expect(names(store, '')).toEqual(old);
    expect(store.get<Unit>('unit/AS2616000003')).toMatchObject({ value: { name: 'Hall 3' }, revision: 1 });
    expect(await store.history()).toHaveLength(4);
    expect(store.lastWritten()).toBe('2026-11-03T08:05:00.000Z');
    expect(log.lines).toEqual([]);
  });

  it('is brought to the format of today once, with what was in its journals', async () => {
    const disk = oldDisk();
    const log = linesLog();
    const store = await open(disk, [byName], log);
    expect(names(store, '')).toEqual(renewed);
    expect(store.get('named/Hall 2')).toMatchObject({
      value: { name: 'Hall 2', was: 'unit/AS2616000002' },
      revision: 1,
    });
    expect(await store.history(), 'the history stays').toHaveLength(4);
    expect(log.lines).toEqual([
      expect.stringMatching(/from format 1 to 2; as it was it stays in .*state\.json\.format-1/),
    ]);
    await store.commit({ changes: [{ key: 'new', value: 1, expected: 0 }] });
    await store.close();
    for (const name of ['state.json', 'state.json.bak']) {
      expect(disk.peek(inState(name))?.toString(), name).toMatch(/^\{"format":2,/);
    }
    const again = linesLog();
    expect(names(await open(disk, [byName], again), '')).toEqual([
      'named/Hall 1',
      'named/Hall 2',
      'named/Hall 3',
      'new',
      'run',
      'site',
    ]);
    expect(again.lines).toEqual([]);
  });

  it('takes all steps in their order', async () => {
    const store = await open(oldDisk(), [byName, marked]);
    expect(store.get('named/Hall 1')?.value).toMatchObject({ value: { was: 'unit/AS2616000001' } });
    const disk = oldDisk();
    await (await open(disk, [byName])).close();
    const later = await open(disk, [byName, marked]);
    expect(later.list('')).toEqual(store.list(''));
    expect(disk.paths()).toEqual(
      expect.arrayContaining([inState('state.json.format-1'), inState('state.json.format-2')]),
    );
  });
});

describe('going back to an earlier version', () => {
  it('is refused with what to do, and that works', async () => {
    const disk = oldDisk();
    const newer = await open(disk, [byName]);
    const entry = { at: '2026-11-04T00:00:00.000Z', kind: 'event.closed', data: {} };
    await newer.commit({ changes: [{ key: 'since', value: 1, expected: 0 }], history: [entry] });
    await newer.close();
    const before = disk.paths().map((path) => [path, disk.peek(path)]);
    const refused = open(disk);
    await expect(refused).rejects.toMatchObject({ code: 'newer-version', retry: false });
    await expect(refused).rejects.toThrow(/format 2.*up to 1.*copying .*state\.json\.format-1 over .*state\.json /);
    expect(
      disk.paths().map((path) => [path, disk.peek(path)]),
      'nothing was changed',
    ).toEqual(before);

    disk.poke(inState('state.json'), disk.peek(inState('state.json.format-1')));
    const back = await open(disk);
    expect(names(back, '')).toEqual(old);
    await back.commit({ changes: [], history: [{ ...entry, kind: 'event.changed' }] });
    await back.close();
    expect(
      (await (await open(disk)).history()).map(({ kind }) => kind),
      'no entry takes the number of another',
    ).toEqual([...Array(4).fill('event.opened'), 'event.closed', 'event.changed']);
  });

  it('names a backup where no earlier state was kept', async () => {
    const disk = new SimulatedDisk();
    await (await open(disk, [byName])).close();
    await expect(open(disk)).rejects.toThrow(/format 2.*put back a backup of/);
  });
});

describe('a change of the format that goes wrong', () => {
  it('loses nothing when the power is cut, at whichever step', async () => {
    for (let step = 1; ; step += 1) {
      let cut = false;
      const disk = oldDisk();
      disk.before = ({ number }) => {
        cut = number === step;
        if (cut) throw new PowerCut();
      };
      await open(disk, [byName]).catch(() => undefined);
      for (const arrived of [0, 0.5, 0.999]) {
        const after = disk.restart(() => arrived);
        const older = after.clone();
        expect(names(await open(after, [byName]), ''), `step ${step}`).toEqual(renewed);
        const kept = older.peek(inState('state.json.format-1'));
        const untouched = await open(older).then(
          (store) => names(store, ''),
          () => undefined,
        );
        if (untouched === undefined) expect(kept, `step ${step}: no way back`).toBeDefined();
        else expect(untouched).toEqual(old);
      }
      if (!cut) break;
    }
  });

  it('leaves everything to the version before when the old state cannot be kept', async () => {
    const disk = oldDisk();
    disk.before = ({ what, path }) => {
      if (what === 'write' && path.includes('.tmp')) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    };
    await expect(open(disk, [byName])).rejects.toMatchObject({ code: 'write-failed', retry: true });
    disk.before = () => {};
    expect(names(await open(disk), '')).toEqual(old);
  });

  it('leaves everything to the version before when the step itself fails', async () => {
    const disk = oldDisk();
    const broken: Migration = () => {
      throw new TypeError('x is not a function');
    };
    await expect(open(disk, [broken])).rejects.toMatchObject({ code: 'unreadable', retry: false });
    await expect(open(disk, [broken])).rejects.toThrow(/from format 1 to 2: x is not a function\. Nothing was changed/);
    expect(names(await open(disk), '')).toEqual(old);
  });

  it('does not guess the format of journals without a document', async () => {
    const disk = new SimulatedDisk();
    const store = await open(disk);
    await store.commit({ changes: [{ key: 'a', value: 1, expected: 0 }] });
    for (const name of ['state.json', 'state.json.bak']) disk.poke(inState(name), undefined);
    expect(names(await open(disk.clone()), '')).toEqual(['a']);
    await expect(open(disk, [byName])).rejects.toMatchObject({ code: 'unreadable' });
  });
});

describe('a backup of an earlier version', () => {
  it('is restored as a state of today; one of a newer version is refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
    try {
      const path = join(folder, 'backup');
      await writeBackup(await open(oldDisk()), path, { at: '2026-11-04T00:00:00Z', program: '0.1.0' });
      const { records } = await readBackup(path, [byName]);
      expect(records.map(([key]) => key).sort()).toEqual(renewed);
      expect((await readBackup(path)).records.map(([key]) => key).sort()).toEqual(old);

      const [first = '', ...rest] = gunzipSync(readFileSync(path)).toString().split('\n');
      const head = JSON.parse(openLine(Buffer.from(first)) ?? '{}') as object;
      expect(head).toMatchObject({ state: 1 });
      const newer = sealLine(JSON.stringify({ ...head, state: 2, program: '9.0.0' }));
      await writeFile(path, gzipSync(newer + rest.join('\n')));
      await expect(readBackup(path)).rejects.toMatchObject({ code: 'newer-version' });
      expect((await readBackup(path, [byName])).records).toHaveLength(old.length);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
