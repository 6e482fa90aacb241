import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../agent/store/lowdb-store.ts';
import type { Store } from '../../agent/store/port.ts';
import { inState, linesLog, SimulatedDisk, stateFolder } from './simulated-disk.ts';

const now = () => Date.UTC(2026, 10, 3, 8);

function open(disk: SimulatedDisk, log = linesLog(), foldAt = 500): Promise<Store> {
  return openStore({ directory: stateFolder, now, log, files: disk, foldAt });
}

async function put(store: Store, number: number): Promise<void> {
  const key = `k${number % 7}`;
  await store.commit({
    changes: [{ key, value: { number }, expected: store.get(key)?.revision ?? 0 }],
    history: [{ at: '2026-11-03T08:00:00.000Z', kind: 'put', data: { number } }],
  });
}

async function content(store: Store): Promise<unknown> {
  return { records: store.list(''), history: await store.history(), at: store.lastWritten() };
}

/** A disk on which the document was folded several times, and what it holds. */
async function used(batches = 40): Promise<{ disk: SimulatedDisk; held: unknown }> {
  const disk = new SimulatedDisk();
  const store = await open(disk);
  for (let number = 0; number < batches; number += 1) await put(store, number);
  const held = await content(store);
  await store.close();
  return { disk, held };
}

/** The journal that is being written. */
function lastJournal(disk: SimulatedDisk): string {
  const numbers = disk.paths().flatMap((path) => /journal\.(\d+)\.log$/.exec(path)?.[1] ?? []);
  return inState(`journal.${Math.max(...numbers.map(Number))}.log`);
}

