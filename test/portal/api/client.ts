/** Programs that ask the API. Every answer is held against the OpenAPI document, by whoever asks. */
import { expect } from 'vitest';
import { z } from 'zod';

import { createToken } from '../../../agent/operations/secrets.ts';
import { openApi } from '../../../agent/portal/api/openapi.ts';
import { type AskOptions, TestPage, type Words } from '../support.ts';

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, Response>>;
}
interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly responses: Readonly<Record<string, Response>>;
  };
}

export const document = JSON.parse(JSON.stringify(openApi())) as Document;

/** What an answer brought. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into it as a program does
  readonly body: any;
}

/** `GET 200 listUnits` of everything that was answered so far. */
export const answered = new Set<string>();

export class ApiSite {
  readonly page: TestPage;
  readonly token: string;
  readonly looker: string;

  private constructor(page: TestPage, token: string, looker: string) {
    this.page = page;
    this.token = token;
    this.looker = looker;
  }

  static async open(words: Words = {}): Promise<ApiSite> {
    const page = await TestPage.open(words);
    const { token } = await createToken(page.office.desk, 'script', false);
    const looker = await createToken(page.office.desk, 'looker', true);
    return new ApiSite(page, token, looker.token);
  }

  async get(path: string, options: AskOptions = {}): Promise<ApiAnswer> {
    return await this.ask('GET', path, options);
  }

  async send(method: string, path: string, body: unknown = {}, options: AskOptions = {}): Promise<ApiAnswer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const headers = { 'content-type': 'application/json', ...options.headers };
    return await this.ask(method, path, { ...options, headers, body: text });
  }

  /** Asks with the token that may change, and checks the answer against the document. */
  async ask(method: string, path: string, options: AskOptions = {}): Promise<ApiAnswer> {
    const at = path.startsWith('/api/') ? path : `/api/v1${path}`;
    const headers = { authorization: `Bearer ${this.token}`, ...options.headers };
    const { status, text, headers: got } = await this.page.ask(at, { ...options, method, headers });
    check(method, at, status, got, text);
    const isJson = got.get('content-type')?.endsWith('json') ?? false;
    return { status, headers: got, body: isJson && text !== '' ? JSON.parse(text) : text };
  }
}

/** What the document says of this answer must hold. */
export function check(method: string, path: string, status: number, headers: Headers, text: string): void {
  const what = `${method} ${path} ${status}`;
  expect(headers.get('cache-control'), what).toBe('no-store');
  expect(headers.get('access-control-allow-origin'), what).toBeNull();
  expect(headers.get('set-cookie'), what).toBeNull();
  if (status >= 400) expect(headers.get('content-type'), what).toBe('application/problem+json');
  if (method === 'HEAD') return;
  const found = operationAt(method, path);
  if (found === undefined) {
    expect(status, what).toBeGreaterThanOrEqual(400);
    validate(document.components.responses['Problem']?.content?.['application/problem+json']?.schema ?? {}, text, what);
    return;
  }
  answered.add(`${found.operationId} ${status}`);
  const elsewhere = [404, 405, 421].includes(status) ? found.responses['default'] : undefined;
  const response = resolved(found.responses[status] ?? elsewhere);
  expect(response, `${what} is not in the document`).toBeDefined();
  if (response?.content === undefined) {
    expect(text).toBe('');
    return;
  }
  const type = headers.get('content-type') ?? '';
  expect(Object.keys(response.content), what).toContain(type);
  validate(response.content[type]?.schema ?? {}, text, what);
  if (status >= 400) expect(JSON.parse(text).status).toBe(status);
}

function operationAt(method: string, path: string): Operation | undefined {
  if (!path.startsWith('/api/v1/')) return undefined;
  const pathname = path.replace(/\?.*$/, '').slice('/api/v1'.length);
  const [, operations] =
    Object.entries(document.paths).find(([pattern]) =>
      new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
    ) ?? [];
  return operations?.[method.toLowerCase()];
}

const resolved = (response: Response | undefined): Response | undefined =>
  response?.$ref === undefined ? response : document.components.responses[response.$ref.split('/').at(-1) ?? ''];

const known = new Map<string, z.ZodType>();

/** In a test, an answer has nothing that is not in the document. */
function validate(schema: object, text: string, what: string): void {
  const key = JSON.stringify(schema);
  const checker = known.get(key) ?? z.fromJSONSchema(JSON.parse(closed(schema)));
  known.set(key, checker);
  const { error } = checker.safeParse(JSON.parse(text));
  expect(error === undefined ? '' : `${what}: ${z.prettifyError(error)}\n${text}`).toBe('');
}

function closed(schema: object): string {
  const whole = { ...schema, $defs: document.components.schemas };
  return JSON.stringify(whole, (_key, value) =>
    value?.type === 'object' && value.properties !== undefined && value.additionalProperties === undefined
      ? { ...value, additionalProperties: false }
      : value,
  ).replaceAll('#/components/schemas/', '#/$defs/');
}
