/** What the commands print for a person; `--json` prints the same data as it is. */
import type { AnswersStatus } from '../answers.ts';
import type { HealthOutput, StatusOutput, UnitStatus } from '../commands.ts';
import type { Facts } from '../lifecycle/model.ts';
import type { ServerStatus } from '../lister.ts';
import type { ConnectionView, EventView } from '../operations/overview.ts';
import type { PreviewedMail } from '../operations/preview.ts';
import { printable } from '../poll.ts';
import { shownState, stateWords } from '../portal/reseller/words.ts';
import type { TrapStatus } from '../traps.ts';

/** Rows as aligned columns. */
export function table(raw: readonly (readonly string[])[]): string {
  const rows = raw.map((row) => row.map(printable));
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function statusText(status: StatusOutput): string {
  const rows = status.ups.map((ups) => [
    ups.ups,
    ups.site ?? '',
    shown(ups.facts, 'device.model'),
    shown(ups.facts, 'device.serial'),
    shown(ups.facts, 'battery.date'),
    shown(ups.facts, 'battery.date.maintenance'),
    shown(ups.facts, 'warranty.end'),
    ups.open.join(', ') || '-',
    ups.ways.length === 1 ? pollWords(ups) : ups.ways.map((way) => `${way.name}: ${pollWords(way)}`).join('; '),
  ]);
  const head = ['UPS', 'SITE', 'MODEL', 'SERIAL', 'INSTALLED', 'REPLACE BY', 'WARRANTY', 'OPEN EVENTS', 'LAST POLL'];
  const waiting = `${status.waiting.mails} mail(s) and ${status.waiting.endpoint} item(s) for the endpoint wait`;
  return [
    status.running ? `upsteward ${status.version} is running` : `upsteward ${status.version} is not running`,
    ...(status.clock === undefined ? [] : [status.clock]),
    ...(status.notInForce ?? []).map(printable),
    ...status.pages.map((url) => `page: ${url}`),
    `reseller: ${connectionText(status.reseller)}`,
    waiting,
    ...(status.answers === undefined ? [] : [answersText(status.answers)]),
    ...(status.traps === undefined ? [] : [trapsText(status.traps)]),
    ...(status.servers ?? []).map(serverText),
    '',
    rows.length === 0 ? 'No UPS is configured.' : table([head, ...rows]),
    ...(rows.some((row) => row.some((cell) => cell.endsWith('?')))
      ? ['', '? doubtful: confirm the date or correct it with `upsteward set`']
      : []),
    ...(rows.some((row) => row.some((cell) => cell.endsWith('~'))) ? ['', '~ an estimate'] : []),
  ].join('\n');
}

/** The state of affairs in one line, for the service manager. */
export function headline({ clock, notInForce = [], ups, reseller, waiting }: StatusOutput): string {
  const answering = ups.filter(({ poll }) => poll?.verdict === 'ups' || poll?.verdict === 'other-vendor').length;
  const open = ups.reduce((count, each) => count + each.open.length, 0);
  const words = [
    `${answering} of ${ups.length} UPS answer`,
    `${open} open event(s)`,
    reseller.address === undefined ? 'no reseller' : `reseller ${reseller.state}`,
    ...(waiting.mails > 0 ? [`${waiting.mails} mail(s) wait`] : []),
    ...(waiting.endpoint > 0 ? [`${waiting.endpoint} item(s) for the endpoint wait`] : []),
  ];
  const suspended = clock === undefined ? [] : [`Suspended: ${clock}.`];
  return [...suspended, ...notInForce, words.join(', ')].join(' ');
}

export function healthText({ version, stuck }: HealthOutput): string {
  return stuck.length === 0 ? `upsteward ${version} is running` : `No progress any more: ${stuck.join(', ')}`;
}

function answersText({ address, trouble }: AnswersStatus): string {
  return trouble === undefined
    ? `answers: ${address} is read`
    : printable(`answers: ${address} is not read: ${trouble}`);
}

function trapsText({ listening, host, port, trouble, polls, others, unknown, ...rest }: TrapStatus): string {
  if (!listening) return printable(`traps: not heard: ${trouble ?? 'not yet'}`);
  const bad = rest.refused + rest.malformed + rest.flooded;
  return `traps: heard on ${host} port ${port}: ${polls} gave reason to read a UPS, ${others} of other kinds, ${unknown} from strangers, ${bad} refused`;
}

function serverText({ entry, units, trouble }: ServerStatus): string {
  return `${entry}: ${units} UPS of its server${trouble === undefined ? '' : `, which could not be asked: ${trouble}`}`;
}

/** The connection, and what its state means: in the words of the page. */
export function resellerText(view: ConnectionView): string {
  const { name, means } = stateWords[shownState(view)];
  return `${connectionText(view)}\n${name}: ${means}`;
}

export function connectionText(view: ConnectionView): string {
  if (view.address === undefined) return 'nobody is invited';
  const dates = [
    view.invitedAt && `invited ${minute(view.invitedAt)}`,
    view.takenAt && `taken ${minute(view.takenAt)}`,
    view.expiresAt && `lapses ${minute(view.expiresAt)}`,
    view.answeredAt && answeredWords(view, view.answeredAt),
  ].filter((word) => word !== undefined);
  const trouble = view.trouble === undefined ? '' : `; the invitation has not left yet: ${view.trouble}`;
  const failing = view.failing && `; mail came back ${minute(view.failing.at)}: ${printable(view.failing.reply)}`;
  return `${view.address} is ${view.state}${dates.length > 0 ? ` (${dates.join(', ')})` : ''}${trouble}${failing ?? ''}`;
}

function answeredWords({ answeredBy, answeredFrom, answeredHow }: ConnectionView, at: string): string {
  const from = answeredFrom === undefined ? '' : ` from ${printable(answeredFrom)}`;
  const how = answeredHow === undefined ? '' : `: ${printable(answeredHow)}`;
  return `answered ${minute(at)} by ${answeredBy ?? '?'}${from}${how}`;
}

export function eventsText(events: readonly EventView[]): string {
  if (events.length === 0) return 'No event is open.';
  const rows = events.map((event) => [
    event.ups,
    event.event,
    event.state,
    event.date === undefined ? '-' : `${event.date} (${dayWords(event.daysLeft ?? 0)})`,
    event.openedOn,
    event.told.map(({ to, step, state }) => `${to} ${step}${state === 'told' ? '' : ` (${state})`}`).join(', ') || '-',
    event.reminder.allowed ? 'possible' : `no: ${event.reminder.why ?? ''}`,
  ]);
  return table([['UPS', 'EVENT', 'STATE', 'DATE', 'OPENED', 'TOLD', 'REMINDER'], ...rows]);
}

export function previewText(mails: readonly PreviewedMail[], days: number): string {
  if (mails.length === 0) return `No mail in the next ${days} days.`;
  return table([['DAY', 'TO', 'SUBJECT'], ...mails.map(({ day, to, subject }) => [day, to, subject])]);
}

function shown(facts: Facts, key: keyof Facts): string {
  const fact = facts[key];
  if (fact === undefined) return '-';
  const mark = fact.confidence === 'doubtful' ? '?' : fact.source === 'estimate' ? '~' : '';
  return `${String(fact.value)}${mark}`;
}

function pollWords({ poll, lastSeen }: Pick<UnitStatus, 'poll' | 'lastSeen'>): string {
  if (poll === undefined) return lastSeen === undefined ? 'never' : `read ${minute(lastSeen)}`;
  const age = `${Math.round(poll.ageMs / 1000)} s ago`;
  if (poll.verdict === 'ups' || poll.verdict === 'other-vendor') return `${poll.verdict}, ${age}`;
  return `${poll.verdict}, ${age}: ${poll.message ?? ''}`.trim();
}

/** An instant to the minute, in UTC. */
export const minute = (instant: string): string => `${instant.slice(0, 16).replace('T', ' ')}Z`;

function dayWords(days: number): string {
  if (days === 0) return 'today';
  const count = `${Math.abs(days)} day${Math.abs(days) === 1 ? '' : 's'}`;
  return days > 0 ? `in ${count}` : `${count} ago`;
}
