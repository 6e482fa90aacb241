import { describe, expect, it } from 'vitest';
import { DeliveryError } from '../../agent/delivery/channel.ts';
import type { ComposedMail } from '../../agent/delivery/mail/content.ts';
import type { MailEnvelope } from '../../agent/delivery/mail/message.ts';
import { type Fate, Outbox } from '../../agent/delivery/outbox.ts';
import type { Message, OtherMessage } from '../../agent/delivery/records.ts';
import { giveUpAfterMs, retryDelay } from '../../agent/delivery/retry.ts';
import { keys } from '../../agent/store/keys.ts';
import { memoryStore } from '../../agent/store/memory-store.ts';

const start = Date.parse('2026-06-01T06:00:00Z');
const hour = 3_600_000;

function later(message: string, rest: Partial<ConstructorParameters<typeof DeliveryError>[2]> = {}): DeliveryError {
  return new DeliveryError('unreachable', message, { retry: true, ...rest });
}

/** An outbox with mails to the customer, which need nothing but themselves. */
class Post {
  readonly store = memoryStore();
  now = start;
  from = 'ups@customer.example';
  readonly sent: { words: ComposedMail; envelope: MailEnvelope }[] = [];
  readonly fates: string[] = [];
  readonly log: string[] = [];
  configured = true;
  answer: (to: string) => DeliveryError | undefined = () => undefined;
  readonly outbox = new Outbox({
    store: this.store,
    now: () => new Date(this.now).toISOString(),
    random: () => 0.5,
    log: (level, code) => this.log.push(`${level} ${code}`),
    site: () => ({
      company: 'Customer Ltd',
      contact: { name: 'Ira', mail: 'it@customer.example' },
      from: this.from,
      replyTo: { address: 'it@customer.example' },
      timeZone: 'UTC',
    }),
    smtp: () => (this.configured ? { send: (words, envelope) => this.#send(words, envelope) } : undefined),
    settled: (message, fate) => this.#settled(message, fate),
  });

  async #send(words: ComposedMail, envelope: MailEnvelope) {
    const error = this.answer(envelope.to);
    if (error) throw error;
    this.sent.push({ words, envelope });
    return { reply: '250 ok' };
  }

  #settled(message: Message, fate: Fate) {
    this.fates.push(`${message.id} ${fate.kind} ${fate.reply}`);
    return { changes: [], history: [] };
  }

  async put(id: string, rest: Partial<OtherMessage> = {}): Promise<void> {
    const at = new Date(this.now).toISOString();
    const value: OtherMessage = {
      kind: 'test',
      id,
      recipient: 'customer',
      to: `${id}@customer.example`,
      language: 'en',
      state: 'queued',
      createdAt: at,
      nextAt: at,
      failures: 0,
      content: { kind: 'test', company: 'Customer Ltd', today: '2026-06-01' },
      ...rest,
    };
    await this.store.commit({ changes: [{ key: keys.message(id), value, expected: 0 }] });
  }

  message(id: string): Message | undefined {
    return this.store.get<Message>(keys.message(id))?.value;
  }
}

describe('the outbox', () => {
  it('sends what is due, and keeps the receipt but not the words', async () => {
    const post = new Post();
    await post.put('a');
    await post.put('b', { nextAt: new Date(start + hour).toISOString() });
    expect([post.outbox.depth(), post.outbox.nextDue()]).toEqual([2, new Date(start).toISOString()]);
    expect(await post.outbox.deliver()).toEqual({ sent: 1, failed: 0, retried: 0, dropped: 0 });
    expect(post.fates).toEqual(['a taken 250 ok']);
    expect(post.message('a')).toMatchObject({ state: 'sent', settledAt: new Date(start).toISOString() });
    expect(post.message('a')).not.toHaveProperty('words');
    expect(await post.store.history({ kind: 'mail.sent' })).toMatchObject([
      { data: { message: 'a', reply: '250 ok' } },
    ]);
    expect(await post.outbox.deliver()).toMatchObject({ sent: 0 });
    post.now += hour;
    expect(await post.outbox.deliver()).toMatchObject({ sent: 1 });
    expect([post.outbox.depth(), post.outbox.nextDue()]).toEqual([0, undefined]);
  });

  it('waits while mail is not configured', async () => {
    const post = new Post();
    await post.put('a');
    post.configured = false;
    expect(await post.outbox.deliver()).toEqual({ sent: 0, failed: 0, retried: 0, dropped: 0 });
    expect(post.message('a')?.state).toBe('queued');
  });

  it('claims a message, with its words, before it is sent', async () => {
    const post = new Post();
    await post.put('a');
    let claimed: Message | undefined;
    post.answer = () => {
      claimed = post.message('a');
      return undefined;
    };
    await post.outbox.deliver();
    expect(claimed).toMatchObject({ state: 'sending', words: post.sent[0]?.words });
    expect(claimed?.messageId).toMatch(/^<.+@customer\.example>$/);
  });

  it('sends a claimed message again letter by letter', async () => {
    const post = new Post();
    const words = { subject: 'S', text: 'T', html: '<p>T</p>' };
    await post.put('a', { state: 'sending', words });
    await post.outbox.deliver();
    expect(post.sent[0]?.words).toEqual(words);
  });

  it('sends many, several at a time, each once, also when called twice', async () => {
    const post = new Post();
    for (let n = 0; n < 23; n += 1) await post.put(`m${n}`);
    const [one, other] = await Promise.all([post.outbox.deliver(), post.outbox.deliver()]);
    expect(one).toMatchObject({ sent: 23 });
    expect(other).toBe(one);
    expect(new Set(post.sent.map(({ envelope }) => envelope.to)).size).toBe(23);
    expect(post.sent).toHaveLength(23);
  });

  it('one mail that fails does not hold up the others', async () => {
    const post = new Post();
    for (const id of ['a', 'b', 'c']) await post.put(id);
    post.answer = (to) => (to.startsWith('b') ? later('No.') : undefined);
    expect(await post.outbox.deliver()).toMatchObject({ sent: 2, retried: 1 });
  });

  it('a sender that is no address holds up nothing for good, and says so', async () => {
    const post = new Post();
    await post.put('a');
    post.from = 'nobody';
    expect(await post.outbox.deliver()).toMatchObject({ failed: 1 });
    expect(post.fates[0]).toContain('mail.from');
    expect(post.log).toContain('error mail.failed');
  });
});

