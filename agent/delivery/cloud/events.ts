/**
 * CloudEvents 1.0 as the endpoint gets them. The schemas here are the contract: docs/cloud-endpoint.openapi.yaml carries
 * the same ones as JSON Schema.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { eventIds, factSources, steps } from '../../lifecycle/model.ts';
import { DeliveryError } from '../channel.ts';
import { languages } from '../mail/content.ts';

const day = z.iso.date().describe('A calendar day in the time zone of the site.');
const instant = z.iso.datetime().describe('A point in time, UTC.');
const tellReseller = z
  .boolean()
  .describe('Whether the endpoint may, and is asked to, pass this on to the reseller. False: for the customer only.');

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
  event: z.enum(eventIds),
  title: z.string().describe('The English title.'),
  occurrence: z.string().describe('Names this opening among all openings of the event of this UPS.'),
  openedOn: day,
  causes: z.array(z.enum(['date', 'flag'])).describe('A date came near, or the UPS itself says so.'),
  date: day.optional().describe('The date the event is about; absent for an event without one.'),
  dateSource: z.enum(factSources).optional(),
});

const closedEvent = lifecycleEvent.extend({
  closedOn: day,
  closed: z.enum(['swap', 'date-moved', 'cleared', 'superseded', 'removed']),
});

const fact = z.object({
  value: z.json().describe('Text, number, true/false, a day, or a list of cartridges.'),
  source: z.enum(factSources),
  confidence: z.enum(['sound', 'doubtful']).describe('A doubtful fact must not be passed on to a reseller.'),
  why: z.string().optional().describe('Why it is doubtful.'),
});

const unitFacts = z.object({
  tellReseller,
  unit,
  readAt: instant.optional(),
  facts: z.record(z.string(), fact).describe('By name, for instance `battery.date.maintenance`; absent is not known.'),
});

export const connectionStates = [
  'none',
  'pending',
  'confirmed',
  'declined',
  'expired',
  'cancelled',
  'undeliverable',
  'opted-out',
  'disconnected',
] as const;

const connection = z.object({
  tellReseller,
  state: z.enum(connectionStates),
  previous: z.enum(connectionStates).optional(),
  reseller: z.string().optional().describe("The reseller's mail address."),
  company: z.string(),
  language: z.enum(languages).optional().describe('The language the reseller is written to in.'),
  invitation: z
    .object({
      code: z.string(),
      token: z.string().optional().describe('Names the invitation in an answer.'),
      expiresAt: instant.optional(),
    })
    .optional()
    .describe('With state `pending` and `tellReseller`: pass on the company and this code, and nothing else.'),
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
  language: z.enum(languages).optional(),
  company: z.string(),
  contact: contact.optional(),
  unit,
  event: z.enum(eventIds),
  title: z.string(),
  occurrence: z.string(),
  step: z.enum(steps),
  dueOn: day,
  date: day.optional(),
  dateSource: z.enum(factSources).optional(),
  daysLeft: z.int().optional().describe('Negative when the date is past.'),
  late: z.boolean().optional().describe("The step's own day was missed."),
  closed: z.enum(['swap', 'date-moved', 'cleared', 'superseded', 'removed']).optional(),
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
  test,
} as const;

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
