/**
 * The Debian package on a fresh Debian 12 that is started with systemd: it installs, serves, survives, reloads, upgrades
 * and goes without a trace. As root on Debian 12 (programs that are missing are installed):
 *
 *   tsx scripts/acceptance/debian-package.ts [--deb FILE] [--previous FILE] [--suite bookworm] [--keep]
 *
 * Without `--deb` the package is built first; without `--previous` the same one, called older, is upgraded from. What a container cannot show is which devices the unit opens
 * (DeviceAllow): that takes a real machine.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { StatusOutput } from '../../agent/commands.ts';
import { Findings, until } from './agent-process.ts';
import { community, Installed } from './installed.ts';
import { Machine, requirePrograms } from './machine.ts';
import { asVersion, buildPackage } from './packages.ts';

const { values: options } = parseArgs({
  options: {
    deb: { type: 'string' },
    previous: { type: 'string' },
    suite: { type: 'string', default: 'bookworm' },
    /** Leave the machine running, to look at it. */
    keep: { type: 'boolean', default: false },
  },
});

const findings = new Findings();
const began = performance.now();
const say = (text: string): void =>
  console.log(`${String(Math.round((performance.now() - began) / 1000)).padStart(4)} s  ${text}`);

await requirePrograms({ mmdebstrap: 'mmdebstrap', 'systemd-nspawn': 'systemd-container', 'dpkg-deb': 'dpkg' });
const work = await mkdtemp(join(tmpdir(), 'upsteward-package-'));
const machine = await Machine.make(options.suite);
const upsteward = new Installed(machine);
try {
  const current = options.deb ?? (await build());
  const previous = await asVersion(options.previous ?? current, '0.0.1-1', work);
  await machine.boot();
  const before = await upsteward.files();
  await installs(previous);
  await refusesToStartUnconfigured();
  await isConfigured();
  await serves();
  await upgrades(current);
  await isInABox();
  await survives();
  await reloads();
  await refusesTheStateOfANewerVersion();
  await goes(current, before);
} catch (error) {
  findings.check(false, error instanceof Error ? error.message : String(error));
  console.log((await machine.run('journalctl', '--no-pager', '-n', '40', '-u', 'upsteward')).stdout);
} finally {
  upsteward.endSimulation();
  if (options.keep) console.log(`the machine is left at ${machine.root}`);
  else await machine.end();
  await rm(work, { recursive: true, force: true });
}
findings.conclude('The package holds.');

async function build(): Promise<string> {
  say('builds the package');
  return await buildPackage(work);
}

async function install(file: string): Promise<string> {
  await machine.putFile(file, `/srv/${basename(file)}`);
  return await machine.sh(`apt-get install -y /srv/${basename(file)} 2>&1`);
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
  findings.check((await upsteward.state('ActiveState')) === 'inactive', 'it was started before it was configured');
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
  findings.check(
    (await upsteward.state('ExecMainStatus')) === '78',
    `it ended with ${await upsteward.state('ExecMainStatus')}`,
  );
  findings.check(
    (await upsteward.state('ActiveState')) === 'failed',
    `it is ${await upsteward.state('ActiveState')}: tried again?`,
  );
}

