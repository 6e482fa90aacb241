/**
 * Builds the Debian packages: `npm run package:deb [-- --arch amd64,arm64] [--out FOLDER] [--fast]`. The same
 * sources at the same SOURCE_DATE_EPOCH (default: the time of the last commit) give the same bytes.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { buildProgram as commandsOf } from '../../agent/main.ts';
import { version } from '../../agent/version.ts';
import { describe } from './commands.ts';
import { bashCompletion, zshCompletion } from './completion.ts';
import { controlFile, copyrightFile, debianChangelog, debianVersion, type Library } from './control.ts';
import { manualPage } from './manual.ts';
import { buildProgram, cpus, installProgram, programFolder, root, tryProgram } from './program.ts';
import { fetchRuntime, pinnedRuntime, type Runtime } from './runtime.ts';
import { Tree } from './tree.ts';

const run = promisify(execFile);
const here = import.meta.dirname;

type Architecture = keyof typeof cpus;

interface Order {
  readonly architectures: readonly Architecture[];
  readonly out: string;
  readonly epoch: number;
  readonly fast: boolean;
}

async function order(): Promise<Order> {
  const { values } = parseArgs({
    options: {
      arch: { type: 'string', default: 'amd64,arm64' },
      out: { type: 'string', default: join(root, 'packages') },
      /** Hardly compressed: for tests. */
      fast: { type: 'boolean', default: false },
    },
  });
  const architectures = values.arch.split(',').map((name) => {
    if (!Object.hasOwn(cpus, name)) throw new Error(`--arch ${name}: write ${Object.keys(cpus).join(' or ')}`);
    return name as Architecture;
  });
  const given = process.env['SOURCE_DATE_EPOCH'];
  const epoch = Number(given ?? (await run('git', ['log', '-1', '--format=%ct'], { cwd: root })).stdout);
  return { architectures, out: resolve(values.out), epoch, fast: values.fast };
}

async function main(): Promise<void> {
  await run('dpkg-deb', ['--version']).catch(() => {
    throw new Error('dpkg-deb is missing: build the packages on Debian or Ubuntu, or install the package dpkg');
  });
  const { architectures, out, epoch, fast } = await order();
  const runtime = await pinnedRuntime();
  const work = await mkdtemp(join(tmpdir(), 'upsteward-deb-'));
  try {
    const built = join(work, 'program');
    await mkdir(built);
    await buildProgram(built);
    await mkdir(out, { recursive: true });
    for (const architecture of architectures) {
      const tree = new Tree(join(work, architecture));
      await fill(tree, { built, runtime, architecture, epoch });
      const file = join(out, `upsteward_${debianVersion(version)}_${architecture}.deb`);
      const level = fast ? ['-z0'] : [];
      await run('dpkg-deb', ['--root-owner-group', '-Zxz', ...level, '--build', tree.folder, file], {
        env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
      });
      console.log(`${file}: ${((await stat(file)).size / 1e6).toFixed(1)} MB`);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

interface Content {
  readonly built: string;
  readonly runtime: Runtime;
  readonly architecture: Architecture;
  readonly epoch: number;
}

/** Puts everything in its place: first what is installed, then what dpkg wants to know about it. */
async function fill(tree: Tree, { built, runtime, architecture, epoch }: Content): Promise<void> {
  const cpu = cpus[architecture];
  await installProgram(built, tree.at(programFolder), cpu);
  await fetchRuntime(runtime, cpu, tree.at(programFolder));
  if (cpu === process.arch) await tryProgram(tree.at(programFolder));
  tree.program(`${programFolder}/bin/node`);
  tree.program(`${programFolder}/dist/agent/main.js`);
  await tree.copy(join(here, 'upsteward.sh'), '/usr/bin/upsteward');
  tree.program('/usr/bin/upsteward');
  await tree.copy(join(here, 'upsteward.service'), '/usr/lib/systemd/system/upsteward.service');

  const program = describe(commandsOf());
  const date = new Date(epoch * 1000).toISOString().slice(0, 10);
  await tree.putCompressed('/usr/share/man/man1/upsteward.1', manualPage({ program, version, date }));
  await tree.put('/usr/share/bash-completion/completions/upsteward', bashCompletion(program));
  await tree.put('/usr/share/zsh/vendor-completions/_upsteward', zshCompletion(program));
  await putDocuments(tree, runtime, epoch);

  const { md5sums, installedKiB } = await tree.summary();
  const facts = { version, architecture, installedKiB, nodeVersion: runtime.version, epoch };
  await tree.put('/DEBIAN/control', controlFile(facts));
  await tree.put('/DEBIAN/md5sums', md5sums);
  for (const script of ['postinst', 'prerm', 'postrm']) {
    await tree.copy(join(here, 'debian', script), `/DEBIAN/${script}`);
    tree.program(`/DEBIAN/${script}`);
  }
  await tree.settle(epoch);
}

async function putDocuments(tree: Tree, runtime: Runtime, epoch: number): Promise<void> {
  const doc = '/usr/share/doc/upsteward';
  const licence = `${programFolder}/LICENSE`;
  await tree.putCompressed(`${doc}/changelog`, await readFile(join(root, 'CHANGELOG.md')));
  await tree.putCompressed(`${doc}/changelog.Debian`, debianChangelog({ version, epoch }));
  await tree.putCompressed(`${doc}/node.LICENSE`, await readFile(tree.at(licence)));
  await rm(tree.at(licence));
  await tree.put(`${doc}/copyright`, copyrightFile(await libraries(tree), runtime.version));
  await tree.copy(join(here, 'debian/lintian-overrides'), '/usr/share/lintian/overrides/upsteward');
  for (const path of ['README.md', 'docs']) await tree.copy(join(root, path), `${doc}/${path}`);
  for (const driver of await readdir(join(root, 'drivers'))) {
    const readme = `drivers/${driver}/README.md`;
    if (await exists(join(root, readme))) await tree.copy(join(root, readme), `${doc}/${readme}`);
  }
  await tree.link(`${doc}/config`, '../../../lib/upsteward/config');
}

/** What npm installed, by its own account. */
async function libraries(tree: Tree): Promise<Library[]> {
  const path = tree.at(`${programFolder}/node_modules/.package-lock.json`);
  const { packages } = JSON.parse(await readFile(path, 'utf8')) as {
    packages: Record<string, { version: string; license?: string }>;
  };
  return Object.entries(packages).map(([folder, { version, license }]) => ({
    name: folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version,
    licence: license ?? 'unknown',
    folder,
  }));
}

const exists = async (path: string): Promise<boolean> =>
  await stat(path).then(
    () => true,
    () => false,
  );

await main();
