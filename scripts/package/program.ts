/**
 * The program as it is installed: what `npm run build` makes, the libraries it runs on, the sample of the config. As a
 * program, for the container image: `node program.ts FOLDER [amd64|arm64]`.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { firstConfig } from './first-config.ts';
import { type Cpu, prune } from './prune.ts';

const run = promisify(execFile);

/** The root of the checkout. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where the package installs the program. */
export const programFolder = '/usr/lib/upsteward';

/**
 * Builds the program into a folder, with the libraries for all processors.
 * @throws Error when the build, or `npm ci` from the lock file, fails
 */
export async function buildProgram(folder: string): Promise<void> {
  await rm(join(root, 'dist'), { recursive: true, force: true });
  await run('npm', ['run', '--silent', 'build'], { cwd: root });
  await mkdir(join(folder, 'config'), { recursive: true });
  await cp(join(root, 'dist'), join(folder, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.map') });
  for (const name of ['package.json', 'package-lock.json', 'config/sample.yaml', 'config/upsteward.schema.json']) {
    await cp(join(root, name), join(folder, name));
  }
  const sample = await readFile(join(root, 'config/sample.yaml'), 'utf8');
  const first = firstConfig(sample, `${programFolder}/config/upsteward.schema.json`);
  await writeFile(join(folder, 'config/first.yaml'), first);
  await run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { cwd: folder });
  await rm(join(folder, 'package-lock.json'));
}

/** Copies a built program for one processor. */
export async function installProgram(built: string, folder: string, cpu: Cpu): Promise<void> {
  await cp(built, folder, { recursive: true, verbatimSymlinks: true });
  await prune(join(folder, 'node_modules'), cpu);
}

/** Runs an installed program with its own Node and loads every library it depends on. @throws Error with what it said */
export async function tryProgram(folder: string): Promise<void> {
  const node = join(folder, 'bin/node');
  const { dependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const load = `for (const name of ${JSON.stringify(Object.keys(dependencies))}) await import(name);`;
  await run(node, ['--input-type=module', '--eval', load], { cwd: folder });
  await run(node, [join(folder, 'dist/agent/main.js'), '--version']);
}

/** Processors as Debian and Docker call them, and as Node does. */
export const cpus: Readonly<Record<'amd64' | 'arm64', Cpu>> = { amd64: 'x64', arm64: 'arm64' };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , folder, architecture = process.arch] = process.argv;
  const cpu = Object.entries(cpus).find((names) => names.includes(architecture))?.[1];
  if (folder === undefined || cpu === undefined) throw new Error('usage: program.ts FOLDER [amd64|arm64]');
  await buildProgram(folder);
  await prune(join(folder, 'node_modules'), cpu);
}
