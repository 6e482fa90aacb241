/** Routes about what was sent, what waits and what is to come, and the renewals report. */
import { z } from 'zod';
import { planKinds } from '../../lifecycle/model.ts';
import { present } from '../../lifecycle/present.ts';
import { renewalsReport } from '../../operations/report.ts';
import { fates, placeOf, type SentItem, type SentPlace, sentDetail, sentItems } from '../../operations/sent.ts';
import { furthest, mailsToCome } from '../preview/previews.ts';
import { pathName } from './names.ts';
import { cursorOf, keyOfCursor, listAnswer, pageOf, paging } from './paging.ts';
import { ApiError } from './problem.ts';
import { type ApiDesk, type Ask, type Described, route } from './route.ts';
import { day, eventId, instant, link, named, pageOfItems, step, upsName } from './schema.ts';

const item = {
  id: z.string(),
  url: link,
  way: z.enum(['mail', 'endpoint']),
  what: z.enum(['notices', 'reminder', 'invitation', 'farewell', 'customer', 'test']),
  who: z.enum(['customer', 'reseller']),
  to: z.string(),
  state: z.enum(['queued', 'sending', 'sent', 'failed']),
  createdAt: instant,
  settledAt: instant.optional().describe('When its fate was settled.'),
  nextAt: instant.optional().describe('When it is tried next.'),
  failures: z.number().int(),
  reply: z.string().optional().describe('What the far side said last.'),
  subject: z.string().optional(),
  notices: z
    .array(z.object({ ups: upsName, event: eventId, title: z.string(), step }))
    .describe('What it tells; in a list the first ones.'),
  noticeCount: z.number().int(),
  retry: z
    .object({ allowed: z.boolean(), why: z.string().optional() })
    .describe('Whether it can be sent again at once, and if not, why.'),
};
const message = named('Message', z.object(item).describe('One mail, or one notice that the endpoint passes on.'));
const messagePage = named(
  'MessagePage',
  z.object({
    ...pageOfItems(message),
    counts: z
      .object({ waiting: z.number().int(), sent: z.number().int(), failed: z.number().int() })
      .describe('How many there are of each fate, whichever was asked for.'),
  }),
);
const messageDetail = named(
  'MessageDetail',
  z.object({
    ...item,
    text: z.string().optional().describe('The mail as it was sent.'),
    codeLeftOut: z.literal(true).optional().describe('Of an invitation: its code is never written down.'),
    messageId: z.string().optional(),
    reveals: z
      .object({
        site: z.array(z.string()),
        units: z.array(z.object({ fields: z.array(z.string()), ups: z.array(z.string()) })),
      })
      .optional()
      .describe('What it reveals to the reseller, by name.'),
    attempts: z.array(z.object({ at: instant, taken: z.boolean(), reply: z.string() })),
  }),
);

const messagesQuery = z.strictObject({
  fate: z.enum(fates).optional().describe('Only what stands so.'),
  ups: z.string().max(200).optional().describe('Only what tells of this UPS, by any of its names.'),
  ...paging,
});

function listMessages({ desk, query }: Ask<z.output<typeof messagesQuery>, unknown>): Described<typeof messagePage> {
  const { fate, ups, limit, cursor } = query;
  const { office } = desk;
  const after = cursor === undefined ? undefined : placeBehind(cursor);
  const { items, more, ...found } = sentItems(office.desk, office.units, present({ fate, ups, limit, after }));
  const last = items.at(-1);
  const next = more && last !== undefined ? { cursor: cursorOf(placeKey(last)) } : {};
  const page = listAnswer('/messages', query, { items: items.map(withUrl), total: found.total, ...next });
  return { ...page, counts: found.counts } as Described<typeof messagePage>;
}

function placeKey(last: SentItem): [string, string] {
  const { at, id } = placeOf(last);
  return [at, id];
}

function placeBehind(cursor: string): SentPlace {
  const [at = '', id = ''] = keyOfCursor(cursor);
  return { at: String(at), id: String(id) };
}

const withUrl = <Item extends SentItem>(each: Item) => ({ ...each, url: `/api/v1/messages/${pathName(each.id)}` });

