import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DriverError } from '../../../drivers/contract.ts';
import { lineSettings, modbusOptions } from '../../../drivers/modbus/options.ts';
import { driverForUrl } from '../../../drivers/registry.ts';

const { schema } = modbusOptions;
const issues = (raw: Record<string, unknown>): string => {
  const parsed = schema.safeParse(raw);
  return parsed.success ? '' : z.prettifyError(parsed.error);
};
const lineOf = (raw: object) => modbusOptions.lineOf(schema.parse(raw));

describe('options of a unit', () => {
  it('need only a host or a serial port', () => {
    expect(schema.parse({ host: 'ups1' })).toEqual({ host: 'ups1', unit: 1, timeout: 2, retries: 2 });
    expect(lineSettings(schema.parse({ host: 'ups1' }))).toEqual({
      kind: 'tcp',
      host: 'ups1',
      port: 502,
      smartConnect: 'auto',
    });
    expect(lineSettings(schema.parse({ device: '/dev/ttyUSB0' }))).toEqual({
      kind: 'rtu',
      device: '/dev/ttyUSB0',
      baud: 9600,
      parity: 'none',
      stopBits: 1,
    });
  });

  it.each([
    [{}, /give `host` for Modbus TCP, or `device`/],
    [{ host: 'ups1', device: '/dev/ttyUSB0' }, /give one of them/],
    [{ host: 'ups1', baud: 9600 }, /belongs to `device`/],
    [{ host: 'ups1', parity: 'even' }, /belongs to `device`/],
    [{ device: '/dev/ttyUSB0', port: 502 }, /belongs to `host`/],
    [{ device: '/dev/ttyUSB0', smartConnect: true }, /belongs to `host`/],
    [{ device: 'ttyUSB0' }, /full path/],
    [{ device: '/dev/ttyUSB0', parity: 'mark' }, /parity/],
    [{ device: '/dev/ttyUSB0', stopBits: 3 }, /stopBits/],
    [{ host: 'ups1:502' }, /write it as `port:`/],
    [{ host: 'modbus://ups1' }, /without a scheme/],
    [{ host: 'ups1', unit: 0 }, /unit/],
    [{ host: 'ups1', unit: 248 }, /unit/],
    [{ host: 'ups1', smartConnect: 'yes' }, /smartConnect/],
    [{ host: 'ups1', hosst: 'x' }, /hosst/],
  ])('%j is refused', (raw, message) => {
    expect(issues(raw)).toMatch(message);
  });

  it('are all described, and become a JSON schema', () => {
    const json = z.toJSONSchema(schema, { io: 'input' }) as { properties: Record<string, { description?: string }> };
    for (const [key, { description }] of Object.entries(json.properties)) expect(description, key).toBeTruthy();
  });

  it('tell which units share a line', () => {
    expect(lineOf({ host: 'UPS1', unit: 1 })).toBe(lineOf({ host: 'ups1', unit: 2 }));
    expect(lineOf({ host: 'ups1' })).not.toBe(lineOf({ host: 'ups1', port: 1502 }));
    expect(lineOf({ device: '/dev/ttyUSB0', unit: 1 })).toBe(lineOf({ device: '/dev/ttyUSB0', unit: 2, timeout: 1 }));
    expect(lineOf({ device: '/dev/ttyUSB0' })).not.toBe(lineOf({ device: '/dev/ttyUSB1' }));
  });
});

describe('one-off targets', () => {
  const wrong = (target: string): DriverError => {
    try {
      driverForUrl(target);
    } catch (error) {
      if (error instanceof DriverError) return error;
      throw error;
    }
    throw new Error(`${target} was accepted`);
  };

  it('name a host or a serial port', () => {
    expect(driverForUrl('modbus://10.0.0.5')).toEqual({
      name: 'modbus',
      options: { host: '10.0.0.5', unit: 1, timeout: 2, retries: 2 },
    });
    expect(driverForUrl('modbus://[2001:db8::5]:1502?unit=3&smartConnect=true').options).toMatchObject({
      host: '2001:db8::5',
      port: 1502,
      unit: 3,
      smartConnect: true,
    });
    expect(driverForUrl('modbus-rtu:/dev/ttyUSB0?unit=2&baud=19200&parity=even&stopBits=2').options).toEqual({
      device: '/dev/ttyUSB0',
      unit: 2,
      baud: 19200,
      parity: 'even',
      stopBits: 2,
      timeout: 2,
      retries: 2,
    });
    expect(driverForUrl('modbus-rtu:///dev/serial/by-id/usb-A%20B').options).toMatchObject({
      device: '/dev/serial/by-id/usb-A B',
    });
  });

  it.each([
    ['modbus://', /no host|not a valid address/],
    ['modbus:/dev/ttyUSB0', /starts with modbus:\/\//],
    ['modbus-rtu://ups1', /names a host/],
    ['modbus-rtu:/', /names no serial port/],
    ['modbus-rtu:/dev/ttyUSB0?port=502', /no option "port"/],
    ['modbus-rtu:/dev/ttyUSB0?smartConnect=auto', /belongs to `host`/],
    ['modbus://10.0.0.5?baud=9600', /belongs to `device`/],
    ['modbus://10.0.0.5?unit=', /unit/],
    ['modbus://10.0.0.5?unit=one', /unit/],
    ['modbus://10.0.0.5?unit=1&unit=2', /stands twice/],
    ['modbus://10.0.0.5?units=1', /no option "units"/],
    ['modbus://10.0.0.5/1', /has a path/],
    ['modbus://user@10.0.0.5', /no user/],
  ])('%s is refused, and says why', (target, message) => {
    expect(wrong(target)).toMatchObject({ code: 'bad-target', retry: false });
    expect(wrong(target).message).toMatch(message);
  });
});
