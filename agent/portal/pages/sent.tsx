/** Sent: everything that left or is to leave, its fate, and each mail as it was sent. */
import { present } from '../../lifecycle/present.ts';
import { fates, type SentDetail, type SentFate, sentDetail, sentItems } from '../../operations/sent.ts';
import type { PortalContext, PortalDesk, RouteModule } from '../desk.ts';
import { Moment } from '../html/facts.tsx';
import { act, Form, field } from '../html/form.tsx';
import { page } from '../html/layout.tsx';
import { Paging } from '../html/paging.tsx';
import { upsPath } from '../html/paths.ts';
import { RevealedList } from '../sent/revealed.tsx';
import { Fate, SentTable } from '../sent/table.tsx';
import { sentPath, stepWords, whatItIs, whoGetsIt } from '../sent/words.ts';

const pageSize = 50;
/** Notices of one mail that are listed. */
const mostNotices = 100;

export const sent: RouteModule = {
  access: 'customer',
  menu: [{ href: '/sent', label: 'Sent' }],
  register(app, desk) {
    app.get('/sent', (c) => listPage(c, desk));
    app.get('/sent/mail', async (c) => mailPage(c, desk, await sentDetail(desk.office.desk, c.req.query('id') ?? '')));
    app.post('/sent/retry', async (c) => {
      const id = await field(c, 'id');
      return await act(c, sentPath(id), async () => {
        await desk.run('retry', { id });
        return 'It is tried again now.';
      });
    });
  },
};

const fateNames: Readonly<Record<SentFate, readonly [label: string, mood: string]>> = {
  waiting: ['Waiting', 'warn'],
  sent: ['Accepted by the server', 'good'],
  failed: ['Given up', 'bad'],
};

interface Filters {
  readonly ups: string;
  readonly fate: SentFate | undefined;
  readonly page: number;
}

function filtersOf(c: PortalContext): Filters {
  const [fate, number] = [c.req.query('fate'), Number(c.req.query('page') ?? 1)];
  return {
    ups: c.req.query('ups') ?? '',
    fate: fates.find((each) => each === fate),
    page: Number.isInteger(number) && number >= 1 ? Math.min(number, 100_000) : 1,
  };
}

function listPath({ ups, fate, page: number }: Filters): string {
  const query = new URLSearchParams(present({ ups: ups || undefined, fate }));
  if (number > 1) query.set('page', `${number}`);
  return query.size === 0 ? '/sent' : `/sent?${query}`;
}

function listPage(c: PortalContext, desk: PortalDesk): Response {
  const { office } = desk;
  const filters = filtersOf(c);
  const { ups, fate } = filters;
  const search = { limit: pageSize, ...present({ ups: ups || undefined, fate }) };
  const asked = (filters.page - 1) * pageSize;
  const found = sentItems(office.desk, office.units, { ...search, offset: asked });
  const last = Math.max(1, Math.ceil(found.total / pageSize));
  const { items, total, counts } =
    filters.page > last ? sentItems(office.desk, office.units, { ...search, offset: (last - 1) * pageSize }) : found;
  const shown = Math.min(filters.page, last);
  return page(
    c,
    { title: 'Sent' },
    <>
      <h1>Sent</h1>
      <p class="lead">
        {ups === '' ? 'Every mail and notice, and what became of it.' : 'Every mail and notice about '}
        {ups === '' ? undefined : <a href={upsPath(ups)}>{ups}</a>}
        {ups === '' ? undefined : (
          <>
            {'. '}
            <a href={listPath({ ...filters, ups: '', page: 1 })}>Show all</a>
          </>
        )}
      </p>
      <ul class="figures">
        {fates.map((each) => {
          const [label, mood] = fateNames[each];
          const isHere = each === fate;
          return (
            <li>
              <a
                class={counts[each] > 0 ? mood : ''}
                href={listPath({ ...filters, fate: isHere ? undefined : each, page: 1 })}
                aria-current={isHere ? 'true' : undefined}
              >
                <strong>{counts[each].toLocaleString('en')}</strong>
                <span>{label}</span>
              </a>
            </li>
          );
        })}
      </ul>
      <section class="card" aria-label="Mails and notices">
        {items.length === 0 ? (
          <p class="empty">{fate === undefined ? 'Nothing was sent yet, and nothing waits.' : 'There is none.'}</p>
        ) : (
          <SentTable items={items} desk={desk} />
        )}
        <Paging
          list={{ items, total, page: shown, pages: last, from: (shown - 1) * pageSize }}
          noun="mails and notices"
          hrefOf={(number) => listPath({ ...filters, page: number })}
        />
      </section>
    </>,
  );
}

