import { describe, expect, it } from 'vitest';
import { DriverError } from '../../drivers/contract.ts';
import { driverForUrl, driverNames, driverOptions, loadDriver } from '../../drivers/registry.ts';

const wrong = (target: string): DriverError => {
  try {
    driverForUrl(target);
  } catch (error) {
    if (error instanceof DriverError) return error;
    throw error;
  }
  throw new Error(`${target} was accepted`);
};

describe('the registry', () => {
  it('loads every driver it names, under that name', async () => {
    for (const name of driverNames) expect((await loadDriver(name)).name).toBe(name);
  });

  it('names the drivers there are when asked for another', async () => {
    expect(() => driverOptions('smoke-signals')).toThrow(/There is no driver "smoke-signals".*snmp/);
    await expect(loadDriver('constructor')).rejects.toMatchObject({ code: 'bad-target' });
  });
});

describe('one-off targets', () => {
  it('take the defaults of the config', () => {
    const { name, options } = driverForUrl('snmp://10.0.0.5');
    expect(name).toBe('snmp');
    expect(options).toMatchObject({ host: '10.0.0.5', port: 161, version: 'auto', community: 'public', timeout: 3 });
  });

  it('take port, version and SNMPv3 options', () => {
    const { options } = driverForUrl(
      'snmp://ups-1.example:1161?version=3&user=u&authProtocol=sha256&authPassword=secret%26long&privProtocol=aes&privPassword=another%20one&timeout=1.5&retries=0',
    );
    expect(options).toMatchObject({
      host: 'ups-1.example',
      port: 1161,
      version: '3',
      authPassword: 'secret&long',
      privPassword: 'another one',
      timeout: 1.5,
      retries: 0,
    });
  });

  it('take IPv6 in brackets', () => {
    expect(driverForUrl('snmp://[2001:db8::5]:1161').options).toMatchObject({ host: '2001:db8::5', port: 1161 });
  });

  it.each([
    ['a@b', 'a@b'],
    ['a+b', 'a+b'],
    ['a%2Bb%23%25', 'a+b#%'],
    ['caf%C3%A9', 'café'],
    ['x=y', 'x=y'],
  ])('take the community %s as it is meant', (written, community) => {
    expect(driverForUrl(`snmp://10.0.0.5?community=${written}`).options).toMatchObject({ community });
  });

  it.each([
    ['10.0.0.5', /starts with snmp:\/\//],
    ['gopher://10.0.0.5', /No driver reads gopher/],
    ['snmp://', /no host|not a valid address/],
    ['snmp://2001:db8::5', /IPv6 in brackets/],
    ['snmp://10.0.0.5:99999', /not a valid address/],
    ['snmp://10.0.0.5?comunity=x', /no option "comunity"/],
    ['snmp://10.0.0.5?host=x', /no option "host"/],
    ['snmp://10.0.0.5?user=a&user=b', /stands twice/],
    ['snmp://public@10.0.0.5', /before the host/],
    ['snmp://10.0.0.5/public', /has a path/],
    ['snmp://10.0.0.5?community=a#b', /write it as %23/],
    ['snmp://10.0.0.5?community=100%', /write a percent sign as %25/],
    ['snmp://10.0.0.5?version=4', /version/],
    ['snmp://10.0.0.5?timeout=soon', /timeout/],
  ])('%s is refused, and says why', (target, message) => {
    const error = wrong(target);
    expect(error.code).toBe('bad-target');
    expect(error.retry).toBe(false);
    expect(error.message).toMatch(message);
  });

  it('never repeat a secret in an error', () => {
    const error = wrong('snmp://10.0.0.5?version=3&user=u&authPassword=hunter2&privPassword=tellnone-long');
    expect(error.message).toMatch(/authPassword/);
    expect(error.message).not.toMatch(/hunter2|tellnone/);
  });
});
