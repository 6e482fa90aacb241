/** Every route on the real server: what it answers, what it refuses, and that the document says the same. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { invitationWords } from '../../../agent/delivery/codes.ts';
import type { Message } from '../../../agent/delivery/records.ts';
import { addDays } from '../../../agent/lifecycle/days.ts';
import { connectionOf } from '../../../agent/operations/reseller.ts';
import { mailSettled } from '../../../agent/operations/settled.ts';
import { refusalsOf } from '../../../agent/portal/api/openapi.ts';
import { routes } from '../../../agent/portal/api/routes.ts';
import { keys } from '../../../agent/store/keys.ts';
import { startSimulator } from '../../../scripts/simulator/simulator.ts';
import { smartUps } from '../../../scripts/simulator/units.ts';
import { startMailSink } from '../../support/mail-sink.ts';
import { endLater, type TestPage, today, type Words } from '../support.ts';
import { ApiSite, answered, document } from './client.ts';

const reseller = 'reseller: { email: sales@reseller.example }';

/** Two units: one whose battery falls due in 20 days, one that was never read. */
async function site(words: Words = {}): Promise<ApiSite> {
  const api = await ApiSite.open({ ups: { rack: 'site: Hall', 'Server room': '' }, more: [reseller], ...words });
  await api.page.follow();
  await api.page.reads('rack', {
    serial: 'AS2212000001',
    model: 'Smart-UPS 1500',
    installed: '03/30/2027',
    replaceBy: '03/30/2031',
  });
  return api;
}

const codeOf = ({ office }: TestPage): string =>
  invitationWords(office.desk.store, connectionOf(office.desk.store).id).code;

describe('the agent', () => {
  it('says how it does, whose it is, and who asks', async () => {
    const api = await site({
      live: {
        stuck: () => ['heartbeat'],
        clockTrouble: () => 'it is 1970',
        answersStatus: () => ({ address: 'a@customer.example', trouble: 'no login' }),
        serverStatus: () => [{ entry: 'nas', driver: 'nut', units: 3 }],
        pollStatus: (name) => ({
          verdict: name === 'rack' ? 'ups' : 'unreachable',
          triedAt: 0,
          failures: 0,
          ageMs: 1600,
        }),
      },
    });
    expect((await api.get('/status')).body).toMatchObject({
      healthy: false,
      stuck: ['heartbeat'],
      clock: 'it is 1970',
      today,
      reseller: 'pending',
      units: { total: 2, attention: 0, soon: 1, quiet: 0, unread: 1, silent: 1, confirm: 1 },
      waiting: { mails: 1, endpoint: 0 },
      servers: [{ entry: 'nas', units: 3 }],
    });
    expect((await api.get('/site')).body).toMatchObject({ company: 'Customer Ltd', endpoint: false, labels: ['Hall'] });
    const asked = await api.get('/token', { headers: { authorization: `bearer ${api.looker}` } });
    expect(asked.body).toMatchObject({ name: 'looker', readOnly: true });
  });

  it('drives a test event to the mail server', async () => {
    const sink = await startMailSink();
    endLater(() => sink.close());
    const mail = `mail: { url: "${sink.url}", from: ups@customer.example }`;
    const sent = await (await site({ more: [reseller, mail] })).send('POST', '/test-event');
    expect(sent).toMatchObject({ status: 200, body: { to: 'it@customer.example', event: 'battery-replacement-due' } });
    const refused = await (await site()).send('POST', '/test-event');
    expect(refused).toMatchObject({ status: 502, body: { code: 'not-sent', type: 'urn:upsteward:problem:not-sent' } });
  });
});

