import { describe, expect, it } from 'vitest';
import { DeliveryError } from '../../agent/delivery/channel.ts';
import type { CloudEvent } from '../../agent/delivery/cloud/events.ts';
import { Forwarder } from '../../agent/delivery/forwarder.ts';
import type { CloudItem, EndpointState } from '../../agent/delivery/records.ts';
import { keys } from '../../agent/store/keys.ts';
import { memoryStore } from '../../agent/store/memory-store.ts';

const start = Date.parse('2026-06-01T06:00:00Z');
const hour = 3_600_000;
const retry = (rest: { retryAfter?: number; maybeTaken?: boolean } = {}) =>
  new DeliveryError('deferred', 'Not now.', { retry: true, ...rest });
const refused = new DeliveryError('refused', 'Refused.', { retry: false, reply: '400 no' });

class Line {
  readonly store = memoryStore();
  now = start;
  url: string | undefined = 'https://endpoint.example/events';
  answer: (messages: readonly string[]) => DeliveryError | undefined = () => undefined;
  readonly posts: { id: string; events: readonly CloudEvent[] }[] = [];
  readonly fates: string[] = [];
  readonly disabled: string[] = [];
  readonly forwarder = new Forwarder({
    store: this.store,
    now: () => new Date(this.now).toISOString(),
    random: () => 0.5,
    log: () => {},
    endpoint: () =>
      this.url === undefined ? undefined : { url: this.url, post: (events, id) => this.#post(events, id) },
    settled: (item, fate, reply) => {
      this.fates.push(`${item.id} ${fate} ${reply}`);
      return { changes: [], history: [] };
    },
    disabled: (url) => {
      this.disabled.push(url);
      return { changes: [], history: [] };
    },
  });

  async #post(events: readonly CloudEvent[], id: string) {
    this.posts.push({ id, events });
    const error = this.answer(events.map(({ data }) => ('message' in data ? data.message : '')));
    if (error) throw error;
    return { reply: '204' };
  }

  async put(id: string, rest: Partial<CloudItem> = {}): Promise<void> {
    const key = keys.cloud(id);
    const item: CloudItem = {
      id,
      type: 'test',
      time: new Date(this.now).toISOString(),
      data: { tellReseller: false, message: id },
      ...rest,
    };
    await this.store.commit({ changes: [{ key, value: item, expected: this.store.get(key)?.revision ?? 0 }] });
  }

  /** The ids in each post. */
  get batches(): string[][] {
    return this.posts.map(({ events }) => events.map(({ id }) => id));
  }
}

