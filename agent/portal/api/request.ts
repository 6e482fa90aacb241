/** What a request asks for: its query and its JSON, checked, with the place of each mistake. */
import { z } from 'zod';
import { ApiError, type Place, pointerOf } from './problem.ts';

/** The parts of a request that a route reads. */
export interface RawRequest {
  /** Every value of each parameter. */
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly contentType: string | undefined;
  readonly body: () => Promise<ArrayBuffer>;
}

/** Reads the query. @throws ApiError `bad-query` with each parameter that is wrong, unknown or given twice */
export function readQuery(schema: z.ZodType | undefined, { query }: RawRequest): unknown {
  const twice = Object.entries(query).filter(([, values]) => values.length > 1);
  const given = Object.fromEntries(Object.entries(query).map(([key, values]) => [key, values[0] ?? '']));
  const parsed = (schema ?? nothing).safeParse(given);
  const places: Place[] = [
    ...twice.map(([parameter]) => ({ parameter, detail: 'It is given more than once.' })),
    ...(parsed.success
      ? []
      : mistakes(parsed.error).map(([[key], detail]) => ({ parameter: String(key ?? ''), detail }))),
  ];
  if (places.length === 0) return parsed.data;
  throw new ApiError(400, 'bad-query', 'The query of the address has mistakes; nothing was done.', places);
}

/**
 * Reads the body; one that is empty counts as `{}`.
 * @throws ApiError `wrong-type`, `bad-json`, or `bad-body` with each place that is wrong
 */
export async function readBody(schema: z.ZodType | undefined, { contentType, body }: RawRequest): Promise<unknown> {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new ApiError(415, 'wrong-type', 'A request that changes something carries `Content-Type: application/json`.');
  }
  const parsed = (schema ?? nothing).safeParse(jsonOf(await body()));
  if (parsed.success) return parsed.data;
  const places = mistakes(parsed.error).map(([path, detail]) => ({ pointer: pointerOf(path), detail }));
  throw new ApiError(422, 'bad-body', 'The body has mistakes; nothing was done.', places);
}

const nothing = z.strictObject({});

const tooDeep = 'its parts lie too deep in each other';

function jsonOf(bytes: ArrayBuffer): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.trim() === '' ? {} : JSON.parse(text, wellFormed);
  } catch (error) {
    const why =
      error instanceof SyntaxError ? error.message : error instanceof RangeError ? tooDeep : 'it is not UTF-8';
    throw new ApiError(400, 'bad-json', `The body is no JSON: ${why}`);
  }
}

/** Half a character can stand in JSON, and nowhere else. */
function wellFormed(key: string, value: unknown): unknown {
  if (/\p{Cs}/u.test(key) || (typeof value === 'string' && /\p{Cs}/u.test(value))) {
    throw new SyntaxError('a text holds half a character (a lone surrogate)');
  }
  return value;
}

/** Every mistake with its place; of keys that are not known, each by itself. */
function mistakes(error: z.ZodError): [path: PropertyKey[], detail: string][] {
  return error.issues.flatMap((issue): [PropertyKey[], string][] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => [[...issue.path, key], 'Nothing of this name is known here.'])
      : [[issue.path, `${issue.message}.`]],
  );
}