describe('units', () => {
  it('are listed, found and shown whole', async () => {
    const api = await site();
    const { items, total, next } = (await api.get('/units')).body;
    expect([items.length, total, next]).toEqual([2, 2, undefined]);
    expect(items[1]).toMatchObject({
      ups: 'rack',
      url: '/api/v1/units/rack',
      state: 'soon',
      answers: true,
      events: [{ event: 'battery-replacement-due', date: '2031-03-30', daysLeft: 20 }],
      replaceBy: { value: '2031-03-30', source: 'ups', confidence: 'sound' },
    });
    const found = async (query: string): Promise<string[]> =>
      (await api.get(`/units?${query}`)).body.items.map(({ ups }: { ups: string }) => ups);
    expect(await found('order=urgency')).toEqual(['rack', 'Server room']);
    expect(await found('q=as2212')).toEqual(['rack']);
    expect(await found('site=Hall&kind=battery&due=2031-03&state=soon')).toEqual(['rack']);
    expect(await found('state=confirm')).toEqual(['Server room']);
    expect(await found('state=silent')).toEqual([]);
    const unit = (await api.get(items[1].url)).body;
    expect(unit).toMatchObject({ id: 'AS2212000001', facts: { 'device.model': { value: 'Smart-UPS 1500' } } });
    expect(unit.events[0]).toMatchObject({ state: 'open', reminder: { allowed: false } });
    expect((await api.get('/units/Server%20room')).body).toMatchObject({ facts: {}, events: [] });
    expect(await api.get('/units/attic')).toMatchObject({ status: 404, body: { code: 'no-such-ups' } });
  });

  it('come in pages that neither skip nor repeat', async () => {
    const names = Array.from({ length: 7 }, (_none, n) => `ups ${n}`);
    const api = await ApiSite.open({ ups: Object.fromEntries(names.map((name) => [name, ''])) });
    const seen: string[] = [];
    let next: string | undefined = '/units?limit=3&q=ups';
    while (next !== undefined) {
      const { body } = await api.get(next);
      expect(body.total).toBe(7);
      seen.push(...body.items.map(({ ups }: { ups: string }) => ups));
      next = body.next;
    }
    expect(seen).toEqual(names);
    for (const cursor of ['x', 'W10x', '%00', Buffer.from('{"a":1}').toString('base64url')]) {
      const { status, body } = await api.get(`/units?cursor=${cursor}`);
      expect([status, body.code, body.errors[0].parameter]).toEqual([400, 'bad-query', 'cursor']);
    }
  });

  it('are read now', async () => {
    const api = await site();
    expect((await api.send('POST', '/units/rack/poll')).body).toMatchObject({ ups: 'rack', verdict: 'unreachable' });
    expect(await api.send('POST', '/units/attic/poll')).toMatchObject({ status: 404, body: { code: 'no-such-ups' } });
  });

  it('are added to the file, checked as the file is', async () => {
    const simulator = await startSimulator({ units: [{ name: 'hall', values: smartUps({ serial: 'AS2216000001' }) }] });
    endLater(() => simulator.close());
    const api = await site();
    const options = { host: '127.0.0.1', port: simulator.unit('hall').port };
    const added = await api.send('POST', '/units', { name: 'Hall', site: 'B 2', driver: 'snmp', options });
    expect(added).toMatchObject({ status: 201, body: { ups: 'Hall', url: '/api/v1/units/Hall' } });
    expect(added.headers.get('location')).toBe('/api/v1/units/Hall');
    expect(api.page.reloads).toBe(1);
    expect((await api.get('/units/Hall')).status).toBe(200);
    const before = await readFile(join(api.page.folder, 'config.yaml'), 'utf8');
    const refused = async (body: object): Promise<unknown> => {
      const { status, body: problem } = await api.send('POST', '/units', { name: 'New', driver: 'snmp', ...body });
      return [status, problem.code, ...(problem.errors ?? []).map(({ pointer }: { pointer: string }) => pointer)];
    };
    expect(await refused({ name: 'Hall', options })).toEqual([409, 'name-taken']);
    expect(await refused({ options: { ...options, port: 99999 } })).toEqual([422, 'bad-body', '#/options/port']);
    expect(await refused({ name: 'a\nb', options })).toEqual([422, 'bad-body', '#/name', '#']);
    const files = { host: 'x', communityFile: '/etc/passwd' };
    expect(await refused({ options: files })).toEqual([422, 'bad-body', '#/options/communityFile']);
    expect(await refused({ options, allowWrite: true })).toEqual([422, 'bad-body', '#/allowWrite']);
    expect(await readFile(join(api.page.folder, 'config.yaml'), 'utf8')).toBe(before);
  });
});

