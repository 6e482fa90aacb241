/** Notices on their way: which of them are still owed, what their mail says, which earlier mails it follows. */
import { type Connection, isConfirmed, resellerRecipient } from '../lifecycle/connection.ts';
import { dayOf } from '../lifecycle/days.ts';
import type { Instant, Notice, Step } from '../lifecycle/model.ts';
import type { Unit } from '../lifecycle/unit.ts';
import { keys } from '../store/keys.ts';
import type { Store, Versioned } from '../store/port.ts';
import { assembleNotices } from './mail/assemble.ts';
import type { Contact, NoticeMail } from './mail/content.ts';
import type { Message, NoticeRecord, NoticesMessage } from './records.ts';

export type NoticeEntry = [string, Versioned<NoticeRecord>];

export interface NoticeContext {
  readonly store: Store;
  readonly company: string;
  readonly contact: Contact;
  readonly timeZone: string;
  readonly now: Instant;
}

/**
 * Sorts the notices of a message into those still owed and those that are not: the event closed or opened anew, the
 * reseller left, or the notice is gone.
 */
export function owed(store: Store, noticeKeys: readonly string[]): { keep: NoticeEntry[]; drop: NoticeEntry[] } {
  const keep: NoticeEntry[] = [];
  const drop: NoticeEntry[] = [];
  for (const key of noticeKeys) {
    const record = store.get<NoticeRecord>(key);
    if (record === undefined) continue;
    (isOwed(store, record.value) ? keep : drop).push([key, record]);
  }
  return { keep, drop };
}

/** What the mail of these notices says, with everything as it is known now. */
export function noticesContent(
  context: NoticeContext,
  message: NoticesMessage,
  notices: readonly NoticeEntry[],
): NoticeMail {
  return assembleNotices({
    audience: message.recipient === 'customer' ? 'customer' : 'reseller',
    company: context.company,
    contact: context.contact,
    today: dayOf(context.now, context.timeZone),
    notices: notices.map(([, { value }]) => value),
    unit: (id) => context.store.get<Unit>(keys.unit(id))?.value,
    ...(message.reminder ? { reminder: true } : {}),
  });
}

/** Message-IDs of the mails that told the same recipient of the same events before, oldest first. */
export function earlierMessageIds(store: Store, notices: readonly NoticeEntry[]): string[] {
  const told = new Map<string, string>();
  for (const [, { value }] of notices) {
    for (const { at, id } of tellings(store, value)) told.set(id, at);
  }
  return [...told].sort(([, a], [, b]) => (a < b ? -1 : 1)).map(([id]) => id);
}

function tellings(store: Store, notice: Notice): { at: Instant; id: string }[] {
  const event = store.get<Unit>(keys.unit(notice.unit))?.value.events[notice.event];
  const follows = event?.occurrence === notice.occurrence ? event.follows : undefined;
  return [{ id: notice.event, occurrence: notice.occurrence }, ...(follows ? [follows] : [])]
    .flatMap(({ id, occurrence }) => store.list<NoticeRecord>(keys.noticesOf(notice.unit, id, occurrence)))
    .filter(([, { value }]) => value.state === 'told' && value.recipient === notice.recipient)
    .flatMap(([, { value }]) => {
      const mail = store.get<Message>(keys.message(value.message))?.value;
      return mail?.messageId && mail.settledAt ? [{ at: mail.settledAt, id: mail.messageId }] : [];
    });
}

/** Whether a notice still has to be told: its event is as it was, and the reseller is still there. */
export function isOwed(store: Store, notice: Notice): boolean {
  if (notice.recipient.startsWith('reseller:')) {
    const connection = store.get<Connection>(keys.connection)?.value;
    if (!connection || !isConfirmed(connection) || resellerRecipient(connection) !== notice.recipient) return false;
  }
  const event = store.get<Unit>(keys.unit(notice.unit))?.value.events[notice.event];
  if (event?.occurrence !== notice.occurrence) return notice.step === 'resolved';
  if (notice.step === 'resolved') return event.closedOn !== undefined;
  return event.closedOn === undefined && (event.date !== undefined || !isDated(notice.step));
}

/** A step of a date: it waits while the date is doubtful, and is worked out anew when it is not. */
const isDated = (step: Step): boolean => step !== 'now' && step !== 'reminder';
