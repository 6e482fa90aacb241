/** The way in by the password, and the way out. */
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { matchesPassword } from '../../../config/config.ts';
import { addressOf, cookieName, type GuardParts, isHttps, requireForm } from '../access/guard.ts';
import type { LoginLimiter } from '../access/limiter.ts';
import type { PortalApp, PortalContext } from '../desk.ts';
import { Form, field } from '../html/form.tsx';
import { page } from '../html/layout.tsx';
import { localPath } from '../html/paths.ts';

export interface LoginParts extends GuardParts {
  readonly limiter: LoginLimiter;
}

/** Pages for whoever is not logged in yet; they exist only where there is a password. */
export function registerLogin(app: PortalApp, parts: LoginParts): void {
  const { rules, sessions, limiter, refusals } = parts;
  const { passwordHash } = rules;
  if (passwordHash === undefined) return;
  // One after the other: a hash takes 32 MiB while it is made, and guesses come in crowds.
  let turn: Promise<unknown> = Promise.resolve();
  const isRight = (password: string): Promise<boolean> => {
    const looked = turn.then(() => matchesPassword(password, passwordHash));
    turn = looked;
    return looked;
  };
  app.get('/login', (c) => loginForm(c, localPath(c.req.query('next'))));
  app.post('/login', requireForm(parts), async (c) => {
    const from = addressOf(c, rules);
    const next = localPath(await field(c, 'next'));
    const wait = limiter.take(from);
    if (wait > 0) {
      refusals.count('login-limited', from);
      c.header('Retry-After', `${Math.ceil(wait / 1000)}`);
      return loginForm(c, next, { status: 429, text: `Too many wrong passwords. Try again in ${inWords(wait)}.` });
    }
    const password = (await c.req.parseBody())['password'];
    if (typeof password !== 'string' || !(await isRight(password))) {
      refusals.count('login-failed', from);
      return loginForm(c, next, { status: 403, text: 'That is not the password.' });
    }
    limiter.forgive(from);
    const secure = isHttps(c, rules);
    setCookie(c, cookieName(c, rules), sessions.begin(), { path: '/', httpOnly: true, sameSite: 'Strict', secure });
    return c.redirect(next, 303);
  });
}

/** For whoever is logged in. */
export function registerLogout(app: PortalApp, { rules, sessions }: GuardParts): void {
  app.post('/logout', (c) => {
    const id = getCookie(c, cookieName(c, rules));
    if (id !== undefined) sessions.end(id);
    deleteCookie(c, cookieName(c, rules), { path: '/', secure: isHttps(c, rules) });
    return c.redirect('/login', 303);
  });
}

const inWords = (ms: number): string =>
  ms < 60_000 ? `${Math.ceil(ms / 1000)} seconds` : `${Math.ceil(ms / 60_000)} minutes`;

function loginForm(c: PortalContext, next: string, refused?: { status: 403 | 429; text: string }): Response {
  return page(
    c,
    { title: 'Log in', ...(refused ? { status: refused.status } : {}) },
    <section class="card narrow login">
      <h1>
        <span class="product">upsteward</span>
      </h1>
      {refused ? (
        <p class="say refused" role="alert">
          {refused.text}
        </p>
      ) : undefined}
      <Form c={c} action="/login" class="stack">
        <input type="hidden" name="next" value={next} />
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required autofocus />
        <button type="submit">Log in</button>
      </Form>
    </section>,
  );
}
