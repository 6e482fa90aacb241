import { describe, expect, it } from 'vitest';
import { openStore } from '../../agent/store/lowdb-store.ts';
import type { Store } from '../../agent/store/port.ts';
import { inState, linesLog, SimulatedDisk, type Step, stateFolder } from './simulated-disk.ts';

const now = () => Date.UTC(2026, 10, 3, 8);

function open(disk: SimulatedDisk, log = linesLog(), foldAt = 1e6): Promise<Store> {
  return openStore({ directory: stateFolder, now, log, files: disk, foldAt });
}

function put(store: Store, key: string, value: unknown, expected = store.get(key)?.revision ?? 0): Promise<void> {
  const history = [{ at: '2026-11-03T08:00:00.000Z', kind: 'put', data: { value } }];
  return store.commit({ changes: [{ key, value, expected }], history });
}

function fail(code: string, when: (step: Step) => boolean): (step: Step) => void {
  return (step) => {
    if (when(step)) throw Object.assign(new Error(code), { code });
  };
}

const isJournal = ({ path }: Step) => path.includes('journal');

/** Everything confirmed is there, nothing refused is, now and after a restart. */
async function holds(disk: SimulatedDisk, store: Store, records: unknown, values: unknown[]): Promise<void> {
  expect(store.list('')).toEqual(records);
  const again = await open(disk.restart(() => 0));
  expect(again.list('')).toEqual(records);
  expect((await again.history()).map(({ data }) => data['value'])).toEqual(values);
}

