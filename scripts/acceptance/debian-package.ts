/**
 * The Debian package on a fresh Debian 12 that is started with systemd: it installs, serves, survives, reloads, upgrades
 * and goes without a trace. As root on Debian 12 (programs that are missing are installed):
 *
 *   tsx scripts/acceptance/debian-package.ts [--deb FILE] [--suite bookworm] [--keep]
 *
 * Without `--deb` the package is built first. What a container cannot show is which devices the unit opens
 * (DeviceAllow): that takes a real machine.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { StatusOutput } from '../../agent/commands.ts';
import { Findings, until } from './agent-process.ts';
import { command, Machine, requirePrograms } from './machine.ts';

const { values: options } = parseArgs({
  options: {
    deb: { type: 'string' },
    suite: { type: 'string', default: 'bookworm' },
    /** Leave the machine running, to look at it. */
    keep: { type: 'boolean', default: false },
  },
});

const community = 'a-secret-community';
const findings = new Findings();
const simulators: ChildProcess[] = [];
const began = performance.now();
const say = (text: string): void =>
  console.log(`${String(Math.round((performance.now() - began) / 1000)).padStart(4)} s  ${text}`);

await requirePrograms({ mmdebstrap: 'mmdebstrap', 'systemd-nspawn': 'systemd-container', 'dpkg-deb': 'dpkg' });
const work = await mkdtemp(join(tmpdir(), 'upsteward-package-'));
const machine = await Machine.make(options.suite);
try {
  const current = options.deb ?? (await build());
  const previous = await asVersion(current, '0.0.1-1');
  await machine.boot();
  const before = await filesOf();
  await installs(previous);
  await refusesToStartUnconfigured();
  await serves();
  await isInABox();
  await survives();
  await reloads();
  await upgrades(current);
  await refusesTheStateOfANewerVersion();
  await goes(current, before);
} catch (error) {
  findings.check(false, error instanceof Error ? error.message : String(error));
  console.log((await machine.run('journalctl', '--no-pager', '-n', '40', '-u', 'upsteward')).stdout);
} finally {
  for (const simulator of simulators) simulator.kill('SIGKILL');
  if (options.keep) console.log(`the machine is left at ${machine.root}`);
  else await machine.end();
  await rm(work, { recursive: true, force: true });
}
findings.conclude('The package holds.');

async function build(): Promise<string> {
  say('builds the package');
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const args = ['run', '--silent', 'package:deb', '--', '--arch', architecture, '--out', work, '--fast'];
  const { code, stdout, stderr } = await command('npm', args, 600_000);
  if (code !== 0) throw new Error(`the package could not be built: ${stdout}${stderr}`);
  return stdout.split(':')[0] ?? '';
}

/** The same package under another version. */
async function asVersion(file: string, version: string): Promise<string> {
  const folder = join(work, 'other');
  const control = join(folder, 'DEBIAN/control');
  await command('dpkg-deb', ['-R', file, folder]);
  await writeFile(control, (await readFile(control, 'utf8')).replace(/^Version: .*$/m, `Version: ${version}`));
  const made = join(work, `upsteward_${version}.deb`);
  await command('dpkg-deb', ['--root-owner-group', '-Zxz', '-z0', '-b', folder, made]);
  await rm(folder, { recursive: true });
  return made;
}

async function install(file: string): Promise<string> {
  await machine.putFile(file, `/srv/${basename(file)}`);
  return await machine.sh(`apt-get install -y /srv/${basename(file)} 2>&1`);
}

/** Everything on the machine, but what a running system writes. */
async function filesOf(): Promise<string> {
  const volatile = [
    '/proc',
    '/sys',
    '/dev',
    '/run',
    '/tmp',
    '/root',
    '/srv',
    '/var/log',
    '/var/lib/dpkg',
    '/var/cache',
    '/var/lib/systemd',
    '/var/lib/apt',
    '/var/tmp',
  ];
  const passed = volatile.map((path) => `-path ${path}`).join(' -o ');
  // adduser keeps the file before the last change under the same name with a dash.
  return await machine.sh(
    `find / \\( ${passed} \\) -prune -o -printf '%p %u %m\\n' | grep -vE '^/(etc/(passwd|group|shadow|gshadow|subuid|subgid)-?|etc|usr|var/lib) ' | sort`,
  );
}

