/** The record of consent: who was invited, who accepted how and when, what was disclosed to whom. */
import type { ConsentRecord, ConsentStep, Disclosure } from '../../operations/consent.ts';
import type { PortalContext, PortalDesk, RouteModule } from '../desk.ts';
import { Columns } from '../html/columns.tsx';
import { download } from '../html/download.ts';
import { Moment } from '../html/facts.tsx';
import { page } from '../html/layout.tsx';
import { Paging, pageOf } from '../html/paging.tsx';
import { stateWords, wayWords } from '../reseller/words.ts';
import { RevealedList } from '../sent/revealed.tsx';

const pageSize = 50;

export const record: RouteModule = {
  access: 'customer',
  register(app, desk) {
    app.get('/reseller/record', async (c) => recordPage(c, desk, (await desk.run('consent', {})) as ConsentRecord));
    app.get('/reseller/record.csv', async (c) => {
      const table = (await desk.run('consent', { csv: true })) as string;
      return c.body(table, 200, download('text/csv; charset=utf-8', 'consent.csv'));
    });
    app.get('/reseller/record.json', async (c) => {
      const text = JSON.stringify(await desk.run('consent', {}), undefined, 2);
      return c.body(text, 200, download('application/json', 'consent.json'));
    });
  },
};

function recordPage(c: PortalContext, desk: PortalDesk, { steps, disclosures }: ConsentRecord): Response {
  const number = Number(c.req.query('page') ?? 1);
  const list = pageOf(disclosures.toReversed(), Number.isInteger(number) ? number : 1, pageSize);
  return page(
    c,
    { title: 'Record of consent' },
    <>
      <p class="crumbs">
        <a href="/reseller">Reseller</a>
      </p>
      <h1>Record of consent</h1>
      <p class="lead">What was asked, answered and disclosed, from a history that is only ever appended to.</p>
      <p class="row no-print">
        <a class="button quiet small" href="/reseller/record.csv">
          Export as CSV
        </a>
        <a class="button quiet small" href="/reseller/record.json">
          Export as JSON
        </a>
      </p>
      <section class="card" aria-labelledby="steps-title">
        <h2 id="steps-title">Invitations and answers</h2>
        {steps.length === 0 ? <p class="empty">Nobody was invited so far.</p> : <Steps steps={steps} desk={desk} />}
      </section>
      <section class="card" aria-labelledby="disclosed-title">
        <h2 id="disclosed-title">What was disclosed</h2>
        {disclosures.length === 0 ? (
          <p class="empty">Nothing was disclosed so far.</p>
        ) : (
          <Disclosures items={list.items} desk={desk} />
        )}
        <Paging list={list} noun="disclosures" hrefOf={(each) => `/reseller/record?page=${each}`} />
      </section>
    </>,
  );
}

function Steps({ steps, desk }: { steps: readonly ConsentStep[]; desk: PortalDesk }) {
  return (
    <table class="stacking">
      <Columns titles={['When', 'What', 'Who']} />
      <tbody>
        {steps.map(({ at, state, by, from, how, givenAt, address, reply }) => (
          <tr>
            <td>
              <Moment at={at} desk={desk} />
            </td>
            <th scope="row">
              {state === 'pending' ? 'Invited' : stateWords[state].name}
              {by === undefined ? undefined : <span class="under">{wayWords[by] ?? by}</span>}
              {from === undefined ? undefined : <span class="under">{`from ${from}`}</span>}
              {how === undefined ? undefined : <span class="under">{how}</span>}
              {givenAt === undefined ? undefined : (
                <span class="under">
                  {'given '}
                  <Moment at={givenAt} desk={desk} />
                </span>
              )}
              {reply === undefined ? undefined : <span class="under">{reply}</span>}
            </th>
            <td>{address}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const whatWords: Readonly<Record<Disclosure['what'], string>> = {
  invitation: 'Invitation',
  notices: 'Notices',
  farewell: 'Last mail',
};

function Disclosures({ items, desk }: { items: readonly Disclosure[]; desk: PortalDesk }) {
  return (
    <table class="stacking">
      <Columns titles={['When', 'What', 'To', 'Disclosed']} />
      <tbody>
        {items.map(({ at, what, way, to, subject, reveals }) => (
          <tr>
            <td>
              <Moment at={at} desk={desk} />
            </td>
            <th scope="row">
              {whatWords[what]}
              <span class="under">{subject ?? (way === 'endpoint' ? 'through your endpoint' : '')}</span>
            </th>
            <td>{to}</td>
            <td class="small">
              <RevealedList reveals={reveals} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
