/** The whole agent in this process: simulated cards and a real mail server around it, and a clock that a test moves. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { Agent } from '../../agent/agent.ts';
import type { StatusOutput } from '../../agent/commands.ts';
import { ask } from '../../agent/control/client.ts';
import { addDays, dayOf, instantAt } from '../../agent/lifecycle/days.ts';
import type { Day } from '../../agent/lifecycle/model.ts';
import type { EventView } from '../../agent/operations/overview.ts';
import { type Cancel, realTimers, type Timers } from '../../agent/polling/timers.ts';
import { type Config, loadConfig } from '../../config/config.ts';
import { type SimulatedUnit, type Simulator, startSimulator } from '../../scripts/simulator/simulator.ts';
import { type MailSink, type MailSinkOptions, type SunkMail, startMailSink } from '../support/mail-sink.ts';

export const customer = 'it@customer.example';
export const reseller = 'sales@reseller.example';
/** A day on which the agent can be alive: after the build, before nothing. */
export const today: Day = '2031-03-10';
const timeZone = 'Europe/Berlin';

const cleanUp: (() => Promise<unknown>)[] = [];

/** Undone after the test, the last one first. */
export function afterwards(step: () => Promise<unknown>): void {
  cleanUp.push(step);
}

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** Lines of the log, and a way to wait for one. */
export class LogBook {
  readonly lines: { level: string; code: string; message: string }[] = [];
  readonly #waiting: { code: string; count: number; done: () => void }[] = [];

