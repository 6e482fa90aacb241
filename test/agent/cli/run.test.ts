import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../../../agent/control/client.ts';
import { smartUps } from '../../../scripts/simulator/units.ts';
import type { Cli } from '../../support/cli.ts';
import { startEndpoint, type TestEndpoint } from '../../support/endpoint.ts';
import { customer, Place, reseller, secrets } from './support.ts';

let place: Place;
let endpoint: TestEndpoint;
let agent: Cli;

const login = { protocol: 'sha', password: 'another passphrase' } as const;

/** One agent for the whole file: each test goes on where the one before ended. */
beforeAll(async () => {
  endpoint = await startEndpoint({ reply: () => ({ status: 500, body: 'out of order' }) });
  place = await Place.open(
    [
      { name: 'hall', community: secrets.community, values: {} },
      { name: 'locked', values: smartUps(), users: [{ name: 'steward', auth: login }] },
    ],
    { auth: { user: 'ups', password: secrets.mail } },
  );
  const printed = place.printed.bind(place);
  place.simulator.unit('hall').merge(
    smartUps({
      serial: 'AS2216000051',
      manufactured: printed(-1500),
      installed: printed(-1430),
      replaceBy: printed(25),
    }),
  );
  await place.write(goodConfig(), goodUnits());
  agent = place.run(['run']);
  await agent.logged('run.done');
  await place.sink.arrived(2);
}, 60_000);

afterAll(async () => {
  await place.close();
  await endpoint.close();
});

const goodConfig = (): string =>
  [
    `reseller: { email: ${reseller} }`,
    `mail: { url: "smtp://127.0.0.1:${place.sink.port}", from: ups@customer.example, user: ups, password: ${secrets.mail} }`,
    `cloud: { endpoint: "${endpoint.url}", secret: ${secrets.cloud} }`,
    'log: { level: debug }',
  ].join('\n');

const goodUnits = (): string[] => [
  `{ name: hall, site: Hall 2, ${place.snmp('hall', `, community: ${secrets.community}`)} }`,
  `{ name: locked, ${place.snmp('locked', `, user: steward, authPassword: ${secrets.auth}, privPassword: ${secrets.priv}`)} }`,
];

