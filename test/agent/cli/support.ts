/** A site on disk for the command line: config file, state folder, simulated cards, mail server. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { carryOut } from '../../../agent/cli/session.ts';
import type { CliTools } from '../../../agent/cli/tools.ts';
import { addDays, dayOf } from '../../../agent/lifecycle/days.ts';
import type { Day } from '../../../agent/lifecycle/model.ts';
import { type SimulatedUnit, type Simulator, startSimulator } from '../../../scripts/simulator/simulator.ts';
import { Cli, type CliOptions, type CliResult } from '../../support/cli.ts';
import { type MailSink, type MailSinkOptions, startMailSink } from '../../support/mail-sink.ts';

export const customer = 'it@customer.example';
export const reseller = 'sales@reseller.example';

/** Words that may be seen nowhere but in the config. */
export const secrets = {
  community: 'CommunityMarker',
  mail: 'MailPasswordMarker',
  auth: 'AuthPassphraseMarker',
  priv: 'PrivPassphraseMarker',
  cloud: `whsec_${Buffer.from('CloudSecretMarkerCloudSecretMarker').toString('base64')}`,
};

export class Place {
  readonly folder: string;
  readonly state: string;
  readonly config: string;
  readonly simulator: Simulator;
  readonly sink: MailSink;
  /** Everything that any process wrote. */
  output = '';
  readonly #running: Cli[] = [];

  private constructor(folder: string, simulator: Simulator, sink: MailSink) {
    this.folder = folder;
    this.state = join(folder, 'state');
    this.config = join(folder, 'config.yaml');
    this.simulator = simulator;
    this.sink = sink;
  }

  static async open(units: readonly SimulatedUnit[], mail: MailSinkOptions = {}): Promise<Place> {
    const simulator = await startSimulator({ units });
    return new Place(await mkdtemp(join(tmpdir(), 'cli-')), simulator, await startMailSink(mail));
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((each) => each.kill()));
    await this.simulator.close();
    await this.sink.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The day as the processes know it: tests speak of days from there. */
  day(ahead = 0): Day {
    return addDays(dayOf(new Date().toISOString(), 'UTC'), ahead);
  }

  printed(ahead: number): string {
    const [year, month, day] = this.day(ahead).split('-');
    return `${month}/${day}/${year}`;
  }

  async write(more: string, ups: readonly string[]): Promise<void> {
    const lines = [
      'site:',
      '  company: Customer Ltd',
      '  timeZone: UTC',
      '  sendAt: "00:00"',
      `  contact: { name: Ira Tech, mail: ${customer} }`,
      'stateDir: state',
      ...(more.includes('portal:') ? [] : ['portal: { enabled: false }']),
      more,
      'ups:',
      ...ups.map((unit) => `  - ${unit}`),
    ];
    await writeFile(this.config, `${lines.join('\n')}\n`, { mode: 0o600 });
  }

  /** The `snmp:` of a simulated unit, as a flow mapping. */
  snmp(name: string, more = ''): string {
    return `snmp: { host: 127.0.0.1, port: ${this.simulator.unit(name).port}, timeout: 0.3, retries: 1${more} }`;
  }

  run(args: readonly string[], options: CliOptions = {}): Cli {
    const cli = new Cli(args, { ...options, env: { UPSTEWARD_CONFIG: this.config, ...options.env } });
    this.#running.push(cli);
    return cli;
  }

  async cli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    const result = await this.run(args, options).ended();
    this.output += result.stdout + result.stderr;
    return result;
  }

  async json<T>(...args: string[]): Promise<T> {
    const { stdout, stderr } = await this.cli([...args, '--json']);
    try {
      return JSON.parse(stdout) as T;
    } catch {
      throw new Error(`${args.join(' ')}: ${stdout}${stderr}`);
    }
  }

  /** The code in the latest invitation. */
  code(): string {
    const mail = this.sink.mails.findLast(({ parsed }) => /[0-9A-Z]{4}-[0-9A-Z]{4}/.test(parsed.text ?? ''));
    return /[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(mail?.parsed.text ?? '')?.[0] ?? 'no code in any mail';
  }

  /** The text of all files in the state folder. */
  async stateFiles(): Promise<string> {
    const names = await readdir(this.state, { recursive: true, withFileTypes: true });
    const texts = names.filter((each) => each.isFile()).map((each) => readFile(join(each.parentPath, each.name)));
    return Buffer.concat(await Promise.all(texts)).toString('latin1');
  }
}

/** What a command of the room `cli` prints, carried out in this process on the state of a place. */
export async function typed(
  place: Place,
  add: (program: Command, tools: CliTools) => void,
  ...words: string[]
): Promise<string> {
  let printed = '';
  const ask = async (command: string, args: object): Promise<unknown> =>
    (await carryOut({ config: place.config }, command, { ...args })).result;
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  const exitCode = process.exitCode;
  add(program, {
    write: (text) => {
      printed += text;
    },
    ask: ask as CliTools['ask'],
    show: async (command, args, asJson, print) => {
      const result = await ask(command, args);
      printed += `${asJson ? JSON.stringify(result) : print(result as never)}\n`;
      return result as never;
    },
  });
  await program.parseAsync(words, { from: 'user' });
  const code = process.exitCode === 1 ? 'exit code 1\n' : '';
  process.exitCode = exitCode;
  return code + printed;
}
