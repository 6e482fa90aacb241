/** upsd and dummy-ups of Debian's nut-server, playing synthetic units that this test writes. They must be installed. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { access, appendFile, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Driver, Reading } from '../../../drivers/contract.ts';
import { failure, says } from '../reading.ts';
import { orderFor, refusal, writeWith } from '../writing.ts';
import { driverFor, listed } from './support.ts';

const programs = { upsd: '/lib/nut/upsd', dummy: '/lib/nut/dummy-ups' };

const units: Readonly<Record<string, readonly string[]>> = {
  modbus: [
    'ups.mfr: American Power Conversion',
    'ups.model: Smart-UPS 1500',
    'ups.serial: AS2216000001',
    'ups.mfr.date: 2022-04-20',
    'battery.date: 2022-05-04',
    'battery.date.maintenance: 2026-11-04',
    'ups.firmware: "UPS 99.0 \\"quoted\\" \\\\ back"',
    'ups.test.result: "Passed, Source: Internal"',
    'ups.status: OL RB',
  ],
  dated: [
    'ups.mfr: American Power Conversion',
    'ups.model: Smart-UPS 1500',
    'ups.serial: AS2216000009',
    'battery.date: 05/04/22',
    'ups.status: OL',
  ],
  usb: [
    'ups.mfr: American Power Conversion',
    'ups.model: Smart-UPS 1000',
    'ups.serial: AS0727000001',
    'battery.date: 2007/07/07',
    'battery.mfr.date: 2001/01/01',
    'ups.status: OL',
  ],
  other: ['ups.mfr: Example Power', 'ups.model: Example 500', 'battery.date: 2001/09/25', 'ups.status: OL'],
  switch: ['ups.mfr: APC', 'device.type: ats', 'ups.status: OL'],
};

let folder: string;
let port: number;
const running = new Map<string, ChildProcess>();
const drivers: Driver[] = [];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

async function start(name: string, program: string, args: readonly string[]): Promise<void> {
  const env = { ...process.env, NUT_CONFPATH: folder, NUT_STATEPATH: folder, NUT_ALTPIDPATH: folder };
  const child = spawn(program, args, { env, stdio: 'ignore' });
  running.set(name, child);
  await once(child, 'spawn');
}

async function stop(name: string): Promise<void> {
  const child = running.get(name);
  running.delete(name);
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const play = (unit: string) => start(unit, programs.dummy, ['-a', unit, '-u', 'root', '-F']);

async function driver(ups: string, options: Record<string, unknown> = {}): Promise<Driver> {
  const made = await driverFor(port, { ups, timeout: 5, ...options });
  drivers.push(made);
  return made;
}

/** Reads until the reading is as expected, a minute at most: the daemons take their time. */
async function readUntil(of: Driver, verdict: Reading['verdict']): Promise<Reading> {
  const end = performance.now() + 60_000;
  for (;;) {
    const reading = await of.read().catch((error: Error) => error);
    if (!(reading instanceof Error) && reading.verdict === verdict) return reading;
    if (performance.now() > end) throw new Error(`not ${verdict}: ${JSON.stringify(reading)} ${String(reading)}`);
  }
}

beforeAll(async () => {
  for (const program of Object.values(programs)) await access(program);
  folder = await mkdtemp(join(tmpdir(), 'nut-'));
  port = await freePort();
  const files: Record<string, string> = {
    'ups.conf': Object.keys(units)
      .map((unit) => `[${unit}]\n  driver = dummy-ups\n  port = ${unit}.dev\n  mode = dummy-once\n`)
      .join(''),
    'upsd.conf': `LISTEN 127.0.0.1 ${port}\nMAXAGE 3\nSTATEPATH ${folder}\n`,
    'upsd.users': '[watcher]\n  password = "a \\"b\\""\n[writer]\n  password = secret\n  actions = SET\n',
    ...Object.fromEntries(Object.entries(units).map(([unit, lines]) => [`${unit}.dev`, `${lines.join('\n')}\n`])),
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), content);
    await chmod(join(folder, name), 0o640);
  }
  for (const unit of Object.keys(units)) await play(unit);
  await start('upsd', programs.upsd, ['-F', '-u', 'root']);
});

afterAll(async () => {
  await Promise.all(drivers.map((each) => each.close()));
  for (const name of [...running.keys()]) await stop(name);
  await rm(folder, { recursive: true, force: true });
});

