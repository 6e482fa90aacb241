import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ConfigError, formatProblem, loadConfig, printConfig } from '../../config/config.ts';
import { hideSecrets, Secret } from '../../config/secret.ts';
import { checkText, drivers, filesOf } from './support.ts';

const base = `
site: { company: Example Ltd, timeZone: UTC, contact: { name: Kim Example, mail: it@example.com } }
mail: { url: "smtp://mail.example.com", from: ups@example.com, user: ups@example.com }
`;
const withKey = (line: string) => base.replace('user: ups@example.com }', `user: ups@example.com, ${line} }`);
const unit = `${base.replace(', user: ups@example.com', '')}
ups:
  - name: Rack 3 – Büro
    snmp: { host: 10.0.0.1, user: upsteward }
`;
const credentialsDirectory = '/run/credentials/upsteward';

async function messages(text: string, sources: Parameters<typeof checkText>[1] = {}): Promise<string[]> {
  return (await checkText(text, sources)).problems.map(formatProblem);
}

async function passwordOf(text: string, sources: Parameters<typeof checkText>[1] = {}): Promise<string | undefined> {
  const { config, problems } = await checkText(text, sources);
  expect(problems.map(formatProblem)).toEqual([]);
  return config?.mail?.password?.reveal();
}

describe('where a secret comes from', () => {
  test('written in the file', async () => {
    expect(await passwordOf(withKey('password: hunter22'))).toBe('hunter22');
  });

  test('a file beside the config, without its last line break', async () => {
    const texts = { 'secrets/mail': 'hunter22\r\n' };
    expect(await passwordOf(withKey('passwordFile: secrets/mail'), { texts })).toBe('hunter22');
  });

  test('a bare name that is only in the credentials folder', async () => {
    const texts = { [`${credentialsDirectory}/smtp`]: 'hunter22' };
    expect(await passwordOf(withKey('passwordFile: smtp'), { texts, credentialsDirectory })).toBe('hunter22');
  });

  test('the environment, before a credential', async () => {
    const texts = { [`${credentialsDirectory}/mail.password`]: 'credential', mail: 'from a file\n' };
    const env = { UPSTEWARD_MAIL_PASSWORD: 'environment', CREDENTIALS_DIRECTORY: credentialsDirectory };
    expect(await passwordOf(base, { texts, env })).toBe('environment');
    expect(await passwordOf(base, { texts, env: { UPSTEWARD_MAIL_PASSWORD_FILE: 'mail' } })).toBe('from a file');
    expect(await passwordOf(base, { texts, env: { CREDENTIALS_DIRECTORY: credentialsDirectory } })).toBe('credential');
  });

  test('the environment and the credentials of one unit', async () => {
    const texts = { [`${credentialsDirectory}/ups.Rack 3 – Büro.snmp.privPassword`]: 'a priv passphrase' };
    const env = { UPSTEWARD_UPS_RACK_3_B_RO_SNMP_AUTH_PASSWORD: 'an auth passphrase' };
    const { config, problems } = await checkText(unit, { texts, env, credentialsDirectory });
    expect(problems.map(formatProblem)).toEqual([]);
    expect(config?.ups[0]?.driver.options).toMatchObject({
      authPassword: 'an auth passphrase',
      privPassword: 'a priv passphrase',
    });
  });
});

describe('a secret that is set but cannot be used is an error', () => {
  const place = 'config.yaml:3:87 mail.passwordFile';
  test.each([
    ['password: ""', {}, 'config.yaml:3:87 mail.password: is empty; write the secret'],
    ['password: null', {}, 'config.yaml:3:87 mail.password: is empty; write the secret'],
    ['passwordFile: ""', {}, `${place}: is empty; write the path of a file`],
    ['passwordFile: [mail]', {}, `${place}: is not the name of a file; write the path`],
    ['passwordFile: /none', {}, `${place}: /none does not exist; write the path`],
    ['passwordFile: /closed', { '/closed': 'EACCES' }, `${place}: /closed cannot be read (EACCES); write the path`],
    ['passwordFile: /blank', { '/blank': '\n' }, `${place}: the file /blank is empty; put the secret there`],
    [
      'passwordFile: /huge',
      { '/huge': 'x'.repeat(70_000) },
      `${place}: /huge cannot be read (longer than 64 KiB); write`,
    ],
    [
      'password: hunter22, passwordFile: /mail',
      {},
      'config.yaml:3:107 mail.passwordFile: stands beside `password`; keep one',
    ],
  ])('%s', async (line, texts, expected) => {
    const found = await messages(withKey(line), { texts });
    expect(found).toEqual([expect.stringContaining(expected)]);
  });

  test.each([
    [{ UPSTEWARD_MAIL_PASSWORD: '' }, 'UPSTEWARD_MAIL_PASSWORD is empty'],
    [{ UPSTEWARD_MAIL_PASSWORD_FILE: '' }, 'UPSTEWARD_MAIL_PASSWORD_FILE is set but empty'],
    [{ UPSTEWARD_MAIL_PASSWORD_FILE: '/none' }, 'UPSTEWARD_MAIL_PASSWORD_FILE: /none does not exist'],
    [{ UPSTEWARD_MAIL_PASSWORD: 'a', UPSTEWARD_MAIL_PASSWORD_FILE: '/b' }, 'are both set; keep one of the two'],
  ])('%o', async (env, expected) => {
    expect(await messages(base, { env })).toEqual([expect.stringContaining(`config.yaml:3:1 mail.password: `)]);
    expect((await messages(base, { env })).join()).toContain(expected);
  });

  test('a credential that exists but cannot be read', async () => {
    const texts = { [`${credentialsDirectory}/mail.password`]: 'EACCES' };
    expect((await messages(base, { texts, credentialsDirectory })).join()).toContain(
      '"mail.password" cannot be read (EACCES)',
    );
  });

  test('a variable that could mean two units', async () => {
    const two = `${unit}  - name: rack.3 - B-ro\n    snmp: { host: 10.0.0.2, user: upsteward }\n`;
    const env = { UPSTEWARD_UPS_RACK_3_B_RO_SNMP_AUTH_PASSWORD: 'an auth passphrase' };
    const found = await messages(two, { env });
    expect(found).toHaveLength(2);
    expect(found[0]).toContain(
      'ups[0].snmp.authPassword: UPSTEWARD_UPS_RACK_3_B_RO_SNMP_AUTH_PASSWORD could mean more than one UPS',
    );
  });

  test('a wrong secret from elsewhere says where it comes from, and not what it is', async () => {
    const text = `${base.replace(', user: ups@example.com', '')}cloud: { endpoint: "https://example.com/" }\n`;
    const found = await messages(text, { env: { UPSTEWARD_CLOUD_SECRET: 'hunter22' } });
    expect(found.join()).toContain('cloud.secret: UPSTEWARD_CLOUD_SECRET is not a signing secret; write `whsec_`');
    expect(found.join()).not.toContain('hunter22');
  });

  test('a secret in the place of a file name is not repeated', async () => {
    const text = `${base.replace(', user: ups@example.com', '')}cloud: { endpoint: "https://example.com/", secretFile: whsec_aHVudGVyMjI= }\n`;
    const found = await messages(text);
    expect(found.join()).toContain('cloud.secretFile: holds a secret, not the name of a file; write it as `secret`');
    expect(found.join()).not.toContain('aHVudGVyMjI');
  });
});

