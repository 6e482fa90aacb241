/** The daily run: which notices are due today, to whom, gathered into one mail a recipient. */

import type { CloudEventData } from '../delivery/cloud/events.ts';
import type { Language } from '../delivery/mail/content.ts';
import type { Message, NoticeRecord, NoticesMessage } from '../delivery/records.ts';
import { type Connection, isConfirmed, noConnection, resellerRecipient } from '../lifecycle/connection.ts';
import { daysUntil, instantAt } from '../lifecycle/days.ts';
import {
  type Day,
  eventTitle,
  type LifecycleEvent,
  type Notice,
  noticeKey,
  type Recipient,
  type Step,
} from '../lifecycle/model.ts';
import { dueStep } from '../lifecycle/steps.ts';
import type { Unit } from '../lifecycle/unit.ts';
import { keys } from '../store/keys.ts';
import type { HistoryEntry, Put, Remove, Versioned } from '../store/port.ts';
import { cloudPut, cloudUnit } from './consequences.ts';
import { type Desk, resellerChannel, today } from './desk.ts';
import type { Units } from './units.ts';

/** Somebody to whom notices are owed today. */
export interface Addressee {
  readonly recipient: Recipient;
  readonly to: string;
  readonly language: Language;
  readonly by: 'mail' | 'cloud';
}

export interface RunResult {
  readonly ran: boolean;
  readonly notices: number;
}

/** Whether the hour of the daily run has come and it was not done yet today. */
export function runIsDue(desk: Desk): boolean {
  const { sendAt, timeZone } = desk.site();
  const day = today(desk);
  if ((lastRun(desk)?.value.day ?? '') >= day) return false;
  return Date.parse(desk.now()) >= Date.parse(instantAt(day, sendAt, timeZone));
}

/**
 * Looks at every unit, makes the notices that are due and the messages that carry them, and notes that today is done:
 * all in one commit, so that doing it again after a crash is doing it once.
 * @param only names of the units for which anything can be due today, where that is known
 */
export async function dailyRun(desk: Desk, units: Units, only?: readonly string[]): Promise<RunResult> {
  const day = today(desk);
  if ((lastRun(desk)?.value.day ?? '') >= day) return { ran: false, notices: 0 };
  await units.reassessAll(only);
  const last = lastRun(desk);
  const ledger = new Ledger(
    desk,
    only?.flatMap((name) => units.find(name)?.value ?? []),
  );
  const planned = addressees(desk).map((addressee) => planFor(desk, ledger, addressee, day));
  const notices = planned.reduce((sum, plan) => sum + plan.count, 0);
  await desk.store.commit({
    changes: [
      ...planned.flatMap((plan) => plan.changes),
      { key: keys.run, value: { day }, expected: last?.revision ?? 0 },
    ],
    history: planned.flatMap((plan) => plan.history),
  });
  desk.log('info', 'run.done', `Daily run of ${day}: ${notices} notice(s) due.`, { day, notices });
  return { ran: true, notices };
}

/** Who gets notices now: the customer unless told not to, and the reseller while confirmed. */
export function addressees(desk: Desk): Addressee[] {
  const site = desk.site();
  const connection = desk.store.get<Connection>(keys.connection)?.value ?? noConnection;
  const by = resellerChannel(site);
  return [
    ...(site.mail && site.copyNotices
      ? [{ recipient: 'customer', to: site.contact.mail, language: site.language, by: 'mail' } as const]
      : []),
    ...(isConfirmed(connection) && by !== 'none'
      ? [
          {
            recipient: resellerRecipient(connection),
            to: connection.address,
            language: site.reseller?.language ?? site.language,
            by,
          },
        ]
      : []),
  ];
}

