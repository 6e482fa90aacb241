/** The relation with the one reseller: its states, what moves it, and what each move asks for. */
import { Temporal } from 'temporal-polyfill';
import type { Instant, Recipient } from './model.ts';

export const connectionStates = [
  'none',
  'pending',
  'confirmed',
  'declined',
  'expired',
  'cancelled',
  'undeliverable',
  'opted-out',
  'disconnected',
] as const;
export type ConnectionState = (typeof connectionStates)[number];

/** How an answer came back. */
export const answerWays = ['code', 'mail', 'link', 'cloud'] as const;
export type AnswerWay = (typeof answerWays)[number];

/** What an answer says. Declining after having accepted is opting out, and the other way round. */
export const answerKinds = ['accept', 'decline', 'opt-out'] as const;
export type AnswerKind = (typeof answerKinds)[number];

/** What became of an answer: it moved the connection, said again what holds, or came when nothing was left to answer. */
export const answerOutcomes = ['taken', 'already', 'ended'] as const;
export type AnswerOutcome = (typeof answerOutcomes)[number];

export interface Connection {
  readonly state: ConnectionState;
  /** New with each invitation; empty while there was none. */
  readonly id: string;
  /** Normalised address this connection belongs to; empty while there is none. */
  readonly address: string;
  readonly since: Instant;
  readonly invitedAt?: Instant;
  /** The mail server (or the endpoint) took the invitation: the seven days run from here. */
  readonly takenAt?: Instant;
  readonly answeredAt?: Instant;
  readonly answeredBy?: AnswerWay;
  /** Who sent the answer, as the mail or the endpoint says; need not be the invited address. */
  readonly answeredFrom?: string;
  /** How they gave it, in the endpoint's words. */
  readonly answeredHow?: string;
  /** SHA-256 of code and token; the words themselves leave with the invitation and are not kept. */
  readonly codeHash?: string;
  readonly tokenHash?: string;
  /** Wrong codes typed for this invitation. */
  readonly wrongCodes?: number;
  /** Mail to the address came back for good, most recently then. */
  readonly failing?: { readonly at: Instant; readonly reply: string };
}

export const noConnection: Connection = { state: 'none', id: '', address: '', since: '1970-01-01T00:00:00Z' };

/** The way an answer came, and what the way tells of it. */
export interface GivenAnswer {
  readonly by: AnswerWay;
  /** Who sent it. */
  readonly from?: string;
  /** How they gave it. */
  readonly how?: string;
}

/** What happened to the connection from outside. */
export type ConnectionInput =
  | {
      readonly kind: 'invite';
      readonly address: string;
      readonly id: string;
      readonly codeHash: string;
      readonly tokenHash: string;
    }
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused' }
  /** Mail that the server had taken came back for good; `whole`: it was the address itself that failed, not one behind it. */
  | { readonly kind: 'bounced'; readonly reply: string; readonly whole: boolean }
  | ({ readonly kind: AnswerKind } & GivenAnswer)
  | { readonly kind: 'cancel' }
  | { readonly kind: 'disconnect' }
  | { readonly kind: 'time' };

export type CustomerNews = 'confirmed' | 'declined' | 'expired' | 'opted-out' | 'undeliverable' | 'bounced';

export interface Move {
  readonly connection: Connection;
  readonly changed: boolean;
  /** What the answer to whoever asked is, where nothing changed. */
  readonly says: string;
  readonly tellCustomer?: CustomerNews;
  /** Everything queued for this recipient is deleted. */
  readonly dropQueue?: true;
  readonly sendInvitation?: true;
}

const validHours = 168;
const giveUpHours = 120;
/** Mail that keeps coming back is news again after this. */
const bounceNewsHours = 30 * 24;

/** The invitation lapses this many days after it was taken. */
export const validDays = validHours / 24;

/** The recipient that notices to a connection are owed to. */
export function resellerRecipient(connection: Connection): Recipient {
  return `reseller:${connection.id}`;
}

/** Whether the reseller may be told anything. */
export function isConfirmed(connection: Connection): boolean {
  return connection.state === 'confirmed';
}

/** Two addresses are the same when they are, trimmed and with the domain in lower case. */
export function normaliseAddress(address: string): string {
  const trimmed = address.trim();
  const at = trimmed.lastIndexOf('@');
  return at < 0 ? trimmed : trimmed.slice(0, at + 1) + trimmed.slice(at + 1).toLowerCase();
}

