/** State folders for a test, and processes that hold them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { ControlServer } from '../../agent/control/server.ts';

const cleanUp: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

export async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'control-'));
  cleanUp.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Closes it after the test. */
export function held(server: ControlServer): ControlServer {
  cleanUp.push(() => server.close());
  return server;
}

const holder = `
  const { takeControl } = await import(${JSON.stringify(new URL('../../agent/control/server.ts', import.meta.url).href)});
  const server = await takeControl(process.argv[1]);
  server.serve(async () => 'from the other process');
  process.stdout.write('held');
`;

/** Another process that holds the lock until it is killed. */
export async function holdingProcess(directory: string): Promise<ChildProcess> {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', holder, directory];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanUp.push(() => kill(child));
  await once(child.stdout, 'data');
  return child;
}

/** Ends a process without any chance to tidy up. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** A connection that says what it likes. */
export async function rawConnection(directory: string): Promise<Socket> {
  const socket = connect(join(directory, 'control.sock'));
  socket.on('error', () => {});
  cleanUp.push(async () => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** All that comes until the other side ends. */
export async function received(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  await new Promise((resolve) => socket.on('close', resolve));
  return text;
}
