/** The driver on a simulated apcupsd: real sockets, synthetic values. */
import { createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apcupsdOptions } from '../../../drivers/apcupsd/options.ts';
import type { Driver, Reading } from '../../../drivers/contract.ts';
import { driverForUrl, loadDriver } from '../../../drivers/registry.ts';
import { message, startApcupsd, statusMessages } from '../../../scripts/simulator/apcupsd.ts';
import { failure, says } from '../reading.ts';

const smartUps = {
  DRIVER: 'MODBUS UPS Driver',
  MODEL: 'Smart-UPS 1500',
  STATUS: 'ONLINE',
  SELFTEST: 'NO',
  STATFLAG: '0x05000008',
  MANDATE: '2022-04-20',
  SERIALNO: 'AS2216000001',
  BATTDATE: '2022-05-04',
  FIRMWARE: 'UPS 99.0 / 00.5',
};

async function driverFor(port: number): Promise<Driver> {
  const options = apcupsdOptions.schema.parse({ host: '127.0.0.1', port, timeout: 0.3 });
  return (await loadDriver('apcupsd')).create(options, { ups: 'ups1', monotonic: () => 0, log: () => {} });
}

async function read(status: Record<string, string>): Promise<Reading> {
  await using apcupsd = await startApcupsd({ ...smartUps, ...status });
  return await (await driverFor(apcupsd.port)).read();
}

describe('a poll', () => {
  it('is one question, and hands over what apcupsd prints', async () => {
    await using apcupsd = await startApcupsd(smartUps);
    const driver = await driverFor(apcupsd.port);
    const reading = await driver.read();
    expect(reading.verdict).toBe('ups');
    expect(Object.fromEntries(Object.entries(reading.fields).map(([key, field]) => [key, field.value]))).toEqual({
      'device.model': 'Smart-UPS 1500',
      'device.serial': 'AS2216000001',
      'ups.firmware': 'UPS 99.0 / 00.5',
      'ups.mfr.date': '2022-04-20',
      'battery.date': '2022-05-04',
    });
    expect(reading.fields['battery.date']).not.toHaveProperty('doubt');
    expect(reading.signals).toEqual({});
    await driver.read();
    expect(apcupsd.heard).toEqual(['status', 'status']);
  });

  it('knows the status of versions that do not begin with APC', async () => {
    await using apcupsd = await startApcupsd(smartUps);
    const { DRIVER: _none, ...older } = smartUps;
    const lines = Object.entries({ RELEASE: '3.7.2', CABLE: 'Custom Cable Smart', ...older, 'END APC': 'now' });
    const whole = Buffer.concat([...lines.map(([key, value]) => message(`${key}: ${value}\n`)), Buffer.alloc(2)]);
    apcupsd.misbehave = (socket) => socket.write(whole);
    const reading = await (await driverFor(apcupsd.port)).read();
    expect(reading).toMatchObject({ verdict: 'ups', fields: { 'device.serial': { value: 'AS2216000001' } } });
  });

  it.each(['', '   ', 'N/A', '2001-09-25', '2001-01-01', '2179-06-06'])('has no install date in "%s"', async (date) => {
    expect((await read({ BATTDATE: date })).fields).not.toHaveProperty(['battery.date']);
  });

  it.each([
    [{ DRIVER: 'USB UPS Driver' }, true],
    [{ DRIVER: 'NETWORK UPS Driver' }, true],
    [{ DRIVER: 'NETWORK UPS Driver', BATTDATE: '05/04/22' }, false],
    [{ DRIVER: 'APC Smart UPS (any)', BATTDATE: '05/04/22' }, false],
  ])('doubts the install date of %j: %s', async (status, isDoubtful) => {
    expect((await read(status)).fields['battery.date']?.doubt !== undefined).toBe(isDoubtful);
  });

  it.each([
    ['OK', 'passed', { 'self-test': false }],
    ['BT', 'failed', { 'self-test': true }],
    ['NG', 'failed', {}],
    ['WN', 'warning', {}],
    ['IP', 'in-progress', {}],
    ['NO', undefined, {}],
    ['??', undefined, {}],
    ['toString', undefined, {}],
  ])('takes the self-test %s for %s', async (word, result, signals) => {
    const reading = await read({ SELFTEST: word });
    expect(reading.fields['ups.test.result']?.value).toBe(result);
    expect(says(reading, 'battery.replace')).toEqual(signals);
  });

  it.each([
    [{ STATUS: 'ONLINE REPLACEBATT' }, { 'status-replacebatt': true }],
    [{ STATFLAG: '0x05000088 Status Flag' }, { 'status-replacebatt': true }],
    [{}, {}],
  ])('raises the alarm for %j: %j', async (status, signals) => {
    expect(says(await read(status), 'battery.replace')).toEqual(signals);
  });

  it('counts packs', async () => {
    const reading = await read({ EXTBATTS: '2', BADBATTS: '1', SERIALNO: '????' });
    expect(reading.fields).toMatchObject({
      'battery.packs': { value: 2 },
      'battery.packs.bad': { value: 1 },
      'device.serial': { doubt: expect.stringMatching(/placeholder/) },
    });
    expect(says(reading, 'battery.packs.bad')).toEqual({ count: true });
    expect((await read({ EXTBATTS: 'N/A', BADBATTS: '-1' })).signals).toEqual({});
  });

  it.each([
    [{ STATUS: 'COMMLOST ' }, /lost the UPS/],
    [{ STATUS: '', STATFLAG: '0x05000100' }, /lost the UPS/],
    [{ STATUS: 'NETWORK ERROR' }, /other apcupsd/],
    [{ STATUS: '', MODEL: '', MANDATE: '', BATTDATE: '' }, /not read the UPS yet/],
  ])('derives nothing from %j', async (status, note) => {
    expect(await read(status)).toEqual({
      verdict: 'ups-lost',
      note: expect.stringMatching(note),
      fields: {},
      signals: {},
    });
  });
});

