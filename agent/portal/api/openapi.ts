/** The OpenAPI document, made from the routes and their schemas. */
import { z } from 'zod';
import { type Route, tags } from './route.ts';
import { routes } from './routes.ts';
import { components } from './schema.ts';

type Json = { readonly [key: string]: unknown };

const description = `The agent's page as a machine uses it: the same commands as the page and the command line, in JSON.

**Token.** Every request but the one for this document carries \`Authorization: Bearer TOKEN\`, also on the machine of
the agent. \`upsteward token create NAME\` makes one; with \`--read-only\` it may GET and nothing else. Cookies do not count.

**Changes.** A request that changes something carries \`Content-Type: application/json\`. Unknown keys are refused.

**Errors** are problem details (RFC 9457) with a stable \`code\`.

**Names in paths** are percent-encoded; \`~\` and the base64url of a name stands for any name, also for one that a path
cannot hold (\`..\`). Links in answers are ready to use.

**Lists** come in pages: follow \`next\`. A GET gives an \`ETag\`; with \`If-None-Match\` an answer that has not changed is 304.

**Growth.** New properties, values and routes may be added; ignore what you do not know. What is not known about a UPS is
absent, never empty, zero or false.`;

const mediaType = 'application/json';
const ref = (kind: string, name: string): Json => ({ $ref: `#/components/${kind}/${name}` });

let made: Json | undefined;

/** The document; the same object each time. */
export function openApi(): Json {
  made ??= {
    openapi: '3.1.0',
    info: {
      title: 'upsteward',
      version: '1',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description,
    },
    servers: [{ url: '/api/v1' }],
    tags: Object.entries(tags).map(([name, words]) => ({ name, description: words })),
    paths: { '/openapi.json': itself, ...pathsOf(routes) },
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of the agent: `upsteward token create NAME`.' },
      },
      responses: {
        Problem: {
          description: 'It was not done, and why.',
          content: { 'application/problem+json': { schema: ref('schemas', 'Problem') } },
        },
        NotModified: { description: 'It is as it was when this `ETag` was given.' },
      },
      schemas: schemas(),
    },
  };
  return made;
}

const itself: Json = {
  get: {
    operationId: 'getOpenApi',
    tags: ['Agent'],
    summary: 'This document',
    security: [],
    responses: {
      200: { description: 'Done.', content: { [mediaType]: { schema: { type: 'object' } } } },
      304: ref('responses', 'NotModified'),
    },
  },
};

function pathsOf(all: readonly Route[]): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const each of all) paths[each.path] = { ...paths[each.path], [each.method]: operation(each) };
  return paths;
}

function operation(route: Route): Json {
  const { id, tag, summary, description: words, path, query, body, method, status = 200, output } = route;
  const parameters = [...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => placeOf(name)), ...queryOf(query)];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(words === undefined ? {} : { description: words }),
    security: [{ token: [route.scope] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(method === 'get' ? {} : { requestBody: bodyOf(body) }),
    responses: {
      [status]: { description: 'Done.', content: { [mediaType]: { schema: schemaOf(output) } } },
      ...(method === 'get' ? { 304: ref('responses', 'NotModified') } : {}),
      ...Object.fromEntries(refusalsOf(route).map((each) => [each, ref('responses', 'Problem')])),
      default: ref('responses', 'Problem'),
    },
  };
}

/** The statuses with which a route may refuse; others mean that the API is not reached in this way. */
export function refusalsOf({ path, method, refusals = [] }: Route): readonly number[] {
  const always = [401, 429, 500, 503];
  const changing = method === 'get' ? [] : [400, 403, 409, 413, 415, 422];
  const all = [...always, ...changing, 400, ...(path.includes('{') ? [404] : []), ...refusals];
  return [...new Set(all)].sort((a, b) => a - b);
}

const places: Readonly<Record<string, string>> = {
  ups: 'Any name of the UPS.',
  id: 'The id of the message.',
};

const placeOf = (name: string): Json => ({
  name,
  in: 'path',
  required: true,
  description: places[name] ?? '',
  schema: { type: 'string' },
});

function queryOf(query: z.ZodType | undefined): Json[] {
  if (query === undefined) return [];
  const { properties = {} } = z.toJSONSchema(query, { io: 'input' }) as { properties?: Record<string, Json> };
  return Object.entries(properties).map(([name, { description: words, ...schema }]) => ({
    name,
    in: 'query',
    description: words,
    schema,
  }));
}

function bodyOf(body: z.ZodType | undefined): Json {
  const schema = body === undefined ? { type: 'object', additionalProperties: false } : schemaOf(body);
  return { required: body !== undefined, content: { [mediaType]: { schema } } };
}

function schemaOf(schema: z.ZodType): Json {
  const name = components.get(schema)?.id;
  if (name === undefined) throw new Error('a schema of a route has no name');
  return ref('schemas', name);
}

/** In the form of what comes in: an answer may have further properties later, a body may not. */
function schemas(): Json {
  const all = z.toJSONSchema(components, { io: 'input', uri: (id) => `#/components/schemas/${id}` }).schemas;
  const sorted = Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([id, { $schema: _schema, $id: _id, ...schema }]) => [id, schema]));
}