describe('a config that everyone may read', () => {
  const mode = async (text: string, bits: number) =>
    await messages(text, { files: filesOf({ 'config.yaml': text }, bits) });

  test('is warned about when it holds a secret', async () => {
    expect(await mode(withKey('password: hunter22'), 0o100644)).toEqual([
      'config.yaml:3:87 mail.password: warning: is a secret in a file that everyone on this machine may read; run `chmod o= config.yaml`, or write `passwordFile`',
    ]);
  });

  test('is fine without one, and with the well-known community', async () => {
    expect(await mode(withKey('password: hunter22'), 0o100640)).toEqual([]);
    const community = unit.replace('user: upsteward', 'community: public');
    expect(await mode(community, 0o100644)).toEqual([]);
  });
});

describe('secrets are never printed', () => {
  test('a Secret prints as <secret>', () => {
    const secret = new Secret('hunter22');
    expect(
      [
        `${secret}`,
        JSON.stringify({ secret }),
        inspect({ secret }),
        inspect(secret, { showHidden: true, depth: 9 }),
      ].join(),
    ).not.toContain('hunter22');
    expect(secret.reveal()).toBe('hunter22');
  });

  test('nor by the config, however it is shown', async () => {
    const text = unit.replace('user: upsteward', 'user: an auth passphrase, authPassword: an auth passphrase');
    const { config } = await checkText(text);
    if (config === undefined) throw new Error('The config is valid.');
    for (const shown of [
      printConfig(config),
      JSON.stringify(config),
      inspect(config, { depth: 20, showHidden: true }),
    ]) {
      expect(shown).not.toContain('an auth passphrase');
    }
    expect(config.ups[0]?.driver.options).toMatchObject({ authPassword: 'an auth passphrase' });
  });

  test('nor by messages', () => {
    expect(hideSecrets('"a.b" is hunter22hunter22', ['hunter22', 'a.b', ''])).toBe('"<secret>" is <secret><secret>');
    expect(hideSecrets('is shorter', ['short'])).toBe('is shorter');
  });
});

describe('loadConfig', () => {
  test('throws everything at once', async () => {
    const files = filesOf({ '/etc/upsteward/config.yaml': 'site: 5\nzzz: 1\n' });
    const error = await loadConfig({ path: '/etc/upsteward/config.yaml', env: {}, files, drivers }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ code: 'invalid-config', retry: false });
    expect((error as ConfigError).problems.map(({ path }) => path)).toEqual(['mail', 'site', 'zzz']);
    expect((error as ConfigError).message.split('\n')[1]).toMatch(
      /^\/etc\/upsteward\/config\.yaml:1:1 site: a number /,
    );
  });

  test('says which file is not there', async () => {
    const problems = (await checkText('', { path: '/none.yaml' })).problems.map(formatProblem);
    expect(problems).toEqual([
      '/none.yaml:1:1 file: does not exist; write one, beginning with the sample file, or name another with --config',
    ]);
  });

  test('gives a frozen config with the defaults of the system', async () => {
    const { config } = await checkText(base.replace('timeZone: UTC, ', '').replace(', user: ups@example.com', ''), {
      env: { STATE_DIRECTORY: '/var/lib/one:/var/lib/two' },
    });
    expect(config?.site.timeZone).toBe('Europe/Paris');
    expect(config?.stateDir).toBe('/var/lib/one');
    expect(config?.mail).toEqual({
      host: 'mail.example.com',
      port: 587,
      implicitTls: false,
      tls: 'required',
      verifyCertificate: true,
      from: { address: 'ups@example.com' },
      replyTo: { address: 'it@example.com', name: 'Kim Example' },
    });
    expect(Object.isFrozen(config?.site.contact)).toBe(true);
    expect(Object.isFrozen(config?.ups)).toBe(true);
  });
});
