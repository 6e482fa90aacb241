/** What is over and old is removed once a day, so that the state of a site does not grow for ever. */
import type { Message, NoticeRecord } from '../delivery/records.ts';
import { addMonths } from '../lifecycle/days.ts';
import type { Unit } from '../lifecycle/unit.ts';
import { keys } from '../store/keys.ts';
import type { Remove, Store } from '../store/port.ts';
import { type Desk, today } from './desk.ts';

/** Records that are removed with one write. */
const atOnce = 1000;

/**
 * Removes the history, and the notices, mails and retired units that are older than the site keeps them. What an event
 * that is still there was told stays, however old: without it the event would be told anew.
 */
export async function forgetTheOld(desk: Desk): Promise<void> {
  const before = addMonths(today(desk), -desk.site().retentionMonths);
  const old = oldRecords(desk.store, before);
  for (let at = 0; at < old.length; at += atOnce) {
    await desk.store.commit({ changes: old.slice(at, at + atOnce) });
  }
  const files = await desk.store.forgetHistory(before.slice(0, 7));
  if (old.length + files === 0) return;
  desk.log('info', 'state.pruned', `Removed what was over before ${before}: ${old.length} record(s).`, {
    before,
    records: old.length,
    months: files,
  });
}

/** Records that nobody needs any more and that were settled before a day. */
function oldRecords(store: Store, before: string): Remove[] {
  const units = new Map(store.list<Unit>(keys.units).map(([, { value }]) => [value.id, value]));
  const retired = store.list<Unit>(keys.units).filter(([, { value }]) => (value.retiredOn ?? before) < before);
  for (const [, { value }] of retired) units.delete(value.id);
  const remembered = new Set([...units.values()].flatMap(occurrences));
  const notices = store
    .list<NoticeRecord>(keys.notices)
    .filter(
      ([, { value }]) =>
        value.state !== 'queued' &&
        value.at < before &&
        !remembered.has(`${value.unit}/${value.event}/${value.occurrence}`),
    );
  const gone = new Set(notices.map(([key]) => key));
  const carrying = new Set(
    store.list<NoticeRecord>(keys.notices).flatMap(([key, { value }]) => (gone.has(key) ? [] : [value.message])),
  );
  const messages = store
    .list<Message>(keys.messages)
    .filter(([, { value }]) => (value.settledAt ?? before) < before && !carrying.has(value.id));
  return [...retired, ...notices, ...messages].map(([key, { revision }]) => ({
    key,
    remove: true,
    expected: revision,
  }));
}

/** The openings of events that a unit still knows, and those they followed. */
function occurrences({ id, events }: Unit): string[] {
  return Object.values(events).flatMap((event) => [
    `${id}/${event.id}/${event.occurrence}`,
    ...(event.follows ? [`${id}/${event.follows.id}/${event.follows.occurrence}`] : []),
  ]);
}
