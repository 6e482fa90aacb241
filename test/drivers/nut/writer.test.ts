/** The writer on a simulated upsd: real sockets, synthetic values. */
import { describe, expect, it } from 'vitest';
import { type SimulatedUpsd, startUpsd } from '../../../scripts/simulator/nut.ts';
import { orderFor, refusal, writeWith } from '../writing.ts';
import { impatient } from './support.ts';

const serial = 'AS0416000001';
const day = '2026-05-04';
const access = { user: 'steward', password: 'a secret' };
const rack = {
  'device.mfr': 'APC',
  'device.serial': serial,
  'driver.name': 'apcsmart',
  'battery.date': '05/04/22',
  'ups.status': 'OL',
};

async function upsd(variables: Record<string, string> | string = rack): Promise<SimulatedUpsd> {
  const server = await startUpsd({ access, units: { rack: variables } });
  server.writable = ['battery.date', 'ups.id'];
  server.writing = (_ups, _name, stored) => ({ stored });
  return server;
}

const write = (server: SimulatedUpsd, options: Record<string, unknown> = {}, of = serial) =>
  writeWith(
    'nut',
    { host: '127.0.0.1', port: server.port, ups: 'rack', timeout: impatient, ...access, ...options },
    orderFor(day, of),
  );
const sets = (server: SimulatedUpsd) => server.heard.filter((line) => /^(SET|INSTCMD|FSD|LOGIN)/.test(line));

describe('battery.date', () => {
  it.each([
    ['05/04/22', '05/04/26'],
    ['2022-05-04', '2026-05-04'],
    ['2007/07/07', '2026/05/04'],
    ['not set', '2026-05-04'],
  ])('is written in the form of %s', async (now, text) => {
    await using server = await upsd({ ...rack, 'battery.date': now });
    expect(await write(server)).toEqual([{ object: 'battery.date', outcome: 'taken', text }]);
    expect(sets(server)).toEqual([`SET VAR rack battery.date "${text}"`]);
    expect(server.units.get('rack')).toMatchObject({ 'battery.date': text });
  });

  it('of the only UPS needs no name', async () => {
    await using server = await upsd();
    expect(await write(server, { ups: undefined })).toMatchObject([{ outcome: 'taken' }]);
  });

  it('is not sent where it stands already', async () => {
    await using server = await upsd({ ...rack, 'battery.date': '05/04/26' });
    expect(await write(server)).toMatchObject([{ outcome: 'already' }]);
    expect(sets(server)).toEqual([]);
  });

  it.each([
    ['READONLY', /^READONLY: upsd does not let/],
    ['SET-FAILED', /^SET-FAILED: its driver could not/],
    ['INVALID-VALUE', /does not take this as a date/],
    ['TOO-LONG', /too long/],
    ['ACCESS-DENIED', /actions = SET/],
    ['STRANGE-NEW-ERROR', /^ERR STRANGE-NEW-ERROR$/],
  ])('that is refused with %s says why', async (error, words) => {
    await using server = await upsd();
    server.writing = () => ({ error });
    expect(await write(server)).toMatchObject([{ outcome: 'refused', words: expect.stringMatching(words) }]);
  });

  it('may have been taken where no answer came', async () => {
    await using server = await upsd();
    server.misbehave = (line) => (line.startsWith('SET') ? 'handled' : undefined);
    expect(await write(server)).toMatchObject([{ outcome: 'silent' }]);
    server.misbehave = (line, socket) => {
      if (line.startsWith('SET')) socket.destroy();
      return undefined;
    };
    expect(await write(server)).toMatchObject([{ outcome: 'silent' }]);
  });
});

describe('nothing is written', () => {
  it.each([
    ['to another unit', rack, {}, 'AS9999000001', 'other-unit', /not AS9999/],
    ['without a user', rack, { user: undefined, password: undefined }, serial, 'cannot-write', /actions = SET/],
    ['to a UPS that is away', 'DATA-STALE', {}, serial, 'unreachable', /lost the UPS/],
    ['to a UPS that nobody knows', rack, { ups: 'attic' }, serial, 'protocol', /UNKNOWN-UPS/],
    ['with a wrong password', rack, { password: 'another' }, serial, 'auth', /upsd\.users/],
  ])('%s', async (_what, variables, options, of, code, message) => {
    await using server = await upsd(variables);
    expect(await refusal(write(server, options, of))).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(sets(server)).toEqual([]);
  });

  it('where upsd offers it for reading only', async () => {
    await using server = await upsd();
    server.writable = ['ups.id'];
    const error = await refusal(write(server));
    expect(error).toMatchObject({ code: 'cannot-write', message: expect.stringMatching(/with the driver apcsmart/) });
    expect(sets(server)).toEqual([]);
  });
});
