/** The shells complete, man(1) shows, systemd understands: asked themselves. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildProgram } from '../../agent/main.ts';
import { describe as described } from '../../scripts/package/commands.ts';
import { bashCompletion, zshCompletion } from '../../scripts/package/completion.ts';
import { manualPage } from '../../scripts/package/manual.ts';
import { read } from '../house/tree.ts';

const run = promisify(execFile);
const program = described(buildProgram());
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shells-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('bash completes commands, options and their values', async () => {
  const script = join(folder, 'completion.bash');
  await writeFile(script, bashCompletion(program));
  const completed = async (...words: readonly string[]): Promise<string[]> => {
    const line = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _upsteward; printf "%s\\n" "\${COMPREPLY[@]}"`;
    const { stdout } = await run('bash', ['--norc', '-c', line, script, 'upsteward', ...words], { cwd: folder });
    return stdout.trim().split('\n');
  };
  expect(await completed('stat')).toEqual(['status']);
  expect(await completed('-c', 'x.yaml', 'reseller', 'ac')).toEqual(['accept']);
  expect(await completed('preview', '--days', '5', '--acc')).toEqual(['--accepted']);
  expect(await completed('preview', '--days', '')).toEqual(['']);
  expect(await completed('set', 'Server room', '--confirm', 'in')).toEqual(['installed']);
  expect(await completed('--config', 'compl')).toEqual(['completion.bash']);
});

it('zsh completes the same, with descriptions', async () => {
  const script = join(folder, '_upsteward');
  await writeFile(script, zshCompletion(program));
  // What zsh's own functions are given, since there is no terminal.
  const stubs = [
    `_describe() { [[ $1 == -o ]] && shift; print -rl -- "$1:" "\${(@P)2}" }`,
    '_files() { print files }',
    'compadd() { print -r -- "values: $*" }',
  ];
  const completed = async (...words: readonly string[]): Promise<string> => {
    const line = `${stubs.join('\n')}\nwords=("$@"); CURRENT=$#; source "$0"`;
    return (await run('zsh', ['-f', '-c', line, script, 'upsteward', ...words])).stdout;
  };
  expect(await completed('')).toMatch(/^command:\n(.*\n)*status:show all UPS.*\n(.*\n)*option:\n/);
  expect(await completed('-c', '')).toBe('files\n');
  expect(await completed('reseller', '')).toMatch(/^accept:the reseller accepts/m);
  expect(await completed('set', 'Server room', '--confirm', '')).toMatch(/^values: -- installed /);
});

it('man formats the manual without a warning', async () => {
  const page = join(folder, 'upsteward.1');
  await writeFile(page, manualPage({ program, version: '1.2.3', date: '2026-11-01' }));
  const { stdout, stderr } = await run('man', ['--warnings', '--local-file', page], {
    env: { PATH: process.env['PATH'], MANWIDTH: '100', LANG: 'C.UTF-8' },
  });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^ {3}battery-replaced <ups>$/m);
  expect(stdout).toMatch(/-c, --config <file>/);
});

it('systemd knows each line of the unit, and finds little exposed', async () => {
  const unit = join(folder, 'upsteward.service');
  const text = read('scripts/package/upsteward.service');
  await writeFile(unit, text.replaceAll('/usr/bin/upsteward', '/bin/true').replace(/^Documentation=.*\n/m, ''));
  expect((await run('systemd-analyze', ['verify', unit])).stderr).toBe('');
  const { stdout } = await run('systemd-analyze', ['security', '--offline=true', '--threshold=20', unit]);
  expect(stdout).toMatch(/Overall exposure level for upsteward.service: [01]\.\d/);
});

it('shellcheck finds nothing in the scripts of the package', async () => {
  const names = ['debian/postinst', 'debian/prerm', 'debian/postrm', 'upsteward.sh'];
  const paths = names.map((name) => new URL(`../../scripts/package/${name}`, import.meta.url).pathname);
  expect((await run('shellcheck', paths)).stdout).toBe('');
});
