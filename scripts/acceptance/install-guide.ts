/**
 * The guide docs/install.md, done by the letter on fresh machines: every line of shell of its parts on the package, on
 * upgrading and removing, and on a checkout. As root on Debian 12 (programs that are missing are installed):
 *
 *   tsx scripts/acceptance/install-guide.ts [--deb FILE] [--suite bookworm]
 *
 * Without `--deb` the package is built first. `upsteward init` gets its answers as options; what npm does in the checkout
 * happens outside the machine, which has no network; the lines of Docker are those of docker.ts.
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { linesOf } from '../../test/docs/shell-lines.ts';
import { root } from '../package/program.ts';
import { Findings } from './agent-process.ts';
import { community, Installed } from './installed.ts';
import { command, Machine, requirePrograms } from './machine.ts';
import { asVersion, buildPackage } from './packages.ts';

const { values: options } = parseArgs({
  options: { deb: { type: 'string' }, suite: { type: 'string', default: 'bookworm' } },
});
const findings = new Findings();
const guide = await readFile(join(root, 'docs/install.md'), 'utf8');
const answers = `--yes --company 'Customer Ltd' --time-zone UTC --contact-name 'Ira Tech' --contact-mail it@customer.example \
--mail-url smtp://127.0.0.1:2525 --mail-from ups@customer.example --mail-user ups --mail-password-file /srv/mail --no-mail-test --reseller sales@reseller.example \
--range 127.0.0.1 --port snmp=1161 --community-file /srv/read-community`;

/** What is typed for a line that asks questions, and for one that fits only once a reseller has answered. */
const instead: Readonly<Record<string, string>> = {
  'upsteward init': `upsteward init ${answers}`,
  'upsteward reseller disconnect': 'upsteward reseller cancel',
};

await requirePrograms({ mmdebstrap: 'mmdebstrap', 'systemd-nspawn': 'systemd-container', 'dpkg-deb': 'dpkg' });
const work = await mkdtemp(join(tmpdir(), 'upsteward-guide-'));
try {
  const deb = options.deb ?? (await buildPackage(work));
  await onMachine(async (machine, upsteward) => await byPackage(machine, upsteward, deb));
  await onMachine(async (machine, upsteward) => await byCheckout(machine, upsteward, deb));
} finally {
  await rm(work, { recursive: true, force: true });
}
findings.conclude('The guide holds.');

async function onMachine(work: (machine: Machine, upsteward: Installed) => Promise<void>): Promise<void> {
  const machine = await Machine.make(options.suite);
  const upsteward = new Installed(machine);
  try {
    await machine.boot();
    upsteward.simulateUps();
    await machine.sh(
      `install -d /srv/packages; umask 077; echo ${community} > /srv/read-community; echo a mail password > /srv/mail`,
    );
    await work(machine, upsteward);
  } catch (error) {
    findings.check(false, error instanceof Error ? error.message : String(error));
    console.log((await machine.run('journalctl', '--no-pager', '-n', '40', '-u', 'upsteward')).stdout);
  } finally {
    upsteward.endSimulation();
    await machine.end();
  }
}

async function byPackage(machine: Machine, upsteward: Installed, deb: string): Promise<void> {
  await machine.putFile(deb, `/srv/packages/${basename(deb)}`);
  const newer = '0.2.0-1';
  await machine.putFile(await asVersion(deb, newer, work), `/srv/packages/upsteward_${newer}_amd64.deb`);
  await typed(machine, linesUnder('Debian and Ubuntu').slice(0, 4), '/srv/packages');
  await upsteward.answers();
  await machine.sh(
    "rm /etc/upsteward/mail.password; sed -i '/^ *passwordFile: mail.password/d' /etc/upsteward/config.yaml",
  );
  await typed(machine, linesUnder('Secrets that only root can read'), '/srv/packages');
  await upsteward.answers();
  const [upgrade = '', ...back] = linesUnder('Upgrading');
  await typed(machine, [upgrade], '/srv/packages');
  await upsteward.answers();
  const versionOf = async () => await machine.sh("dpkg -s upsteward | sed -n 's/^Version: //p'");
  findings.check((await versionOf()) === newer, `after the upgrade there is ${await versionOf()}`);
  // What a version with another format leaves beside its own state, and what that state looks like to the older one.
  await machine.sh(`cd /var/lib/upsteward && cp -p state.json state.json.format-1
    sed -i '1s/"format":1/"format":99/' state.json`);
  await typed(machine, back, '/srv/packages');
  await upsteward.answers();
  findings.check((await versionOf()) !== newer, `after going back there is ${await versionOf()}`);
  await machine.sh(
    'upsteward backup /srv/packages/all.backup; cp -a /etc/upsteward /srv/secrets; rm /srv/secrets/config.yaml',
  );
  await typed(machine, linesUnder('Removing'), '/srv/packages');
  findings.check((await machine.run('getent', 'passwd', 'upsteward')).code !== 0, 'its user is left');
  await comesBack(machine, upsteward);
}

