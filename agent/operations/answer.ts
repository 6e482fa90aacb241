/** The one function in which every answer of the reseller ends, whichever way it came. */

import { hashWord, matchesHash } from '../delivery/codes.ts';
import {
  type AnswerKind,
  type AnswerOutcome,
  type AnswerWay,
  type Connection,
  outcomeOf,
} from '../lifecycle/connection.ts';
import type { Instant } from '../lifecycle/model.ts';
import { keys } from '../store/keys.ts';
import { type Desk, OperationError, today } from './desk.ts';
import { applyMove, connectionOf, type Moved, tick } from './reseller.ts';
import { customerMessage, type EndedToken } from './reseller-writes.ts';

export interface Answer extends Moved {
  readonly outcome: AnswerOutcome;
}

/** Codes that may be mistyped before the invitation is locked for codes. Tokens are never locked. */
const maxWrongCodes = 10;

/**
 * Takes an answer. The word is compared in constant time; giving an answer twice is giving it once; the token of a
 * connection that has ended changes nothing. Every call is counted.
 * @param word the token of the invitation; where the customer types (`code`), its short code counts as well
 * @param told who gave it, how and when, where the way tells
 * @throws OperationError `no-invitation`, `wrong-code`, `code-locked` (typed by the customer), `unknown-token` (else)
 */
export async function answer(
  desk: Desk,
  word: string,
  kind: AnswerKind,
  by: AnswerWay,
  told: { readonly from?: string; readonly how?: string; readonly at?: Instant } = {},
): Promise<Answer> {
  await tick(desk);
  const connection = connectionOf(desk.store);
  if (by === 'code' && connection.id === '') throw new OperationError('no-invitation', 'nobody has been invited yet');
  const byToken = matchesHash(word, connection.tokenHash);
  if (!byToken) {
    const ended = desk.store.get<EndedToken>(keys.endedToken(hashWord(word)))?.value;
    if (ended !== undefined) return endedBefore(desk, ended, by);
    if (by === 'code') await checkCode(desk, connection, word);
    else refuse(desk, by, 'unknown', 'unknown-token', 'that is not the token of an invitation from here');
  }
  const { at, ...given } = told;
  const moved = await applyMove(desk, { kind, by, ...given }, at);
  const outcome = outcomeOf(kind, moved);
  if (outcome === 'ended' && kind === 'accept') await tellOfLateAnswer(desk);
  desk.counted?.(by, outcome);
  return { changed: moved.changed, state: moved.connection.state, says: moved.says, outcome };
}

/** Whether this is a word that was given out with an invitation, and of which connection; ended ones count. */
export function connectionOfToken(desk: Pick<Desk, 'store'>, word: string): string | undefined {
  const connection = connectionOf(desk.store);
  if (matchesHash(word, connection.tokenHash)) return connection.id;
  return desk.store.get<EndedToken>(keys.endedToken(hashWord(word)))?.value.connection;
}

async function checkCode(desk: Desk, connection: Connection, word: string): Promise<void> {
  if ((connection.wrongCodes ?? 0) >= maxWrongCodes) {
    const message = 'too many wrong codes; send a new invitation with `upsteward reseller invite`';
    refuse(desk, 'code', 'locked', 'code-locked', message);
  }
  if (matchesHash(word, connection.codeHash)) return;
  await countWrongCode(desk);
  const message = 'that is not the code of the latest invitation; look at the mail again';
  refuse(desk, 'code', 'unknown', 'wrong-code', message);
}

function refuse(desk: Desk, by: AnswerWay, what: 'unknown' | 'locked', code: string, message: string): never {
  desk.counted?.(by, what);
  throw new OperationError(code, message);
}

function endedBefore(desk: Desk, { state }: EndedToken, by: AnswerWay): Answer {
  desk.counted?.(by, 'ended');
  const says = 'this invitation has ended; a newer one, or none, stands in its place';
  return { changed: false, state, says, outcome: 'ended' };
}

/** Whoever accepts after the invitation has lapsed wanted it: the customer hears of that, once. */
async function tellOfLateAnswer(desk: Desk): Promise<void> {
  const { id, state, address } = connectionOf(desk.store);
  if (state !== 'expired') return;
  const { company } = desk.site();
  const news = { kind: 'customer', about: 'answered-late', company, address, today: today(desk) } as const;
  const changes = customerMessage(desk, `customer/answered-late/${id}`, news);
  if (changes.length === 0) return;
  const history = [{ at: desk.now(), kind: 'connection.answered-late', data: { address, connection: id } }];
  await desk.store.commit({ changes, history });
}

async function countWrongCode(desk: Desk): Promise<void> {
  const record = desk.store.get<Connection>(keys.connection);
  if (record === undefined) return;
  const wrongCodes = (record.value.wrongCodes ?? 0) + 1;
  await desk.store.commit({
    changes: [{ key: keys.connection, value: { ...record.value, wrongCodes }, expected: record.revision }],
    history: [{ at: desk.now(), kind: 'connection.wrong-code', data: { wrongCodes } }],
  });
}