async function state(property: string): Promise<string> {
  return await machine.sh(`systemctl show upsteward --property=${property} --value`);
}

async function status(): Promise<StatusOutput | undefined> {
  const { code, stdout } = await machine.run('upsteward', 'status', '--json');
  return code === 0 ? (JSON.parse(stdout) as StatusOutput) : undefined;
}

/** Waits until the service runs and its UPS has answered since. */
async function answers(seconds = 60): Promise<StatusOutput> {
  return await until('the service reads its UPS', seconds, async () => {
    const seen = await status();
    return seen?.running === true && seen.ups[0]?.poll?.verdict === 'ups' ? seen : undefined;
  });
}

async function installs(file: string): Promise<void> {
  say('installs');
  const words = await install(file);
  findings.check(
    /systemctl enable --now upsteward/.test(words),
    `the installation does not say what comes next: ${words}`,
  );
  findings.check(
    (await machine.sh('id -nG upsteward')).split(' ').includes('dialout'),
    'the user may not open serial ports',
  );
  const modes = await machine.sh("stat -c '%n %a %U %G' /etc/upsteward /etc/upsteward/config.yaml /var/lib/upsteward");
  const wanted = [
    '/etc/upsteward 750 upsteward upsteward',
    '/etc/upsteward/config.yaml 640 upsteward upsteward',
    '/var/lib/upsteward 700 upsteward upsteward',
  ].join('\n');
  findings.check(modes === wanted, `owners and modes are not\n${wanted}\nbut\n${modes}`);
  findings.check((await state('ActiveState')) === 'inactive', 'it was started before it was configured');
  findings.check((await machine.run('upsteward', '--version')).code === 0, 'the program does not run');
  findings.check((await machine.sh('man upsteward | head -3')).startsWith('UPSTEWARD(1)'), 'there is no manual');
  const verified = await machine.run('systemd-analyze', 'verify', '/usr/lib/systemd/system/upsteward.service');
  findings.check(verified.stderr === '', `systemd says of the unit: ${verified.stderr}`);
  const score = await machine.sh('systemd-analyze security --no-pager upsteward.service | tail -1');
  const exposure = Number(/: ([\d.]+)/.exec(score)?.[1]);
  findings.check(exposure <= 2, `systemd-analyze security: ${score}`);
  say(`  exposure ${exposure}`);
}

async function refusesToStartUnconfigured(): Promise<void> {
  say('refuses to start unconfigured, once');
  const { stdout } = await machine.run('upsteward', 'check');
  findings.check(/site\.company: is empty; write/.test(stdout), `check does not say what is missing: ${stdout}`);
  const started = await machine.run('systemctl', 'start', 'upsteward');
  findings.check(started.code !== 0, 'systemctl start does not fail');
  findings.check((await state('ExecMainStatus')) === '78', `it ended with ${await state('ExecMainStatus')}`);
  findings.check((await state('ActiveState')) === 'failed', `it is ${await state('ActiveState')}: tried again?`);
}

function config(site: string): string {
  return `site:
  company: Customer Ltd
  timeZone: UTC
  contact: { name: Ira Tech, mail: it@customer.example }
mail: { url: "smtp://127.0.0.1:2525", from: ups@customer.example, user: ups }
polling: { interval: 10s, confirmAfter: 1s }
ups:
  - name: hall
    site: ${site}
    snmp: { host: 127.0.0.1, port: 1161 }
`;
}

async function configure(text: string): Promise<void> {
  await writeFile(join(machine.root, 'etc/upsteward/config.yaml'), text);
}

function simulateUps(): void {
  const script = join(import.meta.dirname, 'simulated-ups.ts');
  const simulator = machine.spawnOnItsNetwork([process.execPath, ...process.execArgv, script, '1161', community]);
  simulators.push(simulator);
}

