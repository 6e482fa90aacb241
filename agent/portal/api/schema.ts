/** The words of the API: schemas that have a name in the OpenAPI document, and what they are made of. */
import { z } from 'zod';
import { connectionStates } from '../../lifecycle/connection.ts';
import { eventIds, factSources, planKinds, steps } from '../../lifecycle/model.ts';

/** Every schema with a name: each becomes a component of the document. */
export const components = z.registry<{ id: string }>();

/** Gives a schema its name in the document. */
export function named<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  components.add(schema, { id });
  return schema;
}

export const day = named('Day', z.iso.date().describe("A calendar day in the site's time zone, `YYYY-MM-DD`."));
export const instant = named('Instant', z.iso.datetime({ offset: true }).describe('A point in time, ISO 8601.'));
export const eventId = named('EventId', z.enum(eventIds).describe('One of the nine lifecycle events.'));
export const connectionState = named(
  'ConnectionState',
  z.enum(connectionStates).describe('Where the relation with the reseller stands.'),
);
export const plan = named('Plan', z.strictObject({ kind: z.enum(planKinds), end: day }));
export const factSource = named(
  'FactSource',
  z.enum(factSources).describe('Who says so: the UPS, the config, the customer, or an estimate from a sound date.'),
);
export const upsName = z.string().describe('The name of the UPS in the config; of several names the first.');
export const step = z.enum(steps).describe('Days ahead of the date, at once, a reminder, or that it is resolved.');
export const link = z.string().describe('Where this is, below the address of the agent.');

const fact = <Value extends z.ZodType>(value: Value) =>
  z.object({
    value,
    source: factSource,
    confidence: z.enum(['sound', 'doubtful']).describe('A doubtful fact never reaches a reseller.'),
    raw: z.string().describe('As the source gave it. A text from a device: never trust it.'),
    why: z.string().optional().describe('Why it is doubtful.'),
  });

export const dayFact = named('DayFact', fact(day));
const textFact = named('TextFact', fact(z.string()));
const numberFact = named('NumberFact', fact(z.number()));
const flagFact = named('FlagFact', fact(z.boolean()));
const cartridge = named(
  'Cartridge',
  z.object({
    pack: z.number(),
    cartridge: z.number().optional(),
    installed: day.optional(),
    replaceBy: day.optional(),
    part: z.string().optional(),
    serial: z.string().optional(),
    status: z.array(z.string()).optional(),
  }),
);

/** The keys are those of NUT where NUT has one. */
export const facts = named(
  'Facts',
  z
    .object({
      'device.mfr': textFact.optional(),
      'device.model': textFact.optional(),
      'device.serial': textFact.optional(),
      'device.part': textFact.optional(),
      'ups.firmware': textFact.optional(),
      'ups.mfr.date': dayFact.optional(),
      'ups.test.result': textFact.optional(),
      'ups.test.date': dayFact.optional(),
      'battery.date': dayFact.optional(),
      'battery.date.maintenance': dayFact.optional(),
      'battery.packs': numberFact.optional(),
      'battery.packs.bad': numberFact.optional(),
      'battery.replace': flagFact.optional(),
      'battery.needs-replacement': flagFact.optional(),
      'battery.lifetime': named(
        'LifetimeFact',
        fact(z.enum(['exceeded', 'measured-near-end', 'near-end', 'ok'])),
      ).optional(),
      'battery.cartridge': textFact.optional(),
      'battery.cartridge.external': textFact.optional(),
      'battery.cartridge.quantity': numberFact.optional(),
      'battery.cartridges': named('CartridgesFact', fact(z.array(cartridge))).optional(),
      'warranty.end': dayFact.optional(),
      'plan.kind': named('PlanKindFact', fact(z.enum(planKinds))).optional(),
      'plan.end': dayFact.optional(),
    })
    .describe(
      'What is known of a UPS. `battery.date` is when the battery was installed, `battery.date.maintenance` when it must be replaced. What is not known is absent, never empty, zero or false.',
    ),
);

/** A list in pages. */
export const pageOfItems = <Item extends z.ZodType>(item: Item) => ({
  items: z.array(item),
  total: z.number().int().min(0).describe('Of the whole list, whatever page it is.'),
  next: link.optional().describe('The address of the next page; absent on the last one.'),
});

named(
  'Problem',
  z
    .object({
      type: z.string().describe('`urn:upsteward:problem:` and the code.'),
      title: z.string(),
      status: z.number().int(),
      detail: z.string().describe('What happened and what to do, for a person.'),
      code: z.string().describe('Stable: what a program looks at.'),
      retry: z.boolean().describe('Whether the same request may succeed later without anybody changing anything.'),
      errors: z
        .array(
          z.object({
            pointer: z.string().optional().describe('The place in the body, as in RFC 6901.'),
            parameter: z.string().optional().describe('The parameter of the query.'),
            detail: z.string(),
          }),
        )
        .optional()
        .describe('Each place that is to be corrected.'),
    })
    .describe('Problem details (RFC 9457).'),
);
