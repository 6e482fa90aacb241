/** A long list, a page at a time. */
export interface PageOf<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
  readonly from: number;
}

/** The items of a page; a page behind the last one is the last one. */
export function pageOf<T>(all: readonly T[], page: number, size: number): PageOf<T> {
  const pages = Math.max(1, Math.ceil(all.length / size));
  const shown = Math.min(Math.max(1, page), pages);
  const from = (shown - 1) * size;
  return { items: all.slice(from, from + size), total: all.length, page: shown, pages, from };
}

export function Paging({
  list,
  hrefOf,
  noun,
}: {
  list: PageOf<unknown>;
  hrefOf: (page: number) => string;
  noun: string;
}) {
  const { page, pages, from, items, total } = list;
  if (pages === 1) return undefined;
  const count = (n: number): string => n.toLocaleString('en');
  return (
    <nav class="pages" aria-label={`Pages of ${noun}`}>
      <p>{`${count(from + 1)} to ${count(from + items.length)} of ${count(total)} ${noun}`}</p>
      <ul>
        {page > 1 ? (
          <li>
            <a class="button quiet small" rel="prev" href={hrefOf(page - 1)}>
              Previous
            </a>
          </li>
        ) : undefined}
        {page < pages ? (
          <li>
            <a class="button quiet small" rel="next" href={hrefOf(page + 1)}>
              Next
            </a>
          </li>
        ) : undefined}
      </ul>
    </nav>
  );
}
