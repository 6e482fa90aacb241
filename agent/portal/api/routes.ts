/** All routes of the API. The server and the OpenAPI document are made from this list alone. */
import { agentRoutes } from './agent.ts';
import { dateRoutes } from './dates.ts';
import { eventRoutes } from './event.ts';
import { messageRoutes } from './messages.ts';
import { resellerRoutes } from './reseller.ts';
import type { Route } from './route.ts';
import { unitRoutes } from './units.ts';

export const routes: readonly Route[] = [
  ...agentRoutes,
  ...unitRoutes,
  ...dateRoutes,
  ...eventRoutes,
  ...resellerRoutes,
  ...messageRoutes,
];
