/** docs/cloud-endpoint.openapi.yaml is what others build against: it must say what the code does. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { hearReply } from '../../../agent/delivery/cloud/answers.ts';
import { refusal } from '../../../agent/delivery/cloud/endpoint-errors.ts';
import {
  contract,
  dataSchemas,
  eventId,
  eventSource,
  splitBatches,
  typePrefix,
} from '../../../agent/delivery/cloud/events.ts';
import { signWebhook } from '../../../agent/delivery/cloud/sign.ts';
import { eventOfSize, everyEvent, secret } from './samples.ts';

type Content = Readonly<Record<string, { readonly examples: Readonly<Record<string, { readonly value: unknown }>> }>>;

interface Document {
  readonly openapi: string;
  readonly webhooks: {
    readonly events: {
      readonly post: {
        readonly parameters: readonly { readonly name: string; readonly required: boolean }[];
        readonly requestBody: {
          readonly content: Content;
        };
        readonly responses: Readonly<
          Record<string, { readonly 'x-tried-again': boolean; readonly content?: Content; readonly headers?: object }>
        >;
      };
    };
  };
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const document: Document = parse(
  readFileSync(new URL('../../../docs/cloud-endpoint.openapi.yaml', import.meta.url), 'utf8'),
);
const { post } = document.webhooks.events;
const types = Object.keys(dataSchemas).sort();

/** The schemas of the code, as the document writes them: without what a reader cannot use. */
function schemasOfCode(): Record<string, unknown> {
  const { schemas } = z.toJSONSchema(contract, {
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => {
      for (const key of ['pattern', 'minimum', 'maximum', 'readOnly', '$schema', '$id'] as const)
        delete jsonSchema[key];
    },
  });
  for (const schema of Object.values(schemas)) {
    delete schema.$schema;
    delete schema.$id;
  }
  return schemas;
}

const envelope = z.strictObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().regex(/^urn:upsteward:/),
  type: z.templateLiteral([typePrefix, z.enum(Object.keys(dataSchemas))]),
  subject: z.string().optional(),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  data: z.unknown(),
});

/** Parses a CloudEvent in structured mode with data as its type promises, and gives its type. */
function typeOf(event: unknown): string {
  const { type, data } = envelope.parse(event);
  const found = Object.entries(dataSchemas).find(([name]) => `${typePrefix}${name}` === type);
  found?.[1].parse(data);
  return found?.[0] ?? '';
}

describe('the OpenAPI document', () => {
  it('has the schemas of the code', () => {
    expect(document.openapi).toBe('3.1.0');
    const { CloudEvent: _, Batch: __, Envelope: ___, ...data } = document.components.schemas;
    expect(data).toEqual(schemasOfCode());
  });

  it('has one example of every type, and each is valid', () => {
    const examples = Object.values(post.requestBody.content['application/cloudevents-batch+json']?.examples ?? {});
    const events = examples.flatMap(({ value }) => z.array(z.unknown()).parse(value));
    expect(events.map(typeOf).sort()).toEqual(types);
  });

  it('names the headers that are sent', () => {
    const signed = Object.keys(signWebhook(secret, 'x', new Date(0), ''));
    expect(post.parameters.map(({ name }) => name)).toEqual(signed);
    expect(post.parameters.every(({ required }) => required)).toBe(true);
  });

  it('has examples of replies that the agent understands, signed by the headers it names', () => {
    const { content, headers } = post.responses['2XX'] ?? {};
    const signed = signWebhook(secret, 'x', new Date(0), '');
    expect(Object.keys(headers ?? {})).toEqual(Object.keys(signed));
    const heard = Object.values(content?.['application/json']?.examples ?? {}).map(({ value }) =>
      hearReply(JSON.stringify(value), { secret, id: 'x', header: () => undefined, required: false }),
    );
    expect(heard.map(({ answers }) => answers.length)).toEqual([2, 0]);
    expect(heard.every(({ speaks, invalid, trouble }) => speaks && invalid.length === 0 && trouble === undefined)).toBe(
      true,
    );
  });

  it('says on which answers the agent tries again', () => {
    for (const [status, response] of Object.entries(post.responses).filter(([code]) => code !== '2XX')) {
      const code = Number(status.replace('XX', '00'));
      expect(response['x-tried-again'], status).toBe(refusal(code, '', 'x', undefined).retry);
    }
  });
});

describe('an event', () => {
  it('is what the document promises, for every type', () => {
    const received: unknown[] = JSON.parse(JSON.stringify(everyEvent));
    expect(received.map(typeOf).sort()).toEqual(types);
  });

  it('has an id that follows from its record, and a source that names the site', () => {
    expect(eventId('notice/1')).toBe(eventId('notice/1'));
    expect(eventId('notice/1')).not.toBe(eventId('notice/2'));
    expect(eventSource('site 1/ü')).toBe('urn:upsteward:site%201%2F%C3%BC');
  });

  it('is smaller than any consumer must take', () => {
    expect(Buffer.byteLength(JSON.stringify(eventOfSize(65_000)))).toBeLessThan(64 * 1024);
    expect(() => eventOfSize(66_000)).toThrow(expect.objectContaining({ code: 'refused', retry: false }));
  });
});

describe('batches', () => {
  it('keep the order and stay below the limit', () => {
    const events = Array.from({ length: 40 }, (_, i) => eventOfSize(500 + ((i * 7919) % 30_000), String(i)));
    const batches = splitBatches(events);
    expect(batches.flat()).toEqual(events);
    for (const batch of batches) expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThan(256 * 1024);
    expect(batches.length).toBeLessThan(5);
    expect(splitBatches([])).toEqual([]);
    expect(splitBatches(events.slice(0, 3), 10)).toHaveLength(3);
  });
});
