/** A fresh Debian, started with systemd, in a container of its own: made by mmdebstrap, booted by systemd-nspawn. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type CommandResult, until } from './agent-process.ts';

const run = promisify(execFile);

/** Fresh roots are kept here: making one takes a quarter of a minute. */
const cache = '/var/tmp/upsteward-acceptance';
/** What a server has after its installation, and what these checks look at it with. */
const packages = 'adduser,ca-certificates,systemd,systemd-sysv,dbus,procps,iproute2,man-db';

/** Runs a program to its end; a failure is an exit code, not an exception. */
export async function command(program: string, args: readonly string[], timeoutMs = 120_000): Promise<CommandResult> {
  return await new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr: stderr || (error?.message ?? '') });
      },
    );
  });
}

/** Installs what is missing of these programs, where that may be. @throws Error that says what is missing */
export async function requirePrograms(programs: Readonly<Record<string, string>>): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('this check makes and starts a system: run it as root');
  const missing = async (): Promise<string[]> => {
    const found = await Promise.all(
      Object.keys(programs).map(async (name) => ((await command('which', [name])).code === 0 ? [] : [name])),
    );
    return found.flat();
  };
  const before = await missing();
  if (before.length === 0) return;
  const wanted = before.map((name) => programs[name] ?? name);
  console.log(`installing ${wanted.join(' ')}`);
  await command('apt-get', ['update', '-q']);
  await command('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...wanted], 600_000);
  const after = await missing();
  if (after.length > 0) {
    throw new Error(`${after.join(', ')} missing, and not to be installed: apt-get install ${wanted.join(' ')}`);
  }
}

export class Machine {
  /** Its root folder, seen from outside. */
  readonly root: string;
  #nspawn: ChildProcess | undefined;
  #leader = '';

  private constructor(root: string) {
    this.root = root;
  }

  /** A fresh root of a suite, for instance `bookworm`. */
  static async make(suite: string): Promise<Machine> {
    const fresh = join(cache, suite);
    await mkdir(cache, { recursive: true });
    if (!existsSync(fresh)) {
      console.log(`making a root of Debian ${suite}`);
      const unfinished = `${fresh}.unfinished`;
      await rm(unfinished, { recursive: true, force: true });
      await run('mmdebstrap', ['--variant=minbase', `--include=${packages}`, '--quiet', suite, unfinished], {
        timeout: 600_000,
      });
      await rename(unfinished, fresh);
    }
    const root = `${fresh}-${randomBytes(3).toString('hex')}`;
    await run('cp', ['-a', '--reflink=auto', fresh, root]);
    return new Machine(root);
  }

  /** Starts it, and waits until systemd has started everything. */
  async boot(): Promise<void> {
    const nspawn = [
      'systemd-nspawn',
      `--directory=${this.root}`,
      '--boot',
      '--register=no',
      '--keep-unit',
      '--private-network',
      '--console=pipe',
      '--quiet',
    ].join(' ');
    // nspawn takes over /run as it finds it; a machine that is rebooted ends with 133.
    const script = `mount -t tmpfs tmpfs /run; while :; do ${nspawn}; code=$?; [ $code = 133 ] || exit $code; done`;
    this.#nspawn = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script], { stdio: 'ignore' });
    await this.#booted('');
  }

  /** Starts it anew, as `reboot` does. */
  async reboot(): Promise<void> {
    await this.run('systemctl', 'reboot', '--no-block');
    await this.#booted(this.#leader);
  }

  /** Nothing may be run inside while it goes down: the kernel would wait for it. */
  async #booted(before: string): Promise<void> {
    await until('the machine starts', 120, async () => {
      this.#leader = await this.#findLeader();
      if (this.#leader === '' || this.#leader === before) return undefined;
      const { stdout } = await this.run('systemctl', 'is-system-running');
      return /running|degraded/.test(stdout) ? true : undefined;
    });
    await this.run('ip', 'link', 'set', 'lo', 'up');
  }

  async #findLeader(): Promise<string> {
    const shell = String(this.#nspawn?.pid ?? 0);
    const [nspawn = ''] = await childrenOf(shell);
    const [leader = ''] = await childrenOf(nspawn);
    return leader;
  }

  /** The number of its first process, seen from outside. */
  get leader(): string {
    return this.#leader;
  }

  /** Runs a program inside, as root. */
  async run(...args: readonly string[]): Promise<CommandResult> {
    const environment = [
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'HOME=/root',
      'LANG=C.UTF-8',
    ];
    return await command('nsenter', ['-t', this.#leader, '-a', '--', 'env', '-i', ...environment, ...args]);
  }

  /** Runs a line of shell inside and gives what it wrote, without the last newline. @throws Error when it fails */
  async sh(line: string): Promise<string> {
    const { code, stdout, stderr } = await this.run('sh', '-c', line);
    if (code !== 0) throw new Error(`${line}\nends with ${code}: ${stdout}${stderr}`);
    return stdout.trimEnd();
  }

  /** Starts a program of the outside in the network of the machine. */
  spawnOnItsNetwork(args: readonly string[]): ChildProcess {
    return spawn('nsenter', ['-t', this.#leader, '-n', '--', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  async putFile(from: string, to: string): Promise<void> {
    await cp(from, join(this.root, to));
  }

  /** Ends it, and removes its root. */
  async end(): Promise<void> {
    const nspawn = this.#nspawn;
    if (nspawn !== undefined && nspawn.exitCode === null) {
      const ended = new Promise((resolve) => nspawn.once('exit', resolve));
      if (this.#leader !== '')
        await command('nsenter', ['-t', this.#leader, '-a', '--', 'systemctl', 'poweroff', '--force', '--force']);
      const late = setTimeout(() => nspawn.kill('SIGKILL'), 20_000);
      await ended;
      clearTimeout(late);
    }
    await rm(this.root, { recursive: true, force: true });
  }
}

async function childrenOf(parent: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return ppid === parent && state !== 'Z' ? [pid] : [];
    }),
  );
  return found.flat();
}
