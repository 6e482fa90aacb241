/** What is counted of a delivery: which channel, to whom, how it ended, and the steps of the notices in it. */
import type { ItemFate } from '../delivery/forwarder.ts';
import type { Fate } from '../delivery/outbox.ts';
import type { CloudItem, Message, NoticeRecord } from '../delivery/records.ts';
import type { Step } from '../lifecycle/model.ts';
import type { Store } from '../store/port.ts';

export interface Delivered {
  readonly channel: 'mail' | 'cloud';
  readonly recipient: 'customer' | 'reseller' | 'endpoint';
  /** What a mail is, or the type of an item. */
  readonly kind: string;
  readonly result: 'taken' | 'refused';
  readonly steps: readonly Step[];
}

/** A mail that was taken, or refused for good. */
export function mailDelivered(store: Store, message: Message, fate: Fate): Delivered {
  return {
    channel: 'mail',
    recipient: message.recipient.startsWith('reseller:') ? 'reseller' : 'customer',
    kind: message.kind,
    result: fate.kind,
    steps: message.kind === 'notices' ? message.notices.flatMap((key) => stepOf(store, key)) : [],
  };
}

/** An item that the endpoint took, or refused for good. */
export function itemDelivered(store: Store, item: CloudItem, fate: ItemFate): Delivered {
  return {
    channel: 'cloud',
    recipient: item.notice === undefined && item.invitation === undefined ? 'endpoint' : 'reseller',
    kind: item.type,
    result: fate === 'taken' ? 'taken' : 'refused',
    steps: item.notice === undefined ? [] : stepOf(store, item.notice),
  };
}

function stepOf(store: Store, key: string): Step[] {
  const notice = store.get<NoticeRecord>(key)?.value;
  return notice === undefined ? [] : [notice.step];
}
