/** What is looked for on the overview: read from the address, and written back into it. */
import { type Kind, kinds, plain, type Row, wordsOf } from './rows.ts';

export const states = ['attention', 'soon', 'quiet', 'confirm', 'silent'] as const;
export type StateFilter = (typeof states)[number];

export interface Filters {
  readonly q: string;
  readonly site: string;
  readonly state?: StateFilter;
  readonly kind?: Kind;
  /** `YYYY-MM`: something falls due in this month. */
  readonly due?: string;
  readonly page: number;
}

/** Reads the filters; what makes no sense counts as not given. */
export function filtersOf(query: (name: string) => string | undefined): Filters {
  const [state, kind, due] = [query('state'), query('kind'), query('due') ?? ''];
  const page = Number(query('page') ?? 1);
  return {
    q: (query('q') ?? '').trim().slice(0, 200),
    site: query('site') ?? '',
    ...given(
      'state',
      states.find((each) => each === state),
    ),
    ...given(
      'kind',
      kinds.find((each) => each === kind),
    ),
    ...(/^\d{4}-(0[1-9]|1[0-2])$/.test(due) ? { due } : {}),
    page: Number.isInteger(page) && page >= 1 && page <= 1_000_000 ? page : 1,
  };
}

const given = <K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } =>
  (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };

/** The address of the overview with these filters; a change leads to the first page unless it says another. */
export function overviewPath(
  filters: Filters,
  change: { readonly [K in keyof Filters]?: Filters[K] | undefined } = {},
): string {
  const all = { ...filters, page: 1, ...change };
  const query = new URLSearchParams();
  for (const key of ['q', 'site', 'state', 'kind', 'due'] as const) if (all[key]) query.set(key, all[key]);
  if (all.page !== undefined && all.page > 1) query.set('page', `${all.page}`);
  const text = query.toString();
  return text === '' ? '/' : `/?${text}`;
}

/** Whether a row is of the site and kind, and has the words that are searched for. */
export function isInScope({ q, site, kind }: Filters): (row: Row) => boolean {
  const words = plain(q)
    .split(/\s+/)
    .filter((word) => word !== '');
  return (row) =>
    (site === '' || row.site === site) &&
    (kind === undefined || row.dates[kind] !== undefined || row.events.some((event) => event.kind === kind)) &&
    words.every((word) => wordsOf(row).includes(word));
}

/** Whether a row is in the state that is looked for. @param isSilent it did not answer the last time */
export function isInState(
  filters: Pick<Filters, 'state' | 'due' | 'kind'>,
  isSilent: (row: Row) => boolean,
): (row: Row) => boolean {
  const { state, due, kind } = filters;
  return (row) =>
    (state === undefined || hasState(row, state, isSilent)) && (due === undefined || isDue(row, due, kind));
}

function hasState(row: Row, state: StateFilter, isSilent: (row: Row) => boolean): boolean {
  if (state === 'confirm') return row.toConfirm;
  return state === 'silent' ? isSilent(row) : row.state === state;
}

function isDue(row: Row, month: string, kind: Kind | undefined): boolean {
  return kinds.some((each) => {
    const fact = row.dates[each];
    return (kind ?? each) === each && fact?.confidence === 'sound' && fact.value.startsWith(month);
  });
}
