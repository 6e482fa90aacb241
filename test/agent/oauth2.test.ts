/** Mail by access token, as the whole agent sends it: a provider that is away, comes back, refuses, and is put right. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { TokenServer, type TokenServerOptions } from '../support/token-server.ts';
import { afterwards, reseller, World } from './support.ts';

const user = 'ups@customer.example';
const secrets = /never-shown/;

async function open(options: TokenServerOptions = {}): Promise<{ world: World; provider: TokenServer }> {
  const provider = await TokenServer.start(options);
  afterwards(() => provider.close());
  const tokens = (name: string, token: string): boolean => name === user && provider.good.has(token);
  const world = await World.open([], { tokens });
  return { world, provider };
}

/** The config of such a site, with these lines in its section `oauth2`. */
function words(world: World, tokenUrl: string, lines: readonly string[]) {
  return {
    ups: [],
    reseller,
    mail: false,
    more: [
      'mail:',
      `  url: smtp://127.0.0.1:${world.sink.port}`,
      '  from: ups@customer.example',
      `  user: ${user}`,
      'oauth2:',
      `  tokenUrl: ${tokenUrl}`,
      '  clientId: upsteward',
      ...lines.map((line) => `  ${line}`),
    ].join('\n'),
  };
}

const secret = 'clientSecret: client-secret-never-shown';

it('mail waits while the provider is away for hours, with one line in the log, and leaves when it is back', async () => {
  const { world, provider } = await open();
  const { port, url } = provider;
  await provider.close();
  await world.start(words(world, url, [secret]));
  await world.book.until('mail.deferred');
  for (const time of ['06:30', '07:00', '08:30', '10:00', '14:00', '20:00']) await world.at(0, time);
  expect(world.mails()).toEqual([]);
  expect(world.book.of('mail.deferred')).toEqual([
    expect.stringMatching(/^No access token from http:.* Trying again at/),
  ]);
  await provider.listen(port);
  await world.at(1, '02:00');
  await world.sink.arrived(1);
  expect(world.mails(reseller)).toHaveLength(1);
  expect(provider.requests).toHaveLength(1);
  expect(JSON.stringify(world.book.lines)).not.toMatch(secrets);
});

it('mail waits for whoever must act, and leaves once the config is right', async () => {
  const { world, provider } = await open();
  const wrong = words(world, provider.url, ['clientSecret: another-secret-never-shown']);
  const agent = await world.start(wrong);
  await world.book.until('mail.deferred');
  for (const time of ['06:30', '07:00', '12:00']) await world.at(0, time);
  expect(world.book.of('mail.deferred')).toEqual([
    expect.stringMatching(/does not know the application.*invalid_client/),
  ]);
  await agent.reload(await world.config(words(world, provider.url, [secret])));
  await world.at(1, '02:00');
  await world.sink.arrived(1);
  expect(JSON.stringify([world.book.lines, await world.status()])).not.toMatch(secrets);
});

it('a refresh token that changes is kept through a restart, outside of every record', async () => {
  const { world, provider } = await open({ rotating: true });
  const site = words(world, provider.url, [secret, 'refreshToken: refresh-0-never-shown']);
  const first = await world.start(site);
  await world.sink.arrived(1);
  await first.stop();
  const state = first.office.config.stateDir;
  expect(await readFile(join(state, 'oauth2.json'), 'utf8')).toContain('refresh-1-never-shown');
  expect((await stat(join(state, 'oauth2.json'))).mode & 0o777).toBe(0o600);
  await world.start(site);
  await world.command('test-mail');
  expect(provider.requests.map((form) => form['refresh_token'])).toEqual([
    'refresh-0-never-shown',
    'refresh-1-never-shown',
  ]);
  const { path } = await world.command<{ path: string }>('backup');
  for (const name of (await readdir(state, { recursive: true })).filter((each) => each !== 'oauth2.json')) {
    const text = await readFile(join(state, name), 'latin1').catch(() => '');
    expect(`${name} ${text}`).not.toMatch(secrets);
  }
  const backup = gunzipSync(await readFile(path)).toString('utf8');
  expect(backup).toContain(reseller);
  expect(backup).not.toMatch(secrets);
  expect(JSON.stringify(world.book.lines)).not.toMatch(secrets);
});
