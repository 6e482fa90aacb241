/** What is counted of a delivery: which channel, to whom, how it ended, and the steps of the notices in it. */
import { type CloudEventType, dataSchemas } from '../delivery/cloud/events.ts';
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

/**
 * All that can be delivered. A series that appears with its first refusal has no rate and no increase for Prometheus, so
 * each stands at zero from the start.
 */
export const deliverable: readonly Pick<Delivered, 'channel' | 'recipient' | 'kind'>[] = [
  ...mailKinds('customer', ['notices', 'customer', 'test']),
  ...mailKinds('reseller', ['notices', 'invitation', 'farewell']),
  ...(Object.keys(dataSchemas) as CloudEventType[]).map(
    (kind) => ({ channel: 'cloud', recipient: 'endpoint', kind }) as const,
  ),
  ...(['notice.due', 'connection.changed'] as const satisfies readonly CloudEventType[]).map(
    (kind) => ({ channel: 'cloud', recipient: 'reseller', kind }) as const,
  ),
];

/** Who can be told of a step. */
export const toldOf = ['customer', 'reseller'] as const satisfies readonly Delivered['recipient'][];

function mailKinds(recipient: Delivered['recipient'], kinds: readonly Message['kind'][]) {
  return kinds.map((kind) => ({ channel: 'mail', recipient, kind }) as const);
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
