import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../../agent/version.ts';
import { cli } from '../../support/cli.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usage-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const good = `site:
  company: Customer Ltd
  contact: { name: Ira Tech, mail: it@customer.example }
mail: { url: smtp://127.0.0.1, from: ups@customer.example }
ups:
  - name: a
    snmp: { host: 10.0.0.5, community: TheSecretCommunity }
`;
const bad = good
  .replace('name: Ira Tech', 'nam: Ira Tech')
  .replace('host: 10.0.0.5', 'prot: 161')
  .replace('it@customer.example', 'nobody');

describe('the command line', { timeout: 60_000 }, () => {
  it('says its version, helps, and ends with 2 when it is not understood', async () => {
    const [said, help, unknown, number] = await Promise.all([
      cli(['--version']),
      cli(['--help']),
      cli(['statsu']),
      cli(['preview', '--days', 'many']),
    ]);
    expect(said).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect(help.code).toBe(0);
    for (const command of [
      'run',
      'check',
      'poll',
      'status',
      'health',
      'events',
      'remind',
      'preview',
      'test-mail',
      'reseller',
    ]) {
      expect(help.stdout).toMatch(new RegExp(`^  ${command}( |$)`, 'm'));
    }
    expect(help.stdout).toMatch(/Exit codes: 0 .*, 1 .*, 2 .*, 3 .*,\n78 /);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringMatching(/Did you mean status\?/) });
    expect(number).toMatchObject({ code: 2, stderr: expect.stringMatching(/whole number from 0 to 4000/) });
  });

  it('check lists all mistakes with their places, or says that all is well', async () => {
    const goodPath = join(folder, 'good.yaml');
    const badPath = join(folder, 'bad.yaml');
    await writeFile(goodPath, good, { mode: 0o600 });
    await writeFile(badPath, bad, { mode: 0o600 });
    const [wrong, asJson, right, run] = await Promise.all([
      cli(['check', '-c', 'bad.yaml'], { cwd: folder }),
      cli(['--config', badPath, 'check', '--json']),
      cli(['check', '--print'], { env: { UPSTEWARD_CONFIG: goodPath } }),
      cli(['run', '-c', badPath]),
    ]);
    expect(wrong.code).toBe(1);
    const lines = wrong.stdout.trim().split('\n');
    expect(lines.map((line) => line.split(': ')[0])).toEqual([
      'bad.yaml:3:14 site.contact.nam',
      'bad.yaml:3:29 site.contact.mail',
      'bad.yaml:7:5 ups[0].snmp.host',
      'bad.yaml:7:13 ups[0].snmp.prot',
    ]);
    for (const line of lines) expect(line).toMatch(/^bad\.yaml:\d+:\d+ \S+: .+; .+/);
    const { ok, problems } = JSON.parse(asJson.stdout) as { ok: boolean; problems: unknown[] };
    expect(asJson.code).toBe(1);
    expect(ok).toBe(false);
    expect(problems).toHaveLength(lines.length);
    expect(problems[0]).toMatchObject({ severity: 'error', file: badPath, line: 3, message: expect.any(String) });
    expect(right).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/community: ['"]?<secret>/) });
    expect(right.stdout).toContain(`${goodPath}: ok, 1 UPS\n`);
    expect(run, 'starting again is of no use').toMatchObject({ code: 78, stdout: '' });
    expect(run.stderr.trim().split('\n')).toHaveLength(lines.length);
    const everything = [wrong, asJson, right, run].map(({ stdout, stderr }) => stdout + stderr).join('');
    expect(everything).not.toContain('TheSecretCommunity');
  });

  it('says which config file it misses', async () => {
    const none = ['-c', join(folder, 'none.yaml')];
    const [status, run] = await Promise.all([cli(['status', ...none]), cli(['run', ...none])]);
    expect(status).toMatchObject({ code: 1, stdout: '' });
    expect(run).toMatchObject({ code: 78, stdout: '' });
    for (const { stderr } of [status, run]) expect(stderr).toMatch(/none\.yaml.* does not exist; .*--config/);
  });

  it('says that no agent runs, whatever the config looks like', async () => {
    const badPath = join(folder, 'unwell.yaml');
    await writeFile(badPath, `${bad}stateDir: state\n`, { mode: 0o600 });
    const [health, reload] = await Promise.all([cli(['health', '-c', badPath]), cli(['reload', '-c', badPath])]);
    expect(reload.stderr, 'an agent on another folder is not found').toContain('If you changed `stateDir`, restart');
    for (const { code, stdout, stderr } of [health, reload]) {
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^upsteward: no agent is running on .*state/m);
    }
  });
});