describe('dates and batteries', () => {
  it('lists what waits for a word, and takes it in', async () => {
    const api = await site();
    const open = (await api.get('/dates?state=missing&q=server')).body;
    expect(open.items.map(({ key }: { key: string }) => key)).toEqual(['installed', 'replaceBy', 'warrantyEnd']);
    const plan = { kind: 'advanced', end: '2032-05-01' };
    const body = { warrantyEnd: '2031-12-31', plan, confirm: ['replaceBy'] };
    const first = await api.send('PATCH', '/units/rack/dates', body);
    expect(first.body.facts).toMatchObject({
      'warranty.end': { value: '2031-12-31', source: 'customer' },
      'plan.end': { value: '2032-05-01' },
      'battery.date.maintenance': { source: 'customer' },
    });
    expect((await api.send('PATCH', '/units/rack/dates', body)).body).toEqual(first.body);
    const history = await api.page.office.desk.store.history({ kind: 'facts.entered' });
    expect(history.map(({ data }) => data['by'])).toEqual(['api']);
    const gone = await api.send('PATCH', '/units/rack/dates', { warrantyEnd: null, plan: null, replaceBy: null });
    expect(gone.body.facts['warranty.end']).toBeUndefined();
    expect(gone.body.facts['battery.date.maintenance'].source).toBe('ups');
    expect(await api.send('PATCH', '/units/rack/dates', { installed: '2040-01-01' })).toMatchObject({
      status: 422,
      body: { code: 'bad-fact', errors: [{ pointer: '#/installed' }] },
    });
    for (const nothing of [{}, { confirm: [] }, { installed: '2031-02-30' }, { plan: { kind: 'gold' } }]) {
      expect((await api.send('PATCH', '/units/rack/dates', nothing)).status, JSON.stringify(nothing)).toBe(422);
    }
    expect((await api.send('PATCH', '/units/attic/dates', body)).status).toBe(404);
  });

  it('records a new battery', async () => {
    const api = await site();
    expect((await api.get('/events')).body.total).toBe(1);
    const done = await api.send('POST', '/units/rack/battery', { date: addDays(today, -1) });
    expect(done.body).toEqual({ ups: 'rack', day: addDays(today, -1), writing: [] });
    expect((await api.get('/events')).body.total).toBe(0);
    expect((await api.get('/events?state=closed&ups=rack&event=battery-replacement-due')).body.items[0]).toMatchObject({
      state: 'resolved',
      closed: 'swap',
      unit: '/api/v1/units/rack',
    });
    expect((await api.send('POST', '/units/rack/battery', { date: addDays(today, 5) })).status).toBe(422);
    expect((await api.send('POST', '/units/attic/battery')).status).toBe(404);
    expect((await api.get('/events?ups=attic')).status).toBe(404);
  });
});

