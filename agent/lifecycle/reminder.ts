/** Whether the customer may send a reminder by hand, and exactly why not. */
import type { ConnectionState } from './connection.ts';
import { daysUntil } from './days.ts';
import type { Day, LifecycleEvent } from './model.ts';

export type ReminderRefusal = 'no-such-event' | 'not-open' | 'not-confirmed' | 'too-old' | 'already-today';
export type ReminderVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly reason: ReminderRefusal; readonly message: string };

/** Days after its date (or its first sight) for which an event may be recalled. */
const reminderDays = 90;

/** Why there is nobody to remind, by where the relation with the reseller stands. */
const nobodyListens: Readonly<Record<Exclude<ConnectionState, 'confirmed'>, string>> = {
  none: 'there is no reseller',
  pending: 'the reseller has not accepted the invitation yet',
  declined: 'the reseller has declined',
  expired: 'the reseller let the invitation lapse',
  cancelled: 'the invitation was cancelled',
  undeliverable: 'the invitation could not be delivered',
  'opted-out': 'the reseller has opted out',
  disconnected: 'the reseller was disconnected',
};

/**
 * Allowed while the reseller is confirmed, the event is open, and its date (for an event told without one: the day it
 * was first seen) is less than 90 days past; at most one reminder an event and day.
 */
export function mayRemind(
  event: LifecycleEvent | undefined,
  connection: ConnectionState,
  remindedToday: boolean,
  today: Day,
): ReminderVerdict {
  if (event === undefined) return refuse('no-such-event', 'this UPS never had that event');
  if (event.closedOn !== undefined) return refuse('not-open', `the event was resolved on ${event.closedOn}`);
  if (connection !== 'confirmed') return refuse('not-confirmed', nobodyListens[connection]);
  const day = event.date ?? event.openedOn;
  const past = daysUntil(today, day);
  if (past >= reminderDays) {
    return refuse(
      'too-old',
      `the event is of ${day}, ${past} days ago; a reminder is possible for ${reminderDays} days`,
    );
  }
  if (remindedToday) return refuse('already-today', 'a reminder of this event was already sent today');
  return { allowed: true };
}

function refuse(reason: ReminderRefusal, message: string): ReminderVerdict {
  return { allowed: false, reason, message };
}
