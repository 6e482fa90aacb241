import { describe, expect, it } from 'vitest';
import { driverForUrl } from '../../../drivers/registry.ts';
import { upslinkOptions } from '../../../drivers/upslink/options.ts';

describe('options of a unit', () => {
  it('need only a device, which is its line', () => {
    const options = upslinkOptions.schema.parse({ device: '/dev/ttyS0' });
    expect(options).toEqual({ device: '/dev/ttyS0', cable: 'smart', timeout: 1.5 });
    expect(upslinkOptions.lineOf(options)).toBe('/dev/ttyS0');
  });

  it.each([
    [{}, 'device'],
    [{ device: 'ttyS0' }, 'absolute path'],
    [{ device: '/dev/tty\n' }, 'absolute path'],
    [{ device: '/dev/ttyS0', cable: 'simple' }, 'cable'],
    [{ device: '/dev/ttyS0', baud: 9600 }, 'baud'],
  ])('%j is refused', (raw, message) => {
    expect(upslinkOptions.schema.safeParse(raw).error?.message).toContain(message);
  });
});

describe('one-off targets', () => {
  it.each([
    ['upslink:/dev/ttyS0', { device: '/dev/ttyS0', cable: 'smart' }],
    ['upslink:/dev/serial/by-id/a%20b?cable=940-0095B&timeout=2', { device: '/dev/serial/by-id/a b', timeout: 2 }],
  ])('%s', (target, options) => {
    expect(driverForUrl(target)).toMatchObject({ name: 'upslink', options });
  });

  it.each([
    ['upslink://dev/ttyS0', /one slash/],
    ['upslink:/dev/ttyS0?baud=9600', /no option "baud"/],
    ['upslink:/dev/ttyS0#a', /%23/],
    ['upslink:/dev/%', /%25/],
    ['upslink:dev', /starts with/],
  ])('%s is refused', (target, message) => {
    expect(() => driverForUrl(target)).toThrow(message);
  });
});
