/** Words that open something: tokens of the API and of the calendar feed. Shown once; only their hashes are kept. */
import { hashWord, makeId, matchesHash } from '../delivery/codes.ts';
import type { Day, Instant } from '../lifecycle/model.ts';
import { keys } from '../store/keys.ts';
import { StoreError, type Versioned } from '../store/port.ts';
import { type Desk, OperationError, today } from './desk.ts';

interface TokenRecord {
  readonly name: string;
  readonly hash: string;
  readonly readOnly: boolean;
  readonly createdAt: Instant;
  readonly lastUsedOn?: Day;
}

/** A token of the API, without the word itself. */
export type TokenView = Omit<TokenRecord, 'hash'>;

const nameForm = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,59}$/u;

/**
 * Makes a token of the API: 128 random bits, given back this one time.
 * @throws OperationError `bad-name`, `name-taken`
 */
export async function createToken(
  desk: Desk,
  name: string,
  readOnly: boolean,
): Promise<TokenView & { readonly token: string }> {
  if (!nameForm.test(name)) {
    throw new OperationError('bad-name', 'a token is named by 1 to 60 letters, digits, blanks, dots or dashes');
  }
  if (desk.store.get(keys.token(name)) !== undefined) {
    throw new OperationError('name-taken', `there is a token named "${name}" already; revoke it or take another name`);
  }
  const token = `ups-${makeId(desk.randomBytes).toLowerCase()}`;
  const record: TokenRecord = { name, hash: hashWord(token), readOnly, createdAt: desk.now() };
  await desk.store.commit({
    changes: [{ key: keys.token(name), value: record, expected: 0 }],
    history: [{ at: desk.now(), kind: 'token.created', data: { name, readOnly } }],
  });
  const { hash: _hash, ...view } = record;
  return { ...view, token };
}

/** All tokens, by name. */
export function tokenViews(desk: Desk): TokenView[] {
  return desk.store.list<TokenRecord>(keys.tokens).map(
    ([
      ,
      {
        value: { hash: _hash, ...view },
      },
    ]) => view,
  );
}

/** Makes a token worthless. @throws OperationError `no-such-token` */
export async function revokeToken(desk: Desk, name: string): Promise<void> {
  const record = desk.store.get<TokenRecord>(keys.token(name));
  if (record === undefined) throw new OperationError('no-such-token', `there is no token named "${name}"`);
  await desk.store.commit({
    changes: [{ key: keys.token(name), remove: true, expected: record.revision }],
    history: [{ at: desk.now(), kind: 'token.revoked', data: { name } }],
  });
}

/**
 * The token that a word is, compared with all of them in constant time. The day of its use is noted, where that can be
 * done: a full disk must not keep anybody from looking.
 * @param clockOk whether today is known; nothing is written while the clock is wrong
 */
export async function useToken(desk: Desk, word: string, clockOk: boolean): Promise<TokenView | undefined> {
  const found = desk.store.list<TokenRecord>(keys.tokens).filter(([, { value }]) => matchesHash(word, value.hash));
  const [entry] = found;
  if (entry === undefined) return undefined;
  const [key, { value, revision }] = entry;
  const lastUsedOn = today(desk);
  if (clockOk && value.lastUsedOn !== lastUsedOn) {
    const noted = desk.store.commit({ changes: [{ key, value: { ...value, lastUsedOn }, expected: revision }] });
    await noted.catch(unlessStore);
  }
  const { hash: _hash, ...view } = value;
  return view;
}

/** Another request has noted it already, or the disk is full, which the store itself reports. */
function unlessStore(error: unknown): void {
  if (!(error instanceof StoreError)) throw error;
}

interface CalendarRecord {
  readonly hash: string;
  readonly createdAt: Instant;
}

/** Since when there is a calendar feed, if there is one. */
export function calendarSince(desk: Desk): Instant | undefined {
  return calendarOf(desk)?.value.createdAt;
}

/** Opens the feed, or gives it another address: the old one is worthless from now on. Gives the word back this one time. */
export async function renewCalendar(desk: Desk): Promise<{ readonly token: string; readonly createdAt: Instant }> {
  const before = calendarOf(desk);
  const token = makeId(desk.randomBytes).toLowerCase();
  const createdAt = desk.now();
  const value: CalendarRecord = { hash: hashWord(token), createdAt };
  await desk.store.commit({
    changes: [{ key: keys.calendar, value, expected: before?.revision ?? 0 }],
    history: [{ at: createdAt, kind: before ? 'calendar.renewed' : 'calendar.opened', data: {} }],
  });
  return { token, createdAt };
}

/** Ends the feed. @throws OperationError `no-calendar` */
export async function closeCalendar(desk: Desk): Promise<void> {
  const before = calendarOf(desk);
  if (before === undefined) throw new OperationError('no-calendar', 'there is no calendar feed');
  await desk.store.commit({
    changes: [{ key: keys.calendar, remove: true, expected: before.revision }],
    history: [{ at: desk.now(), kind: 'calendar.closed', data: {} }],
  });
}

/** Whether a word opens the calendar feed, in constant time. */
export function opensCalendar(desk: Desk, word: string): boolean {
  return matchesHash(word, calendarOf(desk)?.value.hash);
}

const calendarOf = (desk: Desk): Versioned<CalendarRecord> | undefined => desk.store.get<CalendarRecord>(keys.calendar);
