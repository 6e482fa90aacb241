/** The renewals report: for a quotation, on paper or as a table. */
import type { Language } from '../../delivery/mail/content.ts';
import { type Report, type ReportDate, type ReportRow, renewalsReport } from '../../operations/report.ts';
import type { PortalContext, PortalDesk, RouteModule } from '../desk.ts';
import { Columns } from '../html/columns.tsx';
import { download } from '../html/download.ts';
import { DayOf } from '../html/facts.tsx';
import { page } from '../html/layout.tsx';

export const report: RouteModule = {
  access: 'customer',
  menu: [{ href: '/report', label: 'Report' }],
  register(app, desk) {
    app.get('/report', (c) => {
      const sites = withSites(c);
      return reportPage(c, desk, sites, renewalsReport(desk.office.desk, desk.office.units, { sites }));
    });
    app.get('/report.csv', async (c) => {
      const table = (await desk.run('report', { csv: true, sites: withSites(c) })) as string;
      return c.body(table, 200, download('text/csv; charset=utf-8', 'renewals.csv'));
    });
  },
};

const withSites = (c: PortalContext): boolean => c.req.query('sites') === 'yes';

function reportPage(
  c: PortalContext,
  desk: PortalDesk,
  sites: boolean,
  { company, madeOn, ...made }: Report,
): Response {
  const { language } = desk.office.desk.site();
  const { rows, cartridges } = made;
  const labelled = desk.office.desk.site().units.some(({ site }) => site !== undefined);
  return page(
    c,
    { title: 'Renewals report' },
    <>
      <h1>Renewals report</h1>
      <p class="lead">
        {`${company}, `}
        <DayOf day={madeOn} language={language} />
        {`: ${rows.length.toLocaleString('en')} UPS ${rows.length === 1 ? 'unit' : 'units'}`}
      </p>
      <section class="card no-print" aria-label="About this report">
        <p>
          For a quotation by whomever you like: what is to be renewed, and when. It names no UPS, no address and nothing
          of how a UPS runs, and leaves out dates that are doubtful. Print this page, or take it as a table.
        </p>
        <div class="row">
          <a class="button" href={sites ? '/report.csv?sites=yes' : '/report.csv'}>
            Download as CSV
          </a>
          {labelled ? (
            <a class="button quiet" href={sites ? '/report' : '/report?sites=yes'}>
              {sites ? 'Leave the sites out' : 'With the sites'}
            </a>
          ) : undefined}
        </div>
      </section>
      <section class="card" aria-labelledby="units">
        <h2 id="units">Units</h2>
        {rows.length === 0 ? <p class="empty">No UPS is watched yet.</p> : <Rows rows={rows} language={language} />}
      </section>
      {cartridges.length === 0 ? undefined : (
        <section class="card" aria-labelledby="cartridges">
          <h2 id="cartridges">Cartridges for a full change of all units</h2>
          <table class="short">
            <thead>
              <tr>
                <th scope="col">Part number</th>
                <th scope="col" class="number">
                  Quantity
                </th>
              </tr>
            </thead>
            <tbody>
              {cartridges.map(({ part, quantity }) => (
                <tr>
                  <th scope="row">{part}</th>
                  <td class="number">{quantity.toLocaleString('en')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>,
  );
}

function Rows({ rows, language }: { rows: readonly ReportRow[]; language: Language }) {
  const sites = rows.some(({ site }) => site !== undefined);
  const none = <span class="soft">not known</span>;
  return (
    <table class="stacking">
      <caption class="unseen">Units by replace-by date</caption>
      <Columns
        titles={['Model', ...(sites ? ['Site'] : []), 'Age', 'Cartridges', 'Replace by', 'Warranty ends', 'Plan']}
      />
      <tbody>
        {rows.map((row) => (
          <tr>
            <th scope="row">
              {row.model ?? 'Model not known'}
              <span class="under">{[row.serial, row.sku].filter((text) => text !== undefined).join(' · ')}</span>
            </th>
            {sites ? <td class={row.site === undefined ? 'none' : 'words'}>{row.site}</td> : undefined}
            <td data-label="Age">
              {row.ageMonths === undefined ? none : <span class="age">{age(row.ageMonths)}</span>}
            </td>
            <td data-label="Cartridges">
              {row.cartridge === undefined ? (
                none
              ) : (
                <span class="nowrap">{`${row.quantity ?? 1} × ${row.cartridge}`}</span>
              )}
              {row.externalCartridge === undefined ? undefined : (
                <span class="under">{`external: ${row.externalCartridge}`}</span>
              )}
            </td>
            <td data-label="Replace by">
              <Due date={row.replaceBy} language={language} />
            </td>
            <td data-label="Warranty ends">
              <Due date={row.warrantyEnd} language={language} />
            </td>
            <td data-label="Plan" class={row.plan === undefined ? 'none' : undefined}>
              {row.plan === undefined ? (
                <span class="soft">none known</span>
              ) : (
                <>
                  {row.plan.kind === 'advanced' ? 'Advanced, until ' : 'Standard, until '}
                  <DayOf day={row.plan.end} language={language} />
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Due({ date, language }: { date: ReportDate | undefined; language: Language }) {
  if (date === undefined) return <span class="soft">not known</span>;
  return (
    <>
      <DayOf day={date.day} language={language} />
      {date.estimate ? <span class="under">an estimate</span> : undefined}
    </>
  );
}

function age(months: number): string {
  const [years, rest] = [Math.floor(months / 12), months % 12];
  const words = [
    years === 0 ? '' : `${years} ${years === 1 ? 'year' : 'years'}`,
    rest === 0 && years > 0 ? '' : `${rest} ${rest === 1 ? 'month' : 'months'}`,
  ];
  return words.filter((word) => word !== '').join(', ');
}