describe('a running agent', { timeout: 60_000 }, () => {
  it('answers the commands that only look', async () => {
    const [health, text, status, events, poll, unknown, second] = await Promise.all([
      place.cli(['health']),
      place.cli(['status']),
      place.json<{ running: boolean; ups: { ups: string; poll?: { verdict: string } }[] }>('status'),
      place.json<object[]>('events'),
      place.json<object>('poll', 'hall'),
      place.cli(['poll', 'attic']),
      place.cli(['run']),
    ]);
    expect(health).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^upsteward \S+ is running$/m) });
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/^upsteward \S+ is running$/m);
    expect(text.stdout).toMatch(new RegExp(`^reseller: ${reseller} is pending `, 'm'));
    expect(text.stdout).toMatch(
      /^hall +Hall 2 +Smart-UPS 1500 +AS2216000051 .*battery-replacement-due +ups, \d+ s ago$/m,
    );
    expect(text.stdout).toMatch(/^locked .*unreachable, \d+ s ago: .+/m);
    expect(status).toMatchObject({
      running: true,
      ups: [{ ups: 'hall', poll: { verdict: 'ups' } }, { ups: 'locked' }],
    });
    expect(events).toMatchObject([
      {
        ups: 'hall',
        event: 'battery-replacement-due',
        title: 'Battery Replacement Due',
        state: 'open',
        date: place.day(25),
        daysLeft: 25,
        told: [{ to: 'customer', step: '30', state: 'told' }],
        reminder: { allowed: false, why: expect.stringMatching(/has not accepted the invitation yet/) },
      },
    ]);
    expect(poll).toMatchObject({
      ups: 'hall',
      driver: 'snmp',
      verdict: 'ups',
      facts: { 'battery.date.maintenance': { value: place.day(25), source: 'ups', confidence: 'sound' } },
    });
    expect(unknown).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/no UPS named "attic".*status/),
    });
    expect(second).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/another agent is running on .*state; stop it/),
    });
    expect(agent.running, 'the first goes on').toBe(true);
  });

  it('takes the answer of the reseller, and reminds once a day', async () => {
    const due = { name: 'hall', event: 'battery-replacement-due' };
    const refused = (command: string, args: object) =>
      expect(ask(place.state, { command, args: { ...args } }), JSON.stringify(args)).rejects;
    await refused('remind', due).toThrow(/has not accepted the invitation yet/);
    const wrong = await place.cli(['reseller', 'accept', 'ABCD-EFGH']);
    expect(wrong).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/not the code/) });
    const right = await place.cli(['reseller', 'accept', place.code().toLowerCase().replace('-', ' ')]);
    expect(right).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/has accepted/) });
    const again = await ask(place.state, { command: 'reseller accept', args: { code: place.code() } });
    expect(again, 'what already holds').toMatchObject({
      changed: false,
      says: expect.stringMatching(/already accepted/),
    });

    const before = 3;
    await place.sink.arrived(before);
    const remind = await place.cli(['remind', 'hall', 'battery-replacement-due']);
    expect(remind).toMatchObject({ code: 0, stdout: `A reminder goes to ${reseller}.\n`, stderr: '' });
    await place.sink.arrived(before + 1);
    expect(place.sink.mails.findLast(({ to }) => to[0] === reseller)?.parsed.text).toContain('AS2216000051');
    const twice = await place.cli(['remind', 'hall', 'battery-replacement-due']);
    expect(twice).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/already sent today/) });
    await refused('remind', { ...due, event: 'battery-dead' }).toThrow(/"battery-dead".*battery-replacement-due/);
    await refused('remind', { ...due, event: 'replace-battery' }).toThrow(/never had that event/);
    await refused('remind', { ...due, name: 'attic' }).toThrow(/no UPS named "attic"/);
  });

  it('reads the config again on SIGHUP, and keeps the old one when the new one is bad', async () => {
    await writeFile(place.config, `site: { company: X }\nmail: { password: ${secrets.mail}, nope: 1 }\n`, {
      mode: 0o600,
    });
    agent.signal('SIGHUP');
    const refused = await agent.logged('config.not-reloaded');
    expect(refused).toMatchObject({ level: 'error', msg: expect.stringMatching(/config\.yaml:2:\d+ mail\.nope/) });
    await place.write(`${goodConfig()}nope: 1\n`, goodUnits());
    expect(await place.cli(['health']), 'the agent is well').toMatchObject({ code: 0 });
    const asked = await place.cli(['reseller', 'status']);
    expect(asked).toMatchObject({ code: 0, stderr: expect.stringContaining('the agent answers by what it has read') });
    await place.write(goodConfig(), [
      `{ name: hall, site: Hall 3, ${place.snmp('hall', `, community: ${secrets.community}`)} }`,
    ]);
    agent.signal('SIGHUP');
    await agent.logged('config.reloaded');
    const status = await place.json<{ ups: object[]; reseller: object }>('status');
    expect(status.ups).toMatchObject([{ ups: 'hall', site: 'Hall 3' }]);
    expect(status.reseller).toMatchObject({ state: 'confirmed' });
  });

  it('ends with SIGTERM, and leaves a command what it knew', async () => {
    await place.write(goodConfig().replace('level: debug', 'level: error'), goodUnits());
    agent.signal('SIGHUP');
    await agent.logged('config.reloaded', 2);
    agent.signal('SIGTERM');
    const { code, stderr, stdout } = await agent.ended();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(agent.log().at(-1), 'from the reload on only errors are logged').toMatchObject({ code: 'config.reloaded' });
    for (const line of stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('time');
    const optOut = await place.cli(['reseller', 'decline', place.code()]);
    expect(optOut, 'a decline after having accepted').toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/opted out/i),
    });
  });

  it('shows secrets nowhere: not in the output, not in the log at level debug, not in the state folder', async () => {
    const all = place.output + agent.stdout + agent.stderr + (await place.stateFiles());
    expect(all).toContain('AS2216000051');
    for (const word of Object.values(secrets)) expect(all.includes(word), word).toBe(false);
    for (const { raw } of place.sink.mails) expect(raw).not.toMatch(/Marker/);
    expect(JSON.stringify(endpoint.requests)).not.toMatch(/Marker/);
    expect(agent.log().map(({ code }) => code)).toContain('poll.unreachable');
    expect(place.sink.mails.filter(({ to }) => to[0] === customer).length).toBeGreaterThan(0);
  });
});
