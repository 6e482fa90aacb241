/** All units, the most urgent first. */
import type { RouteModule } from '../desk.ts';
import { page } from '../html/layout.tsx';

export const overview: RouteModule = {
  access: 'customer',
  menu: [{ href: '/', label: 'Overview' }],
  register(app) {
    app.get('/', (c) => page(c, { title: 'Overview' }, <h1>Overview</h1>));
  },
};
