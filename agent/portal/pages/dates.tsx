import { type DateState, dateStates, datesToConfirm } from '../../operations/dates.ts';
import type { PortalContext, PortalDesk, RouteModule } from '../desk.ts';
import { DateRow, dateStateNames } from '../html/date-row.tsx';
import { act, field } from '../html/form.tsx';
import { page } from '../html/layout.tsx';
import { Paging, pageOf } from '../html/paging.tsx';
import { localPath } from '../html/paths.ts';
import { plain } from '../overview/rows.ts';

const pageSize = 25;

export const dates: RouteModule = {
  access: 'customer',
  menu: [{ href: '/dates', label: 'Dates' }],
  register(app, desk) {
    app.get('/dates', (c) => datesPage(c, desk));
    app.post('/dates', async (c) => await act(c, localPath(await field(c, 'back')), () => enter(c, desk)));
  },
};

const entered = ['installed', 'replaceBy', 'warrantyEnd'] as const;

/**
 * Takes a form with dates in. A field that is as it was shown (`was-…`) is left alone; one that was emptied withdraws what
 * the customer entered before.
 */
async function enter(c: PortalContext, desk: PortalDesk): Promise<string> {
  const name = await field(c, 'name');
  const args: Record<string, unknown> = { name, by: 'page' };
  const clear: string[] = [];
  for (const key of entered) {
    const [now, was] = [await field(c, key), await field(c, `was-${key}`)];
    if (now === was) continue;
    if (now === '') clear.push(key);
    else args[key] = now;
  }
  const plan = await planOf(c);
  if (plan === '') clear.push('plan');
  else if (plan !== undefined) args['plan'] = plan;
  const confirm = [await field(c, 'confirm')].filter((key) => key !== '');
  if (Object.keys(args).length + clear.length + confirm.length === 2) return `${name}: nothing was changed.`;
  await desk.run('set', { ...args, confirm, clear });
  return `${name}: ${confirm.length > 0 ? 'the date is confirmed' : 'saved'}. It counts from now on.`;
}

/** `advanced:2027-05-01`, `""` for a plan that was taken away, nothing where it is as it was. */
async function planOf(c: PortalContext): Promise<string | undefined> {
  const [kind, end] = [await field(c, 'planKind'), await field(c, 'planEnd')];
  const now = kind === '' && end === '' ? '' : `${kind}:${end}`;
  return now === (await field(c, 'was-plan')) ? undefined : now;
}

function nothingListed({ office }: PortalDesk, count: number): string {
  if (office.units.configured().length === 0) return 'No UPS is watched yet.';
  return count === 0 ? 'All dates are known and sound.' : 'No date fits these filters.';
}

interface DateFilters {
  readonly q: string;
  readonly state: DateState | undefined;
  readonly page: number;
}

function filtersOf(c: PortalContext): DateFilters {
  const [state, number] = [c.req.query('state'), Number(c.req.query('page') ?? 1)];
  return {
    q: (c.req.query('q') ?? '').trim().slice(0, 200),
    state: dateStates.find((each) => each === state),
    page: Number.isInteger(number) && number >= 1 ? Math.min(number, 1_000_000) : 1,
  };
}

function datesPath({ q, state, page: number }: DateFilters): string {
  const query = new URLSearchParams();
  if (q !== '') query.set('q', q);
  if (state !== undefined) query.set('state', state);
  if (number > 1) query.set('page', `${number}`);
  return query.size === 0 ? '/dates' : `/dates?${query}`;
}

function datesPage(c: PortalContext, desk: PortalDesk): Response {
  const { language } = desk.office.desk.site();
  const filters = filtersOf(c);
  const all = datesToConfirm(desk.office.units);
  const words = plain(filters.q).split(/\s+/);
  const found = all.filter(
    (each) =>
      (filters.state ?? each.state) === each.state &&
      words.every((word) =>
        plain(`${each.ups} ${each.site ?? ''} ${each.model ?? ''} ${each.serial ?? ''}`).includes(word),
      ),
  );
  const list = pageOf(found, filters.page, pageSize);
  const back = datesPath({ ...filters, page: list.page });
  return page(
    c,
    { title: 'Dates to confirm' },
    <>
      <h1>Dates to confirm</h1>
      <p class="lead">
        A doubtful date never reaches your reseller. An estimate does, and is called one. What you enter or confirm here
        goes before what the UPS says.
      </p>
      <ul class="figures">
        {dateStates.map((state) => {
          const isHere = filters.state === state;
          return (
            <li>
              <a
                class={state === 'doubtful' ? 'warn' : ''}
                href={datesPath({ ...filters, state: isHere ? undefined : state, page: 1 })}
                aria-current={isHere ? 'true' : undefined}
              >
                <strong>{all.filter((each) => each.state === state).length.toLocaleString('en')}</strong>
                <span>{dateStateNames[state]}</span>
              </a>
            </li>
          );
        })}
      </ul>
      <section class="card" aria-label="Dates">
        <search>
          <form class="filters" method="get" action="/dates">
            {filters.state === undefined ? undefined : <input type="hidden" name="state" value={filters.state} />}
            <div class="field grow">
              <label for="q">Search</label>
              <input id="q" name="q" type="search" value={filters.q} placeholder="Name, site, model, serial number" />
            </div>
            <button type="submit" class="quiet">
              Show
            </button>
          </form>
        </search>
        {list.items.length === 0 ? (
          <p class="empty">{nothingListed(desk, all.length)}</p>
        ) : (
          <ul class="plain">
            {list.items.map((each, index) => (
              <DateRow c={c} date={each} back={back} language={language} id={`d${index}`} />
            ))}
          </ul>
        )}
        <Paging list={list} noun="dates" hrefOf={(number) => datesPath({ ...filters, page: number })} />
      </section>
    </>,
  );
}
