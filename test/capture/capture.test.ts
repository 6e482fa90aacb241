/** A unit that is captured can be played: the same is read from the folder as was read from the unit, but for who owns it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Captured, capture, writeCapture } from '../../agent/capture/capture.ts';
import { DriverError } from '../../drivers/contract.ts';
import { driverOptions } from '../../drivers/registry.ts';
import { startApcupsd } from '../../scripts/simulator/apcupsd.ts';
import { smartUpsModbus, startModbusTcp } from '../../scripts/simulator/modbus.ts';
import { startUpsd } from '../../scripts/simulator/nut.ts';
import { startSimulator } from '../../scripts/simulator/simulator.ts';
import { smartUps } from '../../scripts/simulator/units.ts';
import { type Expected, expectedOf } from '../captures/read.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

let turns = 0;

async function captured(driver: string, options: Record<string, unknown>): Promise<Captured> {
  return await capture({
    ups: 'ups1',
    driver,
    options: driverOptions(driver).schema.parse({ host: '127.0.0.1', ...options }),
    today: '2026-11-23',
    monotonic: () => performance.now(),
    random: (below) => {
      turns += 1;
      return (turns * 7) % below;
    },
    log: () => {},
  });
}

/** Writes it down, plays it, and compares. @returns all of its text */
async function played(captured: Captured): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'capture-'));
  folders.push(parent);
  const folder = join(parent, 'new');
  await writeCapture(folder, captured);
  const before = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as Expected;
  expect(await expectedOf(folder, before)).toEqual(before);
  expect(before.review).toMatch(/Check/);
  return [...captured.files.values()].join('\n');
}

