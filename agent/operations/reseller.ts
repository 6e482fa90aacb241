/** The relation with the reseller: inviting, ending, letting time pass. */

import { hashWord, invitationWords, makeId, newSite, type SiteRecord } from '../delivery/codes.ts';
import {
  type Connection,
  type ConnectionInput,
  configuredAddress,
  type Move,
  move,
  noConnection,
} from '../lifecycle/connection.ts';
import type { Instant } from '../lifecycle/model.ts';
import { keys } from '../store/keys.ts';
import type { Store } from '../store/port.ts';
import { type Desk, OperationError, resellerChannel } from './desk.ts';
import { type FarSide, type MoveWrites, moveWrites, whatHappened } from './reseller-writes.ts';

/** What a command did to the connection. */
export interface Moved {
  readonly changed: boolean;
  readonly state: Connection['state'];
  readonly says: string;
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
export function writesOf(desk: Desk, input: ConnectionInput, far: FarSide = {}): MoveWrites {
  const { before, revision, moved } = moving(desk, input);
  if (!moved.changed) return { changes: [], history: [] };
  log(desk, before, moved);
  return moveWrites(desk, before, revision, moved, far);
}

/**
 * Moves the connection and writes all that follows from it, in one commit.
 * @param givenAt when an answer was given that comes to be known only now
 */
export async function applyMove(desk: Desk, input: ConnectionInput, givenAt?: Instant): Promise<Move> {
  const { before, revision, moved } = moving(desk, input, givenAt);
  if (!moved.changed) return moved;
  await desk.store.commit(moveWrites(desk, before, revision, moved));
  log(desk, before, moved);
  return moved;
}

function moving(
  desk: Desk,
  input: ConnectionInput,
  givenAt?: Instant,
): { before: Connection; revision: number; moved: Move } {
  const record = desk.store.get<Connection>(keys.connection);
  const before = record?.value ?? noConnection;
  const at = givenAt === undefined ? desk.now() : within(givenAt, before.since, desk.now());
  const known = givenAt === undefined ? (desk.answersKnownUntil?.() ?? at) : at;
  return { before, revision: record?.revision ?? 0, moved: move(before, input, at, known) };
}

/** An answer cannot have been given before there was a question, nor after now; clocks differ. */
function within(at: Instant, from: Instant, to: Instant): Instant {
  const ms = Math.min(Math.max(Date.parse(at), Date.parse(from)), Date.parse(to));
  return new Date(ms).toISOString();
}

function log(desk: Desk, before: Connection, { connection, says }: Move): void {
  desk.log('info', `connection.${whatHappened(before, connection)}`, `Reseller: ${says}.`);
}

async function apply(desk: Desk, input: ConnectionInput): Promise<Moved> {
  const { changed, connection, says } = await applyMove(desk, input);
  return { changed, state: connection.state, says };
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
