/**
 * Random lives of a site, played with the real operations, and what must hold in every one of them. The model knows
 * nothing of events and steps: it counts days.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message, NoticeRecord } from '../../agent/delivery/records.ts';
import { addDays, daysUntil } from '../../agent/lifecycle/days.ts';
import type { Day } from '../../agent/lifecycle/model.ts';
import { answer } from '../../agent/operations/answer.ts';
import { disconnect, invite, tick } from '../../agent/operations/reseller.ts';
import { keys } from '../../agent/store/keys.ts';
import { memoryStore } from '../../agent/store/memory-store.ts';
import type { Versioned } from '../../agent/store/port.ts';
import { unitConfig } from '../lifecycle/support.ts';
import { Bench, customerAddress, down, lost, resellerAddress } from './support.ts';

const start = '2026-06-01';
const inDays = (days: number) => addDays(start, days);
const us = (day: Day) => `${day.slice(5, 7)}/${day.slice(8)}/${day.slice(0, 4)}`;

/** The step that a date so many days away asks for. */
function stepFor(left: number): string | undefined {
  if (left > 90) return undefined;
  return left > 30 ? '90' : left > 7 ? '30' : left > 0 ? '7' : '0';
}

/** The process ends; another begins with the records as they are on disk. */
function restart(bench: Bench): void {
  const records: [string, Versioned<unknown>][] = JSON.parse(JSON.stringify(bench.store.list('')));
  bench.restart(memoryStore(records));
}

describe('a fixed date', () => {
  it('is told at every step whose days had a run and a mail server, once each, late or not', async () => {
    const life = fc.record({
      left: fc.integer({ min: -20, max: 130 }),
      days: fc.array(fc.record({ gap: fc.integer({ min: 1, max: 25 }), down: fc.boolean(), dies: fc.boolean() }), {
        minLength: 1,
        maxLength: 12,
      }),
    });
    await fc.assert(
      fc.asyncProperty(life, async ({ left, days }) => {
        const bench = new Bench(start, [{ name: 'a', warrantyEnd: inDays(left), replaceBy: inDays(left) }]);
        await bench.units.missed('a');
        let passed = 0;
        const expected: string[] = [];
        let outage = 0;
        for (const { gap, down: wish, dies } of days) {
          passed += gap;
          // An outage of five days gives notices up; that is told elsewhere.
          outage = wish ? outage + gap : 0;
          const isDown = wish && outage < 5;
          bench.smtp = () => (isDown ? down : undefined);
          if (dies) restart(bench);
          await bench.morning(inDays(passed));
          const step = stepFor(left - passed);
          if (!isDown && step !== undefined && !expected.includes(step)) expected.push(step);
          if (!isDown) outage = 0;
        }
        const told = bench.store
          .list<NoticeRecord>(keys.notices)
          .filter(([, { value }]) => value.state === 'told')
          .map(([, { value }]) => `${value.event.startsWith('warranty') ? 'warranty' : 'battery'} ${value.step}`);
        const wanted = ['battery', 'warranty'].flatMap((what) => expected.map((step) => `${what} ${step}`));
        expect(told.sort()).toEqual(wanted.sort());
      }),
      { numRuns: 40 },
    );
  });
});

type Act =
  | { readonly kind: 'pass'; readonly days: number }
  | { readonly kind: 'date'; readonly unit: 'a' | 'b'; readonly days: number }
  | { readonly kind: 'said'; readonly days: number; readonly how: 'sound' | 'doubtful' }
  | { readonly kind: 'flag'; readonly unit: 'a' | 'b'; readonly key: string; readonly on: boolean }
  | { readonly kind: 'swap' | 'restart' | 'accept' | 'decline' | 'disconnect' | 'invite' }
  | { readonly kind: 'smtp'; readonly mode: 'up' | 'down' | 'lost' };

const unitName = fc.constantFrom('a' as const, 'b' as const);
const flagKey = fc.constantFrom(
  'battery.replace',
  'battery.lifetime.near-end',
  'battery.lifetime.exceeded',
  'battery.packs.bad',
);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pass'), days: fc.integer({ min: 1, max: 20 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('date'), unit: unitName, days: fc.integer({ min: -30, max: 140 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('said'),
      days: fc.integer({ min: -30, max: 140 }),
      how: fc.constantFrom('sound', 'doubtful'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('flag'), unit: unitName, key: flagKey, on: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('swap', 'restart', 'accept', 'accept', 'decline', 'disconnect', 'invite'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('smtp'), mode: fc.constantFrom('up', 'up', 'down', 'lost') }) },
) as fc.Arbitrary<Act>;

