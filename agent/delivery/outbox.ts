/**
 * The outbox: takes each message that is due, claims it, hands it to the mail server and writes down what became of it.
 * What is claimed and not settled when the process dies is sent again letter by letter, with the same Message-ID.
 */
import { dayOf } from '../lifecycle/days.ts';
import type { Day, Instant } from '../lifecycle/model.ts';
import { keys } from '../store/keys.ts';
import {
  type Batch,
  type HistoryEntry,
  type Put,
  type Remove,
  type Store,
  StoreError,
  type Versioned,
} from '../store/port.ts';
import { DeliveryError, type Receipt } from './channel.ts';
import { envelopeOf, type LetterParts, lettersOf, type MailSite, secretsOf } from './letters.ts';
import type { ComposedMail } from './mail/content.ts';
import { type MailEnvelope, messageId } from './mail/message.ts';
import type { Smtp } from './mail/smtp.ts';
import { type NoticeEntry, owed } from './notices.ts';
import type { Message, NoticeRecord } from './records.ts';
import { giveUpAfterMs, leastAttempts, retryDelay } from './retry.ts';
import { shown, unseal } from './seal.ts';

export type Fate =
  | { readonly kind: 'taken'; readonly reply: string }
  | { readonly kind: 'refused'; readonly reply: string };

/** What else changes, in the same commit, when a message is settled. */
export interface Consequence {
  readonly changes: readonly (Put | Remove)[];
  readonly history: readonly HistoryEntry[];
}

export interface OutboxParts {
  readonly store: Store;
  readonly now: () => Instant;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: (
    level: 'info' | 'warn' | 'error',
    code: string,
    message: string,
    details?: Record<string, unknown>,
  ) => void;
  readonly site: () => MailSite;
  /** The mail server as configured now; `undefined` when mail is not configured. */
  readonly smtp: () => Pick<Smtp, 'send'> | undefined;
  readonly settled: (message: Message, fate: Fate) => Consequence;
}

export interface DeliveryTally {
  sent: number;
  failed: number;
  retried: number;
  dropped: number;
}

const parallel = 5;
const none: Consequence = { changes: [], history: [] };

/** What leaves: words and envelope; `frozen` when the server may have taken these very words before. */
interface Prepared {
  readonly words: ComposedMail;
  readonly envelope: MailEnvelope;
  readonly frozen: boolean;
}

/** Sends what is due. One call at a time; safe to call as often as one likes. */
export class Outbox {
  readonly #parts: OutboxParts;
  /** Taken by the server, but the receipt could not be written (a full disk): never sent again by this process. */
  readonly #unwritten = new Map<string, Fate>();
  #running: Promise<DeliveryTally> | undefined;
  #tries = 0;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** When the next message wants to be tried, or `undefined` when nothing waits. */
  nextDue(): Instant | undefined {
    return this.#sendable()
      .map(([, { value }]) => value.nextAt)
      .sort()[0];
  }

  /** How often a message was tried since the start, whatever came of it. */
  get tries(): number {
    return this.#tries;
  }

  /** How many messages wait. */
  depth(): number {
    return this.#waiting().length;
  }

  /** Tries every message whose time has come; settles when each has been tried once. */
  deliver(): Promise<DeliveryTally> {
    this.#running ??= this.#deliverAll().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  #waiting(): [string, Versioned<Message>][] {
    return this.#parts.store
      .list<Message>(keys.messages)
      .filter(([, { value }]) => value.state === 'queued' || value.state === 'sending');
  }

