/** What a mail in the mailbox for answers does: it answers, it tells that a mail came back, or a person must read it. */
import type { Bounce, FailedRecipient } from '../delivery/answers/bounce.ts';
import { type MailHeaders, tracesOf } from '../delivery/answers/headers.ts';
import type { MailHead, Verdict } from '../delivery/answers/judge.ts';
import type { FoundMail, KnownMail } from '../delivery/answers/reader.ts';
import { invitationWords } from '../delivery/codes.ts';
import { clean } from '../delivery/mail/clean.ts';
import type { Message, NoticeRecord } from '../delivery/records.ts';
import type { AnswerKind, Connection } from '../lifecycle/connection.ts';
import { keys } from '../store/keys.ts';
import type { HistoryEntry, Put, Versioned } from '../store/port.ts';
import { answer, connectionOfToken } from './answer.ts';
import { type Desk, OperationError, today } from './desk.ts';
import { connectionOf, writesOf } from './reseller.ts';
import { customerMessage } from './reseller-writes.ts';
import { titleOf } from './settled.ts';

/** Our Message-IDs have this form: see `messageId` of the mails. Others need not be looked up. */
const ownForm = /^<[0-9a-f]{32}@[^<>@\s]+>$/;

/** Nobody looks for an answer to an invitation that is older than this. */
const longestMs = 30 * 24 * 3_600_000;
const dayMs = 24 * 3_600_000;

/** From when on a mailbox that was never read before can hold something that matters. */
export function mailMattersSince(desk: Desk): Date {
  const now = Date.parse(desk.now());
  const { invitedAt } = connectionOf(desk.store);
  const invited = invitedAt === undefined ? now : Date.parse(invitedAt);
  return new Date(Math.max(invited - dayMs, now - longestMs));
}

/** The invitation that a mail names: by the token in its subject or address, or by the mail that it answers. */
export function recogniseMail(desk: Desk, head: MailHead): KnownMail | undefined {
  const { words, references } = tracesOf(head.subject, head.headers);
  const token = words.find((word) => connectionOfToken(desk, word) !== undefined);
  if (token !== undefined) return { token };
  const connection = messageWithId(desk, references)?.value.recipient.replace(/^reseller:/, '');
  if (connection === undefined || connection === 'customer') return undefined;
  const own = invitationWords(desk.store, connection);
  return connectionOfToken(desk, own.token) === undefined ? undefined : { token: own.token };
}

/** Does what a mail asks for. @returns whether it is handled: if not, it stays unread for a person. @throws StoreError */
export async function takeMail(desk: Desk, { head, verdict, known }: FoundMail): Promise<boolean> {
  switch (verdict.kind) {
    case 'answer':
      return known !== undefined && (await takeAnswer(desk, head, known.token, verdict.answer));
    case 'bounce':
      return await takeBounce(desk, verdict.bounce);
    case 'machine':
      desk.log('debug', 'answers.machine', `A machine wrote a mail about an invitation (${verdict.sign}).`);
      return false;
    case 'unclear':
      if (known !== undefined) await tellOfUnclear(desk, head, known.token, verdict);
      return false;
  }
}

async function takeAnswer(desk: Desk, head: MailHead, token: string, kind: AnswerKind): Promise<boolean> {
  const from = head.from === undefined ? undefined : clean(head.from, 254);
  try {
    const { outcome, says } = await answer(desk, token, kind, 'mail', from === undefined ? {} : { from });
    desk.log('info', 'answers.taken', `Answer by mail (${kind}): ${says}.`, { outcome, ...(from ? { from } : {}) });
    return true;
  } catch (error) {
    if (error instanceof OperationError) return false;
    throw error;
  }
}