/** Root answers the questions; what is written belongs to the service, and its page can edit it. */
async function isConfigured(): Promise<void> {
  say('is configured by init, and started');
  upsteward.simulateUps();
  await machine.sh(`install -m 600 /dev/stdin /srv/mail <<'END'\na mail password\nEND
    install -m 600 /dev/stdin /srv/read-community <<'END'\n${community}\nEND`);
  const words =
    await machine.sh(`upsteward init --yes --company 'Customer Ltd' --time-zone UTC --contact-name 'Ira Tech' \
    --contact-mail it@customer.example --mail-url smtp://127.0.0.1:2525 --mail-from ups@customer.example --mail-user ups \
    --mail-password-file /srv/mail --no-mail-test --range 127.0.0.1 --port snmp=1161 --community-file /srv/read-community 2>&1`);
  findings.check(/systemctl enable --now upsteward/.test(words), `init does not say what comes next: ${words}`);
  const modes = (await upsteward.modes()).split('\n');
  const foreign = modes.filter((line) => !/ (750|640|600) upsteward upsteward$/.test(line));
  findings.check(foreign.length === 0, `not for the service alone: ${foreign.join(', ')}`);
  for (const line of ['config.yaml 640 upsteward upsteward', 'mail.password 600 upsteward upsteward'])
    findings.check(modes.includes(`/etc/upsteward/${line}`), `${modes.join(', ')} has no ${line}`);
  await machine.sh('rm /srv/mail /srv/read-community; systemctl enable --now upsteward');
  await upsteward.answers();
  say('lets its page edit the config');
  const [before] = (await machine.sh('stat -c %i /etc/upsteward/config.yaml')).split('\n');
  const said = await upsteward.fillForm('/reseller', '/reseller', 'email=sales@reseller.example');
  findings.check(/^200 done The settings are saved/.test(said), `the page says ${said}`);
  const config = await machine.sh('cat /etc/upsteward/config.yaml; stat -c %i /etc/upsteward/config.yaml');
  findings.check(/^ +email: sales@reseller\.example$/m.test(config), 'the page did not edit the config');
  findings.check(!config.endsWith(`\n${before}`), 'the config was written in place, not replaced as a whole');
  findings.check((await upsteward.modes()) === modes.join('\n'), `the page left ${await upsteward.modes()}`);
  findings.check((await upsteward.status())?.reseller.state === 'pending', 'the new reseller is not invited');
}

/** The secrets are where only root can read them: the service gets them as credentials. */
async function serves(): Promise<void> {
  say('reads a UPS with secrets that only root can read');
  await upsteward.configure(Installed.config('Hall 1'));
  await machine.sh(`rm /etc/upsteward/mail.password
    install -d -m 700 /etc/credstore
    printf 'a mail password' > /etc/credstore/upsteward.mail.password
    printf '${community}' > /srv/community
    chmod 600 /etc/credstore/upsteward.mail.password /srv/community
    install -d /etc/systemd/system/upsteward.service.d
    printf '[Service]\\nLoadCredential=ups.hall.snmp.community:/srv/community\\nWatchdogSec=6\\n' > /etc/systemd/system/upsteward.service.d/site.conf
    systemctl daemon-reload
    systemctl restart upsteward`);
  await upsteward.answers();
  findings.check((await machine.run('upsteward', 'health')).code === 0, 'health does not say that all is well');
  await upsteward.says('the status is told', /^1 of 1 UPS answer/);
  say(`  ${await upsteward.state('StatusText')}`);
}

/** What the process may do, tried as the process: its user, its mounts. */
async function isInABox(): Promise<void> {
  say('is in a box');
  const pid = await upsteward.state('MainPID');
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
    const pid = await upsteward.state('MainPID');
    const restarts = Number(await upsteward.state('NRestarts'));
    await machine.sh(`${kill} ${pid}`);
    await until('a new process', 60, async () => {
      const now = await upsteward.state('MainPID');
      return now !== '0' && now !== pid ? true : undefined;
    });
    await upsteward.answers();
    findings.check(Number(await upsteward.state('NRestarts')) === restarts + 1, `${what}: it was not restarted once`);
    const log = await machine.sh(
      `journalctl --no-pager -u upsteward | grep "Failed with result '${result}'" | tail -1`,
    );
    findings.check(log !== '', `${what}: the journal does not know the result ${result}`);
  }
  say('feeds the watchdog while all is well');
  const pid = await upsteward.state('MainPID');
  await machine.sh('sleep 15');
  findings.check((await upsteward.state('MainPID')) === pid, 'the watchdog ended a healthy agent');
  say('survives a reboot of the machine');
  await machine.reboot();
  upsteward.simulateUps();
  await upsteward.answers();
}

