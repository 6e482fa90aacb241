/** Sending once more what waits or was refused: whether it may be, and what it writes. */
import { owed } from '../delivery/notices.ts';
import type { EndpointState, Message, NoticeRecord } from '../delivery/records.ts';
import type { Unit } from '../lifecycle/unit.ts';
import { keys } from '../store/keys.ts';
import type { Put, Versioned } from '../store/port.ts';
import { cloudPut } from './consequences.ts';
import { addressees, noticeData } from './daily.ts';
import { type Desk, OperationError } from './desk.ts';

/** Whether it can be sent again at once, and if not, why. */
export interface RetryVerdict {
  readonly allowed: boolean;
  readonly why?: string;
}

/**
 * Sends it with the next beat: what waits is not made to wait longer, and what was refused is tried once more.
 * @throws OperationError with the reason why it cannot be
 */
export async function retryNow(desk: Desk, id: string): Promise<void> {
  const { value, revision } = recordOf(desk, id);
  const verdict = retryVerdict(desk, id, value);
  if (!verdict.allowed) throw new OperationError('no-retry', `it cannot be sent again: ${verdict.why ?? ''}`);
  const changes = isMessage(value) ? requeued(desk, id, value, revision) : postedAgain(desk, id, value, revision);
  await desk.store.commit({ changes, history: [{ at: desk.now(), kind: 'mail.retried', data: { message: id } }] });
}

/** A notice that the endpoint passes on names its item, not a message. */
export const isPassedOn = ({ message }: NoticeRecord): boolean => message.startsWith('notice/');

/** The record behind an id of the list. @throws OperationError `no-such-message` */
export function recordOf(desk: Desk, id: string): Versioned<Message | NoticeRecord> {
  const notice = id.startsWith(keys.notices) ? desk.store.get<NoticeRecord>(id) : undefined;
  const record = notice && isPassedOn(notice.value) ? notice : desk.store.get<Message>(keys.message(id));
  if (record === undefined) throw new OperationError('no-such-message', `there is no message "${id}"`);
  return record;
}

/** A mail, and not a notice that the endpoint passes on. */
export const isMessage = (record: Message | NoticeRecord): record is Message => 'kind' in record;

const settledByNow = 'what it told is settled by now, or was told later';

/** Whether a message, or a notice that the endpoint passes on, can be sent again at once. */
export function retryVerdict(desk: Desk, id: string, record: Message | NoticeRecord): RetryVerdict {
  const no = (why: string): RetryVerdict => ({ allowed: false, why });
  if (record.state === 'sent' || record.state === 'told') return no('it was taken');
  if (record.state === 'sending') return no('it is on its way');
  if (!isMessage(record)) {
    if (record.state === 'failed' && owed(desk.store, [id]).keep.length === 0) return no(settledByNow);
    const endpoint = desk.store.get<EndpointState>(keys.endpoint)?.value;
    return endpoint?.disabledAt === undefined ? { allowed: true } : no('the endpoint has switched itself off');
  }
  if (!desk.site().mail) return no('no mail server is configured');
  if (record.state === 'queued') return { allowed: true };
  if (record.kind === 'invitation') return no('send a new invitation instead');
  if (record.kind === 'notices' && stillOwed(desk, id, record).length === 0) {
    return no(settledByNow);
  }
  return { allowed: true };
}

function stillOwed(desk: Desk, id: string, message: Extract<Message, { kind: 'notices' }>) {
  return owed(desk.store, message.notices).keep.filter(
    ([, { value }]) => value.state === 'failed' && value.message === id,
  );
}

function requeued(desk: Desk, id: string, message: Message, revision: number): Put[] {
  const key = keys.message(id);
  const now = desk.now();
  if (message.state === 'queued') return [{ key, value: { ...message, nextAt: now }, expected: revision }];
  const {
    settledAt: _at,
    reply: _reply,
    lastError: _error,
    subject: _subject,
    firstTriedAt: _first,
    ...rest
  } = message;
  const again = { ...rest, state: 'queued', failures: 0, nextAt: now } as const;
  if (message.kind !== 'notices') return [{ key, value: again, expected: revision }];
  const notices = stillOwed(desk, id, message);
  return [
    { key, value: { ...again, notices: notices.map(([each]) => each) }, expected: revision },
    ...notices.map(([each, notice]) => ({
      key: each,
      value: { ...notice.value, state: 'queued', at: now },
      expected: notice.revision,
    })),
  ];
}

/** A notice that the endpoint refused gets an item again; then the endpoint is asked at once. */
function postedAgain(desk: Desk, id: string, notice: NoticeRecord, revision: number): Put[] {
  const state = desk.store.get<EndpointState>(keys.endpoint);
  const atOnce: Put[] = state
    ? [{ key: keys.endpoint, value: { ...state.value, nextAt: desk.now() }, expected: state.revision }]
    : [];
  const unit = desk.store.get<Unit>(keys.unit(notice.unit))?.value;
  const addressee = addressees(desk).find(({ recipient }) => recipient === notice.recipient);
  if (notice.state !== 'failed' || unit === undefined || addressee === undefined) return atOnce;
  const data = noticeData(desk, unit, notice, addressee);
  return [
    { key: id, value: { ...notice, state: 'queued', at: desk.now() }, expected: revision },
    ...cloudPut(desk, notice.message, 'notice.due', unit.name, data, { notice: id }),
    ...atOnce,
  ];
}
