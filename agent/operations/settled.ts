/** What follows when a message or an item for the endpoint was taken, or failed for good. */
import type { CloudEventData } from '../delivery/cloud/events.ts';
import type { ItemFate } from '../delivery/forwarder.ts';
import type { Consequence, Fate } from '../delivery/outbox.ts';
import type { CloudItem, Message, NoticeRecord } from '../delivery/records.ts';
import { revealedByEndpoint } from '../delivery/reveals.ts';
import { eventTitle } from '../lifecycle/model.ts';
import type { Unit } from '../lifecycle/unit.ts';
import { keys } from '../store/keys.ts';
import type { HistoryEntry } from '../store/port.ts';
import { type Desk, today } from './desk.ts';
import { connectionOf, writesOf } from './reseller.ts';
import { customerMessage } from './reseller-writes.ts';

const nothing: Consequence = { changes: [], history: [] };

/** After a mail: the invitation starts or ends the connection's clock; a failed notice mail is told to the customer. */
export function mailSettled(desk: Desk, message: Message, fate: Fate): Consequence {
  if (message.kind === 'invitation') {
    if (message.id !== `invitation/${connectionOf(desk.store).id}`) return nothing;
    return fate.kind === 'taken' ? writesOf(desk, { kind: 'taken' }) : writesOf(desk, { kind: 'refused' }, fate);
  }
  if (message.kind !== 'notices' || fate.kind === 'taken' || message.recipient === 'customer') return nothing;
  return {
    changes: customerMessage(desk, `customer/delivery-failed/${message.id}/${today(desk)}`, {
      kind: 'customer',
      about: 'delivery-failed',
      company: desk.site().company,
      address: message.to,
      reply: fate.reply,
      items: message.notices.flatMap((key) => titleOf(desk, key)),
      today: today(desk),
    }),
    history: [],
  };
}

/** After an item for the endpoint: the notice it told, the invitation it carried. */
export function itemSettled(desk: Desk, item: CloudItem, fate: ItemFate, reply: string): Consequence {
  if (item.invitation !== undefined && item.invitation === connectionOf(desk.store).id) {
    if (fate !== 'taken') return writesOf(desk, { kind: 'refused' }, { reply });
    const { changes, history } = writesOf(desk, { kind: 'taken' });
    return { changes, history: [...history, ...invitationPassedOn(desk, reply)] };
  }
  const record = item.notice === undefined ? undefined : desk.store.get<NoticeRecord>(item.notice);
  const news = fate === 'refused' ? endpointNews(desk, 'endpoint-refused', reply) : nothing;
  if (item.notice === undefined || record === undefined) return news;
  const value: NoticeRecord = { ...record.value, state: fate === 'taken' ? 'told' : 'failed', at: desk.now() };
  const history = fate === 'taken' ? noticePassedOn(desk, item, value, reply) : [];
  return { changes: [{ key: item.notice, value, expected: record.revision }, ...news.changes], history };
}

function invitationPassedOn(desk: Desk, reply: string): HistoryEntry[] {
  const { id, address } = connectionOf(desk.store);
  const data = { connection: id, to: address, reply, reveals: { site: ['company'], units: [] } };
  return [{ at: desk.now(), kind: 'invitation.passed-on', data }];
}

function noticePassedOn(desk: Desk, item: CloudItem, notice: NoticeRecord, reply: string): HistoryEntry[] {
  const due = item.data as CloudEventData<'notice.due'>;
  const { recipient, event, step, unit } = notice;
  const data = { recipient, to: due.reseller ?? '', title: due.title, event, step, reply };
  return [{ at: desk.now(), kind: 'notice.passed-on', unit, data: { ...data, reveals: revealedByEndpoint(due) } }];
}

/** The endpoint is gone for good (410): the customer is told once. */
export function endpointDisabled(desk: Desk): Consequence {
  return endpointNews(desk, 'endpoint-disabled');
}

/** At most one mail a day about the endpoint, whatever number of items it concerns. */
function endpointNews(desk: Desk, about: 'endpoint-refused' | 'endpoint-disabled', reply?: string): Consequence {
  const { company, endpoint } = desk.site();
  const changes = customerMessage(desk, `customer/${about}/${today(desk)}`, {
    kind: 'customer',
    about,
    company,
    address: endpoint === undefined ? '' : new URL(endpoint).host,
    today: today(desk),
    ...(reply === undefined ? {} : { reply }),
  });
  return { changes, history: [] };
}

/** The notice of a key in words: its UPS and the title of its event. */
export function titleOf(desk: Desk, noticeKey: string): string[] {
  const notice = desk.store.get<NoticeRecord>(noticeKey)?.value;
  if (notice === undefined) return [];
  const unit = desk.store.get<Unit>(keys.unit(notice.unit))?.value;
  return [`${unit?.name ?? notice.unit}: ${eventTitle(notice.event, notice.date)}`];
}
