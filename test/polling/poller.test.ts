import { describe, expect, it } from 'vitest';
import { pause } from '../../agent/polling/timers.ts';
import { DriverError } from '../../drivers/contract.ts';
import { FakeTimers, settle } from '../support/fake-timers.ts';
import { answers, Bench, FakeDriver, fails, hangs, minute } from './support.ts';

describe('the poller', () => {
  it('spreads the first polls, then reads each UPS at the interval', async () => {
    const bench = new Bench();
    const names = ['a', 'b', 'c'];
    bench.start(names.map((name) => new FakeDriver(name)));
    await bench.timers.pass(0);
    expect(bench.reads).toEqual(['a 0']);
    await bench.timers.pass(1000);
    expect(bench.reads).toEqual(['a 0', 'b 50', 'c 100']);
    await bench.timers.pass(10 * minute);
    expect(bench.readsOf('c')).toEqual([100, 5 * minute + 100, 10 * minute + 100]);
  });

  it('never spreads the first polls beyond one interval', async () => {
    const bench = new Bench({ intervalMs: 1000 });
    bench.start(Array.from({ length: 100 }, (_none, n) => new FakeDriver(`u${n}`)));
    await bench.timers.pass(995);
    expect(new Set(bench.reads.map((each) => each.split(' ')[0])).size).toBe(100);
  });

  it('reads again soon when asked to, at most three times in a row', async () => {
    const bench = new Bench();
    bench.again = () => true;
    bench.start([new FakeDriver('a')]);
    await bench.timers.pass(7 * minute);
    expect(bench.readsOf('a')).toEqual([0, 30_000, 60_000, 90_000, 90_000 + 5 * minute]);
    bench.again = () => false;
    await bench.timers.pass(5 * minute);
    bench.reads.length = 0;
    bench.again = () => bench.reads.length === 1;
    await bench.timers.pass(6 * minute);
    const [first = 0, ...rest] = bench.readsOf('a');
    expect(rest, 'a change after quiet times is confirmed again').toEqual([first + 30_000]);
  });

  it('confirms no later than the next poll would come', async () => {
    const bench = new Bench({ intervalMs: 10_000, confirmAfterMs: 30_000 });
    bench.again = () => true;
    bench.start([new FakeDriver('a')]);
    await bench.timers.pass(20_000);
    expect(bench.readsOf('a')).toEqual([0, 10_000, 20_000]);
  });

  it('goes on with every UPS whatever one driver does', async () => {
    const bench = new Bench();
    const thrower = new FakeDriver('thrower', () => {
      throw new TypeError('x is not a function');
    });
    bench.start([new FakeDriver('silent', fails('unreachable', 'nothing answers')), thrower, new FakeDriver('good')]);
    await bench.timers.pass(14 * minute);
    expect(bench.readsOf('good')).toHaveLength(3);
    expect(bench.readsOf('silent')).toHaveLength(3);
    expect(bench.readsOf('thrower')).toHaveLength(3);
    expect(bench.failures.filter((name) => name === 'silent')).toHaveLength(3);
    expect(bench.failures.filter((name) => name === 'thrower')).toHaveLength(3);
    expect(bench.poller.status('silent')).toMatchObject({
      verdict: 'unreachable',
      message: 'nothing answers',
      failures: 3,
    });
    expect(bench.poller.status('thrower')).toMatchObject({ verdict: 'unreachable', failures: 3 });
    expect(bench.poller.status('thrower')?.message).toMatch(/x is not a function/);
    expect(bench.settledTimes).toBe(1);
  });

  it('goes on when a reading cannot be taken in, and says why once', async () => {
    const bench = new Bench();
    let wrong: string | undefined = 'the disk is full';
    bench.again = () => {
      if (wrong !== undefined) throw new Error(wrong);
      return false;
    };
    bench.start([new FakeDriver('a')]);
    await bench.timers.pass(11 * minute);
    expect(bench.logged('poll.not-taken')).toEqual(['a: the reading could not be taken in: the disk is full']);
    expect(bench.poller.status('a'), 'the UPS itself answers').toMatchObject({ verdict: 'ups', failures: 0 });
    wrong = undefined;
    await bench.timers.pass(5 * minute);
    wrong = 'the disk is full';
    await bench.timers.pass(5 * minute);
    expect(bench.logged('poll.not-taken')).toHaveLength(2);
  });

  it('gives up on a driver that does not come back, and lets the line go on', async () => {
    const bench = new Bench();
    const hung = new FakeDriver('hung', hangs);
    bench.start([hung, new FakeDriver('neighbour')], 'one line');
    await bench.timers.pass(179_999);
    expect(bench.readsOf('neighbour')).toEqual([]);
    await bench.timers.pass(1);
    expect(bench.readsOf('neighbour')).toEqual([180_000]);
    expect(hung.signals[0]?.aborted, 'it is told to stop').toBe(true);
    expect(bench.failures).toEqual(['hung']);
    expect(bench.poller.status('hung')).toMatchObject({ verdict: 'unreachable', failures: 1 });
    await bench.timers.pass(5 * minute);
    expect(bench.readsOf('hung')).toHaveLength(2);
  });

  it('keeps the status of the last poll and logs it when it changes, not each time', async () => {
    const bench = new Bench();
    const driver = new FakeDriver('a');
    bench.start([driver]);
    await bench.timers.pass(0);
    expect(bench.poller.status('a')).toEqual({ verdict: 'ups', triedAt: 0, readAt: 0, failures: 0 });
    driver.does = fails('unreachable', 'no answer from 10.0.0.5');
    await bench.timers.pass(10 * minute);
    expect(bench.poller.status('a')).toEqual({
      verdict: 'unreachable',
      message: 'no answer from 10.0.0.5',
      triedAt: 10 * minute,
      readAt: 0,
      failures: 2,
    });
    driver.does = answers('ups-lost', 'the card answers, the UPS does not');
    await bench.timers.pass(10 * minute);
    driver.does = answers('ups');
    await bench.timers.pass(10 * minute);
    expect(bench.poller.status('a')).toEqual({
      verdict: 'ups',
      triedAt: 30 * minute,
      readAt: 30 * minute,
      failures: 0,
    });
    expect(bench.log.map(({ level, code, message }) => `${level} ${code} ${message}`)).toEqual([
      'info poll.answers a answers.',
      'warn poll.unreachable a: no answer from 10.0.0.5',
      'warn poll.ups-lost a: the card answers, the UPS does not',
      'info poll.answers a answers again.',
    ]);
    expect(bench.poller.status('nobody')).toBeUndefined();
  });

  it('is settled once, when each UPS was tried and what changed is confirmed', async () => {
    const bench = new Bench();
    const slow = new FakeDriver('slow', hangs);
    bench.again = (reads) => reads === 1;
    bench.start([new FakeDriver('a'), slow]);
    await bench.timers.pass(29_000);
    expect(bench.poller.settled).toBe(false);
    slow.finish();
    await bench.timers.pass(1500);
    expect(bench.readsOf('a'), 'a has its second reading').toEqual([0, 30_000]);
    expect(bench.poller.settled, 'slow waits for its second one').toBe(false);
    slow.does = answers('ups');
    await bench.timers.pass(30_000);
    expect(bench.poller.settled).toBe(true);
    await bench.timers.pass(30 * minute);
    expect(bench.settledTimes).toBe(1);
  });

  it('is settled at once without a UPS', () => {
    const bench = new Bench();
    bench.start([]);
    expect(bench.poller.settled).toBe(true);
    expect(bench.settledTimes).toBe(1);
  });

  it('is settled after each first poll also when a command or a mistake came first', async () => {
    const asked = new Bench();
    asked.start([new FakeDriver('a'), new FakeDriver('b')]);
    await asked.poller.pollNow('b');
    await asked.timers.pass(1000);
    expect(asked.poller.settled).toBe(true);

    const mistaken = new Bench();
    const thrower = new FakeDriver('thrower', () => Promise.reject(new TypeError('oops')));
    const late = new FakeDriver('late', hangs);
    mistaken.start([thrower, late]);
    await mistaken.timers.pass(3 * minute - 1);
    expect(mistaken.poller.settled, 'late was not tried to its end').toBe(false);
    await mistaken.timers.pass(1000);
    expect(mistaken.settledTimes).toBe(1);
  });

  it('reads at once on demand, in the queue of the line, without telling of it', async () => {
    const bench = new Bench();
    const first = new FakeDriver('first', hangs);
    bench.start([first, new FakeDriver('second', fails('auth', 'wrong community'))], 'one line');
    await bench.timers.pass(0);
    const now = bench.poller.pollNow('first');
    await settle();
    expect(bench.readsOf('first'), 'the poll under way comes first').toHaveLength(1);
    first.does = answers('other-vendor');
    first.finish();
    expect((await now)?.verdict).toBe('other-vendor');
    expect(bench.taken, 'only the scheduled reading was told').toEqual(['first ups']);
    await expect(bench.poller.pollNow('second')).rejects.toMatchObject({ code: 'auth', message: 'wrong community' });
    expect(await bench.poller.pollNow('nobody')).toBeUndefined();
  });

  it('ends on stop: no timer, no read, no word, every driver closed', async () => {
    const bench = new Bench({ concurrency: 1 });
    const deaf = new FakeDriver('deaf', hangs);
    const others = ['b', 'c'].map((name) => new FakeDriver(name));
    bench.start([deaf, ...others]);
    await bench.timers.pass(1000);
    expect(deaf.signals).toHaveLength(1);
    await bench.poller.stop();
    await bench.poller.stop();
    expect(deaf.signals[0]?.aborted).toBe(true);
    expect(bench.timers.waiting, 'a timer left over would keep the process alive').toEqual([]);
    await expect(bench.poller.pollNow('b')).rejects.toMatchObject({ code: 'closed' });
    deaf.finish();
    await bench.timers.pass(60 * minute);
    expect(bench.reads).toEqual(['deaf 0']);
    expect(bench.taken).toEqual([]);
    expect(bench.log).toEqual([]);
    expect(bench.settledTimes).toBe(0);
    for (const driver of [deaf, ...others]) expect(driver.closed).toBeGreaterThan(0);
  });

  it('ends on stop also a read that fails because of it, and says nothing of that', async () => {
    const bench = new Bench();
    const driver = new FakeDriver('a', async (signal) => {
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
      throw new DriverError('closed', 'stopped', { retry: false });
    });
    bench.start([driver]);
    await bench.timers.pass(0);
    await bench.poller.stop();
    await settle();
    expect([bench.log, bench.failures]).toEqual([[], []]);
  });

  it('closes every driver although others cannot be closed or never are', async () => {
    const bench = new Bench();
    const bad = new FakeDriver('bad');
    bad.onClose = () => Promise.reject(new Error('already gone'));
    const stuck = new FakeDriver('stuck');
    stuck.onClose = () => new Promise(() => {});
    const good = new FakeDriver('good');
    bench.start([bad, stuck, good]);
    const stopped = bench.poller.stop();
    await bench.timers.pass(5000);
    await stopped;
    expect(good.closed).toBe(1);
    expect(bench.logged('poll.not-closed')).toEqual(['bad: already gone']);
    expect(bench.timers.waiting).toEqual([]);
  });
});

