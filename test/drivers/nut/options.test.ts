import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DriverError } from '../../../drivers/contract.ts';
import { nutOptions, protectionOf } from '../../../drivers/nut/options.ts';
import { driverForUrl } from '../../../drivers/registry.ts';

const { schema } = nutOptions;
const issues = (raw: unknown): string => {
  const parsed = schema.safeParse(raw);
  return parsed.success ? '' : z.prettifyError(parsed.error);
};

describe('options of a unit', () => {
  it.each([
    ['rack1@nut.example', { ups: 'rack1', host: 'nut.example', port: 3493 }],
    ['rack1@10.0.0.5:3494', { ups: 'rack1', host: '10.0.0.5', port: 3494 }],
    ['rack1@[2001:db8::5]:3494', { ups: 'rack1', host: '2001:db8::5', port: 3494 }],
    ['localhost', { host: 'localhost', port: 3493 }],
  ])('have the short form %s', (written, options) => {
    expect(schema.parse(written)).toEqual({ ...options, timeout: 5 });
  });

  it.each([
    ['@host', /ups/],
    ['ups@', /host/],
    ['a b@host', /ups\.conf/],
    ['nut://host/ups', /without a scheme/],
    ['ups@host:99999', /port/],
    ['', /host/],
    [5, /expected object/i],
    [{ ups: 'ups1' }, /host/],
    [{ host: 'h', user: 'u' }, /beside a user/],
    [{ host: 'h', password: 'p' }, /beside a password/],
    [{ host: 'h', tls: 'yes' }, /tls/],
    [{ host: 'h', tls: 'off', caFile: '/ca.pem' }, /write `required`/],
    [{ host: 'h', caFile: 'ca.pem' }, /absolute/],
    [{ host: 'h', ups: 'x\nLIST UPS' }, /ups\.conf/],
    [{ host: 'h', user: 'u\nx', password: 'p' }, /control/],
    [{ host: 'h:3493' }, /write it as `port:`/],
    [{ hosst: 'h' }, /hosst/],
  ])('%j is refused', (raw, message) => {
    expect(issues(raw)).toMatch(message);
  });

  it('are all described, and become a JSON schema that takes both forms', () => {
    const json = z.toJSONSchema(schema, { io: 'input' }) as {
      type: string[];
      properties: Record<string, { description?: string }>;
    };
    expect(json.type).toEqual(['object', 'string']);
    for (const [key, { description }] of Object.entries(json.properties)) expect(description, key).toBeTruthy();
    for (const secret of nutOptions.secrets) expect(json.properties).toHaveProperty(secret);
  });

  it('share a line where they share upsd', () => {
    const line = (raw: unknown) => nutOptions.lineOf(schema.parse(raw));
    expect(line('a@Host')).toBe(line('b@host:3493'));
    expect(line('a@host')).not.toBe(line('a@host:3494'));
  });
});

describe('protection', () => {
  const of = (raw: object) => protectionOf(schema.parse({ host: 'nut.example', ...raw }));

  it('is required once a password would leave this machine', () => {
    expect(of({})).toEqual({ tls: 'opportunistic', verify: false });
    expect(of({ user: 'u', password: 'p' })).toEqual({ tls: 'required', verify: true });
    expect(of({ host: '127.0.0.1', user: 'u', password: 'p' })).toEqual({ tls: 'opportunistic', verify: false });
  });

  it('is what is written', () => {
    expect(of({ tls: 'required', verifyCertificate: false })).toEqual({ tls: 'required', verify: false });
    expect(of({ caFile: '/ca.pem' })).toEqual({ tls: 'opportunistic', verify: true });
    expect(of({ tls: 'off', user: 'u', password: 'p' }).tls).toBe('off');
  });
});

describe('one-off targets', () => {
  it.each([
    ['nut://10.0.0.5/rack1', { host: '10.0.0.5', port: 3493, ups: 'rack1' }],
    ['nut://nut.example:3494', { host: 'nut.example', port: 3494 }],
    ['nut://[2001:db8::5]/rack1', { host: '2001:db8::5', ups: 'rack1' }],
    ['nut://u%40x:p%2Fw@host/rack1?tls=off', { user: 'u@x', password: 'p/w', tls: 'off' }],
    ['nut://host/a?tls=required&verifyCertificate=false&timeout=2', { verifyCertificate: false, timeout: 2 }],
  ])('%s', (target, options) => {
    const found = driverForUrl(target);
    expect(found.name).toBe('nut');
    expect(found.options).toMatchObject(options);
  });

  it.each([
    ['nut://host/a/b', /ups\.conf/],
    ['nut:///a', /no host|not a valid/],
    ['nut://host/a?port=1', /no option "port"/],
    ['nut://host/a?tls=off&tls=off', /twice/],
    ['nut://host/a#b', /%23/],
    ['nut://host/%', /%25/],
    ['nut://secretname@host/a', /beside a user/],
  ])('%s is refused', (target, message) => {
    let error: unknown;
    try {
      driverForUrl(target);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(DriverError);
    expect(String(error)).toMatch(message);
    expect(String(error)).not.toMatch(/secretname/);
  });
});
