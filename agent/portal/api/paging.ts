/** Long lists in pages that neither skip nor repeat what stays, whatever comes and goes between two of them. */
import { z } from 'zod';
import { ApiError } from './problem.ts';

/** The place of an item in its list: parts that are compared in turn. */
export type SortKey = readonly (string | number)[];

const longest = 500;

/** The parameters of every list. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(longest).default(100).describe('How many on a page.'),
  cursor: z.string().max(4000).optional().describe('Where the page begins: part of `next` of the page before.'),
};

export interface Paged {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Of the whole list. */
  readonly total: number;
  /** Where the next page begins, if there is one. */
  readonly cursor?: string;
}

/** A page of a list in the order of its keys. @throws ApiError `bad-query` when the cursor is none of ours */
export function pageOf<T>(all: readonly T[], keyOf: (item: T) => SortKey, { limit, cursor }: Paged): Page<T> {
  const keyed = all.map((item) => [keyOf(item), item] as const).sort(([a], [b]) => compare(a, b));
  const from = cursor === undefined ? 0 : firstBehind(keyed, keyOfCursor(cursor));
  const shown = keyed.slice(from, from + limit);
  const last = shown.at(-1)?.[0];
  return {
    items: shown.map(([, item]) => item),
    total: all.length,
    ...(last === undefined || from + shown.length >= all.length ? {} : { cursor: cursorOf(last) }),
  };
}

function firstBehind(keyed: readonly (readonly [SortKey, unknown])[], key: SortKey): number {
  const found = keyed.findIndex(([each]) => compare(each, key) > 0);
  return found < 0 ? keyed.length : found;
}

function compare(a: SortKey, b: SortKey): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (part === other) continue;
    if (typeof part !== typeof other) return typeof part === 'number' ? -1 : 1;
    return part < other ? -1 : 1;
  }
  return a.length - b.length;
}

const keySchema = z.array(z.union([z.string(), z.number()]));

/** A place in a list, as a word. */
export const cursorOf = (key: SortKey): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** The place that a word stands for. @throws ApiError `bad-query` */
export function keyOfCursor(cursor: string): SortKey {
  try {
    return keySchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    const detail = 'It is no cursor of this list: follow `next` of a page, or leave it out.';
    throw new ApiError(400, 'bad-query', 'The query of the address has mistakes; nothing was done.', [
      { parameter: 'cursor', detail },
    ]);
  }
}

/** What a list answers, with the address of its next page. */
export function listAnswer<T>(
  path: string,
  query: Readonly<Record<string, unknown>>,
  { items, total, cursor }: Page<T>,
): { items: readonly T[]; total: number; next?: string } {
  if (cursor === undefined) return { items, total };
  const given = Object.entries({ ...query, cursor }).filter(([, value]) => value !== undefined && value !== '');
  const next = new URLSearchParams(given.map(([key, value]): [string, string] => [key, String(value)]));
  return { items, total, next: `/api/v1${path}?${next}` };
}