describe('upsd', () => {
  it('tells of a Smart-UPS', async () => {
    const reading = await readUntil(await driver('modbus'), 'ups');
    expect(Object.fromEntries(Object.entries(reading.fields).map(([key, { value }]) => [key, value]))).toMatchObject({
      'device.model': 'Smart-UPS 1500',
      'device.serial': 'AS2216000001',
      'ups.mfr.date': '2022-04-20',
      'battery.date': '2022-05-04',
      'battery.date.maintenance': '2026-11-04',
      'ups.firmware': 'UPS 99.0 "quoted" \\ back',
      'ups.test.result': 'passed',
    });
    expect(says(reading, 'battery.replace')).toEqual({ 'status-rb': true, 'self-test': false });
  });

  it('tells of others', async () => {
    const usb = await readUntil(await driver('usb'), 'ups');
    expect(usb.fields['battery.date']).toMatchObject({ value: '2007/07/07', doubt: expect.stringMatching(/USB/) });
    expect(usb.signals).toEqual({});
    expect((await readUntil(await driver('other'), 'other-vendor')).fields).not.toHaveProperty(['battery.date']);
    await readUntil(await driver('switch'), 'not-a-ups');
  });

  it('takes a user, and goes on without TLS where it has none', async () => {
    const reading = await (await driver('modbus', { user: 'watcher', password: 'a "b"' })).read();
    expect(reading.verdict).toBe('ups');
    const error = await failure((await driver('modbus', { tls: 'required' })).read());
    expect(error).toMatchObject({ code: 'auth', retry: false });
  });

  it('takes the install date from a user who may set it, and shows it', async () => {
    const of = await driver('dated');
    await readUntil(of, 'ups');
    const write = (user: string, password: string, serial = 'AS2216000009') =>
      writeWith('nut', { host: '127.0.0.1', port, ups: 'dated', user, password }, orderFor('2026-05-04', serial));
    expect(await refusal(write('writer', 'secret', 'AS2216000001'))).toMatchObject({ code: 'other-unit' });
    expect(await write('watcher', 'a "b"')).toMatchObject([
      { outcome: 'refused', words: expect.stringMatching(/^ACCESS-DENIED: .*actions = SET/) },
    ]);
    expect(await write('writer', 'secret')).toMatchObject([{ outcome: 'taken', text: '05/04/26' }]);
    const end = performance.now() + 30_000;
    let shown: string | undefined;
    while (shown !== '05/04/26' && performance.now() < end) shown = (await of.read()).fields['battery.date']?.value;
    expect(shown).toBe('05/04/26');
    expect(await write('writer', 'secret')).toMatchObject([{ outcome: 'already' }]);
  });

  it('names its units', async () => {
    expect((await failure((await driver('nosuch')).read())).message).toMatch(/modbus, dated, usb, other, switch/);
  });

  it('lists its units, for an entry that stands for all of them', async () => {
    expect((await listed(port, { timeout: 5 })).toSorted()).toEqual(Object.keys(units).toSorted());
  });

  it('with a driver that hangs, dies and comes back', async () => {
    const of = await driver('modbus');
    await readUntil(of, 'ups');
    running.get('modbus')?.kill('SIGSTOP');
    expect((await readUntil(of, 'ups-lost')).note).toMatch(/lost the UPS "modbus"/);
    await stop('modbus');
    expect((await readUntil(of, 'ups-lost')).fields).toEqual({});
    await play('modbus');
    await readUntil(of, 'ups');
  });

  it('that is started anew is read again', async () => {
    const of = await driver('usb');
    await readUntil(of, 'ups');
    await stop('upsd');
    expect(await failure(of.read())).toMatchObject({ code: 'unreachable', retry: true });
    await start('upsd', programs.upsd, ['-F', '-u', 'root']);
    await readUntil(of, 'ups');
  });

  it('with a certificate is spoken to over TLS, and must be the one that is named', async () => {
    const certificate = await selfSigned(folder);
    await appendFile(join(folder, 'upsd.conf'), `CERTPATH ${folder}\nCERTIDENT "upsd" ""\n`);
    await stop('upsd');
    await start('upsd', programs.upsd, ['-F', '-u', 'root']);
    const another = new URL('../../support/tls/ca.pem', import.meta.url).pathname;
    const own = { tls: 'required', caFile: certificate, user: 'watcher', password: 'a "b"' };
    expect((await readUntil(await driver('modbus', own), 'ups')).fields).toHaveProperty(['device.serial']);
    const error = await failure((await driver('modbus', { ...own, caFile: another })).read());
    expect(error).toMatchObject({ code: 'auth', retry: false, message: expect.stringMatching(/caFile/) });
  });
});

/** A certificate in the database that Debian's upsd reads (NSS). @returns where it stands as a file */
async function selfSigned(place: string): Promise<string> {
  const certutil = (...args: readonly string[]) =>
    execFileSync('certutil', [...args, '-d', `sql:${place}`], { stdio: ['ignore', 'pipe', 'ignore'] });
  const noise = join(place, 'noise');
  await writeFile(noise, randomBytes(64));
  certutil('-N', '--empty-password');
  const names = ['-s', 'CN=upsd', '--extSAN', 'ip:127.0.0.1'];
  certutil('-S', '-x', '-n', 'upsd', ...names, '-t', 'CTu,CTu,CTu', '-z', noise, '-v', '120');
  const file = join(place, 'upsd.pem');
  await writeFile(file, certutil('-L', '-n', 'upsd', '-a'));
  return file;
}
