/** Who gets in, and which forms count. */
import { describe, expect, it } from 'vitest';
import type { RouteModule } from '../../agent/portal/desk.ts';
import { act, Form } from '../../agent/portal/html/form.tsx';
import { page as show } from '../../agent/portal/html/layout.tsx';
import { password, passwordHash, TestPage } from './support.ts';

/** A page that changes something, one that is public, and one with a secret of its own. */
function counting(): { changed: number; modules: RouteModule[] } {
  const counter = {
    changed: 0,
    modules: [
      {
        access: 'customer',
        menu: [{ href: '/', label: 'Overview' }],
        register(app) {
          app.get('/', (c) => show(c, { title: 'Start' }, Form({ c, action: '/change', children: 'change' })));
          app.post('/change', (c) =>
            act(c, '/', async () => {
              counter.changed += 1;
              return 'It was changed.';
            }),
          );
        },
      },
      { access: 'public', register: (app) => void app.get('/answer/:token', (c) => c.text('Accept?')) },
      { access: 'token', register: (app) => void app.get('/api/v1/units', (c) => c.json([], 401)) },
    ] as RouteModule[],
  };
  return counter;
}

const withPassword = { portal: [`passwordHash: ${passwordHash}`] };

describe('on this machine, without a password', () => {
  it('everyone here gets in, by its own names only', async () => {
    const { modules } = counting();
    const page = await TestPage.open({ modules });
    for (const host of ['127.0.0.1:8080', 'localhost:8080', '[::1]:8080', 'LOCALHOST', '192.168.1.20:9000']) {
      expect(await page.get('/', { headers: { host } })).toContain('Start');
    }
    for (const host of ['evil.example', 'localhost.evil.example:8080', '127.0.0.1.evil.example', 'ups.lan']) {
      const { status, text } = await page.ask('/', { headers: { host } });
      expect([host, status]).toEqual([host, 421]);
      expect(text).not.toContain('Customer Ltd');
    }
    expect(page.portal.refusals()['foreign-host']).toBe(4);
    expect(page.codes()).toEqual(['portal.foreign-host', 'portal.foreign-host', 'portal.foreign-host']);
  });

  it('takes further names from the config', async () => {
    const page = await TestPage.open({ ...counting(), portal: ['hosts: [ups.lan]'] });
    expect((await page.ask('/', { headers: { host: 'ups.lan:8080' } })).status).toBe(200);
    expect((await page.ask('/', { headers: { host: 'nas.lan:8080' } })).status).toBe(421);
  });

  it('shows nothing but the public pages under the public name, and to whom a proxy brings', async () => {
    const page = await TestPage.open({ ...counting(), portal: ['publicUrl: https://ups.example.com'] });
    const outside = [
      { headers: { host: 'ups.example.com' } },
      { headers: { host: 'ups.example.com:443' } },
      { headers: { 'x-forwarded-for': '203.0.113.9' } },
      { headers: { via: '1.1 proxy' } },
      { publicOnly: true },
    ];
    for (const options of outside) {
      for (const path of ['/', '/login', '/api/v1/units', '/nothing']) {
        const { status, text } = await page.ask(path, options);
        expect([path, status]).toEqual([path, 404]);
        expect(text).not.toContain('Customer Ltd');
      }
      expect(await page.get('/answer/x', options)).toBe('Accept?');
    }
  });
});

