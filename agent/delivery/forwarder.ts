/** Posts what waits for the endpoint, oldest first, and writes down what became of it. */
import type { Instant } from '../lifecycle/model.ts';
import { keys } from '../store/keys.ts';
import { type HistoryEntry, type Put, type Remove, type Store, StoreError, type Versioned } from '../store/port.ts';
import { DeliveryError } from './channel.ts';
import { type Heard, heardNothing } from './cloud/answers.ts';
import type { Endpoint } from './cloud/endpoint.ts';
import { cloudEvent, eventId, eventSource } from './cloud/events.ts';
import { invitationWords } from './codes.ts';
import { isOwed } from './notices.ts';
import type { Consequence } from './outbox.ts';
import type { CloudItem, EndpointState, NoticeRecord } from './records.ts';
import { giveUpAfterMs, leastAttempts, retryDelay } from './retry.ts';

export type ItemFate = 'taken' | 'refused';

export interface ForwarderParts {
  readonly store: Store;
  readonly now: () => Instant;
  readonly random: () => number;
  readonly log: (
    level: 'info' | 'warn' | 'error',
    code: string,
    message: string,
    details?: Record<string, unknown>,
  ) => void;
  /** The endpoint as configured now, and its URL; `undefined` when none is configured. */
  readonly endpoint: () => { readonly url: string; readonly post: Endpoint['post'] } | undefined;
  readonly settled: (item: CloudItem, fate: ItemFate, reply: string) => Consequence;
  /** What else changes when the endpoint answers that it is gone for good. */
  readonly disabled: (url: string) => Consequence;
  /** The answers that the endpoint holds, where it is asked for any. */
  readonly asking?: Asking;
}

/** Asks the endpoint for the reseller's answers; whatever it replies to, it may hand some over. */
export interface Asking {
  /** When it is to be asked, or `undefined`. Later than now once a question was heard. */
  readonly nextDue: () => Instant | undefined;
  readonly question: () => Question;
  /** Takes in what a reply held; to which question, if it was one. @throws StoreError */
  readonly hear: (heard: Heard, question?: Question) => Promise<void>;
  /** The endpoint cannot be reached. */
  readonly missed: () => void;
}

type Question = CloudItem<'answers.asked'>;

type Entry = [string, Versioned<CloudItem>];

const batchItems = 100;

/** The way to the endpoint. One call at a time; safe to call as often as one likes. */
export class Forwarder {
  readonly #parts: ForwarderParts;
  #running: Promise<number> | undefined;
  #tries = 0;
  /** What the endpoint said when it refused to be asked. */
  #refusal: string | undefined;

  constructor(parts: ForwarderParts) {
    this.#parts = parts;
  }

  /** How often a post was tried since the start, whatever came of it. */
  get tries(): number {
    return this.#tries;
  }

  /** How many items wait. */
  depth(): number {
    return this.#waiting().length;
  }

  /** When the endpoint wants to be tried next, or `undefined` when nothing waits, nothing is to be asked, or it is disabled. */
  nextDue(): Instant | undefined {
    const target = this.#parts.endpoint();
    if (target === undefined) return undefined;
    const state = this.#state(target.url);
    if (state?.value.disabledAt !== undefined) return undefined;
    const ready = state?.value.nextAt ?? this.#parts.now();
    if (this.depth() > 0) return ready;
    const ask = this.#parts.asking?.nextDue();
    return ask !== undefined && ask < ready ? ready : ask;
  }

  /** Posts everything that waits, and asks for answers when that is due, unless the endpoint asked for patience; gives the number of items it took. */
  forward(): Promise<number> {
    this.#running ??= this.#forwardAll().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  #waiting(): Entry[] {
    return this.#parts.store
      .list<CloudItem>(keys.cloudItems)
      .sort(([keyA, a], [keyB, b]) => (a.value.time + keyA < b.value.time + keyB ? -1 : 1));
  }