  readonly log = (level: string, code: string, message: string): void => {
    this.lines.push({ level, code, message });
    for (const { code: wanted, count, done } of this.#waiting) if (this.of(wanted).length >= count) done();
  };

  of(code: string): string[] {
    return this.lines.flatMap((line) => (line.code === code ? [line.message] : []));
  }

  /** Resolves when so many lines with this code were written. */
  async until(code: string, count = 1): Promise<void> {
    if (this.of(code).length >= count) return;
    await new Promise<void>((done) => this.#waiting.push({ code, count, done }));
  }
}

export interface Words {
  /** YAML of the units, or of those that `unit` makes. */
  readonly ups: readonly string[];
  readonly reseller?: string | undefined;
  /** More sections, as YAML. */
  readonly more?: string;
  readonly mail?: boolean;
  readonly stateDir?: string;
  readonly sendAt?: string;
  readonly intervalMs?: number;
  /** Traps are heard, on a free port unless told. */
  readonly traps?: { readonly port: number };
}

export class World {
  readonly folder: string;
  readonly sink: MailSink;
  readonly simulator: Simulator;
  readonly book = new LogBook();
  /** What the agent takes for now. */
  clock: Date = new Date(instantAt(today, '06:00', timeZone));
  #agent: Agent | undefined;
  readonly #hurried = new Set<string>();
  readonly #running = new Map<Cancel, string>();

  private constructor(folder: string, sink: MailSink, simulator: Simulator) {
    this.folder = folder;
    this.sink = sink;
    this.simulator = simulator;
  }

  static async open(units: readonly SimulatedUnit[], mail: MailSinkOptions = {}): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), 'agent-'));
    afterwards(() => rm(folder, { recursive: true, force: true }));
    const sink = await startMailSink(mail);
    afterwards(() => sink.close());
    const simulator = await startSimulator({ units: units.length === 0 ? [{ name: 'none', values: {} }] : units });
    afterwards(() => simulator.close());
    return new World(folder, sink, simulator);
  }

  /** The real ones, but for those that a test has no time for. */
  readonly timers: Timers = {
    monotonic: realTimers.monotonic,
    after: (name, ms, call): Cancel => {
      const cancel = realTimers.after(name, this.#hurried.has(name) ? 1 : ms, () => {
        this.#running.delete(done);
        call();
      });
      const done = (): void => {
        this.#running.delete(done);
        cancel();
      };
      this.#running.set(done, name);
      return done;
    },
  };

  /** Timers of this name are up at once from here on. */
  hurry(name: string): void {
    this.#hurried.add(name);
  }

  /** Names of the timers that were set and have neither come nor been cancelled. */
  timersLeft(): string[] {
    return [...this.#running.values()];
  }

  /** YAML of one unit that is read from the simulator. */
  unit(name: string, more = ''): string {
    const { port, community } = this.simulator.unit(name);
    const driver = `snmp: { host: 127.0.0.1, port: ${port}, community: ${community}, timeout: 0.1, retries: 0 }`;
    return `  - name: ${name}\n    ${driver}\n${more}`;
  }

  /** YAML of one unit behind which nothing answers. */
  async silentUnit(name: string, more = ''): Promise<string> {
    const silent = await startSimulator({ units: [{ name, values: {}, behaviour: { silent: true } }] });
    afterwards(() => silent.close());
    return `  - name: ${name}\n    snmp: { host: 127.0.0.1, port: ${silent.port}, timeout: 0.1, retries: 0 }\n${more}`;
  }

  /** The config with these words; polls every 10 s unless told otherwise, and confirms at once. */
  async config(words: Words): Promise<Config> {
    const path = join(this.folder, 'config.yaml');
    await writeFile(path, this.text(words), { mode: 0o600 });
    const { config } = await loadConfig({ path, env: {} });
    const { intervalMs = config.polling.intervalMs } = words;
    const { traps } = words;
    return {
      ...config,
      ...(traps && { traps: { host: '127.0.0.1', ...traps } }),
      polling: { ...config.polling, intervalMs, confirmAfterMs: 1 },
    };
  }

  text(words: Words): string {
    return [
      'site:',
      '  company: Customer Ltd',
      `  timeZone: ${timeZone}`,
      `  sendAt: "${words.sendAt ?? '08:00'}"`,
      `  contact: { name: Ira Tech, mail: ${customer} }`,
      words.reseller === undefined ? '' : `reseller: { email: ${words.reseller} }`,
      words.mail === false ? '' : `mail: { url: "smtp://127.0.0.1:${this.sink.port}", from: ups@customer.example }`,
      'polling: { interval: 10s }',
      `stateDir: ${words.stateDir ?? 'state'}`,
      words.more ?? '',
      words.ups.length === 0 ? 'ups: []' : `ups:\n${words.ups.join('\n')}`,
      '',
    ].join('\n');
  }

  async start(words: Words, options: { trustClock?: boolean } = {}): Promise<Agent> {
    const config = await this.config(words);
    const { log } = this.book;
    const agent = await Agent.start({ config, log, now: () => this.clock, timers: this.timers, env: {}, ...options });
    this.#agent = agent;
    afterwards(() => agent.stop());
    return agent;
  }

  get agent(): Agent {
    if (this.#agent === undefined) throw new Error('no agent was started');
    return this.#agent;
  }

  /** Asks the agent as the command line does. */
  async command<T>(command: string, args: Record<string, unknown> = {}): Promise<T> {
    return (await ask(this.agent.office.config.stateDir, { command, args })) as T;
  }

  async status(): Promise<StatusOutput> {
    return await this.command<StatusOutput>('status');
  }

  async events(): Promise<string[]> {
    return (await this.command<EventView[]>('events')).map(({ ups, event }) => `${ups} ${event}`);
  }

  /** Moves the clock and lets the agent do what is due then. */
  async at(day: number, time = '08:00'): Promise<void> {
    this.clock = new Date(instantAt(addDays(today, day), time, timeZone));
    await this.agent.beat();
  }

  get day(): Day {
    return dayOf(this.clock.toISOString(), timeZone);
  }

  /** Mails so far, as `to: subject`. */
  mails(to?: string): string[] {
    return this.sink.mails.filter((mail) => to === undefined || mail.to.includes(to)).map((mail) => subjectOf(mail));
  }

  /** The code in the latest invitation. */
  async code(): Promise<string> {
    const text = this.sink.mails.findLast(({ to }) => to[0] === reseller)?.parsed.text ?? '';
    return /[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(text)?.[0] ?? 'no code in the mail';
  }
}

export const subjectOf = (mail: SunkMail): string => mail.parsed.subject ?? '';

/** A date as the cards print it. */
export function printed(day: Day): string {
  const [year, month, date] = day.split('-');
  return `${month}/${date}/${year}`;
}
