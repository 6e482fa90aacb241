/** All units, the most urgent first, and what falls due in the next twelve months. */
import { today } from '../../operations/desk.ts';
import type { PortalContext, PortalDesk, RouteModule } from '../desk.ts';
import { monthText } from '../html/days.ts';
import { page } from '../html/layout.tsx';
import { Paging, pageOf } from '../html/paging.tsx';
import { Figure, kindNames } from '../overview/figure.tsx';
import { type Filters, filtersOf, isInScope, isInState, overviewPath, type StateFilter } from '../overview/filters.ts';
import { kinds, type Row, rowsOf } from '../overview/rows.ts';
import { type ListedRow, UnitTable } from '../overview/table.tsx';
import { timelineOf } from '../overview/timeline.ts';
import { ToConfirm } from '../overview/to-confirm.tsx';
import { isSilent, troubleOf } from '../overview/trouble.ts';

/** Units on one page. */
const pageSize = 50;

export const overview: RouteModule = {
  access: 'customer',
  menu: [{ href: '/', label: 'Overview' }],
  prepare: (desk) => void rowsOf(desk.office).all(),
  register(app, desk) {
    app.get('/', (c) => overviewPage(c, desk, rowsOf(desk.office).all()));
  },
};

const stateNames: Readonly<Record<StateFilter, string>> = {
  attention: 'Needs attention',
  soon: 'Due within 90 days',
  quiet: 'Nothing due',
  confirm: 'Dates to confirm',
  silent: 'Does not answer',
};

function overviewPage(c: PortalContext, desk: PortalDesk, all: readonly Row[]): Response {
  const site = desk.office.desk.site();
  const day = today(desk.office.desk);
  const filters = filtersOf((name) => c.req.query(name));
  const silent = isSilent(desk.live);
  const inScope = all.filter(isInScope(filters));
  const found = inScope.filter(isInState(filters, silent)).sort((a, b) => a.rank - b.rank);
  const list = pageOf(found, filters.page, pageSize);
  const columns = timelineOf(inScope, day, filters.kind);
  if (all.length === 0) return firstPage(c);
  return page(
    c,
    { title: 'Overview' },
    <>
      <h1>Overview</h1>
      <p class="lead">{summary(all, silent)}</p>
      <Numbers rows={inScope} filters={filters} isSilent={silent} />
      <section class="card timeline" aria-labelledby="timeline">
        <div class="card-head">
          <h2 id="timeline">Due in the next 12 months</h2>
        </div>
        <Figure
          columns={columns}
          language={site.language}
          hrefOf={({ month }) =>
            month === 'now'
              ? overviewPath(filters, { state: 'attention', due: undefined })
              : overviewPath(filters, { due: month, state: undefined })
          }
        />
      </section>
      <ToConfirm c={c} desk={desk} rows={found} back={overviewPath(filters, { page: list.page })} />
      <section class="card" aria-labelledby="units">
        <div class="card-head">
          <h2 id="units">{listTitle(filters, site.language)}</h2>
          <p class="soft">{`${found.length.toLocaleString('en')} of ${all.length.toLocaleString('en')}`}</p>
        </div>
        <Search filters={filters} sites={sitesOf(all)} />
        {list.items.length === 0 ? (
          <p class="empty">No UPS fits these filters.</p>
        ) : (
          <UnitTable rows={list.items.map((row) => withTrouble(desk, row))} today={day} language={site.language} />
        )}
        <Paging list={list} noun="units" hrefOf={(number) => overviewPath(filters, { page: number })} />
      </section>
    </>,
  );
}

/** Before there is anything to look at. */
function firstPage(c: PortalContext): Response {
  return page(
    c,
    { title: 'Overview' },
    <>
      <h1>Overview</h1>
      <section class="card" aria-labelledby="first">
        <h2 id="first">No UPS is watched yet</h2>
        <p>
          Search your network for units, or name one by hand. From then on this page shows when each battery must be
          replaced, and when each warranty and service plan ends.
        </p>
        <a class="button" href="/add">
          Add UPS
        </a>
      </section>
    </>,
  );
}

function withTrouble(desk: PortalDesk, row: Row): ListedRow {
  const trouble = troubleOf(desk.live, row);
  return trouble === undefined ? row : { ...row, trouble };
}

function summary(rows: readonly Row[], isSilent: (row: Row) => boolean): string {
  const count = (n: number, one: string, many: string): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
  const silent = rows.filter(isSilent).length;
  const words = [
    `${count(rows.length, 'UPS unit is', 'UPS units are')} watched.`,
    silent === 0 ? '' : `${count(silent, 'does', 'do')} not answer right now.`,
  ];
  return words.join(' ').trim();
}

interface NumbersProps {
  readonly rows: readonly Row[];
  readonly filters: Filters;
  readonly isSilent: (row: Row) => boolean;
}

/** How many are in which state; each number leads to the list of them. */
function Numbers({ rows, filters, isSilent }: NumbersProps) {
  const counted = [
    ['attention', 'bad'],
    ['soon', 'warn'],
    ['quiet', 'good'],
    ['silent', ''],
    ['confirm', ''],
  ] as const;
  return (
    <ul class="figures">
      {counted.map(([state, mood]) => {
        const isHere = filters.state === state;
        const count = rows.filter(isInState({ state }, isSilent)).length;
        if (count === 0 && (state === 'silent' || state === 'confirm') && !isHere) return undefined;
        return (
          <li>
            <a
              class={count > 0 ? mood : ''}
              href={overviewPath(filters, { state: isHere ? undefined : state, due: undefined })}
              aria-current={isHere ? 'true' : undefined}
            >
              <strong>{count.toLocaleString('en')}</strong>
              <span>{stateNames[state]}</span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}

const sitesOf = (rows: readonly Row[]): string[] =>
  [...new Set(rows.flatMap(({ site }) => (site === undefined ? [] : [site])))].sort();

function Search({ filters, sites }: { filters: Filters; sites: readonly string[] }) {
  const isFiltered = overviewPath({ ...filters, page: 1 }) !== '/';
  return (
    <search>
      <form class="filters" method="get" action="/">
        {filters.due === undefined ? undefined : <input type="hidden" name="due" value={filters.due} />}
        <div class="field grow">
          <label for="q">Search</label>
          <input id="q" name="q" type="search" value={filters.q} placeholder="Name, model, serial number, part" />
        </div>
        {sites.length === 0 ? undefined : (
          <Choice id="site" label="Site" value={filters.site} options={sites.map((site) => [site, site])} />
        )}
        <Choice id="state" label="State" value={filters.state ?? ''} options={Object.entries(stateNames)} />
        <Choice
          id="kind"
          label="Kind"
          value={filters.kind ?? ''}
          options={kinds.map((kind) => [kind, kindNames[kind]])}
        />
        <div class="row">
          <button type="submit" class="quiet">
            Show
          </button>
          {isFiltered ? <a href="/">Show all</a> : undefined}
        </div>
      </form>
    </search>
  );
}

interface ChoiceProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
}

function Choice({ id, label, value, options }: ChoiceProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} name={id}>
        <option value="">All</option>
        {options.map(([each, text]) => (
          <option value={each} selected={each === value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

function listTitle({ state, kind, due }: Filters, language: Parameters<typeof monthText>[1]): string {
  if (due !== undefined) return `${kind === undefined ? 'Units' : kindNames[kind]} due in ${monthText(due, language)}`;
  return state === undefined ? 'Units' : `Units: ${stateNames[state].toLowerCase()}`;
}
