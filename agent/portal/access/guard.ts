/** Who may pass to the customer's pages, and which forms count. */
import type { MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import type { PortalContext, PortalEnv } from '../desk.ts';
import { loginPage, problemPage } from '../html/problem.tsx';
import type { Refusals } from './refusals.ts';
import { type AccessRules, hostName } from './rules.ts';
import type { Sessions } from './sessions.ts';
import type { Visitor } from './visitor.ts';

type Middleware = MiddlewareHandler<PortalEnv>;

export interface GuardParts {
  readonly rules: AccessRules;
  readonly sessions: Sessions;
  readonly refusals: Refusals;
}

/** Lets known visitors pass; shows the others the way to the login. */
export function requireVisitor({ rules, sessions, refusals }: GuardParts): Middleware {
  return async (c, next) => {
    const visitor = visitorOf(c, { rules, sessions });
    if (visitor !== undefined) {
      c.set('visitor', visitor);
      return await next();
    }
    if (rules.passwordHash === undefined) {
      refusals.count('not-vouched', addressOf(c, rules));
      return problemPage(c, 403, 'This page is reached through the proxy in front of it, after a login there.');
    }
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return c.redirect(loginPath(c), 303);
    refusals.count('no-session', addressOf(c, rules));
    return problemPage(c, 401, 'You are not logged in any more. Nothing was changed.', loginPage);
  };
}

/** Who asks, if that is known. */
export function visitorOf(
  c: PortalContext,
  { rules, sessions }: Pick<GuardParts, 'rules' | 'sessions'>,
): Visitor | undefined {
  if (rules.mode === 'open') return { principal: 'open' };
  const name = rules.userHeader === undefined ? undefined : c.req.header(rules.userHeader);
  // A page of another site that was led to this machine could set the header as well, but not the Host.
  if (name && rules.isProxy(c.env.peer) && rules.isOwnHost(c.req.header('host') ?? '')) {
    return { principal: `user:${name}`, name };
  }
  const id = getCookie(c, cookieName(c, rules));
  const session = id === undefined ? undefined : sessions.find(id);
  return session === undefined ? undefined : { principal: `session:${session}`, session: true };
}

/** What comes back is a path on this page: a login must not lead elsewhere. */
function loginPath(c: PortalContext): string {
  const { pathname, search } = new URL(c.req.url);
  return pathname === '/' && search === '' ? '/login' : `/login?next=${encodeURIComponent(pathname + search)}`;
}

/** Whether the browser came over TLS, which a proxy in front has unpacked. */
export function isHttps(c: PortalContext, rules: AccessRules): boolean {
  return c.req.header('x-forwarded-proto') === 'https' || isPublicHost(c.req.header('host'), rules);
}

export function isPublicHost(host: string | undefined, { publicHost }: AccessRules): boolean {
  return publicHost !== undefined && host !== undefined && hostName(host) === hostName(publicHost);
}

/** `__Host-` makes the browser refuse the cookie from anybody but this very host over TLS. */
export function cookieName(c: PortalContext, rules: AccessRules): string {
  return isHttps(c, rules) ? '__Host-upsteward' : 'upsteward';
}

/** The address of the browser, as far as it can be known. */
export function addressOf(c: PortalContext, rules: AccessRules): string {
  const { peer } = c.env;
  if (!rules.isProxy(peer)) return peer;
  return c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() || peer;
}

const formTypes = ['application/x-www-form-urlencoded', 'multipart/form-data'];

/** Lets a form pass that this page has given to this visitor: from here, by this browser, with its token. */
export function requireForm({ rules, refusals }: GuardParts): Middleware {
  return async (c, next) => {
    if (['GET', 'HEAD', 'OPTIONS'].includes(c.req.method)) return await next();
    const principal = c.get('visitor')?.principal ?? 'nobody';
    const refuse = (): Response => {
      refusals.count('foreign-form', addressOf(c, rules));
      const message =
        'This form is no longer good: it came from another site, or the agent was started anew since it was shown. Nothing was changed.';
      return problemPage(c, 403, message);
    };
    if (isForeign(c, rules)) return refuse();
    const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
    if (!formTypes.includes(type)) return problemPage(c, 415, 'Only a form can be sent here.');
    const { form } = await c.req.parseBody();
    const good = typeof form === 'string' && c.get('seal').fits(form, 'form', principal);
    return good ? await next() : refuse();
  };
}

/** What the browser itself says of where a request comes from; no page can forge it. */
function isForeign(c: PortalContext, rules: AccessRules): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = c.req.header('origin');
  if (origin === undefined) return false;
  const from = URL.canParse(origin) ? new URL(origin).host : '';
  return from !== c.req.header('host')?.toLowerCase() && from !== rules.publicHost;
}