describe('pause', () => {
  it('waits for the time given and no longer', async () => {
    const timers = new FakeTimers();
    const seen: string[] = [];
    const done = pause(timers, 'nap', 250).then(() => seen.push('awake'));
    expect(timers.waiting).toEqual(['nap 250']);
    await timers.pass(249);
    expect(seen).toEqual([]);
    await timers.pass(1);
    await done;
    expect(timers.waiting).toEqual([]);
  });
});

describe('a stuck poller', () => {
  it('is none while it waits, reads, or waits for a line that is busy', async () => {
    const bench = new Bench({ intervalMs: 60 * minute });
    bench.start([new FakeDriver('a'), new FakeDriver('silent', fails('unreachable', 'nothing answers'))]);
    const busy = new Bench();
    busy.start(
      ['x', 'y', 'z'].map((name) => new FakeDriver(name, hangs)),
      'one line',
    );
    for (let passed = 0; passed < 240; passed += 1) {
      await bench.timers.pass(minute);
      await busy.timers.pass(minute);
      expect([bench.poller.stuck(), busy.poller.stuck()]).toEqual([[], []]);
    }
    expect(busy.readsOf('z').length, 'each hanging read ends by itself').toBeGreaterThan(10);
  });

  it('is one whose reading is never taken in: its UPS would never be read again', async () => {
    const bench = new Bench({ onReading: () => new Promise(() => {}) });
    bench.start([new FakeDriver('a')]);
    await bench.timers.pass(4 * minute);
    expect(bench.poller.stuck()).toEqual([]);
    await bench.timers.pass(1);
    expect(bench.poller.stuck()).toEqual(['a']);
  });
});

