/** Exactly what the reseller sees: mails made by the code that makes the real ones, shown without any right to act. */
import { today } from '../../operations/desk.ts';
import type { SeenMail } from '../../operations/preview.ts';
import type { PortalContext, PortalDesk, RouteModule } from '../desk.ts';
import { DayOf } from '../html/facts.tsx';
import { page } from '../html/layout.tsx';
import { problemPage } from '../html/problem.tsx';
import { seenMails } from '../preview/previews.ts';

/** For a mail in a frame: its own inline styles, and nothing else at all. */
const mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'";

export const seen: RouteModule = {
  access: 'customer',
  register(app, desk) {
    const { invitation, notice } = seenMails;
    app.get('/reseller/sees', async (c) => seenPage(c, desk, await invitation(desk), await notice(desk)));
    for (const [name, make] of Object.entries(seenMails)) {
      app.get(`/reseller/sees/${name}`, async (c) => {
        const mail = await make(desk);
        return mail === undefined ? problemPage(c, 404, 'There is no such mail now.') : mailFrame(c, mail.html);
      });
    }
  },
};

/** The HTML of a mail, for a frame: it can run nothing, load nothing and lead nowhere. */
export function mailFrame(c: PortalContext, html: string): Response {
  c.header('Content-Security-Policy', mailPolicy);
  c.header('X-Frame-Options', 'SAMEORIGIN');
  return c.html(html);
}

function seenPage(
  c: PortalContext,
  desk: PortalDesk,
  invitation: SeenMail | undefined,
  notice: SeenMail | undefined,
): Response {
  const none = desk.office.desk.site().mail
    ? 'Nothing falls due within the coming year.'
    : 'No mail leaves from here: your endpoint passes notices on, and words them itself.';
  return page(
    c,
    { title: 'What my reseller sees' },
    <>
      <p class="crumbs">
        <a href="/reseller">Reseller</a>
      </p>
      <h1>What my reseller sees</h1>
      <p class="lead">
        Made by the code that makes the real mails, with everything as it is known now. Looking at it sends nothing.
      </p>
      <Shown title="The invitation" mail={invitation} src="/reseller/sees/invitation" none={none} desk={desk}>
        The code and the token in it are examples. The real ones go to your reseller alone.
      </Shown>
      <Shown title="The next notice" mail={notice} src="/reseller/sees/notice" none={none} desk={desk}>
        As it would leave if nothing changes and your reseller has accepted.
      </Shown>
    </>,
  );
}

interface ShownProps {
  readonly title: string;
  readonly mail: SeenMail | undefined;
  readonly src: string;
  readonly none: string;
  readonly desk: PortalDesk;
  readonly children: string;
}

function Shown({ title, mail, src, none, desk, children }: ShownProps) {
  const { language } = desk.office.desk.site();
  const isToday = mail?.day === today(desk.office.desk);
  return (
    <section class="card" aria-label={title}>
      <h2>{title}</h2>
      {mail === undefined ? (
        <p class="empty">{none}</p>
      ) : (
        <>
          <p class="soft small">{children}</p>
          <dl class="facts">
            <dt>To</dt>
            <dd>{mail.to}</dd>
            <dt>Subject</dt>
            <dd>{mail.subject}</dd>
            <dt>Leaves</dt>
            <dd>{isToday ? 'today, or at once' : <DayOf day={mail.day} language={language} />}</dd>
          </dl>
          <iframe class="mail" src={src} title={`${title}, as a mail program shows it`} sandbox="" />
          <details>
            <summary>The same as plain text</summary>
            <pre tabindex={0}>{mail.text}</pre>
          </details>
        </>
      )}
    </section>
  );
}
