/** The reader of the mailbox: what it looks at, what it leaves alone, and how it goes on after a loss. */
import { afterEach, describe, expect, it } from 'vitest';
import { parseHeaders } from '../../../agent/delivery/answers/headers.ts';
import type { MailBody } from '../../../agent/delivery/answers/judge.ts';
import type { Mailbox, MailboxItem } from '../../../agent/delivery/answers/mailbox.ts';
import { MailboxError } from '../../../agent/delivery/answers/mailbox-error.ts';
import { AnswerReader, type FoundMail, type MailboxPosition } from '../../../agent/delivery/answers/reader.ts';
import { keys } from '../../../agent/store/keys.ts';
import { memoryStore } from '../../../agent/store/memory-store.ts';
import { StoreError } from '../../../agent/store/port.ts';
import { FakeTimers, settle } from '../../support/fake-timers.ts';

const lost = new MailboxError('unreachable', 'The connection was lost.');

/** A mailbox on the server, which outlives connections. */
class Server {
  uidValidity = '1';
  readonly mails = new Map<number, { subject: string; body: MailBody; arrived: number }>();
  readonly done: number[] = [];
  readonly asked: string[] = [];
  opened = 0;
  closed = 0;
  uidNext = 1;
  news: (() => void) | undefined;
  refuse: MailboxError | undefined;
  /** Reading the body of this mail ends the connection. */
  readonly poison = new Set<number>();
  notMoved = false;

  arrive(subject: string, text = '', arrived = Date.parse('2026-06-01T08:00:00Z')): number {
    const uid = this.uidNext;
    this.uidNext += 1;
    this.mails.set(uid, { subject, body: { text }, arrived });
    this.news?.();
    return uid;
  }

  renumber(uidValidity: string): void {
    const all = [...this.mails.values()];
    this.uidValidity = uidValidity;
    this.mails.clear();
    this.uidNext = 1000;
    for (const mail of all) this.mails.set(this.uidNext++, mail);
  }

  readonly open = async (): Promise<Mailbox> => {
    if (this.refuse) throw this.refuse;
    this.opened += 1;
    const { uidValidity } = this;
    let dead = false;
    const alive = (): void => {
      if (dead) throw lost;
    };
    const uids = (wanted: (uid: number, arrived: number) => boolean): number[] =>
      [...this.mails].flatMap(([uid, { arrived }]) => (wanted(uid, arrived) ? [uid] : []));
    return {
      uidValidity,
      lastUid: this.uidNext - 1,
      uidsAfter: async (after) => {
        alive();
        this.asked.push(`after ${after}`);
        return uids((uid) => uid > after);
      },
      uidsSince: async (day) => {
        alive();
        this.asked.push(`since ${day.toISOString().slice(0, 10)}`);
        return uids((_uid, arrived) => arrived >= day.getTime());
      },
      heads: async (wanted) => {
        alive();
        this.asked.push(`heads ${wanted.length}`);
        return wanted.flatMap((uid): MailboxItem[] => {
          const mail = this.mails.get(uid);
          return mail ? [{ uid, head: { subject: mail.subject, headers: parseHeaders('') } }] : [];
        });
      },
      body: async (uid) => {
        alive();
        this.asked.push(`body ${uid}`);
        if (this.poison.has(uid)) {
          dead = true;
          throw lost;
        }
        return this.mails.get(uid)?.body ?? {};
      },
      done: async (uid) => {
        alive();
        if (this.notMoved) throw new MailboxError('misconfigured', 'It cannot be moved.');
        this.done.push(uid);
      },
      onNews: (call) => {
        this.news = call;
      },
      close: async () => {
        dead = true;
        this.closed += 1;
      },
    };
  };
}

const readers: AnswerReader[] = [];
afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.stop()));
});

class Room {
  readonly server = new Server();
  readonly timers = new FakeTimers();
  store = memoryStore();
  now = Date.parse('2026-06-01T09:00:00Z');
  readonly taken: string[] = [];
  readonly log: string[] = [];
  clockIsRight = true;
  fail: Error | undefined;
  reader = this.make();

  make(open = this.server.open): AnswerReader {
    const reader = new AnswerReader({
      name: 'answers@mail.example:993/INBOX',
      open,
      store: this.store,
      now: () => new Date(this.now).toISOString(),
      random: () => 0.5,
      after: this.timers.after.bind(this.timers),
      log: (_level, code) => this.log.push(code),
      mayAct: () => this.clockIsRight,
      since: () => new Date('2026-05-31T00:00:00Z'),
      recognise: ({ subject }) => (subject.includes('ours') ? { token: subject } : undefined),
      take: async (mail) => this.#take(mail),
    });
    readers.push(reader);
    return reader;
  }

