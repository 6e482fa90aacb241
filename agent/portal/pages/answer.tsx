/**
 * The page behind the link in a mail to the reseller. Looking at it changes nothing, however it is looked at; only a
 * button does. It shows what the mail has said already, in the mail's language.
 */
import type { Child } from 'hono/jsx';
import { texts } from '../../delivery/mail/texts/index.ts';
import { answerPath, oneClickPath } from '../../delivery/ways.ts';
import { type AnswerKind, answerKinds } from '../../lifecycle/connection.ts';
import { connectionOfToken } from '../../operations/answer.ts';
import { OperationError } from '../../operations/desk.ts';
import { connectionOf, tick } from '../../operations/reseller.ts';
import { StoreError } from '../../store/port.ts';
import { Guesses } from '../access/guesses.ts';
import type { PortalContext, PortalDesk, RouteModule } from '../desk.ts';
import { field } from '../html/form.tsx';
import { stylePath } from '../style/sheet.ts';

type Status = 200 | 400 | 404 | 429 | 503;

export const answer: RouteModule = {
  access: 'public',
  register: (app, desk) => {
    const { office } = desk;
    const guesses = new Guesses(() => Date.parse(office.desk.now()));
    const guarded = (act: (c: PortalContext, token: string) => Promise<Response>) => async (c: PortalContext) => {
      const token = c.req.param('token') ?? '';
      if (connectionOfToken(office.desk, token) !== undefined) return await act(c, token);
      const looked = guesses.take();
      office.desk.counted?.('link', looked ? 'unknown' : 'limited');
      if (looked) return simple(c, 'unknown', 404);
      c.header('Retry-After', '120');
      return simple(c, 'busy', 429);
    };
    const path = `${answerPath}/:token`;
    const look = guarded(async (c, token) => {
      await tick(office.desk);
      return show(c, token);
    });
    app.get(path, look);
    app.get(`${path}/${oneClickPath}`, look);
    app.post(
      path,
      guarded(async (c, token) => {
        const wanted = await field(c, 'answer');
        const kind = answerKinds.find((each) => each === wanted);
        if (kind === undefined) return show(c, token, 400);
        return (await given(desk, token, kind)) ? c.redirect(`${answerPath}/${token}`, 303) : simple(c, 'failed', 503);
      }),
    );
    // RFC 8058: a mail program posts this by itself when its reader wants no more; it follows no redirect.
    app.post(
      `${path}/${oneClickPath}`,
      guarded(async (c, token) => {
        const isOneClick = (await field(c, 'List-Unsubscribe')).toLowerCase() === 'one-click';
        if (!isOneClick) return show(c, token, 400);
        return (await given(desk, token, 'opt-out')) ? show(c, token) : simple(c, 'failed', 503);
      }),
    );
  },
};

/** Whether the answer was noted; what became of it, the page says. */
async function given(desk: PortalDesk, token: string, kind: AnswerKind): Promise<boolean> {
  try {
    await desk.run('reseller answer', { token, kind, by: 'link' });
    return true;
  } catch (error) {
    if (!(error instanceof OperationError || error instanceof StoreError)) throw error;
    desk.office.desk.log('error', 'answer.not-noted', error.message, { by: 'link' });
    return false;
  }
}

function languageOf(c: PortalContext) {
  const { reseller, language } = c.get('desk').office.desk.site();
  return texts[reseller?.language ?? language];
}

/** What holds for the connection of a token that is known. */
function show(c: PortalContext, token: string, status: Status = 200): Response {
  const { desk } = c.get('desk').office;
  const connection = connectionOf(desk.store);
  const t = languageOf(c);
  const { company } = desk.site();
  const isCurrent = connectionOfToken(desk, token) === connection.id;
  const optOut = <Buttons token={token} buttons={[['opt-out', t.action.optOut]]} />;
  switch (isCurrent ? connection.state : 'none') {
    case 'pending':
      return document(c, status, t.page.invitedHeading({ company }), <Invitation c={c} token={token} />);
    case 'confirmed':
      return plain(c, status, t.page.confirmedHeading, t.page.confirmed({ company }), optOut);
    case 'declined':
      return plain(c, status, t.page.declinedHeading, t.page.declined({ company }));
    case 'opted-out':
      return plain(c, status, t.page.optedOutHeading, t.page.optedOut({ company }));
    default:
      return simple(c, 'ended', status);
  }
}

function simple(c: PortalContext, what: 'ended' | 'unknown' | 'busy' | 'failed', status: Status): Response {
  const { page } = languageOf(c);
  return plain(c, status, page[`${what}Heading`], page[what]);
}

function plain(c: PortalContext, status: Status, heading: string, text: string, more?: Child): Response {
  const content = (
    <>
      <p>{text}</p>
      {more}
    </>
  );
  return document(c, status, heading, content);
}

function Invitation({ c, token }: { c: PortalContext; token: string }) {
  const t = languageOf(c);
  const { company } = c.get('desk').office.desk.site();
  return (
    <>
      <p>{t.invitation.intro({ company })}</p>
      <h2>{t.invitation.getsHeading}</h2>
      <ul>
        {t.invitation.gets({ company }).map((item) => (
          <li>{item}</li>
        ))}
      </ul>
      <Buttons
        token={token}
        buttons={[
          ['accept', t.action.accept],
          ['decline', t.action.decline],
        ]}
      />
      <p class="soft small">{t.invitation.privacy({ company })}</p>
    </>
  );
}

function Buttons({ token, buttons }: { token: string; buttons: readonly (readonly [AnswerKind, string])[] }) {
  return (
    <form method="post" action={`${answerPath}/${encodeURIComponent(token)}`} class="row">
      {buttons.map(([kind, label]) => (
        <button type="submit" name="answer" value={kind} class={kind === 'accept' ? undefined : 'quiet'}>
          {label}
        </button>
      ))}
    </form>
  );
}

function document(c: PortalContext, status: Status, heading: string, content: Child): Response {
  // The address of this page is a secret: no other site shall hear of it.
  c.header('Referrer-Policy', 'no-referrer');
  const html = (
    <html lang={languageOf(c).language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{heading}</title>
        <link rel="stylesheet" href={stylePath} />
        <link rel="icon" href="data:," />
      </head>
      <body>
        <main id="content" tabindex={-1}>
          <section class="card narrow">
            <h1>{heading}</h1>
            {content}
          </section>
        </main>
      </body>
    </html>
  );
  return c.html(`<!DOCTYPE html>\n${html.toString()}\n`, status);
}
