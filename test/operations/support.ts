/** A site with everything real but the world: store in memory, a clock that is moved, a mail server and an endpoint on command. */

import { DeliveryError, type Receipt } from '../../agent/delivery/channel.ts';
import type { CloudEvent } from '../../agent/delivery/cloud/events.ts';
import { invitationWords } from '../../agent/delivery/codes.ts';
import { Forwarder } from '../../agent/delivery/forwarder.ts';
import type { ComposedMail } from '../../agent/delivery/mail/content.ts';
import { type MailEnvelope, messageId } from '../../agent/delivery/mail/message.ts';
import { Outbox } from '../../agent/delivery/outbox.ts';
import type { Message, NoticeRecord } from '../../agent/delivery/records.ts';
import { instantAt } from '../../agent/lifecycle/days.ts';
import type { ConfiguredUnit } from '../../agent/lifecycle/facts.ts';
import type { Day } from '../../agent/lifecycle/model.ts';
import { answer } from '../../agent/operations/answer.ts';
import { dailyRun, type RunResult } from '../../agent/operations/daily.ts';
import { type Desk, type Site, today } from '../../agent/operations/desk.ts';
import { connectionOf, followConfig } from '../../agent/operations/reseller.ts';
import { endpointDisabled, itemSettled, mailSettled } from '../../agent/operations/settled.ts';
import { Units } from '../../agent/operations/units.ts';
import { keys } from '../../agent/store/keys.ts';
import { memoryStore } from '../../agent/store/memory-store.ts';
import type { Store } from '../../agent/store/port.ts';
import { reading, type Said, unitConfig } from '../lifecycle/support.ts';

export interface SentMail {
  readonly at: string;
  readonly day: Day;
  readonly id: string;
  readonly to: string;
  readonly words: ComposedMail;
  readonly envelope: MailEnvelope;
}

export const resellerAddress = 'sales@reseller.example';
export const customerAddress = 'it@customer.example';

export function siteOf(units: readonly ConfiguredUnit[], rest: Partial<Site> = {}): Site {
  return {
    company: 'Customer Ltd',
    contact: { name: 'Ira Tech', mail: customerAddress },
    timeZone: 'Europe/Berlin',
    sendAt: '08:00',
    language: 'en',
    copyNotices: true,
    reseller: { email: resellerAddress, language: 'en', notInterested: false },
    mail: true,
    retentionMonths: 60,
    units,
    ...rest,
  };
}

/** A site with an endpoint and no mail. */
export const cloudOnly = { mail: false, endpoint: 'https://endpoint.example/events' } as const;

/** How the mail server and the endpoint answer; `undefined` is "taken". */
export type Answer = DeliveryError | undefined;
export const down = new DeliveryError('unreachable', 'The server does not answer.', { retry: true });
export const refused = new DeliveryError('refused', 'Refused.', { retry: false, reply: '550 no such user' });
export const lost = new DeliveryError('outcome-unknown', 'The answer was lost.', { retry: true, maybeTaken: true });
export const gone = new DeliveryError('gone', 'It is gone.', { retry: false, reply: '410 gone' });

/** A store that the office has opened once: the site has its name and its key. */
export function freshStore(): Store {
  return memoryStore([[keys.site, { value: { id: 'site', secret: 'a key for tests' }, revision: 1 }]]);
}

/** Numbers in place of chance, so that every run of a test is the same. */
function counter(): (count: number) => Uint8Array {
  let n = 0;
  return (count) => Uint8Array.from({ length: count }, () => (n++ * 37 + 11) % 256);
}

export class Bench {
  site: Site;
  now: string;
  store: Store;
  units: Units;
  outbox: Outbox;
  forwarder: Forwarder;
  readonly desk: Desk;
  #random = counter();
  readonly mails: SentMail[] = [];
  readonly posts: { readonly id: string; readonly events: readonly CloudEvent[] }[] = [];
  readonly log: string[] = [];
  /** What was given as an answer, as `way what`. */
  readonly counts: string[] = [];
  /** Whether the mail server takes a mail; a mail it loses the answer of is taken all the same. */
  smtp: (envelope: MailEnvelope) => Answer = () => undefined;
  endpoint: (events: readonly CloudEvent[]) => Answer = () => undefined;

  constructor(
    day: Day,
    units: readonly Partial<ConfiguredUnit>[],
    rest: Partial<Site> = {},
    store: Store = freshStore(),
  ) {
    this.site = siteOf(
      units.map((unit) => unitConfig(unit)),
      rest,
    );
    this.now = instantAt(day, '00:30', this.site.timeZone);
    this.store = store;
    const bench = this;
    this.desk = {
      get store() {
        return bench.store;
      },
      site: () => this.site,
      now: () => this.now,
      randomBytes: (count) => this.#random(count),
      log: (_level, code) => this.log.push(code),
      counted: (by, what) => this.counts.push(`${by} ${what}`),
    };
    [this.units, this.outbox, this.forwarder] = this.#parts();
  }