/** The secrets are where only root can read them: the service gets them as credentials. */
async function serves(): Promise<void> {
  say('starts, and reads a UPS with secrets that only root can read');
  simulateUps();
  await configure(config('Hall 1'));
  await machine.sh(`install -d -m 700 /etc/credstore
    printf 'a mail password' > /etc/credstore/upsteward.mail.password
    printf '${community}' > /srv/community
    chmod 600 /etc/credstore/upsteward.mail.password /srv/community
    install -d /etc/systemd/system/upsteward.service.d
    printf '[Service]\\nLoadCredential=ups.hall.snmp.community:/srv/community\\nWatchdogSec=6\\n' > /etc/systemd/system/upsteward.service.d/site.conf
    systemctl daemon-reload
    systemctl enable --now upsteward`);
  await answers();
  findings.check((await machine.run('upsteward', 'health')).code === 0, 'health does not say that all is well');
  await until('the status is told', 30, async () =>
    /^1 of 1 UPS answer/.test(await state('StatusText')) ? true : undefined,
  );
  say(`  ${await state('StatusText')}`);
}

/** What the process may do, tried as the process: its user, its mounts. */
async function isInABox(): Promise<void> {
  say('is in a box');
  const pid = await state('MainPID');
  const inside = async (line: string): Promise<number> => {
    const as = ['setpriv', '--reuid=upsteward', '--regid=upsteward', '--clear-groups'];
    return (await machine.run('nsenter', '-t', pid, '-m', '--', ...as, 'sh', '-c', line)).code;
  };
  findings.check((await inside('touch /etc/upsteward/x && rm /etc/upsteward/x')) === 0, 'it cannot edit its config');
  findings.check(
    (await inside('touch /var/lib/upsteward/x && rm /var/lib/upsteward/x')) === 0,
    'it cannot write its state',
  );
  for (const path of ['/etc/x', '/usr/lib/upsteward/x', '/var/lib/x', '/etc/systemd/system/x', '/srv/x']) {
    findings.check((await inside(`touch ${path}`)) !== 0, `it can write ${path}`);
  }
  findings.check((await inside('cat /srv/community')) !== 0, 'it can read the secret of root');
  const status = await machine.sh(`cat /proc/${pid}/status`);
  for (const line of [/^NoNewPrivs:\t1$/m, /^CapBnd:\t0+$/m, /^CapEff:\t0+$/m, /^Seccomp:\t2$/m]) {
    findings.check(line.test(status), `/proc/${pid}/status has no line ${line.source}`);
  }
}

async function survives(): Promise<void> {
  for (const [what, kill, result] of [
    ['kill -9', 'kill -9', 'signal'],
    ['a loop that hangs (SIGSTOP, watchdog)', 'kill -STOP', 'watchdog'],
  ] as const) {
    say(`survives ${what}`);
    const pid = await state('MainPID');
    const restarts = Number(await state('NRestarts'));
    await machine.sh(`${kill} ${pid}`);
    await until('a new process', 60, async () => {
      const now = await state('MainPID');
      return now !== '0' && now !== pid ? true : undefined;
    });
    await answers();
    findings.check(Number(await state('NRestarts')) === restarts + 1, `${what}: it was not restarted once`);
    const log = await machine.sh(
      `journalctl --no-pager -u upsteward | grep "Failed with result '${result}'" | tail -1`,
    );
    findings.check(log !== '', `${what}: the journal does not know the result ${result}`);
  }
  say('feeds the watchdog while all is well');
  const pid = await state('MainPID');
  await machine.sh('sleep 15');
  findings.check((await state('MainPID')) === pid, 'the watchdog ended a healthy agent');
  say('survives a reboot of the machine');
  await machine.reboot();
  simulateUps();
  await answers();
}

