/** What a service manager is told of the agent: the messages of sd_notify(3), and the one way they leave. */
import { execFile } from 'node:child_process';

/** `NAME=value` lines of one message. */
export type Message = readonly string[];

/** A line break would begin another assignment; names of UPS units stand in the words. */
const statusLine = (words: string): string => `STATUS=${words.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')}`;

export const ready = (status: string): Message => ['READY=1', statusLine(status)];

/** @param monotonicUs microseconds of CLOCK_MONOTONIC, by which the manager knows a reload that it asked for */
export const reloading = (monotonicUs: bigint): Message => ['RELOADING=1', `MONOTONIC_USEC=${monotonicUs}`];

export const stopping: Message = ['STOPPING=1', statusLine('Stopping')];

/** What is said regularly: that all is well, but only while nothing is stuck. */
export function sign(stuck: readonly string[], status: string): Message {
  if (stuck.length > 0) return [statusLine(`Stuck: ${stuck.join(', ')}`)];
  return ['WATCHDOG=1', statusLine(status)];
}

export interface ServiceManager {
  /** How often it wants a sign in milliseconds, well within its patience; undefined where nobody listens. */
  readonly signMs: number | undefined;
  /** Messages arrive in the order they were told. Never throws: what could not be told is said in the log, once. */
  tell(message: Message): Promise<void>;
}

/** Where no watchdog is set, the status is renewed so often. */
const statusMs = 60_000;

/**
 * How often a sign is due, from the environment that systemd gives.
 * @param pid this process: a watchdog that is set for another one is not ours
 */
export function signInterval(env: Readonly<Record<string, string | undefined>>, pid: number): number | undefined {
  if (!env['NOTIFY_SOCKET']) return undefined;
  const patience = Number(env['WATCHDOG_USEC']) / 1000;
  const ours = env['WATCHDOG_PID'] === undefined || env['WATCHDOG_PID'] === String(pid);
  return ours && patience > 0 ? Math.min(statusMs, patience / 3) : statusMs;
}

/** A service manager that does not take a message within this time is not waited for longer. */
const deliveryMs = 10_000;

/**
 * The service manager of this process. Node has no datagram sockets in the file system, so systemd's own program
 * `systemd-notify` carries each message; the unit must allow it (`NotifyAccess=all`).
 * @param complain called once, with the reason, when a message could not be told
 */
export function serviceManager(
  env: Readonly<Record<string, string | undefined>>,
  complain: (reason: string) => void,
): ServiceManager {
  const signMs = signInterval(env, process.pid);
  if (signMs === undefined) return { signMs, tell: async () => {} };
  const child = { PATH: env['PATH'] ?? '/usr/bin:/bin', NOTIFY_SOCKET: env['NOTIFY_SOCKET'] ?? '' };
  let last: Promise<void> = Promise.resolve();
  let complained = false;
  const deliver = (message: Message): Promise<void> =>
    new Promise((resolve) => {
      execFile('systemd-notify', [...message], { env: child, timeout: deliveryMs }, (error) => {
        if (error !== null && !complained) complain(error.message.trim());
        complained = error !== null;
        resolve();
      });
    });
  const tell = (message: Message): Promise<void> => {
    last = last.then(() => deliver(message));
    return last;
  };
  return { signMs, tell };
}