describe('the reseller', () => {
  it('is led through the whole relation', async () => {
    const api = await site();
    const at = async (): Promise<string> => (await api.get('/reseller')).body.state;
    expect((await api.get('/reseller')).body).toMatchObject({
      state: 'pending',
      address: 'sales@reseller.example',
      settings: { email: 'sales@reseller.example', notInterested: false },
    });
    const answer = (code: string, word: string) => api.send('POST', '/reseller/answer', { code, answer: word });
    expect(await answer('0000-0000', 'accept')).toMatchObject({ status: 422, body: { code: 'wrong-code' } });
    const code = codeOf(api.page);
    expect((await answer(code, 'accept')).body).toMatchObject({ changed: true, state: 'confirmed' });
    expect((await answer(code, 'accept')).body).toMatchObject({ changed: false, state: 'confirmed' });
    expect(await api.send('POST', '/reseller/invite')).toMatchObject({ status: 409, body: { code: 'not-now' } });
    expect((await answer(code, 'decline')).body).toMatchObject({ state: 'opted-out' });
    expect((await api.send('POST', '/reseller/invite')).body.state).toBe('pending');
    expect((await api.send('POST', '/reseller/cancel')).body.state).toBe('cancelled');
    expect((await api.send('POST', '/reseller/disconnect')).status).toBe(409);
    await api.send('POST', '/reseller/invite');
    await answer(codeOf(api.page), 'accept');
    expect((await api.send('POST', '/reseller/disconnect')).body.state).toBe('disconnected');
    const { steps } = (await api.get('/reseller/consent')).body;
    expect(steps.map(({ state }: { state: string }) => state)).toContain('opted-out');
    expect(await at()).toBe('disconnected');
  });

  it('is set in the file: invited, changed, not wanted', async () => {
    const api = await site({ more: [] });
    const set = (body: object) => api.send('PATCH', '/reseller', body);
    expect(await api.send('POST', '/reseller/invite')).toMatchObject({ status: 409, body: { code: 'no-reseller' } });
    expect((await set({ email: 'sales@reseller.example', language: 'fr' })).body).toMatchObject({
      state: 'pending',
      settings: { email: 'sales@reseller.example', language: 'fr' },
    });
    expect((await set({ language: null })).body.settings).toEqual({
      email: 'sales@reseller.example',
      language: 'en',
      notInterested: false,
    });
    expect(await set({ email: 'a@b.example, c@d.example' })).toMatchObject({
      status: 422,
      body: { code: 'bad-value', errors: [{ pointer: '#/email' }] },
    });
    expect((await set({ notInterested: true, email: 'x@y.example' })).body.errors[0].pointer).toBe('#/notInterested');
    expect((await set({})).status).toBe(422);
    expect((await set({ notInterested: true })).body).toMatchObject({
      state: 'cancelled',
      settings: { notInterested: true },
    });
    expect(await readFile(join(api.page.folder, 'config.yaml'), 'utf8')).not.toContain('sales@');
  });

  it('is reminded, once a day, or the reason says why not', async () => {
    const api = await site();
    const remind = (event = 'battery-replacement-due', ups = 'rack') =>
      api.send('POST', `/units/${ups}/reminders`, { event });
    expect(await remind()).toMatchObject({ status: 409, body: { code: 'not-confirmed', retry: false } });
    await api.page.accept();
    expect(await remind()).toMatchObject({ status: 202, body: { to: 'sales@reseller.example' } });
    expect(await remind()).toMatchObject({ status: 409, body: { code: 'already-today' } });
    expect(await remind('replace-battery')).toMatchObject({ status: 404, body: { code: 'no-such-event' } });
    expect(await remind('fire')).toMatchObject({ status: 422, body: { errors: [{ pointer: '#/event' }] } });
    expect((await remind('replace-battery', 'attic')).status).toBe(404);
  });

  it('sees what the document of what they see says', async () => {
    const { invitation, notice } = (await (await site()).get('/reseller/sees')).body;
    expect(invitation).toMatchObject({ to: 'sales@reseller.example', day: today });
    expect(notice.text).toContain('AS2212000001');
    expect(notice.text).not.toContain('rack');
  });
});

describe('messages', () => {
  it('are listed with their fate, shown, and tried again', async () => {
    const api = await site();
    await api.page.accept();
    await api.send('POST', '/units/rack/reminders', { event: 'battery-replacement-due' });
    const list = (await api.get('/messages?fate=waiting&limit=1')).body;
    expect(list).toMatchObject({ total: 2, counts: { waiting: 2, sent: 0, failed: 0 } });
    const [first] = list.items;
    const [second] = (await api.get(list.next)).body.items;
    expect(new Set([first.what, second.what])).toEqual(new Set(['reminder', 'customer']));
    expect((await api.get('/messages?ups=rack')).body.items[0].notices[0]).toMatchObject({ ups: 'rack' });
    const reminder = first.what === 'reminder' ? first : second;
    expect((await api.get(reminder.url)).body).toMatchObject({ id: reminder.id, attempts: [] });
    expect(await api.send('POST', `${reminder.url}/retry`)).toMatchObject({ status: 202, body: { state: 'queued' } });
    expect((await api.get(`/messages/${encodeURIComponent(reminder.id)}`)).body.id).toBe(reminder.id);
    const { store } = api.page.office.desk;
    const message = store.get<Message>(keys.message(reminder.id))?.value as Message;
    const { changes, history } = mailSettled(api.page.office.desk, message, { kind: 'taken', reply: '250 ok' });
    const sent = { ...message, state: 'sent', settledAt: api.page.office.desk.now(), reply: '250 ok' };
    const record = {
      key: keys.message(message.id),
      value: sent,
      expected: store.get(keys.message(message.id))?.revision,
    };
    await store.commit({ changes: [...changes, record as never], history });
    expect(await api.send('POST', `${reminder.url}/retry`)).toMatchObject({ status: 409, body: { code: 'no-retry' } });
    for (const path of ['/messages/none', '/messages/..%2f..%2fsite', '/messages/~c2l0ZQ']) {
      expect((await api.get(path)).body.code, path).toBe('no-such-message');
    }
    expect((await api.send('POST', '/messages/none/retry')).status).toBe(404);
    expect((await api.get('/messages?ups=attic')).status).toBe(404);
  });

  it('to come are shown with their day', async () => {
    const api = await site();
    const { items } = (await api.get('/preview?days=60&accepted=true')).body;
    expect(items.map(({ to }: { to: string }) => to)).toContain('sales@reseller.example');
    expect((await api.get('/preview?days=401')).body.errors[0].parameter).toBe('days');
    const page = (await api.get('/preview?days=60&limit=1')).body;
    expect((await api.get(page.next)).body.items).not.toEqual(page.items);
  });

  it('are left out of the report, which is for a quotation', async () => {
    const { rows } = (await (await site()).get('/report?sites=true')).body;
    expect(rows[0]).toMatchObject({ site: 'Hall', serial: 'AS2212000001', replaceBy: { day: '2031-03-30' } });
  });
});

