/** What follows from a move of the connection: who is written to, what is dropped, what is kept of it. */

import type { CustomerMail } from '../delivery/mail/content.ts';
import type { CloudItem, InvitationMessage, Message, NoticeRecord, OtherMessage } from '../delivery/records.ts';
import {
  type Connection,
  type CustomerNews,
  type Move,
  resellerRecipient,
  validDays,
} from '../lifecycle/connection.ts';
import type { Instant } from '../lifecycle/model.ts';
import { keys } from '../store/keys.ts';
import type { HistoryEntry, Put, Remove, Store } from '../store/port.ts';
import { cloudPut } from './consequences.ts';
import { type Desk, resellerChannel, today } from './desk.ts';

/** The token of a connection that a newer invitation has replaced: what it answers from then on. */
export interface EndedToken {
  readonly connection: string;
  readonly state: Connection['state'];
}

/** What a move of the connection writes. */
export interface MoveWrites {
  readonly changes: readonly (Put | Remove)[];
  readonly history: readonly HistoryEntry[];
}

/** What a far side said, and what did not reach it. */
export interface FarSide {
  readonly reply?: string;
  readonly items?: readonly string[];
}

/** What a move of the connection writes beside the connection itself: mails, items for the endpoint, history. */
export function moveWrites(
  desk: Desk,
  before: Connection,
  revision: number,
  moved: Move,
  far: FarSide = {},
): MoveWrites {
  const { connection } = moved;
  const accepted = connection.state === 'confirmed' && before.state !== 'confirmed';
  const dropped = moved.dropQueue || accepted ? queuedFor(desk.store, before) : [];
  const told = moved.tellCustomer ? customerNews(desk, connection, moved.tellCustomer, far) : [];
  const what = whatHappened(before, connection);
  return {
    changes: [
      { key: keys.connection, value: connection, expected: revision },
      ...dropped,
      ...(moved.sendInvitation ? [...ended(desk, before), ...invitation(desk, connection)] : []),
      ...(connection.state === 'opted-out' ? farewell(desk, connection) : []),
      ...told,
      ...connectionNews(desk, before, connection, moved.sendInvitation ?? false),
    ],
    history: [
      {
        at: desk.now(),
        kind: `connection.${what}`,
        data: {
          address: connection.address,
          connection: connection.id,
          ...(what === 'bounced' ? {} : { previous: before.state }),
          ...(connection.answeredBy ? { by: connection.answeredBy } : {}),
          ...(connection.answeredFrom ? { from: connection.answeredFrom } : {}),
          ...(connection.answeredHow ? { how: connection.answeredHow } : {}),
          ...(wasGivenBefore(connection, desk.now()) ? { givenAt: connection.answeredAt } : {}),
          ...(far.reply ? { reply: far.reply } : {}),
        },
      },
    ],
  };
}

/** An answer that waited elsewhere; a moment is no waiting. */
const wasGivenBefore = ({ answeredAt }: Connection, now: Instant): boolean =>
  answeredAt !== undefined && Date.parse(now) - Date.parse(answeredAt) > 60_000;

/** The word under which a move is kept and logged: the new state, but for mail that came back from whoever stays. */
export function whatHappened(before: Connection, after: Connection): string {
  return before.state === after.state && before.id === after.id && before.failing?.at !== after.failing?.at
    ? 'bounced'
    : after.state;
}

/**
 * Everything still on its way to the reseller of a connection: mails, notices and what the endpoint was to pass on.
 * An invitation that was answered before its receipt was seen goes the same way.
 */
function queuedFor(store: Store, connection: Connection): Remove[] {
  if (connection.id === '') return [];
  const recipient = resellerRecipient(connection);
  const waiting = (state: string): boolean => state === 'queued' || state === 'sending';
  const messages = store
    .list<Message>(keys.messages)
    .filter(([, { value }]) => value.recipient === recipient && waiting(value.state));
  const notices = store
    .list<NoticeRecord>(keys.notices)
    .filter(([, { value }]) => value.recipient === recipient && value.state === 'queued');
  const lost = new Set(notices.map(([key]) => key));
  const items = store
    .list<CloudItem>(keys.cloudItems)
    .filter(
      ([, { value }]) => value.invitation === connection.id || (value.notice !== undefined && lost.has(value.notice)),
    );
  return [...messages, ...notices, ...items].map(([key, { revision }]) => ({ key, remove: true, expected: revision }));
}

