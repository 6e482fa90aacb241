/** Routes about dates: those that wait for a word, entering them, a battery that was replaced. */
import { z } from 'zod';
import type { ReplacedOutput } from '../../commands/battery.ts';
import { customerKeys } from '../../lifecycle/entry.ts';
import { present } from '../../lifecycle/present.ts';
import { type DateToConfirm, dateStates, datesToConfirm } from '../../operations/dates.ts';
import { plain } from '../overview/rows.ts';
import { pathName } from './names.ts';
import { listAnswer, pageOf, paging } from './paging.ts';
import { type Ask, type Described, route } from './route.ts';
import { day, factSource, link, named, pageOfItems, plan, upsName } from './schema.ts';
import { unit, unitAnswer } from './units.ts';

const toConfirm = named(
  'DateToConfirm',
  z.object({
    ups: upsName,
    unit: link.describe('Where its UPS is, below the address of the agent.'),
    site: z.string().optional(),
    model: z.string().optional(),
    serial: z.string().optional(),
    key: z.enum(['installed', 'replaceBy', 'warrantyEnd']),
    state: z.enum(dateStates),
    value: day.optional().describe('As it is known now; absent where it is missing.'),
    source: factSource.optional(),
    why: z.string(),
  }),
);
const datesPage = named('DatesPage', z.object(pageOfItems(toConfirm)));

const datesQuery = z.strictObject({
  q: z.string().max(200).default('').describe('Words in name, site, model or serial number.'),
  state: z.enum(dateStates).optional().describe('Only dates in this state.'),
  ...paging,
});

function listDates({ desk, query }: Ask<z.output<typeof datesQuery>, unknown>): Described<typeof datesPage> {
  const words = plain(query.q).split(/\s+/);
  const found = datesToConfirm(desk.office.units).filter(
    (each) => (query.state ?? each.state) === each.state && words.every((word) => wordsOf(each).includes(word)),
  );
  const page = pageOf(found, ({ state, ups, key }) => [dateStates.indexOf(state), ups, key], query);
  const items = page.items.map((each) => ({ ...each, unit: `/api/v1/units/${pathName(each.ups)}` }));
  return listAnswer('/dates', query, { ...page, items });
}

const wordsOf = ({ ups, site = '', model = '', serial = '' }: DateToConfirm): string =>
  plain(`${ups} ${site} ${model} ${serial}`);

const entry = named(
  'DatesEntry',
  z
    .strictObject({
      installed: z.union([day, z.null()]).optional().describe('When the battery was installed.'),
      replaceBy: z.union([day, z.null()]).optional().describe('When the battery must be replaced.'),
      warrantyEnd: z.union([day, z.null()]).optional().describe('When the warranty ends.'),
      plan: z.union([plan, z.null()]).optional().describe('The service plan and its end.'),
      confirm: z
        .array(z.enum(customerKeys))
        .default([])
        .describe('These are right as they are known now: from here on they are your word.'),
    })
    .refine((body) => Object.keys(body).length > 1 || body.confirm.length > 0, 'It says nothing: name a date')
    .describe('What is left out stays as it is; `null` withdraws what was entered before.'),
);

/** Enters, confirms and withdraws, all or nothing. @throws OperationError `no-such-ups`, FactsRefused */
async function enterDates({ desk, at, body }: Ask<unknown, z.output<typeof entry>>): Promise<Described<typeof unit>> {
  const { confirm, plan: service, ...days } = body;
  const clear = Object.entries({ ...days, plan: service }).flatMap(([key, value]) => (value === null ? [key] : []));
  const given = Object.fromEntries(Object.entries(days).filter(([, value]) => typeof value === 'string'));
  const planWord = service ? `${service.kind}:${service.end}` : undefined;
  await desk.run('set', present({ name: at, by: 'api', ...given, plan: planWord, confirm, clear }));
  return unitAnswer(desk, at);
}

const replaced = named(
  'BatteryReplaced',
  z.object({
    ups: z.string(),
    day,
    writing: z
      .array(
        z.object({
          ups: z.string(),
          driver: z.string(),
          outcome: z.string(),
          message: z.string(),
        }),
      )
      .describe('What each way came to that may write the day to the UPS; empty where the config allows none.'),
  }),
);
const replacement = named(
  'NewBattery',
  z.strictObject({ date: day.optional().describe('When it was replaced; today if left out.') }),
);

async function replaceBattery({
  desk,
  at,
  body,
}: Ask<unknown, z.output<typeof replacement>>): Promise<Described<typeof replaced>> {
  const done = (await desk.run('battery-replaced', present({ name: at, date: body.date }))) as ReplacedOutput;
  const writing = done.writing.map(({ ups, driver, outcome, message }) => ({ ups, driver, outcome, message }));
  return { ups: done.ups, day: done.day, writing };
}

export const dateRoutes = [
  route({
    method: 'get',
    path: '/dates',
    id: 'listDates',
    tag: 'Units',
    summary: 'Dates that wait for a word: doubtful, missing, or only an estimate',
    query: datesQuery,
    output: datesPage,
    answer: listDates,
  }),
  route({
    method: 'patch',
    path: '/units/{ups}/dates',
    id: 'enterDates',
    tag: 'Units',
    summary: 'Enters, confirms or withdraws dates of a unit, all or nothing',
    description: 'They go before what the UPS and the config say. Doing it twice is doing it once.',
    body: entry,
    output: unit,
    answer: enterDates,
  }),
  route({
    method: 'post',
    path: '/units/{ups}/battery',
    id: 'replaceBattery',
    tag: 'Units',
    summary: 'Records that the battery was replaced',
    description: 'What is older about the battery counts no more; events about it are resolved.',
    body: replacement,
    output: replaced,
    answer: replaceBattery,
  }),
];
