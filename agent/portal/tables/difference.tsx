/** What a table would change, before it does. */
import type { Language } from '../../delivery/mail/content.ts';
import type { CustomerKey } from '../../lifecycle/entry.ts';
import type { DateChange, ImportPlan, LineProblem } from '../../operations/import-dates.ts';
import type { PortalContext } from '../desk.ts';
import { Columns } from '../html/columns.tsx';
import { inStyle, sourceText } from '../html/days.ts';
import { Form } from '../html/form.tsx';
import { page } from '../html/layout.tsx';
import { upsPath } from '../html/paths.ts';

/** More rows than this are counted, not shown. */
const mostRows = 1000;

const names: Readonly<Record<CustomerKey, string>> = {
  installed: 'Installed',
  replaceBy: 'Replace by',
  warrantyEnd: 'Warranty ends',
  plan: 'Plan ends',
};

/** @param bytes the table in base64: it comes back with the form that applies the difference */
export function differencePage(c: PortalContext, bytes: string, plan: ImportPlan): Response {
  const { changes, problems, notes, unchanged, digest } = plan;
  return page(
    c,
    { title: 'What the table would change' },
    <>
      <p class="crumbs">
        <a href="/tables">Import / export</a>
      </p>
      <h1>What the table would change</h1>
      <p class="lead">
        {`${count(changes.length, 'change')}, ${count(problems.length, 'problem')}, and ${count(unchanged, 'line')} that ${unchanged === 1 ? 'says' : 'say'} what is known already.`}
      </p>
      {notes.map((note) => (
        <p class="say note">{note}</p>
      ))}
      {changes.length === 0 ? undefined : (
        <section class="card" aria-labelledby="changes">
          <h2 id="changes">Changes</h2>
          <Changes changes={changes.slice(0, mostRows)} language={c.get('desk').office.desk.site().language} />
          <More all={changes.length} noun="changes" />
          <Form c={c} action="/tables/apply" class="row">
            <input type="hidden" name="bytes" value={bytes} />
            <input type="hidden" name="digest" value={digest} />
            <button type="submit">{`Apply ${count(changes.length, 'change')}`}</button>
            <a class="button quiet" href="/tables">
              Leave it
            </a>
          </Form>
        </section>
      )}
      {problems.length === 0 ? undefined : (
        <section class="card" aria-labelledby="problems">
          <h2 id="problems">What cannot be taken</h2>
          <p class="soft">These are left out; everything else can be applied all the same.</p>
          <Problems problems={problems.slice(0, mostRows)} />
          <More all={problems.length} noun="problems" />
        </section>
      )}
      {changes.length + problems.length > 0 ? undefined : (
        <section class="card" aria-label="Nothing to change">
          <p class="empty">The table says what is known already.</p>
        </section>
      )}
    </>,
  );
}

function Changes({ changes, language }: { changes: readonly DateChange[]; language: Language }) {
  return (
    <table class="stacking">
      <Columns titles={['UPS', 'Date', 'Known now', 'From then on', 'Line']} />
      <tbody>
        {changes.map(({ line, ups, key, kind, from, source, to }) => (
          <tr>
            <th scope="row">
              <a href={upsPath(ups)}>{ups}</a>
            </th>
            <td data-label="Date">{names[key]}</td>
            <td data-label="Known now">
              {from === undefined ? <span class="soft">not known</span> : inStyle(from, language)}
              {source === undefined ? undefined : <span class="under">{sourceText(source) || 'from the UPS'}</span>}
            </td>
            <td data-label="From then on">
              {kind === 'clear' ? 'withdrawn' : inStyle(to ?? '', language)}
              {kind === 'confirm' ? <span class="under">confirmed</span> : undefined}
            </td>
            <td data-label="Line">{line}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Problems({ problems }: { problems: readonly LineProblem[] }) {
  return (
    <table class="stacking">
      <Columns titles={['Line', 'Column', 'Problem']} />
      <tbody>
        {problems.map(({ line, column, message }) => (
          <tr>
            <td data-label="Line">{line}</td>
            <td data-label="Column" class={column === undefined ? 'none' : undefined}>
              {column}
            </td>
            <td>{message}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const More = ({ all, noun }: { all: number; noun: string }) =>
  all > mostRows ? <p class="soft">{`and ${(all - mostRows).toLocaleString('en')} more ${noun}`}</p> : undefined;

const count = (n: number, noun: string): string => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;