/**
 * What the address in the config asks for, compared with the connection at start and at reload.
 * A new one is invited; a changed or removed one ends the old connection first; an unchanged one does nothing.
 */
export function configuredAddress(
  connection: Connection,
  address: string | undefined,
): { readonly end?: 'cancel' | 'disconnect'; readonly invite?: string } {
  const wanted = address === undefined ? '' : normaliseAddress(address);
  if (wanted === connection.address) return {};
  const end = connection.state === 'pending' ? 'cancel' : connection.state === 'confirmed' ? 'disconnect' : undefined;
  return { ...(end ? { end } : {}), ...(wanted === '' ? {} : { invite: wanted }) };
}

/**
 * Moves the connection. Pure and total: an input that has no meaning in a state changes nothing and says what holds.
 * @param at when it happened
 * @param known up to when every answer that was given is known here: whether an invitation has lapsed, which is looked at
 *   before any other input, is judged by it
 */
export function move(connection: Connection, input: ConnectionInput, at: Instant, known: Instant = at): Move {
  const lapsed = lapse(connection, at, known);
  if (lapsed !== undefined && input.kind !== 'invite' && input.kind !== 'taken') {
    return input.kind === 'time' ? lapsed : { ...lapsed, says: lapsedAnswer(lapsed.connection) };
  }
  switch (input.kind) {
    case 'time':
      return stay(connection, `the connection is ${connection.state}`);
    case 'invite':
      return invite(connection, input, at);
    case 'taken':
      return connection.state === 'pending' && connection.takenAt === undefined
        ? { connection: { ...connection, takenAt: at }, changed: true, says: 'the invitation is on its way' }
        : stay(connection, 'nothing was waiting to be taken');
    case 'refused':
      return connection.state === 'pending' && connection.takenAt === undefined
        ? to(connection, 'undeliverable', at, 'the invitation was refused for good', 'undeliverable')
        : stay(connection, `the connection is ${connection.state}`);
    case 'bounced':
      return bounced(connection, input, at);
    case 'accept':
      return accept(connection, input, at);
    case 'decline':
    case 'opt-out':
      return decline(connection, input, at);
    case 'cancel':
      return cancel(connection, at);
    case 'disconnect':
      return disconnect(connection, at);
  }
}

/** What an answer amounts to, given what it made of the connection. */
export function outcomeOf(kind: AnswerKind, moved: Pick<Move, 'changed' | 'connection'>): AnswerOutcome {
  const { state } = moved.connection;
  // A lapse that shows only now changed the connection, but not by this answer.
  if (moved.changed && state !== 'expired' && state !== 'undeliverable') return 'taken';
  const holds = kind === 'accept' ? state === 'confirmed' : state === 'declined' || state === 'opted-out';
  return holds ? 'already' : 'ended';
}

function cancel(connection: Connection, at: Instant): Move {
  if (connection.state === 'pending')
    return to(connection, 'cancelled', at, 'the invitation is cancelled; its code no longer counts');
  if (connection.state === 'cancelled') return stay(connection, 'the invitation is already cancelled');
  return stay(connection, `there is no invitation to cancel: the connection is ${connection.state}`);
}

function disconnect(connection: Connection, at: Instant): Move {
  if (connection.state === 'confirmed')
    return to(connection, 'disconnected', at, 'disconnected; the reseller gets nothing from now on');
  if (connection.state === 'disconnected') return stay(connection, 'the reseller is already disconnected');
  const instead = connection.state === 'pending' ? '; cancel the invitation instead' : '';
  return stay(connection, `there is nothing to disconnect: the connection is ${connection.state}${instead}`);
}

/** An invitation that came back never arrived; whoever has accepted stays, since a full mailbox is no opt-out. */
function bounced(connection: Connection, { reply, whole }: { reply: string; whole: boolean }, at: Instant): Move {
  const failing = { ...connection, failing: { at, reply } };
  if (connection.state === 'pending' && whole)
    return to(failing, 'undeliverable', at, 'the invitation came back', 'undeliverable');
  if (connection.state !== 'confirmed' && connection.state !== 'pending')
    return stay(connection, `the connection is ${connection.state}`);
  const isNews = connection.failing === undefined || hoursSince(connection.failing.at, at) >= bounceNewsHours;
  return {
    connection: failing,
    changed: true,
    says: `mail to ${connection.address} comes back`,
    ...(isNews ? { tellCustomer: 'bounced' } : {}),
  };
}

