/** Routes about lifecycle events, and what an event is in the API. */
import { z } from 'zod';
import { eventIds } from '../../lifecycle/model.ts';
import { present } from '../../lifecycle/present.ts';
import { type EventEntry, type EventView, eventEntries, eventView } from '../../operations/overview.ts';
import { noSuchUps } from '../../operations/units.ts';
import { pathName } from './names.ts';
import { listAnswer, pageOf, paging } from './paging.ts';
import { type Ask, type Described, route } from './route.ts';
import { day, eventId, factSource, link, named, pageOfItems, step, upsName } from './schema.ts';

export const event = named(
  'Event',
  z.object({
    ups: upsName,
    unit: link.describe('Where its UPS is, below the address of the agent.'),
    event: eventId,
    title: z.string(),
    state: z.enum(['open', 'resolved', 'listed']).describe('`listed`: known too late to be told.'),
    occurrence: z.string().describe('Names this opening among all openings of the event.'),
    openedOn: day,
    causes: z.array(z.string()),
    date: day.optional().describe('Absent where the UPS reports it without a date.'),
    dateSource: factSource.optional(),
    daysLeft: z.number().int().optional().describe('Until the date; negative once it is past.'),
    closedOn: day.optional(),
    closed: z.string().optional().describe('Why it was closed.'),
    told: z
      .array(
        z.object({
          to: z.enum(['customer', 'reseller']),
          step,
          state: z.enum(['queued', 'told', 'failed']),
          on: day,
        }),
      )
      .describe('The steps so far.'),
    reminder: z
      .object({ allowed: z.boolean(), why: z.string().optional() })
      .describe('Whether a reminder can be sent now, and if not, why.'),
  }),
);
const eventPage = named('EventPage', z.object(pageOfItems(event)));

export const eventAnswer = (view: EventView): Described<typeof event> =>
  ({ ...view, unit: `/api/v1/units/${pathName(view.ups)}` }) as Described<typeof event>;

const eventsQuery = z.strictObject({
  state: z.enum(['open', 'closed', 'all']).default('open').describe('Open ones count as open though listed only.'),
  ups: z.string().max(200).optional().describe('Only those of this UPS, by any of its names.'),
  event: z.enum(eventIds).optional().describe('Only this event.'),
  ...paging,
});

function listEvents({ desk, query }: Ask<z.output<typeof eventsQuery>, unknown>): Described<typeof eventPage> {
  const { office } = desk;
  const { state, ups, event: id } = query;
  if (ups !== undefined && office.units.configOf(ups) === undefined) throw noSuchUps(ups);
  const wanted = ({ event: each }: EventEntry): boolean =>
    (id === undefined || each.id === id) && (state !== 'closed' || each.closedOn !== undefined);
  const entries = eventEntries(office.desk, office.units, { all: state !== 'open', ...present({ ups }) });
  const page = pageOf(
    entries.filter(wanted),
    ({ unit, event: each, rank }) => [rank, unit.name, each.id, each.occurrence],
    query,
  );
  const items = page.items.map((entry) => eventAnswer(eventView(office.desk, office.units, entry)));
  return listAnswer('/events', query, { ...page, items });
}

const reminder = named('NewReminder', z.strictObject({ event: eventId }));
const reminded = named('Reminder', z.object({ to: z.string().describe('Where it goes.') }));

export const eventRoutes = [
  route({
    method: 'get',
    path: '/events',
    id: 'listEvents',
    tag: 'Events',
    summary: 'Lifecycle events of all units, in pages: open ones first, then by date',
    query: eventsQuery,
    refusals: [404],
    output: eventPage,
    answer: listEvents,
  }),
  route({
    method: 'post',
    path: '/units/{ups}/reminders',
    id: 'sendReminder',
    tag: 'Events',
    summary: 'Reminds the reseller of an open event, at once',
    description:
      'Allowed while the reseller has accepted, the event is open and its date is less than 90 days past; once an event and day. Else the code says why not: `no-such-event`, `not-open`, `not-confirmed`, `too-old`, `already-today`.',
    status: 202,
    body: reminder,
    output: reminded,
    answer: async ({ desk, at, body }) =>
      (await desk.run('remind', { name: at, event: body.event })) as Described<typeof reminded>,
  }),
];