describe('every route', () => {
  const target = (path: string): string => path.replace('{ups}', 'rack').replace('{id}', 'none');

  it.each(routes)('$method $path refuses what it must, and changes nothing', async ({ method, path, scope, query }) => {
    const api = await site();
    const { store } = api.page.office.desk;
    await api.get('/token');
    await api.get('/token', { headers: { authorization: `Bearer ${api.looker}` } });
    const before = JSON.stringify([store.list(''), await store.history()]);
    const verb = method.toUpperCase();
    const json = { 'content-type': 'application/json' };
    const ask = async (headers: Record<string, string>, body?: string) =>
      await api.ask(verb, target(path), { headers: { ...json, ...headers }, ...(body === undefined ? {} : { body }) });
    const none = await ask({ authorization: '' });
    expect(none).toMatchObject({ status: 401, body: { code: 'no-token' } });
    expect(none.headers.get('www-authenticate')).toBe('Bearer realm="upsteward"');
    const wrong = await ask({ authorization: 'Bearer ups-wrong' });
    expect(wrong).toMatchObject({ status: 401, body: { code: 'wrong-token' } });
    expect(wrong.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect((await api.ask('DELETE', target(path))).body).toMatchObject({ status: 405, code: 'wrong-method' });
    expect((await api.get(`${target(path)}?nonsense=1`, {})).status).toBeGreaterThanOrEqual(400);
    if (scope === 'read') {
      expect((await ask({}))['status'] === 404).toBe(path === '/messages/{id}');
      const twice = query === undefined ? 'x=1&x=2' : 'limit=1&limit=2';
      expect((await api.get(`${target(path)}?${twice}`)).body.code).toBe('bad-query');
    } else {
      expect(await ask({ authorization: `Bearer ${api.looker}` }, '{}')).toMatchObject({ status: 403 });
      expect((await ask({ 'content-type': 'text/plain' }, '{}')).body.code).toBe('wrong-type');
      expect((await ask({ 'content-type': 'application/x-www-form-urlencoded' }, 'a=b')).body.code).toBe('wrong-type');
      expect((await ask({}, '{')).body).toMatchObject({ status: 400, code: 'bad-json' });
      expect((await ask({}, '{"nonsense":1}')).body.errors).toContainEqual({
        pointer: '#/nonsense',
        detail: 'Nothing of this name is known here.',
      });
      expect((await ask({}, `{"x":"${'x'.repeat(70_000)}"}`)).body).toMatchObject({ status: 413, code: 'too-large' });
    }
    expect(JSON.stringify([store.list(''), await store.history()])).toBe(before);
  });

  it('is in the document, and the reverse', () => {
    const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const served = ['get /openapi.json', ...routes.map(({ method, path }) => `${method} ${path}`)];
    expect(listed.sort()).toEqual(served.sort());
    expect(new Set(routes.map(({ id }) => id)).size).toBe(routes.length);
  });

  it('was asked above, with success and with each kind of refusal', () => {
    const missing = routes.flatMap((route) => {
      const rare = [429, 500, 503, 502, 409, 422];
      const wanted = [route.status ?? 200, ...refusalsOf(route).filter((status) => !rare.includes(status))];
      return wanted.filter((status) => !answered.has(`${route.id} ${status}`)).map((status) => `${route.id} ${status}`);
    });
    expect(missing).toEqual([]);
  });
});
