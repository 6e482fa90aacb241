/** The JSON API below `/api/v1`: behind a token in each request, and made from the table of its routes. */
import type { TokenView } from '../../operations/secrets.ts';
import { bearerOf, challenge } from '../access/bearer.ts';
import { limitBody } from '../access/body-limit.ts';
import type { PortalContext, RouteModule } from '../desk.ts';
import { etagOf, isSame } from '../html/etag.ts';
import { rowsOf } from '../overview/rows.ts';
import { nameOf } from './names.ts';
import { openApi } from './openapi.ts';
import { ApiError, problemAnswer, problemThrown } from './problem.ts';
import type { ApiDesk, Route } from './route.ts';
import { routes } from './routes.ts';

const base = '/api/v1';
/** Nothing that is sent here is long. */
const longest = 64 * 1024;

export const api: RouteModule = {
  access: 'token',
  register(app, desk) {
    const apiDesk: ApiDesk = { ...desk, rows: rowsOf(desk.office) };
    app.get(`${base}/openapi.json`, (c) => json(c, openApi()));
    const limited = limitBody(longest, (c) => problemAnswer(c, new ApiError(413, 'too-large', tooLarge)));
    for (const route of routes) {
      const path = `${base}${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
      app.on(route.method.toUpperCase(), path, limited, (c) =>
        guarded(c, async (token) => await answered(c, route, apiDesk, token)),
      );
    }
    app.all('/api/*', (c) =>
      guarded(c, () => {
        throw new ApiError(404, 'no-such-route', 'Nothing is at this address: see /api/v1/openapi.json.');
      }),
    );
  },
};

const tooLarge = `A request has ${longest} bytes at most. Nothing was changed.`;

/** Does what is asked for whoever brings a good token; whatever is thrown becomes a problem. */
async function guarded(c: PortalContext, work: (token: TokenView) => Promise<Response>): Promise<Response> {
  try {
    return await work(await tokenOf(c));
  } catch (error) {
    return problemThrown(c, error);
  }
}

/** @throws ApiError `no-token`, `wrong-token`, `token-limited` */
async function tokenOf(c: PortalContext): Promise<TokenView> {
  const bearer = await bearerOf(c);
  if (typeof bearer === 'object') return bearer;
  if (bearer === 'limited') {
    throw new ApiError(429, 'token-limited', 'There were too many wrong tokens. A good one is taken at any time.');
  }
  c.header('WWW-Authenticate', challenge(bearer === 'none' ? undefined : 'invalid_token'));
  if (bearer === 'wrong') throw new ApiError(401, 'wrong-token', 'This token is none, or was revoked.');
  const how = 'make one with `upsteward token create NAME` and send it as `Authorization: Bearer TOKEN`.';
  throw new ApiError(401, 'no-token', `A token is needed, also on this machine: ${how}`);
}

async function answered(c: PortalContext, route: Route, desk: ApiDesk, token: TokenView): Promise<Response> {
  if (route.scope === 'write' && token.readOnly) {
    c.header('WWW-Authenticate', `${challenge('insufficient_scope')}, scope="write"`);
    throw new ApiError(403, 'read-only-token', `The token "${token.name}" may look only. Nothing was changed.`);
  }
  const [at = ''] = Object.values(c.req.param() as Record<string, string>);
  const answer = await route.answer(desk, token, nameOf(at), {
    query: c.req.queries(),
    contentType: c.req.header('content-type'),
    body: () => c.req.arrayBuffer(),
  });
  if (route.method === 'get') return json(c, answer);
  if (route.status === 201) c.header('Location', (answer as { url: string }).url);
  return c.body(JSON.stringify(answer), route.status ?? 200, { 'Content-Type': 'application/json' });
}

function json(c: PortalContext, answer: unknown): Response {
  const text = JSON.stringify(answer);
  const etag = etagOf(text);
  if (isSame(c.req.header('if-none-match'), etag)) return c.body(null, 304, { ETag: etag });
  return c.body(text, 200, { 'Content-Type': 'application/json', ETag: etag });
}