describe('with a password', () => {
  it('leads everyone to the login, and back to where they wanted to go', async () => {
    const page = await TestPage.open({ ...counting(), ...withPassword });
    const first = await page.ask('/?site=Hall+2');
    expect([first.status, first.headers.get('location')]).toEqual([303, '/login?next=%2F%3Fsite%3DHall%2B2']);
    const login = await page.ask('/login?next=%2F%3Fsite%3DHall%2B2');
    expect(login.text).not.toContain('Customer Ltd');
    expect(login.text).toContain('value="/?site=Hall+2"');
    const { status, text } = await page.submit('/login?next=%2F%3Fsite%3DHall', '/login', { password });
    expect(status).toBe(200);
    expect(text).toContain('Customer Ltd');
  });

  it('leads nowhere else', async () => {
    const page = await TestPage.open({ ...counting(), ...withPassword });
    for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example/', '/\r\nSet-Cookie: a=b', '']) {
      expect(await page.get(`/login?next=${encodeURIComponent(next)}`)).toContain('name="next" value="/"');
    }
  });

  it('gives a cookie that no script and no other site gets', async () => {
    const page = await TestPage.open({ ...counting(), ...withPassword });
    const form = { form: '', password };
    const [hidden] = [...(await page.get('/login')).matchAll(/name="form" value="([^"]+)"/g)];
    const plain = await page.post('/login', { ...form, form: hidden?.[1] ?? '' });
    expect(plain.headers.get('set-cookie')).toMatch(/^upsteward=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const headers = { 'x-forwarded-proto': 'https', 'sec-fetch-site': 'same-origin' };
    const tls = await page.post('/login', { ...form, form: hidden?.[1] ?? '' }, { headers });
    expect(tls.headers.get('set-cookie')).toMatch(/^__Host-upsteward=.*Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  });

  it('a session ends by idleness, by age, by logging out and by another password, and then changes nothing', async () => {
    const counter = counting();
    const page = await TestPage.open({ modules: counter.modules, ...withPassword });
    const ends: Record<string, () => Promise<unknown>> = {
      idle: () => page.timers.pass(60 * 60_000),
      age: async () => {
        for (let n = 0; n < 24; n += 1) {
          await page.timers.pass(30 * 60_000);
          await page.ask('/');
        }
      },
      'log out': () => page.submit('/', '/logout'),
      'another password': async () => {
        await page.write({
          portal: [`passwordHash: ${passwordHash.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))}`],
        });
        await page.reload();
        await page.write(withPassword);
        await page.reload();
      },
    };
    for (const [name, end] of Object.entries(ends)) {
      await page.logIn();
      const stolen = new Map(page.cookies);
      const token = /name="form" value="([^"]+)"/.exec(await page.get('/'))?.[1] ?? '';
      await end();
      for (const [key, value] of stolen) page.cookies.set(key, value);
      const { status } = await page.post('/change', { form: token });
      expect([name, status, counter.changed]).toEqual([name, 401, 0]);
      expect((await page.ask('/')).status).toBe(303);
      page.cookies.clear();
    }
    expect(page.portal.refusals()['no-session']).toBe(4);
  });

  it('a thousand guesses a minute change nothing and are counted; the owner gets in again soon', async () => {
    const page = await TestPage.open({ ...counting(), ...withPassword });
    const token = /name="form" value="([^"]+)"/.exec(await page.get('/login'))?.[1] ?? '';
    const statuses = new Set<number>();
    for (let n = 0; n < 1000; n += 1) {
      const { status } = await page.post('/login', { form: token, password: `guess ${n}` }, { peer: '10.0.0.66' });
      statuses.add(status);
      await page.timers.pass(59);
    }
    expect(statuses).toEqual(new Set([403, 429]));
    const { 'login-failed': failed, 'login-limited': limited } = page.portal.refusals();
    expect(failed).toBeLessThan(9);
    expect(failed + limited).toBe(1000);
    expect(page.log.length).toBeLessThan(20);
    await page.logIn();
    const own = await page.post('/login', { form: token, password }, { peer: '10.0.0.66' });
    expect([own.status, Number(own.headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
    await page.timers.pass(31_000);
    expect((await page.post('/login', { form: token, password }, { peer: '10.0.0.66' })).status).toBe(303);
  });

  it('many addresses together are held up as well', async () => {
    const page = await TestPage.open({ ...counting(), ...withPassword });
    const token = /name="form" value="([^"]+)"/.exec(await page.get('/login'))?.[1] ?? '';
    const statuses: number[] = [];
    for (let n = 0; n < 40; n += 1) {
      const peer = n % 2 === 0 ? `10.0.1.${n}` : `2001:db8:${n}::1`;
      statuses.push((await page.post('/login', { form: token, password: 'guess' }, { peer })).status);
    }
    expect(statuses.filter((status) => status === 403)).toHaveLength(30);
    expect(statuses.slice(30)).toEqual(Array(10).fill(429));
  });
});