describe('the way to the endpoint', () => {
  it('posts what waits, oldest first, a hundred at a time', async () => {
    const line = new Line();
    for (let n = 0; n < 150; n += 1) {
      line.now = start + (150 - n) * 1000;
      await line.put(`n${n}`);
    }
    expect(line.forwarder.depth()).toBe(150);
    expect(await line.forwarder.forward()).toBe(150);
    expect(line.batches.map((batch) => batch.length)).toEqual([100, 50]);
    expect(line.batches.flat()).toEqual(Array.from({ length: 150 }, (_, n) => `n${149 - n}`));
    expect([line.forwarder.depth(), line.forwarder.nextDue()]).toEqual([0, undefined]);
    expect(await line.store.history({ kind: 'cloud.taken' })).toHaveLength(150);
  });

  it('does nothing without an endpoint', async () => {
    const line = new Line();
    await line.put('a');
    line.url = undefined;
    expect([await line.forwarder.forward(), line.forwarder.nextDue()]).toEqual([0, undefined]);
    expect(line.forwarder.depth()).toBe(1);
  });

  it('is one call at a time', async () => {
    const line = new Line();
    await line.put('a');
    await Promise.all([line.forwarder.forward(), line.forwarder.forward()]);
    expect(line.posts).toHaveLength(1);
  });

  it('tries again ever more seldom, with the same ids, and begins anew after a success', async () => {
    const line = new Line();
    await line.put('a');
    line.answer = () => retry();
    const waits: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      expect(await line.forwarder.forward()).toBe(0);
      const next = Date.parse(line.forwarder.nextDue() ?? '');
      waits.push((next - line.now) / 1000);
      line.now = next - 1;
      const tried = line.posts.length;
      await line.forwarder.forward();
      expect(line.posts).toHaveLength(tried);
      line.now = next;
    }
    expect(waits).toEqual([30, 60, 120, 240]);
    expect(new Set(line.posts.map((post) => JSON.stringify(post))).size).toBe(1);
    line.answer = () => undefined;
    expect(await line.forwarder.forward()).toBe(1);
    expect(line.fates).toEqual(['a taken 204']);
    await line.put('b');
    line.answer = () => retry();
    await line.forwarder.forward();
    expect(Date.parse(line.forwarder.nextDue() ?? '') - line.now).toBe(30_000);
  });

  it('gives up what waited for five days, and only that', async () => {
    const line = new Line();
    await line.put('old');
    line.now = start + 3 * 24 * hour;
    await line.put('young');
    line.answer = () => retry();
    for (let n = 1; n < 10; n += 1) {
      line.now += 7 * hour;
      await line.forwarder.forward();
    }
    expect(line.fates).toEqual([]);
    line.now += 7 * hour;
    await line.forwarder.forward();
    expect(line.fates).toEqual(['old refused given up after five days: Not now.']);
    expect(line.forwarder.depth()).toBe(1);
  });

  it('a batch that is refused is posted one by one, so that only the bad item is lost', async () => {
    const line = new Line();
    for (const id of ['a', 'b', 'c']) await line.put(id);
    line.answer = (ids) => (ids.includes('b') ? refused : undefined);
    expect(await line.forwarder.forward()).toBe(3);
    expect(line.batches).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']]);
    expect(line.fates).toEqual(['a taken 204', 'b refused 400 no', 'c taken 204']);
  });

  it('one that cannot be tried further waits with those behind it', async () => {
    const line = new Line();
    for (const id of ['a', 'b', 'c']) await line.put(id);
    line.answer = (ids) => (ids.length > 1 ? refused : ids.includes('b') ? retry() : undefined);
    await line.forwarder.forward();
    expect(line.fates).toEqual(['a taken 204']);
    expect(line.forwarder.depth()).toBe(2);
  });

  it('an item that is too large to be taken by anybody is refused without the others', async () => {
    const line = new Line();
    await line.put('large', { data: { tellReseller: false, message: 'x'.repeat(70_000) } });
    await line.put('small');
    await line.forwarder.forward();
    expect(line.fates.map((fate) => fate.split(' ').slice(0, 2).join(' '))).toEqual(['large refused', 'small taken']);
  });

  it('an item that was replaced while it was posted is posted again as it is now', async () => {
    const line = new Line();
    await line.put('a');
    let again = true;
    const { answer } = line;
    line.answer = (ids) => {
      if (again) {
        again = false;
        line.now += 1000;
        void line.put('a', { data: { tellReseller: false, message: 'newer' } });
      }
      return answer(ids);
    };
    await line.forwarder.forward();
    expect(line.posts.map(({ events }) => events.map(({ data }) => ('message' in data ? data.message : '')))).toEqual([
      ['a'],
      ['newer'],
    ]);
    expect(line.forwarder.depth()).toBe(0);
  });

  it('is closed by 410 until the config names another endpoint', async () => {
    const line = new Line();
    await line.put('a');
    line.answer = () => new DeliveryError('gone', 'Gone.', { retry: false, reply: '410 gone' });
    expect(await line.forwarder.forward()).toBe(0);
    line.now += 24 * hour;
    expect([await line.forwarder.forward(), line.forwarder.nextDue()]).toEqual([0, undefined]);
    expect([line.posts.length, line.disabled, line.forwarder.depth()]).toEqual([1, [line.url], 1]);
    expect(line.store.get<EndpointState>(keys.endpoint)?.value.disabledAt).toBeDefined();
    line.url = 'https://another.example/events';
    line.answer = () => undefined;
    expect(await line.forwarder.forward()).toBe(1);
  });

  it('keeps what waits for a closed endpoint for five days', async () => {
    const line = new Line();
    await line.put('a');
    line.answer = () => new DeliveryError('gone', 'Gone.', { retry: false, reply: '410 gone' });
    await line.forwarder.forward();
    line.now += 119 * hour;
    await line.forwarder.forward();
    expect(line.forwarder.depth()).toBe(1);
    line.now += 2 * hour;
    await line.forwarder.forward();
    expect(line.forwarder.depth()).toBe(0);
    expect((await line.store.history({ kind: 'cloud.dropped' })).length).toBe(1);
  });

  it('does not hold the wait of one endpoint against another', async () => {
    const line = new Line();
    await line.put('a');
    line.answer = () => retry();
    await line.forwarder.forward();
    line.url = 'https://another.example/events';
    line.answer = () => undefined;
    expect(await line.forwarder.forward()).toBe(1);
  });

  it('drops an item that tells a notice which is gone', async () => {
    const line = new Line();
    await line.put('a', { notice: 'notice/S1/warranty-expires/2026-06-01/reseller%3Aone/30' });
    expect(await line.forwarder.forward()).toBe(0);
    expect([line.posts, line.forwarder.depth()]).toEqual([[], 0]);
  });
});
