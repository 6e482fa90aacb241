/** All modules with pages, in the order of the menu. A new one is one line here. */
import type { RouteModule } from './desk.ts';
import { answer } from './pages/answer.tsx';
import { dates } from './pages/dates.tsx';
import { health, metrics } from './pages/machine.ts';
import { overview } from './pages/overview.tsx';
import { record } from './pages/record.tsx';
import { reseller } from './pages/reseller.tsx';
import { seen } from './pages/seen.tsx';
import { sent } from './pages/sent.tsx';
import { ups } from './pages/ups.tsx';

export const modules: readonly RouteModule[] = [
  overview,
  dates,
  reseller,
  seen,
  record,
  ups,
  sent,
  answer,
  health,
  metrics,
];
