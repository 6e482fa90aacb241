import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../../agent/doctor/finding.ts';
import { smartUps } from '../../../scripts/simulator/units.ts';
import { startEndpoint, type TestEndpoint } from '../../support/endpoint.ts';
import { startMailSink } from '../../support/mail-sink.ts';
import { TokenServer } from '../../support/token-server.ts';
import { customer, Place, reseller, secrets } from './support.ts';

let place: Place;
let endpoint: TestEndpoint;

beforeAll(async () => {
  endpoint = await startEndpoint({ reply: () => ({ status: 204 }) });
  place = await Place.open([{ name: 'hall', values: {} }], { auth: { user: 'ups', password: secrets.mail } });
  const printed = place.printed.bind(place);
  place.simulator
    .unit('hall')
    .merge(smartUps({ manufactured: printed(-1500), installed: printed(-400), replaceBy: printed(900) }));
  await place.write(config(secrets.mail), units());
});
afterAll(async () => {
  await place.close();
  await endpoint.close();
});

const config = (password: string): string =>
  [
    `reseller: { email: ${reseller} }`,
    `mail: { url: "smtp://127.0.0.1:${place.sink.port}", from: ups@customer.example, user: ups, password: ${password} }`,
    `cloud: { endpoint: "${endpoint.url}", secret: ${secrets.cloud} }`,
  ].join('\n');
const units = (...more: string[]): string[] => [
  `{ name: hall, ${place.snmp('hall')}, warranty: { end: ${place.day(500)} } }`,
  ...more,
];
const problems = (findings: readonly Finding[]): string[] =>
  findings.filter(({ level }) => level === 'problem').map(({ topic, says }) => `${topic} ${says}`);

describe('the doctor', { timeout: 60_000 }, () => {
  it('finds nothing wrong where nothing is, tells nobody, and changes nothing', async () => {
    const findings = await place.json<Finding[]>('doctor');
    expect(problems(findings)).toEqual([]);
    expect(findings).toContainEqual(expect.objectContaining({ topic: 'ups', level: 'ok' }));
    expect(findings).toContainEqual(
      expect.objectContaining({ topic: 'mail', level: 'ok', says: expect.stringContaining('logged in') }),
    );
    expect(findings).toContainEqual(expect.objectContaining({ topic: 'endpoint', level: 'ok' }));
    expect(place.sink.mails).toEqual([]);
    expect(endpoint.requests).toEqual([]);
    await expect(readdir(place.state)).rejects.toThrow('ENOENT');
  });

  it('says in plain words what is wrong and what to do, and ends with 1', async () => {
    const answers = 'answers: { url: "imap://127.0.0.1:9", user: answers@customer.example, password: hidden-password }';
    await place.write(
      `${config('wrong')}\n${answers}`,
      units('{ name: attic, snmp: { host: 127.0.0.1, port: 9, timeout: 0.1, retries: 0 } }'),
    );
    const { code, stdout } = await place.cli(['doctor']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/PROBLEM {2}ups {7}attic: unreachable: .*\n {19}→ See drivers\/snmp\/README\.md/);
    expect(stdout).toMatch(/PROBLEM {2}mail {6}.*(password|login|535)/i);
    expect(stdout).toMatch(
      /PROBLEM {2}answers {3}Cannot read the mailbox at 127\.0\.0\.1:9: .*\n {19}→ Correct the section/,
    );
    expect(stdout).not.toContain('hidden-password');
    expect(stdout).toMatch(/\d problem\(s\), \d+ warning\(s\), \d+ in order\.\n$/);
    expect(stdout).not.toContain(secrets.cloud);
  });

  it('logs in with an access token, and says who must do what where there is none', async () => {
    const provider = await TokenServer.start();
    const ups = 'ups@customer.example';
    const sink = await startMailSink({ tokens: (user, token) => user === ups && provider.good.has(token) });
    const byToken = [
      `mail: { url: "smtp://127.0.0.1:${sink.port}", from: ${ups}, user: ${ups} }`,
      `oauth2: { tokenUrl: "${provider.url}", clientId: upsteward, clientSecret: client-secret-never-shown }`,
    ].join('\n');
    try {
      await place.write(byToken, units());
      const findings = await place.json<Finding[]>('doctor');
      expect(problems(findings)).toEqual([]);
      const says = `127.0.0.1:${sink.port} answers (encrypted, logged in with an access token).`;
      expect(findings).toContainEqual({ topic: 'mail', level: 'ok', says });
      provider.instead = {
        status: 401,
        body: { error: 'invalid_client', error_description: 'AADSTS7000222: expired' },
      };
      const { code, stdout } = await place.cli(['doctor', '--json']);
      expect(code).toBe(1);
      expect(stdout).toMatch(/"topic": "mail",\n *"level": "problem",\n *"says": ".*AADSTS7000222.*/);
      expect(stdout).not.toContain('never-shown');
    } finally {
      await sink.close();
      await provider.close();
    }
  });

  it('goes on as far as it can with a config that has mistakes', async () => {
    await place.write(`${config(secrets.mail)}\nsitee: {}`, units());
    const { code, stdout } = await place.cli(['doctor']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/PROBLEM {2}config .*sitee/);
  });

  it('--send drives one event marked TEST to the customer only', async () => {
    await place.write(config(secrets.mail), units());
    const { code, stdout, stderr } = await place.cli(['doctor', '--send']);
    expect(stderr).toBe('');
    expect(stdout).toContain(`An event marked TEST was sent to ${customer}`);
    expect(code).toBe(0);
    expect(place.sink.mails.map(({ parsed }) => [parsed.to, parsed.subject])).toMatchObject([
      [{ text: customer }, expect.stringMatching(/^\[TEST\] .*TEST/)],
    ]);
    expect(endpoint.requests).toEqual([]);
    expect((await place.json<{ ups: unknown[] }>('status')).ups).toHaveLength(1);
    expect(await place.json('events', '--all')).toEqual([]);
  });
});