  /** The process ends and another goes on with the records. */
  restart(store: Store = this.store): void {
    this.store = store;
    [this.units, this.outbox, this.forwarder] = this.#parts();
  }

  /** What was drawn once is drawn again: for a step that is done once more after the process died in it. */
  rewindChance(): void {
    this.#random = counter();
  }

  #parts(): [Units, Outbox, Forwarder] {
    const { store } = this;
    const common = {
      store,
      now: () => this.now,
      random: () => 0.5,
      log: (_level: string, code: string) => this.log.push(code),
    };
    const outbox = new Outbox({
      ...common,
      site: () => ({ ...this.site, from: 'ups@customer.example', replyTo: { address: customerAddress } }),
      smtp: () => (this.site.mail ? { send: (words, envelope) => this.#send(words, envelope) } : undefined),
      settled: (message, fate) => mailSettled(this.desk, message, fate),
    });
    const forwarder = new Forwarder({
      ...common,
      endpoint: () => {
        const url = this.site.endpoint;
        return url === undefined ? undefined : { url, post: (events, id) => this.#post(events, id) };
      },
      settled: (item, fate, reply) => itemSettled(this.desk, item, fate, reply),
      disabled: () => endpointDisabled(this.desk),
    });
    return [new Units(this.desk), outbox, forwarder];
  }

  async #send(words: ComposedMail, envelope: MailEnvelope): Promise<Receipt> {
    const error = this.smtp(envelope);
    if (error === undefined || error.maybeTaken) {
      const id = messageId(envelope.key, envelope.from);
      this.mails.push({ at: this.now, day: today(this.desk), id, to: envelope.to, words, envelope });
    }
    if (error) throw error;
    return { reply: '250 taken' };
  }

  async #post(events: readonly CloudEvent[], id: string): Promise<Receipt> {
    const error = this.endpoint(events);
    if (error === undefined || error.maybeTaken) this.posts.push({ id, events });
    if (error) throw error;
    return { reply: '200' };
  }

  at(day: Day, time = '08:00'): this {
    this.now = instantAt(day, time, this.site.timeZone);
    return this;
  }

  /** Two readings in a row that say the same. */
  async reads(name: string, said: Said): Promise<void> {
    await this.units.ingest(name, reading(said));
    await this.units.ingest(name, reading(said));
  }

  /** What happens at the hour of the daily run. */
  async morning(day: Day): Promise<RunResult> {
    this.at(day);
    const result = await dailyRun(this.desk, this.units);
    await this.deliver();
    return result;
  }

  async deliver(): Promise<void> {
    await this.outbox.deliver();
    await this.forwarder.forward();
  }

  /** The words of the invitation that is under way or was the last to leave. */
  code(): string {
    const mail = this.mails.findLast(({ envelope }) => envelope.key.includes('invitation/'));
    const [code] = /[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(mail?.words.text ?? '') ?? [];
    return code ?? '';
  }

  /** The token of the invitation that stands. */
  token(): string {
    return invitationWords(this.store, connectionOf(this.store).id).token;
  }

  /** Follows the config and takes the invitation that it leads to. */
  async connect(): Promise<void> {
    await followConfig(this.desk);
    await this.deliver();
    await answer(this.desk, this.code(), 'accept', 'code');
    await this.deliver();
    this.mails.length = 0;
  }

  /** Mails that carry notices, to one address if given. */
  notices(to?: string): SentMail[] {
    return this.mails.filter(
      ({ envelope, to: address }) =>
        /^[^/]*\/(notices|reminder)\//.test(envelope.key) && (to === undefined || to === address),
    );
  }

  /** Every notice and its fate: `event step who state`, in the order of the keys. */
  ledger(): string[] {
    return this.store.list<NoticeRecord>(keys.notices).map(([, { value: n }]) => {
      const who = n.recipient === 'customer' ? 'customer' : 'reseller';
      return `${n.event} ${n.step}${n.late ? ' late' : ''} ${who} ${n.state}`;
    });
  }

  messages(): Message[] {
    return this.store.list<Message>(keys.messages).map(([, { value }]) => value);
  }

  get state(): string {
    return connectionOf(this.store).state;
  }

  /** What the endpoint took, as `type tellReseller`. */
  events(): string[] {
    return this.posts.flatMap(({ events }) =>
      events.map(({ type, data }) => `${type.replace('io.upsteward.', '')} ${data.tellReseller}`),
    );
  }
}
