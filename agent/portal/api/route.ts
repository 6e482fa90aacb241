/** What a route of the API is: one row of a table, from which the server and the OpenAPI document are made. */
import type { z } from 'zod';
import type { TokenView } from '../../operations/secrets.ts';
import type { PortalDesk } from '../desk.ts';
import type { Rows } from '../overview/rows.ts';
import { type RawRequest, readBody, readQuery } from './request.ts';

/** What every route works with. */
export interface ApiDesk extends PortalDesk {
  readonly rows: Rows;
}

/** One request, looked at. */
export interface Ask<Query, Body> {
  readonly desk: ApiDesk;
  readonly token: TokenView;
  /** What stands in the one place of the path that is open; `''` where there is none. */
  readonly at: string;
  readonly query: Query;
  readonly body: Body;
}

type Deep<T> = T extends readonly (infer Item)[]
  ? readonly Deep<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: Deep<T[K]> }
    : T;
/** What a schema describes, unchangeable all the way down. */
export type Described<Schema extends z.ZodType> = Deep<z.output<Schema>>;

interface Row {
  readonly method: 'get' | 'post' | 'patch';
  /** Below `/api/v1`, as OpenAPI writes it. */
  readonly path: string;
  /** Names the operation in the document. */
  readonly id: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  /** What was done: 200 unless said. */
  readonly status?: 201 | 202;
  /** It may be refused for reasons beside those that all routes have. */
  readonly refusals?: readonly (404 | 502)[];
}

interface Written<Query extends z.ZodType, Body extends z.ZodType, Output extends z.ZodType> extends Row {
  readonly query?: Query;
  readonly body?: Body;
  readonly output: Output;
  readonly answer: (ask: Ask<z.output<Query>, z.output<Body>>) => Described<Output> | Promise<Described<Output>>;
}

export interface Route extends Row {
  /** A GET takes any token, everything else one that may change. */
  readonly scope: 'read' | 'write';
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly output: z.ZodType;
  /** @throws ApiError and what the commands throw */
  readonly answer: (desk: ApiDesk, token: TokenView, at: string, raw: RawRequest) => Promise<unknown>;
}

export const tags = {
  Agent: 'The agent itself, and who asks.',
  Units: 'UPS units, their dates, and what is done with them.',
  Events: 'The nine lifecycle events, and reminders of them.',
  Reseller: 'The relation with the one reseller.',
  Messages: 'What was sent, what waits, and what is to come.',
} as const;
export type Tag = keyof typeof tags;

/** One row of the table. Input is checked against its schemas before the function sees it. */
export function route<
  Output extends z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
>(row: Written<Query, Body, Output>): Route {
  const { answer, ...rest } = row;
  return {
    ...rest,
    scope: row.method === 'get' ? 'read' : 'write',
    async answer(desk, token, at, raw) {
      const query = readQuery(row.query, raw) as z.output<Query>;
      const body = (row.method === 'get' ? {} : await readBody(row.body, raw)) as z.output<Body>;
      return await answer({ desk, token, at, query, body });
    },
  };
}
