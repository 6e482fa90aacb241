/** All modules with pages, in the order of the menu. A new one is one line here. */
import { api } from './api/api.ts';
import type { RouteModule } from './desk.ts';
import { access } from './pages/access.tsx';
import { add } from './pages/add.tsx';
import { answer } from './pages/answer.tsx';
import { calendar } from './pages/calendar.ts';
import { dates } from './pages/dates.tsx';
import { health, metrics, metricsByToken } from './pages/machine.ts';
import { overview } from './pages/overview.tsx';
import { preview } from './pages/preview.tsx';
import { record } from './pages/record.tsx';
import { report } from './pages/report.tsx';
import { reseller } from './pages/reseller.tsx';
import { seen } from './pages/seen.tsx';
import { sent } from './pages/sent.tsx';
import { tables } from './pages/tables.tsx';
import { ups } from './pages/ups.tsx';

export const modules: readonly RouteModule[] = [
  overview,
  dates,
  reseller,
  seen,
  record,
  ups,
  sent,
  preview,
  report,
  tables,
  add,
  access,
  calendar,
  answer,
  api,
  health,
  metricsByToken,
  metrics,
];