describe('a mail that is not taken', () => {
  it('is tried again ever more seldom, from 30 seconds to 6 hours, and given up after five days', async () => {
    const post = new Post();
    await post.put('a');
    post.answer = () => later('The server does not answer.');
    const waits: number[] = [];
    while (post.message('a')?.state !== 'failed') {
      await post.outbox.deliver();
      const { nextAt = '', state } = post.message('a') ?? {};
      if (state !== 'queued') break;
      waits.push((Date.parse(nextAt) - post.now) / 1000);
      post.now = Date.parse(nextAt) - 1;
      expect(await post.outbox.deliver()).toMatchObject({ retried: 0, failed: 0 });
      post.now += 1;
    }
    expect(waits.slice(0, 5)).toEqual([30, 60, 120, 240, 480]);
    expect(Math.max(...waits)).toBe(21_600);
    expect(post.now - start).toBeGreaterThanOrEqual(giveUpAfterMs);
    expect(post.now - start).toBeLessThan(giveUpAfterMs + 6 * hour);
    expect(post.fates).toEqual(['a refused The server does not answer.']);
    // The same trouble is logged once.
    expect(post.log).toEqual(['warn mail.deferred', 'error mail.failed']);
  });

  it('waits as long as the server asks', async () => {
    const post = new Post();
    await post.put('a');
    post.answer = () => later('Later.', { retryAfter: 10 * hour });
    await post.outbox.deliver();
    expect(Date.parse(post.message('a')?.nextAt ?? '') - post.now).toBe(10 * hour);
  });

  it('gets new words when it was surely not taken, and keeps them when it may have been', async () => {
    const post = new Post();
    await post.put('a');
    post.answer = () => later('No connection.');
    await post.outbox.deliver();
    expect(post.message('a')).not.toHaveProperty('words');
    post.answer = () => later('The answer was lost.', { maybeTaken: true });
    post.now += hour;
    await post.outbox.deliver();
    const frozen = post.message('a')?.words;
    expect(frozen).toBeDefined();
    post.answer = () => later('No connection.');
    post.now += hour;
    await post.outbox.deliver();
    expect(post.message('a')?.words).toEqual(frozen);
  });

  it('is refused for good at once', async () => {
    const post = new Post();
    await post.put('a');
    post.answer = () => new DeliveryError('refused', 'Refused.', { retry: false, reply: '550 no such user' });
    expect(await post.outbox.deliver()).toMatchObject({ failed: 1 });
    expect(post.message('a')).toMatchObject({ state: 'failed', lastError: '550 no such user' });
    expect(post.fates).toEqual(['a refused 550 no such user']);
    expect(post.outbox.depth()).toBe(0);
  });
});

describe('how long to wait', () => {
  it.each([
    [1, 0.5, undefined, 30_000],
    [1, 0, undefined, 30_000],
    [1, 1, undefined, 36_000],
    [2, 0.5, undefined, 60_000],
    [2, 0, undefined, 48_000],
    [2, 1, undefined, 72_000],
    [10, 0.5, undefined, 15_360_000],
    [11, 1, undefined, 6 * hour],
    [11, 0, undefined, 17_280_000],
    [10_000, 0.5, undefined, 6 * hour],
    [1, 0.5, 12 * hour, 12 * hour],
    [5, 0.5, 1000, 30_000],
    [5, 0.5, 90_000, 90_000],
  ])('after %i failures (chance %f, asked for %s): %i ms', (failures, random, asked, expected) => {
    expect(retryDelay(failures, random, asked)).toBe(expected);
  });
});
