/** Reseller: who it is, where the relation stands, and each step of it. */
import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { languages, type ResellerEdit } from '../../../config/config.ts';
import type { ConnectionView } from '../../operations/overview.ts';
import type { PortalContext, PortalDesk, RouteModule } from '../desk.ts';
import { editing } from '../html/edit-refused.tsx';
import { act, field } from '../html/form.tsx';
import { page } from '../html/layout.tsx';
import { goTo } from '../html/say.ts';
import { changeReseller } from '../reseller/change.ts';
import { type MoveName, makeMove } from '../reseller/moves.ts';
import { Settings } from '../reseller/settings.tsx';
import { StateCard } from '../reseller/state.tsx';
import { explained, shownState, stateWords } from '../reseller/words.ts';

export const reseller: RouteModule = {
  access: 'customer',
  menu: [{ href: '/reseller', label: 'Reseller' }],
  register(app, desk) {
    app.get('/reseller', async (c) => await resellerPage(c, desk));
    app.post('/reseller', async (c) => await update(c, desk));
    for (const name of ['invite', 'cancel', 'disconnect'] as const) {
      app.post(`/reseller/${name}`, async (c) => await move(c, desk, name, {}));
    }
    for (const name of ['accept', 'decline'] as const) {
      app.post(`/reseller/${name}`, async (c) => await move(c, desk, name, { code: await field(c, 'code') }));
    }
  },
};

/** A step of the relation; what does not hold afterwards is said as a refusal, not as done. */
async function move(
  c: PortalContext,
  desk: PortalDesk,
  name: MoveName,
  args: Readonly<Record<string, unknown>>,
): Promise<Response> {
  return await act(c, '/reseller', async () => {
    const { holds, says } = await makeMove(desk, name, args);
    return { kind: holds ? 'done' : 'refused', text: `Reseller: ${says}.` };
  });
}

async function update(c: PortalContext, desk: PortalDesk): Promise<Response> {
  const before = desk.office.desk.site().reseller;
  const email = await field(c, 'email');
  const notInterested = (await field(c, 'notInterested')) === 'yes';
  if (notInterested && email !== '' && email !== before?.email) {
    const text = 'Not done: an address and "Not interested?" exclude each other. Empty the one, or untick the other.';
    return goTo(c, '/reseller', { kind: 'refused', text });
  }
  const chosen = await field(c, 'language');
  const language = languages.find((each) => each === chosen) ?? null;
  const wanted: ResellerEdit = { email: notInterested || email === '' ? null : email, language, notInterested };
  return await editing(c, '/reseller', async () => {
    const changed = await changeReseller(desk, wanted);
    if (!changed) return goTo(c, '/reseller', { kind: 'done', text: unchanged(desk) });
    return goTo(c, '/reseller', {
      kind: 'done',
      text: `The settings are saved. ${stateWords[shownState(await statusOf(desk))].means}`,
    });
  });
}

/** An address that stays the same is never invited again by itself. */
function unchanged(desk: PortalDesk): string {
  const again =
    desk.office.desk.site().reseller?.email === undefined ? '' : ' To send a new invitation, use Re-invite.';
  return `The settings are as they were.${again}`;
}

const statusOf = async (desk: PortalDesk): Promise<ConnectionView> =>
  (await desk.run('reseller status', {})) as ConnectionView;

async function resellerPage(c: PortalContext, desk: PortalDesk): Promise<Response> {
  const view = await statusOf(desk);
  const site = desk.office.desk.site();
  const shown = shownState(view);
  const language = site.reseller?.language === site.language ? undefined : site.reseller?.language;
  return page(
    c,
    { title: 'Reseller' },
    <>
      <h1>Reseller</h1>
      <p class="lead">
        One reseller who has agreed is told in good time when a battery, a warranty or a service plan runs out: 90, 30
        and 7 days ahead, and on the day. They need no account, and it costs nothing.
      </p>
      {c.req.query('offer') === undefined || site.reseller?.email !== undefined ? undefined : <Offer />}
      <div class="columns">
        <StateCard c={c} desk={desk} view={view} shown={shown} />
        <Settings c={c} site={site} language={language} readOnly={await readOnly(desk.configFile.path)} />
      </div>
      <section class="card" aria-labelledby="told-title">
        <h2 id="told-title">What your reseller is told</h2>
        <p>
          The invitation reveals the name of your company and nothing else. A notice reveals model, serial number,
          battery cartridge and how many, dates, the site label, and your contact. Never an address, a host name, a
          password or a raw reading.
        </p>
        <p class="row">
          <a class="button quiet" href="/reseller/sees">
            Show exactly what my reseller sees
          </a>
          <a class="button quiet" href="/reseller/record">
            Record of consent
          </a>
        </p>
        <details>
          <summary>What do the different statuses mean?</summary>
          <dl class="facts">
            {explained.map((state) => (
              <>
                <dt>{stateWords[state].name}</dt>
                <dd>{stateWords[state].means}</dd>
              </>
            ))}
          </dl>
        </details>
      </section>
    </>,
  );
}

/** Shown once, after a UPS was added. */
function Offer() {
  return (
    <p class="say note">
      You have added a UPS. If you like, a reseller is told when its battery, warranty or plan runs out: enter their
      address below. If not, tick “Not interested?”, and you are not asked again.
    </p>
  );
}

/** Why the file cannot be replaced by this process, if so. */
async function readOnly(path: string): Promise<string | undefined> {
  try {
    await Promise.all([path, dirname(path)].map((each) => access(each, constants.W_OK)));
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'not writable';
    return code === 'EACCES'
      ? `the agent may not write ${path}`
      : code === 'EROFS'
        ? `${path} lies on a read-only file system`
        : code;
  }
}