/** As on another machine: installed anew, with the backup and the files of secrets. */
async function comesBack(machine: Machine, upsteward: Installed): Promise<void> {
  await typed(machine, linesUnder('Debian and Ubuntu').slice(0, 1), '/srv/packages');
  await machine.sh(`cp /srv/secrets/* /etc/upsteward/; chown upsteward: /etc/upsteward/*
    export UPSTEWARD_MAIL_PASSWORD=from-here
    upsteward restore /srv/packages/all.backup`);
  const owner = await machine.sh("stat -c '%U %a' /etc/upsteward/config.yaml");
  findings.check(owner === 'upsteward 640', `the config that came back is ${owner}`);
  await typed(machine, ['systemctl enable --now upsteward'], '/srv/packages');
  const { reseller } = await upsteward.answers();
  findings.check(reseller.state === 'cancelled' || reseller.state === 'pending', `the reseller is ${reseller.state}`);
}

async function byCheckout(machine: Machine, upsteward: Installed, deb: string): Promise<void> {
  const checkout = join(machine.root, 'opt/upsteward');
  await mkdir(checkout);
  const node = './usr/lib/upsteward/bin/node';
  const prepared = await command('sh', [
    '-euc',
    `git -C '${root}' ls-files -z | tar -C '${root}' --null -T - -c | tar -x -C '${checkout}'
    dpkg-deb --fsys-tarfile '${deb}' | tar -x -C '${work}' ${node}
    install -m 755 '${work}/${node}' '${machine.root}/usr/local/bin/node'`,
  ]);
  if (prepared.code !== 0) throw new Error(`no checkout: ${prepared.stderr}`);
  const [enter = '', ...rest] = linesUnder('From a checkout');
  const npm = rest.filter((line) => line.startsWith('npm '));
  const outside = await command('sh', ['-euc', ['umask 022', `cd '${checkout}'`, ...npm].join('\n')], 600_000);
  findings.check(outside.code === 0, `${npm.join(', ')}: ${outside.stdout}${outside.stderr}`);
  const folder = enter.replace(/^cd /, '');
  await typed(
    machine,
    rest.filter((line) => !npm.includes(line)),
    folder,
  );
  await typed(machine, ['upsteward init', 'systemctl enable --now upsteward'], folder);
  await upsteward.answers();
}

/** The lines of shell between a heading and the next one. */
function linesUnder(heading: string): string[] {
  const parts = guide.split(/^#+ (.*)$/m);
  const found = linesOf('docs/install.md', parts[parts.indexOf(heading) + 1] ?? '').map(({ text }) => text);
  if (!parts.includes(heading) || found.length === 0)
    throw new Error(`docs/install.md has no commands under "${heading}"`);
  return found;
}

/** One line after the other, as root types them; what is asked is answered with y. */
async function typed(machine: Machine, lines: readonly string[], folder: string): Promise<void> {
  for (const line of lines) {
    console.log(`# ${line}`);
    const words = instead[line] ?? line;
    const { code, stdout, stderr } = await machine.run('sh', '-c', `cd '${folder}' && printf 'y\\n' | ${words}`);
    findings.check(code === 0, `${line}\n  ends with ${code}: ${stdout}${stderr}`);
  }
}
