/** Every command in the documentation: known to the program as it is written there, and run where a test can run it. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildProgram } from '../../agent/main.ts';
import { smartUps } from '../../scripts/simulator/units.ts';
import { Place } from '../agent/cli/support.ts';
import { inlineCommands, linesOf, type ShellLine, shellLines, upstewardWords } from './shell-lines.ts';

const lines = shellLines();
const ours = lines.filter(({ text }) => upstewardWords(text) !== undefined);
const wordsOf = ({ text }: ShellLine): readonly string[] => upstewardWords(text) ?? [];

/** The program without what it does: `undefined`, or why the words cannot be typed so. */
async function mistakeIn(words: readonly string[]): Promise<string | undefined> {
  const program = buildProgram();
  let called = false;
  const disarm = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
    if (command !== program)
      command.action(() => {
        called = true;
      });
    for (const each of command.commands) disarm(each);
  };
  disarm(program);
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    return (error as { exitCode?: number }).exitCode === 0 ? undefined : String(error);
  }
  return called ? undefined : 'it calls no command';
}

describe('commands in the documentation', () => {
  test('are there', () => {
    expect(ours.length).toBeGreaterThan(40);
    expect(
      linesOf('x.md', '```sh\nupsteward a \\\n  b # c\n```\n```text\n$ upsteward d\nanswer\n```\n').map(
        ({ text }) => text,
      ),
    ).toEqual(['upsteward a b', 'upsteward d']);
    expect(upstewardWords("A=b upsteward poll 'Server room'")).toEqual(['poll', 'Server room']);
    expect(upstewardWords('systemctl reload upsteward')).toBeUndefined();
  });

  test.each(ours)('$at: $text', async (line) => {
    expect(await mistakeIn(wordsOf(line))).toBeUndefined();
  });

  test('one that is wrong is noticed', async () => {
    for (const words of [
      ['stauts'],
      ['status', '--al'],
      ['poll'],
      ['reseller', 'accept'],
      ['preview', '--days', 'x'],
      ['events', 'all'],
    ])
      expect(await mistakeIn(words), words.join(' ')).toBeDefined();
  });

  test('in running text name commands that there are', () => {
    const known = new Set(buildProgram().commands.map((command) => command.name()));
    const unknown = inlineCommands().filter(({ text }) => !known.has(text));
    expect(inlineCommands().length).toBeGreaterThan(20);
    expect(unknown).toEqual([]);
  });
});

describe('other lines', () => {
  test('of npm name scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const named = lines.flatMap(({ text }) => [...text.matchAll(/npm (?:run (?:-s )?([\w:]+)|(test))/g)]);
    expect(named.length).toBeGreaterThan(4);
    for (const [line, script, plain] of named) expect(scripts, line).toHaveProperty([script ?? plain ?? '']);
  });

  /**
   * What a test here cannot run, because it changes a whole machine: those of
   * docs/install.md are carried out by scripts/acceptance/install-guide.ts (Docker: docker.ts), curl by api.peer.test, others by hand. */
  const ofTheMachine = [
    'apt',
    'cd',
    'chmod',
    'chown',
    'cp',
    'curl',
    'docker',
    'export',
    'alias',
    'install',
    'journalctl',
    'ln',
    'mkdir',
    'npm',
    'ssh',
    'systemctl',
    'useradd',
  ];

  test('begin with commands that are listed here, and each of these is used', () => {
    const others = lines.filter((line) => upstewardWords(line.text) === undefined);
    const first = new Set(others.map(({ text }) => text.split(' ')[0] ?? ''));
    expect([...first].filter((word) => !ofTheMachine.includes(word))).toEqual([]);
    expect(ofTheMachine.filter((word) => !first.has(word) && word !== 'docker')).toEqual([]);
  });
});

/** Commands that are not run here, by how they begin: they are run by other tests, or need what only a reader has. */
const notRun: Readonly<Record<string, string>> = {
  run: 'runs already',
  init: 'test/agent/cli/init',
  discover: 'searches networks of the reader',
  capture: 'writes into the folder of the reader',
  remind: 'test/agent/cli/run',
  'battery-replaced': 'carries a date',
  set: 'carries a date',
  'dates import': 'takes a file of the reader',
  backup: 'test/agent/cli/backup',
  'set-password': 'test/agent/cli/password',
  'poll snmp:': 'a card of the reader',
  'reseller disconnect': 'test/agent/cli/run',
  '--version': 'test/agent/cli/usage',
};

describe('commands on a simulated site', () => {
  let place: Place;

  beforeAll(async () => {
    place = await Place.open([
      { name: 'one', values: smartUps({ serial: 'AS2212000001' }) },
      { name: 'two', community: 'other', values: smartUps({ serial: 'AS2212000002' }) },
    ]);
    await place.write(
      `reseller: { email: sales@reseller.example }\nmail: { url: "${place.sink.url}", from: ups@customer.example }`,
      [`{ name: Server room, ${place.snmp('one')} }`, `{ name: Basement, ${place.snmp('two', ', community: other')} }`],
    );
    const agent = place.run(['run']);
    await agent.logged('run.done');
    await place.sink.arrived(1);
    vi.stubEnv('UPSTEWARD_CONFIG', place.config);
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await place.close();
  });

  async function carriedOut(words: readonly string[]): Promise<{ code: number; stdout: string }> {
    let stdout = '';
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      stdout += String(text);
      return true;
    });
    try {
      await buildProgram().parseAsync([...words], { from: 'user' });
      return { code: Number(process.exitCode ?? 0), stdout };
    } finally {
      spy.mockRestore();
      process.exitCode = 0;
    }
  }

  const isRun = ({ text }: ShellLine): boolean =>
    !Object.keys(notRun).some((begin) => (upstewardWords(text) ?? []).join(' ').startsWith(begin));
  const once = [...new Set(ours.filter(isRun).map(({ text }) => text))];

  test('each exception is used', () => {
    const texts = ours.map((line) => wordsOf(line).join(' '));
    expect(Object.keys(notRun).filter((begin) => !texts.some((text) => text.startsWith(begin)))).toEqual([]);
    expect(once.length).toBeGreaterThan(12);
  });

  test.each(once)('%s', async (text) => {
    const isCode = (word: string): boolean => word === 'CODE' || /^[0-9A-Z]{4}-[0-9A-Z]{4}$/.test(word);
    const words = (upstewardWords(text) ?? []).map((word) => (isCode(word) ? place.code() : word));
    const { code, stdout } = await carriedOut(words);
    expect(stdout).not.toBe('');
    expect(code, stdout).toBe(0);
  });
});
