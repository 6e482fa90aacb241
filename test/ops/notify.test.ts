import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ready, reloading, serviceManager, sign, signInterval, stopping } from '../../agent/ops/notify.ts';

describe('what the service manager is told', () => {
  it('is one assignment a line, whatever a UPS is called', () => {
    expect(ready('a\nMAINPID=1\u2028b')).toEqual(['READY=1', 'STATUS=a MAINPID=1 b']);
    expect(sign([], 'x\r\n\ty')).toEqual(['WATCHDOG=1', 'STATUS=x y']);
    expect(sign(['polling of a\nWATCHDOG=1'], 'fine')).toEqual(['STATUS=Stuck: polling of a WATCHDOG=1']);
    expect(reloading(123n)).toEqual(['RELOADING=1', 'MONOTONIC_USEC=123']);
    expect(stopping[0]).toBe('STOPPING=1');
  });

  it('holds no sign of life while something is stuck', () => {
    expect(sign(['the heartbeat'], '1 of 1 UPS answer').join('\n')).not.toContain('WATCHDOG');
  });
});

describe('how often a sign is due', () => {
  const socket = { NOTIFY_SOCKET: '/run/systemd/notify' };

  it('is well within the patience of the watchdog, and at least once a minute', () => {
    expect(signInterval({ ...socket, WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 7)).toBe(10_000);
    expect(signInterval({ ...socket, WATCHDOG_USEC: '3600000000' }, 7)).toBe(60_000);
    expect(signInterval(socket, 7)).toBe(60_000);
  });

  it('does not follow a watchdog of another process, or one that cannot be read', () => {
    expect(signInterval({ ...socket, WATCHDOG_USEC: '3000000', WATCHDOG_PID: '8' }, 7)).toBe(60_000);
    expect(signInterval({ ...socket, WATCHDOG_USEC: 'soon' }, 7)).toBe(60_000);
    expect(signInterval({ ...socket, WATCHDOG_USEC: '0' }, 7)).toBe(60_000);
  });

  it('is never where nobody listens', () => {
    expect(signInterval({ WATCHDOG_USEC: '3000000' }, 7)).toBeUndefined();
    expect(signInterval({ NOTIFY_SOCKET: '' }, 7)).toBeUndefined();
  });
});

describe('the way of a message', () => {
  const carried = async (script: string, work: (env: Record<string, string>, folder: string) => Promise<void>) => {
    const folder = await mkdtemp(join(tmpdir(), 'notify-'));
    try {
      await writeFile(join(folder, 'systemd-notify'), `#!/bin/sh\n${script}\n`);
      await chmod(join(folder, 'systemd-notify'), 0o755);
      await work({ PATH: `${folder}:${process.env['PATH'] ?? ''}`, NOTIFY_SOCKET: join(folder, 'told') }, folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

  it('keeps the order, and passes nothing of the environment on', async () => {
    // The first one is the slowest: it would come last if they did not wait for each other.
    const slow = [
      'i=0',
      'case "$1" in READY=1) while [ $i -lt 50000 ]; do i=$((i+1)); done;; esac',
      'echo "$* $SECRET" >> "$NOTIFY_SOCKET"',
    ].join('\n');
    await carried(slow, async (env) => {
      const complaints: string[] = [];
      const manager = serviceManager({ ...env, SECRET: 'hidden' }, (reason) => complaints.push(reason));
      void manager.tell(ready('starting up'));
      void manager.tell(sign([], 'fine'));
      await manager.tell(stopping);
      const told = (await readFile(env['NOTIFY_SOCKET'] ?? '', 'utf8')).split('\n');
      expect(told.map((line) => line.trim())).toEqual([
        'READY=1 STATUS=starting up',
        'WATCHDOG=1 STATUS=fine',
        'STOPPING=1 STATUS=Stopping',
        '',
      ]);
      expect(complaints).toEqual([]);
    });
  });

  it('complains once while it fails, and goes on', async () => {
    const failing = 'test -e "$NOTIFY_SOCKET" || { echo "no such socket" >&2; exit 1; }';
    await carried(failing, async (env) => {
      const complaints: string[] = [];
      const manager = serviceManager(env, (reason) => complaints.push(reason));
      await manager.tell(sign([], 'one'));
      await manager.tell(sign([], 'two'));
      expect(complaints).toEqual([expect.stringContaining('no such socket')]);
      await writeFile(env['NOTIFY_SOCKET'] ?? '', '');
      await manager.tell(sign([], 'three'));
      await rm(env['NOTIFY_SOCKET'] ?? '');
      await manager.tell(sign([], 'four'));
      expect(complaints).toHaveLength(2);
    });
  });

  it('names the program where it is missing', async () => {
    const complaints: string[] = [];
    const manager = serviceManager({ PATH: '/nowhere', NOTIFY_SOCKET: '/nowhere/socket' }, (reason) =>
      complaints.push(reason),
    );
    await manager.tell(stopping);
    expect(complaints).toEqual([expect.stringContaining('systemd-notify')]);
  });

  it('is none without a service manager', async () => {
    const manager = serviceManager({ PATH: '/nowhere' }, (reason) => expect.unreachable(reason));
    await manager.tell(stopping);
    expect(manager.signMs).toBeUndefined();
  });
});
