/** After a restore: what was told between the backup and now, the backup does not know. It is not told again. */
import type { CloudItem, Message, NoticeRecord } from '../delivery/records.ts';
import { addDays, instantAt } from '../lifecycle/days.ts';
import { keys } from '../store/keys.ts';
import type { Put, Remove } from '../store/port.ts';
import { dailyRun } from './daily.ts';
import { type Desk, today } from './desk.ts';
import { Units } from './units.ts';

/** What was taken as told, for whoever restores to look over. */
export interface TakenAsTold {
  readonly messages: number;
  readonly notices: number;
}

/**
 * Takes as told whatever waited when the backup was made, and whatever fell due until the last daily run that should
 * have been by now. An invitation that waited is kept: it is the same mail with the same words, and without it nobody
 * could answer.
 * @param backupAt the instant of the backup
 */
export async function takeAsTold(desk: Desk, backupAt: string): Promise<TakenAsTold> {
  await runAsOfLastHour(desk, backupAt);
  const at = desk.now();
  const messages = desk.store
    .list<Message>(keys.messages)
    .filter(([, { value }]) => (value.state === 'queued' || value.state === 'sending') && value.kind !== 'invitation');
  const notices = desk.store.list<NoticeRecord>(keys.notices).filter(([, { value }]) => value.state === 'queued');
  const waiting = new Set(notices.map(([key]) => key));
  const items = desk.store
    .list<CloudItem>(keys.cloudItems)
    .filter(([, { value }]) => value.notice !== undefined && waiting.has(value.notice));
  const changes: (Put | Remove)[] = [
    ...messages.map(([key, { value, revision }]): Put => {
      const { words: _words, ...rest } = value;
      const lastError = `taken as told: the state was restored from a backup of ${backupAt}`;
      return { key, value: { ...rest, state: 'sent', settledAt: at, lastError }, expected: revision };
    }),
    ...notices.map(
      ([key, { value, revision }]): Put => ({ key, value: { ...value, state: 'told', at }, expected: revision }),
    ),
    ...items.map(([key, { revision }]): Remove => ({ key, remove: true, expected: revision })),
  ];
  const taken = { messages: messages.length, notices: notices.length };
  await desk.store.commit({
    changes,
    history: [{ at, kind: 'state.restored', data: { backup: backupAt, takenAsTold: [...waiting] } }],
  });
  return taken;
}

/** The last daily run that should have been since the backup: it finds what fell due, and nothing is sent by it. */
async function runAsOfLastHour(desk: Desk, backupAt: string): Promise<void> {
  const { sendAt, timeZone } = desk.site();
  const day = today(desk);
  const hour = instantAt(day, sendAt, timeZone);
  const now = Date.parse(desk.now()) >= Date.parse(hour) ? desk.now() : instantAt(addDays(day, -1), sendAt, timeZone);
  if (Date.parse(now) < Date.parse(backupAt)) return;
  const then: Desk = { ...desk, now: () => now };
  await dailyRun(then, new Units(then));
}