/** A mail by a person that is no answer: the customer is told once a day, unless it went to the contact as well. */
async function tellOfUnclear(
  desk: Desk,
  head: MailHead,
  token: string,
  { line }: Extract<Verdict, { kind: 'unclear' }>,
): Promise<void> {
  const { contact, company } = desk.site();
  const from = clean(head.from ?? '', 254);
  if (connectionOfToken(desk, token) !== connectionOf(desk.store).id) return;
  if (namesAddress(head.headers, contact.mail) || from.toLowerCase() === contact.mail.toLowerCase()) return;
  const day = today(desk);
  const changes = customerMessage(desk, `customer/reply-unclear/${day}`, {
    kind: 'customer',
    about: 'reply-unclear',
    company,
    address: from,
    today: day,
    ...(line === '' ? {} : { reply: clean(line, 200) }),
  });
  if (changes.length === 0) return;
  await desk.store.commit({ changes, history: [{ at: desk.now(), kind: 'answer.unclear', data: { from } }] });
  desk.log('info', 'answers.unclear', 'A mail about an invitation is no answer that is understood; it stays unread.');
}

const namesAddress = (headers: MailHeaders, address: string): boolean =>
  ['to', 'cc'].some((name) => headers.all(name).some((value) => value.toLowerCase().includes(address.toLowerCase())));

/** A mail of ours that came back. @returns false where it is not ours */
async function takeBounce(desk: Desk, bounce: Bounce): Promise<boolean> {
  const record = messageWithId(desk, bounce.messageIds);
  if (record === undefined) return false;
  const { value: message } = record;
  const failed = bounce.recipients.filter(({ permanent }) => permanent);
  const recipient = failed.find((each) => isAddress(each.address, message.to)) ?? failed[0];
  if (recipient === undefined) {
    desk.log(
      'info',
      'mail.delayed',
      `Mail to ${message.to} is delayed on its way: ${bounce.recipients[0]?.reply ?? ''}`,
    );
    return true;
  }
  if (message.bouncedAt !== undefined) return true;
  const { changes, history } = bounceWrites(desk, record, recipient);
  await desk.store.commit({ changes, history });
  desk.log('error', 'mail.bounced', `Mail to ${message.to} came back: ${recipient.reply}`, { message: message.id });
  return true;
}

function bounceWrites(
  desk: Desk,
  { value: message, revision }: Versioned<Message>,
  recipient: FailedRecipient,
): { changes: Put[]; history: HistoryEntry[] } {
  const at = desk.now();
  const { reply, address } = recipient;
  // A list or an alias may have passed the mail on to others, whom it reached.
  const whole = isAddress(address, message.to);
  const noticeKeys = message.kind === 'notices' ? message.notices : [];
  const marked: Message = { ...message, bouncedAt: at, ...(whole ? { state: 'failed', lastError: reply } : {}) };
  const moved = isCurrent(desk, message)
    ? writesOf(
        desk,
        { kind: 'bounced', reply, whole },
        { reply, items: noticeKeys.flatMap((key) => titleOf(desk, key)) },
      )
    : { changes: [], history: [] };
  return {
    changes: [
      { key: keys.message(message.id), value: marked, expected: revision },
      ...(whole ? noticeKeys.flatMap((key) => failedNotice(desk, key)) : []),
      ...(moved.changes.filter((change) => change.key !== keys.message(message.id)) as Put[]),
    ],
    history: [
      { at, kind: 'mail.bounced', data: { message: message.id, to: message.to, failed: address, reply } },
      ...moved.history,
    ],
  };
}

/** The farewell may come back too; that is no news of whoever has left. */
function isCurrent({ store }: Desk, { recipient, kind }: Message): boolean {
  const { id }: Connection = connectionOf(store);
  return kind !== 'farewell' && recipient === `reseller:${id}`;
}

function failedNotice({ store, now }: Desk, key: string): Put[] {
  const record = store.get<NoticeRecord>(key);
  if (record === undefined || record.value.state !== 'told') return [];
  return [{ key, value: { ...record.value, state: 'failed', at: now() }, expected: record.revision }];
}

const isAddress = (one: string, other: string): boolean => one.trim().toLowerCase() === other.trim().toLowerCase();

function messageWithId({ store }: Desk, ids: readonly string[]): Versioned<Message> | undefined {
  const own = new Set(ids.filter((id) => ownForm.test(id)));
  if (own.size === 0) return undefined;
  return store
    .list<Message>(keys.messages)
    .map(([, record]) => record)
    .find(({ value }) => value.messageId !== undefined && own.has(value.messageId));
}