class Life {
  readonly bench = new Bench(start, [
    { name: 'a', warrantyEnd: inDays(100) },
    { name: 'b', plan: { kind: 'advanced', end: inDays(40) } },
    { name: 'c' },
  ]);
  /** Keys of the notices in each mail, by Message-ID, as they were when it was claimed. */
  readonly carried = new Map<string, readonly string[]>();
  readonly firstTried = new Map<string, Day>();
  #mode: 'up' | 'down' | 'lost' = 'up';
  #day = 0;

  async begin(): Promise<void> {
    const { bench } = this;
    bench.smtp = (envelope) => this.#server(envelope.key, envelope.to);
    for (const name of ['a', 'b', 'c'])
      await bench.reads(name, { serial: `AS212829000${name.charCodeAt(0)}`, replaceBy: us(inDays(150)) });
    await invite(bench.desk);
    await bench.deliver();
  }

  async does(what: Act): Promise<void> {
    const { bench } = this;
    bench.at(inDays(this.#day), '12:00');
    switch (what.kind) {
      case 'pass':
        // The agent runs on the last of these days only.
        this.#day += what.days;
        return await this.morning();
      case 'date':
        bench.site = {
          ...bench.site,
          units: bench.site.units.map((unit) =>
            unit.name === what.unit ? unitConfig({ ...unit, warrantyEnd: inDays(this.#day + what.days) }) : unit,
          ),
        };
        return await bench.units.reconcile();
      case 'said': {
        const day = inDays(this.#day + what.days);
        const doubtful = `${day.slice(5, 7)}/${day.slice(8)}/20<${day.slice(3, 4)}`;
        return await bench.reads('c', { replaceBy: what.how === 'sound' ? us(day) : doubtful });
      }
      case 'flag':
        return await bench.reads(what.unit, { signals: [`${what.on ? '' : '!'}${what.key}`] });
      case 'swap':
        return void (await bench.units.batteryReplaced('a', inDays(this.#day)));
      case 'restart':
        return restart(bench);
      case 'smtp':
        this.#mode = what.mode;
        return;
      default:
        return await this.#relates(what.kind);
    }
  }

  async #relates(kind: 'accept' | 'decline' | 'disconnect' | 'invite'): Promise<void> {
    const { bench } = this;
    if (kind === 'disconnect') await disconnect(bench.desk);
    else if (kind === 'invite') await invite(bench.desk);
    else await answer(bench.desk, bench.code(), kind, 'code').catch(() => undefined);
    await bench.deliver();
  }

  async morning(): Promise<void> {
    const { bench } = this;
    bench.at(inDays(this.#day));
    await tick(bench.desk);
    await bench.morning(inDays(this.#day));
    // Looking again on the same day changes nothing.
    const revisions = () => bench.store.list(keys.units).map(([key, { revision }]) => [key, revision]);
    const before = revisions();
    await bench.units.reassessAll();
    expect(revisions()).toEqual(before);
  }

  async end(): Promise<void> {
    this.#mode = 'up';
    this.#day += 1;
    await this.morning();
  }

  /** The mail server, which looks at what is true while a mail arrives. */
  #server(key: string, to: string) {
    const { bench } = this;
    const message = bench.messages().find(({ id, state }) => key.endsWith(`/${id}`) && state === 'sending');
    if (message?.messageId === undefined) throw new Error(`${key} was sent without being claimed`);
    if (message.recipient.startsWith('reseller:')) {
      expect(to).toBe(resellerAddress);
      const wanted = { invitation: 'pending', farewell: 'opted-out', notices: 'confirmed' } as const;
      expect(wanted).toHaveProperty(message.kind, bench.state);
    } else expect(to).toBe(customerAddress);
    if (message.kind === 'notices') this.#carries(message, message.messageId);
    if (this.#mode === 'down') return down;
    return this.#mode === 'lost' ? lost : undefined;
  }

  #carries(message: Extract<Message, { kind: 'notices' }>, id: string): void {
    const again = this.carried.get(id);
    const frozen = again !== undefined && this.bench.mails.some((mail) => mail.id === id);
    if (frozen) expect(message.notices).toEqual(again);
    else this.#areOwed(message.notices);
    this.carried.set(id, message.notices);
    if (!frozen) this.firstTried.set(id, inDays(this.#day));
  }

  /** Nothing of a closed event but its end, and no step of a date that is not sound today. */
  #areOwed(noticeKeys: readonly string[]): void {
    for (const key of noticeKeys) {
      const notice = this.bench.store.get<NoticeRecord>(key)?.value;
      const unit = this.bench.site.units
        .flatMap(({ name }) => this.bench.units.find(name)?.value ?? [])
        .find(({ id }) => id === notice?.unit);
      const event = notice && unit?.events[notice.event];
      if (notice === undefined || event === undefined) throw new Error(`${key} stands for nothing`);
      if (notice.step === 'resolved') continue;
      expect(event.closedOn).toBeUndefined();
      if (notice.step === 'now') continue;
      const source = event.id.startsWith('battery')
        ? 'battery.date.maintenance'
        : event.id.startsWith('warranty')
          ? 'warranty.end'
          : 'plan.end';
      expect(unit?.facts[source]).toMatchObject({ value: event.date, confidence: 'sound' });
    }
  }
}

describe('any life of a site', () => {
  it('tells nothing twice, nothing to whom it may not, and loses nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 40 }), async (acts) => {
        const life = new Life();
        await life.begin();
        for (const what of acts) await life.does(what);
        await life.end();
        const { bench } = life;

        // A Message-ID always says the same, and no notice stands in two mails that arrived.
        const arrived = new Map<string, string>();
        for (const { id, words } of bench.mails) {
          expect(arrived.get(id) ?? words.text).toBe(words.text);
          arrived.set(id, words.text);
        }
        const told = [...arrived.keys()].flatMap((id) => life.carried.get(id) ?? []);
        expect(told.length).toBe(new Set(told).size);

        // One mail with notices a recipient and day; a mail that may have arrived before is no other one.
        const days = [...new Set(bench.notices().map(({ id, to }) => `${to} ${life.firstTried.get(id)} ${id}`))].map(
          (line) => line.split(' ').slice(0, 2).join(' '),
        );
        expect(days.length).toBe(new Set(days).size);

        // Whoever is told of an end was told of a beginning: of the event, or of the one that it followed.
        const about = (key: string) => {
          const [, unit, event, , recipient] = key.split('/');
          const pair = event?.replace('expired', 'expires').replace('end-of-life-exceeded', 'replacement-due');
          return `${unit} ${pair} ${recipient}`;
        };
        const isEnd = (key: string) => key.endsWith('/resolved');
        const begun = new Set(told.filter((key) => !isEnd(key)).map(about));
        for (const key of told.filter(isEnd)) expect(begun).toContain(about(key));

        // With a mail server that works, what is open today has been told as far as today asks for.
        const today = bench.now.slice(0, 10);
        for (const unit of bench.units.all()) {
          for (const event of Object.values(unit.events)) {
            if (event.closedOn !== undefined || event.listedOnly) continue;
            const own = bench.store
              .list<NoticeRecord>(keys.noticesOf(unit.id, event.id, event.occurrence))
              .map(([, { value }]) => value)
              .filter(({ recipient }) => recipient === 'customer');
            const asked = event.date === undefined ? undefined : stepFor(daysUntil(event.date, today));
            const isLast = event.id.endsWith('exceeded') || event.id.endsWith('expired');
            if (asked !== undefined && (asked === '0' || !isLast)) {
              const dated = own.filter(({ step }) => ['90', '30', '7', '0'].includes(step));
              expect(dated.some(({ step }) => Number(step) <= Number(asked))).toBe(true);
            }
            if (event.causes.includes('flag')) expect(own.length).toBeGreaterThan(0);
            expect(own.every(({ state }) => state !== 'queued')).toBe(true);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('the order of the polls', () => {
  it('makes no difference to what is told', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const said = fc.record({ days: fc.integer({ min: -10, max: 100 }), flag: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(names, { minLength: 4 }),
        fc.array(said, { minLength: 4, maxLength: 4 }),
        async (order, all) => {
          const play = async (polled: readonly string[]) => {
            const bench = new Bench(
              start,
              names.map((name, n) => ({ name, ...(n % 2 ? { site: 'North' } : {}) })),
            );
            for (const name of polled) {
              const { days, flag } = all[names.indexOf(name)] ?? { days: 0, flag: false };
              await bench.reads(name, {
                serial: `AS21282900${name}1`,
                replaceBy: us(inDays(days)),
                signals: flag ? ['battery.replace'] : [],
              });
            }
            await bench.morning(start);
            await bench.morning(inDays(8));
            return bench.mails.map(({ id, words }) => [id, words.text]);
          };
          expect(await play(order)).toEqual(await play(names));
        },
      ),
      { numRuns: 15 },
    );
  });
});
