/** The endpoint in docs/answers.md does what the contract asks for. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createEndpoint } from '../../agent/delivery/cloud/endpoint.ts';
import { everyEvent, question, secret } from '../delivery/cloud/samples.ts';

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUps.splice(0).reverse()) await step();
});

const answers = new URL('../../docs/answers.md', import.meta.url);

/** Starts the example as it stands in the guide; gives its port. */
async function startExample(): Promise<number> {
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(await readFile(answers, 'utf8')) ?? [];
  const folder = await mkdtemp(join(tmpdir(), 'endpoint-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'endpoint.mjs'), code);
  const child = spawn(process.execPath, [join(folder, 'endpoint.mjs')], {
    env: { PORT: '0', SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUps.push(async () => child.kill('SIGKILL'));
  return await new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', (text) => resolve(Number(text)));
    child.once('exit', () => reject(new Error('the example ended')));
  });
}

it('takes events, keeps an answer until it is acknowledged, and lets nobody else in', { timeout: 30_000 }, async () => {
  const url = `http://127.0.0.1:${await startExample()}`;
  const made = (key: string) => createEndpoint({ url: `${url}/events`, secret: key, env: {}, now: () => new Date() });
  const [agent, stranger] = [made(secret), made(`whsec_${Buffer.alloc(32, 9).toString('base64')}`)];
  cleanUps.push(agent.close, stranger.close);
  const token = '7M3Q9ZK2V8N4X6B1D5F0G7H2JA';
  const press = async (): Promise<number> =>
    (await fetch(`${url}/answer?token=${token}`, { method: 'POST', body: new URLSearchParams({ answer: 'accept' }) }))
      .status;
  expect(await press(), 'before the invitation').toBe(404);
  expect((await agent.post(everyEvent, 'x')).heard).toMatchObject({ speaks: true, answers: [] });
  expect(await press()).toBe(200);
  await expect(stranger.post(everyEvent, 'y')).rejects.toMatchObject({ code: 'auth' });
  const { heard } = await agent.post([question([])], 'z');
  expect(heard).toMatchObject({ answers: [{ token, answer: 'accept' }], invalid: [] });
  expect(heard?.trouble).toBeUndefined();
  const acknowledged = [{ id: heard?.answers[0]?.id ?? '', result: 'taken' }] as const;
  expect((await agent.post([question(acknowledged)], 'w')).heard?.answers).toEqual([]);
});
