/** Who gets which mail on which day from now on: the real daily run and the real outbox, on a copy, with a moved clock. */
import type { ComposedMail } from '../delivery/mail/content.ts';
import type { MailEnvelope } from '../delivery/mail/message.ts';
import { Outbox } from '../delivery/outbox.ts';
import type { Connection } from '../lifecycle/connection.ts';
import { addDays, instantAt } from '../lifecycle/days.ts';
import type { Day, Instant } from '../lifecycle/model.ts';
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
}

/** Plays the coming days. Nothing leaves, and the real store is not touched. */
export async function preview(real: Desk, options: PreviewOptions): Promise<PreviewedMail[]> {
  const clock = { now: real.now() };
  const desk: Desk = { ...real, store: options.copy, now: () => clock.now, log: () => {} };
  if (options.accepted) await accept(desk);
  const mails: PreviewedMail[] = [];
  const outbox = recordingOutbox(desk, options.from, mails);
  const units = new Units(desk);
  const first = today(desk);
  const { sendAt, timeZone } = desk.site();
  for (let n = 0; n <= options.days; n += 1) {
    const at: Instant = instantAt(addDays(first, n), sendAt, timeZone);
    if (Date.parse(at) > Date.parse(clock.now)) clock.now = at;
    await tick(desk);
    await dailyRun(desk, units);
    await outbox.deliver();
  }
  return mails;
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
