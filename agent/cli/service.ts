/** `upsteward run`: the agent in the foreground, with its signals, and what the service manager is told of it. */
import { formatProblem, loadConfig } from '../../config/config.ts';
import { Agent } from '../agent.ts';
import { runCommand, type StatusOutput } from '../commands.ts';
import { createLog, type Log } from '../ops/log.ts';
import { ready, reloading, type ServiceManager, serviceManager, sign, stopping } from '../ops/notify.ts';
import { type Cancel, realTimers } from '../polling/timers.ts';
import { headline } from './print.ts';

/** Where no service manager says how often, the agent looks after itself so often. */
const lookMs = 60_000;

/**
 * Runs until SIGTERM or SIGINT; SIGHUP reads the config again.
 * @throws ConfigError, StoreError, ControlError when it cannot start
 */
export async function runService(path: string, trustClock: boolean): Promise<void> {
  const source = { path, env: process.env };
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  const { config, warnings } = await loadConfig(source);
  let write = createLog(config.log.level);
  const log: Log = (...line) => write(...line);
  for (const warning of warnings) log('warn', 'config.warning', formatProblem(warning));
  const manager = serviceManager(process.env, (reason) => log('warn', 'notify.failed', reason));
  const readAgain = async (agent: Agent): Promise<readonly string[]> => {
    const loaded = await loadConfig(source);
    await agent.reload(loaded.config);
    write = createLog(loaded.config.log.level);
    const warnings = loaded.warnings.map(formatProblem);
    for (const warning of warnings) log('warn', 'config.warning', warning);
    return warnings;
  };
  const reload = async (): Promise<readonly string[]> => await (await starting).reload(readAgain);
  const starting = Agent.start({
    config,
    log,
    now: () => new Date(),
    timers: realTimers,
    env: process.env,
    trustClock,
    configFile: { path, reload },
  }).then((agent) => new Service(agent, manager, log));
  process.on('SIGHUP', () => void reload().catch(() => {}));
  const service = await starting;
  await service.begin();
  await ended;
  await service.end();
}

/** A running agent and what is said of it to the service manager. */
class Service {
  readonly #agent: Agent;
  readonly #manager: ServiceManager;
  readonly #log: Log;
  #cancelSign: Cancel = () => {};
  #ending = false;
  #stuck = '';
  /** Why the config that is in use is not the one in the file. */
  #oldConfig = '';

  constructor(agent: Agent, manager: ServiceManager, log: Log) {
    this.#agent = agent;
    this.#manager = manager;
    this.#log = log;
  }

  async begin(): Promise<void> {
    await this.#manager.tell(ready(await this.#words()));
    this.#watch();
  }

  /** Goes on with what the config file says now. @throws ConfigError; the old one stays in use then, and the log says so */
  async reload(readAgain: (agent: Agent) => Promise<readonly string[]>): Promise<readonly string[]> {
    void this.#manager.tell(reloading(process.hrtime.bigint() / 1000n));
    this.#oldConfig = 'The config file could not be read again, the old one stays in use (see `upsteward check`). ';
    try {
      const warnings = await readAgain(this.#agent);
      this.#oldConfig = '';
      return warnings;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#log('error', 'config.not-reloaded', `The old config stays in use: ${why}`);
      throw error;
    } finally {
      void this.#manager.tell(ready(await this.#words()));
    }
  }

  async end(): Promise<void> {
    this.#ending = true;
    this.#cancelSign();
    await Promise.all([this.#manager.tell(stopping), this.#agent.stop()]);
  }

  /** Gives a sign of life again and again: it says that polling and the heartbeat go on, not only that time passes. */
  #watch(): void {
    void this.#look().then(() => {
      if (this.#ending) return;
      this.#cancelSign = realTimers.after('sign', this.#manager.signMs ?? lookMs, () => this.#watch());
    });
  }

  async #look(): Promise<void> {
    const stuck = this.#agent.stuck();
    const words = stuck.join(', ');
    if (words !== this.#stuck && words !== '')
      this.#log('error', 'agent.stuck', `No progress any more: ${words}. Restart the agent.`);
    this.#stuck = words;
    await this.#manager.tell(sign(stuck, await this.#words()));
  }

  async #words(): Promise<string> {
    try {
      const status = (await runCommand(this.#agent.office, this.#agent, 'status', {})) as StatusOutput;
      return this.#oldConfig + headline(status);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}
