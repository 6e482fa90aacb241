import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Slots } from '../../agent/polling/slots.ts';
import { settle } from '../support/fake-timers.ts';

/** Jobs that end when told to, and what runs now. */
class Jobs {
  readonly started: string[] = [];
  readonly running = new Set<string>();
  readonly #ends = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();

  job(name: string): () => Promise<string> {
    return async () => {
      this.started.push(name);
      this.running.add(name);
      try {
        await new Promise<void>((resolve, reject) => this.#ends.set(name, { resolve, reject }));
      } finally {
        this.running.delete(name);
      }
      return name;
    };
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)?.resolve();
    await settle();
  }

  async fail(name: string): Promise<void> {
    this.#ends.get(name)?.reject(new Error(`${name} failed`));
    await settle();
  }
}

describe('slots', () => {
  it('run so many jobs at once and no more', async () => {
    const jobs = new Jobs();
    const slots = new Slots(2);
    const done = ['a', 'b', 'c', 'd'].map((name) => slots.run(name, jobs.job(name)));
    await settle();
    expect([...jobs.running]).toEqual(['a', 'b']);
    await jobs.end('b');
    expect([...jobs.running]).toEqual(['a', 'c']);
    await jobs.end('a');
    await jobs.end('c');
    await jobs.end('d');
    expect(await Promise.all(done)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('run one job of a line at a time, in order, without holding up other lines', async () => {
    const jobs = new Jobs();
    const slots = new Slots(3);
    const all = ['x1', 'x2', 'x3', 'y1', 'z1'].map((name) => slots.run(name.charAt(0), jobs.job(name)));
    await settle();
    expect([...jobs.running]).toEqual(['x1', 'y1', 'z1']);
    await jobs.end('x1');
    expect([...jobs.running]).toEqual(['y1', 'z1', 'x2']);
    await jobs.end('x2');
    await jobs.end('x3');
    await jobs.end('y1');
    await jobs.end('z1');
    await Promise.all(all);
    expect(jobs.started.filter((name) => name.startsWith('x'))).toEqual(['x1', 'x2', 'x3']);
  });

  it('give the slot of a failed job on, and its error to whoever asked', async () => {
    const jobs = new Jobs();
    const slots = new Slots(1);
    const first = slots.run('x', jobs.job('first'));
    const second = slots.run('x', jobs.job('second'));
    const thrower = slots.run('x', () => {
      throw new Error('thrown, not rejected');
    });
    const last = slots.run('y', jobs.job('last'));
    const failed = expect(first).rejects.toThrow('first failed');
    const threw = expect(thrower).rejects.toThrow('thrown, not rejected');
    await settle();
    await jobs.fail('first');
    await failed;
    expect([...jobs.running]).toEqual(['second']);
    await jobs.end('second');
    await threw;
    expect([...jobs.running]).toEqual(['last']);
    await jobs.end('last');
    expect([await second, await last]).toEqual(['second', 'last']);
  });

  it('serve whoever waits longest first, also against newcomers', async () => {
    const jobs = new Jobs();
    const slots = new Slots(1);
    const names = ['a', 'b', 'c', 'd', 'e'];
    const done = names.map((name, index) => slots.run(`line ${index % 2}`, jobs.job(name)));
    await settle();
    for (const name of names) {
      await jobs.end(name);
      if (name === 'b') done.push(slots.run('new line', jobs.job('late')));
    }
    await jobs.end('late');
    await Promise.all(done);
    expect(jobs.started).toEqual([...names, 'late']);
  });

  it('never break a limit, never forget a job, keep the order in each line', async () => {
    const lines = fc.array(fc.tuple(fc.constantFrom('p', 'q', 'r'), fc.boolean()), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.nat()),
        async (work, limit, pick) => {
          const jobs = new Jobs();
          const slots = new Slots(limit);
          const all = work.map(([line], index) => slots.run(line, jobs.job(`${line}${index}`)).catch(() => 'failed'));
          await settle();
          for (let ended = 0; ended < work.length; ended += 1) {
            expect(jobs.running.size).toBeLessThanOrEqual(limit);
            expect(new Set([...jobs.running].map((name) => name.charAt(0))).size).toBe(jobs.running.size);
            const names = [...jobs.running];
            const name = names[(pick.next().value ?? 0) % names.length] ?? 'none runs: a job is forgotten';
            if (work[Number(name.slice(1))]?.[1]) await jobs.fail(name);
            else await jobs.end(name);
          }
          expect(await Promise.all(all)).toHaveLength(work.length);
          for (const line of ['p', 'q', 'r']) {
            const order = jobs.started.filter((name) => name.startsWith(line)).map((name) => Number(name.slice(1)));
            expect(order).toEqual([...order].sort((a, b) => a - b));
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
