/** The driver against Debian's pymodbus, which is not ours: over TCP, and over a serial line that socat makes of two ptys. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Driver, Reading } from '../../../drivers/contract.ts';
import { driverForUrl, loadDriver } from '../../../drivers/registry.ts';
import { type SimulatedModbusUnit, smartUpsModbus } from '../../../scripts/simulator/modbus.ts';
import { failure, says, valuesOf } from '../reading.ts';
import { orderFor, refusal, writeWith } from '../writing.ts';

const script = fileURLToPath(new URL('pymodbus-server.py', import.meta.url));

/** Registers of no meaning, which real units answer too: pymodbus refuses what it does not have. */
function filled(unit: SimulatedModbusUnit): SimulatedModbusUnit {
  for (const [from, count] of [
    [0, 27],
    [128, 44],
    [516, 120],
  ] as const) {
    for (let each = from; each < from + count; each += 1)
      if (!Object.hasOwn(unit.registers, each)) unit.set(each, [0xffff]);
  }
  return unit;
}

const first = filled(
  smartUpsModbus({
    serial: 'AS2112345671',
    manufactured: '2021-03-22',
    installed: '2021-04-15',
    replaceBy: '2025-08-07',
    cartridge: 'APCRBC159',
    batteryError: 4,
    lifetime: 2,
    test: 0x0108,
  }),
);
const second = filled(smartUpsModbus({ serial: 'AS2112345672', installed: '2023-01-31' }));

/** Programs started for a test, in a folder of their own; all ended with it, by their process id. */
class Programs implements AsyncDisposable {
  readonly #children = new Set<ChildProcess>();
  folder = '';

  async prepare(): Promise<this> {
    this.folder = await mkdtemp(join(tmpdir(), 'modbus-'));
    await writeFile(join(this.folder, 'units.json'), JSON.stringify({ 1: first.registers, 2: second.registers }));
    return this;
  }

