/** What was told of a record that ends counts as told of the one that goes on in its place. */
import type { Message, NoticeRecord } from '../delivery/records.ts';
import { noticeKey } from '../lifecycle/model.ts';
import type { United } from '../lifecycle/unite.ts';
import { keys } from '../store/keys.ts';
import type { Put, Store } from '../store/port.ts';

/** Copies of the notices that were told, or cannot be taken back any more, under the record that goes on. */
export function carriedNotices(store: Store, { kept, gone, openings }: United): Put[] {
  const puts = new Map<string, Put>();
  for (const { event, gone: from, kept: to } of openings) {
    for (const [, { value }] of store.list<NoticeRecord>(keys.noticesOf(gone.unit.id, event, from))) {
      if (!hasLeft(store, value)) continue;
      const copy: NoticeRecord = {
        ...value,
        unit: kept.id,
        occurrence: to,
        state: value.state === 'failed' ? 'failed' : 'told',
      };
      const key = noticeKey(copy);
      if (store.get(key) === undefined) puts.set(key, { key, value: copy, expected: 0 });
    }
  }
  return [...puts.values()];
}

/** A notice whose mail has no words yet is dropped with its event; what waits for the endpoint is posted. */
function hasLeft(store: Store, { state, message }: NoticeRecord): boolean {
  const mail = state === 'queued' ? store.get<Message>(keys.message(message))?.value : undefined;
  return mail === undefined || mail.words !== undefined;
}