describe('a write that fails', () => {
  it.each(['ENOSPC', 'EIO', 'EROFS', 'EDQUOT'])('%s: is undone, said once, and works again later', async (code) => {
    const disk = new SimulatedDisk();
    const log = linesLog();
    const store = await open(disk, log);
    await put(store, 'k', 'kept');
    const length = disk.peek(inState('journal.0.log'))?.length;
    disk.before = fail(code, (step) => isJournal(step) && step.what === 'write');
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const refused = put(store, 'k', 'refused');
      expect(store.get('k')?.value).toBe('refused');
      await expect(refused).rejects.toMatchObject({ code: 'write-failed', retry: true });
      await expect(refused).rejects.toThrow(/Cannot write \/state\/journal.0.log: .*Nothing that was saved is lost/);
    }
    expect(log.lines).toHaveLength(1);
    expect(disk.peek(inState('journal.0.log'))?.length).toBe(length);
    await holds(disk, store, [['k', { value: 'kept', revision: 1 }]], ['kept']);
    disk.before = undefined;
    await put(store, 'k', 'again');
    expect(log.lines.at(-1)).toBe('info: Changes are saved in /state again.');
    await holds(disk, store, [['k', { value: 'again', revision: 2 }]], ['kept', 'again']);
  });

  it('takes the changes with it that were made from it', async () => {
    const disk = new SimulatedDisk();
    const store = await open(disk);
    await put(store, 'k', 'kept');
    let later: Promise<void> | undefined;
    disk.before = (step) => {
      if (!isJournal(step) || step.what !== 'write') return;
      later = put(store, 'k', 'made from what fails'); // comes while the write is under way
      later.catch(() => undefined);
      disk.before = undefined;
      throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    };
    await expect(put(store, 'k', 'refused')).rejects.toMatchObject({ code: 'write-failed' });
    await expect(later).rejects.toMatchObject({ code: 'write-failed' });
    await holds(disk, store, [['k', { value: 'kept', revision: 1 }]], ['kept']);
  });

  it('does not come back with a document that was begun while it waited', async () => {
    const disk = new SimulatedDisk();
    const store = await open(disk, linesLog(), 100);
    let waiting: Promise<void> | undefined;
    disk.before = (step) => {
      if (!isJournal(step)) return;
      if (step.what === 'create') {
        waiting ??= put(store, 'k', 'waits while the next journal is begun');
        waiting.catch(() => undefined);
      } else if (step.what === 'write' && waiting !== undefined) {
        throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      }
    };
    const kept = 'kept'.repeat(100); // makes the journal larger than the document
    await put(store, 'k', kept);
    await store.close();
    await expect(waiting).rejects.toMatchObject({ code: 'write-failed' });
    expect(disk.peek(inState('state.json'))?.toString()).toContain(kept);
    await holds(disk, store, [['k', { value: kept, revision: 1 }]], [kept]);
  });

  it.each<[string, Step['what']]>([
    ['a sync that fails', 'sync'],
    ['a cut that fails after a write that failed', 'truncate'],
  ])('%s: the file is not written any more, a new generation is begun first', async (_name, what) => {
    const disk = new SimulatedDisk();
    const store = await open(disk);
    await put(store, 'k', 'kept');
    let syncs = 0;
    disk.before = fail('EIO', (step) => {
      if (!isJournal(step)) return false;
      // The sync fails once and works the next time: that it works then proves nothing.
      if (what === 'sync') return step.what === 'sync' && ++syncs === 1;
      return step.what === what || step.what === 'write';
    });
    await expect(put(store, 'k', 'refused')).rejects.toMatchObject({ code: 'write-failed' });
    const touched: string[] = [];
    disk.before = ({ path, what: did }) => touched.push(`${did} ${path}`);
    await put(store, 'k', 'new');
    expect(touched.filter((step) => step.includes('journal.0'))).toEqual([`unlink ${inState('journal.0.log')}`]);
    expect(disk.paths()).toEqual(
      ['history/2026-11.ndjson', 'journal.1.log', 'state.json', 'state.json.bak'].map(inState),
    );
    await holds(disk, store, [['k', { value: 'new', revision: 2 }]], ['kept', 'new']);
    // Neither copy knows what was refused.
    const copy = disk.clone();
    copy.poke(inState('state.json'), '');
    expect((await open(copy)).get('k')).toEqual({ value: 'new', revision: 2 });
  });

  it('acknowledges nothing before the new generation is written', async () => {
    const disk = new SimulatedDisk();
    const store = await open(disk);
    await put(store, 'k', 'kept');
    disk.before = fail('EIO', (step) => step.what === 'sync');
    for (let attempt = 0; attempt < 3; attempt += 1) await expect(put(store, 'k', 'refused')).rejects.toThrow('EIO');
    await holds(disk, store, [['k', { value: 'kept', revision: 1 }]], ['kept']);
    disk.before = undefined;
    await put(store, 'k', 'again');
    await holds(disk, store, [['k', { value: 'again', revision: 2 }]], ['kept', 'again']);
  });

  it.each<Step['what']>(['create', 'write', 'sync', 'rename', 'syncFolder', 'unlink'])(
    'of the document (%s) stops no commit, and is made up for',
    async (what) => {
      const disk = new SimulatedDisk();
      const log = linesLog();
      const store = await open(disk, log, 500);
      disk.before = fail(
        'ENOSPC',
        (step) => step.what === what && (!isJournal(step) || what === 'unlink') && !step.path.includes('history'),
      );
      for (let number = 0; number < 40; number += 1) await put(store, 'k', number);
      const values = Array.from({ length: 40 }, (_, number) => number);
      await holds(disk, store, [['k', { value: 39, revision: 40 }]], values);
      expect(log.lines.filter((line) => line.includes('disk is full')).length).toBeGreaterThan(0);
      disk.before = undefined;
      for (let number = 40; number < 80; number += 1) await put(store, 'k', number);
      await store.close();
      expect(disk.paths().filter((path) => path.includes('journal')).length).toBeLessThanOrEqual(3);
      expect(disk.paths()).not.toContain(inState('state.json.tmp'));
    },
  );

  it('of the history is made up for, and stops no commit', async () => {
    const disk = new SimulatedDisk();
    const log = linesLog();
    const store = await open(disk, log, 500);
    await put(store, 'k', 0);
    disk.before = fail('ENOSPC', (step) => step.path.includes('history'));
    for (let number = 1; number < 20; number += 1) await put(store, 'k', number);
    const all = Array.from({ length: 20 }, (_, number) => number);
    expect((await store.history()).map(({ data }) => data['value'])).toEqual(all);
    await holds(disk, store, [['k', { value: 19, revision: 20 }]], all);
    expect(log.lines.filter((line) => line.includes('Cannot write the history'))).toHaveLength(1);
    disk.before = undefined;
    await store.history();
    expect(
      String(disk.peek(inState('history/2026-11.ndjson')))
        .trim()
        .split('\n'),
    ).toHaveLength(20);
  });

  it('at a start leaves what is there readable', async () => {
    const disk = new SimulatedDisk();
    await put(await open(disk), 'k', 'kept');
    disk.poke(inState('state.json'), 'x');
    disk.before = fail('ENOSPC', (step) => step.what === 'create' || step.what === 'write');
    const log = linesLog();
    const store = await open(disk, log);
    expect(store.get('k')?.value).toBe('kept');
    expect(log.lines.join('\n')).toContain('the disk is full. Free some space there (ENOSPC)');
    await expect(put(store, 'k', 'refused')).rejects.toMatchObject({ code: 'write-failed' });
    disk.before = undefined;
    await put(store, 'k', 'again');
    await holds(disk, store, [['k', { value: 'again', revision: 2 }]], ['kept', 'again']);
    await expect(
      open(Object.assign(new SimulatedDisk(), { before: fail('EACCES', () => true) })),
    ).rejects.toMatchObject({
      code: 'write-failed',
    });
  });
});
