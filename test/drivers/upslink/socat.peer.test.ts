/** The real serial port library on a pair of pseudo terminals (socat), with a synthetic unit at the other end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Driver, Reading } from '../../../drivers/contract.ts';
import { loadDriver } from '../../../drivers/registry.ts';
import { upslinkOptions } from '../../../drivers/upslink/options.ts';
import { failure, says } from '../reading.ts';
import { type PeerLine, ptyPair } from './pty.ts';

let folder: string;
let line: PeerLine;
let driver: Driver;
const log: string[] = [];

const make = async (): Promise<Driver> =>
  (await loadDriver('upslink')).create(upslinkOptions.schema.parse({ device: line.device, timeout: 0.5 }), {
    ups: 'ups1',
    monotonic: () => performance.now(),
    log: (_level, message) => log.push(message),
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'upslink-'));
  line = await ptyPair(folder);
  driver = await make();
});

afterAll(async () => {
  await driver.close();
  await driver.close();
  await line[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const whole = (reading: Reading) => {
  expect(reading.verdict).toBe('ups');
  expect(reading.fields).toMatchObject({
    'device.model': { value: 'SMART-UPS 3000 RM' },
    'device.serial': { value: 'AS0416000001' },
    'battery.date': { value: '05/04/22' },
    'ups.mfr.date': { value: '04/12/04' },
  });
};

it('reads a unit over a serial port, and hears its alert', async () => {
  whole(await driver.read());
  line.ups.alert('#');
  line.ups.answers.set('X', 'NO');
  expect(says(await driver.read(), 'battery.replace')).toEqual({ 'status-flag': true });
  expect(says(await driver.read(), 'battery.replace')).toEqual({ 'status-flag': false });
});

it('shares the port with nobody', async () => {
  const second = await make();
  expect((await failure(second.read())).message).toMatch(/another program uses it/);
  await second.close();
});

it('is back after the cable was pulled and put back', async () => {
  whole(await driver.read());
  await line.pull();
  expect(await failure(driver.read())).toMatchObject({ code: 'unreachable', retry: true });
  await line.plug();
  const first = await driver.read().catch(() => undefined);
  whole(first ?? (await driver.read()));
});

it('is back after it was pulled and put back between two polls', async () => {
  await line.pull();
  await line.plug();
  const first = await driver.read().catch(() => undefined);
  whole(first ?? (await driver.read()));
});
