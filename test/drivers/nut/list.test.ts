import { describe, expect, it } from 'vitest';
import { nutOptions } from '../../../drivers/nut/options.ts';
import { failure } from '../reading.ts';
import { bench, driverFor, listed } from './support.ts';

const names = Array.from({ length: 200 }, (_, n) => `ups${n}`);
const units = Object.fromEntries(
  names.map((name, n) => [
    name,
    { 'device.mfr': 'APC', 'ups.serial': `AS2216${100_000 + n}`, 'battery.date': '2024-05-04', 'ups.status': 'OL' },
  ]),
);

describe('all UPS of an upsd', () => {
  it('are written with a star, as text or as a key', () => {
    const { all, isSame, schema } = nutOptions;
    const parsed = ['*@host', { host: 'host', ups: '*' }].map((raw) => schema.parse(raw));
    for (const options of parsed) {
      expect(options).toEqual({ host: 'host', ups: '*', port: 3493, timeout: 5 });
      expect(all?.is(options)).toBe(true);
      expect(all?.one(options, 'ups1')).toEqual({ host: 'host', ups: 'ups1', port: 3493, timeout: 5 });
      expect(isSame?.(options, schema.parse('ups7@HOST'))).toBe(true);
      expect(isSame?.(options, schema.parse('ups7@host:3494'))).toBe(false);
    }
    expect(all?.is(schema.parse('host'))).toBe(false);
  });

  it('are listed by upsd; what cannot be a name is left out and said', async () => {
    await using on = await bench({ units: { a: {}, 'b"c': {}, '*': {}, 'd e': {} } });
    expect(await listed(on.upsd.port)).toEqual(['a', 'd', 'Rack: 2 name(s) of upsd are none of a UPS']);
    on.upsd.units.clear();
    expect(await listed(on.upsd.port)).toEqual([]);
  });

  it('are not listed while upsd is away, silent, or wants a password', async () => {
    const gone = await bench();
    const { port } = gone.upsd;
    await gone[Symbol.asyncDispose]();
    await expect(listed(port)).rejects.toMatchObject({ code: 'unreachable' });
    await using mute = await bench({ units });
    mute.upsd.misbehave = () => 'handled';
    await expect(listed(mute.upsd.port)).rejects.toMatchObject({ code: 'timeout' });
    await using locked = await bench({ units, access: { user: 'u', password: 'p' } });
    await expect(listed(locked.upsd.port)).rejects.toMatchObject({ code: 'auth' });
    expect(await listed(locked.upsd.port, { user: 'u', password: 'p' })).toHaveLength(200);
  });

  it('cannot be read as one; the message names them', async () => {
    await using on = await bench({ units: { a: units['ups1'] ?? {}, b: {} } });
    const error = await failure((await on.driver({ ups: '*' })).read());
    expect(error).toMatchObject({ code: 'bad-target', message: expect.stringContaining('Name one of: a, b') });
    expect((await failure((await on.driver()).read())).message).toContain('`ups: "*"` for all');
    on.upsd.units.delete('b');
    expect((await (await on.driver({ ups: '*' })).read()).verdict).toBe('ups');
  });

  it('two hundred of them share one connection, one question each', async () => {
    await using on = await bench({ units });
    const drivers = await Promise.all(names.map((ups) => on.driver({ ups, tls: 'off' })));
    for (let round = 0; round < 2; round += 1) {
      const readings = await Promise.all(drivers.map((driver) => driver.read()));
      expect(new Set(readings.map(({ fields }) => fields['device.serial']?.value)).size).toBe(200);
    }
    expect([on.upsd.connections(), on.upsd.heard.length]).toEqual([1, 400]);
  });

  it('of a silent upsd only one waits; the others fail at once', async () => {
    await using on = await bench({ units });
    on.upsd.misbehave = () => 'handled';
    const drivers = await Promise.all(names.slice(0, 20).map((ups) => driverFor(on.upsd.port, { ups, tls: 'off' })));
    const errors = await Promise.all(drivers.map((driver) => failure(driver.read())));
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['timeout']));
    expect(on.upsd.heard).toHaveLength(1);
    await Promise.all(drivers.map((driver) => driver.close()));
  });
});