describe('something in trouble', () => {
  it.each([
    ['says nothing', () => {}, 'timeout'],
    ['closes at once', (socket: Socket) => socket.destroy(), 'protocol'],
    ['breaks off', (socket: Socket) => socket.end(statusMessages(smartUps).subarray(0, 90)), 'protocol'],
    ['never ends', (socket: Socket) => socket.write(statusMessages(smartUps).subarray(0, -2)), 'timeout'],
    ['speaks HTTP', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), 'protocol'],
    [
      'knows no status',
      (socket: Socket) => socket.end(Buffer.concat([message('Invalid command\n'), Buffer.alloc(2)])),
      'protocol',
    ],
    ['sends too much', (socket: Socket) => socket.write(Buffer.alloc(70_000, 1)), 'protocol'],
  ])('that %s is an error, and the next poll is right again', async (_what, act, code) => {
    await using apcupsd = await startApcupsd(smartUps);
    const driver = await driverFor(apcupsd.port);
    apcupsd.misbehave = act;
    const error = await failure(driver.read());
    expect(error).toMatchObject({ name: 'DriverError', code, retry: true });
    expect(error.message).toMatch(/^ups1: /);
    apcupsd.misbehave = undefined;
    expect((await driver.read()).verdict).toBe('ups');
  });

  it('that does not listen is unreachable, and says what to look at', async () => {
    const apcupsd = await startApcupsd(smartUps);
    const { port } = apcupsd;
    await apcupsd[Symbol.asyncDispose]();
    const error = await failure((await driverFor(port)).read());
    expect(error).toMatchObject({ code: 'unreachable', retry: true });
    expect(error.message).toMatch(/NETSERVER on/);
  });

  it('gives an error or a reading for any bytes, in time', async () => {
    const parts = fc.oneof(
      fc.constantFrom(
        message('APC      : 1\n'),
        message('STATUS   : ONLINE\n'),
        message('STATUS   : COMMLOST'),
        Buffer.alloc(2),
      ),
      fc.uint8Array({ maxLength: 20 }),
      fc.string({ unit: 'binary', maxLength: 20 }).map((text) => message(text)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(parts, { maxLength: 6 }), async (chunks) => {
        const server = createServer((socket) => {
          socket.on('error', () => {}).resume();
          socket.end(Buffer.concat(chunks));
        });
        await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
        const address = server.address();
        const driver = await driverFor(typeof address === 'object' ? (address?.port ?? 0) : 0);
        const outcome = await driver.read().then(
          ({ verdict }) => verdict,
          ({ name }: Error) => name,
        );
        expect(['ups', 'ups-lost', 'DriverError']).toContain(outcome);
        await new Promise((done) => server.close(done));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the end', () => {
  it('of a driver ends its read', async () => {
    await using apcupsd = await startApcupsd(smartUps);
    const driver = await driverFor(apcupsd.port);
    const asked = new Promise<void>((resolve) => {
      apcupsd.misbehave = () => resolve();
    });
    const reading = failure(driver.read());
    await asked;
    await driver.close();
    await driver.close();
    expect(await reading).toMatchObject({ code: 'closed', retry: false });
    expect(await failure(driver.read())).toMatchObject({ code: 'closed', retry: false });
  });

  it('of a poll by its caller is an error that may be tried again', async () => {
    await using apcupsd = await startApcupsd(smartUps);
    const driver = await driverFor(apcupsd.port);
    expect(await failure(driver.read(AbortSignal.abort()))).toMatchObject({ code: 'closed', retry: true });
    expect((await driver.read()).verdict).toBe('ups');
  });
});

describe('options', () => {
  it('share a line where they share a server', () => {
    const line = (raw: unknown) => apcupsdOptions.lineOf(apcupsdOptions.schema.parse(raw));
    expect(line({ host: 'Host' })).toBe(line({ host: 'host', port: 3551, timeout: 1 }));
  });

  it.each([
    ['apcupsd://10.0.0.5', { host: '10.0.0.5', port: 3551 }],
    ['apcupsd://[2001:db8::5]:3552?timeout=1', { host: '2001:db8::5', port: 3552, timeout: 1 }],
  ])('come from the target %s', (target, options) => {
    expect(driverForUrl(target)).toMatchObject({ name: 'apcupsd', options });
  });

  it.each([
    ['apcupsd://u:p@host', /no user/],
    ['apcupsd://host/ups', /path/],
    ['apcupsd://host?x=1', /no option "x"/],
    ['apcupsd://host#x', /#/],
    ['apcupsd:///', /no host|not a valid/],
    ['apcupsd://host?timeout=soon', /timeout/],
  ])('do not come from the target %s', (target, message) => {
    expect(() => driverForUrl(target)).toThrow(message);
  });
});