/** By systemctl, which says what is wrong, and by SIGHUP, which tells systemd alone. */
async function reloads(): Promise<void> {
  say('reloads');
  const pid = await upsteward.state('MainPID');
  await upsteward.configure(Installed.config('Hall 2'));
  await machine.sh('systemctl reload upsteward');
  await until('the new config', 30, async () =>
    (await upsteward.status())?.ups[0]?.site === 'Hall 2' ? true : undefined,
  );
  say('refuses a config with mistakes where it is typed, and goes on');
  await upsteward.configure(Installed.config('Hall 3').replace('company:', 'compny:'));
  findings.check(
    (await machine.run('systemctl', 'reload', 'upsteward')).code !== 0,
    'a reload of a bad config succeeds',
  );
  await hangUp();
  await upsteward.says('the status says so', /upsteward check/);
  findings.check((await upsteward.status())?.ups[0]?.site === 'Hall 2', 'the old config is not in use');
  findings.check((await upsteward.state('ActiveState')) === 'active', `it is ${await upsteward.state('ActiveState')}`);
  await upsteward.configure(Installed.config('Hall 2'));
  await machine.sh('systemctl reload upsteward');
  await upsteward.says('the status says that all is well', /^1 of 1/);
  say('says what takes a restart');
  await upsteward.configure(`${Installed.config('Hall 2')}stateDir: /var/lib/elsewhere\n`);
  await hangUp();
  await upsteward.says('what is not in force', /^Restart needed: stateDir/);
  say('tells systemd that it reloads');
  await upsteward.configure(Installed.config('Hall 2'));
  await machine.sh('systemctl log-level debug');
  await hangUp();
  await upsteward.says('the status says that all is well', /^1 of 1/);
  const heard = await machine.sh('systemctl log-level info; journalctl --no-pager --since=-60s _PID=1');
  findings.check(/RELOADING=1, ?MONOTONIC_USEC=\d+/.test(heard), 'systemd hears of no reload');
  findings.check((await upsteward.state('MainPID')) === pid, 'a reload started another process');
}

async function hangUp(): Promise<void> {
  await machine.sh('kill -HUP $(systemctl show upsteward --property=MainPID --value)');
}

async function upgrades(current: string): Promise<void> {
  say('upgrades, with config and state');
  const changed = await machine.sh("date -u -d '3 days ago' +%F");
  await machine.sh(`upsteward battery-replaced hall --date ${changed}`);
  const before = await upsteward.answers();
  const site = await machine.sh('sha256sum /etc/upsteward/config.yaml; stat -c "%a %U" /etc/upsteward/config.yaml');
  const pid = await upsteward.state('MainPID');
  await install(current);
  const after = await upsteward.answers();
  const installed = (seen: StatusOutput): string => JSON.stringify(seen.ups[0]?.facts['battery.date']);
  findings.check(
    installed(after) === installed(before) && installed(after).includes(changed),
    `the state was lost: ${installed(before)} became ${installed(after)}`,
  );
  findings.check(
    (await machine.sh('sha256sum /etc/upsteward/config.yaml; stat -c "%a %U" /etc/upsteward/config.yaml')) === site,
    'the config was touched',
  );
  findings.check((await upsteward.state('MainPID')) !== pid, 'the old program still runs');
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
    code !== 0 && (await upsteward.state('ExecMainStatus')) === '78',
    `it ended with ${await upsteward.state('ExecMainStatus')}`,
  );
  const log = await machine.sh('journalctl --no-pager -u upsteward -n 20');
  findings.check(/newer upsteward \(format 99/.test(log), `the journal does not say why: ${log}`);
  await machine.sh('rm -r /var/lib/upsteward; cp -a /srv/state /var/lib/upsteward; systemctl start upsteward');
  await upsteward.answers();
}

async function goes(current: string, before: readonly string[]): Promise<void> {
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
  await upsteward.answers();
  say('is purged without a trace');
  await machine.sh(`apt-get purge -y upsteward 2>&1
    rm -r /etc/credstore/upsteward.mail.password /etc/systemd/system/upsteward.service.d`);
  findings.check((await machine.run('getent', 'passwd', 'upsteward')).code !== 0, 'its user is left');
  findings.check((await machine.run('systemctl', 'cat', 'upsteward')).code !== 0, 'its unit is left');
  const known = new Set(before);
  const left = (await upsteward.files()).filter((line) => !known.has(line) && !line.startsWith('/etc/credstore '));
  findings.check(left.length === 0, `left behind: ${left.slice(0, 10).join(', ')}`);
  const named = await machine.sh("find / -xdev -not -path '/srv/*' -not -path '/var/cache/man/*' -iname '*upsteward*'");
  findings.check(named === '', `left behind: ${named}`);
}