  /** What waits, without mails of an earlier day: today's run takes them in first, so that one mail leaves, not two. */
  #sendable(): [string, Versioned<Message>][] {
    const { store, now, site } = this.#parts;
    const today = dayOf(now(), site().timeZone);
    const ranToday = (store.get<{ day: Day }>(keys.run)?.value.day ?? '') >= today;
    return this.#waiting().filter(
      ([, { value }]) =>
        ranToday || value.kind !== 'notices' || value.reminder || value.words !== undefined || value.day >= today,
    );
  }

  async #deliverAll(): Promise<DeliveryTally> {
    const tally: DeliveryTally = { sent: 0, failed: 0, retried: 0, dropped: 0 };
    const smtp = this.#parts.smtp();
    if (smtp === undefined) return tally;
    const now = this.#parts.now();
    const due = this.#sendable()
      .filter(([, { value }]) => value.nextAt <= now)
      .map(([key]) => key);
    const worker = async (): Promise<void> => {
      for (let key = due.shift(); key !== undefined; key = due.shift()) tally[await this.#deliverOne(key, smtp)] += 1;
    };
    await Promise.all(Array.from({ length: Math.min(parallel, due.length) }, worker));
    return tally;
  }

  async #deliverOne(key: string, smtp: Pick<Smtp, 'send'>): Promise<keyof DeliveryTally> {
    try {
      const unwritten = this.#unwritten.get(key);
      if (unwritten) {
        await this.#settle(key, unwritten);
        return unwritten.kind === 'taken' ? 'sent' : 'failed';
      }
      const prepared = await this.#prepare(key);
      return prepared === undefined ? 'dropped' : await this.#send(key, prepared, smtp);
    } catch (error) {
      if (error instanceof DeliveryError) return await this.#notSent(key, error, true);
      if (!(error instanceof StoreError)) throw error;
      this.#parts.log('error', 'outbox.not-written', error.message, { message: key });
      return 'retried';
    } finally {
      this.#tries += 1;
    }
  }

  /** Words and envelope of a message, claimed; `undefined` when nothing in it is owed any more. */
  async #prepare(key: string): Promise<Prepared | undefined> {
    const { store, now, site } = this.#parts;
    const record = store.get<Message>(key);
    if (record === undefined) return undefined;
    const message = record.value;
    const { keep, drop } = this.#owed(message);
    if (message.kind === 'notices' && message.words === undefined && keep.length === 0) {
      await store.commit({ changes: [{ key, remove: true, expected: record.revision }, ...drop.map(removal)] });
      return undefined;
    }
    const parts = this.#letterParts();
    const { words, reveals } = message.words ? { ...message, words: message.words } : lettersOf(parts, message, keep);
    const envelope = envelopeOf(parts, message, keep);
    const claimed: Message = {
      ...message,
      ...(message.kind === 'notices' && message.words === undefined ? { notices: keep.map(([k]) => k) } : {}),
      state: 'sending',
      words,
      ...(reveals ? { reveals } : {}),
      firstTriedAt: message.firstTriedAt ?? now(),
      messageId: messageId(envelope.key, site().from),
    };
    await store.commit({
      changes: [
        { key, value: claimed, expected: record.revision },
        ...(message.words === undefined ? drop.map(removal) : []),
      ],
    });
    return { words: unseal(words, secretsOf(store, message)), envelope, frozen: message.words !== undefined };
  }

  #owed(message: Message): { keep: NoticeEntry[]; drop: NoticeEntry[] } {
    if (message.kind !== 'notices') return { keep: [], drop: [] };
    return owed(this.#parts.store, message.notices);
  }

  #letterParts(): LetterParts {
    const { store, site, now } = this.#parts;
    return { store, site: site(), now: now() };
  }

  async #send(key: string, prepared: Prepared, smtp: Pick<Smtp, 'send'>): Promise<keyof DeliveryTally> {
    if (this.#parts.store.get(key) === undefined) return 'dropped';
    try {
      const receipt: Receipt = await smtp.send(prepared.words, prepared.envelope);
      await this.#settle(key, { kind: 'taken', reply: receipt.reply });
      return 'sent';
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      return await this.#notSent(key, error, prepared.frozen);
    }
  }

  async #notSent(key: string, error: DeliveryError, frozen: boolean): Promise<keyof DeliveryTally> {
    const { store, now, random, log } = this.#parts;
    const record = store.get<Message>(key);
    if (record === undefined) return 'dropped';
    const message = record.value;
    const refused: Fate = { kind: 'refused', reply: error.reply ?? error.message };
    const keepsWords = error.maybeTaken || frozen;
    const { expired, left } = this.#expired(message, keepsWords);
    if (!error.retry || (expired.length > 0 && left.length === 0)) {
      await this.#settle(key, refused);
      return 'failed';
    }
    const failures = message.failures + 1;
    const delay = retryDelay(failures, random(), error.retryAfter);
    const { words, reveals, ...rest } = message;
    const retried: Message = {
      ...rest,
      ...(keepsWords && words ? { words } : {}),
      ...(keepsWords && reveals ? { reveals } : {}),
      ...(message.kind === 'notices' ? { notices: left } : {}),
      state: 'queued',
      failures,
      nextAt: new Date(Date.parse(now()) + delay).toISOString(),
      lastError: error.message,
    };
    const givenUp =
      expired.length > 0 ? this.#parts.settled({ ...message, notices: expired } as Message, refused) : none;
    await store.commit({
      changes: [
        { key, value: retried, expected: record.revision },
        ...this.#noticeFates(expired, false),
        ...givenUp.changes,
      ],
      history: givenUp.history,
    });
    if (message.lastError !== error.message) {
      log('warn', 'mail.deferred', `${error.message} Trying again at ${retried.nextAt}.`, { message: message.id });
    }
    return 'retried';
  }

  async #settle(key: string, fate: Fate): Promise<void> {
    const { store, now, log, settled } = this.#parts;
    const record = store.get<Message>(key);
    if (record === undefined) return;
    const message = record.value;
    const taken = fate.kind === 'taken';
    const at = now();
    const { words, reveals: _reveals, lastError: _error, ...rest } = message;
    const done: Message = {
      ...rest,
      state: taken ? 'sent' : 'failed',
      settledAt: at,
      reply: fate.reply,
      ...(words ? { subject: words.subject } : {}),
      ...(taken ? {} : { lastError: fate.reply }),
    };
    const consequence = settled(message, fate);
    const batch: Batch = {
      changes: [
        { key, value: done, expected: record.revision },
        ...this.#noticeFates(message.kind === 'notices' ? message.notices : [], taken),
        ...consequence.changes.filter((change) => change.key !== key),
      ],
      history: [historyEntry(message, fate, words, at), ...consequence.history],
    };
    try {
      await store.commit(batch);
      this.#unwritten.delete(key);
    } catch (error) {
      this.#unwritten.set(key, fate);
      throw error;
    }
    if (taken) log('info', 'mail.sent', `Mail to ${message.to} was taken: ${fate.reply}`, { message: message.id });
    else log('error', 'mail.failed', `Mail to ${message.to} failed for good: ${fate.reply}`, { message: message.id });
  }

  /**
   * What has waited for five days, and what has not. A message that takes in newer notices each day gives up the old
   * ones only; one whose words are frozen is given up as a whole; any other message is its own single item.
   */
  #expired(message: Message, asWhole: boolean): { expired: readonly string[]; left: readonly string[] } {
    const { store, now } = this.#parts;
    const triedEnough = message.failures + 1 >= leastAttempts;
    const isOld = (since: Instant): boolean => triedEnough && Date.parse(now()) - Date.parse(since) >= giveUpAfterMs;
    if (message.kind !== 'notices') {
      return isOld(message.firstTriedAt ?? now())
        ? { expired: [message.id], left: [] }
        : { expired: [], left: [message.id] };
    }
    const expired = message.notices.filter((key) => isOld(store.get<NoticeRecord>(key)?.value.at ?? now()));
    if (asWhole && expired.length < message.notices.length) return { expired: [], left: message.notices };
    return { expired, left: message.notices.filter((key) => !expired.includes(key)) };
  }

  #noticeFates(noticeKeys: readonly string[], taken: boolean): Put[] {
    return noticeKeys.flatMap((key) => {
      const record = this.#parts.store.get<NoticeRecord>(key);
      if (record === undefined) return [];
      const value: NoticeRecord = { ...record.value, state: taken ? 'told' : 'failed', at: this.#parts.now() };
      return [{ key, value, expected: record.revision }];
    });
  }
}

const removal = ([key, { revision }]: NoticeEntry): Remove => ({ key, remove: true, expected: revision });

function historyEntry(message: Message, fate: Fate, words: ComposedMail | undefined, at: Instant): HistoryEntry {
  return {
    at,
    kind: fate.kind === 'taken' ? 'mail.sent' : 'mail.failed',
    data: {
      message: message.id,
      kind: message.kind,
      to: message.to,
      recipient: message.recipient,
      reply: fate.reply,
      ...(message.messageId ? { messageId: message.messageId } : {}),
      ...(message.kind === 'notices' ? { notices: message.notices } : {}),
      ...(words ? { subject: words.subject, text: shown(words.text) } : {}),
      ...(message.reveals ? { reveals: message.reveals } : {}),
    },
  };
}
