/** Starts Debian's own SNMP programs for a test. A missing program fails the test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Driver, Reading } from '../../../drivers/contract.ts';
import { loadDriver } from '../../../drivers/registry.ts';
import { snmpOptions } from '../../../drivers/snmp/options.ts';

export interface Peer extends AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

/** A program in a folder of its own, with these files; stopped and removed at the end. */
export async function peer(
  program: string,
  files: (port: number) => Readonly<Record<string, string>>,
  args: (folder: string, port: number) => readonly string[],
): Promise<Peer> {
  const folder = await mkdtemp(join(tmpdir(), 'peer-'));
  // snmpsim gives up root: what it reads and writes must be open to the user it becomes.
  await chmod(folder, 0o777);
  const port = await freePort();
  for (const [name, content] of Object.entries(files(port))) await writeFile(join(folder, name), content);
  let child: ChildProcess | undefined;
  const stop = async () => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    running.kill();
    await once(running, 'exit');
  };
  return {
    port,
    folder,
    start: async () => {
      const env = { ...process.env, SNMP_PERSISTENT_DIR: folder, MIBS: '' };
      const started = spawn(program, args(folder, port), { env, stdio: 'ignore' });
      child = started;
      await once(started, 'spawn');
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function driverFor(port: number, options: Record<string, unknown>): Promise<Driver> {
  const parsed = snmpOptions.schema.parse({ host: '127.0.0.1', port, timeout: 1, retries: 1, ...options });
  const context = { ups: 'ups1', monotonic: () => performance.now(), log: () => {} };
  return (await loadDriver('snmp')).create(parsed, context);
}

/** The first reading after a start: asks until the program listens, a minute at most. */
export async function firstReading(driver: Driver): Promise<Reading> {
  const end = performance.now() + 60_000;
  for (;;) {
    try {
      return await driver.read();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
  }
}
