/**
 * CloudEvents 1.0 as the endpoint gets them. The schemas here are the contract: docs/cloud-endpoint.openapi.yaml carries
 * the same ones as JSON Schema.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { answerOutcomes, connectionStates } from '../../lifecycle/connection.ts';
import { eventIds, factSources, steps } from '../../lifecycle/model.ts';
import { DeliveryError } from '../channel.ts';
import { languages } from '../mail/content.ts';

const day = z.iso.date().describe('A calendar day in the time zone of the site.');
const instant = z.iso.datetime().describe('A point in time, UTC.');
const tellReseller = z
  .boolean()
  .describe('Whether the endpoint may, and is asked to, pass this on to the reseller. False: for the customer only.');

const answerResults = [...answerOutcomes, 'unknown', 'invalid'] as const;
const eventName = z.enum(eventIds);
const factSource = z.enum(factSources);
const language = z.enum(languages);
const connectionState = z.enum(connectionStates);
const closeReason = z.enum(['swap', 'date-moved', 'cleared', 'superseded', 'removed']);

const unit = z
  .object({
    name: z.string().describe('The name in the configuration.'),
    site: z.string().optional().describe('The site label, a heading.'),
    model: z.string().optional(),
    serial: z.string().optional(),
    sku: z.string().optional(),
    cartridge: z.string().optional().describe('Part number of the battery cartridge.'),
    externalCartridge: z.string().optional().describe('Part number of the cartridge of the external packs.'),
    quantity: z.int().positive().optional().describe('How many cartridges a change takes.'),
  })
  .describe('One UPS; what is not known is absent.');

const lifecycleEvent = z.object({
  tellReseller,
  unit,
  event: eventName,
  title: z.string().describe('The English title.'),
  occurrence: z.string().describe('Names this opening among all openings of the event of this UPS.'),
  openedOn: day,
  causes: z.array(z.enum(['date', 'flag'])).describe('A date came near, or the UPS itself says so.'),
  date: day.optional().describe('The date the event is about; absent for an event without one.'),
  dateSource: factSource.optional(),
});

const closedEvent = lifecycleEvent.extend({
  closedOn: day,
  closed: closeReason,
});

const cartridge = z.object({
  pack: z.int(),
  cartridge: z.int().optional(),
  installed: day.optional(),
  replaceBy: day.optional(),
  part: z.string().optional(),
  serial: z.string().optional(),
  status: z.array(z.string()).readonly().optional(),
});

const fact = z.object({
  value: z
    .union([z.string(), z.number(), z.boolean(), z.array(cartridge).readonly()])
    .describe('Text (a day as YYYY-MM-DD), a number, true or false, or the list of cartridges.'),
  source: factSource,
  confidence: z.enum(['sound', 'doubtful']).describe('A doubtful fact must not be passed on to a reseller.'),
  why: z.string().optional().describe('Why it is doubtful.'),
});

const unitFacts = z.object({
  tellReseller,
  unit,
  readAt: instant.optional(),
  facts: z.record(z.string(), fact).describe('By name, for instance `battery.date.maintenance`; absent is not known.'),
});

const connection = z.object({
  tellReseller,
  state: connectionState,
  previous: connectionState.optional(),
  reseller: z.string().optional().describe("The reseller's mail address."),
  company: z.string(),
  language: language.optional().describe('The language the reseller is written to in.'),
  invitation: z
    .object({
      code: z.string(),
      token: z
        .string()
        .describe('Names the invitation in an answer, now and after it was accepted. Keep it as you keep a password.'),
      expiresAt: instant.optional(),
    })
    .optional()
    .describe('With state `pending` and `tellReseller`: pass on the company and a way to answer, and nothing else.'),
});

const contact = z.object({
  name: z.string(),
  mail: z.string(),
  phone: z.string().optional(),
  jobRole: z.string().optional(),
});

const notice = z.object({
  tellReseller,
  reseller: z.string().optional().describe('Whom to tell, when `tellReseller` is true.'),
  language: language.optional(),
  company: z.string(),
  contact: contact.optional(),
  unit,
  event: eventName,
  title: z.string(),
  occurrence: z.string(),
  step: z.enum(steps),
  dueOn: day,
  date: day.optional(),
  dateSource: factSource.optional(),
  daysLeft: z.int().optional().describe('Negative when the date is past.'),
  late: z.boolean().optional().describe("The step's own day was missed."),
  closed: closeReason.optional(),
  token: z
    .string()
    .optional()
    .describe('With `tellReseller`: the token of the invitation that was accepted, so that an opt-out can be offered.'),
});

const acknowledgement = z.object({
  id: z.string().describe('The id that the endpoint gave the answer.'),
  result: z
    .enum(answerResults)
    .describe(
      'taken: it changed the connection. already: it says what holds. ended: its invitation has ended. unknown: the token is of no invitation from here. invalid: it is not what this document asks for.',
    ),
});

const question = z.object({
  tellReseller: z.literal(false),
  acknowledged: z
    .array(acknowledgement)
    .readonly()
    .describe('Answers that were looked at since the last question, whatever came of them: forget them.'),
});

const test = z.object({ tellReseller: z.literal(false), message: z.string() });

/** What `data` holds, by type without the prefix. */
export const dataSchemas = {
  'event.opened': lifecycleEvent,
  'event.changed': lifecycleEvent,
  'event.resolved': closedEvent,
  'ups.facts': unitFacts,
  'connection.changed': connection,
  'notice.due': notice,
  'answers.asked': question,
  test,
} as const;

