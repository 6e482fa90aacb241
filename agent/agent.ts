/** The only place that builds the running agent, starts its parts and stops them in reverse. */
import { type ScheduledTask, schedule } from 'node-cron';
import type { Config } from '../config/config.ts';
import type { DriverError, Reading } from '../drivers/contract.ts';
import { Answers, type AnswersStatus, type OpenMailbox } from './answers.ts';
import { runCommand } from './commands.ts';
import { type ControlServer, type Patience, takeControlPatiently } from './control/server.ts';
import { Heartbeat } from './heartbeat.ts';
import type { ServerStatus } from './lister.ts';
import { Office } from './office.ts';
import type { Log } from './operations/desk.ts';
import { OperationError } from './operations/desk.ts';
import { followConfig } from './operations/reseller.ts';
import { Metrics } from './ops/metrics.ts';
import type { PollStatus } from './polling/poller.ts';
import { type Cancel, pause, type Timers } from './polling/timers.ts';
import type { ConfigFile } from './portal/desk.ts';
import { Portal } from './portal/server.ts';
import { openStore } from './store/lowdb-store.ts';
import type { Store } from './store/port.ts';
import { type TrapStatus, Traps } from './traps.ts';
import { version } from './version.ts';
import { Watch } from './watch.ts';

export interface AgentParts {
  readonly config: Config;
  readonly log: Log;
  readonly now: () => Date;
  readonly timers: Timers;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly trustClock?: boolean;
  /** The file the config was read from: with it, the agent serves its page. */
  readonly configFile?: ConfigFile;
  /** Where answers by mail come in; the mailbox of the config unless given. */
  readonly openMailbox?: OpenMailbox;
}

/** The longest the heartbeat waits. */
const beatMs = 30_000;
/** A stop, and a reload's end of the old mail server, wait this long for a mail that is on the wire. */
const lastMailMs = 20_000;
/** Whoever changed the config on the page waits this long at most to see what came of it. */
const followedMs = 5000;

/** A command holds the lock for moments: worth half a minute of waiting. */
export function commandPatience(timers: Timers): Patience {
  return { tries: 120, pause: () => pause(timers, 'lock', 250) };
}

/** Opens a state folder for whoever holds its lock. @throws StoreError */
export async function openState(config: Config, log: Log, now: () => Date): Promise<Store> {
  return await openStore({
    directory: config.stateDir,
    now: () => now().getTime(),
    log: {
      info: (message) => log('info', 'store.info', message),
      warn: (message) => log('warn', 'store.repaired', message),
      error: (message) => log('error', 'store.trouble', message),
    },
  });
}

export class Agent {
  readonly #parts: AgentParts;
  readonly #control: ControlServer;
  readonly #store: Store;
  readonly #office: Office;
  readonly #heartbeat: Heartbeat;
  readonly #portal: Portal | undefined;
  readonly #traps: Traps;
  readonly #answers: Answers;
  readonly #metrics: Metrics;
  readonly #watch: Watch;
  #daily: ScheduledTask | undefined;
  #cancelBeat: Cancel = () => {};
  #stopping: Promise<void> | undefined;
  /** The state folder of the config that was read last. */
  #wantedStateDir: string;
  #replacing: Promise<void> = Promise.resolve();

