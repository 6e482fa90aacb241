/** The pages put together: what everyone gets, what is behind the login, and what each request passes on its way. */
import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { OperationError } from '../operations/desk.ts';
import { limitBody } from './access/body-limit.ts';
import { addressOf, isPublicHost, requireForm, requireVisitor, visitorOf } from './access/guard.ts';
import type { Guesses } from './access/guesses.ts';
import type { LoginLimiter } from './access/limiter.ts';
import type { Refusals } from './access/refusals.ts';
import type { AccessRules } from './access/rules.ts';
import type { Sessions } from './access/sessions.ts';
import { ApiError, problemAnswer, problemThrown } from './api/problem.ts';
import type { Arrival, MenuEntry, PortalApp, PortalContext, PortalDesk, PortalEnv, RouteModule, Seal } from './desk.ts';
import { refusalOf } from './html/form.tsx';
import { problemPage } from './html/problem.tsx';
import { registerLogin, registerLogout } from './pages/login.tsx';
import { sheet, stylePath } from './style/sheet.ts';

export interface AppParts {
  readonly desk: PortalDesk;
  readonly rules: AccessRules;
  readonly sessions: Sessions;
  readonly limiter: LoginLimiter;
  readonly refusals: Refusals;
  /** Wrong tokens and secret addresses. */
  readonly guesses: Guesses;
  readonly seal: Seal;
  readonly modules: readonly RouteModule[];
}

/** Answers a request. `publicOnly`: it came in where nothing but the public pages is served. */
export type Answerer = (request: Request, arrival: Arrival, publicOnly?: boolean) => Promise<Response>;

/** A form of the customer: a table of ten thousand units fits in. */
const longestForm = 8 * 2 ** 20;
/** What somebody may send who is not logged in. */
const longestForeign = 64 * 1024;

export function createApp(parts: AppParts): Answerer {
  const [inside, outside] = [insideApp(parts), outsideApp(parts)];
  return async (request, arrival, publicOnly = false) => {
    const app = publicOnly || isOutside(request, parts.rules) ? outside : inside;
    return await app.fetch(request, arrival);
  };
}

/**
 * Without a login nothing but the public pages is shown to whoever comes by the public name, or through a proxy that says
 * so: the browser is not on this machine then.
 */
function isOutside({ headers }: Request, rules: AccessRules): boolean {
  if (rules.mode === 'known') return false;
  const forwarded = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];
  return isPublicHost(headers.get('host') ?? '', rules) || forwarded.some((name) => headers.has(name));
}

function insideApp(parts: AppParts): PortalApp {
  const { desk, rules, modules, refusals } = parts;
  const app = plainApp(
    parts,
    modules.flatMap(({ menu = [] }) => menu),
  );
  app.use(async (c, next) => {
    if (rules.mode === 'known' || rules.isOwnHost(c.req.header('host') ?? '')) return await next();
    refusals.count('foreign-host', c.env.peer);
    const message =
      'It answers to localhost and to IP addresses. To call it by another name, write that name in portal.hosts of the configuration.';
    return refused(c, 421, 'wrong-host', message);
  });
  app.use(async (c, next) => {
    return await (visitorOf(c, parts) === undefined ? shortForms : longForms)(c, next);
  });
  registerAll(app, modules, 'public', desk);
  registerLogin(app, parts);
  registerAll(app, modules, 'token', desk);
  const behindLogin = new Hono<PortalEnv>();
  behindLogin.use(requireVisitor(parts), requireForm(parts));
  registerLogout(behindLogin, parts);
  registerAll(behindLogin, modules, 'customer', desk);
  app.route('/', behindLogin);
  return app;
}

function outsideApp(parts: AppParts): PortalApp {
  const app = plainApp(parts, []);
  app.use(shortForms);
  registerAll(app, parts.modules, 'public', parts.desk);
  return app;
}

function registerAll(
  app: PortalApp,
  modules: readonly RouteModule[],
  access: RouteModule['access'],
  desk: PortalDesk,
): void {
  for (const module of modules) if (module.access === access) module.register(app, desk);
}

