/** How a command reaches the state: through the running agent, or by holding the lock itself for a moment. */
import { stat } from 'node:fs/promises';
import {
  type Config,
  ConfigError,
  configPath,
  type LoadedConfig,
  loadConfig,
  stateDirOf,
  type UpsConfig,
} from '../../config/config.ts';
import type { Reading } from '../../drivers/contract.ts';
import { commandPatience, openState } from '../agent.ts';
import { runCommand } from '../commands.ts';
import { ask } from '../control/client.ts';
import { ControlError } from '../control/protocol.ts';
import { takeControlBriefly } from '../control/server.ts';
import { dayOf } from '../lifecycle/days.ts';
import { unitNamed } from '../listed.ts';
import { Office } from '../office.ts';
import type { Log } from '../operations/desk.ts';
import { noSuchUps } from '../operations/units.ts';
import { type PollOutput, pollOutput, severalUps } from '../poll.ts';
import { pause, realTimers } from '../polling/timers.ts';
import { unitOf } from '../site.ts';
import type { Store } from '../store/port.ts';
import { driverFor } from '../watch.ts';
import type { Reach } from '../writing.ts';

export interface GlobalOptions {
  readonly config?: string;
}

/** Reads the config named by the option, the environment, or the usual place. @throws ConfigError */
export async function readConfig(options: GlobalOptions): Promise<LoadedConfig> {
  return await loadConfig({ path: configPath(options.config, process.env), env: process.env });
}

/** Carries a command out, by the running agent where there is one; `offline` says which it was. */
export async function carryOut(
  options: GlobalOptions,
  command: string,
  args: Record<string, unknown>,
): Promise<{ result: unknown; offline: boolean }> {
  const read = await readConfig(options).catch((error: unknown) => error);
  if (!isLoaded(read)) return await despiteMistakes(options, command, args, read);
  const { config } = read;
  for (let left = 5; ; left -= 1) {
    const running = await askAgent(config.stateDir, command, args);
    if (running !== undefined) return running;
    try {
      return { result: await onState(config, command, args), offline: true };
    } catch (error) {
      // An agent started between the question and the lock: it has the answer.
      if (!(error instanceof ControlError) || error.code !== 'already-running' || left === 0) throw error;
    }
  }
}

const isLoaded = (read: unknown): read is LoadedConfig => typeof read === 'object' && read !== null && 'config' in read;

/** A running agent goes on with its old config while the file has mistakes, and answers all the same. */
async function despiteMistakes(
  options: GlobalOptions,
  command: string,
  args: Record<string, unknown>,
  error: unknown,
): Promise<{ result: unknown; offline: boolean }> {
  if (!(error instanceof ConfigError)) throw error;
  const directory = await stateDirOf({ path: configPath(options.config, process.env), env: process.env });
  const running = await askAgent(directory, command, args, ['no-access']);
  if (running === undefined) throw error;
  process.stderr.write(
    'The config file has mistakes, or its secrets are credentials that only the agent sees (`upsteward check` says which); the agent answers by what it has read.\n',
  );
  return running;
}

/** What root writes, the agent's own user could not read: whoever works on the state folder does so as its owner. */
async function becomeOwner(directory: string): Promise<void> {
  const { uid, gid } = await stat(directory).catch(() => ({ uid: 0, gid: 0 }));
  if (process.getuid?.() !== 0 || uid === 0) return;
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

/** The agent's answer, or `undefined` when none is running (another command may hold the lock for a moment). */
async function askAgent(
  directory: string,
  command: string,
  args: Record<string, unknown>,
  alsoAbsent: readonly string[] = [],
): Promise<{ result: unknown; offline: boolean } | undefined> {
  try {
    return { result: await ask(directory, { command, args }), offline: false };
  } catch (error) {
    if (error instanceof ControlError && ['not-running', 'busy', ...alsoAbsent].includes(error.code)) return undefined;
    throw error;
  }
}

/**
 * Asks the running agent and nobody else, whatever its config file looks like by now.
 * @param silenceMs a running agent that says nothing for so long is not well
 * @throws ControlError `not-running`, `no-answer`, `no-access`; else the code and message of the agent's own error
 */
export async function askRunning(options: GlobalOptions, command: string, silenceMs = 5000): Promise<unknown> {
  const directory = await stateDirOf({ path: configPath(options.config, process.env), env: process.env });
  return await ask(directory, { command, args: {} }, silenceMs);
}

/**
 * One reading of a configured UPS: by the running agent, in its queue, or by itself. Without an agent nothing but the
 * config is needed, so that it works before the first start and for a user who may not open the state folder.
 */
export async function pollConfigured(options: GlobalOptions, name: string): Promise<PollOutput> {
  const { config } = await readConfig(options);
  const running = await askAgent(config.stateDir, 'poll', { name }, ['no-access']);
  if (running !== undefined) return running.result as PollOutput;
  const ups = unitNamed(config, name);
  if (ups === undefined) throw config.ups.some((each) => each.name === name) ? severalUps(name, []) : noSuchUps(name);
  return await pollOutput({
    name,
    driver: ups.driver.name,
    config: unitOf(ups, config),
    today: dayOf(new Date().toISOString(), config.site.timeZone),
    read: async () => await readOnce(ups),
  });
}

async function readOnce(ups: UpsConfig): Promise<Reading> {
  const { driver } = await driverFor(ups, quietLog, realTimers.monotonic);
  try {
    return await driver.read();
  } finally {
    await driver.close();
  }
}

/** What a command does with a device while no agent runs: nobody else is on any line then. */
const longestAlone = 180_000;

function alone(config: Config): Reach {
  return {
    inTurn: async (_name, job) => await job(AbortSignal.timeout(longestAlone)),
    pollNow: async (name) => {
      const ups = unitNamed(config, name);
      return ups && (await readOnce(ups));
    },
    pause: async (ms) => await pause(realTimers, 'pause', ms),
    monotonic: realTimers.monotonic,
  };
}

/** Problems are said on standard error, so that standard output stays the answer. */
export const quietLog: Log = (level, _code, message) => {
  if (level === 'warn' || level === 'error') process.stderr.write(`${message}\n`);
};

async function onState(config: Config, command: string, args: Record<string, unknown>): Promise<unknown> {
  return await withOffice(config, async (office) => await runCommand(office, undefined, command, args, alone(config)));
}

/**
 * Works on a state folder that no agent holds, as the folder's owner.
 * @param prepare what must happen under the lock before the state is opened
 * @throws ControlError `already-running`, `busy`; StoreError
 */
export async function withOffice<T>(
  config: Config,
  work: (office: Office) => Promise<T>,
  prepare: (store: () => Promise<Store>) => Promise<Store> = (open) => open(),
): Promise<T> {
  await becomeOwner(config.stateDir);
  const control = await takeControlBriefly(config.stateDir, commandPatience(realTimers));
  try {
    const store = await prepare(() => openState(config, quietLog, () => new Date()));
    try {
      const office = await Office.open(config, { store, now: () => new Date(), log: quietLog, env: process.env });
      try {
        return await work(office);
      } finally {
        await office.close();
      }
    } finally {
      await store.close();
    }
  } finally {
    await control.close();
  }
}
