import { describe, expect, it } from 'vitest';
import { ask } from '../../agent/control/client.ts';
import type { ControlRequest } from '../../agent/control/protocol.ts';
import { type ControlHandler, type ControlServer, takeControl } from '../../agent/control/server.ts';
import { folder, held, rawConnection, received } from './support.ts';

async function serving(handler: ControlHandler): Promise<{ directory: string; server: ControlServer }> {
  const directory = await folder();
  const server = held(await takeControl(directory));
  server.serve(handler);
  return { directory, server };
}

const echo: ControlHandler = async (request) => request;

describe('the control socket', () => {
  it('brings request and reply over as they are, large ones too', async () => {
    const { directory } = await serving(echo);
    const request = { command: 'say', args: { text: 'Grüße\n"quoted"\u2028', list: [1, null, { a: true }] } };
    expect(await ask(directory, request)).toEqual(request);
    const large = { command: 'large', args: { text: 'ü'.repeat(400_000) } };
    expect(await ask(directory, large)).toEqual(large);
  });

  it('brings a reply of many megabytes over', async () => {
    const { directory } = await serving(async () => 'x'.repeat(5_000_000));
    expect(await ask(directory, { command: 'all', args: {} })).toHaveLength(5_000_000);
  });

  it('carries code and message of an error', async () => {
    const errors: Record<string, unknown> = {
      own: Object.assign(new Error('that is not the code'), { code: 'wrong-code' }),
      plain: new Error('a mistake'),
      text: 'only words',
    };
    const { directory } = await serving(async ({ command }) => {
      throw errors[command];
    });
    const reasons = Object.keys(errors).map((command) => ask(directory, { command, args: {} }));
    expect(await Promise.allSettled(reasons)).toMatchObject([
      { reason: { name: 'ControlError', code: 'wrong-code', message: 'that is not the code' } },
      { reason: { code: 'failed', message: 'a mistake' } },
      { reason: { code: 'failed', message: 'only words' } },
    ]);
  });

  it('lets requests wait until there is somebody to answer', async () => {
    const directory = await folder();
    const server = held(await takeControl(directory));
    const question = ask(directory, { command: 'early', args: {} });
    server.serve(echo);
    expect(await question).toEqual({ command: 'early', args: {} });
  });

  it('answers others while one request takes long', async () => {
    let finish: () => void = () => {};
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { directory } = await serving(async ({ command }) => {
      if (command === 'slow') await slow;
      return command;
    });
    const first = ask(directory, { command: 'slow', args: {} });
    expect(await ask(directory, { command: 'quick', args: {} })).toBe('quick');
    finish();
    expect(await first).toBe('slow');
  });

  it('survives whatever is sent to it', async () => {
    const seen: ControlRequest[] = [];
    const { directory } = await serving(async (request) => {
      seen.push(request);
      return 'alive';
    });
    for (const line of ['\n', 'no json\n', 'null\n', '[1]\n', '{"command":{"toString":1}}\n', '\u0000\uffff\n']) {
      const socket = await rawConnection(directory);
      socket.write(line);
      expect(JSON.parse(await received(socket)), JSON.stringify(line)).toHaveProperty('ok');
    }
    const flood = await rawConnection(directory);
    const closed = new Promise((resolve) => flood.on('close', resolve));
    flood.write('x'.repeat(3_000_000));
    await closed;
    const binary = await rawConnection(directory);
    binary.end(Buffer.from([0xff, 0xfe, 0x0a, 0x80]));
    await received(binary);
    expect(await ask(directory, { command: 'version', args: {} })).toBe('alive');
    expect(seen.every(({ command }) => typeof command === 'string')).toBe(true);
  });

  it('carries a request out once, whatever else is sent behind it', async () => {
    const seen: string[] = [];
    const { directory } = await serving(async ({ command }) => {
      seen.push(command);
      return command;
    });
    const socket = await rawConnection(directory);
    socket.write('{"command":"one","args":{}}\n{"command":"two","args":{}}\n');
    expect(await received(socket)).toBe('{"ok":true,"result":"one"}\n');
    expect(seen).toEqual(['one']);
  });

  it('does not mind clients that hang up before, during and after', async () => {
    let began: () => void = () => {};
    const under = new Promise<void>((resolve) => {
      began = resolve;
    });
    let finish: () => void = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { directory } = await serving(async ({ command }) => {
      if (command === 'wait') {
        began();
        await finished;
        return 'x'.repeat(1_000_000);
      }
      return command;
    });
    (await rawConnection(directory)).destroy();
    const half = await rawConnection(directory);
    half.end('{"command":');
    const waiting = await rawConnection(directory);
    waiting.write('{"command":"wait","args":{}}\n');
    await under;
    waiting.destroy();
    finish();
    expect(await ask(directory, { command: 'version', args: {} })).toBe('version');
  });

  it('ends although a client never reads and another never speaks', async () => {
    const { directory, server } = await serving(async () => 'x'.repeat(5_000_000));
    const deaf = await rawConnection(directory);
    deaf.pause();
    deaf.write('{"command":"all","args":{}}\n');
    await rawConnection(directory);
    await server.close();
    expect((await takeControl(directory).then(held)) !== undefined).toBe(true);
  });

  it('lets an answer under way arrive when it closes', async () => {
    let finish: () => void = () => {};
    let began: () => void = () => {};
    const begun = new Promise<void>((resolve) => {
      began = resolve;
    });
    const { directory, server } = await serving(async () => {
      began();
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return 'done';
    });
    const question = ask(directory, { command: 'last', args: {} });
    await begun;
    const closed = server.close();
    finish();
    expect(await question).toBe('done');
    await closed;
  });

  it('says so when the agent ends a connection without a word, or keeps silent too long', async () => {
    let asked: () => void = () => {};
    const { directory, server } = await serving(async () => {
      asked();
      await new Promise(() => {});
    });
    const silence = ask(directory, { command: 'version', args: {} }, 20);
    await expect(silence).rejects.toMatchObject({ code: 'no-answer', retry: true });
    const heard = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const ended = expect(ask(directory, { command: 'version', args: {} })).rejects.toMatchObject({ code: 'bad-reply' });
    await heard;
    await server.close();
    await ended;
  });

  it('says so when the state folder does not exist', async () => {
    await expect(ask('/nowhere/at/all', { command: 'version', args: {} })).rejects.toMatchObject({
      code: 'not-running',
      message: 'no agent is running on /nowhere/at/all/control.sock',
    });
  });
});
