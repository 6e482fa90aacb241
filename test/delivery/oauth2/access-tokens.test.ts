import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withAccessToken } from '../../../agent/delivery/oauth2/access-tokens.ts';
import { OAuth2Error } from '../../../agent/delivery/oauth2/oauth2-error.ts';
import { type OAuth2, type OAuth2Options, openOAuth2 } from '../../../agent/delivery/oauth2/open.ts';
import { startEndpoint } from '../../support/endpoint.ts';
import { failureOf } from '../../support/failure.ts';
import { TokenServer, type TokenServerOptions } from '../../support/token-server.ts';

const secret = 'client-secret-never-shown';
const first = 'refresh-0-never-shown';
const start = Date.UTC(2031, 2, 10, 8);
const minute = 60_000;

let folder: string;
let clock: number;
const logged: string[] = [];
const cleanups: (() => unknown)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oauth2-'));
  clock = start;
  logged.length = 0;
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function provider(options: TokenServerOptions = {}): Promise<TokenServer> {
  const server = await TokenServer.start(options);
  cleanups.push(() => server.close());
  return server;
}

function source(
  server: Pick<TokenServer, 'url'>,
  { clientSecret = secret, ...rest }: Partial<OAuth2Options> = {},
): OAuth2['accessTokens'] {
  const oauth2 = openOAuth2({
    url: server.url,
    clientId: 'upsteward',
    ...(clientSecret === 'none' ? {} : { clientSecret }),
    keepIn: join(folder, 'oauth2.json'),
    env: {},
    now: () => new Date(clock),
    log: (_level, code, message) => void logged.push(`${code} ${message}`),
    ...rest,
  });
  cleanups.push(() => oauth2.close());
  return oauth2.accessTokens;
}

async function failure(work: Promise<unknown>): Promise<OAuth2Error> {
  const error = await failureOf(OAuth2Error, work);
  expect(error.message).not.toMatch(/never-shown/);
  return error;
}