  #state(url: string): Versioned<EndpointState> | undefined {
    const state = this.#parts.store.get<EndpointState>(keys.endpoint);
    return state?.value.url === url ? state : undefined;
  }

  async #forwardAll(): Promise<number> {
    let taken = 0;
    const configured = this.#parts.endpoint();
    try {
      if (configured) await this.#dropOld(configured.url);
      for (;;) {
        const due = this.nextDue();
        const target = this.#parts.endpoint();
        if (target === undefined || due === undefined || due > this.#parts.now()) return taken;
        if (this.depth() === 0) {
          if (!(await this.#ask(target))) return taken;
          continue;
        }
        const batch = await this.#prune(this.#waiting().slice(0, batchItems));
        if (batch.length === 0) continue;
        const count = await this.#postBatch(target, batch);
        if (count === 0) return taken;
        taken += count;
      }
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#parts.log('error', 'cloud.not-written', error.message);
      return taken;
    }
  }

  /** What waits for an endpoint that is gone does so for five days, like everything else. The customer knows already. */
  async #dropOld(url: string): Promise<void> {
    const { store, now } = this.#parts;
    if (this.#state(url)?.value.disabledAt === undefined) return;
    const old = this.#waiting().filter(([, { value }]) => Date.parse(now()) - Date.parse(value.time) >= giveUpAfterMs);
    if (old.length === 0) return;
    await store.commit({
      changes: old.map(([key, { revision }]) => ({ key, remove: true, expected: revision })),
      history: old.map(([, { value }]) => ({
        at: now(),
        kind: 'cloud.dropped',
        data: { id: value.id, type: value.type },
      })),
    });
  }

  /** Takes out what the reseller need not be told any more. */
  async #prune(batch: readonly Entry[]): Promise<readonly Entry[]> {
    const { store } = this.#parts;
    const stale = batch.filter(([, { value }]) => {
      const notice = value.notice === undefined ? undefined : store.get<NoticeRecord>(value.notice);
      return value.notice !== undefined && (notice === undefined || !isOwed(store, notice.value));
    });
    if (stale.length === 0) return batch;
    await store.commit({ changes: stale.map(([key, { revision }]) => ({ key, remove: true, expected: revision })) });
    return batch.filter((entry) => !stale.includes(entry));
  }

  /** Gives how many items left the queue; 0 ends this round. */
  async #postBatch(target: { url: string; post: Endpoint['post'] }, batch: readonly Entry[]): Promise<number> {
    const siteId = this.#parts.store.get<{ id: string }>(keys.site)?.value.id ?? '';
    try {
      const events = batch.map(([, { value }]) =>
        cloudEvent({ ...this.#complete(value), source: eventSource(siteId) }),
      );
      const receipt = await target.post(events, eventId(batch.map(([key]) => key).join('\n')));
      await this.#commit(batch, 'taken', receipt.reply, this.#recovered(target.url));
      await this.#parts.asking?.hear(receipt.heard ?? heardNothing);
      return batch.length;
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      if (error.code === 'gone') return await this.#disable(target.url, error);
      if (!error.retry && batch.length > 1) return await this.#oneByOne(target, batch);
      if (!error.retry) {
        await this.#commit(batch, 'refused', error.reply ?? error.message, []);
        return batch.length;
      }
      await this.#waitLonger(target.url, batch, error);
      return 0;
    } finally {
      this.#tries += 1;
    }
  }

  /** Asks for answers. Gives whether the endpoint replied. */
  async #ask(target: { url: string; post: Endpoint['post'] }): Promise<boolean> {
    const { asking, store, log } = this.#parts;
    if (asking === undefined) return false;
    const question = asking.question();
    try {
      const siteId = store.get<{ id: string }>(keys.site)?.value.id ?? '';
      const { heard } = await target.post([cloudEvent({ ...question, source: eventSource(siteId) })], question.id);
      const changes = this.#recovered(target.url);
      if (changes.length > 0) await store.commit({ changes });
      await asking.hear(heard ?? heardNothing, question);
      this.#refusal = undefined;
      return true;
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      if (error.code === 'gone') await this.#disable(target.url, error);
      else if (error.retry) await this.#waitLonger(target.url, [], error);
      if (error.code === 'gone' || error.retry) return false;
      // It will not be told what became of its answers; if it gives one again, it is looked at again.
      await asking.hear(heardNothing, question);
      if (this.#refusal !== error.message) log('warn', 'cloud.ask-refused', error.message);
      this.#refusal = error.message;
      return true;
    } finally {
      this.#tries += 1;
    }
  }

  /** What the endpoint passes on gets its words only here: they are not written down. */
  #complete(item: CloudItem): CloudItem {
    const { store } = this.#parts;
    if (item.invitation !== undefined) {
      const { code, token } = invitationWords(store, item.invitation);
      return { ...item, data: { ...item.data, invitation: { code, token } } as CloudItem['data'] };
    }
    const recipient = item.notice && store.get<NoticeRecord>(item.notice)?.value.recipient;
    if (!recipient?.startsWith('reseller:')) return item;
    const { token } = invitationWords(store, recipient.slice('reseller:'.length));
    return { ...item, data: { ...item.data, token } as CloudItem['data'] };
  }

  /** The endpoint refuses a batch for good: one bad item must not take the others with it. */
  async #oneByOne(target: { url: string; post: Endpoint['post'] }, batch: readonly Entry[]): Promise<number> {
    let count = 0;
    for (const entry of batch) {
      const done = await this.#postBatch(target, [entry]);
      if (done === 0) return 0;
      count += done;
    }
    return count;
  }

  async #waitLonger(url: string, batch: readonly Entry[], error: DeliveryError): Promise<void> {
    const { store, now, random, log, asking } = this.#parts;
    asking?.missed();
    const state = store.get<EndpointState>(keys.endpoint);
    const failures = (state?.value.url === url ? state.value.failures : 0) + 1;
    const delay = retryDelay(failures, random(), error.retryAfter);
    const next: EndpointState = {
      url,
      failures,
      nextAt: new Date(Date.parse(now()) + delay).toISOString(),
      lastError: error.message,
    };
    const changes: Put[] = [{ key: keys.endpoint, value: next, expected: state?.revision ?? 0 }];
    const isOld = ({ time }: CloudItem): boolean => Date.parse(now()) - Date.parse(time) >= giveUpAfterMs;
    const old = failures < leastAttempts ? [] : batch.filter(([, { value }]) => isOld(value));
    await this.#commit(old, 'refused', `given up after five days: ${error.message}`, changes);
    if (state?.value.lastError !== error.message) {
      log('warn', 'cloud.deferred', `${error.message} Trying again at ${next.nextAt}.`);
    }
  }

  async #disable(url: string, error: DeliveryError): Promise<number> {
    const { store, now, log, disabled } = this.#parts;
    const state = store.get<EndpointState>(keys.endpoint);
    const value: EndpointState = { url, failures: 0, nextAt: now(), lastError: error.message, disabledAt: now() };
    const consequence = disabled(url);
    await store.commit({
      changes: [{ key: keys.endpoint, value, expected: state?.revision ?? 0 }, ...consequence.changes],
      history: [{ at: now(), kind: 'cloud.disabled', data: { url, reply: error.reply ?? '' } }, ...consequence.history],
    });
    log('error', 'cloud.disabled', `${error.message} Nothing is posted until the config names another endpoint.`);
    return 0;
  }

  /** After a success the next failure starts with the shortest wait again. */
  #recovered(url: string): Put[] {
    const state = this.#state(url);
    if (state === undefined || state.value.failures === 0) return [];
    return [{ key: keys.endpoint, value: { url, failures: 0, nextAt: this.#parts.now() }, expected: state.revision }];
  }

  async #commit(batch: readonly Entry[], fate: ItemFate, reply: string, extra: readonly Put[]): Promise<void> {
    const { store, now, settled } = this.#parts;
    const changes: (Put | Remove)[] = [...extra];
    const history: HistoryEntry[] = [];
    for (const [key, { value, revision }] of batch) {
      const consequence = settled(value, fate, reply);
      const unchanged = store.get(key)?.revision === revision;
      if (unchanged) changes.push({ key, remove: true, expected: revision });
      const taken = new Set(changes.map((change) => change.key));
      changes.push(...consequence.changes.filter((change) => !taken.has(change.key)));
      history.push(
        { at: now(), kind: `cloud.${fate}`, data: { id: value.id, type: value.type, subject: value.subject, reply } },
        ...consequence.history,
      );
    }
    if (changes.length > 0 || history.length > 0) await store.commit({ changes, history });
    if (fate === 'refused' && batch.length > 0) {
      this.#parts.log('error', 'cloud.refused', `The endpoint does not take ${batch.length} item(s): ${reply}`);
    }
  }
}
