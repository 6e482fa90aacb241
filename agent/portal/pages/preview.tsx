/** Preview: who gets what on which day from today on, made by the code that makes the real mails. */
import type { Language } from '../../delivery/mail/content.ts';
import { daysUntil } from '../../lifecycle/days.ts';
import { today } from '../../operations/desk.ts';
import type { PreviewedMail } from '../../operations/preview.ts';
import { connectionOf } from '../../operations/reseller.ts';
import type { PortalContext, PortalDesk, RouteModule } from '../desk.ts';
import { Columns } from '../html/columns.tsx';
import { awayText, monthText } from '../html/days.ts';
import { DayOf } from '../html/facts.tsx';
import { page } from '../html/layout.tsx';
import { Paging, pageOf } from '../html/paging.tsx';
import { problemPage } from '../html/problem.tsx';
import { furthest, type Horizon, mailsToCome } from '../preview/previews.ts';

const pageSize = 60;
/** How far one can look ahead, in days. */
const horizons = [30, 90, 400];

export const preview: RouteModule = {
  access: 'customer',
  menu: [{ href: '/preview', label: 'Preview' }],
  register(app, desk) {
    app.get('/preview', async (c) => {
      const horizon = horizonOf(c, desk);
      return listPage(c, desk, horizon, await mailsToCome(desk, horizon));
    });
    app.get('/preview/mail', async (c) => {
      const horizon = horizonOf(c, desk);
      const mail = (await mailsToCome(desk, horizon))[numberOf(c, 'n')];
      return mail === undefined ? gone(c, horizon) : mailPage(c, desk, horizon, mail);
    });
  },
};

const choices = (desk: PortalDesk): readonly number[] => horizons.filter((days) => days <= furthest(desk));

function horizonOf(c: PortalContext, desk: PortalDesk): Horizon {
  const offered = choices(desk);
  const wanted = numberOf(c, 'days');
  const days = offered.find((each) => each === wanted) ?? offered.at(1) ?? offered[0] ?? 0;
  return { days, accepted: c.req.query('accepted') === 'yes' && !isConfirmed(desk) };
}

function numberOf(c: PortalContext, name: string): number {
  const number = Number(c.req.query(name));
  return Number.isInteger(number) && number >= 0 ? Math.min(number, 1_000_000) : 0;
}

const isConfirmed = ({ office }: PortalDesk): boolean => connectionOf(office.desk.store).state === 'confirmed';

function pathOf(path: string, { days, accepted }: Horizon, more: Readonly<Record<string, string>> = {}): string {
  return `${path}?${new URLSearchParams({ days: `${days}`, ...(accepted ? { accepted: 'yes' } : {}), ...more })}`;
}

/** The mail moved, because something was written meanwhile. */
function gone(c: PortalContext, horizon: Horizon): Response {
  return problemPage(c, 404, 'This mail is not to come any more: something has changed meanwhile.', {
    href: pathOf('/preview', horizon),
    label: 'Look again',
  });
}

function listPage(c: PortalContext, desk: PortalDesk, horizon: Horizon, mails: readonly PreviewedMail[]): Response {
  const { language } = desk.office.desk.site();
  const list = pageOf(
    mails.map((mail, n) => ({ mail, n })),
    numberOf(c, 'page'),
    pageSize,
  );
  const months = [...new Set(list.items.map(({ mail }) => mail.day.slice(0, 7)))];
  return page(
    c,
    { title: 'Preview' },
    <>
      <h1>Preview</h1>
      <p class="lead">
        Who gets which mail on which day, if nothing changes until then. Nothing is sent by looking at it.
      </p>
      <Choices desk={desk} horizon={horizon} />
      {mails.length === 0 ? (
        <section class="card" aria-label="Mails">
          <p class="empty">{`No mail falls due in the next ${horizon.days} days.`}</p>
        </section>
      ) : undefined}
      {months.map((month) => (
        <section class="card" aria-labelledby={`m${month}`}>
          <h2 id={`m${month}`}>{monthText(month, language)}</h2>
          <Mails
            items={list.items.filter(({ mail }) => mail.day.startsWith(month))}
            desk={desk}
            horizon={horizon}
            language={language}
          />
        </section>
      ))}
      <Paging list={list} noun="mails" hrefOf={(number) => pathOf('/preview', horizon, { page: `${number}` })} />
    </>,
  );
}

function Choices({ desk, horizon }: { desk: PortalDesk; horizon: Horizon }) {
  const offered = choices(desk);
  return (
    <form class="filters" method="get" action="/preview">
      <div class="field">
        <label for="days">Look ahead</label>
        <select id="days" name="days">
          {offered.map((days) => (
            <option value={days} selected={days === horizon.days}>
              {`${days} days`}
            </option>
          ))}
        </select>
      </div>
      {isConfirmed(desk) || desk.office.desk.site().reseller?.email === undefined ? undefined : (
        <div class="check">
          <input id="accepted" name="accepted" type="checkbox" value="yes" checked={horizon.accepted} />
          <label for="accepted">As if the reseller accepted today</label>
        </div>
      )}
      <button type="submit" class="quiet">
        Show
      </button>
    </form>
  );
}

interface MailsProps {
  readonly items: readonly { readonly mail: PreviewedMail; readonly n: number }[];
  readonly desk: PortalDesk;
  readonly horizon: Horizon;
  readonly language: Language;
}

function Mails({ items, desk, horizon, language }: MailsProps) {
  const day = today(desk.office.desk);
  return (
    <table class="stacking mails">
      <caption class="unseen">Mails by day</caption>
      <Columns titles={['Mail', 'To', 'Day']} />
      <tbody>
        {items.map(({ mail, n }) => (
          <tr>
            <th scope="row">
              <a class="name" href={pathOf('/preview/mail', horizon, { n: `${n}` })}>
                {mail.subject}
              </a>
            </th>
            <td data-label="To">
              {readerOf(desk, mail)}
              <span class="under">{mail.to}</span>
            </td>
            <td data-label="Day">
              <DayOf day={mail.day} language={language} />
              <span class="under">{awayText(daysUntil(mail.day, day))}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const readerOf = ({ office }: PortalDesk, { to }: PreviewedMail): string =>
  to === office.desk.site().contact.mail ? 'You' : 'Reseller';

function mailPage(c: PortalContext, desk: PortalDesk, horizon: Horizon, mail: PreviewedMail): Response {
  const { language } = desk.office.desk.site();
  return page(
    c,
    { title: mail.subject },
    <>
      <p class="crumbs">
        <a href={pathOf('/preview', horizon)}>Preview</a>
      </p>
      <h1>{mail.subject}</h1>
      <p class="lead">
        {`${readerOf(desk, mail)}, ${mail.to}, `}
        <DayOf day={mail.day} language={language} />
      </p>
      <section class="card" aria-label="The mail">
        <pre>{mail.text}</pre>
      </section>
    </>,
  );
}
