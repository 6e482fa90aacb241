/** Routes about the relation with the reseller: where it stands, each step of it, and what was told. */
import { z } from 'zod';
import { languages } from '../../../config/config.ts';
import { answerWays } from '../../lifecycle/connection.ts';
import { present } from '../../lifecycle/present.ts';
import type { ConsentRecord } from '../../operations/consent.ts';
import { connectionView } from '../../operations/overview.ts';
import { seenMails } from '../preview/previews.ts';
import { changeReseller } from '../reseller/change.ts';
import { type MoveName, makeMove } from '../reseller/moves.ts';
import { ApiError } from './problem.ts';
import { type ApiDesk, type Ask, type Described, route } from './route.ts';
import { connectionState, day, instant, named } from './schema.ts';

const connection = {
  state: connectionState,
  address: z.string().optional(),
  since: instant.optional(),
  invitedAt: instant.optional(),
  takenAt: instant.optional().describe('When the mail server or the endpoint took the invitation.'),
  expiresAt: instant.optional().describe('When the invitation lapses.'),
  answeredAt: instant.optional(),
  answeredBy: z.enum(answerWays).optional().describe('The way in which the answer came.'),
  answeredFrom: z.string().optional().describe('Who sent the answer, as the mail or the endpoint says.'),
  answeredHow: z.string().optional().describe("How it was given, in the endpoint's words."),
  notInterested: z.literal(true).optional().describe('No reseller is wanted.'),
  failing: z
    .object({ at: instant, reply: z.string() })
    .optional()
    .describe('Mail to the address comes back: most recently then, with these words.'),
  trouble: z.string().optional().describe('Why the invitation has not left yet.'),
};
const reseller = named(
  'Reseller',
  z.object({
    ...connection,
    settings: z
      .object({ email: z.string().optional(), language: z.enum(languages).optional(), notInterested: z.boolean() })
      .describe('As the config file says.'),
  }),
);

function resellerAnswer({ office }: ApiDesk): Described<typeof reseller> {
  const { email, language, notInterested = false } = office.desk.site().reseller ?? {};
  const settings = present({ email, language, notInterested });
  return { ...connectionView(office.desk), settings } as Described<typeof reseller>;
}

const settings = named(
  'ResellerSettings',
  z
    .strictObject({
      email: z.union([z.string(), z.null()]).optional().describe('A new address is invited; `null` ends the relation.'),
      language: z
        .union([z.enum(languages), z.null()])
        .optional()
        .describe("`null`: the customer's language."),
      notInterested: z.boolean().optional().describe('No reseller is wanted, and none is asked for.'),
    })
    .refine((body) => Object.keys(body).length > 0, 'It says nothing: name a setting')
    .refine((body) => !(body.notInterested && body.email), {
      path: ['notInterested'],
      message: 'An address and "not interested" exclude each other',
    })
    .describe('What is left out stays as it is.'),
);

async function update({ desk, body }: Ask<unknown, z.output<typeof settings>>): Promise<Described<typeof reseller>> {
  await changeReseller(desk, present(body));
  return resellerAnswer(desk);
}

const moved = named(
  'Moved',
  z.object({
    changed: z.boolean().describe('False where it was so before.'),
    state: connectionState,
    says: z.string().describe('What holds now, in words.'),
  }),
);

async function move(
  desk: ApiDesk,
  name: MoveName,
  args: Readonly<Record<string, unknown>> = {},
): Promise<Described<typeof moved>> {
  const { changed, state, says, holds } = await makeMove(desk, name, args);
  if (!holds) throw new ApiError(409, 'not-now', `The connection is "${state}": ${says}.`);
  return { changed, state, says };
}

const answer = named(
  'ResellerAnswer',
  z.strictObject({
    code: z.string().min(1).max(100).describe('The code of the invitation, as the reseller told it to you.'),
    answer: z.enum(['accept', 'decline']).describe('Declining after having accepted is opting out.'),
  }),
);

const revealed = z
  .object({
    site: z.array(z.string()),
    units: z.array(z.object({ fields: z.array(z.string()), ups: z.array(z.string()) })),
  })
  .describe('The names of what was revealed, of the site and of units.');
