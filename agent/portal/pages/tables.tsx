/** Import / export: the dates of all units as a table, with a difference shown before it is applied. */
import type { ImportPlan } from '../../operations/import-dates.ts';
import type { PortalContext, PortalDesk, RouteModule } from '../desk.ts';
import { download } from '../html/download.ts';
import { act, Form, field } from '../html/form.tsx';
import { page } from '../html/layout.tsx';
import { goTo } from '../html/say.ts';
import { differencePage } from '../tables/difference.tsx';

export const tables: RouteModule = {
  access: 'customer',
  menu: [{ href: '/tables', label: 'Import / export' }],
  register(app, desk) {
    app.get('/tables', (c) => tablesPage(c));
    app.get('/tables/dates.csv', async (c) => {
      const table = (await desk.run('dates export', {})) as string;
      return c.body(table, 200, download('text/csv; charset=utf-8', 'ups-dates.csv'));
    });
    app.post('/tables/import', async (c) => await show(c, desk));
    app.post('/tables/apply', async (c) => {
      const [bytes, digest] = [await field(c, 'bytes'), await field(c, 'digest')];
      return await act(c, '/tables', async () => {
        const { changes } = (await desk.run('dates import apply', { bytes, digest })) as ImportPlan;
        return `Applied: ${changes.length} ${changes.length === 1 ? 'change' : 'changes'}. They count from now on.`;
      });
    });
  },
};

async function show(c: PortalContext, desk: PortalDesk): Promise<Response> {
  const { file, pasted } = await c.req.parseBody();
  const uploaded = file instanceof File ? Buffer.from(await file.arrayBuffer()) : Buffer.alloc(0);
  const bytes = (uploaded.length > 0 ? uploaded : Buffer.from(String(pasted ?? '').trim())).toString('base64');
  if (bytes === '') return goTo(c, '/tables', { kind: 'refused', text: 'Not done: choose a file, or paste a table.' });
  const plan = (await desk.run('dates import plan', { bytes })) as ImportPlan;
  return differencePage(c, bytes, plan);
}

function tablesPage(c: PortalContext): Response {
  return page(
    c,
    { title: 'Import / export' },
    <>
      <h1>Import / export</h1>
      <p class="lead">All dates at once: take the table, fill it in with a spreadsheet, and bring it back.</p>
      <div class="columns">
        <section class="card" aria-labelledby="export">
          <h2 id="export">Export</h2>
          <p>
            All UPS units with their dates, and where each date comes from. A cell that a spreadsheet would take for a
            formula gets an apostrophe in front; an import takes it away again.
          </p>
          <p>
            <a class="button" href="/tables/dates.csv">
              Download the dates as CSV
            </a>
          </p>
        </section>
        <section class="card" aria-labelledby="import">
          <h2 id="import">Import</h2>
          <Form c={c} action="/tables/import" class="stack" file>
            <label for="file">A table: CSV with commas, semicolons or tabs</label>
            <input id="file" name="file" type="file" accept=".csv,.tsv,.txt,text/csv,text/plain" />
            <label for="pasted">Or paste it here, its first line with the names of the columns</label>
            <textarea id="pasted" name="pasted" rows={4} class="wide" spellcheck={false} />
            <button type="submit">Show the difference</button>
            <p class="soft">Nothing is changed before you have seen what would change.</p>
          </Form>
        </section>
      </div>
      <section class="card" aria-labelledby="columns">
        <h2 id="columns">What the columns mean</h2>
        <dl class="facts">
          <dt>serial, name</dt>
          <dd>Which UPS a line is about: by its serial number, else by its name.</dd>
          <dt>installed, replace_by, warranty_end</dt>
          <dd>
            A day, such as 2027-02-01 or 01.02.2027. An empty cell says nothing; a dash withdraws what you entered
            before.
          </dd>
          <dt>plan, plan_end</dt>
          <dd>advanced or standard, and its end.</dd>
          <dt>…_source</dt>
          <dd>
            Where the date beside it comes from. Write customer there to confirm a doubtful date or an estimate as it
            is.
          </dd>
        </dl>
      </section>
    </>,
  );
}
