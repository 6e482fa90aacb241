/** What a package brings along beside the program: manual, completion, first config, control files, unit. */
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../agent/main.ts';
import { checkConfig } from '../../config/config.ts';
import { secretPaths } from '../../config/schema.ts';
import { allCommands, describe as described } from '../../scripts/package/commands.ts';
import { bashCompletion, zshCompletion } from '../../scripts/package/completion.ts';
import { controlFile, copyrightFile, debianChangelog, debianVersion } from '../../scripts/package/control.ts';
import { firstConfig } from '../../scripts/package/first-config.ts';
import { manualPage } from '../../scripts/package/manual.ts';
import { read } from '../house/tree.ts';

const program = described(buildProgram());
const commands = allCommands(program);

describe('the manual', () => {
  const page = manualPage({ program, version: '1.2.3', date: '2026-11-01' });

  it('has every command and every option', () => {
    expect(commands.length).toBeGreaterThan(15);
    for (const { words, options, commands: below } of commands) {
      if (below.length === 0) expect(page).toContain(`.SS "${words.join(' ').replaceAll('-', '\\-')}`);
      for (const { flags } of options) expect(page).toContain(`.B ${flags.replaceAll('-', '\\-')}`);
    }
    expect(page).toMatch(/^\.TH UPSTEWARD 1 "2026\\-11\\-01" "upsteward 1\.2\.3"/);
  });

  it('lets no text be taken for an order to the formatter', () => {
    const command = { words: ['x'], arguments: [], description: ".so /etc/passwd\\n '", options: [], commands: [] };
    const text = manualPage({ program: { ...program, commands: [command] }, version: '1', date: '2026' });
    expect(text).toContain("\n\\&.so /etc/passwd\\en '.\n");
  });
});

describe('the completion', () => {
  it.each([
    ['bash', bashCompletion(program)],
    ['zsh', zshCompletion(program)],
  ])('of %s knows every command and every option', (_shell, script) => {
    for (const { words, options } of commands) {
      expect(script).toContain(`' ${words.join(' ')}')`);
      for (const name of options.flatMap(({ names }) => names)) expect(script).toContain(name);
    }
  });

  it('quotes what is written into it', () => {
    const option = { flags: '-x <it>', names: ['-x'], description: "it's", fully: '', value: 'it', choices: ["a'b"] };
    const odd = { words: [], arguments: [], description: '', options: [option], commands: [] };
    expect(zshCompletion(odd)).toContain("'-x:it'\\''s'");
    expect(bashCompletion(odd)).toContain("'a'\\''b'");
  });
});

describe('the first config', () => {
  const sample = read('config/sample.yaml');
  const first = firstConfig(sample, '/usr/lib/x.json');

  it('names nobody and nothing, and check says what belongs in each empty place', async () => {
    const files = { read: async () => first, mode: async () => 0o640 };
    const { problems, config } = await checkConfig({ path: 'config.yaml', env: {}, files });
    expect(config).toBeUndefined();
    expect(problems.map(({ path }) => path)).toEqual([
      'site.company',
      'site.contact.name',
      'site.contact.mail',
      'mail.url',
      'mail.from',
      'ups[0].snmp.host',
    ]);
    for (const { message } of problems) expect(message).toMatch(/^is empty; write /);
    const inForce = first.split('\n').filter((line) => !/^\s*#/.test(line));
    expect(inForce.join('\n')).not.toMatch(/example|Example/);
  });

  it('is the sample in all else', () => {
    expect(first).toMatch(/^# yaml-language-server: \$schema=\/usr\/lib\/x\.json\n/);
    expect(first.split('\n').length).toBe(sample.split('\n').length + 1);
  });

  it('is refused when the sample has changed', () => {
    expect(() => firstConfig(sample.replace('Kim Example', 'Kim'), 'x')).toThrow(/has not one line.*Kim/);
    expect(() => firstConfig(`${sample}\n  company: Example Ltd\n`, 'x')).toThrow(/has not one line.*company/);
    expect(() => firstConfig(`\n${sample}`, 'x')).toThrow(/first line/);
  });
});

describe('the control files', () => {
  const facts = { version: '1.2.0', architecture: 'arm64', installedKiB: 7, nodeVersion: '24.0.0', epoch: 0 } as const;

  it('have one paragraph of known fields', () => {
    const text = controlFile(facts);
    expect(text).toMatch(/^Package: upsteward\nVersion: 1\.2\.0-1\nArchitecture: arm64\n/);
    expect(text).not.toMatch(/\n\n/);
    for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^([A-Z][A-Za-z-]+: \S| \S)/);
  });

  it('order versions as dpkg does', () => {
    expect(debianVersion('1.2.0-rc.1')).toBe('1.2.0~rc.1-1');
    expect(debianChangelog(facts)).toMatch(
      /^upsteward \(1\.2\.0-1\) .*\n\n {2}\* .*\n\n -- .* {2}Thu, 01 Jan 1970 00:00:00 \+0000\n$/,
    );
  });

  it('name each library and each licence once', () => {
    const library = { name: 'a', version: '1', licence: 'MIT', folder: 'node_modules/a' };
    const text = copyrightFile([library, { ...library, name: 'b', folder: 'node_modules/b' }], '24.0.0');
    expect(text.match(/^Files: /gm)).toHaveLength(4);
    expect(text.match(/^License: MIT\n See/gm)).toHaveLength(1);
  });
});

it('compose.yaml mounts folders of the site, never one of the checkout', () => {
  const mounted = [...read('compose.yaml').matchAll(/^ *#? *- \.\/(\w+):/gm)].map(([, folder]) => folder);
  expect(mounted).toEqual(['site']);
  for (const folder of mounted) expect(read('.gitignore').split('\n')).toContain(`/${folder}/`);
});

describe('the unit of systemd', () => {
  const unit = read('scripts/package/upsteward.service');

  it('takes each secret of the config from the credential store', () => {
    const wanted = secretPaths.map((path) => path.join('.')).map((id) => `LoadCredential=${id}:upsteward.${id}`);
    expect(unit.split('\n').filter((line) => line.startsWith('LoadCredential='))).toEqual(wanted);
  });

  it('starts what the package installs, and does not try again what is of no use', () => {
    expect(unit).toMatch(/^ExecStart=\/usr\/bin\/upsteward run$/m);
    expect(unit).toMatch(/^RestartPreventExitStatus=78$/m);
    expect(unit).toMatch(/^NotifyAccess=all$/m);
  });

  it('names a page that the package installs', () => {
    const [, page = ''] = /file:\/usr\/share\/doc\/upsteward\/(\S+)$/m.exec(unit) ?? [];
    expect(page).toMatch(/^docs\//);
    expect(read(page)).toContain('systemctl');
  });
});
