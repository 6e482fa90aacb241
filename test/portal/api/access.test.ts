/** Who gets in to the API, and what everybody else gets. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { revokeToken, tokenViews } from '../../../agent/operations/secrets.ts';
import { StoreError } from '../../../agent/store/port.ts';
import { passwordHash, TestPage } from '../support.ts';
import { ApiSite } from './client.ts';

const withPassword = { ups: { rack: '' }, portal: [`passwordHash: ${passwordHash}`] };
const state = async ({ page }: ApiSite): Promise<string> => {
  const { store } = page.office.desk;
  return JSON.stringify([store.list(''), await store.history()]);
};

describe('a token', () => {
  it('is needed on this machine too, and a login of the page does not stand for it', async () => {
    for (const words of [{ ups: { rack: '' } }, withPassword]) {
      const api = await ApiSite.open(words);
      if (words === withPassword) await api.page.logIn();
      const before = await state(api);
      const headers = { authorization: '', 'sec-fetch-site': 'same-origin' };
      expect((await api.get('/units', { headers })).status).toBe(401);
      expect((await api.send('POST', '/units/rack/battery', {}, { headers })).status).toBe(401);
      const basic = { authorization: `Basic ${btoa(`x:${api.token}`)}` };
      expect((await api.get('/units', { headers: basic })).body.code).toBe('no-token');
      expect((await api.get(`/units?token=${api.token}&access_token=${api.token}`, { headers })).status).toBe(401);
      expect(await state(api)).toBe(before);
    }
  });

  it('is worthless once it is revoked', async () => {
    const api = await ApiSite.open();
    expect((await api.get('/token')).status).toBe(200);
    await revokeToken(api.page.office.desk, 'script');
    expect((await api.get('/token')).body.code).toBe('wrong-token');
  });

  it('is not found by guessing: wrong ones are counted and soon not looked at, the right one gets in', async () => {
    const api = await ApiSite.open({ ups: { rack: '' } });
    await api.get('/token');
    const before = await state(api);
    const answers: number[] = [];
    for (let n = 0; n < 1000; n += 1) {
      const word = n % 2 === 0 ? `ups-${'0'.repeat(25)}${n % 10}` : 'x'.repeat(n * 10);
      const { status, headers } = await api.get('/status', { headers: { authorization: `Bearer ${word}` } });
      answers.push(status);
      expect(headers.get('retry-after')).toBe(status === 429 ? '120' : null);
    }
    expect(answers.filter((status) => status === 401)).toHaveLength(30);
    expect(answers.filter((status) => status === 429)).toHaveLength(970);
    expect(api.page.portal.refusals()).toMatchObject({ 'wrong-token': 30, 'token-limited': 970 });
    expect(api.page.codes().filter((code) => code === 'portal.token-limited')).toHaveLength(10);
    expect(await state(api)).toBe(before);
    expect((await api.get('/status')).status).toBe(200);
    await api.page.timers.pass(4000);
    expect((await api.get('/status', { headers: { authorization: 'Bearer x' } })).status).toBe(401);
  });

  it('works, and is not noted, while the clock is wrong; what changes something waits', async () => {
    const api = await ApiSite.open({ ups: { rack: '' }, live: { clockTrouble: () => 'it is 1970' } });
    expect((await api.get('/status')).body.clock).toBe('it is 1970');
    expect(tokenViews(api.page.office.desk).every(({ lastUsedOn }) => lastUsedOn === undefined)).toBe(true);
    expect(await api.send('POST', '/units/rack/battery')).toMatchObject({
      status: 503,
      body: { code: 'clock-wrong', retry: true },
    });
  });
});

describe('an address', () => {
  it('that is none says so to whoever has a token', async () => {
    const api = await ApiSite.open();
    for (const path of [
      '/api',
      '/api/',
      '/api/v1',
      '/api/v1/',
      '/api/v2/units',
      '/api/v1/units/a/b',
      '/api/v1//units',
    ]) {
      expect((await api.get(path)).body, path).toMatchObject({ status: 404, code: 'no-such-route' });
      expect((await api.get(path, { headers: { authorization: '' } })).status, path).toBe(401);
    }
  });

  it('answers to its own methods: HEAD as GET, the others as problems, and to no other site', async () => {
    const api = await ApiSite.open({ ups: { rack: '' } });
    const head = await api.ask('HEAD', '/units');
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.headers.get('etag')).toBe((await api.get('/units')).headers.get('etag'));
    const put = await api.ask('PUT', '/units/rack/dates');
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'PATCH, OPTIONS']);
    const origin = { origin: 'https://evil.example', 'access-control-request-method': 'POST', authorization: '' };
    expect((await api.ask('OPTIONS', '/units', { headers: origin })).status).toBe(401);
    expect((await api.get('/units', { headers: { origin: 'https://evil.example' } })).status).toBe(200);
  });

  it('is not there under foreign names, in public, nor behind a proxy without a login', async () => {
    const api = await ApiSite.open({ portal: ['publicUrl: https://ups.example.com'] });
    const foreign = await api.get('/units', { headers: { host: 'evil.example' } });
    expect(foreign).toMatchObject({ status: 421, body: { code: 'wrong-host' } });
    for (const options of [
      { publicOnly: true },
      { headers: { host: 'ups.example.com' } },
      { headers: { 'x-forwarded-for': '203.0.113.9' } },
    ]) {
      expect(await api.get('/units', options)).toMatchObject({ status: 404, body: { code: 'no-such-route' } });
    }
  });

  it('is there behind a proxy where there is a login', async () => {
    const api = await ApiSite.open(withPassword);
    const headers = { host: 'ups.example.lan', 'x-forwarded-for': '203.0.113.9' };
    expect((await api.get('/units', { headers })).status).toBe(200);
  });
});

describe('an answer', () => {
  it('that has not changed is not sent again', async () => {
    const api = await ApiSite.open({ ups: { rack: '' } });
    const etag = (await api.get('/units')).headers.get('etag') ?? '';
    const again = { headers: { 'if-none-match': etag } };
    expect(await api.get('/units', again)).toMatchObject({ status: 304, body: '' });
    await api.page.reads('rack', { serial: 'AS2212000001' });
    expect((await api.get('/units', again)).status).toBe(200);
  });

  it('tells nothing of our own mistakes, which the log does', async () => {
    const mistake = (): never => {
      throw new TypeError('a secret of ours');
    };
    const api = await ApiSite.open({ live: { stuck: mistake } });
    const { status, body } = await api.get('/status');
    expect([status, body.code, body.detail.includes('secret')]).toEqual([500, 'internal', false]);
    expect(api.page.log.at(-1)).toMatchObject({
      code: 'portal.failed',
      message: 'GET /api/v1/status: a secret of ours',
    });
  });

  it('says when the disk is full, or somebody else was quicker', async () => {
    for (const [code, status] of [
      ['write-failed', 503],
      ['conflict', 409],
    ] as const) {
      const error = new StoreError(code, 'It could not be written.', { retry: code === 'write-failed' });
      const api = await ApiSite.open({ ups: { rack: '' }, live: { pollNow: () => Promise.reject(error) } });
      const retry = code === 'write-failed';
      expect(await api.send('POST', '/units/rack/poll')).toMatchObject({ status, body: { code, retry } });
    }
  });
});

describe('the document', () => {
  it('is there without a token, and is the one in docs', async () => {
    const api = await ApiSite.open(withPassword);
    const { body } = await api.get('/openapi.json', { headers: { authorization: '' } });
    expect(body).toEqual(JSON.parse(await readFile('docs/api.openapi.json', 'utf8')));
    expect((await api.get('/openapi.json?x=1', { headers: { authorization: '' } })).status).toBe(200);
  });
});

describe('the figures', () => {
  it('are behind the login, or any token', async () => {
    const api = await ApiSite.open(withPassword);
    const ask = async (authorization?: string) => {
      const { status, text, headers } = await api.page.ask('/metrics', {
        headers: authorization === undefined ? {} : { authorization },
      });
      return [status, text.includes('upsteward_clock_ok'), headers.get('www-authenticate')];
    };
    expect(await ask(`Bearer ${api.looker}`)).toEqual([200, true, null]);
    expect(await ask()).toEqual([303, false, null]);
    expect(await ask('Basic eDp5')).toEqual([303, false, null]);
    expect(await ask('Bearer ups-wrong')).toEqual([401, false, 'Bearer realm="upsteward", error="invalid_token"']);
    for (let n = 0; n < 30; n += 1) await ask('Bearer ups-wrong');
    expect(await ask('Bearer ups-wrong')).toEqual([429, false, null]);
    expect(await ask(`Bearer ${api.token}`)).toEqual([200, true, null]);
    await api.page.logIn();
    expect(await ask()).toEqual([200, true, null]);
    const open = await TestPage.open();
    expect((await open.ask('/metrics')).status).toBe(200);
  });
});
