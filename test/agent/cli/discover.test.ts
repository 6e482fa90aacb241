/** The command `discover` on simulated units. */
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { DiscoverOptions } from '../../../agent/cli/discover-request.ts';
import { runDiscover } from '../../../agent/cli/discover-run.ts';
import { socketName } from '../../../agent/control/protocol.ts';
import { type DiscoveryWorld, realWorld } from '../../../agent/discovery/discover.ts';
import { ConfigEditError } from '../../../config/config.ts';
import { type SimulatedUpsd, startUpsd } from '../../../scripts/simulator/nut.ts';
import { type Simulator, startSimulator } from '../../../scripts/simulator/simulator.ts';
import { smartUps } from '../../../scripts/simulator/units.ts';
import { Cli } from '../../support/cli.ts';

let folder: string;
let config: string;
let simulator: Simulator;
let upsd: SimulatedUpsd;
let port: number;

const world: DiscoveryWorld = { ...realWorld, timeoutMs: 200 };

beforeAll(async () => {
  simulator = await startSimulator({
    units: [{ name: 'rack', host: '127.9.3.2', values: smartUps({ serial: 'AS2212000001' }) }],
  });
  port = simulator.unit('rack').port;
  upsd = await startUpsd({
    units: {
      lab: { 'device.model': 'Smart-UPS 750', 'device.serial': 'AS1212000009', 'ups.status': 'OL' },
      same: { 'device.model': 'Smart-UPS 1500', 'device.serial': 'AS2212000001', 'ups.status': 'OL' },
    },
  });
  folder = await mkdtemp(join(tmpdir(), 'discover-'));
  config = join(folder, 'config.yaml');
});

