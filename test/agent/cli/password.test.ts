import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig, matchesPassword } from '../../../config/config.ts';
import { Cli, type CliResult } from '../../support/cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'password-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const site = [
  '# ours',
  'site: { company: Example Ltd, contact: { name: Kim Example, mail: it@example.com } }',
  'mail: { url: "smtp://127.0.0.1", from: ups@example.com }',
];

async function setPassword(text: string, input: string, ...args: string[]): Promise<CliResult & { file: string }> {
  const path = join(folder, 'config.yaml');
  await writeFile(path, text, { mode: 0o600 });
  const cli = new Cli(['--config', path, 'set-password', ...args], { input });
  const result = await cli.ended();
  return { ...result, file: await readFile(path, 'utf8') };
}

it('writes the hash into the file, also where the address already asks for one', async () => {
  const { code, stdout, file } = await setPassword(
    [...site, 'portal:', '  listen: 0.0.0.0:8080 # for the office', ''].join('\n'),
    'correct horse\nbattery\n',
  );
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^The hash of the password is in .*upsteward reload\n$/)]);
  expect(file).toContain('# ours');
  expect(file).toContain('# for the office');
  expect(file).not.toContain('correct horse');
  const { config } = await loadConfig({ path: join(folder, 'config.yaml'), env: {} });
  const hash = config.portal.passwordHash?.reveal() ?? '';
  expect([await matchesPassword('correct horse', hash), await matchesPassword('correct horses', hash)]).toEqual([
    true,
    false,
  ]);
}, 30_000);

it('prints what is to be written where it may not write it itself', async () => {
  const { code, stdout, stderr, file } = await setPassword([...site, 'nope: 1', ''].join('\n'), 'correct horse\n');
  expect([code, stdout]).toEqual([1, expect.stringMatching(/^portal:\n {2}passwordHash: scrypt\$32768\$8\$1\$\S+\n$/)]);
  expect(stderr).toContain('nope: is not a known key');
  expect(file).not.toContain('scrypt');
  const printed = await setPassword(site.join('\n'), 'correct horse\n', '--print');
  expect([printed.code, printed.stdout]).toEqual([0, expect.stringMatching(/^scrypt\$\S+\n$/)]);
}, 30_000);

it('refuses a short one', async () => {
  const { code, stderr } = await setPassword(site.join('\n'), 'short\n');
  expect([code, stderr]).toEqual([1, 'upsteward: the password must have at least 8 characters\n']);
}, 30_000);
