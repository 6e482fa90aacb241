/** What left or is to leave, with its fate: mails, and notices that the endpoint passes on. */
import { composeMail } from '../delivery/mail/compose.ts';
import type { EndpointState, InvitationMessage, Message, MessageState, NoticeRecord } from '../delivery/records.ts';
import type { Revealed } from '../delivery/reveals.ts';
import { shown } from '../delivery/seal.ts';
import { answerWays } from '../delivery/ways.ts';
import { type EventId, eventTitle, type Instant, type Step } from '../lifecycle/model.ts';
import { present } from '../lifecycle/present.ts';
import type { Unit } from '../lifecycle/unit.ts';
import { keys } from '../store/keys.ts';
import type { HistoryEntry } from '../store/port.ts';
import type { Desk } from './desk.ts';
import { isMessage, isPassedOn, type RetryVerdict, recordOf, retryVerdict } from './resend.ts';
import { noSuchUps, type Units } from './units.ts';

export interface SentNotice {
  readonly ups: string;
  readonly event: EventId;
  readonly title: string;
  readonly step: Step;
}

/** One mail, or one notice that the endpoint passes on. */
export interface SentItem {
  readonly id: string;
  readonly way: 'mail' | 'endpoint';
  readonly what: 'notices' | 'reminder' | 'invitation' | 'farewell' | 'customer' | 'test';
  readonly who: 'customer' | 'reseller';
  readonly to: string;
  readonly state: MessageState;
  readonly createdAt: Instant;
  /** When its fate was settled. */
  readonly settledAt?: Instant;
  /** When it is tried next. */
  readonly nextAt?: Instant;
  readonly failures: number;
  /** What the far side said last: it took it, it asked for patience, it refused it. */
  readonly reply?: string;
  readonly subject?: string;
  /** The first of the notices that it carries; those of the unit that was asked for go before the others. */
  readonly notices: readonly SentNotice[];
  readonly noticeCount: number;
  readonly retry: RetryVerdict;
}

/** Where an item stands in the list. */
export interface SentPlace {
  readonly at: Instant;
  readonly id: string;
}

/** The place of an item: by when its fate was settled, or it was made. */
export const placeOf = ({ id, settledAt, createdAt }: Pick<SentItem, 'id' | 'settledAt' | 'createdAt'>): SentPlace => ({
  at: settledAt ?? createdAt,
  id,
});

/** Where a message stands, as one looks for it. */
export const fates = ['waiting', 'sent', 'failed'] as const;
export type SentFate = (typeof fates)[number];

export interface SentFilter {
  readonly ups?: string;
  readonly fate?: SentFate;
  /** Only what is older than this place in the list; see `placeOf`. */
  readonly after?: SentPlace;
  readonly offset?: number;
  readonly limit?: number;
}

export interface SentPage {
  /** How many there are of each fate, whichever was asked for. */
  readonly counts: Readonly<Record<SentFate, number>>;
  readonly total: number;
  readonly offset: number;
  /** There are older ones than these. */
  readonly more: boolean;
  readonly items: readonly SentItem[];
}

/** The mail in its own words, and each time it was settled. */
export interface SentDetail extends SentItem {
  readonly text?: string;
  /** Code and token are left out: they are never written down. */
  readonly codeLeftOut?: true;
  readonly messageId?: string;
  readonly reveals?: Revealed;
  readonly attempts: readonly { readonly at: Instant; readonly taken: boolean; readonly reply: string }[];
}

type Entry = readonly [id: string, at: Instant, record: Message | NoticeRecord];

/** Notices named for each item of a list; a mail may carry thousands. */
const named = 5;

/** What left and what waits, newest first. @throws OperationError `no-such-ups` */
export function sentItems(desk: Desk, units: Units, filter: SentFilter = {}): SentPage {
  const { ups, fate, after, offset = 0, limit = 50 } = filter;
  const unit = unitOf(units, ups);
  const all = entries(desk, unit);
  const counts = { waiting: 0, sent: 0, failed: 0 };
  for (const [, , record] of all) counts[fateOf(record)] += 1;
  const wanted = all
    .filter(([, , record]) => fate === undefined || fateOf(record) === fate)
    .sort((a, b) => newer(a, b));
  const behind = after === undefined ? wanted : wanted.filter((entry) => newer([after.id, after.at], entry) < 0);
  return {
    counts,
    total: wanted.length,
    offset,
    more: behind.length > offset + limit,
    items: behind.slice(offset, offset + limit).map(([id, , record]) => itemOf(desk, id, record, named, unit)),
  };
}

/** One of them with its words. @throws OperationError `no-such-message` */
export async function sentDetail(desk: Desk, id: string): Promise<SentDetail> {
  const record = recordOf(desk, id).value;
  const item = itemOf(desk, id, record, Number.POSITIVE_INFINITY);
  if (!isMessage(record)) return { ...item, attempts: [] };
  const until = record.settledAt === undefined ? {} : { to: record.settledAt };
  const history = (await desk.store.history({ kind: 'mail.', from: record.createdAt, ...until })).filter(
    ({ data }) => data['message'] === id,
  );
  const last = history.findLast(({ data }) => data['text'] !== undefined)?.data;
  const invitation = record.kind === 'invitation';
  return {
    ...item,
    ...present({
      text: record.words
        ? shown(record.words.text)
        : ((last?.['text'] as string | undefined) ?? (invitation ? withoutCode(desk, record) : undefined)),
      codeLeftOut: invitation || undefined,
      messageId: record.messageId,
      reveals: record.reveals ?? (last?.['reveals'] as Revealed | undefined),
    }),
    attempts: history.filter(({ kind }) => kind !== 'mail.retried').map(attempt),
  };
}

