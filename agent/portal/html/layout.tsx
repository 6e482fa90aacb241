/** What every page has around it. */
import type { Child } from 'hono/jsx';
import type { MenuEntry, PortalContext } from '../desk.ts';
import { stylePath } from '../style/sheet.ts';
import { Form } from './form.tsx';
import { saidOf } from './say.ts';

export interface PageOptions {
  readonly title: string;
  readonly status?: 200 | 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 421 | 422 | 429 | 500 | 503;
}

/** A whole page. To somebody who is not logged in it shows neither the menu nor the company. */
export function page(c: PortalContext, { title, status = 200 }: PageOptions, content: Child): Response {
  const visitor = c.get('visitor');
  const company = visitor && c.get('desk').office.desk.site().company;
  const html = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} – ${company ?? 'upsteward'}`}</title>
        <link rel="stylesheet" href={stylePath} />
        <link rel="icon" href="data:," />
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to the content
        </a>
        {visitor ? <Header c={c} company={company ?? ''} /> : undefined}
        <main id="content" tabindex={-1}>
          <Notices c={c} />
          {content}
        </main>
        {visitor ? <Footer /> : undefined}
      </body>
    </html>
  );
  return c.html(`<!DOCTYPE html>\n${html.toString().replaceAll(turns, '')}\n`, status as 200);
}

/** What turns the direction of all text behind it: a device may say it, and no name holds it. */
const turns = /[\u202a-\u202e\u2066-\u2069]/g;

function Header({ c, company }: { c: PortalContext; company: string }) {
  const { path } = c.req;
  return (
    <header class="top">
      <div class="bar">
        <a class="brand" href="/">
          <span class="product">upsteward</span> <span class="company">{company}</span>
        </a>
        <nav aria-label="Pages">
          <ul>
            {c.get('menu').map((entry) => (
              <li>
                <a href={entry.href} aria-current={isHere(entry, path) ? 'page' : undefined}>
                  {entry.label}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <Leave c={c} />
      </div>
    </header>
  );
}

const isHere = ({ href }: MenuEntry, path: string): boolean =>
  href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);

function Leave({ c }: { c: PortalContext }) {
  const visitor = c.get('visitor');
  if (visitor?.name !== undefined) return <span class="who">{visitor.name}</span>;
  if (!visitor?.session) return undefined;
  return (
    <Form c={c} action="/logout" class="leave">
      <button type="submit" class="quiet">
        Log out
      </button>
    </Form>
  );
}

/** What was just done, what keeps everything from going on, and what of the config is not in force. */
function Notices({ c }: { c: PortalContext }) {
  const said = saidOf(c);
  const live = c.get('visitor') && c.get('desk').live;
  const trouble = live?.clockTrouble();
  return (
    <>
      {trouble ? (
        <p class="say refused" role="alert">
          {`Nothing is derived or sent: ${trouble}.`}
        </p>
      ) : undefined}
      {live?.notInForce().map((words) => (
        <p class="say refused" role="status">
          {words}
        </p>
      ))}
      {said ? (
        <p class={`say ${said.kind}`} role={said.kind === 'refused' ? 'alert' : 'status'}>
          {said.text}
        </p>
      ) : undefined}
    </>
  );
}

/** On every page: who is responsible, and who may sell. */
export const responsibility =
  'You remain responsible for your UPS units, whoever else is told about them. Batteries and warranty extensions can be bought from any supplier, not only from your reseller.';

function Footer() {
  return (
    <footer>
      <p>{responsibility}</p>
    </footer>
  );
}