  async #take({ head, verdict }: FoundMail): Promise<boolean> {
    if (this.fail) throw this.fail;
    this.taken.push(`${head.subject}: ${verdict.kind}`);
    return verdict.kind === 'answer';
  }

  async run(): Promise<this> {
    this.reader.start();
    await settle();
    return this;
  }

  async restart(): Promise<void> {
    await this.reader.stop();
    this.reader = this.make();
    await this.run();
  }

  get position(): Partial<MailboxPosition> {
    return this.store.get<MailboxPosition>(keys.mailbox)?.value ?? {};
  }
}

describe('the reader', () => {
  it('takes what is about an invitation, marks answers, and leaves the rest alone', async () => {
    const room = new Room();
    const ids = [
      room.server.arrive('newsletter', 'ACCEPT'),
      room.server.arrive('ours', 'ACCEPT'),
      room.server.arrive('ours', 'Please call me'),
    ];
    await room.run();
    expect(room.taken).toEqual(['ours: answer', 'ours: unclear']);
    expect(room.server.done).toEqual([ids[1]]);
    expect(room.server.asked).toEqual(['since 2026-05-31', 'heads 3', 'body 2', 'body 3']);
    expect(room.position).toMatchObject({ uidValidity: '1', uid: 3 });
  });

  it('looks only at what is new, when it comes', async () => {
    const room = await new Room().run();
    expect(room.server.asked).toEqual(['since 2026-05-31']);
    room.server.arrive('ours', 'ACCEPT');
    await settle();
    room.server.arrive('something else');
    await settle();
    expect(room.server.asked.slice(1)).toEqual(['after 0', 'heads 1', 'body 1', 'after 1', 'heads 1']);
    expect(room.server.opened).toBe(1);
  });

  it('looks by itself now and then, for servers that announce nothing', async () => {
    const room = await new Room().run();
    room.server.news = undefined;
    room.server.arrive('ours', 'ACCEPT');
    await room.timers.pass(10 * 60_000);
    expect(room.taken).toEqual(['ours: answer']);
  });

  it('goes on after a restart where it was', async () => {
    const room = new Room();
    for (let n = 0; n < 250; n += 1) room.server.arrive('newsletter');
    await room.run();
    await room.restart();
    room.server.arrive('ours', 'ACCEPT');
    await settle();
    expect(room.server.asked).toEqual([
      'since 2026-05-31',
      'heads 100',
      'heads 100',
      'heads 50',
      'after 250',
      'after 250',
      'heads 1',
      'body 251',
    ]);
  });

  it('does not write for foreign mail alone, but now and then', async () => {
    const room = await new Room().run();
    const revision = () => room.store.get(keys.mailbox)?.revision;
    const before = revision();
    for (let n = 0; n < 20; n += 1) {
      room.server.arrive('newsletter');
      await settle();
    }
    expect(revision()).toBe(before);
    room.now += 2 * 3_600_000;
    room.server.arrive('newsletter');
    await settle();
    expect(room.position.uid).toBe(21);
  });

  it('looks at what came lately once more when the numbers are new', async () => {
    const room = new Room();
    room.server.arrive('ours, old', 'ACCEPT', Date.parse('2026-04-01'));
    room.server.arrive('ours', 'ACCEPT');
    await room.run();
    expect(room.taken).toEqual(['ours: answer']);
    room.now += 30 * 24 * 3_600_000;
    room.server.arrive('ours, second', 'DECLINE', room.now);
    await settle();
    room.server.renumber('2');
    await room.restart();
    expect(room.server.asked.filter((line) => line.startsWith('since'))).toEqual([
      'since 2026-05-31',
      'since 2026-06-29',
    ]);
    expect(room.taken.slice(1)).toEqual(['ours, second: answer', 'ours, second: answer']);
    expect(room.position).toMatchObject({ uidValidity: '2', uid: 1002 });
  });

  it('does not take the numbers of another mailbox for its own', async () => {
    const room = new Room();
    const other: MailboxPosition = { mailbox: 'x@y:993/INBOX', uidValidity: '1', uid: 99, at: '2026-06-01T00:00:00Z' };
    await room.store.commit({ changes: [{ key: keys.mailbox, value: other, expected: 0 }] });
    room.server.arrive('ours', 'ACCEPT');
    await room.run();
    expect(room.taken).toEqual(['ours: answer']);
  });
});