describe('an access token', () => {
  it('is asked for by the application itself, in the words of RFC 6749', async () => {
    const server = await provider();
    expect(await source(server, { scope: 'mail/.default' })()).toBe('access-1-never-shown');
    expect(server.requests).toEqual([
      { grant_type: 'client_credentials', client_id: 'upsteward', client_secret: secret, scope: 'mail/.default' },
    ]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is asked for with the refresh token of a user, also by an application without a secret', async () => {
    const server = await provider({ clientSecret: '' });
    await source(server, { refreshToken: first, clientSecret: 'none' })();
    expect(server.requests).toEqual([{ grant_type: 'refresh_token', client_id: 'upsteward', refresh_token: first }]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is kept until some minutes before its end', async () => {
    const server = await provider();
    const token = source(server);
    expect(await token()).toBe('access-1-never-shown');
    clock = start + 54 * minute;
    expect(await token()).toBe('access-1-never-shown');
    clock = start + 55 * minute;
    expect(await token()).toBe('access-2-never-shown');
  });

  it.each([
    ['a short life is used to its half', 60, 29, 31],
    ['a life written as a text', '7200', 115 * 60 - 1, 115 * 60],
    ['no life at all is five minutes', undefined, 149, 151],
    ['a life of nonsense is five minutes', 'soon', 149, 151],
  ])('%s', async (_name, lifetime, still, over) => {
    const server = await provider();
    server.lifetime = lifetime;
    const token = source(server);
    await token();
    clock = start + still * 1000;
    expect(await token()).toBe('access-1-never-shown');
    clock = start + over * 1000;
    expect(await token()).toBe('access-2-never-shown');
  });

  it('is asked for anew when the clock was set back', async () => {
    const token = source(await provider());
    await token();
    clock = start - 24 * 60 * minute;
    expect(await token()).toBe('access-2-never-shown');
  });

  it('is asked for once by all who wait', async () => {
    const server = await provider();
    let open = () => {};
    server.gate = new Promise((resolve) => {
      open = resolve;
    });
    const token = source(server);
    const all = Promise.all([token(), token(), token()]);
    open();
    expect(new Set(await all)).toEqual(new Set(['access-1-never-shown']));
    expect(server.requests).toHaveLength(1);
  });

  it('that is turned down is replaced once, unless it is too new for its age to matter', async () => {
    const server = await provider();
    const token = source(server);
    const old = await token();
    expect(await token(old)).toBe(old);
    clock += minute;
    const [one, other] = await Promise.all([token(old), token(old)]);
    expect([one, other]).toEqual(['access-2-never-shown', 'access-2-never-shown']);
    expect(await token(old)).toBe('access-2-never-shown');
    expect(server.requests).toHaveLength(2);
  });

  it('and what is done with it is tried once more, and no more', async () => {
    const server = await provider();
    const token = source(server);
    await token();
    clock += minute;
    const used: string[] = [];
    const work = async (each: string): Promise<string> => {
      used.push(each);
      throw new Error('turned down');
    };
    await expect(withAccessToken(token, work, () => true)).rejects.toThrow('turned down');
    expect(used).toEqual(['access-1-never-shown', 'access-2-never-shown']);
    await expect(withAccessToken(token, work, () => false)).rejects.toThrow('turned down');
    expect(used).toHaveLength(3);
  });
});

describe('a provider that gives none', () => {
  it('says so once for all, and is left alone for a while', async () => {
    const server = await provider();
    const token = source(server);
    server.instead = { status: 503, body: 'maintenance' };
    const error = await failure(token());
    expect(error).toMatchObject({ code: 'deferred', retry: true });
    server.instead = undefined;
    clock += 29_999;
    expect(await failure(token())).toBe(error);
    expect(server.requests).toHaveLength(1);
    clock += 1;
    expect(await token()).toBe('access-1-never-shown');
  });

  it('says how long to wait', async () => {
    const server = await provider();
    const token = source(server);
    server.instead = { status: 429, body: {}, headers: { 'retry-after': '600' } };
    expect(await failure(token())).toMatchObject({ code: 'deferred', retry: true, retryAfter: 600_000 });
    server.instead = undefined;
    clock += 599_000;
    await failure(token());
    clock += 1000;
    await token();
  });

  it('is away for hours, and comes back', async () => {
    const server = await provider();
    const { port } = server;
    const token = source(server);
    await token();
    await server.close();
    const messages = new Set<string>();
    for (let hour = 1; hour <= 6; hour += 1) {
      clock = start + hour * 60 * minute;
      const error = await failure(token());
      expect(error).toMatchObject({ code: 'unreachable', retry: true });
      messages.add(error.message);
    }
    expect([...messages]).toEqual([
      expect.stringMatching(/^No access token from http:.*\/token \(ECONNREFUSED.*\): check/),
    ]);
    await server.listen(port);
    clock += minute;
    expect(await token()).toBe('access-2-never-shown');
  });

  it('says nothing at all', async () => {
    const server = await provider();
    const oauth2 = source(server);
    server.gate = new Promise(() => {});
    const waiting = failure(oauth2());
    // What is under way ends with a stop.
    await new Promise<void>((resolve) => {
      const look = (): void => void (server.requests.length > 0 ? resolve() : setImmediate(look));
      look();
    });
    cleanups.pop()?.();
    expect(await waiting).toMatchObject({ code: 'unreachable', retry: true });
  });

  it('has a certificate that nobody knows: nothing is sent to it', async () => {
    const endpoint = await startEndpoint({ tls: true });
    cleanups.push(() => endpoint.close());
    const error = await failure(source(endpoint)());
    expect(error).toMatchObject({ code: 'tls', retry: true });
    expect(error.message).toContain('NODE_EXTRA_CA_CERTS');
    expect(endpoint.requests).toEqual([]);
  });

  it('sends us elsewhere: the secret does not go there', async () => {
    const server = await provider();
    const elsewhere = await provider();
    server.instead = { status: 307, body: '', headers: { location: elsewhere.url } };
    expect(await failure(source(server)())).toMatchObject({ code: 'misconfigured', retry: false });
    expect(elsewhere.requests).toEqual([]);
  });

  it('does not know the application: somebody must act', async () => {
    const error = await failure(source(await provider(), { clientSecret: 'wrong-never-shown' })());
    expect(error).toMatchObject({ code: 'auth', retry: false, reason: 'invalid_client' });
    expect(error.message).toMatch(/Whoever registered it there .*oauth2\.clientSecret.*"invalid_client"/);
  });
});

describe('a refresh token that changes with each use', () => {
  const file = () => join(folder, 'oauth2.json');

  it('is kept before the access token is given out, for its owner alone, and outlives the process', async () => {
    const server = await provider({ rotating: true });
    await source(server, { refreshToken: first })();
    expect(await readFile(file(), 'utf8')).toContain('refresh-1-never-shown');
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(await source(server, { refreshToken: first })()).toBe('access-2-never-shown');
    expect(server.requests.map((form) => form['refresh_token'])).toEqual([first, 'refresh-1-never-shown']);
    expect(await readdir(folder)).toEqual(['oauth2.json']);
  });

  it('gives way to a new one in the config', async () => {
    const server = await provider({ rotating: true });
    await source(server, { refreshToken: first })();
    server.refreshToken = 'given anew, never-shown';
    await source(server, { refreshToken: 'given anew, never-shown' })();
    expect(server.requests.at(-1)?.['refresh_token']).toBe('given anew, never-shown');
  });

  it('is shared with a command beside the agent: whoever comes later takes the newest', async () => {
    const server = await provider({ rotating: true });
    const [agent, doctor] = [source(server, { refreshToken: first }), source(server, { refreshToken: first })];
    for (const each of [agent, doctor, agent]) {
      await each();
      clock += 60 * minute;
    }
    expect(server.requests.map((form) => form['refresh_token'])).toEqual([
      first,
      'refresh-1-never-shown',
      'refresh-2-never-shown',
    ]);
  });

  it('was used by another process at the same moment: the next attempt takes the newest', async () => {
    const server = await provider({ rotating: true });
    const [agent, doctor] = [source(server, { refreshToken: first }), source(server, { refreshToken: first })];
    let open = () => {};
    server.gate = new Promise((resolve) => {
      open = resolve;
    });
    const both = Promise.allSettled([agent(), doctor()]);
    open();
    const lost = (await both).filter(({ status }) => status === 'rejected');
    expect(lost.length).toBeLessThan(2);
    clock += minute;
    expect(await Promise.all([agent(), doctor()])).toEqual([expect.any(String), expect.any(String)]);
  });

  it('that is stale, as after a restore, gives way to the one of the config', async () => {
    const server = await provider({ rotating: true });
    await source(server, { refreshToken: first })();
    server.refreshToken = first;
    clock += 60 * minute;
    await source(server, { refreshToken: first })();
    expect(await readFile(file(), 'utf8')).toContain('refresh-2-never-shown');
  });

  it('that nobody takes any more is asked with as often as there are different ones', async () => {
    const server = await provider({ rotating: true });
    await source(server, { refreshToken: first })();
    server.refreshToken = 'withdrawn';
    const error = await failure(source(server, { refreshToken: first })());
    expect(error).toMatchObject({ code: 'auth', retry: false, reason: 'invalid_grant' });
    expect(error.message).toMatch(/The user must allow the application anew.*oauth2\.refreshToken/);
    expect(server.requests).toHaveLength(3);
  });

  it('cannot be written: it is used all the same, said once, and written when that works again', async () => {
    const server = await provider({ rotating: true });
    const keepIn = join(folder, 'taken', 'oauth2.json');
    await writeFile(join(folder, 'taken'), 'a file where the folder should be');
    const token = source(server, { refreshToken: first, keepIn });
    for (let hour = 0; hour < 3; hour += 1) {
      await token();
      clock += 60 * minute;
    }
    expect(server.requests.map((form) => form['refresh_token'])).toEqual([
      first,
      'refresh-1-never-shown',
      'refresh-2-never-shown',
    ]);
    expect(logged).toEqual([expect.stringMatching(/^oauth2\.not-kept The new refresh token cannot be written/)]);
    expect(logged.join()).not.toContain('never-shown');
    await rm(join(folder, 'taken'));
    await token();
    expect(await readFile(keepIn, 'utf8')).toContain('refresh-4-never-shown');
  });

  it('in a file that is broken is as good as none', async () => {
    const server = await provider({ rotating: true });
    for (const text of ['', '{"origin"', '[]', '{"origin":"x","refreshToken":"y"}', '\u0000']) {
      server.refreshToken = first;
      await writeFile(file(), text);
      await chmod(file(), 0o600);
      await source(server, { refreshToken: first })();
    }
    expect(new Set(server.requests.map((form) => form['refresh_token']))).toEqual(new Set([first]));
  });
});
