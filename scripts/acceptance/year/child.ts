/**
 * The agent under test: the real one, in a process of its own that may be killed at any moment. Only its clock and its
 * waiting are not real: the parent says what time it is, when the units are polled, and when the heart beats.
 */

import { Agent } from '../../../agent/agent.ts';
import { loadConfig } from '../../../config/config.ts';
import { OrderedTimers } from '../ordered-timers.ts';

export type Order =
  | { readonly kind: 'start'; readonly at: string; readonly config: string }
  | { readonly kind: 'poll' | 'beat' | 'stop'; readonly at: string };
export type Report =
  | { readonly kind: 'done'; readonly order: Order['kind'] }
  | { readonly kind: 'log'; readonly level: string; readonly code: string; readonly message: string };

const patience = { rounds: 4, retries: 20 };

const timers = new OrderedTimers();
let agent: Agent | undefined;
let now = new Date(0);

const report = (message: Report): void => {
  process.send?.(message);
};

async function start(config: string): Promise<void> {
  const loaded = await loadConfig({ path: config, env: {} });
  agent = await Agent.start({
    config: loaded.config,
    log: (level, code, message) => {
      if (level === 'warn' || level === 'error') report({ kind: 'log', level, code, message });
    },
    now: () => now,
    timers,
    env: {},
  });
}

async function poll(running: Agent): Promise<void> {
  const { ups, polling } = running.office.config;
  await timers.pollAll(ups.length);
  for (let round = 0; round < patience.rounds; round += 1) {
    now = new Date(now.getTime() + polling.confirmAfterMs);
    if ((await timers.pollAll(ups.length, polling.intervalMs)) === 0) return;
  }
}

/** Beats until nothing is left to try within the hour. */
async function beat(running: Agent): Promise<void> {
  const end = now.getTime() + 3_600_000;
  for (let round = 0; round < patience.retries; round += 1) {
    await running.beat();
    const next = running.office.outbox.nextDue();
    if (next === undefined || Date.parse(next) > end) return;
    now = new Date(Math.max(now.getTime(), Date.parse(next)));
  }
  throw new Error('mails are still waiting after an hour');
}

async function obey(order: Order): Promise<void> {
  now = new Date(order.at);
  if (order.kind === 'start') await start(order.config);
  else if (agent === undefined) throw new Error('the agent was not started');
  else if (order.kind === 'poll') await poll(agent);
  else if (order.kind === 'beat') await beat(agent);
  else await agent.stop();
  report({ kind: 'done', order: order.kind });
  if (order.kind === 'stop') process.disconnect();
}

process.on('message', (order: Order) => void obey(order));