async function reloads(): Promise<void> {
  say('reloads');
  const pid = await state('MainPID');
  await configure(config('Hall 2'));
  await machine.sh('systemctl reload upsteward');
  await until('the new config', 30, async () => ((await status())?.ups[0]?.site === 'Hall 2' ? true : undefined));
  say('refuses a config with mistakes where it is typed, and goes on');
  await configure(config('Hall 3').replace('company:', 'compny:'));
  findings.check(
    (await machine.run('systemctl', 'reload', 'upsteward')).code !== 0,
    'a reload of a bad config succeeds',
  );
  await machine.sh('kill -HUP $(systemctl show upsteward --property=MainPID --value)');
  await until('the status says so', 30, async () =>
    /upsteward check/.test(await state('StatusText')) ? true : undefined,
  );
  findings.check((await status())?.ups[0]?.site === 'Hall 2', 'the old config is not in use');
  findings.check((await state('ActiveState')) === 'active', `it is ${await state('ActiveState')}`);
  await configure(config('Hall 2'));
  await machine.sh('systemctl reload upsteward');
  await until('the status says that all is well', 30, async () =>
    /^1 of 1/.test(await state('StatusText')) ? true : undefined,
  );
  findings.check((await state('MainPID')) === pid, 'a reload started another process');
}

async function upgrades(current: string): Promise<void> {
  say('upgrades, with config and state');
  const changed = await machine.sh("date -u -d '3 days ago' +%F");
  await machine.sh(`upsteward battery-replaced hall --date ${changed}`);
  const before = await answers();
  const site = await machine.sh('sha256sum /etc/upsteward/config.yaml; stat -c "%a %U" /etc/upsteward/config.yaml');
  const pid = await state('MainPID');
  await install(current);
  const after = await answers();
  const installed = (seen: StatusOutput): string => JSON.stringify(seen.ups[0]?.facts['battery.date']);
  findings.check(
    installed(after) === installed(before) && installed(after).includes(changed),
    `the state was lost: ${installed(before)} became ${installed(after)}`,
  );
  findings.check(
    (await machine.sh('sha256sum /etc/upsteward/config.yaml; stat -c "%a %U" /etc/upsteward/config.yaml')) === site,
    'the config was touched',
  );
  findings.check((await state('MainPID')) !== pid, 'the old program still runs');
  const version = await machine.sh("dpkg -s upsteward | sed -n 's/^Version: //p'");
  findings.check(version !== '0.0.1-1', `the version is ${version}`);
}

async function refusesTheStateOfANewerVersion(): Promise<void> {
  say('refuses the state of a newer version, and says what to do');
  await machine.sh(`systemctl stop upsteward
    cp -a /var/lib/upsteward /srv/state
    runuser -u upsteward -- sh -c 'echo "{\\"format\\":99}" > /var/lib/upsteward/state.json'`);
  const { code } = await machine.run('systemctl', 'start', 'upsteward');
  findings.check(
    code !== 0 && (await state('ExecMainStatus')) === '78',
    `it ended with ${await state('ExecMainStatus')}`,
  );
  const log = await machine.sh('journalctl --no-pager -u upsteward -n 20');
  findings.check(/newer upsteward \(format 99/.test(log), `the journal does not say why: ${log}`);
  await machine.sh('rm -r /var/lib/upsteward; cp -a /srv/state /var/lib/upsteward; systemctl start upsteward');
  await answers();
}

async function goes(current: string, before: string): Promise<void> {
  say('goes, and comes back to its config and state');
  await machine.sh('apt-get remove -y upsteward 2>&1');
  findings.check((await machine.run('pgrep', '-u', 'upsteward')).code !== 0, 'it still runs after its removal');
  const kept = await machine.run(
    'sh',
    '-c',
    'test -s /etc/upsteward/config.yaml && test -s /var/lib/upsteward/state.json',
  );
  findings.check(kept.code === 0, 'a removal takes config or state along');
  await install(current);
  await machine.sh('systemctl start upsteward');
  await answers();
  say('is purged without a trace');
  await machine.sh(`apt-get purge -y upsteward 2>&1
    rm -r /etc/credstore/upsteward.mail.password /etc/systemd/system/upsteward.service.d`);
  findings.check((await machine.run('getent', 'passwd', 'upsteward')).code !== 0, 'its user is left');
  findings.check((await machine.run('systemctl', 'cat', 'upsteward')).code !== 0, 'its unit is left');
  const lines = new Set(before.split('\n'));
  const left = (await filesOf()).split('\n').filter((line) => !lines.has(line) && !line.startsWith('/etc/credstore '));
  findings.check(left.length === 0, `left behind: ${left.slice(0, 10).join(', ')}`);
}
