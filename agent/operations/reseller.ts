/** The relation with the reseller: inviting, answering, ending; and what each move writes and sends. */

import { hashWord, invitationWords, makeId, newSite, type SiteRecord } from '../delivery/codes.ts';
import type { CustomerMail } from '../delivery/mail/content.ts';
import type { CloudItem, InvitationMessage, Message, NoticeRecord, OtherMessage } from '../delivery/records.ts';
import {
  type Connection,
  type ConnectionInput,
  configuredAddress,
  type Move,
  move,
  noConnection,
  resellerRecipient,
  validDays,
} from '../lifecycle/connection.ts';
import { keys } from '../store/keys.ts';
import type { HistoryEntry, Put, Remove, Store } from '../store/port.ts';

import { cloudPut } from './consequences.ts';
import { type Desk, OperationError, resellerChannel, today } from './desk.ts';

/** What a command did to the connection. */
export interface Moved {
  readonly changed: boolean;
  readonly state: Connection['state'];
  readonly says: string;
}

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

/** The connection as it stands; an invitation that has lapsed by now is still shown as pending until `tick`. */
export function connectionOf(store: Store): Connection {
  return store.get<Connection>(keys.connection)?.value ?? noConnection;
}

/** Acts on the address in the config: at start and after each reload. */
export async function followConfig(desk: Desk): Promise<void> {
  const wanted = configuredAddress(connectionOf(desk.store), desk.site().reseller?.email);
  if (wanted.end !== undefined) await apply(desk, { kind: wanted.end });
  if (wanted.invite !== undefined) await inviteAddress(desk, wanted.invite);
  else if (wanted.end !== undefined || desk.site().reseller?.email === undefined) await forgetAddress(desk);
}

/** Invites (again) whom the config names. @throws OperationError when nobody is named or nothing can be sent */
export async function invite(desk: Desk): Promise<Moved> {
  const address = desk.site().reseller?.email;
  if (address === undefined) {
    throw new OperationError('no-reseller', 'the config names no reseller; set reseller.email and reload');
  }
  return await inviteAddress(desk, address);
}

/** Withdraws a pending invitation. */
export async function cancel(desk: Desk): Promise<Moved> {
  return await apply(desk, { kind: 'cancel' });
}

/** Ends a confirmed connection. */
export async function disconnect(desk: Desk): Promise<Moved> {
  return await apply(desk, { kind: 'disconnect' });
}

/** Lets time pass: an invitation lapses after seven days. */
export async function tick(desk: Desk): Promise<void> {
  await apply(desk, { kind: 'time' });
}

/** What a move writes, for a commit that somebody else makes (the outbox when an invitation was taken or refused). */
export function writesOf(desk: Desk, input: ConnectionInput, reply?: string): MoveWrites {
  const record = desk.store.get<Connection>(keys.connection);
  const before = record?.value ?? noConnection;
  const moved = move(before, input, desk.now());
  if (moved.changed) log(desk, moved);
  return moved.changed ? writes(desk, before, record?.revision ?? 0, moved, reply) : { changes: [], history: [] };
}

/** Moves the connection and writes all that follows from it, in one commit. */
export async function applyMove(desk: Desk, input: ConnectionInput): Promise<Move> {
  const record = desk.store.get<Connection>(keys.connection);
  const before = record?.value ?? noConnection;
  const moved = move(before, input, desk.now());
  if (moved.changed) {
    await desk.store.commit(writes(desk, before, record?.revision ?? 0, moved));
    log(desk, moved);
  }
  return moved;
}

async function apply(desk: Desk, input: ConnectionInput): Promise<Moved> {
  const { changed, connection, says } = await applyMove(desk, input);
  return { changed, state: connection.state, says };
}

function log(desk: Desk, moved: Move): void {
  desk.log('info', `connection.${moved.connection.state}`, `Reseller: ${moved.says}.`);
}

async function inviteAddress(desk: Desk, address: string): Promise<Moved> {
  if (resellerChannel(desk.site()) === 'none') {
    throw new OperationError('no-channel', 'neither mail nor cloud is configured, so no invitation can be sent');
  }
  await ensureSite(desk);
  const id = makeId(desk.randomBytes);
  const { code, token } = invitationWords(desk.store, id);
  return await apply(desk, { kind: 'invite', address, id, codeHash: hashWord(code), tokenHash: hashWord(token) });
}

async function ensureSite(desk: Desk): Promise<void> {
  if (desk.store.get<SiteRecord>(keys.site) !== undefined) return;
  await desk.store.commit({ changes: [{ key: keys.site, value: newSite(desk.randomBytes), expected: 0 }] });
}

/** The address was taken out of the config: naming it again is a new trigger. */
async function forgetAddress(desk: Desk): Promise<void> {
  const record = desk.store.get<Connection>(keys.connection);
  if (record === undefined || record.value.address === '') return;
  const value: Connection = { ...record.value, address: '' };
  await desk.store.commit({ changes: [{ key: keys.connection, value, expected: record.revision }] });
}

function writes(desk: Desk, before: Connection, revision: number, moved: Move, reply?: string): MoveWrites {
  const { connection } = moved;
  const dropped = moved.dropQueue || connection.state === 'confirmed' ? queuedFor(desk.store, before) : [];
  const told = moved.tellCustomer ? customerNews(desk, connection, moved.tellCustomer, reply) : [];
  return {
    changes: [
      { key: keys.connection, value: connection, expected: revision },
      ...dropped,
      ...(moved.sendInvitation ? [...ended(desk, before), ...invitation(desk, connection)] : []),
      ...told,
      ...connectionNews(desk, before, connection, moved.sendInvitation ?? false),
    ],
    history: [
      {
        at: desk.now(),
        kind: `connection.${connection.state}`,
        data: {
          address: connection.address,
          connection: connection.id,
          previous: before.state,
          ...(connection.answeredBy ? { by: connection.answeredBy } : {}),
          ...(connection.answeredFrom ? { from: connection.answeredFrom } : {}),
          ...(reply ? { reply } : {}),
        },
      },
    ],
  };
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

function customerNews(
  desk: Desk,
  connection: Connection,
  about: CustomerMail['about'],
  reply: string | undefined,
): Put[] {
  const site = desk.site();
  return customerMessage(desk, `customer/${about}/${connection.id}`, {
    kind: 'customer',
    about,
    company: site.company,
    address: connection.address,
    today: today(desk),
    ...(reply === undefined ? {} : { reply }),
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
  const byEndpoint = resellerChannel(site) === 'cloud' && invited;
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
    byEndpoint ? { invitation: after.id } : {},
  );
}
