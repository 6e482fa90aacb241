/** Who gets which mail on which day from now on: the real daily run and the real outbox, on a copy, with a moved clock. */
import type { ComposedMail } from '../delivery/mail/content.ts';
import type { MailEnvelope } from '../delivery/mail/message.ts';
import { Outbox } from '../delivery/outbox.ts';
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
  const clock = { now: real.now() };
  const desk: Desk = { ...real, store: options.copy, now: () => clock.now, log: () => {} };
  if (options.accepted) await accept(desk);
  const mails: PreviewedMail[] = [];
  const outbox = recordingOutbox(desk, options.from, mails);
  const units = new Units(desk);
  const { sendAt, timeZone } = desk.site();
  const first = today(desk);
  const diary = new Diary(units);
  for (let n = 0; n <= options.days; n += 1) {
    const day = addDays(first, n);
    const at: Instant = instantAt(day, sendAt, timeZone);
    if (Date.parse(at) > Date.parse(clock.now)) clock.now = at;
    await tick(desk);
    // The run of the first day may be over already; then that of the second takes everything in.
    const due = n < 2 ? undefined : diary.take(day);
    await dailyRun(desk, units, due);
    diary.note(due ?? units.configured().map(({ name }) => name), day);
    await outbox.deliver();
    await options.pause?.();
  }
  return mails;
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

function recordingOutbox(desk: Desk, from: string, mails: PreviewedMail[]): Outbox {
  return new Outbox({
    store: desk.store,
    now: desk.now,
    random: () => 0,
    log: () => {},
    site: () => ({ ...desk.site(), from, replyTo: { address: desk.site().contact.mail } }),
    smtp: () => ({
      async send(mail: ComposedMail, envelope: MailEnvelope) {
        mails.push({ day: today(desk), to: envelope.to, subject: mail.subject, text: mail.text });
        return { reply: 'preview' };
      },
    }),
    settled: (message, fate) => mailSettled(desk, message, fate),
  });
}

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
  await desk.store.commit({ changes: [{ key: keys.connection, value: confirmed, expected: record?.revision ?? 0 }] });
}