const tooLarge = (c: PortalContext): Response =>
  refused(c, 413, 'too-large', 'That is more than this page takes. Nothing was changed.');

const [longForms, shortForms] = [limitBody(longestForm, tooLarge), limitBody(longestForeign, tooLarge)];

/** An app with nothing but the style sheet, and what every answer of it has. */
function plainApp({ desk, seal, refusals, guesses, rules }: AppParts, menu: readonly MenuEntry[]): PortalApp {
  const app = new Hono<PortalEnv>();
  app.use(async (c, next) => {
    c.set('menu', menu);
    c.set('seal', seal);
    c.set('desk', desk);
    c.set('refuse', (kind) => refusals.count(kind, addressOf(c, rules)));
    c.set('refused', () => refusals.counts());
    c.set('wrongToken', () => {
      const looked = guesses.take();
      refusals.count(looked ? 'wrong-token' : 'token-limited', addressOf(c, rules));
      return looked;
    });
    await next();
    secure(c);
  });
  app.use(methodNotAllowed({ app, onMethodNotAllowed: (c, methods) => wrongMethod(c as PortalContext, methods) }));
  app.get(stylePath, (c) => {
    c.header('Cache-Control', 'public, max-age=31536000, immutable');
    return c.body(sheet, 200, { 'Content-Type': 'text/css; charset=utf-8' });
  });
  app.notFound((c) => {
    const message = 'Nothing is at this address. It may have been mistyped, or is no longer there.';
    return refused(c, 404, 'no-such-route', message);
  });
  app.onError((error, c) => failed(error, c));
  return app;
}

function wrongMethod(c: PortalContext, methods: readonly string[]): Response {
  const allow = [...methods, 'OPTIONS'].join(', ');
  c.header('Allow', allow);
  return c.req.method === 'OPTIONS'
    ? c.body(null, 204)
    : refused(c, 405, 'wrong-method', `This address answers to ${allow}.`);
}

const isApi = (c: PortalContext): boolean => /^\/api(\/|$)/.test(c.req.path);

/** A page for people, problem details for programs. */
function refused(c: PortalContext, status: 404 | 405 | 413 | 421, code: string, message: string): Response {
  return isApi(c) ? problemAnswer(c, new ApiError(status, code, message)) : problemPage(c, status, message);
}

/** What a page throws. Our own mistakes are logged with their place, and not shown. */
function failed(error: Error, c: PortalContext): Response {
  if (isApi(c)) return problemThrown(c, error);
  const refusal = refusalOf(error);
  if (refusal !== undefined) return problemPage(c, statusOf(error), `The reason: ${refusal}`);
  const { log } = c.get('desk').office.desk;
  log('error', 'portal.failed', `${c.req.method} ${c.req.path}: ${error.message}`, { stack: error.stack });
  return problemPage(c, 500, 'The page could not be made. The log of the agent says why; it goes on watching.');
}

/** What is named does not exist (`no-such-ups` …), or it is not possible now. */
const statusOf = (error: Error): 404 | 409 =>
  error instanceof OperationError && error.code.startsWith('no-such-') ? 404 : 409;

/** No script at all, nothing from elsewhere, in nobody's frame; forms lead back here. */
const policy =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

function secure(c: PortalContext): void {
  const { headers } = c.res;
  const set = (name: string, value: string): void => {
    if (!headers.has(name)) headers.set(name, value);
  };
  set('Content-Security-Policy', policy);
  set('Cache-Control', 'no-store');
  set('Referrer-Policy', 'same-origin');
  set('X-Content-Type-Options', 'nosniff');
  set('X-Frame-Options', 'DENY');
  set('Cross-Origin-Opener-Policy', 'same-origin');
  set('Cross-Origin-Resource-Policy', 'same-origin');
  set('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=(), serial=()');
  set('X-Robots-Tag', 'noindex, nofollow');
}