type Placed = readonly [id: string, at: Instant, ...unknown[]];

/** The newest first; of the same moment by id. */
function newer([idA, a]: Placed, [idB, b]: Placed): number {
  if (a === b) return idA === idB ? 0 : idA < idB ? -1 : 1;
  return a < b ? 1 : -1;
}

const stateOf = (record: Message | NoticeRecord): MessageState =>
  record.state === 'told' ? 'sent' : (record.state as MessageState);

function fateOf(record: Message | NoticeRecord): SentFate {
  const state = stateOf(record);
  return state === 'sent' || state === 'failed' ? state : 'waiting';
}

function unitOf(units: Units, ups: string | undefined): string | undefined {
  if (ups === undefined) return undefined;
  if (units.configOf(ups) === undefined) throw noSuchUps(ups);
  return units.find(ups)?.value.id ?? ups;
}

function entries(desk: Desk, unit: string | undefined): Entry[] {
  const { store } = desk;
  const notices = store.list<NoticeRecord>(unit === undefined ? keys.notices : keys.noticesOfUnit(unit));
  const passedOn = notices.filter(([, { value }]) => value.recipient !== 'customer' && isPassedOn(value));
  const carriers = unit === undefined ? undefined : new Set(notices.map(([, { value }]) => value.message));
  const messages = store.list<Message>(keys.messages).filter(([, { value }]) => carriers?.has(value.id) ?? true);
  return [
    ...messages.map(([, { value }]): Entry => [value.id, value.settledAt ?? value.createdAt, value]),
    ...passedOn.map(([key, { value }]): Entry => [key, value.at, value]),
  ];
}

function itemOf(desk: Desk, id: string, record: Message | NoticeRecord, most: number, unit?: string): SentItem {
  const retry = retryVerdict(desk, id, record);
  if (!isMessage(record)) return passedOnItem(desk, id, record, retry);
  const carried = record.kind === 'notices' ? unitFirst(record.notices, unit) : [];
  return present({
    id,
    way: 'mail',
    what: record.kind === 'notices' && record.reminder ? 'reminder' : record.kind,
    who: record.recipient === 'customer' ? 'customer' : 'reseller',
    to: record.to,
    state: record.state,
    createdAt: record.createdAt,
    settledAt: record.settledAt,
    nextAt: record.state === 'queued' ? record.nextAt : undefined,
    failures: record.failures,
    reply: record.reply ?? record.lastError,
    subject: record.words?.subject ?? record.subject,
    notices: carried.slice(0, most).flatMap((key) => {
      const notice = desk.store.get<NoticeRecord>(key);
      return notice ? [noticeOf(desk, notice.value)] : [];
    }),
    noticeCount: carried.length,
    retry,
  } as const);
}

function unitFirst(notices: readonly string[], unit: string | undefined): readonly string[] {
  if (unit === undefined) return notices;
  const own = keys.noticesOfUnit(unit);
  const isOwn = (key: string): boolean => key.startsWith(own);
  return [...notices.filter(isOwn), ...notices.filter((key) => !isOwn(key))];
}

function passedOnItem(desk: Desk, id: string, record: NoticeRecord, retry: RetryVerdict): SentItem {
  const endpoint = desk.store.get<EndpointState>(keys.endpoint)?.value;
  const waits = record.state === 'queued';
  return present({
    id,
    way: 'endpoint',
    what: record.step === 'reminder' ? 'reminder' : 'notices',
    who: 'reseller',
    to: desk.site().endpoint ?? '',
    state: stateOf(record),
    createdAt: record.at,
    settledAt: waits ? undefined : record.at,
    nextAt: waits ? endpoint?.nextAt : undefined,
    failures: waits ? (endpoint?.failures ?? 0) : 0,
    reply: waits ? endpoint?.lastError : undefined,
    notices: [noticeOf(desk, record)],
    noticeCount: 1,
    retry,
  } as const);
}

function noticeOf(desk: Desk, { unit, event, date, step }: NoticeRecord): SentNotice {
  const name = desk.store.get<Unit>(keys.unit(unit))?.value.name ?? unit;
  return { ups: name, event, title: eventTitle(event, date), step };
}

/** An invitation that was not sent yet. */
function withoutCode({ site }: Desk, { content, language }: InvitationMessage): string {
  const [code, token] = ['····-····', '·'.repeat(26)];
  return composeMail({ ...content, code, token, ways: answerWays(site().waysBack, token) }, language).text;
}

function attempt({ at, kind, data }: HistoryEntry): SentDetail['attempts'][number] {
  return { at, taken: kind === 'mail.sent', reply: String(data['reply'] ?? '') };
}
