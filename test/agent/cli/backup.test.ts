import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstConfig } from '../../../scripts/package/first-config.ts';
import { smartUps } from '../../../scripts/simulator/units.ts';
import { read } from '../../house/tree.ts';
import type { Cli } from '../../support/cli.ts';
import { customer, Place } from './support.ts';

let place: Place;
let agent: Cli;
const file = (name: string): string => join(place.folder, name);

/** One site for the whole file: told of its battery by mail, backed up, lost and brought back. */
beforeAll(async () => {
  place = await Place.open([{ name: 'hall', values: {} }]);
  const printed = place.printed.bind(place);
  place.simulator.unit('hall').merge(
    smartUps({
      serial: 'AS2216000051',
      manufactured: printed(-1500),
      installed: printed(-1430),
      replaceBy: printed(25),
    }),
  );
  await place.write([`mail: { url: "smtp://127.0.0.1:${place.sink.port}", from: ups@customer.example }`].join('\n'), [
    `{ name: hall, ${place.snmp('hall')} }`,
  ]);
  agent = place.run(['run']);
  await agent.logged('run.done');
  await place.sink.arrived(1);
}, 60_000);
afterAll(() => place.close());

describe('a backup from the command line', { timeout: 60_000 }, () => {
  it('is made while the agent runs, and leaves nothing behind in the state folder', async () => {
    const made = await place.cli(['backup', file('running.backup')]);
    expect(made).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^Written: .*It holds secrets\.\n$/),
    });
    expect((await stat(file('running.backup'))).mode & 0o777).toBe(0o600);
    expect((await readdir(place.state)).filter((name) => name.startsWith('backup'))).toEqual([]);
  });

  it('never replaces a file, and says where it cannot write', async () => {
    const before = await readFile(file('running.backup'));
    expect(await place.cli(['backup', file('running.backup')])).toMatchObject({ code: 1 });
    expect(await readFile(file('running.backup'))).toEqual(before);
    expect((await place.cli(['backup', file('none/here')])).stderr).toMatch(/^upsteward: Cannot write .*ENOENT/);
  });

  it('is not restored under a running agent', async () => {
    const refused = await place.cli(['restore', file('running.backup')]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/already|running/);
  });

  it('is not restored over a state, unless that is set aside', async () => {
    agent.signal('SIGTERM');
    await agent.ended();
    const refused = await place.cli(['restore', file('running.backup')]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--replace') });
    const restored = await place.cli(['restore', file('running.backup'), '--replace']);
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expect((await readdir(place.state)).filter((name) => name.startsWith('before-restore-'))).toHaveLength(1);
  });

  it('brings state and config back on an empty machine, and nothing is sent again', async () => {
    await rm(place.state, { recursive: true });
    await rm(place.config);
    const restored = await place.cli(['restore', file('running.backup')]);
    expect(restored.stdout).toContain(
      'The config file was missing, or nobody had filled it in: it is that of the backup now.',
    );
    const sent = place.sink.mails.length;
    agent = place.run(['run']);
    await agent.logged('poll.answers');
    expect((await place.cli(['test-mail'])).code).toBe(0);
    agent.signal('SIGTERM');
    await agent.ended();
    const [last] = place.sink.mails.slice(sent);
    expect(place.sink.mails).toHaveLength(sent + 1);
    expect(last?.parsed.to).toMatchObject({ text: customer });
    const events = await place.json<{ told: unknown[] }[]>('events');
    expect(events[0]?.told).toMatchObject([{ to: 'customer', step: '30', state: 'told' }]);
  });

  it('brings the config back over the one of a fresh package, and over no other', async () => {
    const config = await readFile(place.config, 'utf8');
    const first = firstConfig(read('config/sample.yaml'), 'schema.json');
    await writeFile(place.config, first);
    expect(await place.cli(['restore', file('running.backup'), '--replace', '--json'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"configWritten": true'),
    });
    expect(await readFile(place.config, 'utf8')).toBe(config);
    const kept = (await readdir(place.folder)).find((name) => name.startsWith('config.yaml.before-restore-'));
    expect(await readFile(file(kept ?? ''), 'utf8')).toBe(first);
    await writeFile(place.config, `${config}# mine\n`);
    const { stdout } = await place.cli(['restore', file('running.backup'), '--replace', '--json']);
    expect(stdout).toContain('"configWritten": false');
    expect(await readFile(place.config, 'utf8')).toBe(`${config}# mine\n`);
  });

  it('is made without an agent as well', async () => {
    expect((await place.cli(['backup', file('stopped.backup')])).code).toBe(0);
    expect(await place.cli(['restore', file('stopped.backup'), '--replace', '--json'])).toMatchObject({ code: 0 });
  });

  it('that is no backup is refused', async () => {
    expect(await place.cli(['restore', place.config])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot be restored'),
    });
  });

  it('one unit is exported with its notices and mails', async () => {
    const { stdout } = await place.cli(['export', 'hall']);
    const all = JSON.parse(stdout) as Record<string, unknown[]>;
    expect(all).toMatchObject({ unit: { serial: 'AS2216000051' }, notices: [{ step: '30' }] });
    expect(all['messages']).toHaveLength(1);
    expect(all['history']?.length).toBeGreaterThan(0);
    expect((await place.cli(['export', 'attic'])).stderr).toMatch(/no UPS named "attic"/);
  });
});