/** What a notice tells the endpoint. */
export function noticeData(desk: Desk, unit: Unit, notice: Notice, addressee: Addressee): CloudEventData<'notice.due'> {
  const { company, contact } = desk.site();
  const tellReseller = addressee.by === 'cloud';
  return {
    tellReseller,
    company,
    unit: cloudUnit(unit),
    event: notice.event,
    title: eventTitle(notice.event, notice.date),
    occurrence: notice.occurrence,
    step: notice.step,
    dueOn: notice.dueOn,
    ...(tellReseller ? { reseller: addressee.to, language: addressee.language, contact: { ...contact } } : {}),
    ...(notice.date === undefined ? {} : { date: notice.date, daysLeft: daysUntil(notice.date, notice.dueOn) }),
    ...(notice.dateSource === undefined ? {} : { dateSource: notice.dateSource }),
    ...(notice.late ? { late: true } : {}),
    ...(notice.closed === undefined ? {} : { closed: notice.closed }),
  };
}

/** The id of the message with everything that falls due to a recipient on a day. */
export function noticesMessageId(recipient: Recipient, day: Day): string {
  return `notices/${recipient.replace(':', '-')}/${day}`;
}

interface Plan {
  readonly changes: (Put | Remove)[];
  readonly history: HistoryEntry[];
  readonly count: number;
}

const lastRun = (desk: Desk): Versioned<{ day: Day }> | undefined => desk.store.get<{ day: Day }>(keys.run);

/** What was told to whom, read once. */
class Ledger {
  readonly units: readonly Unit[];
  readonly messages: Map<string, Versioned<Message>>;
  readonly #notices = new Map<string, [string, Versioned<NoticeRecord>][]>();

  constructor({ store }: Desk, only: readonly Unit[] | undefined) {
    this.units = only ?? store.list<Unit>(keys.units).map(([, { value }]) => value);
    this.messages = new Map(store.list<Message>(keys.messages).map(([, record]) => [record.value.id, record]));
    const notices = only
      ? only.flatMap(({ id }) => store.list<NoticeRecord>(keys.noticesOfUnit(id)))
      : store.list<NoticeRecord>(keys.notices);
    for (const entry of notices) {
      const { unit, event, occurrence, recipient } = entry[1].value;
      const key = ledgerKey(unit, event, occurrence, recipient);
      const group = this.#notices.get(key);
      if (group) group.push(entry);
      else this.#notices.set(key, [entry]);
    }
  }

  of(unit: string, event: string, occurrence: string, recipient: Recipient): [string, Versioned<NoticeRecord>][] {
    return this.#notices.get(ledgerKey(unit, event, occurrence, recipient)) ?? [];
  }

  /** Still waiting in a message whose words are not yet out. */
  isWaiting(notice: NoticeRecord): boolean {
    return notice.state === 'queued' && this.messages.get(notice.message)?.value.words === undefined;
  }

  /** The steps that count as told: for an open event whatever is on its way as well, and its end once it was tried. */
  told(unit: Unit, event: Pick<LifecycleEvent, 'id' | 'occurrence' | 'closedOn'>, recipient: Recipient): Set<Step> {
    const entries = this.of(unit.id, event.id, event.occurrence, recipient).map(([, { value }]) => value);
    const counted =
      event.closedOn === undefined
        ? entries
        : entries.filter((n) => n.step === 'resolved' || (n.state !== 'failed' && !this.isWaiting(n)));
    return new Set(counted.map(({ step }) => step));
  }
}

const ledgerKey = (unit: string, event: string, occurrence: string, recipient: Recipient): string =>
  `${unit}\n${event}\n${occurrence}\n${recipient}`;

function planFor(desk: Desk, ledger: Ledger, addressee: Addressee, day: Day): Plan {
  const messageId = carrierId(ledger, addressee, day);
  const due = ledger.units.flatMap((unit) =>
    Object.values(unit.events).flatMap((event) => {
      const notice = noticeDue(ledger, unit, event, addressee, day);
      return notice ? [{ unit, notice }] : [];
    }),
  );
  const plan: Plan = { changes: [], history: [], count: due.length };
  for (const { unit, notice } of due) addNotice(desk, ledger, plan, { unit, notice, addressee, messageId });
  if (addressee.by === 'mail' && due.length > 0) {
    plan.changes.push(
      carrier(
        desk,
        ledger,
        addressee,
        messageId,
        day,
        due.map(({ notice }) => noticeKey(notice)),
      ),
    );
  }
  return plan;
}