/** The old token is known from here on as that of an invitation that has ended. */
function ended(desk: Desk, { id, state, tokenHash }: Connection): Put[] {
  if (id === '' || tokenHash === undefined) return [];
  const key = keys.endedToken(tokenHash);
  const value: EndedToken = { connection: id, state: state === 'pending' ? 'cancelled' : state };
  return [{ key, value, expected: desk.store.get(key)?.revision ?? 0 }];
}

function invitation(desk: Desk, connection: Connection): Put[] {
  const site = desk.site();
  if (!site.mail) return [];
  const message: InvitationMessage = {
    kind: 'invitation',
    id: `invitation/${connection.id}`,
    connection: connection.id,
    recipient: resellerRecipient(connection),
    to: connection.address,
    language: site.reseller?.language ?? site.language,
    state: 'queued',
    createdAt: desk.now(),
    nextAt: desk.now(),
    failures: 0,
    content: { kind: 'invitation', company: site.company, validDays },
  };
  return [{ key: keys.message(message.id), value: message, expected: 0 }];
}

/** The one mail after an opt-out: from here on there is silence. */
function farewell(desk: Desk, connection: Connection): Put[] {
  const { mail, company, reseller, language } = desk.site();
  if (!mail) return [];
  const id = `farewell/${connection.id}`;
  const message: OtherMessage = {
    kind: 'farewell',
    id,
    recipient: resellerRecipient(connection),
    to: connection.address,
    language: reseller?.language ?? language,
    state: 'queued',
    createdAt: desk.now(),
    nextAt: desk.now(),
    failures: 0,
    content: { kind: 'farewell', company },
  };
  return [{ key: keys.message(id), value: message, expected: 0 }];
}

function customerNews(desk: Desk, connection: Connection, about: CustomerNews, { reply, items }: FarSide): Put[] {
  const { address, answeredFrom, id } = connection;
  const day = today(desk);
  const isAnswer = about !== 'undeliverable' && about !== 'bounced' && about !== 'expired';
  const others = isAnswer && answeredFrom?.toLowerCase() !== address.toLowerCase() ? answeredFrom : undefined;
  return customerMessage(desk, `customer/${about}/${id}${about === 'bounced' ? `/${day}` : ''}`, {
    kind: 'customer',
    about,
    company: desk.site().company,
    address,
    today: day,
    ...(others === undefined ? {} : { from: others }),
    ...(reply === undefined ? {} : { reply }),
    ...(items === undefined ? {} : { items }),
  });
}

/** A mail to the customer that leaves at once; the id says what it is about, so it is written once. */
export function customerMessage(desk: Desk, id: string, content: CustomerMail): Put[] {
  const site = desk.site();
  if (!site.mail || desk.store.get(keys.message(id)) !== undefined) return [];
  const message: OtherMessage = {
    kind: 'customer',
    id,
    recipient: 'customer',
    to: site.contact.mail,
    language: site.language,
    state: 'queued',
    createdAt: desk.now(),
    nextAt: desk.now(),
    failures: 0,
    content,
  };
  return [{ key: keys.message(id), value: message, expected: 0 }];
}

function connectionNews(desk: Desk, before: Connection, after: Connection, invited: boolean): Put[] {
  const site = desk.site();
  if (before.state === after.state && !invited) return [];
  // The endpoint passes on the invitation, and that an opt-out was heard.
  const byEndpoint = resellerChannel(site) === 'cloud' && (invited || after.state === 'opted-out');
  return cloudPut(
    desk,
    `connection/${after.id}/${after.state}`,
    'connection.changed',
    undefined,
    {
      tellReseller: byEndpoint,
      state: after.state,
      previous: before.state,
      company: site.company,
      reseller: after.address,
      language: site.reseller?.language ?? site.language,
    },
    invited && byEndpoint ? { invitation: after.id } : {},
  );
}