describe('a start with a damaged or missing document', () => {
  let disk: SimulatedDisk;
  let held: unknown;
  let whole: Buffer;
  beforeAll(async () => {
    ({ disk, held } = await used());
    whole = disk.peek(inState('state.json')) ?? Buffer.alloc(0);
    expect(disk.paths()).not.toContain(inState('journal.0.log'));
  });

  const damages: [string, (whole: Buffer) => Buffer][] = [
    ['empty', () => Buffer.alloc(0)],
    ['one byte', (bytes) => bytes.subarray(0, 1)],
    ['a third', (bytes) => bytes.subarray(0, bytes.length / 3)],
    ['all but the last byte', (bytes) => bytes.subarray(0, -1)],
    ['cut before its checksum', (bytes) => Buffer.concat([bytes.subarray(0, -24), Buffer.from('}\n')])],
    ['NUL-filled', (bytes) => Buffer.alloc(bytes.length)],
    ['half NUL-filled', (bytes) => Buffer.concat([bytes.subarray(0, 200), Buffer.alloc(bytes.length - 200)])],
    ['garbage', () => Buffer.from('\u0007 not a state file at all')],
    ['other JSON', () => Buffer.from('{"records":{}}')],
    ['null', () => Buffer.from('null')],
    ['one digit changed', (bytes) => Buffer.from(bytes.toString().replace('"revision":5', '"revision":7'))],
  ];
  it.each(damages)('loses nothing and keeps the file aside: %s', async (_name, damage) => {
    const damaged = damage(whole);
    expect(damaged.equals(whole)).toBe(false);
    const copy = disk.clone();
    copy.poke(inState('state.json'), damaged);
    const log = linesLog();
    const store = await open(copy, log);
    expect(await content(store)).toEqual(held);
    expect(copy.peek(inState('state.json.corrupt-20261103T080000Z'))?.equals(damaged)).toBe(true);
    expect(log.lines.join('\n')).toMatch(/error: \/state\/state.json cannot be read: .* It is kept as/);
    expect(log.lines.join('\n')).toContain('Going on from the spare copy /state/state.json.bak');
    await put(store, 99);
    const later = await content(store);
    // The repair is complete: both copies are good again, and a second start has nothing to say.
    const second = linesLog();
    expect(await content(await open(copy, second))).toEqual(later);
    expect(second.lines).toEqual([]);
    copy.poke(inState('state.json'), undefined);
    expect(await content(await open(copy))).toEqual(later);
  });

  it('loses nothing when the document is missing', async () => {
    const copy = disk.clone();
    copy.poke(inState('state.json'), undefined);
    const log = linesLog();
    expect(await content(await open(copy, log))).toEqual(held);
    expect(log.lines.join('\n')).toContain('/state/state.json is missing; going on from its spare copy');
  });

  it('makes the spare copy again when it is missing', async () => {
    const copy = disk.clone();
    copy.poke(inState('state.json.bak'), undefined);
    expect(await content(await open(copy))).toEqual(held);
    copy.poke(inState('state.json'), '');
    expect(await content(await open(copy))).toEqual(held);
  });

  it('never replaces a file it set aside before', async () => {
    const copy = disk.clone();
    for (const text of ['first', 'second', 'third']) {
      copy.poke(inState('state.json'), text);
      await open(copy);
    }
    const aside = copy.paths().filter((path) => path.includes('corrupt'));
    expect(aside.map((path) => String(copy.peek(path)))).toEqual(['first', 'second', 'third']);
  });

  it('refuses to begin empty where there was something, at every start until somebody acts', async () => {
    const copy = disk.clone();
    copy.poke(inState('state.json'), 'x');
    copy.poke(inState('state.json.bak'), '');
    for (let start = 0; start < 3; start += 1) {
      await expect(open(copy)).rejects.toMatchObject({ code: 'unreadable', message: /Put back a backup/ });
    }
    expect(copy.paths().filter((path) => path.includes('corrupt'))).toHaveLength(2);
    const bare = new SimulatedDisk();
    bare.poke(inState('history/2026-10.ndjson'), '{}\n');
    await expect(open(bare)).rejects.toMatchObject({ code: 'unreadable' });
  });

  it('restores everything from the journals alone where they reach back to the beginning', async () => {
    const young = new SimulatedDisk();
    const store = await open(young, linesLog(), 1e6);
    for (let number = 0; number < 10; number += 1) await put(store, number);
    const before = await content(store);
    young.poke(inState('state.json'), Buffer.alloc(100));
    young.poke(inState('state.json.bak'), undefined);
    const log = linesLog();
    expect(await content(await open(young, log))).toEqual(before);
    expect(log.lines.join('\n')).toContain('restored from the journals');
  });

  it('leaves a document of a newer version alone', async () => {
    const copy = disk.clone();
    const newer = whole
      .toString()
      .replace('"format":1', '"format":2')
      .replace(/,"checksum":"\w+"/, '');
    copy.poke(inState('state.json'), newer);
    await expect(open(copy)).rejects.toMatchObject({ code: 'newer-version', retry: false });
    expect(String(copy.peek(inState('state.json')))).toBe(newer);
  });
});

