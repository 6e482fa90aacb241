/** systemd's own program carries our messages to a socket of the kind that systemd listens on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { ready, reloading, serviceManager, sign, stopping } from '../../agent/ops/notify.ts';

/** Prints each datagram as a line of JSON; one that holds `stopping` is the last but for its barrier. */
const listener = `
import json, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('"listening"', flush=True)
last = False
while True:
    text = s.recv(65536).decode()
    print(json.dumps(text), flush=True)
    if last: break
    last = text.startswith('STOPPING=1')
`;

it('systemd-notify carries each message as it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'notify-'));
  const socket = join(folder, 'socket');
  const child = spawn('/usr/bin/python3', ['-c', listener, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  const told: unknown[] = [];
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => told.push(JSON.parse(line)));
  const closed = once(lines, 'close');
  try {
    await once(lines, 'line');
    const complaints: string[] = [];
    const env = { PATH: process.env['PATH'], NOTIFY_SOCKET: socket, WATCHDOG_USEC: '3000000' };
    const manager = serviceManager(env, (reason) => complaints.push(reason));
    expect(manager.signMs).toBe(1000);
    await manager.tell(ready('2 of 2 UPS answer; "Größe"'));
    await manager.tell(reloading(42n));
    await manager.tell(sign([], '--help'));
    await manager.tell(stopping);
    await closed;
    expect(complaints).toEqual([]);
    // Behind each comes a barrier: the program ends when the manager has read so far.
    expect(told).toEqual([
      'listening',
      'READY=1\nSTATUS=2 of 2 UPS answer; "Größe"',
      'BARRIER=1',
      'RELOADING=1\nMONOTONIC_USEC=42',
      'BARRIER=1',
      'WATCHDOG=1\nSTATUS=--help',
      'BARRIER=1',
      'STOPPING=1\nSTATUS=Stopping',
      'BARRIER=1',
    ]);
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});
