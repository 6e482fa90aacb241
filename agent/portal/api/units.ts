/** Routes about UPS units: all of them in pages, one of them with everything that is known, reading it, adding one. */
import { z } from 'zod';
import { verdicts } from '../../../drivers/contract.ts';
import { driverNames } from '../../../drivers/registry.ts';
import { present } from '../../lifecycle/present.ts';
import { lastSeen } from '../../lifecycle/unit.ts';
import { eventEntries, eventView, unitView } from '../../operations/overview.ts';
import { addDraft } from '../add/draft.ts';
import { fieldsOf } from '../add/fields.ts';
import { isInScope, isInState, states } from '../overview/filters.ts';
import { kinds, type Row } from '../overview/rows.ts';
import { isSilent } from '../overview/trouble.ts';
import { event, eventAnswer } from './event.ts';
import { pathName } from './names.ts';
import { listAnswer, pageOf, paging } from './paging.ts';
import { ApiError, pointerOf } from './problem.ts';
import { type ApiDesk, type Ask, type Described, route } from './route.ts';
import { day, dayFact, eventId, facts, instant, link, named, pageOfItems, upsName } from './schema.ts';

const rowState = z
  .enum(['attention', 'soon', 'quiet', 'unread'])
  .describe('A date is reached or the UPS reports it; due within 90 days; nothing due; nothing known yet.');

const unitRow = named(
  'UnitRow',
  z.object({
    ups: upsName,
    url: link,
    site: z.string().optional(),
    model: z.string().optional(),
    serial: z.string().optional(),
    state: rowState,
    answers: z.boolean().describe('It was read by the last poll, or not tried yet.'),
    confirm: z.boolean().describe('A date is doubtful, or the most important one is missing.'),
    events: z.array(
      z.object({ event: eventId, title: z.string(), date: day.optional(), daysLeft: z.number().int().optional() }),
    ),
    replaceBy: dayFact.optional(),
    warrantyEnd: dayFact.optional(),
    planEnd: dayFact.optional(),
    lastSeen: instant.optional(),
  }),
);
const unitPage = named('UnitPage', z.object(pageOfItems(unitRow)));

const orders = ['name', 'urgency'] as const;
const unitsQuery = z.strictObject({
  q: z.string().max(200).default('').describe('Words in name, site, model, serial number or part number.'),
  site: z.string().max(200).default('').describe('Only units with this site label.'),
  state: z
    .enum(states)
    .optional()
    .describe('Only units in this state; `confirm`: a date waits for a word; `silent`: it does not answer.'),
  kind: z.enum(kinds).optional().describe('Only units with a date or an event of this kind.'),
  due: z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])$/)
    .optional()
    .describe('`YYYY-MM`: only units of which something falls due in this month.'),
  order: z.enum(orders).default('name').describe('By name, or the most urgent first.'),
  ...paging,
});

function listUnits({ desk, query }: Ask<z.output<typeof unitsQuery>, unknown>): Described<typeof unitPage> {
  const { q, site, state, kind, due, order } = query;
  const filters = { q, site, ...present({ state, kind, due }), page: 1 };
  const silent = isSilent(desk.live);
  const found = desk.rows.all().filter(isInScope(filters)).filter(isInState(filters, silent));
  const page = pageOf(found, ({ rank, name }) => (order === 'name' ? [name] : [rank, name]), query);
  const items = page.items.map((row) => rowAnswer(desk, row, !silent(row)));
  return listAnswer('/units', query, { ...page, items });
}

function rowAnswer({ office }: ApiDesk, row: Row, answers: boolean): Described<typeof unitRow> {
  const { name, site, model, serial, state, toConfirm, dates } = row;
  const record = office.units.find(name)?.value;
  return present({
    ups: name,
    url: unitPath(name),
    site,
    model,
    serial,
    state,
    answers,
    confirm: toConfirm,
    events: row.events.map(({ id, title, date, daysLeft }) => present({ event: id, title, date, daysLeft })),
    replaceBy: dates.battery,
    warrantyEnd: dates.warranty,
    planEnd: dates.plan,
    lastSeen: record && lastSeen(record),
  });
}

const unitPath = (name: string): string => `/api/v1/units/${pathName(name)}`;

const verdict = z
  .enum(verdicts)
  .describe('`ups` and `other-vendor` gave a reading; the others say what answered instead.');
const poll = z.object({
  verdict,
  message: z.string().optional().describe('What is wrong, in words.'),
  failures: z.number().int().describe('Polls in a row that gave no reading.'),
  ageSeconds: z.number().int().describe('Seconds since the last try.'),
});
const way = named(
  'Way',
  z
    .object({
      name: z.string().describe('The name of the entry in the config.'),
      driver: z.string(),
      lastSeen: instant.optional(),
      facts: facts.describe('What it says by itself.'),
      poll: poll.optional().describe('How the last poll went, once there was one.'),
    })
    .describe('One entry of the config that reads the UPS.'),
);
export const unit = named(
  'Unit',
  z.object({
    ups: upsName,
    url: link,
    site: z.string().optional(),
    id: z.string().optional().describe('Names its record; absent until it was read once.'),
    lastSeen: instant.optional(),
    facts,
    ways: z.array(way),
    events: z.array(event).describe('All that are open, and all that were.'),
  }),
);