const detail = async ({ office }: ApiDesk, id: string): Promise<Described<typeof messageDetail>> =>
  withUrl(await sentDetail(office.desk, id)) as Described<typeof messageDetail>;

const previewQuery = z.strictObject({
  days: z.coerce.number().int().min(0).max(400).default(30).describe('So far ahead.'),
  accepted: z.enum(['true', 'false']).default('false').describe('Suppose that the reseller accepts today.'),
  ...paging,
});
const previewedMail = named(
  'PreviewedMail',
  z.object({ day: day.describe('When it leaves.'), to: z.string(), subject: z.string(), text: z.string() }),
);
const previewPage = named('PreviewPage', z.object(pageOfItems(previewedMail)));

async function listPreview({
  desk,
  query,
}: Ask<z.output<typeof previewQuery>, unknown>): Promise<Described<typeof previewPage>> {
  if (query.days > furthest(desk)) {
    const detail = `Here ${furthest(desk)} days at most; \`upsteward preview\` has no such limit.`;
    throw new ApiError(400, 'bad-query', 'So many units are not looked at that far ahead.', [
      { parameter: 'days', detail },
    ]);
  }
  const mails = await mailsToCome(desk, { days: query.days, accepted: query.accepted === 'true' });
  const numbered = mails.map((mail, number) => ({ mail, number }));
  const page = pageOf(numbered, ({ number }) => [number], query);
  return listAnswer('/preview', query, { ...page, items: page.items.map(({ mail }) => mail) });
}

const reportDate = z.object({ day, estimate: z.boolean() });
const report = named(
  'Report',
  z.object({
    company: z.string(),
    madeOn: day,
    rows: z
      .array(
        z.object({
          site: z.string().optional(),
          model: z.string().optional(),
          serial: z.string().optional(),
          sku: z.string().optional(),
          ageMonths: z.number().int().optional(),
          cartridge: z.string().optional(),
          externalCartridge: z.string().optional(),
          quantity: z.number().int().optional().describe('How many cartridges a full change takes.'),
          replaceBy: reportDate.optional(),
          warrantyEnd: reportDate.optional(),
          plan: z.object({ kind: z.enum(planKinds), end: day }).optional(),
        }),
      )
      .describe('By replace-by date; units without one come last.'),
    cartridges: z
      .array(z.object({ part: z.string(), quantity: z.number().int() }))
      .describe('What a full change of all units takes.'),
  }),
);
const reportQuery = z.strictObject({
  sites: z.enum(['true', 'false']).default('false').describe('With the site labels.'),
});

export const messageRoutes = [
  route({
    method: 'get',
    path: '/messages',
    id: 'listMessages',
    tag: 'Messages',
    summary: 'Every mail and notice with its fate, the newest first, in pages',
    query: messagesQuery,
    refusals: [404],
    output: messagePage,
    answer: listMessages,
  }),
  route({
    method: 'get',
    path: '/messages/{id}',
    id: 'getMessage',
    tag: 'Messages',
    summary: 'One of them with its words and each attempt',
    output: messageDetail,
    answer: async ({ desk, at }) => await detail(desk, at),
  }),
  route({
    method: 'post',
    path: '/messages/{id}/retry',
    id: 'retryMessage',
    tag: 'Messages',
    summary: 'Sends at once what waits, and once more what was refused',
    status: 202,
    output: messageDetail,
    answer: async ({ desk, at }) => {
      await desk.run('retry', { id: at });
      return await detail(desk, at);
    },
  }),
  route({
    method: 'get',
    path: '/preview',
    id: 'listPreview',
    tag: 'Messages',
    summary: 'Who gets which mail on which day from today on, in pages',
    description: 'Made by the real daily run on a copy. With more than 2,500 units at most 30 days ahead.',
    query: previewQuery,
    output: previewPage,
    answer: listPreview,
  }),
  route({
    method: 'get',
    path: '/report',
    id: 'getReport',
    tag: 'Units',
    summary: 'The renewals report: what a reseller needs for a quotation, and nothing of how a UPS runs',
    query: reportQuery,
    output: report,
    answer: ({ desk, query }) => renewalsReport(desk.office.desk, desk.office.units, { sites: query.sites === 'true' }),
  }),
];
