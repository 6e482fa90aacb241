import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { accessesOf, snmpOptions } from '../../../drivers/snmp/options.ts';

const { schema } = snmpOptions;
const issues = (raw: Record<string, unknown>): string => {
  const parsed = schema.safeParse({ host: '10.0.0.5', ...raw });
  return parsed.success ? '' : z.prettifyError(parsed.error);
};

describe('options of a unit', () => {
  it('need only a host', () => {
    expect(schema.parse({ host: 'ups1' })).toEqual({
      host: 'ups1',
      port: 161,
      version: 'auto',
      community: 'public',
      timeout: 3,
      retries: 1,
    });
  });

  it.each([
    [1, '1'],
    [3, '3'],
    ['1', '1'],
    ['2c', '2c'],
    ['auto', 'auto'],
  ])('take version %j, as YAML may give it', (written, version) => {
    const user = version === '3' ? { user: 'u' } : {};
    expect(schema.parse({ host: 'h', version: written, ...user }).version).toBe(version);
  });

  it.each([
    [{ version: 3 }, /needs a user/],
    [{ version: 3, user: 'u', authPassword: 'short' }, /shorter than 8/],
    [{ user: 'u', privPassword: 'long enough' }, /no privacy without authentication/],
    [{ user: 'u', authProtocol: 'sha' }, /authPassword.*\n?.*|is missing/],
    [{ user: 'u', authPassword: 'long enough', privProtocol: 'aes' }, /privProtocol needs it/],
    [{ version: '2c', user: 'u' }, /write version: 3/],
    [{ authPassword: 'long enough' }, /give the `user` too/],
    [{ host: 'ups1:161' }, /write it as `port:`/],
    [{ host: 'snmp://ups1' }, /without a scheme/],
    [{ port: 0 }, /port/],
    [{ version: 2 }, /version/],
    [{ hosst: 'x' }, /hosst/],
    [{ timeout: 0 }, /timeout/],
  ])('%j is refused', (raw, message) => {
    expect(issues(raw)).toMatch(message);
  });

  it('are all described, and become a JSON schema', () => {
    const json = z.toJSONSchema(schema, { io: 'input' }) as { properties: Record<string, { description?: string }> };
    for (const [key, { description }] of Object.entries(json.properties)) expect(description, key).toBeTruthy();
    for (const secret of snmpOptions.secrets) expect(json.properties).toHaveProperty(secret);
  });

  it('tell which units share a line', () => {
    const line = (raw: object) => snmpOptions.lineOf(schema.parse(raw));
    expect(line({ host: 'UPS1' })).toBe(line({ host: 'ups1', community: 'other' }));
    expect(line({ host: 'ups1' })).not.toBe(line({ host: 'ups1', port: 1161 }));
  });
});

describe('accesses', () => {
  const of = (raw: object) => accessesOf(schema.parse({ host: 'h', ...raw }));

  it('are 2c, then 1, for a community', () => {
    expect(of({ community: 'c' })).toEqual([
      { version: '2c', community: 'c' },
      { version: '1', community: 'c' },
    ]);
    expect(of({ version: 1 })).toEqual([{ version: '1', community: 'public' }]);
  });

  it('derive the level of a user from the passwords', () => {
    expect(of({ user: 'u' })).toEqual([{ version: '3', user: 'u' }]);
    expect(of({ user: 'u', authPassword: 'long enough' })).toMatchObject([{ auth: { protocol: 'sha' } }]);
    const both = { user: 'u', authPassword: 'long enough', privPassword: 'long enough', privProtocol: 'des' };
    expect(of(both)).toMatchObject([{ auth: { protocol: 'sha' }, priv: { protocol: 'des' } }]);
  });
});
