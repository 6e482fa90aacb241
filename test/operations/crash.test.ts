import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import { answer } from '../../agent/operations/answer.ts';
import { followConfig } from '../../agent/operations/reseller.ts';
import { snapshot } from '../../agent/store/memory-store.ts';
import { type Batch, type Store, StoreError } from '../../agent/store/port.ts';
import { Bench, down, freshStore } from './support.ts';

const day = '2026-06-01';
const inDays = (days: number) => addDays(day, days);

class Died extends Error {}

/** A store whose process dies at its n-th commit, before or after the change is durable. */
class MortalStore implements Store {
  readonly records: Store;
  readonly #end: { at: number; when: 'before' | 'after' };
  commits = 0;
  dead = false;

  constructor(records: Store, end: { at: number; when: 'before' | 'after' }) {
    this.records = records;
    this.#end = end;
  }

  get<T>(key: string) {
    return this.records.get<T>(key);
  }
  list<T>(prefix: string) {
    return this.records.list<T>(prefix);
  }
  async commit(batch: Batch): Promise<void> {
    if (this.dead) throw new Died();
    this.commits += 1;
    const last = this.commits === this.#end.at;
    if (last && this.#end.when === 'before') this.#die();
    await this.records.commit(batch);
    if (last) this.#die();
  }
  #die(): never {
    this.dead = true;
    throw new Died();
  }
  history: Store['history'] = (filter) => this.records.history(filter);
  forgetHistory: Store['forgetHistory'] = (month) => this.records.forgetHistory(month);
  lastWritten = () => this.records.lastWritten();
  close = () => this.records.close();
}

/** A week with everything in it; each step may be done again. */
const steps: ((bench: Bench) => Promise<void>)[] = [
  async (bench) => bench.reads('a', { serial: 'AS2128290001', model: 'Smart-UPS 1500' }),
  async (bench) => bench.units.missed('b'),
  async (bench) => {
    await followConfig(bench.desk);
    await bench.deliver();
    if (bench.state === 'pending') await answer(bench.desk, bench.code(), 'accept', 'code');
    await bench.deliver();
  },
  async (bench) => void (await bench.morning(day)),
  async (bench) => bench.at(day, '12:00').reads('a', { signals: ['battery.replace'] }),
  async (bench) => {
    bench.smtp = () => down;
    await bench.morning(inDays(1));
  },
  async (bench) => {
    bench.smtp = () => undefined;
    await bench.at(inDays(1), '15:00').deliver();
  },
  async (bench) => void (await bench.morning(inDays(2))),
  async (bench) => bench.at(inDays(2), '12:00').reads('a', { signals: ['!battery.replace'] }),
  async (bench) => void (await bench.morning(inDays(3))),
];

interface Outcome {
  readonly commits: number;
  readonly ledger: readonly string[];
  readonly mails: ReadonlyMap<string, string>;
}

async function week(end: { at: number; when: 'before' | 'after' }): Promise<Outcome> {
  const store = new MortalStore(freshStore(), end);
  const bench = new Bench(
    day,
    [
      { name: 'a', replaceBy: inDays(30) },
      { name: 'b', warrantyEnd: inDays(9) },
    ],
    {},
    store,
  );
  const work = async (step: (typeof steps)[number]) => {
    await step(bench);
  };
  for (const step of steps) {
    try {
      await work(step);
    } catch (error) {
      if (!(error instanceof Died)) throw error;
      bench.restart(snapshot(store.records));
      bench.rewindChance();
      await work(step);
    }
  }
  const mails = new Map<string, string>();
  for (const { id, words } of bench.mails) {
    // The same Message-ID says the same, however often it comes.
    if (mails.has(id)) expect(words.text).toBe(mails.get(id));
    mails.set(id, words.text);
  }
  return { commits: store.commits, ledger: bench.ledger(), mails };
}

describe('a process that dies at any commit', () => {
  it('sends in the end the same mails, by Message-ID, and none is lost', async () => {
    const whole = await week({ at: 0, when: 'before' });
    expect(whole.mails.size).toBeGreaterThanOrEqual(8);
    expect(whole.ledger.every((line) => line.endsWith('told'))).toBe(true);
    for (let at = 1; at <= whole.commits; at += 1) {
      for (const when of ['before', 'after'] as const) {
        const other = await week({ at, when });
        expect([at, when, other.ledger]).toEqual([at, when, whole.ledger]);
        expect([at, when, [...other.mails.keys()].sort()]).toEqual([at, when, [...whole.mails.keys()].sort()]);
      }
    }
    expect(whole.commits).toBeGreaterThan(15);
  });
});

describe('a store that cannot write for a while', () => {
  it('a mail that was taken is not sent again, and its receipt is written later', async () => {
    const bench = new Bench(day, [{ name: 'b', warrantyEnd: inDays(7) }]);
    await bench.units.missed('b');
    const { store } = bench;
    let full = false;
    bench.restart({
      ...store,
      commit: async (batch) => {
        if (full) throw new StoreError('write-failed', 'The disk is full.', { retry: true });
        await store.commit(batch);
      },
    });
    bench.smtp = () => {
      full = true;
      return undefined;
    };
    await bench.morning(day);
    await bench.at(day, '09:00').outbox.deliver();
    expect(bench.ledger()).toEqual(['warranty-expires 7 customer queued']);
    full = false;
    await bench.at(day, '10:00').outbox.deliver();
    expect(bench.ledger()).toEqual(['warranty-expires 7 customer told']);
    expect(bench.mails).toHaveLength(1);
  });
});