describe('a start with a damaged journal', () => {
  it('cuts a last line that was interrupted, at every length of it, and says so', async () => {
    const disk = new SimulatedDisk();
    const store = await open(disk, linesLog(), 1e6);
    for (let number = 0; number < 5; number += 1) await put(store, number);
    const before = store.list('');
    const path = inState('journal.0.log');
    const kept = disk.peek(path)?.length ?? 0;
    const clean = disk.clone();
    await put(store, 5);
    const whole = disk.peek(path) ?? Buffer.alloc(0);
    for (let length = kept + 1; length < whole.length - 1; length += 1) {
      const copy = clean.clone();
      copy.poke(path, whole.subarray(0, length));
      const log = linesLog();
      const again = await open(copy, log);
      expect(again.list('')).toEqual(before);
      expect(log.lines).toEqual([expect.stringContaining(`${length - kept} of ${length} bytes are cut from its end`)]);
      expect(copy.peek(path)?.length).toBe(kept);
      await put(again, 6);
      const second = linesLog();
      const third = await open(copy, second);
      expect(third.get('k6')?.value).toEqual({ number: 6 });
      expect((await third.history()).map(({ data }) => data['number'])).toEqual([0, 1, 2, 3, 4, 6]);
      expect(second.lines).toEqual([]);
    }
  });

  it('loses at most the damaged lines, whichever bytes are changed, and goes on', async () => {
    const disk = new SimulatedDisk();
    const store = await open(disk, linesLog(), 1e6);
    // Each line its own key, so that what is lost can be seen.
    const lines = 12;
    for (let number = 0; number < lines; number += 1) {
      await store.commit({ changes: [{ key: `key-${number}`, value: { number }, expected: 0 }] });
    }
    const path = inState('journal.0.log');
    const whole = disk.peek(path) ?? Buffer.alloc(0);
    const lineOf = (position: number) => whole.subarray(0, position).filter((byte) => byte === 10).length;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 }),
        async (flips) => {
          const copy = disk.clone();
          const bytes = Buffer.from(whole);
          for (const [position, mask] of flips) bytes[position] = (whole[position] ?? 0) ^ mask;
          copy.poke(path, bytes);
          const again = await open(copy);
          const hit = new Set(flips.map(([position]) => lineOf(position)));
          for (let number = 0; number < lines; number += 1) {
            if (!hit.has(number)) expect(again.get(`key-${number}`)?.value).toEqual({ number });
          }
          await again.commit({ changes: [{ key: 'later', value: 1, expected: 0 }] });
          expect((await open(copy)).get('later')?.value).toBe(1);
        },
      ),
      { numRuns: 400, examples: [[[[whole.indexOf(10), 1]]], [[[whole.length - 1, 1]]]] },
    );
  });

  it('keeps a damaged journal aside and says what is intact', async () => {
    const { disk } = await used();
    const path = lastJournal(disk);
    const bytes = Buffer.from(disk.peek(path) ?? '');
    expect(bytes.filter((byte) => byte === 10).length).toBeGreaterThan(1);
    bytes[bytes.length - 20] = 0; // in the last line
    disk.poke(path, bytes);
    const log = linesLog();
    const store = await open(disk, log);
    expect(disk.peek(`${path}.corrupt-20261103T080000Z`)?.equals(bytes)).toBe(true);
    expect(log.lines.join('\n')).toMatch(/is damaged: \d+ bytes of it cannot be read and are passed over, \d+ changes/);
    // The entry of the lost line is in the history already; a new one must not be taken for it.
    const before = await store.history();
    await put(store, 777);
    expect((await (await open(disk)).history()).map(({ data }) => data)).toEqual([
      ...before.map(({ data }) => data),
      { number: 777 },
    ]);
  });

  it('never throws, whatever stands in the journal', async () => {
    const { disk } = await used(3);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (noise) => {
        const copy = disk.clone();
        copy.poke(lastJournal(copy), noise);
        await put(await open(copy), 5);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a history file', () => {
  it('is cut where its last line was interrupted, and completed from the journals', async () => {
    const disk = new SimulatedDisk();
    const store = await open(disk, linesLog(), 1e6);
    for (let number = 0; number < 5; number += 1) await put(store, number);
    const wanted = await store.history();
    const path = inState('history/2026-11.ndjson');
    const whole = disk.peek(path) ?? Buffer.alloc(0);
    for (let length = 0; length <= whole.length; length += 1) {
      const copy = disk.clone();
      copy.poke(path, whole.subarray(0, length));
      expect(await (await open(copy)).history()).toEqual(wanted);
      expect(copy.peek(path)?.equals(whole)).toBe(true);
    }
  });

  it('passes over a line it cannot read', async () => {
    const { disk } = await used(3);
    const path = inState('history/2026-10.ndjson');
    disk.poke(path, 'not JSON\n{"seq":1}\n[]\n"x"\nnull\n');
    expect((await (await open(disk)).history({ kind: 'put' })).map(({ data }) => data['number'])).toEqual([0, 1, 2]);
  });
});