  private constructor(parts: AgentParts, control: ControlServer, store: Store, office: Office, metrics: Metrics) {
    this.#parts = parts;
    this.#wantedStateDir = parts.config.stateDir;
    this.#metrics = metrics;
    this.#control = control;
    this.#store = store;
    this.#office = office;
    this.#watch = new Watch({
      ...parts,
      office,
      onReading: (name, reading) => this.#onReading(name, reading),
      onFailure: (name, error) => this.#onFailure(name, error),
      onRead: (name, ms, result) => {
        const driver = office.units.configOf(name)?.ways.find((way) => way.name === name)?.driver ?? '';
        metrics.polled({ driver, seconds: ms / 1000, result });
      },
      onSettled: () => this.#wake(),
      onListed: () => this.#inTurn(() => this.#relist()),
    });
    this.#traps = new Traps({ ...parts, hurry: (name) => this.#watch.hurry(name) });
    this.#answers = new Answers({
      ...parts,
      desk: office.desk,
      mayAct: () => this.#heartbeat.clockIsRight(),
      accessTokens: () => office.accessTokens,
      handled: () => this.#wake(),
    });
    this.#heartbeat = new Heartbeat(office, {
      monotonic: () => parts.timers.monotonic(),
      trustClock: parts.trustClock ?? false,
      ready: () => this.#watch.ready,
      followConfig: () => this.#followConfig(),
      readAnew: () => this.#inTurn(() => this.#watch.pollAnew()),
    });
    metrics.watch({
      ...office,
      waiting: () => ({ mails: office.outbox.depth(), endpoint: office.forwarder.depth() }),
      answers: (ups) => {
        const status = this.#watch.status(ups);
        return status && status.failures === 0;
      },
      clockTrouble: () => this.clockTrouble(),
      traps: () => this.#traps.figures(),
    });
    const { configFile, timers } = parts;
    const refused = metrics.refused.bind(metrics);
    const run = (command: string, args: Readonly<Record<string, unknown>>) => this.#run(command, args);
    this.#portal = configFile && new Portal({ desk: { office, live: this, run, configFile }, timers, refused });
  }

  /**
   * Starts: lock, state, parts, then polling and the heartbeat.
   * @throws ControlError `already-running`, StoreError, ConfigError; nothing is left open then
   */
  static async start(parts: AgentParts): Promise<Agent> {
    const control = await takeControlPatiently(parts.config.stateDir, commandPatience(parts.timers));
    let store: Store | undefined;
    try {
      store = await openState(parts.config, parts.log, parts.now);
      const metrics = new Metrics(version);
      const delivered = metrics.delivered.bind(metrics);
      const answered = metrics.answered.bind(metrics);
      const office = await Office.open(parts.config, { ...parts, store, delivered, answered });
      const agent = new Agent(parts, control, store, office, metrics);
      await agent.#begin();
      return agent;
    } catch (error) {
      await store?.close();
      await control.close();
      throw error;
    }
  }

  /** The office, for the heartbeat's tests and the demo. */
  get office(): Office {
    return this.#office;
  }

  /** Looks at what is due now. */
  async beat(): Promise<void> {
    await this.#heartbeat.beat();
  }

  /** Goes on with a new config; reloads asked for meanwhile come after it. @throws ConfigError; the old one stays then */
  reload(config: Config): Promise<void> {
    return this.#inTurn(() => this.#reload(config));
  }

  /** What replaces parts happens one after the other, and not behind a stop. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const next = this.#replacing
      .catch(() => {})
      .then(async () => {
        if (this.#stopping === undefined) await work();
      });
    this.#replacing = next;
    return next;
  }

  async #reload(read: Config): Promise<void> {
    const { log } = this.#parts;
    this.#wantedStateDir = read.stateDir;
    const restart = this.#restartNeeded();
    if (restart !== undefined) log('warn', 'config.restart-needed', restart);
    const config = { ...read, stateDir: this.#parts.config.stateDir };
    const closeOld = await this.#office.reconfigure(config);
    void this.#mailsDone().then(closeOld);
    this.#heartbeat.configChanged();
    await this.#watch.follow();
    await this.#traps.follow(config);
    await this.#answers.follow(config);
    this.#scheduleDaily();
    await this.#portal?.follow(config.portal);
    log('info', 'config.reloaded', 'The config was read again.', { ups: config.ups.length });
    this.#wake();
  }

  /** Ends in order: no new work, the mail on the wire, the state, the lock. May be called twice. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #begin(): Promise<void> {
    const { log } = this.#parts;
    const { config } = this.#office;
    log('info', 'agent.started', `upsteward ${version} watches ${config.ups.length} UPS.`, {
      stateDir: config.stateDir,
    });
    await this.#watch.start();
    await this.#traps.follow(config);
    await this.#answers.follow(config);
    this.#scheduleDaily();
    this.#control.serve(({ command, args }) => this.#run(command, args));
    await this.#portal?.follow(config.portal);
    this.#wake();
  }

  /** What is asked for over the socket or on the page; what follows from it is done at once. */
  async #run(command: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
    const result = await runCommand(this.#office, this, command, args, this);
    this.#wake();
    return result;
  }

  /** The reseller's address and the list of units in the config are orders: followed at start and at reload. */
  async #followConfig(): Promise<void> {
    const { desk, units } = this.#office;
    try {
      await followConfig(desk);
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      desk.log('warn', 'connection.not-invited', error.message);
    }
    await units.reconcile();
  }

  /** A server has other units than before: the next beat retires those that are gone. */
  async #relist(): Promise<void> {
    await this.#watch.relist();
    this.#heartbeat.configChanged();
    this.#wake();
  }

  async #onReading(name: string, reading: Reading): Promise<{ again: boolean }> {
    if (!this.#heartbeat.clockIsRight()) return { again: false };
    if (reading.verdict !== 'ups' && reading.verdict !== 'other-vendor') await this.#office.units.missed(name);
    const result = await this.#office.units.ingest(name, reading);
    this.#office.forwarder.forward().catch((error: unknown) => {
      this.#parts.log('error', 'cloud.failed', error instanceof Error ? error.message : String(error));
    });
    return result;
  }

  async #onFailure(name: string, _error: DriverError): Promise<void> {
    if (this.#heartbeat.clockIsRight()) await this.#office.units.missed(name);
  }

  /** At the site's hour; the heartbeat would notice by itself within half a minute, and after a missed tick. */
  #scheduleDaily(): void {
    void this.#daily?.destroy();
    const { sendAt, timeZone } = this.#office.desk.site();
    const [hour, minute] = sendAt.split(':').map(Number);
    this.#daily = schedule(`${minute} ${hour} * * *`, () => this.#wake(), { timezone: timeZone, noOverlap: true });
  }

  /** Beats now, and again when something is due. */
  #wake(): void {
    this.#cancelBeat();
    if (this.#stopping !== undefined) return;
    void this.#heartbeat.beat().then(() => {
      this.#cancelBeat();
      if (this.#stopping !== undefined) return;
      this.#cancelBeat = this.#parts.timers.after('heartbeat', this.#heartbeat.nextIn(beatMs), () => this.#wake());
    });
  }

  /** When what the config orders has been done, or after some seconds: a mail server may hold a beat up. */
  async followed(): Promise<void> {
    await this.#within('followed', followedMs, this.#heartbeat.followed());
  }

  /** When what is on the wire has arrived, or has had its time. */
  async #mailsDone(): Promise<void> {
    await this.#within('last mail', lastMailMs, this.#heartbeat.settled());
  }

  async #within(name: string, ms: number, work: Promise<void>): Promise<void> {
    let cancel: Cancel = () => {};
    const patience = new Promise<void>((resolve) => {
      cancel = this.#parts.timers.after(name, ms, resolve);
    });
    await Promise.race([work, patience]);
    cancel();
  }

  async #stop(): Promise<void> {
    const { log } = this.#parts;
    log('info', 'agent.stopping', 'Stopping.');
    await this.#portal?.stop();
    await this.#replacing.catch(() => {});
    this.#cancelBeat();
    await this.#daily?.destroy();
    await this.#traps.stop();
    await this.#watch.stop();
    await this.#answers.stop();
    await this.#mailsDone();
    await this.#office.close();
    await this.#heartbeat.settled();
    await this.#store.close();
    await this.#control.close();
    log('info', 'agent.stopped', 'Stopped.');
  }

  /** Where the page is, as URLs; none where it is off. */
  get pages(): readonly string[] {
    return this.#portal?.addresses ?? [];
  }

  /** Reads the config file again and gives its warnings; an agent that was given none goes on as it is. @throws ConfigError */
  async readConfigAgain(): Promise<readonly string[]> {
    return (await this.#parts.configFile?.reload()) ?? [];
  }

  /** What the config says and the agent does not do, with what to do about it: one sentence each. */
  notInForce(): string[] {
    const page = this.#portal?.troubles.map((why) => `The page is not there: ${why}. It is tried again.`);
    return [this.#restartNeeded(), ...(page ?? [])].filter((words) => words !== undefined);
  }

  #restartNeeded(): string | undefined {
    const { stateDir } = this.#parts.config;
    if (this.#wantedStateDir === stateDir) return undefined;
    return `Restart needed: stateDir is ${this.#wantedStateDir} in the config; the agent works in ${stateDir} until then. Stop it, move that folder, start it again.`;
  }

  /** What makes no progress although it must: nothing while all is well, else the process is best started anew. */
  stuck(): string[] {
    const beat = this.#heartbeat.stuck() ? ['the heartbeat'] : [];
    return [...beat, ...this.#watch.stuck().map((name) => `polling of ${name}`)];
  }

  /** What is wrong with the clock, if anything. */
  clockTrouble(): string | undefined {
    return this.#heartbeat.clockTrouble();
  }

  /** How the mailbox for answers fares, where there is one. */
  answersStatus(): AnswersStatus | undefined {
    return this.#answers.status();
  }

  /** How traps are heard, where the config wants them. */
  trapStatus(): TrapStatus | undefined {
    return this.#traps.status();
  }

  /** How the servers fare whose units are all watched. */
  serverStatus(): ServerStatus[] {
    return this.#watch.servers();
  }

  /** Whether every UPS was tried since the start. */
  ready(): boolean {
    return this.#watch.ready;
  }

  /** The figures in the text format of Prometheus. */
  async metrics(): Promise<{ readonly type: string; readonly body: string }> {
    return await this.#metrics.text();
  }

  /** How the last poll of a UPS went, with its age in milliseconds. */
  pollStatus(name: string): (PollStatus & { ageMs: number }) | undefined {
    return this.#watch.status(name);
  }

  /** Reads one UPS now, in its place in the queue of its line. @throws DriverError */
  async pollNow(name: string): Promise<Reading | undefined> {
    return await this.#watch.pollNow(name);
  }

  /** Does something with one UPS in its place in the queue of its line. @throws DriverError */
  async inTurn<T>(name: string, job: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return await this.#watch.inTurn(name, job);
  }

  async pause(ms: number): Promise<void> {
    await pause(this.#parts.timers, 'pause', ms);
  }

  monotonic(): number {
    return this.#parts.timers.monotonic();
  }
}