function invite(connection: Connection, input: Extract<ConnectionInput, { kind: 'invite' }>, at: Instant): Move {
  if (connection.state === 'confirmed') {
    return stay(connection, `${connection.address} has already accepted; disconnect first to invite anew`);
  }
  const pending: Connection = {
    state: 'pending',
    id: input.id,
    address: normaliseAddress(input.address),
    since: at,
    invitedAt: at,
    codeHash: input.codeHash,
    tokenHash: input.tokenHash,
  };
  return {
    connection: pending,
    changed: true,
    says: `${pending.address} is invited`,
    sendInvitation: true,
    ...(connection.id === '' ? {} : { dropQueue: true }),
  };
}

function accept(connection: Connection, answer: GivenAnswer, at: Instant): Move {
  if (connection.state === 'confirmed') return stay(connection, `already accepted on ${connection.answeredAt ?? ''}`);
  if (connection.state !== 'pending') return stay(connection, endedAnswer(connection));
  return {
    connection: {
      ...connection,
      state: 'confirmed',
      since: at,
      takenAt: connection.takenAt ?? at,
      ...answered(answer, at),
    },
    changed: true,
    says: `${connection.address} has accepted and will be told of lifecycle events`,
    tellCustomer: 'confirmed',
  };
}

function decline(connection: Connection, answer: GivenAnswer, at: Instant): Move {
  const { answeredFrom: _from, answeredHow: _how, ...rest } = connection;
  const after = { ...rest, ...answered(answer, at) };
  switch (connection.state) {
    case 'pending':
      return to(after, 'declined', at, 'the invitation is declined', 'declined');
    case 'confirmed':
      return to(after, 'opted-out', at, 'opted out; the reseller gets nothing from now on', 'opted-out');
    case 'declined':
      return stay(connection, 'the invitation is already declined');
    case 'opted-out':
      return stay(connection, `already opted out on ${connection.answeredAt ?? ''}`);
    default:
      return stay(connection, endedAnswer(connection));
  }
}

function answered({ by, from, how }: GivenAnswer, at: Instant) {
  return {
    answeredAt: at,
    answeredBy: by,
    ...(from === undefined ? {} : { answeredFrom: from }),
    ...(how === undefined ? {} : { answeredHow: how }),
  };
}

function lapse(connection: Connection, at: Instant, known: Instant): Move | undefined {
  if (connection.state !== 'pending') return undefined;
  if (connection.takenAt !== undefined && hoursSince(connection.takenAt, known) >= validHours) {
    return to(connection, 'expired', at, 'the invitation has lapsed', 'expired');
  }
  const neverTaken = connection.takenAt === undefined && hoursSince(connection.invitedAt ?? connection.since, at);
  return neverTaken !== false && neverTaken >= giveUpHours
    ? to(connection, 'undeliverable', at, 'the invitation was never taken', 'undeliverable')
    : undefined;
}

/** Leaves `pending` or `confirmed` for a state in which nothing is owed to the reseller. */
function to(connection: Connection, state: ConnectionState, at: Instant, says: string, news?: CustomerNews): Move {
  return {
    connection: { ...connection, state, since: at },
    changed: true,
    says,
    dropQueue: true,
    ...(news ? { tellCustomer: news } : {}),
  };
}

const stay = (connection: Connection, says: string): Move => ({ connection, changed: false, says });

const lapsedAnswer = (connection: Connection): string =>
  connection.state === 'expired'
    ? 'the invitation has expired; ask the customer for a new one'
    : 'the invitation was never delivered; ask the customer for a new one';

const endedAnswer = (connection: Connection): string =>
  connection.state === 'expired'
    ? 'this invitation has ended: it has expired; ask the customer for a new one'
    : `this invitation has ended: the connection is ${connection.state}`;

function hoursSince(from: Instant, to: Instant): number {
  return Temporal.Instant.from(from).until(Temporal.Instant.from(to)).total('hours');
}
