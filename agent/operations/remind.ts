/** The reminder that the customer sends by hand. */
import type { NoticeRecord, NoticesMessage } from '../delivery/records.ts';
import { resellerRecipient } from '../lifecycle/connection.ts';
import { type EventId, eventIds, noticeKey } from '../lifecycle/model.ts';
import { mayRemind, type ReminderVerdict } from '../lifecycle/reminder.ts';
import { keys } from '../store/keys.ts';
import { cloudPut } from './consequences.ts';
import { addressees, noticeData, noticeOf } from './daily.ts';
import { type Desk, OperationError, today } from './desk.ts';
import { connectionOf, tick } from './reseller.ts';
import { noSuchUps, type Units } from './units.ts';

/** Whether a reminder may be sent now; the page and the command line show the same words. */
export function reminderVerdict(desk: Desk, units: Units, name: string, event: EventId): ReminderVerdict {
  const unit = units.find(name)?.value;
  if (unit === undefined) throw noSuchUps(name);
  const connection = connectionOf(desk.store);
  const open = unit.events[event];
  const day = today(desk);
  const key = open && noticeKey(noticeOf(unit.id, open, 'reminder', resellerRecipient(connection), day));
  return mayRemind(open, connection.state, key !== undefined && desk.store.get(key) !== undefined, day);
}

/**
 * Sends a reminder of one event to the reseller, at once.
 * @throws OperationError with the reason why it is not allowed
 */
export async function remind(desk: Desk, units: Units, name: string, eventName: string): Promise<string> {
  const event = eventIds.find((id) => id === eventName);
  if (event === undefined) {
    throw new OperationError('no-such-event', `"${eventName}" is no event; the events are ${eventIds.join(', ')}`);
  }
  await tick(desk);
  const verdict = reminderVerdict(desk, units, name, event);
  if (!verdict.allowed) throw new OperationError(verdict.reason, verdict.message);
  const unit = units.find(name)?.value;
  const open = unit?.events[event];
  const addressee = addressees(desk).find(({ recipient }) => recipient !== 'customer');
  if (unit === undefined || open === undefined || addressee === undefined) throw noSuchUps(name);
  const day = today(desk);
  const notice = noticeOf(unit.id, open, 'reminder', addressee.recipient, day);
  const key = noticeKey(notice);
  const item = `notice/${key.slice(keys.notices.length)}`;
  const message: NoticesMessage = {
    kind: 'notices',
    id: `reminder/${key.slice(keys.notices.length)}`,
    recipient: addressee.recipient,
    to: addressee.to,
    language: addressee.language,
    state: 'queued',
    createdAt: desk.now(),
    nextAt: desk.now(),
    failures: 0,
    day,
    notices: [key],
    reminder: true,
  };
  const record: NoticeRecord = {
    ...notice,
    state: 'queued',
    message: addressee.by === 'mail' ? message.id : item,
    at: desk.now(),
  };
  const link = addressee.by === 'cloud' ? { notice: key } : {};
  await desk.store.commit({
    changes: [
      { key, value: record, expected: 0 },
      ...(addressee.by === 'mail' ? [{ key: keys.message(message.id), value: message, expected: 0 }] : []),
      ...cloudPut(desk, item, 'notice.due', unit.name, noticeData(desk, unit, notice, addressee), link),
    ],
    history: [{ at: desk.now(), kind: 'notice.reminder', unit: unit.id, data: { ...notice, to: addressee.to } }],
  });
  return addressee.to;
}