function noticeDue(
  ledger: Ledger,
  unit: Unit,
  event: LifecycleEvent,
  addressee: Addressee,
  day: Day,
): Notice | undefined {
  const { recipient } = addressee;
  const { follows } = event;
  const before = follows
    ? ledger.told(unit, { ...follows, ...(event.closedOn ? { closedOn: event.closedOn } : {}) }, recipient)
    : new Set<Step>();
  const due = dueStep(event, ledger.told(unit, event, recipient), before, day);
  return due && noticeOf(unit.id, event, due.step, recipient, day, due.late);
}

/** A notice of an event at a step. */
export function noticeOf(
  unit: string,
  event: LifecycleEvent,
  step: Step,
  recipient: Recipient,
  day: Day,
  late?: true,
): Notice {
  return {
    unit,
    event: event.id,
    occurrence: event.occurrence,
    step,
    recipient,
    dueOn: day,
    ...(step === 'reminder' ? { day } : {}),
    ...(event.date === undefined || step === 'now' ? {} : { date: event.date }),
    ...(event.dateSource === undefined || step === 'now' ? {} : { dateSource: event.dateSource }),
    ...(late ? { late } : {}),
    ...(event.closed === undefined ? {} : { closed: event.closed }),
  };
}

function addNotice(
  desk: Desk,
  ledger: Ledger,
  plan: Plan,
  { unit, notice, addressee, messageId }: { unit: Unit; notice: Notice; addressee: Addressee; messageId: string },
): void {
  const key = noticeKey(notice);
  const existing = ledger.of(notice.unit, notice.event, notice.occurrence, notice.recipient);
  for (const [oldKey, old] of existing) {
    if (ledger.isWaiting(old.value) && oldKey !== key) {
      plan.changes.push({ key: oldKey, remove: true, expected: old.revision });
    }
  }
  const item = `notice/${key.slice(keys.notices.length)}`;
  const record: NoticeRecord = {
    ...notice,
    state: 'queued',
    message: addressee.by === 'mail' ? messageId : item,
    at: desk.now(),
  };
  const known = existing.find(([existingKey]) => existingKey === key);
  plan.changes.push({ key, value: record, expected: known?.[1].revision ?? 0 });
  plan.history.push({ at: desk.now(), kind: 'notice.due', unit: unit.id, data: { ...notice, to: addressee.to } });
  if (notice.recipient === 'customer') return;
  const link = addressee.by === 'cloud' ? { notice: key } : {};
  plan.changes.push(...cloudPut(desk, item, 'notice.due', unit.name, noticeData(desk, unit, notice, addressee), link));
}

/** A message of an earlier day that could not leave yet takes in what falls due today: one mail, not two. */
function carrierId(ledger: Ledger, addressee: Addressee, day: Day): string {
  for (const { value } of ledger.messages.values()) {
    if (isCarrier(value) && value.recipient === addressee.recipient) return value.id;
  }
  return noticesMessageId(addressee.recipient, day);
}

const isCarrier = (message: Message): message is NoticesMessage =>
  message.kind === 'notices' && message.state === 'queued' && message.words === undefined && !message.reminder;

function carrier(
  desk: Desk,
  ledger: Ledger,
  addressee: Addressee,
  id: string,
  day: Day,
  notices: readonly string[],
): Put {
  const waiting = ledger.messages.get(id);
  const old = waiting && isCarrier(waiting.value) ? waiting.value : undefined;
  const message: NoticesMessage = {
    ...(old ?? { id, createdAt: desk.now(), failures: 0 }),
    nextAt: desk.now(),
    kind: 'notices',
    recipient: addressee.recipient,
    to: addressee.to,
    language: addressee.language,
    state: 'queued',
    day,
    notices: [...new Set([...(old?.notices ?? []), ...notices])],
  };
  return { key: keys.message(id), value: message, expected: waiting?.revision ?? 0 };
}