describe('a mailbox that cannot be read', () => {
  it('is tried again with growing patience, said once, and read as soon as it can be', async () => {
    const room = new Room();
    room.server.refuse = new MailboxError('auth', 'It does not let the agent in.');
    await room.run();
    for (const seconds of [30, 60, 120, 240, 480, 900, 900]) {
      const before = room.timers.monotonic();
      const [next = ''] = room.timers.waiting;
      expect(Number(next.split(' ').at(-1)) - before).toBe(seconds * 1000);
      await room.timers.pass(seconds * 1000);
    }
    expect(room.log).toEqual(['answers.not-readable']);
    expect(room.reader.trouble()).toBe('It does not let the agent in.');
    room.server.refuse = undefined;
    room.server.arrive('ours', 'ACCEPT');
    await room.timers.pass(900_000);
    expect(room.taken).toEqual(['ours: answer']);
    expect(room.log).toEqual(['answers.not-readable', 'answers.readable']);
    expect(room.reader.trouble()).toBeUndefined();
  });

  it('by one mail that ends the connection is read without it', async () => {
    const room = new Room();
    room.server.arrive('ours, first', 'ACCEPT');
    room.server.poison.add(room.server.arrive('ours, poison', 'ACCEPT'));
    room.server.arrive('ours, last', 'DECLINE');
    await room.run();
    for (let n = 0; n < 6; n += 1) await room.timers.pass(900_000);
    expect(room.taken.filter((line) => line.startsWith('ours, last'))).toEqual(['ours, last: answer']);
    expect(room.log).toContain('answers.skipped');
    expect(room.position.uid).toBe(3);
    expect(room.server.opened).toBe(4);
  });

  it('that does not answer is not waited for at a stop, and closed when it does', async () => {
    const room = new Room();
    const { open } = room.server;
    let answer = (): void => {};
    const late = new Promise<void>((resolve) => {
      answer = resolve;
    });
    room.reader = room.make(async () => {
      await late;
      return await open();
    });
    await room.run();
    await room.reader.stop();
    expect(room.server.opened).toBe(0);
    answer();
    await settle();
    expect([room.server.opened, room.server.closed]).toEqual([1, 1]);
  });

  it('is closed at a stop, also while it waits', async () => {
    const room = await new Room().run();
    await room.reader.stop();
    await room.reader.stop();
    expect([room.server.opened, room.server.closed]).toEqual([1, 1]);
    const waiting = new Room();
    waiting.server.refuse = lost;
    await waiting.run();
    await waiting.reader.stop();
    expect(waiting.timers.waiting).toEqual([]);
  });
});

describe('a mail', () => {
  it('that cannot be written down is taken again, and not marked', async () => {
    const room = new Room();
    room.fail = new StoreError('write-failed', 'the disk is full', { retry: true });
    room.server.arrive('ours', 'ACCEPT');
    await room.run();
    expect(room.server.done).toEqual([]);
    expect(room.position.uid).toBeUndefined();
    room.fail = undefined;
    await room.timers.pass(60_000);
    expect([room.taken, room.server.done]).toEqual([['ours: answer'], [1]]);
  });

  it('that fails in a way it should not is passed over, and the rest is read', async () => {
    const room = new Room();
    room.server.arrive('ours', 'ACCEPT');
    room.fail = new TypeError('a mistake of ours');
    await room.run();
    room.fail = undefined;
    room.server.arrive('ours, next', 'ACCEPT');
    await settle();
    expect(room.log).toEqual(['answers.not-understood']);
    expect([room.taken, room.server.done]).toEqual([['ours, next: answer'], [2]]);
  });

  it('that cannot be moved counts all the same, once', async () => {
    const room = new Room();
    room.server.notMoved = true;
    room.server.arrive('ours', 'ACCEPT');
    await room.run();
    await room.timers.pass(3_600_000);
    expect([room.taken, room.log]).toEqual([['ours: answer'], ['answers.not-moved']]);
  });

  it('waits while the clock is wrong', async () => {
    const room = new Room();
    room.clockIsRight = false;
    room.server.arrive('ours', 'ACCEPT');
    await room.run();
    expect(room.server.asked).toEqual([]);
    room.clockIsRight = true;
    await room.timers.pass(10 * 60_000);
    expect(room.taken).toEqual(['ours: answer']);
  });
});