const consent = named(
  'ConsentRecord',
  z.object({
    company: z.string(),
    madeAt: instant,
    connection: z.object(connection),
    steps: z
      .array(
        z.object({
          at: instant,
          connection: z.string().describe('Names the invitation that it belongs to.'),
          address: z.string(),
          state: connectionState,
          previous: connectionState,
          by: z.string().optional(),
          from: z.string().optional(),
          how: z.string().optional(),
          givenAt: instant.optional().describe('Where it was given earlier than it was known here.'),
          reply: z.string().optional(),
        }),
      )
      .describe('Each move of the connection, oldest first.'),
    disclosures: z
      .array(
        z.object({
          at: instant,
          connection: z.string(),
          to: z.string(),
          way: z.enum(['mail', 'endpoint']),
          what: z.enum(['invitation', 'notices', 'farewell']),
          reveals: revealed,
          subject: z.string().optional(),
          text: z.string().optional(),
          messageId: z.string().optional(),
          reply: z.string(),
        }),
      )
      .describe('Everything that was told to a reseller, oldest first.'),
  }),
);

const seenMail = z.object({ day, to: z.string(), subject: z.string(), text: z.string(), html: z.string() });
const seen = named(
  'ResellerSees',
  z.object({
    invitation: seenMail.optional().describe('With examples in the place of code and token.'),
    notice: seenMail.optional().describe('The next one, as it would leave if nothing changes and they have accepted.'),
  }),
);

const sees = async (desk: ApiDesk): Promise<Described<typeof seen>> =>
  present({ invitation: await seenMails.invitation(desk), notice: await seenMails.notice(desk) });

const step = (name: 'invite' | 'cancel' | 'disconnect', summary: string, description: string) =>
  route({
    method: 'post',
    path: `/reseller/${name}`,
    id: `${name}Reseller`,
    tag: 'Reseller',
    summary,
    description,
    output: moved,
    answer: async ({ desk }) => await move(desk, name),
  });

export const resellerRoutes = [
  route({
    method: 'get',
    path: '/reseller',
    id: 'getReseller',
    tag: 'Reseller',
    summary: 'Who the reseller is, and where the relation stands, with its dates',
    output: reseller,
    answer: ({ desk }) => resellerAnswer(desk),
  }),
  route({
    method: 'patch',
    path: '/reseller',
    id: 'setReseller',
    tag: 'Reseller',
    summary: 'Changes the reseller in the config file',
    description:
      'A new address ends the old relation and is invited. Refused where the agent may not write the file: the detail says what to do.',
    body: settings,
    output: reseller,
    answer: update,
  }),
  step('invite', 'Invites the reseller of the config, also once more', 'What is pending or confirmed stays so.'),
  step('cancel', 'Withdraws an invitation that is pending', 'The code and the links of the invitation are dead then.'),
  step('disconnect', 'Ends a connection that is confirmed', 'What waits for the reseller is not sent.'),
  route({
    method: 'post',
    path: '/reseller/answer',
    id: 'answerForReseller',
    tag: 'Reseller',
    summary: "Takes the reseller's answer by the code of the invitation",
    description: 'Ten wrong codes lock an invitation for codes (`code-locked`).',
    body: answer,
    output: moved,
    answer: async ({ desk, body }) => await move(desk, body.answer, { code: body.code }),
  }),
  route({
    method: 'get',
    path: '/reseller/consent',
    id: 'getConsent',
    tag: 'Reseller',
    summary: 'The record of consent: who was invited, who accepted how and when, what was disclosed to whom',
    output: consent,
    answer: async ({ desk }) => (await desk.run('consent', {})) as ConsentRecord as Described<typeof consent>,
  }),
  route({
    method: 'get',
    path: '/reseller/sees',
    id: 'getResellerSees',
    tag: 'Reseller',
    summary: 'Exactly what the reseller sees: the invitation and the next notice',
    output: seen,
    answer: async ({ desk }) => await sees(desk),
  }),
];
