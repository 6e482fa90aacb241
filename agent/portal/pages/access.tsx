/** What else may look in from outside: the calendar feed, and programs with a token of the API. */
import type { CalendarView } from '../../commands/access.ts';
import type { TokenView } from '../../operations/secrets.ts';
import { Refused } from '../access/refused.tsx';
import type { PortalContext, PortalDesk, RouteModule } from '../desk.ts';
import { DayOf, Moment } from '../html/facts.tsx';
import { act, Form, field, refusalOf } from '../html/form.tsx';
import { page } from '../html/layout.tsx';
import { goTo } from '../html/say.ts';

export const access: RouteModule = {
  access: 'customer',
  menu: [{ href: '/access', label: 'Calendar, API' }],
  register(app, desk) {
    app.get('/access', async (c) => await accessPage(c, desk));
    app.post('/access/calendar', async (c) => {
      const { path = '' } = (await desk.run('calendar renew', {})) as CalendarView;
      return await accessPage(c, desk, { calendar: `${originOf(c)}${path}` });
    });
    app.post('/access/calendar/close', async (c) => {
      return await act(c, '/access', async () => {
        await desk.run('calendar close', {});
        return 'The calendar feed is closed. Its address is worthless from now on.';
      });
    });
    app.post('/access/token', async (c) => {
      const [name, readOnly] = [await field(c, 'name'), (await field(c, 'may')) !== 'change'];
      try {
        const { token } = (await desk.run('token create', { name, readOnly })) as { token: string };
        return await accessPage(c, desk, { token, name });
      } catch (error) {
        const text = refusalOf(error);
        if (text === undefined) throw error;
        return goTo(c, '/access', { kind: 'refused', text: `Not done: ${text}` });
      }
    });
    app.post('/access/token/revoke', async (c) => {
      const name = await field(c, 'name');
      return await act(c, '/access', async () => {
        await desk.run('token revoke', { name });
        return `The token ${name} is worthless from now on.`;
      });
    });
  },
};

/** What was made just now: shown in the answer to the form, and never again. */
interface Made {
  readonly calendar?: string;
  readonly token?: string;
  readonly name?: string;
}

/** How the browser itself reaches this page. */
function originOf(c: PortalContext): string {
  const scheme = c.req.header('x-forwarded-proto') === 'https' ? 'https' : 'http';
  return `${scheme}://${c.req.header('host') ?? 'localhost'}`;
}

async function accessPage(c: PortalContext, desk: PortalDesk, made: Made = {}): Promise<Response> {
  const calendar = (await desk.run('calendar status', {})) as CalendarView;
  const tokens = (await desk.run('token list', {})) as readonly TokenView[];
  return page(
    c,
    { title: 'Calendar and API' },
    <>
      <h1>Calendar and API</h1>
      <p class="lead">
        For calendars and for other programs. Whoever has an address or a token from here gets in with it.
      </p>
      <div class="columns">
        <CalendarCard c={c} desk={desk} calendar={calendar} address={made.calendar} />
        <div>
          <TokensCard c={c} desk={desk} tokens={tokens} made={made} />
        </div>
      </div>
      <Refused refusals={c.get('refused')()} answers={desk.office.answerCounts.counts()} />
    </>,
  );
}

interface CalendarProps {
  readonly c: PortalContext;
  readonly desk: PortalDesk;
  readonly calendar: CalendarView;
  readonly address: string | undefined;
}

function CalendarCard({ c, desk, calendar, address }: CalendarProps) {
  const { open, since } = calendar;
  return (
    <section class="card" aria-labelledby="calendar">
      <h2 id="calendar">Calendar feed</h2>
      <p>
        Every date on which a battery is to be replaced, or a warranty or plan ends, as all-day entries. Estimates are
        marked, doubtful dates left out. A calendar program subscribes to the address of the feed.
      </p>
      {address === undefined ? undefined : (
        <div class="say done" role="status">
          <p>Subscribe to this address. It is not shown again, and earlier ones are worthless from now on.</p>
          <code>{address}</code>
        </div>
      )}
      {open ? (
        <p class="soft">
          {'The feed has had its address since '}
          <Moment at={since ?? ''} desk={desk} />.
        </p>
      ) : (
        <p class="soft">There is no feed yet.</p>
      )}
      <div class="row">
        <Form c={c} action="/access/calendar">
          <button type="submit">{open ? 'Give it another address' : 'Open a feed'}</button>
        </Form>
        {open ? (
          <Form c={c} action="/access/calendar/close">
            <button type="submit" class="danger">
              Close the feed
            </button>
          </Form>
        ) : undefined}
      </div>
    </section>
  );
}

interface TokensProps {
  readonly c: PortalContext;
  readonly desk: PortalDesk;
  readonly tokens: readonly TokenView[];
  readonly made: Made;
}

function TokensCard({ c, desk, tokens, made }: TokensProps) {
  return (
    <section class="card" aria-labelledby="tokens">
      <h2 id="tokens">Tokens of the API</h2>
      <p>
        {'Another program asks the API at '}
        <code>/api/v1</code>
        {' with a token, and can do what this page does: '}
        <a href="/api/v1/openapi.json">the description</a>.
      </p>
      {made.token === undefined ? undefined : (
        <div class="say done" role="status">
          <p>{`The token of ${made.name}. It is not shown again.`}</p>
          <code>{made.token}</code>
        </div>
      )}
      {tokens.length === 0 ? <p class="soft">There is no token.</p> : <Tokens c={c} desk={desk} tokens={tokens} />}
      <h3>New token</h3>
      <Form c={c} action="/access/token" class="row end">
        <div class="field">
          <label for="name">For whom it is</label>
          <input id="name" name="name" maxlength={60} required autocomplete="off" />
        </div>
        <div class="field">
          <label for="may">It may</label>
          <select id="may" name="may">
            <option value="look">look only</option>
            <option value="change">look and change</option>
          </select>
        </div>
        <button type="submit">Create</button>
      </Form>
    </section>
  );
}

function Tokens({ c, desk, tokens }: Omit<TokensProps, 'made'>) {
  const { language } = desk.office.desk.site();
  return (
    <ul class="plain">
      {tokens.map(({ name, readOnly, createdAt, lastUsedOn }) => (
        <li class="row between">
          <div>
            <span class="name">{name}</span>
            <span class="under">
              {readOnly ? 'may look; made ' : 'may look and change; made '}
              <Moment at={createdAt} desk={desk} />
              {lastUsedOn === undefined ? ', never used' : ', last used '}
              {lastUsedOn === undefined ? undefined : <DayOf day={lastUsedOn} language={language} />}
            </span>
          </div>
          <Form c={c} action="/access/token/revoke">
            <input type="hidden" name="name" value={name} />
            <button type="submit" class="danger small">
              Revoke
              <span class="unseen">{` ${name}`}</span>
            </button>
          </Form>
        </li>
      ))}
    </ul>
  );
}