/** Everything about one unit. @throws OperationError `no-such-ups` */
export function unitAnswer({ office, live }: ApiDesk, name: string): Described<typeof unit> {
  const { ups, site, id, lastSeen: seen, facts: known, ways } = unitView(office.desk, office.units, name);
  return present({
    ups,
    url: unitPath(ups),
    site,
    id,
    lastSeen: seen,
    facts: known,
    ways: ways.map((each) => present({ ...each, poll: pollOf(live.pollStatus(each.name)) })),
    events: eventEntries(office.desk, office.units, { all: true, ups }).map((entry) =>
      eventAnswer(eventView(office.desk, office.units, entry)),
    ),
  });
}

function pollOf(status: ReturnType<ApiDesk['live']['pollStatus']>): Described<typeof poll> | undefined {
  if (status === undefined) return undefined;
  const { verdict: last, message, failures, ageMs } = status;
  return present({ verdict: last, message, failures, ageSeconds: Math.round(ageMs / 1000) });
}

const readNow = named(
  'ReadNow',
  z
    .object({
      ups: z.string(),
      driver: z.string(),
      verdict,
      facts,
      ways: z.array(way.omit({ poll: true })).optional(),
      message: z.string().optional().describe('Why there are no facts.'),
    })
    .describe('What this one reading says. Alarms count for the agent once a second reading agrees.'),
);

const newUnit = named(
  'NewUnit',
  z.strictObject({
    name: z.string().min(1).max(200).describe('What you call it; a name that is free.'),
    site: z.string().max(200).default('').describe('A label to group by. A reseller sees it.'),
    driver: z.enum(driverNames).describe('How it is reached.'),
    options: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .default({})
      .describe(
        'The keys of the driver, as docs/configuration.md lists them below `ups[]`; no files, no `allowWrite`.',
      ),
  }),
);
const added = named('AddedUnit', z.object({ ups: upsName, url: link }));

async function addUnit({ desk, body }: Ask<unknown, z.output<typeof newUnit>>): Promise<Described<typeof added>> {
  const { driver, site, options } = body;
  const name = body.name.trim();
  const known = new Set(fieldsOf(driver).map(({ key }) => key));
  const unknown = Object.keys(options).filter((key) => !known.has(key));
  if (unknown.length > 0) throw wrong(unknown.map((key) => [`options.${key}`, `${driver} has no such key.`]));
  if (desk.office.units.configOf(name.normalize()) ?? desk.office.units.configOf(name)) {
    throw new ApiError(409, 'name-taken', `There is a UPS named "${name}" already.`);
  }
  const values = new Map(Object.entries(options).map(([key, value]) => [key, String(value)]));
  const result = await addDraft(desk, { driver, name, site: site.trim(), values });
  if (typeof result === 'string') return { ups: result, url: unitPath(result) };
  throw wrong([...result].map(([key, why]) => [known.has(key) ? `options.${key}` : key, `${why}.`]));
}

const wrong = (mistakes: readonly (readonly [path: string, detail: string])[]): ApiError => {
  const places = mistakes.map(([path, detail]) => ({
    pointer: path === '' ? '#' : pointerOf(path.split('.')),
    detail,
  }));
  return new ApiError(422, 'bad-body', 'The body has mistakes; nothing was done.', places);
};

export const unitRoutes = [
  route({
    method: 'get',
    path: '/units',
    id: 'listUnits',
    tag: 'Units',
    summary: 'All units, in pages',
    query: unitsQuery,
    output: unitPage,
    answer: listUnits,
  }),
  route({
    method: 'post',
    path: '/units',
    id: 'addUnit',
    tag: 'Units',
    summary: 'Adds a unit to the config file; it is watched from then on',
    description: 'Comments and order of the file stay. It is refused where the agent may not write the file.',
    status: 201,
    body: newUnit,
    output: added,
    answer: addUnit,
  }),
  route({
    method: 'get',
    path: '/units/{ups}',
    id: 'getUnit',
    tag: 'Units',
    summary: 'Everything about one unit: facts with source and confidence, ways, events',
    output: unit,
    answer: ({ desk, at }) => unitAnswer(desk, at),
  }),
  route({
    method: 'post',
    path: '/units/{ups}/poll',
    id: 'pollUnit',
    tag: 'Units',
    summary: 'Reads it now',
    description: 'The answer says what came of it, also where nothing answered.',
    refusals: [502],
    output: readNow,
    answer: async ({ desk, at }) => (await desk.run('poll', { name: at })) as Described<typeof readNow>,
  }),
];