function mailPage(c: PortalContext, desk: PortalDesk, mail: SentDetail): Response {
  return page(
    c,
    { title: whatItIs(mail) },
    <>
      <p class="crumbs">
        <a href="/sent">Sent</a>
      </p>
      <h1>{whatItIs(mail)}</h1>
      <div class="columns">
        <section class="card" aria-labelledby="fate">
          <h2 id="fate">Fate</h2>
          <dl class="facts">
            <dt>To</dt>
            <dd>
              {whoGetsIt(mail)}
              <span class="under">{mail.to}</span>
            </dd>
            <dt>State</dt>
            <dd>
              <Fate item={mail} desk={desk} />
            </dd>
            <dt>Made</dt>
            <dd>
              <Moment at={mail.createdAt} desk={desk} />
            </dd>
            {mail.attempts.map(({ at, taken, reply }) => (
              <>
                <dt>{taken ? 'Accepted' : 'Refused'}</dt>
                <dd>
                  <Moment at={at} desk={desk} />
                  <span class="under reply">{reply}</span>
                </dd>
              </>
            ))}
            {mail.messageId === undefined ? undefined : (
              <>
                <dt>Message-ID</dt>
                <dd>
                  <code>{mail.messageId}</code>
                </dd>
              </>
            )}
          </dl>
          <Retry c={c} mail={mail} />
        </section>
        <Contents mail={mail} />
      </div>
      <section class="card" aria-labelledby="words">
        <h2 id="words">{mail.codeLeftOut ? 'The mail, with the code left out' : 'The mail as it was sent'}</h2>
        {mail.codeLeftOut ? (
          <p class="soft">The code of an invitation is never written down. Everything else reads like this.</p>
        ) : undefined}
        {mail.text === undefined ? (
          <p class="empty">
            {mail.way === 'endpoint' ? 'The endpoint puts it into words.' : 'It gets its words when it leaves.'}
          </p>
        ) : (
          <pre>{mail.text}</pre>
        )}
      </section>
    </>,
  );
}

function Retry({ c, mail }: { c: PortalContext; mail: SentDetail }) {
  if (!mail.retry.allowed) {
    return mail.state === 'sent' ? undefined : <p class="soft">{`It cannot be sent again: ${mail.retry.why}.`}</p>;
  }
  return (
    <Form c={c} action="/sent/retry">
      <input type="hidden" name="id" value={mail.id} />
      <button type="submit">Retry now</button>
    </Form>
  );
}

/** What it tells, and what of that the reseller sees. */
function Contents({ mail }: { mail: SentDetail }) {
  if (mail.notices.length === 0) return undefined;
  return (
    <section class="card" aria-labelledby="contents">
      <h2 id="contents">What it tells</h2>
      <ul class="plain">
        {mail.notices.slice(0, mostNotices).map(({ ups, title, step }) => (
          <li>
            <a class="name" href={upsPath(ups)}>
              {ups}
            </a>
            <span class="under">{`${title}, ${stepWords[step]}`}</span>
          </li>
        ))}
      </ul>
      {mail.noticeCount > mostNotices ? (
        <p class="soft">{`and ${(mail.noticeCount - mostNotices).toLocaleString('en')} more`}</p>
      ) : undefined}
      {mail.reveals === undefined ? undefined : (
        <details>
          <summary>What it reveals to the reseller</summary>
          <RevealedList reveals={mail.reveals} />
        </details>
      )}
    </section>
  );
}
