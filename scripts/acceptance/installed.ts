/** upsteward as it is installed on a machine: its service, its status, its config, its page. */
import type { ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StatusOutput } from '../../agent/commands.ts';
import { until } from './agent-process.ts';
import { command, type Machine } from './machine.ts';

export const community = 'a-secret-community';

/** What a running system writes by itself. */
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

export class Installed {
  readonly #machine: Machine;
  #simulator: ChildProcess | undefined;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** A property of the service, as systemd knows it. */
  async state(property: string): Promise<string> {
    return await this.#machine.sh(`systemctl show upsteward --property=${property} --value`);
  }

  async status(): Promise<StatusOutput | undefined> {
    const { code, stdout } = await this.#machine.run('upsteward', 'status', '--json');
    return code === 0 ? (JSON.parse(stdout) as StatusOutput) : undefined;
  }

  /** Waits until the service runs and its UPS has answered since. */
  async answers(seconds = 60): Promise<StatusOutput> {
    return await until('the service reads its UPS', seconds, async () => {
      const seen = await this.status();
      return seen?.running === true && seen.ups[0]?.poll?.verdict === 'ups' ? seen : undefined;
    });
  }

  /** Waits until `systemctl status` says this. */
  async says(what: string, words: RegExp): Promise<void> {
    await until(what, 30, async () => (words.test(await this.state('StatusText')) ? true : undefined));
  }

  /** The config of the site, with another label for its only UPS. */
  static config(site: string): string {
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

  /** Puts this into the config file, which keeps its owner and mode. */
  async configure(text: string): Promise<void> {
    await writeFile(join(this.#machine.root, 'etc/upsteward/config.yaml'), text);
  }

  /** Owner and mode of everything in the folder of the config. */
  async modes(): Promise<string> {
    return await this.#machine.sh("find /etc/upsteward -printf '%p %m %u %g\\n' | sort");
  }

  /** A UPS in the network of the machine, until the machine is started anew. */
  simulateUps(): void {
    this.endSimulation();
    const script = join(import.meta.dirname, 'simulated-ups.ts');
    const args = [process.execPath, ...process.execArgv, script, '1161', community];
    this.#simulator = this.#machine.spawnOnItsNetwork(args);
  }

  endSimulation(): void {
    this.#simulator?.kill('SIGKILL');
  }

  /** Fills a form of the page, and gives the status and what the page says. */
  async fillForm(path: string, action: string, ...fields: readonly string[]): Promise<string> {
    const script = join(import.meta.dirname, 'fill-form.ts');
    const program = [process.execPath, ...process.execArgv, script, `http://127.0.0.1:8080${path}`, action, ...fields];
    const { stdout, stderr } = await command('nsenter', ['-t', this.#machine.leader, '-n', '--', ...program]);
    return `${stdout}${stderr}`.trim();
  }

  /** Everything on the machine, but what a running system writes. */
  async files(): Promise<string[]> {
    const passed = volatile.map((path) => `-path ${path}`).join(' -o ');
    // adduser keeps the file before the last change under the same name with a dash.
    const text = await this.#machine.sh(
      `find / \\( ${passed} \\) -prune -o -printf '%p %u %m\\n' | grep -vE '^/(etc/(passwd|group|shadow|gshadow|subuid|subgid)-?|etc|usr|var/lib) ' | sort`,
    );
    return text.split('\n');
  }
}
