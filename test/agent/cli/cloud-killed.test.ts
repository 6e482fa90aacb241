/** `kill -9` between the moment an answer is applied and the moment the endpoint is told: it counts once. */
import { afterAll, expect, it } from 'vitest';
import { ask } from '../../../agent/control/client.ts';
import type { ConsentRecord } from '../../../agent/operations/consent.ts';
import { AnswerHolder } from '../../support/answer-holder.ts';
import type { Cli } from '../../support/cli.ts';
import { startEndpoint } from '../../support/endpoint.ts';
import { Place, reseller, secrets } from './support.ts';

const cleanUps: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const step of cleanUps.reverse()) await step();
});

it('an answer that was applied and not acknowledged is handed over again, and changes nothing', {
  timeout: 90_000,
}, async () => {
  const holder = new AnswerHolder(secrets.cloud);
  let agent: Cli | undefined;
  let kill = true;
  const endpoint = await startEndpoint({
    reply: (request) => {
      const confirmed = request.events.some(({ data }) => (data as { state?: string }).state === 'confirmed');
      if (confirmed && kill) {
        kill = false;
        agent?.signal('SIGKILL');
        return 'hand';
      }
      const reply = holder.reply(request);
      const [token] = holder.tokens;
      if (token !== undefined && !holder.waiting.has('a1') && holder.acknowledged.length === 0)
        holder.hold('a1', {
          token,
          answer: 'accept',
          givenAt: new Date(Date.now() - 3_600_000).toISOString(),
          from: 'Ann',
          how: 'button',
        });
      return reply;
    },
  });
  cleanUps.push(() => endpoint.close());
  const place = await Place.open([{ name: 'none', values: {} }]);
  cleanUps.push(() => place.close());
  await place.write(
    `reseller: { email: ${reseller} }\ncloud: { endpoint: "${endpoint.url}", secret: ${secrets.cloud}, askEvery: 1m }`,
    [],
  );
  agent = place.run(['run']);
  expect((await agent.ended()).code).toBe('SIGKILL');
  expect(holder.acknowledged).toEqual([]);

  const again = place.run(['run']);
  await again.logged('answers.taken');
  const said = await ask(place.state, { command: 'reseller status', args: {} });
  expect(said).toMatchObject({ state: 'confirmed', answeredBy: 'cloud' });
  const accepted = endpoint.requests.flatMap(({ events }) =>
    events.filter(({ data }) => (data as { state?: string }).state === 'confirmed'),
  );
  expect(new Set(accepted.map(({ id }) => id)).size, 'the same event, told again').toBe(1);
  const { steps } = (await ask(place.state, { command: 'consent', args: {} })) as ConsentRecord;
  expect(steps.map(({ state, by }) => [state, by])).toEqual([
    ['pending', undefined],
    ['confirmed', 'cloud'],
  ]);
  const { stdout } = await place.cli(['consent']);
  expect(stdout).toMatch(/confirmed \(by cloud: Ann: button\)/);
  await again.kill();
  expect(holder.acknowledged).toEqual(['a1 already']);
});