/** The schemas by the names they have in the OpenAPI document. */
export const contract = z.registry<{ readonly id: string }>();
contract.add(day, { id: 'Day' });
contract.add(instant, { id: 'Instant' });
contract.add(tellReseller, { id: 'TellReseller' });
contract.add(eventName, { id: 'EventName' });
contract.add(factSource, { id: 'FactSource' });
contract.add(language, { id: 'Language' });
contract.add(connectionState, { id: 'ConnectionState' });
contract.add(closeReason, { id: 'CloseReason' });
contract.add(unit, { id: 'Unit' });
contract.add(cartridge, { id: 'Cartridge' });
contract.add(fact, { id: 'Fact' });
contract.add(contact, { id: 'Contact' });
contract.add(lifecycleEvent, { id: 'EventData' });
contract.add(closedEvent, { id: 'ResolvedEventData' });
contract.add(unitFacts, { id: 'FactsData' });
contract.add(connection, { id: 'ConnectionData' });
contract.add(notice, { id: 'NoticeData' });
contract.add(acknowledgement, { id: 'Acknowledgement' });
contract.add(question, { id: 'QuestionData' });
contract.add(test, { id: 'TestData' });

/** What became of an answer that the endpoint held. */
export type AnswerResult = (typeof answerResults)[number];

export type CloudEventType = keyof typeof dataSchemas;
export type CloudEventData<T extends CloudEventType = CloudEventType> = z.input<(typeof dataSchemas)[T]>;

export const typePrefix = 'io.upsteward.';

/** A CloudEvent in structured mode (CloudEvents 1.0, JSON event format). */
export interface CloudEvent<T extends CloudEventType = CloudEventType> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: `io.upsteward.${T}`;
  readonly subject?: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: CloudEventData<T>;
}

/** What consumers should forward at most (CloudEvents 1.0, size limits). */
export const maxEventBytes = 64 * 1024;
export const maxRequestBytes = 256 * 1024;

/** The id of what a record says: the same record sent again has the same id (CloudEvents 1.0, `id`). */
export function eventId(recordKey: string): string {
  return createHash('sha256').update(recordKey, 'utf8').digest('hex').slice(0, 32);
}

/** Where events of a site come from (CloudEvents 1.0, `source`). */
export function eventSource(siteId: string): string {
  return `urn:upsteward:${encodeURIComponent(siteId)}`;
}

/**
 * Builds one CloudEvent (CloudEvents 1.0). `id` follows from the record, see `eventId`; `subject` is the name of the UPS
 * or absent. Throws DeliveryError `refused` where the event is larger than the 64 KiB that any consumer must take.
 */
export function cloudEvent<T extends CloudEventType>(input: {
  readonly id: string;
  readonly source: string;
  readonly type: T;
  readonly subject?: string;
  readonly time: string;
  readonly data: CloudEventData<T>;
}): CloudEvent<T> {
  const event: CloudEvent<T> = {
    specversion: '1.0',
    id: input.id,
    source: input.source,
    type: `${typePrefix}${input.type}` as `io.upsteward.${T}`,
    ...(input.subject === undefined ? {} : { subject: input.subject }),
    time: input.time,
    datacontenttype: 'application/json',
    data: input.data,
  };
  const bytes = byteLength(event);
  if (bytes >= maxEventBytes)
    throw new DeliveryError(
      'refused',
      `The event ${input.type} of ${input.subject ?? 'the site'} has ${bytes} bytes; an endpoint need not take ${maxEventBytes} or more.`,
      { retry: false },
    );
  return event;
}

/** Splits events, in order, into batches whose JSON stays below `limit` bytes. */
export function splitBatches(events: readonly CloudEvent[], limit = maxRequestBytes): CloudEvent[][] {
  const batches: CloudEvent[][] = [];
  let batch: CloudEvent[] = [];
  let bytes = 2;
  for (const event of events) {
    const size = byteLength(event) + 1;
    if (batch.length > 0 && bytes + size >= limit) {
      batches.push(batch);
      batch = [];
      bytes = 2;
    }
    batch.push(event);
    bytes += size;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

function byteLength(event: CloudEvent): number {
  return Buffer.byteLength(JSON.stringify(event), 'utf8');
}