describe('behind a proxy that vouches', () => {
  const portal = ['trustedProxy: { addresses: [10.0.0.2, "fd00::/8"], userHeader: X-Remote-User }', 'hosts: [ups.lan]'];
  const user = { host: 'ups.lan', 'x-remote-user': 'kim' };

  it('believes the header from the proxy alone, under the own name alone', async () => {
    const page = await TestPage.open({ ...counting(), portal });
    expect(await page.get('/', { peer: '10.0.0.2', headers: user })).toContain('kim');
    expect(await page.get('/', { peer: '::ffff:10.0.0.2', headers: user })).toContain('kim');
    expect(await page.get('/', { peer: 'fd12::7', headers: user })).toContain('kim');
    const refused = [
      { peer: '10.0.0.3', headers: user },
      { peer: '127.0.0.1', headers: user },
      { peer: '10.0.0.2', headers: { host: 'ups.lan' } },
      { peer: '10.0.0.2', headers: { host: 'ups.lan', 'x-remote-user': '' } },
      { peer: '10.0.0.2', headers: { ...user, host: 'evil.example' } },
    ];
    for (const options of refused) {
      const { status, text } = await page.ask('/', options);
      expect([options, status]).toEqual([options, 403]);
      expect(text).not.toContain('Customer Ltd');
    }
    expect(page.portal.refusals()['not-vouched']).toBe(5);
  });

  it('beside a password, all others may log in', async () => {
    const page = await TestPage.open({ ...counting(), portal: [...portal, `passwordHash: ${passwordHash}`] });
    expect(await page.get('/', { peer: '10.0.0.2', headers: user })).toContain('kim');
    expect((await page.ask('/', { peer: '10.0.0.9', headers: user })).status).toBe(303);
    await page.logIn();
    expect(await page.get('/')).toContain('Log out');
  });

  it('tells guessers behind the proxy from each other', async () => {
    const page = await TestPage.open({ ...counting(), portal: [...portal, `passwordHash: ${passwordHash}`] });
    const token = /name="form" value="([^"]+)"/.exec(await page.get('/login'))?.[1] ?? '';
    const guess = async (from: string, peer: string): Promise<number> =>
      (await page.post('/login', { form: token, password: 'x' }, { peer, headers: { 'x-forwarded-for': from } }))
        .status;
    for (let n = 0; n < 6; n += 1) await guess('spoofed, 203.0.113.1', '10.0.0.2');
    expect(await guess('spoofed, 203.0.113.1', '10.0.0.2')).toBe(429);
    expect(await guess('203.0.113.2', '10.0.0.2')).toBe(403);
    for (let n = 0; n < 6; n += 1) await guess(`203.0.113.${n}`, '10.0.0.5');
    expect(await guess('203.0.113.77', '10.0.0.5')).toBe(429);
  });
});