  async start(program: string, args: readonly string[]): Promise<ChildProcess> {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr?.on('data', () => {});
    await once(child, 'spawn');
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  async end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  async serve(kind: 'tcp' | 'rtu', place: string): Promise<ChildProcess> {
    return await this.start('/usr/bin/python3', [script, kind, place, join(this.folder, 'units.json')]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of [...this.#children]) await this.end(child, 'SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function driverFor(target: string): Promise<Driver> {
  const { name, options } = driverForUrl(target);
  const context = { ups: target, monotonic: () => performance.now(), log: () => {} };
  return (await loadDriver(name)).create(options, context);
}

/** The first reading after a start: asks until the program listens, while it runs, a minute at most. */
async function firstReading(driver: Driver, server: ChildProcess): Promise<Reading> {
  const end = performance.now() + 60_000;
  for (;;) {
    try {
      return await driver.read();
    } catch (error) {
      if (server.exitCode !== null)
        throw new Error('pymodbus ended: are python3-pymodbus and python3-serial-asyncio there?', { cause: error });
      if (performance.now() > end) throw error;
    }
  }
}

/** Two ptys joined by socat: `ups` for the server, `host` for the driver. */
async function serialLine(programs: Programs): Promise<{ socat: ChildProcess; ups: string; host: string }> {
  const [ups, host] = [join(programs.folder, 'ttyUPS'), join(programs.folder, 'ttyHOST')];
  const pty = (link: string) => `pty,raw,echo=0,link=${link}`;
  const socat = await programs.start('socat', [pty(ups), pty(host)]);
  while (!existsSync(ups) || !existsSync(host)) {
    if (socat.exitCode !== null) throw new Error('socat ended');
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { socat, ups, host };
}

/** Waits until a program has opened a device. */
async function holds(program: ChildProcess, device: string): Promise<void> {
  const target = await realpath(device);
  for (;;) {
    if (program.exitCode !== null) throw new Error('pymodbus ended');
    const folder = `/proc/${program.pid}/fd`;
    const open = await readdir(folder).catch(() => []);
    const held = await Promise.all(open.map((each) => readlink(join(folder, each)).catch(() => '')));
    if (held.includes(target)) return;
  }
}

function expectBoth(one: Reading, two: Reading): void {
  expect(valuesOf(one)).toMatchObject({
    'device.model': 'Smart-UPS 1500',
    'device.serial': 'AS2112345671',
    'ups.firmware': 'UPS 09.8',
    'ups.mfr.date': '2021-03-22',
    'battery.date': '2021-04-15',
    'battery.date.maintenance': '2025-08-07',
    'battery.cartridge': 'APCRBC159',
    'ups.test.result': 'failed',
  });
  expect(says(one, 'battery.needs-replacement')).toEqual({ 'battery-error': true });
  expect(says(one, 'battery.replace')).toEqual({ 'self-test': true });
  expect(says(one, 'battery.lifetime.near-end')).toEqual({ battery: true });
  expect(valuesOf(two)).toMatchObject({ 'device.serial': 'AS2112345672', 'battery.date': '2023-01-31' });
  expect(two.fields).not.toHaveProperty('battery.date.maintenance');
  expect(says(two, 'battery.needs-replacement')).toEqual({ 'battery-error': false });
}

/** The second unit takes an install date (function 16), and a driver that is open all the time reads it. */
async function takesDate(where: Record<string, unknown>, reader: Driver): Promise<void> {
  const day = '2026-05-04';
  const write = (serial: string) => writeWith('modbus', where, orderFor(day, serial));
  expect(await refusal(write('AS2112345671'))).toMatchObject({ code: 'other-unit' });
  expect((await reader.read()).fields['battery.date']?.value).toBe('2023-01-31');
  expect(await write('AS2112345672')).toMatchObject([{ outcome: 'taken', text: day }]);
  expect((await reader.read()).fields['battery.date']?.value).toBe(day);
  expect(await write('AS2112345672')).toMatchObject([{ outcome: 'already' }]);
}

describe('pymodbus', () => {
  it('over TCP is read, also after it was restarted', async () => {
    await using programs = await new Programs().prepare();
    const port = await freePort();
    const server = await programs.serve('tcp', String(port));
    const one = await driverFor(`modbus://127.0.0.1:${port}?unit=1`);
    const two = await driverFor(`modbus://127.0.0.1:${port}?unit=2`);
    await firstReading(one, server);
    expectBoth(...(await Promise.all([one.read(), two.read()])));
    await programs.end(server);
    expect(await failure(one.read())).toMatchObject({ code: 'unreachable' });
    await firstReading(one, await programs.serve('tcp', String(port)));
    expectBoth(...(await Promise.all([one.read(), two.read()])));
    await takesDate({ host: '127.0.0.1', port, unit: 2 }, two);
    const nobody = await driverFor(`modbus://127.0.0.1:${port}?unit=3&timeout=0.3&retries=0`);
    expect(await failure(nobody.read())).toMatchObject({ code: 'unreachable' });
    expect((await one.read()).fields['battery.date']?.value).toBe('2021-04-15');
    for (const driver of [one, two, nobody]) await driver.close();
  });

  it('over a serial line is read, and within two polls again after the cable was pulled and put back', async () => {
    await using programs = await new Programs().prepare();
    const line = await serialLine(programs);
    const server = await programs.serve('rtu', line.ups);
    const one = await driverFor(`modbus-rtu:${line.host}?unit=1`);
    const two = await driverFor(`modbus-rtu:${line.host}?unit=2`);
    await firstReading(one, server);
    expectBoth(...(await Promise.all([one.read(), two.read()])));

    // A unit that is not there costs nobody else a reading.
    const nobody = await driverFor(`modbus-rtu:${line.host}?unit=9&timeout=0.3&retries=0`);
    const [, missing] = await Promise.allSettled([one.read(), nobody.read()]);
    expect(missing).toMatchObject({ status: 'rejected', reason: { code: 'unreachable' } });
    expectBoth(...(await Promise.all([one.read(), two.read()])));

    // A UPS that hangs for a while: its late answers are not taken for new ones.
    server.kill('SIGSTOP');
    expect(await failure(two.read())).toMatchObject({ retry: true });
    server.kill('SIGCONT');
    expectBoth(await one.read(), await two.read());

    // The cable is pulled and put back: the pty goes, and another one comes under the same name.
    await programs.end(line.socat, 'SIGKILL');
    await programs.end(server, 'SIGKILL');
    const gone = await failure(one.read());
    expect(gone).toMatchObject({ code: 'unreachable', retry: true });
    expect(gone.message).toMatch(/is the cable plugged in|cable pulled/);
    await rm(line.ups, { force: true });
    await rm(line.host, { force: true });
    const again = await serialLine(programs);
    await holds(await programs.serve('rtu', again.ups), again.ups);
    await one.read().catch(() => {});
    expectBoth(await one.read(), await two.read());
    await takesDate({ device: again.host, unit: 2 }, two);
    expect((await one.read()).fields['battery.date']?.value).toBe('2021-04-15');
    for (const driver of [one, two, nobody]) await driver.close();
  });
});
