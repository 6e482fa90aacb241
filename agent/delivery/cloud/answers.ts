/**
 * Answers of the reseller that an endpoint holds: what a reply may say, read without trust. Pure. The schemas are the
 * contract, as in `events.ts`.
 */
import { z } from 'zod';
import { answerKinds } from '../../lifecycle/connection.ts';
import { contract } from './events.ts';
import { isSigned, type WebhookHeaders } from './sign.ts';

/** A reply in JSON is read so far. */
export const maxReplyBytes = 64 * 1024;

/** Of one reply, so many answers are looked at; the others come again. */
export const maxAnswers = 100;

const id = z
  .string()
  .min(1)
  .max(100)
  .describe('Names the answer at the endpoint; the same each time it is handed over, never used for another one.');

const heldAnswer = z.object({
  id,
  token: z.string().min(1).max(100).describe('The token of the invitation that is answered.'),
  answer: z.enum(answerKinds).describe('`decline` after an acceptance is an opt-out, and the other way round.'),
  givenAt: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('When the reseller gave it. Without it, it counts as given when the agent asked before.'),
  from: z
    .string()
    .min(1)
    .max(254)
    .optional()
    .describe('Who gave it, as the endpoint knows: a mail address or a name. Kept in the consent record.'),
  how: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('How they gave it, in words: "button on the web page". Kept in the consent record.'),
});

const reply = z.object({
  answers: z.array(heldAnswer).describe('Oldest first; 100 at most are looked at.'),
});

contract.add(heldAnswer, { id: 'Answer' });
contract.add(reply, { id: 'Reply' });

/** One answer as the endpoint says it; its token is not yet compared with anything. */
export type HeldAnswer = z.output<typeof heldAnswer>;

/** What a reply held. */
export interface Heard {
  /** Whether it spoke of answers at all, be it to say that there are none. */
  readonly speaks: boolean;
  readonly answers: readonly HeldAnswer[];
  /** What is no answer, and why; the id where it has one. */
  readonly invalid: readonly { readonly id?: string; readonly why: string }[];
  /** Why the reply as a whole was not looked at. */
  readonly trouble?: string;
}

export const heardNothing: Heard = { speaks: false, answers: [], invalid: [] };

/** How a reply shows whose it is. */
export interface ReplySignature {
  readonly secret: string;
  /** The `webhook-id` of the request. */
  readonly id: string;
  readonly header: (name: string) => string | undefined;
  /** Where TLS does not say who answers, the signature must. */
  readonly required: boolean;
}

/** Reads the body of a 2xx reply in JSON. Whatever does not speak of answers is only words. Never throws. */
export function hearReply(body: string, signature: ReplySignature): Heard {
  if (!body.includes('"answers"')) return heardNothing;
  const said = parsed(body);
  if (said === undefined) return trouble('it is no JSON, or longer than 64 KiB');
  if (!isRecord(said) || !('answers' in said)) return heardNothing;
  if (!Array.isArray(said['answers'])) return trouble('`answers` is no list');
  const unsigned = signatureTrouble(body, signature);
  if (unsigned !== undefined) return trouble(unsigned);
  return said['answers'].slice(0, maxAnswers).reduce<Heard>((heard, each) => both(heard, hearOne(each)), spoken);
}

/** What two replies held together. */
export function both(one: Heard, other: Heard): Heard {
  const why = one.trouble ?? other.trouble;
  return {
    speaks: one.speaks || other.speaks,
    answers: [...one.answers, ...other.answers],
    invalid: [...one.invalid, ...other.invalid],
    ...(why === undefined ? {} : { trouble: why }),
  };
}

const spoken: Heard = { ...heardNothing, speaks: true };
const trouble = (why: string): Heard => ({ ...heardNothing, trouble: why });

function hearOne(said: unknown): Heard {
  const { success, data, error } = heldAnswer.safeParse(said);
  if (success) return { ...spoken, answers: [data] };
  const [issue] = error.issues;
  const why = `${issue?.path.join('.') || 'it'}: ${issue?.message ?? ''}`;
  const named = id.safeParse(isRecord(said) ? said['id'] : undefined);
  return { ...spoken, invalid: [{ ...(named.success ? { id: named.data } : {}), why }] };
}

function signatureTrouble(body: string, { secret, id: request, header, required }: ReplySignature): string | undefined {
  const given = header('webhook-signature');
  if (given === undefined) return required ? 'it is not signed, which is required without TLS' : undefined;
  const headers: Partial<WebhookHeaders> = Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, header(name)]),
  );
  return isSigned(secret, request, headers, body) ? undefined : 'its signature is wrong';
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
