/** One event marked TEST, from the config of a UPS that does not exist to the receipt of its mail to the customer. */
import type { ComposedMail } from '../delivery/mail/content.ts';
import type { Smtp } from '../delivery/mail/smtp.ts';
import { Outbox } from '../delivery/outbox.ts';
import type { Message, NoticeRecord, NoticesMessage } from '../delivery/records.ts';
import { addDays } from '../lifecycle/days.ts';
import type { ConfiguredUnit } from '../lifecycle/facts.ts';
import { noticeKey } from '../lifecycle/model.ts';
import { newUnit, reassess } from '../lifecycle/unit.ts';
import { keys } from '../store/keys.ts';
import type { Store } from '../store/port.ts';
import { noticeOf } from './daily.ts';
import { type Desk, momentOf, OperationError, today } from './desk.ts';

export interface TestEventParts {
  /** A copy of the store that is thrown away: nothing of the test stays in the real one. */
  readonly copy: Store;
  readonly from: string;
  readonly smtp: Pick<Smtp, 'send'>;
}

const name = 'TEST';

/** Sends it, to the customer only. @throws OperationError `not-sent` with the reason */
export async function sendTestEvent(
  real: Desk,
  { copy, from, smtp }: TestEventParts,
): Promise<{ readonly to: string; readonly event: string; readonly reply: string }> {
  const desk: Desk = { ...real, store: copy };
  const day = today(desk);
  const config: ConfiguredUnit = { name, ways: [], replaceBy: addDays(day, 30), expectedLifeMonths: 48 };
  const { unit } = reassess(newUnit(name, config), config, momentOf(desk, name));
  const event = unit.events['battery-replacement-due'];
  if (event === undefined) throw new OperationError('not-sent', 'the event of the test did not open');
  const notice = noticeOf(unit.id, event, '30', 'customer', day);
  const { contact, language } = desk.site();
  const message: NoticesMessage = {
    kind: 'notices',
    id: `test/${desk.now()}`,
    recipient: 'customer',
    to: contact.mail,
    language,
    state: 'queued',
    createdAt: desk.now(),
    nextAt: desk.now(),
    failures: 0,
    day,
    notices: [noticeKey(notice)],
    reminder: true,
  };
  const record: NoticeRecord = { ...notice, state: 'queued', message: message.id, at: desk.now() };
  const waiting = copy
    .list<Message>(keys.messages)
    .map(([key, { revision }]) => ({ key, remove: true as const, expected: revision }));
  await copy.commit({
    changes: [
      ...waiting,
      { key: keys.unit(unit.id), value: unit, expected: copy.get(keys.unit(unit.id))?.revision ?? 0 },
      { key: noticeKey(notice), value: record, expected: copy.get(noticeKey(notice))?.revision ?? 0 },
      { key: keys.message(message.id), value: message, expected: 0 },
    ],
  });
  const reply = await deliver(desk, keys.message(message.id), from, smtp);
  await real.store.commit({
    changes: [],
    history: [{ at: real.now(), kind: 'test.sent', data: { to: contact.mail, event: event.id, reply } }],
  });
  return { to: contact.mail, event: event.id, reply };
}

/** Lets the outbox send what waits, and gives back the words of the server that took it. */
async function deliver(desk: Desk, key: string, from: string, smtp: Pick<Smtp, 'send'>): Promise<string> {
  let reply: string | undefined;
  const outbox = new Outbox({
    store: desk.store,
    now: desk.now,
    random: () => 0,
    log: () => {},
    site: () => ({ ...desk.site(), from, replyTo: { address: desk.site().contact.mail } }),
    smtp: () => ({ send: async (words, envelope) => await smtp.send(marked(words), envelope) }),
    settled: (_message, fate) => {
      if (fate.kind === 'taken') reply = fate.reply;
      return { changes: [], history: [] };
    },
  });
  await outbox.deliver();
  if (reply !== undefined) return reply;
  const why = desk.store.get<Message>(key)?.value.lastError ?? 'the mail server did not take it';
  throw new OperationError('not-sent', why);
}

const marked = (words: ComposedMail): ComposedMail => ({ ...words, subject: `[TEST] ${words.subject}` });