describe('a target that is hurried', () => {
  it('is read at once, and at the interval from there', async () => {
    const bench = new Bench();
    bench.start([new FakeDriver('a'), new FakeDriver('b')]);
    await bench.timers.pass(2 * minute);
    bench.poller.hurry('a');
    await bench.timers.pass(5 * minute);
    expect(bench.readsOf('a')).toEqual([0, 2 * minute, 7 * minute]);
    expect(bench.readsOf('b')).toEqual([50, 5 * minute + 50]);
    expect(
      bench.taken.filter((each) => each === 'a ups'),
      'what it says is taken in',
    ).toHaveLength(3);
  });

  it('is read once in half a minute at most, and once more at its end if it was hurried meanwhile', async () => {
    const bench = new Bench();
    bench.start([new FakeDriver('a')]);
    await bench.timers.pass(minute);
    for (let n = 0; n < 100; n += 1) {
      bench.poller.hurry('a');
      await bench.timers.pass(100);
    }
    expect(bench.readsOf('a')).toEqual([0, minute]);
    await bench.timers.pass(2 * minute);
    expect(bench.readsOf('a')).toEqual([0, minute, minute + 30_000]);
    bench.poller.hurry('a');
    await bench.timers.pass(0);
    expect(bench.readsOf('a')).toHaveLength(4);
  });

  it('is read again after a read that was under way, which may have come too early', async () => {
    const bench = new Bench();
    const driver = new FakeDriver('a');
    bench.start([driver]);
    await bench.timers.pass(minute);
    driver.does = hangs;
    bench.poller.hurry('a');
    await bench.timers.pass(1000);
    for (let n = 0; n < 5; n += 1) bench.poller.hurry('a');
    driver.finish();
    driver.does = answers('ups');
    await bench.timers.pass(2 * minute);
    expect(bench.readsOf('a')).toEqual([0, minute, minute + 30_000]);
  });

  it('waits in its place behind others of its line, and is not queued twice', async () => {
    const bench = new Bench({ concurrency: 1 });
    const slow = new FakeDriver('slow');
    bench.start([slow, new FakeDriver('a')]);
    await bench.timers.pass(minute);
    slow.does = hangs;
    bench.poller.hurry('slow');
    bench.poller.hurry('a');
    await bench.timers.pass(1000);
    bench.poller.hurry('a');
    slow.finish();
    await bench.timers.pass(minute);
    expect(bench.readsOf('a')).toEqual([50, minute + 1000]);
  });

  it('does not come later because of that', async () => {
    const bench = new Bench();
    bench.again = () => bench.reads.length === 2;
    bench.start([new FakeDriver('a')]);
    await bench.timers.pass(minute);
    bench.poller.hurry('a');
    await bench.timers.pass(10_000);
    bench.poller.hurry('a');
    await bench.timers.pass(minute);
    expect(bench.readsOf('a'), 'its confirmation stands').toEqual([0, minute, minute + 30_000]);
  });

  it('is passed over when it is not known, or polling has stopped', async () => {
    const bench = new Bench();
    bench.start([new FakeDriver('a')]);
    await bench.timers.pass(minute);
    bench.poller.hurry('b');
    await bench.poller.stop();
    bench.poller.hurry('a');
    await bench.timers.pass(minute);
    expect(bench.readsOf('a')).toEqual([0]);
    expect(bench.timers.waiting).toEqual([]);
  });
});
