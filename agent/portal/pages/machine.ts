/** What machines ask: whether the agent lives, whether it is ready, and its figures. */
import type { PortalContext, RouteModule } from '../desk.ts';

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

/** The figures name every UPS: they are behind the login like the pages. */
export const metrics: RouteModule = {
  access: 'customer',
  register: (app, { live }) => {
    app.get('/metrics', async (c) => {
      const { type, body } = await live.metrics();
      return c.body(body, 200, { 'Content-Type': type });
    });
  },
};
