/** Add UPS: by hand, tried before it is saved; or out of what a search has found. */
import { type DriverName, driverNames } from '../../../drivers/registry.ts';
import type { DiscoveryRequest } from '../../discovery/discover.ts';
import type { PollOutput } from '../../poll.ts';
import { addDraft, checkDraft, type Draft, type DraftProblems, tryOnce } from '../add/draft.ts';
import { driverWords } from '../add/drivers.ts';
import { fieldsOf } from '../add/fields.ts';
import { DraftForm, emptyDraft } from '../add/form.tsx';
import { searchOf, type Wanted } from '../add/search.ts';
import { Found, Running, SearchForm } from '../add/searching.tsx';
import { answers, Tried } from '../add/tried.tsx';
import type { PortalContext, PortalDesk, RouteModule } from '../desk.ts';
import { editing } from '../html/edit-refused.tsx';
import { field, refusalOf } from '../html/form.tsx';
import { page } from '../html/layout.tsx';
import { afterAdding, upsPath } from '../html/paths.ts';
import { goTo } from '../html/say.ts';

/** Seconds after which a page about a search looks again. */
const refresh = 3;

export const add: RouteModule = {
  access: 'customer',
  menu: [{ href: '/add', label: 'Add UPS' }],
  register(app, desk) {
    const search = searchOf(desk);
    app.get('/add', (c) => startPage(c));
    app.get('/add/hand', (c) => handPage(c, { draft: emptyDraft(driverOf(c.req.query('driver'))) }));
    app.post('/add/hand', async (c) => await tried(c, desk));
    app.post('/add/save', async (c) => await saved(c, desk));
    app.get('/add/search', (c) => searchPage(c, desk));
    app.post('/add/search', async (c) => {
      try {
        await search.start(await wantedOf(c));
        return c.redirect('/add/search', 303);
      } catch (error) {
        const text = refusalOf(error);
        if (text === undefined) throw error;
        return goTo(c, '/add', { kind: 'refused', text: `Not done: ${text}` });
      }
    });
    app.post('/add/search/stop', async (c) => {
      search.stop();
      await search.over();
      return c.redirect('/add/search', 303);
    });
    app.post('/add/search/add', async (c) => {
      const { finding = [] } = await c.req.parseBody({ all: true });
      const names = [finding].flat().filter((name) => typeof name === 'string');
      return await editing(c, '/add/search', async () => {
        const added = await search.add(names);
        if (added.length === 0)
          return goTo(c, '/add/search', { kind: 'refused', text: 'Not done: nothing is ticked.' });
        return goTo(c, afterAdding(desk.office.desk.site()), { kind: 'done', text: `Added: ${added.join(', ')}.` });
      });
    });
  },
  end: (desk) => searchOf(desk).stop(),
};

const driverOf = (name: string | undefined): DriverName => driverNames.find((each) => each === name) ?? 'snmp';

function startPage(c: PortalContext): Response {
  return page(
    c,
    { title: 'Add UPS' },
    <>
      <h1>Add UPS</h1>
      <p class="lead">What is added here is written into the configuration file, and watched at once.</p>
      <div class="columns">
        <SearchForm c={c} />
        <section class="card" aria-labelledby="hand">
          <h2 id="hand">By hand</h2>
          <p class="soft">How does this machine reach the UPS?</p>
          <ul class="plain">
            {driverNames.map((name) => (
              <li>
                <a class="name" href={`/add/hand?driver=${name}`}>
                  {driverWords[name].name}
                </a>
                <span class="under">{driverWords[name].when}</span>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </>,
  );
}

interface HandProps {
  readonly draft: Draft;
  readonly problems?: DraftProblems;
  readonly output?: PollOutput;
}

function handPage(c: PortalContext, { draft, problems = new Map(), output }: HandProps): Response {
  const desk = c.get('desk');
  return page(
    c,
    { title: 'Add UPS', ...(problems.size === 0 ? {} : { status: 422 }) },
    <>
      <p class="crumbs">
        <a href="/add">Add UPS</a>
      </p>
      <h1>Add UPS by hand</h1>
      <p class="lead">{driverWords[draft.driver].when}</p>
      {output === undefined ? undefined : <Tried output={output} desk={desk} />}
      <DraftForm
        c={c}
        draft={draft}
        problems={problems}
        {...(output === undefined ? {} : { tried: { answers: answers(output) } })}
      />
    </>,
  );
}

async function draftOf(c: PortalContext): Promise<Draft> {
  const driver = driverOf(await field(c, 'driver'));
  const values = new Map<string, string>();
  for (const { key } of fieldsOf(driver)) values.set(key, await field(c, `f.${key}`));
  return { driver, name: await field(c, 'name'), site: await field(c, 'site'), values };
}

/** Checked as the loader checks the file; then read once. */
async function tried(c: PortalContext, desk: PortalDesk): Promise<Response> {
  const draft = await draftOf(c);
  return await editing(c, '/add', async () => {
    const checked = await checkDraft(desk, draft);
    if (!('driver' in checked)) return handPage(c, { draft, problems: checked });
    return handPage(c, { draft, output: await tryOnce(desk, checked) });
  });
}

async function saved(c: PortalContext, desk: PortalDesk): Promise<Response> {
  const draft = await draftOf(c);
  return await editing(c, '/add', async () => {
    const name = await addDraft(desk, draft);
    if (typeof name !== 'string') return handPage(c, { draft, problems: name });
    const next = afterAdding(desk.office.desk.site());
    return goTo(c, next === '/' ? upsPath(name) : next, {
      kind: 'done',
      text: `${name} is added, and watched from now on.`,
    });
  });
}

async function wantedOf(c: PortalContext): Promise<Wanted> {
  const words = (text: string): string[] => text.split(/[\s,;]+/).filter((word) => word !== '');
  const servers: NonNullable<DiscoveryRequest['servers']>[number][] = [];
  for (const driver of driverNames) {
    for (const text of words(await field(c, `server.${driver}`))) servers.push({ driver, ...hostOf(text) });
  }
  const port = Number(await field(c, 'port'));
  return {
    ranges: words(await field(c, 'ranges')),
    serial: (await field(c, 'serial')) === 'yes',
    servers,
    community: await field(c, 'community'),
    ...(port > 0 ? { ports: { snmp: port } } : {}),
  };
}

/** `nas`, `nas:3493`, `[2001:db8::5]:3493` */
function hostOf(text: string): { host: string; port?: number } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  return { host: bracketed ?? plain ?? text, ...(port === undefined ? {} : { port: Number(port) }) };
}

function searchPage(c: PortalContext, desk: PortalDesk): Response {
  const { state } = searchOf(desk);
  if (state === undefined) return c.redirect('/add', 303);
  const still = c.req.query('still') === 'yes';
  if (state.running && !still) c.header('Refresh', `${refresh}; url=/add/search`);
  return page(
    c,
    { title: state.running ? 'Searching' : 'What was found' },
    <>
      <p class="crumbs">
        <a href="/add">Add UPS</a>
      </p>
      <h1>{state.running ? 'Searching for units' : 'What was found'}</h1>
      {state.running ? <Running c={c} state={state} desk={desk} still={still} /> : <Found c={c} state={state} />}
    </>,
  );
}