describe('a form', () => {
  it('counts when it came from here, with its token', async () => {
    const counter = counting();
    const page = await TestPage.open({ modules: counter.modules });
    const { status, text } = await page.submit('/', '/change');
    expect([status, counter.changed]).toEqual([200, 1]);
    expect(text).toContain('<p class="say done" role="status">It was changed.</p>');
  });

  it('changes nothing otherwise, and is counted', async () => {
    const counter = counting();
    const page = await TestPage.open({ modules: counter.modules });
    const token = /name="form" value="([^"]+)"/.exec(await page.get('/'))?.[1] ?? '';
    const other = await TestPage.open({ modules: counter.modules });
    const foreign = /name="form" value="([^"]+)"/.exec(await other.get('/'))?.[1] ?? '';
    const bad: [string, Record<string, string>, Record<string, string>][] = [
      ['no token', {}, {}],
      ['a made-up token', { form: 'x'.repeat(43) }, {}],
      ['a token of another run', { form: foreign }, {}],
      ['another origin', { form: token }, { origin: 'https://evil.example' }],
      ['no origin that can be told', { form: token }, { origin: 'null' }],
      ['another port', { form: token }, { origin: 'http://127.0.0.1:9999' }],
      ['another site', { form: token }, { 'sec-fetch-site': 'cross-site' }],
      ['a sister site', { form: token }, { 'sec-fetch-site': 'same-site' }],
    ];
    for (const [name, fields, headers] of bad) {
      const { status } = await page.post('/change', fields, { headers });
      expect([name, status]).toEqual([name, 403]);
    }
    expect(counter.changed).toBe(0);
    expect(page.portal.refusals()['foreign-form']).toBe(bad.length);
    const json = await page.ask('/change', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect([json.status, counter.changed]).toEqual([415, 0]);
  });

  it('of a logged-in visitor does not count for another', async () => {
    const counter = counting();
    const page = await TestPage.open({ modules: counter.modules, ...withPassword });
    await page.logIn();
    const token = /name="form" value="([^"]+)"/.exec(await page.get('/'))?.[1] ?? '';
    page.cookies.clear();
    await page.logIn();
    expect([(await page.post('/change', { form: token })).status, counter.changed]).toEqual([403, 0]);
  });

  it('may be large, but not without end, and not from strangers', async () => {
    const page = await TestPage.open({ ...counting(), ...withPassword });
    const large = { password: 'x'.repeat(100_000) };
    expect((await page.post('/login', large)).status).toBe(413);
    await page.logIn();
    expect((await page.post('/change', large)).status).toBe(403);
    expect((await page.post('/change', { password: 'x'.repeat(9_000_000) })).status).toBe(413);
  });

  it('cannot make the next page say something of its own', async () => {
    const page = await TestPage.open(counting());
    const data = Buffer.from(JSON.stringify({ kind: 'done', text: 'Call +1 555' })).toString('base64url');
    for (const say of ['x', `${data}.`, `${data}.${'A'.repeat(43)}`]) {
      expect(await page.get(`/?say=${say}`)).not.toContain('class="say');
    }
  });
});

describe('each answer', () => {
  it('carries headers that keep other sites and scripts out', async () => {
    const page = await TestPage.open(counting());
    for (const path of ['/', '/nothing', '/answer/x']) {
      const { headers } = await page.ask(path);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/default-src 'none'/);
      expect(policy).not.toMatch(/unsafe|script-src/);
      expect(policy).toMatch(/frame-ancestors 'none'/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  it('knows HEAD, OPTIONS and methods that do not fit', async () => {
    const page = await TestPage.open(counting());
    const head = await page.ask('/', { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
    const options = await page.ask('/change', { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST, OPTIONS']);
    const get = await page.ask('/change');
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
    expect((await page.ask('/nothing', { method: 'OPTIONS' })).status).toBe(404);
  });

  it('has a style sheet whose name changes with it', async () => {
    const page = await TestPage.open(counting());
    const path = /<link rel="stylesheet" href="([^"]+)"/.exec(await page.get('/'))?.[1] ?? '';
    const { headers, text } = await page.ask(path);
    expect(headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(headers.get('cache-control')).toContain('immutable');
    expect(text).toContain('color-scheme');
  });

  it('of a page that fails shows nothing of the inside, and is logged', async () => {
    const broken: RouteModule = {
      access: 'customer',
      register: (app) =>
        void app.get('/', () => {
          throw new TypeError('undefined is not a secret');
        }),
    };
    const page = await TestPage.open({ modules: [broken] });
    const { status, text } = await page.ask('/');
    expect(status).toBe(500);
    expect(text).not.toContain('secret');
    expect(page.log.map(({ code }) => code)).toEqual(['portal.failed']);
  });
});
