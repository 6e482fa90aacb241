/**
 * apcupsd itself, reading a synthetic Smart-UPS over a pair of pseudo terminals (socat) and telling of it over NIS.
 * Debian's apcupsd cannot be installed beside nut-client: unpack its package and name the folder in APCUPSD_ROOT
 * (/opt/apcupsd unless given).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apcupsdOptions } from '../../../drivers/apcupsd/options.ts';
import type { Driver, Reading } from '../../../drivers/contract.ts';
import { loadDriver } from '../../../drivers/registry.ts';
import { type PeerLine, ptyPair } from '../upslink/pty.ts';

const installed = '/sbin/apcupsd';
const root = process.env['APCUPSD_ROOT'] ?? '/opt/apcupsd';

let folder: string;
let line: PeerLine;
let daemon: ChildProcess | undefined;
let driver: Driver;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

async function program(): Promise<string> {
  for (const path of [installed, join(root, 'sbin/apcupsd')]) {
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  throw new Error(`apcupsd is missing: neither ${installed} nor ${root}/sbin/apcupsd is there`);
}

/** Reads until a reading fits, a minute at most. */
async function readUntil(fits: (reading: Reading) => boolean): Promise<Reading> {
  const end = performance.now() + 60_000;
  for (;;) {
    const reading = await driver.read().catch((error: Error) => error);
    if (!(reading instanceof Error) && fits(reading)) return reading;
    if (performance.now() > end) throw new Error(`never as expected: ${JSON.stringify(reading)} ${String(reading)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

beforeAll(async () => {
  const path = await program();
  folder = await mkdtemp(join(tmpdir(), 'apcupsd-'));
  const port = await freePort();
  line = await ptyPair(folder);
  line.ups.answers.set('a', '3.!$%+?=#|.\x01nbmx><XQcFPfjBLOGV');
  for (const [question, answer] of Object.entries({ c: 'SYNTHETC', F: '50.0', P: '010.0', f: '100.0', j: '0060:' }))
    line.ups.answers.set(question, answer);
  for (const [question, answer] of Object.entries({ B: '27.0', L: '230.0', O: '230.0', G: 'O', V: 'FWI' }))
    line.ups.answers.set(question, answer);
  // It runs this script for every event, and the usual one may switch this machine off: 99 keeps it from doing anything.
  await writeFile(join(folder, 'apccontrol'), '#!/bin/sh\nexit 99\n');
  await chmod(join(folder, 'apccontrol'), 0o755);
  const settings = {
    UPSCABLE: 'smart',
    UPSTYPE: 'apcsmart',
    DEVICE: line.device,
    LOCKFILE: folder,
    SCRIPTDIR: folder,
    PWRFAILDIR: folder,
    NOLOGINDIR: folder,
    EVENTSFILE: join(folder, 'events'),
    NETSERVER: 'on',
    NISIP: '127.0.0.1',
    NISPORT: String(port),
    POLLTIME: '1',
    UPSCLASS: 'standalone',
    UPSMODE: 'disable',
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key} ${value}`);
  await writeFile(join(folder, 'apcupsd.conf'), `## apcupsd.conf v1.1 ##\n${lines.join('\n')}\n`);
  const libraries = ['lib', 'usr/lib'].map((name) =>
    join(root, name, `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`),
  );
  const log = await open(join(folder, 'log'), 'w');
  daemon = spawn(path, ['-b', '-f', join(folder, 'apcupsd.conf'), '-P', join(folder, 'pid')], {
    env: { ...process.env, LD_LIBRARY_PATH: libraries.join(':') },
    stdio: ['ignore', log.fd, log.fd],
  });
  await once(daemon, 'spawn');
  await log.close();
  const options = apcupsdOptions.schema.parse({ host: '127.0.0.1', port });
  driver = (await loadDriver('apcupsd')).create(options, {
    ups: 'ups1',
    monotonic: () => performance.now(),
    log: () => {},
  });
});

afterAll(async () => {
  await driver?.close();
  if (daemon !== undefined && daemon.exitCode === null && daemon.signalCode === null) {
    daemon.kill('SIGKILL');
    await once(daemon, 'exit');
  }
  await line?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

it('apcupsd tells of a Smart-UPS, of its alarm, and of its loss', async () => {
  const reading = await readUntil(
    ({ fields }) => fields['device.model'] !== undefined && fields['ups.test.result'] !== undefined,
  );
  expect(Object.fromEntries(Object.entries(reading.fields).map(([key, { value }]) => [key, value]))).toMatchObject({
    'device.model': 'SMART-UPS 3000 RM',
    'device.serial': 'AS0416000001',
    'ups.mfr.date': '04/12/04',
    'battery.date': '05/04/22',
    'battery.packs.bad': 0,
    'ups.test.result': 'passed',
  });
  expect(reading.fields['battery.date']).not.toHaveProperty('doubt');
  line.ups.answers.set('X', 'BT');
  const failed = await readUntil(({ signals }) => signals['battery.replace']?.['self-test']?.value === true);
  expect(failed.fields['ups.test.result']).toEqual({ value: 'failed', raw: 'BT' });
  line.ups.misbehave = () => 'handled';
  expect((await readUntil(({ verdict }) => verdict === 'ups-lost')).signals).toEqual({});
  line.ups.misbehave = undefined;
  await readUntil(({ verdict }) => verdict === 'ups');
});