afterAll(async () => {
  await simulator.close();
  await upsd[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const lines = (): string[] => [
  'site: { company: Customer Ltd, contact: { name: Ira, mail: it@customer.example } } # us',
  'mail: { url: "smtp://localhost", from: it@customer.example } # out',
  'stateDir: state',
  'ups:',
  `  - { name: Lab, nut: "lab@127.0.0.1:${upsd.port}" } # known`,
  '  - { name: Users, snmp: { host: h, user: u, authPassword: MarkerPassphrase } }',
  '# the end',
];

beforeEach(async () => await writeFile(config, `${lines().join('\n')}\n`, { mode: 0o600 }));

async function run(
  ranges: readonly string[],
  options: DiscoverOptions,
  path = config,
): Promise<{ code: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  const write = (text: string) => {
    stderr += text;
  };
  const code = await runDiscover(
    { config: path },
    ranges,
    {
      rate: 1000,
      port: [
        ['snmp', port],
        ['modbus', port],
      ],
      ...options,
    },
    {
      env: {},
      stdout: {
        write: (text) => {
          stdout += text;
        },
      },
      stderr: { write },
      signal: new AbortController().signal,
      world,
    },
  );
  return { code, stdout, stderr };
}

const range = ['127.9.3.0/30'];
const all = (): DiscoverOptions => ({ nut: [`127.0.0.1:${upsd.port}`] });

describe('discover', () => {
  test('without any config: blocks that can be kept, progress beside them', async () => {
    const { code, stdout, stderr } = await run(range, all(), join(folder, 'none.yaml'));
    expect(code).toBe(0);
    expect(stderr).toContain('127.9.3.2: Smart-UPS 1500 (snmp)\n');
    expect(stderr).toContain('3 of 3 searched, 3 seen\n');
    expect(parse(stdout)).toEqual({
      ups: [
        { name: 'Smart-UPS 1500 127.9.3.2', snmp: { host: '127.9.3.2', port } },
        { name: 'Smart-UPS 750 lab 127.0.0.1', nut: `lab@127.0.0.1:${upsd.port}` },
      ],
    });
    expect(stdout).toContain('  ## Smart-UPS 1500, serial AS2212000001, UPS 99.0 (ID00).\n');
    expect(stdout).toContain(`  ## It can also be read so, with less: nut: "same@127.0.0.1:${upsd.port}"\n`);
  });

  test('--write adds what is new, keeps the rest of the file, and then knows it', async () => {
    const { code, stdout } = await run(range, { ...all(), write: true });
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      '# 2 UPS found; 1 in the config already.',
      '# Lab: Smart-UPS 750, serial AS1212000009 (in the config, lab 127.0.0.1)',
      `# Added to ${config}: Smart-UPS 1500 127.9.3.2`,
      '# A running agent takes it in with: upsteward reload',
      '',
    ]);
    const after = await readFile(config, 'utf8');
    for (const line of lines()) expect(after).toContain(`${line}\n`);
    expect(parse(after)).toMatchObject({ ups: [{}, {}, { name: 'Smart-UPS 1500 127.9.3.2', snmp: { port } }] });
    const again = JSON.parse((await run(range, { ...all(), write: true, json: true })).stdout);
    expect(again.findings.map(({ configured }: { configured: string }) => configured)).toEqual([
      'Smart-UPS 1500 127.9.3.2',
      'Lab',
    ]);
    expect(again.added).toEqual([]);
    expect(await readFile(config, 'utf8')).toBe(after);
  });

  test('--json holds what a machine needs, and no secret of the config', async () => {
    const { stdout } = await run(range, { json: true });
    expect(JSON.parse(stdout)).toEqual({
      findings: [
        {
          name: 'Smart-UPS 1500 127.9.3.2',
          verdict: 'ups',
          model: 'Smart-UPS 1500',
          serial: 'AS2212000001',
          firmware: 'UPS 99.0 (ID00)',
          offers: { installed: 'yes', replaceBy: 'yes' },
          ways: [{ driver: 'snmp', section: { host: '127.9.3.2', port }, place: '127.9.3.2' }],
        },
      ],
      remarks: [],
      others: 0,
      stopped: false,
    });
  });

  test('a file that cannot be changed: the block is told, and the file stays', async () => {
    await writeFile(config, `${lines().join('\n')}\ncolour: red\n`);
    const before = await readFile(config, 'utf8');
    await expect(run(range, { write: true })).rejects.toThrow(ConfigEditError);
    expect(await readFile(config, 'utf8')).toBe(before);
    const missing = join(folder, 'missing.yaml');
    await expect(run(range, { write: true }, missing)).rejects.toThrow(/does not exist; write one/);
  });

  test('nothing found', async () => {
    const { code, stdout } = await run(['127.9.3.9'], {});
    expect([code, stdout]).toEqual([3, '# 0 UPS found; 0 in the config already.\n']);
  });

  test('a unit that is configured by another address is known by what the running agent has read', async () => {
    const read = { ups: [{ ups: 'Users', facts: { 'device.serial': { value: 'AS2212000001' } } }] };
    await mkdir(join(folder, 'state'), { recursive: true });
    const agent = createServer((socket) => {
      socket.once('data', () => socket.end(JSON.stringify({ ok: true, result: read })));
    }).listen(join(folder, 'state', socketName));
    await once(agent, 'listening');
    try {
      const { stdout } = await run(range, { write: true });
      expect(stdout).toBe(
        '# 1 UPS found; 1 in the config already.\n# Users: Smart-UPS 1500, serial AS2212000001, UPS 99.0 (ID00) (in the config, 127.9.3.2)\n',
      );
    } finally {
      agent.close();
    }
  });

  test('a community from a file is written as that file', async () => {
    const file = join(folder, 'community');
    await writeFile(file, 'public-too\n');
    const other = await startSimulator({
      units: [{ name: 'o', host: '127.9.3.6', port, values: smartUps({ serial: 'X1' }), community: 'public-too' }],
    });
    try {
      const { stdout } = await run(['127.9.3.6'], { communityFile: [file] });
      expect(parse(stdout)).toMatchObject({ ups: [{ snmp: { communityFile: file } }] });
      expect(stdout).not.toContain('public-too');
    } finally {
      await other.close();
    }
  });
});

test('as a process: Ctrl-C tells what was found so far', { timeout: 90_000 }, async () => {
  const args = ['discover', '127.9.3.0/24', '--port', `snmp=${port}`, '--port', `modbus=${port}`, '--rate', '20'];
  const cli = new Cli(['--config', join(folder, 'none.yaml'), ...args]);
  try {
    await cli.said('Smart-UPS 1500');
    cli.signal('SIGINT');
    const { code, stdout } = await cli.ended();
    expect(stdout).toContain('# 1 UPS found before the search was stopped; 0 in the config already.');
    expect(code).toBe(0);
  } finally {
    await cli.kill();
  }
});

test('as a process: what cannot be meant so', { timeout: 90_000 }, async () => {
  const cases = [
    [['--port', 'snmp=0', '127.0.0.1'], 2, 'Write for example snmp=1161.'],
    [['10.0.0.0/8'], 2, '16,777,214 addresses; name smaller ranges, or confirm with --yes'],
  ] as const;
  for (const [args, code, words] of cases) {
    const result = await new Cli(['discover', ...args]).ended();
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(words);
    expect(result.stderr).not.toContain('    at ');
  }
});
