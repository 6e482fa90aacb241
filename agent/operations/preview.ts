/** Who gets which mail on which day from now on: the real daily run and the real outbox, on a copy, with a moved clock. */
import type { SiteRecord } from '../delivery/codes.ts';
import type { ComposedMail } from '../delivery/mail/content.ts';
import type { MailEnvelope } from '../delivery/mail/message.ts';
import { Outbox } from '../delivery/outbox.ts';
import type { Message } from '../delivery/records.ts';
import type { Connection } from '../lifecycle/connection.ts';
import { addDays, instantAt } from '../lifecycle/days.ts';
import type { Day, Instant } from '../lifecycle/model.ts';
import { nextChange } from '../lifecycle/outlook.ts';
import { keys } from '../store/keys.ts';
import type { Store } from '../store/port.ts';
import { dailyRun } from './daily.ts';
import { type Desk, today } from './desk.ts';
import { connectionOf, tick } from './reseller.ts';
import { mailSettled } from './settled.ts';
import { Units } from './units.ts';

export interface PreviewedMail {
  readonly day: Day;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** A mail as its reader gets it. */
export interface SeenMail extends PreviewedMail {
  readonly html: string;
}

export interface PreviewOptions {
  readonly days: number;
  /** Suppose that the reseller accepts today. */
  readonly accepted?: boolean;
  /** A copy of the store that may be written to and thrown away. */
  readonly copy: Store;
  readonly from: string;
  /** Between two days: lets whatever else the process does have its turn. */
  readonly pause?: () => Promise<void>;
}

/**
 * Plays the coming days. Nothing leaves, and the real store is not touched. Between two days on which time alone can
 * change anything a unit is not looked at, so that thousands of units stay quick.
 */
export async function preview(real: Desk, options: PreviewOptions): Promise<PreviewedMail[]> {
  const rehearsal = await rehearse(real, options);
  const first = today(real);
  for (let n = 0; n <= options.days; n += 1) {
    await rehearsal.morning(addDays(first, n));
    await options.pause?.();
  }
  return rehearsal.mails.map(({ day, to, subject, text }) => ({ day, to, subject, text }));
}

export interface Rehearsal {
  /** All that would have left so far. */
  readonly mails: readonly SeenMail[];
  /** What happens at the hour of the daily run: of today, then of each day after it. */
  readonly morning: (day: Day) => Promise<void>;
}

/** The house on a copy of its state, with a clock that is moved and a mail server that keeps what it gets. */
export async function rehearse(real: Desk, options: Omit<PreviewOptions, 'days'>): Promise<Rehearsal> {
  const clock = { now: real.now() };
  const { answersKnownUntil: _, ...rest } = real;
  const desk: Desk = { ...rest, store: options.copy, now: () => clock.now, log: () => {} };
  await changeKey(desk);
  if (options.accepted) await accept(desk);
  const mails: SeenMail[] = [];
  const outbox = recordingOutbox(desk, options.from, mails);
  const units = new Units(desk);
  const diary = new Diary(units);
  let played = 0;
  return {
    mails,
    async morning(day) {
      const { sendAt, timeZone } = desk.site();
      const at: Instant = instantAt(day, sendAt, timeZone);
      if (Date.parse(at) > Date.parse(clock.now)) clock.now = at;
      await tick(desk);
      // The run of the first day may be over already; then that of the second takes everything in.
      const due = played < 2 ? undefined : diary.take(day);
      played += 1;
      await dailyRun(desk, units, due);
      diary.note(due ?? units.configured().map(({ name }) => name), day);
      await outbox.deliver();
    },
  };
}

/** Which units are to be looked at on which day. */
class Diary {
  readonly #units: Units;
  readonly #days = new Map<Day, Set<string>>();

  constructor(units: Units) {
    this.#units = units;
  }

  note(names: readonly string[], today: Day): void {
    for (const name of names) {
      const unit = this.#units.find(name)?.value;
      const config = this.#units.configOf(name);
      const day = unit && config && nextChange(unit, config, today);
      if (day === undefined) continue;
      const page = this.#days.get(day) ?? new Set();
      this.#days.set(day, page.add(name));
    }
  }

  take(day: Day): string[] {
    return [...(this.#days.get(day) ?? [])];
  }
}

/** An outbox whose mails end in a list. */
export function recordingOutbox(desk: Desk, from: string, mails: SeenMail[]): Outbox {
  return new Outbox({
    store: desk.store,
    now: desk.now,
    random: () => 0,
    log: () => {},
    site: () => ({ ...desk.site(), from, replyTo: { address: desk.site().contact.mail } }),
    smtp: () => ({
      async send(mail: ComposedMail, envelope: MailEnvelope) {
        mails.push({ day: today(desk), to: envelope.to, ...mail });
        return { reply: 'preview' };
      },
    }),
    settled: (message, fate) => mailSettled(desk, message, fate),
  });
}

/** Whoever looks must not learn the code of an invitation that waits: it is for the reseller. */
async function changeKey({ store }: Desk): Promise<void> {
  const record = store.get<SiteRecord>(keys.site);
  if (record === undefined) return;
  const value: SiteRecord = { ...record.value, secret: 'a key that opens nothing' };
  await store.commit({ changes: [{ key: keys.site, value, expected: record.revision }] });
}

/** Whoever accepts has got the invitation. */
async function accept(desk: Desk): Promise<void> {
  const record = desk.store.get<Connection>(keys.connection);
  const address = desk.site().reseller?.email;
  if (address === undefined || connectionOf(desk.store).state === 'confirmed') return;
  const confirmed: Connection = {
    ...connectionOf(desk.store),
    state: 'confirmed',
    id: 'preview',
    address,
    since: desk.now(),
  };
  const invitations = desk.store.list<Message>(keys.messages).filter(([, { value }]) => value.kind === 'invitation');
  await desk.store.commit({
    changes: [
      { key: keys.connection, value: confirmed, expected: record?.revision ?? 0 },
      ...invitations.map(([key, { revision }]) => ({ key, remove: true, expected: revision }) as const),
    ],
  });
}
