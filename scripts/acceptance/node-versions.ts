/**
 * The tests, and the built program, on each Node that is supported; each Node comes from the npm registry:
 *
 *   tsx scripts/acceptance/node-versions.ts [--node 20,22,24,26] [--all] [FOLDER...]
 *
 * Without `--all` it runs the folders of tests that depend on the version of Node (drivers, files, processes), or
 * those that are named. The built program then reads a simulated UPS and serves its page; a warning of Node's counts
 * as a failure, since an operator would find it in the journal.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type CommandResult, Findings, until } from './agent-process.ts';

const focused = ['agent/cli', 'config', 'control', 'drivers', 'store'].map((name) => `test/${name}`);
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    node: { type: 'string', default: '20,22,24,26' },
    /** Every test that needs nothing but Node. */
    all: { type: 'boolean', default: false },
  },
});
const tests = options.all ? [] : positionals.length > 0 ? positionals : focused;

/** A machine that does other work must not make a test fail. */
const patience = ['--testTimeout=300000', '--hookTimeout=300000'];

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = join(root, 'dist/agent/main.js');
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const findings = new Findings();
const began = performance.now();
const say = (text: string): void =>
  console.log(`${String(Math.round((performance.now() - began) / 1000)).padStart(5)} s  ${text}`);

const built = await command('npm', ['run', '--silent', 'build']);
if (built.code !== 0) throw new Error(`the build fails: ${built.stdout}${built.stderr}`);
for (const wanted of options.node.split(',')) {
  try {
    const node = await nodeOf(wanted);
    await tested(node);
    await quiet(node);
  } catch (error) {
    findings.check(false, `Node ${wanted}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
findings.conclude('Each Node will do.');

interface Node {
  readonly path: string;
  readonly version: string;
}

async function nodeOf(wanted: string): Promise<Node> {
  const asked = [
    '--yes',
    '--package',
    `node@${wanted}`,
    '--',
    'node',
    '--print',
    'process.execPath + " " + process.version',
  ];
  const { code, stdout, stderr } = await command('npx', asked);
  const [path = '', version = ''] = stdout.trim().split(' ');
  if (code !== 0 || version === '') throw new Error(`the registry gives none: ${stderr}`);
  return { path, version };
}

/** Programs that a test starts find this Node first. */
function environmentOf({ path }: Node): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${dirname(path)}:${process.env['PATH'] ?? ''}` };
}

async function tested(node: Node): Promise<void> {
  say(`${node.version}: ${tests.length === 0 ? 'all tests' : tests.join(' ')}`);
  const args = [vitest, 'run', '--project', 'unit', '--reporter=json', '--silent=true', ...patience, ...tests];
  const { stdout, stderr } = await command(node.path, args, environmentOf(node));
  const start = stdout.indexOf('{"num');
  if (start < 0) throw new Error(`the tests do not run: ${stdout}${stderr}`);
  const report = JSON.parse(stdout.slice(start)) as Report;
  say(`${node.version}: ${report.numPassedTests} passed, ${report.numFailedTests} failed`);
  findings.check(report.success && report.numPassedTests > 0, `${node.version}: ${failuresOf(report).join('\n')}`);
}

interface Report {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

function failuresOf({ testResults }: Report): string[] {
  return testResults.flatMap(({ name, message, assertionResults }) => [
    ...(message === '' ? [] : [`${name}: ${message}`]),
    ...assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${name}: ${fullName}: ${failureMessages.join(' ').slice(0, 400)}`),
  ]);
}

/** Node's own words, such as `(node:4711) [DEP0040] DeprecationWarning: …`. */
function warns(stderr: string): boolean {
  return /\(node:\d+\)|Warning:/.test(stderr);
}

/** The built program, as it is installed: reads a UPS, looks for serial ports, serves its page, and warns of nothing. */
async function quiet(node: Node): Promise<void> {
  say(`${node.version}: the built program`);
  const folder = await mkdtemp(join(tmpdir(), 'node-versions-'));
  const simulator = await simulated();
  let agent: ChildProcess | undefined;
  try {
    const config = join(folder, 'config.yaml');
    await writeFile(config, configOf(folder, simulator.port), { mode: 0o600 });
    const upsteward = async (...args: string[]): Promise<CommandResult> => {
      const result = await command(node.path, [program, '--config', config, ...args], environmentOf(node));
      findings.check(!warns(result.stderr), `${node.version}: ${args.join(' ')} says ${result.stderr}`);
      return result;
    };
    const polled = await upsteward('poll', 'hall');
    findings.check(polled.code === 0, `${node.version}: poll gives ${polled.stdout}`);
    await upsteward('discover', '--serial', '--yes');
    agent = spawn(node.path, [program, '--config', config, 'run'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    let complaints = '';
    agent.stdout?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    agent.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaints += text;
    });
    const url = await until('the page is there', 60, async () => /"url":"(http:[^"]+)"/.exec(log)?.[1]);
    await until('the UPS is read', 60, async () => ((await fetch(`${url}/-/ready`)).ok ? true : undefined));
    for (const path of ['/', '/metrics', '/reseller', '/preview'])
      findings.check((await fetch(url + path)).status === 200, `${node.version}: ${path} is not served`);
    await upsteward('status');
    agent.kill('SIGTERM');
    const [code] = (await once(agent, 'exit')) as [number | null];
    findings.check(code === 0, `${node.version}: the agent ends with ${code}`);
    findings.check(complaints === '', `${node.version}: the agent says ${complaints}`);
  } finally {
    agent?.kill('SIGKILL');
    simulator.child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

function configOf(folder: string, port: string): string {
  return JSON.stringify({
    site: { company: 'Example Ltd', contact: { name: 'Kim Example', mail: 'it@example.com' } },
    mail: { url: 'smtp://127.0.0.1:1', from: 'ups@example.com' },
    portal: { listen: '127.0.0.1:0' },
    stateDir: join(folder, 'state'),
    ups: [{ name: 'hall', snmp: { host: '127.0.0.1', port: Number(port), community: 'a-secret-community' } }],
  });
}

async function simulated(): Promise<{ child: ChildProcess; port: string }> {
  const script = join(import.meta.dirname, 'simulated-ups.ts');
  const child = spawn(process.execPath, [...process.execArgv, script, '0', 'a-secret-community'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return { child, port: await until('the simulated UPS', 60, async () => /port (\d+)/.exec(said)?.[1]) };
}

async function command(file: string, args: readonly string[], env = process.env): Promise<CommandResult> {
  return await new Promise((resolve) => {
    const child = execFile(file, args, { cwd: root, env, maxBuffer: 1 << 28 }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}
