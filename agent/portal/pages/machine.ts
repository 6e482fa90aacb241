/** What machines ask: whether the agent lives, whether it is ready, and its figures. */
import { bearerOf, bringsToken, challenge } from '../access/bearer.ts';
import type { PortalContext, PortalDesk, RouteModule } from '../desk.ts';

const say = (c: PortalContext, problem: string | undefined): Response =>
  problem === undefined ? c.text('ok\n') : c.text(`${problem}\n`, 503);

/** No login: the answers tell nothing but whether the agent does its work. */
export const health: RouteModule = {
  access: 'token',
  register: (app, { live }) => {
    app.get('/-/healthy', (c) => say(c, live.stuck().length > 0 ? 'no progress any more' : undefined));
    app.get('/-/ready', (c) => {
      if (live.clockTrouble() !== undefined) return say(c, 'the clock is wrong');
      return say(c, live.ready() ? undefined : 'not every UPS has been tried yet');
    });
  },
};

const figures = async (c: PortalContext, { live }: PortalDesk): Promise<Response> => {
  const { type, body } = await live.metrics();
  return c.body(body, 200, { 'Content-Type': type });
};

/** The figures name every UPS: they are behind the login like the pages. */
export const metrics: RouteModule = {
  access: 'customer',
  register: (app, desk) => void app.get('/metrics', async (c) => await figures(c, desk)),
};

/** Or behind any token of the API: a server that collects figures knows no login. */
export const metricsByToken: RouteModule = {
  access: 'token',
  register: (app, desk) =>
    void app.get('/metrics', async (c, next) => {
      if (!bringsToken(c)) return await next();
      const bearer = await bearerOf(c);
      if (typeof bearer === 'object') return await figures(c, desk);
      if (bearer === 'limited')
        return c.text('Too many wrong tokens. Try again later.\n', 429, { 'Retry-After': '120' });
      return c.text('This token is none, or was revoked.\n', 401, { 'WWW-Authenticate': challenge('invalid_token') });
    }),
};
