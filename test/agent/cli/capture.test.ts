import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../../scripts/simulator/simulator.ts';
import { smartUps } from '../../../scripts/simulator/units.ts';
import { cli } from '../../support/cli.ts';

let simulator: Simulator;
let folder: string;

beforeAll(async () => {
  const values = { ...smartUps({ serial: 'AS2216987654' }), '1.3.6.1.2.1.1.6.0': 'Cellar 3' };
  simulator = await startSimulator({ units: [{ name: 'one', values }] });
  folder = await mkdtemp(join(tmpdir(), 'cli-capture-'));
});
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

const target = () => `snmp://127.0.0.1:${simulator.port}?version=2c&community=public`;

it('records a target, says what it wrote, and asks to look it over', async () => {
  const { code, stdout, stderr } = await cli(['capture', target()], { cwd: folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const made = join(folder, 'capture-smart-ups-1500-snmp');
  expect((await readdir(made)).sort()).toEqual(['answers.snmprec', 'device.json', 'expected.json']);
  expect(stdout).toContain(join(made, 'answers.snmprec'));
  expect(stdout).toMatch(/These words stand in it as the UPS said them:[\s\S]*Smart-UPS 1500/);
  expect(stdout).toMatch(/Look the files over/);
  for (const name of await readdir(made)) {
    expect(await readFile(join(made, name), 'utf8'), name).not.toMatch(/987654|Cellar|127\.0\.0\.1|public/);
  }
  const again = await cli(['capture', target()], { cwd: folder });
  expect(again).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/is not empty; name a new folder/),
  });
});

it('records a UPS of the config', async () => {
  const config = join(folder, 'config.yaml');
  const unit = `snmp: { host: 127.0.0.1, port: ${simulator.port}, version: 2c }`;
  const site = 'site: { company: Example Ltd, contact: { name: Kim, mail: kim@example.com } }';
  await writeFile(config, `${site}\nups:\n  - name: rack\n    ${unit}\n`, { mode: 0o600 });
  const out = join(folder, 'mine');
  const { code, stdout } = await cli(['-c', config, 'capture', 'rack', '--out', out, '--json'], { cwd: folder });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ folder: out, verdict: 'ups', replaced: 2 });
  const unknown = await cli(['-c', config, 'capture', 'rock'], { cwd: folder });
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringMatching(/rock/) });
});

it('writes nothing where nothing answers', async () => {
  const silent = `snmp://127.0.0.1:${simulator.port}?version=2c&community=wrong&timeout=0.2&retries=0`;
  const { code, stderr } = await cli(['capture', silent, '--out', join(folder, 'none')], { cwd: folder });
  expect(code).toBe(1);
  expect(stderr).toMatch(/no answer from 127\.0\.0\.1/);
  expect(await readdir(folder)).not.toContain('none');
});

it('is what scripts/capture calls', async () => {
  const script = new URL('../../../scripts/capture', import.meta.url).pathname;
  const usage = await promisify(execFile)(script, []).catch((error: { code: number; stderr: string }) => error);
  expect(usage).toMatchObject({ code: 2, stderr: expect.stringMatching(/scripts\/capture TARGET NAME/) });
  const text = await readFile(script, 'utf8');
  expect(text).toMatch(/main\.ts" capture "\$1" --out "\$folder\/test\/captures\/\$2"/);
});
