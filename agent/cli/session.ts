/** How a command reaches the state: through the running agent, or by holding the lock itself for a moment. */
import { type Config, configPath, type LoadedConfig, loadConfig } from '../../config/config.ts';
import { commandPatience, driverFor, openState } from '../agent.ts';
import { type Live, runCommand } from '../commands.ts';
import { ask } from '../control/client.ts';
import { ControlError } from '../control/protocol.ts';
import { takeControlBriefly } from '../control/server.ts';
import { Office } from '../office.ts';
import type { Log } from '../operations/desk.ts';
import { realTimers } from '../polling/timers.ts';

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
  const { config } = await readConfig(options);
  const running = await askAgent(config, command, args);
  return running ?? { result: await onState(config, command, args), offline: true };
}

/** The agent's answer, or `undefined` when none is running (another command may hold the lock for a moment). */
async function askAgent(
  config: Config,
  command: string,
  args: Record<string, unknown>,
): Promise<{ result: unknown; offline: boolean } | undefined> {
  try {
    return { result: await ask(config.stateDir, { command, args }), offline: false };
  } catch (error) {
    if (error instanceof ControlError && ['not-running', 'busy'].includes(error.code)) return undefined;
    throw error;
  }
}

/** Problems are said on standard error, so that standard output stays the answer. */
export const quietLog: Log = (level, _code, message) => {
  if (level === 'warn' || level === 'error') process.stderr.write(`${message}\n`);
};

async function onState(config: Config, command: string, args: Record<string, unknown>): Promise<unknown> {
  const control = await takeControlBriefly(config.stateDir, commandPatience(realTimers));
  try {
    const store = await openState(config, quietLog, () => new Date());
    try {
      const office = await Office.open(config, { store, now: () => new Date(), log: quietLog, env: process.env });
      try {
        return await runCommand(office, command === 'poll' ? direct(config) : undefined, command, args);
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

/** Polls by itself while no agent runs. */
function direct(config: Config): Live {
  return {
    pollStatus: () => undefined,
    async pollNow(name) {
      const ups = config.ups.find((each) => each.name === name);
      if (ups === undefined) return undefined;
      const { driver } = await driverFor(ups, quietLog, realTimers.monotonic);
      try {
        return await driver.read();
      } finally {
        await driver.close();
      }
    },
  };
}
