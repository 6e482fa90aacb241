/**
 * Without `allowWrite` the code that writes is not there: the real program runs in processes of its own, a spy in Node's
 * module loader notes every file that is loaded, and no writer is among them. With it, and only then, they are.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReplacedOutput } from '../../../agent/commands/battery.ts';
import { oids, smartUps } from '../../../scripts/simulator/units.ts';
import { Place } from './support.ts';

let place: Place;
const serial = 'AS2216000001';

beforeAll(async () => {
  place = await Place.open([{ name: 'hall', values: {}, writing: { community: 'private' } }]);
  const printed = place.printed.bind(place);
  const values = smartUps({ serial, manufactured: printed(-1500), installed: printed(-1430), replaceBy: printed(25) });
  place.simulator.unit('hall').merge(values);
});
afterAll(() => place.close());

async function configured(allowed: boolean): Promise<void> {
  const snmp = place.snmp('hall', ', writeCommunity: private');
  await place.write('polling: { interval: 10s, confirmAfter: 1s }', [
    `{ name: hall, allowWrite: ${allowed}, ${snmp} }`,
  ]);
}

/** Notes the URL of each module that a process loads, a line each. */
const hooks = `
  import { appendFileSync } from 'node:fs';
  let file;
  export const initialize = (path) => { file = path; };
  export const load = (url, context, next) => { appendFileSync(file, url + '\\n'); return next(url, context); };`;
const inUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

class Spy {
  readonly path: string;

  constructor(name: string) {
    this.path = join(place.folder, `${name}.loaded`);
  }

  get env(): Record<string, string> {
    const register = `import { register } from 'node:module'; register(${JSON.stringify(inUrl(hooks))}, { data: ${JSON.stringify(this.path)} });`;
    // Node 26 prefers hooks that Node 20 does not have.
    return { NODE_OPTIONS: `--disable-warning=DEP0205 --import=${inUrl(register)}` };
  }

  /** The files of drivers/ that were loaded since the last look. */
  async drivers(): Promise<string[]> {
    const loaded = (await readFile(this.path, 'utf8')).match(/(?<=\/)drivers\/[\w/-]+\.js/g) ?? [];
    await writeFile(this.path, '');
    return [...new Set(loaded)];
  }
}

const ofWriters = (files: readonly string[]): string[] => files.filter((path) => /writers?\.js$/.test(path));
const sets = (): number => place.simulator.unit('hall').requests.filter(({ kind }) => kind === 'set').length;

describe('what a process loads', { timeout: 120_000 }, () => {
  it('without allowWrite is no writer: an agent that polls, and a change of the battery told to it', async () => {
    await configured(false);
    const spy = new Spy('agent');
    const agent = place.run(['run'], { env: spy.env });
    await agent.logged('poll.answers');
    await agent.logged('event.opened');
    const output = await place.json<ReplacedOutput>('battery-replaced', 'hall', '--date', place.day(-2));
    expect(output.writing).toEqual([]);
    agent.signal('SIGTERM');
    expect(await agent.ended()).toMatchObject({ code: 0, stderr: '' });
    const loaded = await spy.drivers();
    expect(loaded).toContain('drivers/snmp/driver.js');
    expect(ofWriters(loaded)).toEqual([]);
    expect(sets()).toBe(0);
  });

  it('without allowWrite is no writer: commands while no agent runs', async () => {
    const spy = new Spy('commands');
    const { port } = place.simulator.unit('hall');
    const commands = [
      ['poll', 'hall'],
      ['poll', `snmp://127.0.0.1:${port}?version=2c`],
      ['battery-replaced', 'hall', '--date', place.day(-2)],
    ];
    for (const command of commands) {
      expect(await place.cli(command, { env: spy.env }), command.join(' ')).toMatchObject({ code: 0, stderr: '' });
      expect(ofWriters(await spy.drivers()), command.join(' ')).toEqual([]);
    }
    expect(sets()).toBe(0);
  });

  it('with allowWrite is the writer of that driver, once there is something to write', async () => {
    await configured(true);
    const spy = new Spy('writing');
    await place.cli(['status'], { env: spy.env });
    expect(ofWriters(await spy.drivers())).toEqual([]);
    const said = await place.cli(['battery-replaced', 'hall', '--date', place.day(-2)], { env: spy.env });
    expect(said).toEqual({
      code: 0,
      stdout: `Recorded: the battery of hall was changed on ${place.day(-2)}.\nhall (snmp): written and read back: upsBasicBatteryLastReplaceDate ${place.printed(-2)}\n`,
      stderr: '',
    });
    expect(ofWriters(await spy.drivers()).sort()).toEqual(['drivers/snmp/writer.js', 'drivers/writers.js']);
    expect(place.simulator.unit('hall').get(oids.installed)).toBe(place.printed(-2));
    expect(sets()).toBe(1);
  });

  it('and no secret is in what it printed or kept', async () => {
    expect(place.output).not.toContain('private');
    expect(await place.stateFiles()).not.toContain('private');
  });
});