describe('a capture', () => {
  it('of a card has every object, and masks what may name the owner', async () => {
    const U = '1.3.6.1.4.1.318.1.1.1';
    const values = {
      ...smartUps({
        serial: 'AS2216123456',
        cartridges: [
          { pack: 1, cartridge: 1, serial: '3S2216X98765', replaceBy: '05/04/2027', installed: '05/04/2022' },
        ],
      }),
      '1.3.6.1.2.1.1.1.0':
        'APC Web/SNMP Management Card (MB:v4.2.0 PF:v2.4.0.9 MN:AP9641 HR:08 SN: 5A2044T26535 MD:10/28/2020)',
      '1.3.6.1.2.1.1.4.0': 'it@firm.example',
      '1.3.6.1.2.1.1.5.0': 'ups-munich',
      '1.3.6.1.2.1.1.6.0': 'Cellar 3',
      '1.3.6.1.2.1.3.1.1.1.1.1.10.20.30.40': 1,
      [`${U}.1.1.2.0`]: 'MUNICH 1',
      [`${U}.2.2.3.0`]: { ticks: 264_000 },
      [`${U}.4.9.9.0`]: { tag: 64, body: Buffer.from([10, 1, 2, 3]) },
      [`${U}.9.9.1.0`]: Buffer.from([0x00, 0xc0, 0xb7, 0x12, 0x34, 0x56]),
      [`${U}.9.9.2.0`]: 'owner | of it',
    };
    const simulator = await startSimulator({ units: [{ name: 'one', values }] });
    const result = await captured('snmp', { port: simulator.port, version: '2c' });
    await simulator.close();
    const text = await played(result);
    for (const secret of [
      '123456',
      '98765',
      'T26535',
      'firm.example',
      'unich',
      'UNICH',
      'Cellar',
      '0a010203',
      'c0b71234',
      '10.20.30.40',
      'owner',
    ])
      expect(text).not.toContain(secret);
    expect(text).toMatch(/^1\.3\.6\.1\.2\.1\.1\.6\.0\|4\|Xxxxxx 9$/m);
    expect(text, 'year and week are there').toMatch(/^\S+\.1\.2\.3\.0\|4\|AS2216\d{6}$/m);
    expect(text, 'what no rule reads is there as well').toMatch(/\.2\.2\.3\.0\|67\|264000/);
    expect(result.kept.join()).toMatch(/MN:AP9641/);
    expect(result.files.get('answers.snmprec')?.trim().split('\n'), 'all but the address').toHaveLength(
      Object.keys(values).length - 1,
    );
  });

  it('of a card that knows SNMP 1 alone', async () => {
    const unit = { name: 'one', values: smartUps(), behaviour: { versions: ['1' as const] } };
    const simulator = await startSimulator({ units: [unit] });
    const result = await captured('snmp', { port: simulator.port, timeout: 0.2, retries: 0 });
    await simulator.close();
    expect(await played(result)).toMatch(/Smart-UPS 1500/);
  });

  it('of a unit on Modbus has its registers and what it refuses', async () => {
    const unit = smartUpsModbus({
      serial: 'AS2216123456',
      installed: '2022-05-04',
      replaceBy: '2027-05-04',
      manner: 'refusing',
    });
    unit.text(596, 'MUNICH 1', 8).set(524, [0x4d55, 0x4e49, 0x4348, 0, 0, 0, 0, 0], true);
    unit.remove(604, 8).longest = 100;
    const server = await startModbusTcp({ units: new Map([[3, unit]]) });
    const result = await captured('modbus', { port: server.port, unit: 3 });
    await server.close();
    const text = await played(result);
    expect(text).toMatch(/^refused 516 120 3$/m);
    expect(text).toMatch(/"unit": 3/);
    expect(text, 'the name').not.toMatch(/^596 4D55/m);
    expect(text, 'what nothing is known about').not.toMatch(/^524 4D55/m);
    expect(text).not.toContain('123456');
  });

  it('of a UPS behind upsd', async () => {
    const variables = {
      'device.serial': 'AS2216123456',
      'device.location': 'Cellar 3',
      'ups.id': 'MUNICH 1',
      'driver.name': 'usbhid-ups',
      'driver.parameter.port': '/dev/munich',
      'battery.date': '2001/09/25',
      'battery.charge': '100',
      'ups.mfr': 'American Power Conversion',
      'ups.model': 'Smart-UPS 1500',
      'ups.serial': 'AS2216123456',
      'ups.status': 'OL CHRG',
      'server.info': 'upsd on munich',
    };
    await using server = await startUpsd({ units: { one: variables } });
    const text = await played(await captured('nut', { port: server.port, ups: 'one' }));
    for (const secret of ['123456', 'unich', 'UNICH', 'Cellar']) expect(text).not.toContain(secret);
    expect(text).toMatch(/^battery\.date: 2001\/09\/25$/m);
  });

  it('of upsd whose driver has lost the UPS', async () => {
    await using server = await startUpsd({ units: { one: 'DATA-STALE' } });
    const text = await played(await captured('nut', { port: server.port, ups: 'one' }));
    expect(text).toMatch(/"error": "DATA-STALE"/);
    expect(text).toMatch(/"verdict": "ups-lost"/);
  });

  it('of an apcupsd', async () => {
    const status = {
      HOSTNAME: 'munich',
      UPSNAME: 'munich-1',
      MODEL: 'Smart-UPS 1500',
      STATUS: 'ONLINE',
      SERIALNO: 'AS2216123456  ',
      BATTDATE: '2022-05-04',
      DRIVER: 'MODBUS UPS Driver',
      MASTER: '10.1.2.3:3551',
      SELFTEST: 'OK',
    };
    await using server = await startApcupsd(status);
    const text = await played(await captured('apcupsd', { port: server.port }));
    for (const secret of ['123456', 'munich', '10.1.2.3']) expect(text).not.toContain(secret);
  });

  it('is not made of a unit that does not answer', async () => {
    await using server = await startApcupsd({});
    server.misbehave = (socket) => socket.destroy();
    await expect(captured('apcupsd', { port: server.port })).rejects.toBeInstanceOf(DriverError);
  });

  it('never overwrites anything', async () => {
    await using server = await startApcupsd({ STATUS: 'ONLINE', MODEL: 'Smart-UPS 1500' });
    const result = await captured('apcupsd', { port: server.port });
    await played(result);
    const [parent = ''] = folders;
    await expect(writeCapture(join(parent, 'new'), result)).rejects.toThrow(/not empty/);
  });
});
