import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ask } from '../../agent/control/client.ts';
import {
  type ControlServer,
  takeControl,
  takeControlBriefly,
  takeControlPatiently,
} from '../../agent/control/server.ts';
import { folder, held, holdingProcess, kill, rawConnection } from './support.ts';

const version = { command: 'version', args: {} };
const never = { tries: 0, pause: async () => {} };
/** Tries again only after the event that the test waits for. */
const until = (event: () => Promise<void>) => ({ tries: 100, pause: event });

async function winners(directory: string, takers: number): Promise<ControlServer[]> {
  const all = await Promise.allSettled(Array.from({ length: takers }, () => takeControl(directory)));
  for (const each of all) {
    if (each.status === 'rejected')
      expect(each.reason).toMatchObject({ name: 'ControlError', code: 'already-running' });
  }
  return all.flatMap((each) => (each.status === 'fulfilled' ? [held(each.value)] : []));
}

describe('the lock', () => {
  it('has one holder, and a loser leaves it alone', async () => {
    const directory = await folder();
    const [holder] = await winners(directory, 1);
    holder?.serve(async () => 'mine');
    for (let n = 0; n < 3; n += 1) {
      await expect(takeControl(directory)).rejects.toThrow(`another agent is running on the state folder ${directory}`);
      expect(await ask(directory, version)).toBe('mine');
    }
  });

  it('is free after close, and close may be called twice', async () => {
    const directory = await folder();
    for (let n = 0; n < 3; n += 1) {
      const server = await takeControl(directory);
      await Promise.all([server.close(), server.close()]);
      await server.close();
      expect(await readdir(directory), 'nothing is left behind').toEqual([]);
    }
    await expect(ask(directory, version)).rejects.toMatchObject({ code: 'not-running' });
  });

  it('is taken over from a killed process, not from a living one', async () => {
    const directory = await folder();
    const other = await holdingProcess(directory);
    await expect(takeControl(directory)).rejects.toMatchObject({ code: 'already-running' });
    expect(await ask(directory, version)).toBe('from the other process');
    await kill(other);
    await expect(ask(directory, version)).rejects.toMatchObject({ code: 'not-running', retry: true });
    const [holder] = await winners(directory, 1);
    holder?.serve(async () => 'mine');
    expect(await ask(directory, version)).toBe('mine');
  });

  it('goes to exactly one of twenty who find what a dead holder left', async () => {
    for (let round = 0; round < 20; round += 1) {
      const directory = await folder();
      await leaveStaleSocket(directory);
      const won = await winners(directory, 20);
      expect(won, `round ${round}`).toHaveLength(1);
      won[0]?.serve(async () => round);
      expect(await ask(directory, version), 'the one who holds it answers').toBe(round);
    }
  });

  it('goes to exactly one at a time while holders come and go', async () => {
    const directory = await folder();
    let holding = 0;
    let most = 0;
    let taken = 0;
    const taker = async (): Promise<void> => {
      for (let n = 0; n < 15; n += 1) {
        const server = await takeControl(directory).catch(() => undefined);
        if (server === undefined) continue;
        holding += 1;
        taken += 1;
        most = Math.max(most, holding);
        await new Promise((resolve) => setImmediate(resolve));
        holding -= 1;
        await server.close();
      }
    };
    await Promise.all(Array.from({ length: 6 }, taker));
    expect(most).toBe(1);
    expect(taken).toBeGreaterThan(1);
  });

  it('lets its owner and group in, nobody else, and makes the folder for the owner alone', async () => {
    const directory = join(await folder(), 'state', 'deep');
    await winners(directory, 1);
    expect((await stat(join(directory, 'control.sock'))).mode & 0o777).toBe(0o660);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  it('says what to do about a path that is too long for a socket', async () => {
    const directory = join(await folder(), 'x'.repeat(100));
    await expect(takeControl(directory)).rejects.toMatchObject({ code: 'path-too-long' });
    await expect(takeControl(directory)).rejects.toThrow(/use one of at most \d+ bytes/);
    const fits = join(await folder(), 'x'.repeat(Number(await longest(directory)) - (await folder()).length - 1));
    await expect(takeControl(fits).then((server) => server.close())).resolves.toBeUndefined();
    await expect(takeControl(`${fits}y`)).rejects.toMatchObject({ code: 'path-too-long' });
  });

  it('says what is wrong with a state folder that is a file', async () => {
    const path = join(await folder(), 'file');
    await writeFile(path, '');
    await expect(takeControl(path)).rejects.toThrow(path);
  });

  it('is not kept by a file that is no socket', async () => {
    const directory = await folder();
    await mkdir(join(directory, 'lock'));
    await writeFile(join(directory, 'lock', 'notes'), '');
    await writeFile(join(directory, 'control.sock'), '');
    expect(await winners(directory, 1)).toHaveLength(1);
  });
});

describe('commands and the lock', () => {
  it('a command makes others wait, and an agent that starts', async () => {
    const directory = await folder();
    const command = await takeControlBriefly(directory, never);
    await expect(ask(directory, version)).rejects.toMatchObject({ code: 'busy' });
    const pauses: string[] = [];
    const agent = takeControlPatiently(
      directory,
      until(async () => {
        pauses.push('agent');
        if (pauses.length === 3) await command.close();
      }),
    );
    held(await agent).serve(async () => 'agent');
    expect(pauses).toHaveLength(3);
    expect(await ask(directory, version)).toBe('agent');
  });

  it('a command gives up at once where an agent runs, and when another one never ends', async () => {
    const directory = await folder();
    const [agent] = await winners(directory, 1);
    agent?.serve(async () => ({ version: '1' }));
    let paused = 0;
    const patience = until(async () => {
      paused += 1;
    });
    await expect(takeControlBriefly(directory, patience)).rejects.toMatchObject({ code: 'already-running' });
    expect(paused).toBe(0);
    await agent?.close();

    held(await takeControlBriefly(directory, never));
    await expect(takeControlBriefly(directory, { ...patience, tries: 7 })).rejects.toMatchObject({ code: 'busy' });
    expect(paused).toBe(7);
  });

  it('who asked and was not answered when the holder left hears "busy"', async () => {
    const directory = await folder();
    const [starting] = await winners(directory, 1);
    const question = ask(directory, version);
    const silent = await rawConnection(directory);
    const closed = expect(question).rejects.toMatchObject({ code: 'busy' });
    await starting?.close();
    await closed;
    silent.destroy();
  });
});

/** What a killed holder leaves: a socket that nobody listens at any more. */
async function leaveStaleSocket(directory: string): Promise<void> {
  await mkdir(join(directory, 'lock'));
  const path = join(directory, 'lock', 'abcdef');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  await rename(path, `${path}0`);
  await new Promise((resolve) => server.close(resolve));
  expect((await stat(`${path}0`)).isSocket()).toBe(true);
}

async function longest(directory: string): Promise<string> {
  const error: unknown = await takeControl(directory).catch((reason: unknown) => reason);
  return /at most (\d+) bytes/.exec(error instanceof Error ? error.message : '')?.[1] ?? '0';
}
