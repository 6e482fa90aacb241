/** Routes about the agent itself: how it does, whose site it is, who asks. */
import { z } from 'zod';
import { languages } from '../../../config/config.ts';
import { today } from '../../operations/desk.ts';
import { connectionView } from '../../operations/overview.ts';
import { version } from '../../version.ts';
import { isSilent } from '../overview/trouble.ts';
import { type ApiDesk, type Described, route } from './route.ts';
import { connectionState, day, instant, named } from './schema.ts';

const count = z.number().int().min(0);

const status = named(
  'Status',
  z.object({
    version: z.string(),
    healthy: z.boolean().describe('Polling and the daily work make progress.'),
    stuck: z.array(z.string()).describe('What makes no progress any more.'),
    ready: z.boolean().describe('Every UPS was tried since the start.'),
    clock: z.string().optional().describe('Why nothing is derived or sent, while the clock is plainly wrong.'),
    today: day.describe('Today at the site.'),
    reseller: connectionState,
    units: z
      .object({
        total: count,
        attention: count.describe('A date is reached, or the UPS reports it.'),
        soon: count.describe('Something falls due within 90 days.'),
        quiet: count.describe('Nothing is due.'),
        unread: count.describe('Nothing is known yet.'),
        silent: count.describe('Of all of these: does not answer, or cannot be read.'),
        confirm: count.describe('Of all of these: a date is doubtful, or the most important one is missing.'),
      })
      .describe('How many units are in which state.'),
    waiting: z.object({ mails: count, endpoint: count }).describe('What waits to leave.'),
    answers: z
      .object({ address: z.string(), trouble: z.string().optional() })
      .optional()
      .describe('The mailbox for answers, and why it cannot be read.'),
    traps: z
      .object({ listening: z.boolean(), host: z.string(), port: z.number().int(), trouble: z.string().optional() })
      .optional()
      .describe('Where SNMP traps are heard.'),
    servers: z
      .array(z.object({ entry: z.string(), driver: z.string(), units: count, trouble: z.string().optional() }))
      .describe('Servers whose units are all watched.'),
  }),
);

function statusOf({ office, live, rows }: ApiDesk): Described<typeof status> {
  const all = rows.all();
  const inState = (state: string): number => all.filter((row) => row.state === state).length;
  const [clock, answers, traps] = [live.clockTrouble(), live.answersStatus(), live.trapStatus()];
  return {
    version,
    healthy: live.stuck().length === 0,
    stuck: live.stuck(),
    ready: live.ready(),
    ...(clock === undefined ? {} : { clock }),
    today: today(office.desk),
    reseller: connectionView(office.desk).state,
    units: {
      total: all.length,
      attention: inState('attention'),
      soon: inState('soon'),
      quiet: inState('quiet'),
      unread: inState('unread'),
      silent: all.filter(isSilent(live)).length,
      confirm: all.filter(({ toConfirm }) => toConfirm).length,
    },
    waiting: { mails: office.outbox.depth(), endpoint: office.forwarder.depth() },
    ...(answers === undefined ? {} : { answers }),
    ...(traps === undefined ? {} : { traps: trapsOf(traps) }),
    servers: live.serverStatus(),
  };
}

function trapsOf({ listening, host, port, trouble }: NonNullable<Described<typeof status>['traps']>) {
  return { listening, host, port, ...(trouble === undefined ? {} : { trouble }) };
}

const site = named(
  'Site',
  z.object({
    company: z.string(),
    contact: z
      .object({
        name: z.string(),
        mail: z.string(),
        phone: z.string().optional(),
        jobRole: z.string().optional(),
      })
      .describe('The person whom a reseller may call.'),
    timeZone: z.string(),
    sendAt: z.string().describe('The hour of the daily run, `HH:MM` at the site.'),
    language: z.enum(languages),
    copyNotices: z.boolean().describe('The customer gets what the reseller gets.'),
    mail: z.boolean().describe('Mail can leave.'),
    endpoint: z.boolean().describe('There is an endpoint for events.'),
    labels: z.array(z.string()).describe('The site labels of all units.'),
  }),
);

function siteOf({ office }: ApiDesk): Described<typeof site> {
  const { company, contact, timeZone, sendAt, language, copyNotices, mail, endpoint, units } = office.desk.site();
  const labels = [...new Set(units.flatMap((unit) => unit.site ?? []))].sort();
  const hasEndpoint = endpoint !== undefined;
  return { company, contact, timeZone, sendAt, language, copyNotices, mail, endpoint: hasEndpoint, labels };
}

const token = named(
  'Token',
  z.object({
    name: z.string(),
    readOnly: z.boolean().describe('It may look, and change nothing.'),
    createdAt: instant,
    lastUsedOn: day.optional(),
  }),
);

const testEvent = named(
  'TestEvent',
  z.object({
    to: z.string(),
    event: z.string(),
    reply: z.string().describe('What the mail server said when it took the mail.'),
  }),
);

export const agentRoutes = [
  route({
    method: 'get',
    path: '/status',
    id: 'getStatus',
    tag: 'Agent',
    summary: 'How the agent does: version, health, units by state, what waits',
    output: status,
    answer: ({ desk }) => statusOf(desk),
  }),
  route({
    method: 'get',
    path: '/site',
    id: 'getSite',
    tag: 'Agent',
    summary: 'Whose units these are, as the config says',
    output: site,
    answer: ({ desk }) => siteOf(desk),
  }),
  route({
    method: 'get',
    path: '/token',
    id: 'getToken',
    tag: 'Agent',
    summary: 'The token that asks: its name, and what it may',
    output: token,
    answer: (ask) => ask.token,
  }),
  route({
    method: 'post',
    path: '/test-event',
    id: 'sendTestEvent',
    tag: 'Agent',
    summary: 'Drives an event marked TEST the whole way to a mail to the customer',
    refusals: [502],
    output: testEvent,
    answer: async ({ desk }) => (await desk.run('test-event', {})) as Described<typeof testEvent>,
  }),
];
