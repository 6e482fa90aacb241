import { describe, expect, it } from 'vitest';
import { settle } from '../support/fake-timers.ts';
import { Bench, FakeDriver, hangs, minute } from './support.ts';

describe('what is done in turn', () => {
  it('has the line to itself: reads of that line wait, those of others do not', async () => {
    const bench = new Bench();
    bench.start([new FakeDriver('a'), new FakeDriver('b')], 'one line');
    await bench.timers.pass(minute);
    bench.reads.length = 0;
    let done: (word: string) => void = () => {};
    const job = bench.poller.inTurn('a', () => new Promise<string>((resolve) => (done = resolve)));
    const read = bench.poller.pollNow('b');
    await settle();
    expect(bench.reads).toEqual([]);
    done('written');
    expect(await job).toBe('written');
    await read;
    expect(bench.reads).toHaveLength(1);
  });

  it('waits for a read of its line', async () => {
    const bench = new Bench();
    const slow = new FakeDriver('a', hangs);
    bench.start([slow, new FakeDriver('b')], 'one line');
    await bench.timers.pass(0);
    const steps: string[] = [];
    const job = bench.poller.inTurn('b', async () => void steps.push('job'));
    await settle();
    expect(steps).toEqual([]);
    slow.finish();
    await job;
    expect(steps).toEqual(['job']);
  });

  it('says what went wrong with it, and lets the line go', async () => {
    const bench = new Bench();
    bench.start([new FakeDriver('a')]);
    await bench.timers.pass(0);
    const failing = bench.poller.inTurn('a', () => Promise.reject(new RangeError('no')));
    await expect(failing).rejects.toThrow(RangeError);
    await bench.poller.pollNow('a');
    expect(bench.poller.status('a'), 'it says nothing of the reads').toMatchObject({ verdict: 'ups', failures: 0 });
    await expect(bench.poller.inTurn('x', async () => {})).rejects.toMatchObject({ code: 'closed' });
  });

  it('ends when polling stops, and when it does not come back', async () => {
    const bench = new Bench();
    bench.start([new FakeDriver('a')]);
    await bench.timers.pass(0);
    const signals: AbortSignal[] = [];
    const endless = (signal: AbortSignal) => {
      signals.push(signal);
      return new Promise<never>(() => {});
    };
    const late = expect(bench.poller.inTurn('a', endless)).rejects.toMatchObject({ code: 'timeout' });
    await bench.timers.pass(3 * minute);
    await late;
    const stopped = expect(bench.poller.inTurn('a', endless)).rejects.toMatchObject({ code: 'closed' });
    await settle();
    await bench.poller.stop();
    await stopped;
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    await expect(bench.poller.inTurn('a', endless)).rejects.toMatchObject({ code: 'closed' });
    expect(bench.timers.waiting).toEqual([]);
  });
});
