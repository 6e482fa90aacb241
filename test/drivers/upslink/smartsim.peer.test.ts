/**
 * The UPS-Link simulator of apcupsd's own authors, compiled from Debian's package apcupsd-doc. The package is unpacked
 * beside apcupsd: name the folder in APCUPSD_ROOT (/opt/apcupsd unless given).
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Driver } from '../../../drivers/contract.ts';
import { driverForUrl, loadDriver } from '../../../drivers/registry.ts';
import { Terminals } from '../../../scripts/simulator/cable.ts';
import { failure, says, valuesOf } from '../reading.ts';

const root = process.env['APCUPSD_ROOT'] ?? '/opt/apcupsd';
const source = join(root, 'usr/share/doc/apcupsd/examples/smartsim.c.gz');

let folder: string;
let line: Terminals;
let simulator: ChildProcess;
let driver: Driver;
let said = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'smartsim-'));
  await writeFile(join(folder, 'smartsim.c'), gunzipSync(await readFile(source)));
  execFileSync('gcc', ['-w', '-o', 'smartsim', 'smartsim.c'], { cwd: folder });
  line = new Terminals(folder);
  await line.plug();
  simulator = spawn(join(folder, 'smartsim'), [line.far], { stdio: ['pipe', 'pipe', 'ignore'] });
  simulator.stdout?.on('data', (bytes: Buffer) => {
    said += bytes.toString('latin1');
  });
  await once(simulator, 'spawn');
  const { name, options } = driverForUrl(`upslink:${line.device}?timeout=0.5`);
  driver = (await loadDriver(name)).create(options, {
    ups: 'ups1',
    monotonic: () => performance.now(),
    log: () => {},
  });
});

afterAll(async () => {
  await driver?.close();
  if (simulator?.exitCode === null && simulator.signalCode === null) {
    simulator.kill();
    await once(simulator, 'exit');
  }
  await line?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Presses a key of the simulator; each of these makes it say something. */
async function press(key: string): Promise<void> {
  const before = said.length;
  simulator.stdin?.write(key);
  while (said.length === before) await once(simulator.stdout ?? simulator, 'data');
}

it('is read, with what it does not know left out', async () => {
  const reading = await driver.read();
  expect(reading.verdict).toBe('ups');
  expect(valuesOf(reading)).toEqual({
    'device.model': 'SMART-UPS Simulator',
    'ups.firmware': 'Lzy',
    'ups.test.result': 'passed',
  });
  expect(says(reading, 'battery.replace')).toEqual({ 'status-flag': false, 'self-test': false });
});

it('raises its alarm, on battery too, and takes it back', async () => {
  await press('r');
  expect(says(await driver.read(), 'battery.replace')).toEqual({ 'status-flag': true, 'self-test': false });
  await press('b');
  expect(says(await driver.read(), 'battery.replace')).toEqual({ 'status-flag': true, 'self-test': false });
  await press('b');
  // It takes the alarm back without a word.
  simulator.stdin?.write('r');
  expect(says(await driver.read(), 'battery.replace')).toEqual({ 'status-flag': false, 'self-test': false });
});

it('that stops answering is unreachable, and is read again when it answers', async () => {
  await press('c');
  expect(await failure(driver.read())).toMatchObject({ code: 'unreachable', retry: true });
  await press('c');
  expect((await driver.read()).verdict).toBe('ups');
});

it('was sent nothing but questions', () => {
  const sent = new Set([...said.matchAll(/CMD: (\^?.)/g)].map(([, command]) => command));
  expect([...sent].sort()).toEqual(['<', '>', 'Q', 'V', 'X', 'Y', '^A', 'b', 'm', 'n', 'x']);
});
