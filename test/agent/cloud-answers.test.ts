/** Answers that the endpoint holds, with a running agent and real sockets: from the invitation to the opt-out. */
import { describe, expect, it } from 'vitest';
import type { ConnectionView } from '../../agent/operations/overview.ts';
import { AnswerHolder } from '../support/answer-holder.ts';
import { type EndpointReply, startEndpoint, type TestEndpoint } from '../support/endpoint.ts';
import { afterwards, reseller, World } from './support.ts';

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;

class Site {
  readonly world: World;
  readonly holder: AnswerHolder;
  endpoint: TestEndpoint | undefined;
  /** What the endpoint does instead of replying as it should. */
  instead: (() => EndpointReply | undefined) | undefined;

  private constructor(world: World) {
    this.world = world;
    this.holder = new AnswerHolder(secret, () => world.clock);
  }

  /** A site with an endpoint alone, whose invitation the endpoint has taken. */
  static async open(more = ''): Promise<Site> {
    const site = new Site(await World.open([]));
    const { port } = await site.comesUp();
    const cloud = `cloud: { endpoint: "http://127.0.0.1:${port}/events", secret: ${secret}${more} }`;
    await site.world.start({ ups: [], mail: more.includes('mirror'), more: cloud.replace('mirror', ''), reseller });
    await site.world.agent.beat();
    return site;
  }

  async comesUp(port = 0): Promise<TestEndpoint> {
    const endpoint = await startEndpoint({
      port,
      reply: (request) => this.instead?.() ?? this.holder.reply(request),
    });
    afterwards(() => endpoint.close());
    this.endpoint = endpoint;
    return endpoint;
  }

  /** The token that came with the invitation. */
  get token(): string {
    return this.holder.tokens[0] ?? '';
  }

  accept(id: string, more: Readonly<Record<string, unknown>> = {}): void {
    this.holder.hold(id, { token: this.token, answer: 'accept', ...more });
  }

  async minutesPass(count: number): Promise<void> {
    this.world.clock = new Date(this.world.clock.getTime() + count * 60_000);
    await this.world.agent.beat();
  }

  async hoursPass(count: number): Promise<void> {
    await this.minutesPass(count * 60);
  }

  async connection(): Promise<ConnectionView> {
    return await this.world.command<ConnectionView>('reseller status');
  }

  async moves(): Promise<string[]> {
    const entries = await this.world.agent.office.desk.store.history({ kind: ['connection.'] });
    return entries.map(({ kind }) => kind.replace('connection.', ''));
  }
}

describe('an answer that the endpoint holds', () => {
  it('is fetched although nothing else is sent, counts once, and is acknowledged', async () => {
    const site = await Site.open();
    expect(site.holder.tokens).toHaveLength(1);
    const givenAt = new Date(site.world.clock.getTime() + 60_000).toISOString();
    site.accept('a1', { givenAt, from: 'ann@reseller.example', how: 'button\u0007 on the page' });
    await site.minutesPass(6);
    expect(await site.connection()).toMatchObject({
      state: 'confirmed',
      answeredAt: givenAt,
      answeredBy: 'cloud',
      answeredFrom: 'ann@reseller.example',
      answeredHow: 'button on the page',
    });
    expect(site.holder.acknowledged, 'with the next question').toEqual([]);
    await site.minutesPass(6);
    expect(site.holder.acknowledged).toEqual(['a1 taken']);
    site.accept('a2');
    await site.minutesPass(6);
    await site.minutesPass(6);
    expect(site.holder.acknowledged).toEqual(['a1 taken', 'a2 already']);
    expect(await site.moves()).toEqual(['pending', 'pending', 'confirmed']);
    expect(site.world.agent.office.answerCounts.counts()).toEqual({ 'cloud.already': 1, 'cloud.taken': 1 });
  });

  it('opts out, and is forgotten though the connection is over', async () => {
    const site = await Site.open();
    site.accept('a1');
    await site.minutesPass(6);
    site.holder.hold('a2', { token: site.token, answer: 'opt-out' });
    await site.minutesPass(6);
    await site.minutesPass(6);
    expect((await site.connection()).state).toBe('opted-out');
    expect(site.holder.acknowledged).toEqual(['a1 taken', 'a2 taken']);
    const { questions } = site.holder;
    await site.hoursPass(24);
    expect(site.holder.questions, 'nobody can answer any more').toBe(questions);
  });

  it('is asked for at the interval of the config, and no more', async () => {
    const site = await Site.open(', askEvery: 1h');
    const { questions } = site.holder;
    for (let n = 0; n < 59; n += 1) await site.minutesPass(1);
    expect(site.holder.questions).toBe(questions);
    await site.minutesPass(1);
    expect(site.holder.questions).toBe(questions + 1);
  });

  it('changes nothing with a wrong or an ended token; that is counted, and the endpoint need not send it again', async () => {
    const site = await Site.open();
    site.holder.hold('w1', { token: '0'.repeat(26), answer: 'accept' });
    await site.minutesPass(6);
    const old = site.token;
    await site.world.command('reseller cancel');
    await site.world.command('reseller invite');
    site.holder.hold('w2', { token: old, answer: 'accept' });
    await site.minutesPass(6);
    await site.minutesPass(6);
    expect(site.holder.acknowledged).toEqual(['w1 unknown', 'w2 ended']);
    expect(site.holder.waiting.size).toBe(0);
    expect((await site.connection()).state).toBe('pending');
    expect(site.world.agent.office.answerCounts.counts()).toEqual({ 'cloud.ended': 1, 'cloud.unknown': 1 });
  });

  it('is found among whatever else a reply holds', async () => {
    const site = await Site.open();
    site.holder.waiting.set('b1', { id: 'b1', token: site.token, answer: 'maybe' });
    site.holder.waiting.set('b2', 'accept');
    site.holder.waiting.set('b3', null);
    site.accept('a1', { extra: { deep: [1] } });
    await site.minutesPass(6);
    await site.minutesPass(6);
    expect((await site.connection()).state).toBe('confirmed');
    expect(site.holder.acknowledged).toEqual(['a1 taken', 'b1 invalid']);
    expect(site.world.book.of('cloud.answer-invalid').length).toBeGreaterThanOrEqual(3);
  });

  it.each<[string, (site: Site) => EndpointReply]>([
    ['is huge', () => json(`{"answers":[${'{},'.repeat(40_000)}{}]}`)],
    ['is cut off', () => json('{"answers":[{"id":"a1"')],
    ['is not signed', ({ token }) => json(JSON.stringify({ answers: [{ id: 'x', token, answer: 'accept' }] }))],
    [
      'is no JSON by its type',
      ({ token }) => ({ status: 200, body: JSON.stringify({ answers: [{ id: 'x', token, answer: 'accept' }] }) }),
    ],
    ['is a refusal', () => ({ status: 400, body: 'what is this?' })],
  ])('waits while the reply %s', async (_, reply) => {
    const site = await Site.open();
    site.accept('a1');
    site.instead = () => reply(site);
    await site.minutesPass(6);
    await site.minutesPass(6);
    expect((await site.connection()).state).toBe('pending');
    site.instead = undefined;
    await site.minutesPass(6);
    expect((await site.connection()).state).toBe('confirmed');
    expect(site.world.book.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('given in time counts, though the endpoint was away for days', async () => {
    const site = await Site.open();
    const port = site.endpoint?.port;
    await site.hoursPass(24);
    site.accept('a1', { givenAt: new Date(site.world.clock.getTime() + 60_000).toISOString() });
    await site.endpoint?.close();
    for (let n = 0; n < 7; n += 1) await site.hoursPass(24);
    expect((await site.connection()).state, 'nobody knows yet').toBe('pending');
    await site.comesUp(port);
    await site.hoursPass(12);
    expect((await site.connection()).state).toBe('confirmed');
  });

  it('given too late changes nothing', async () => {
    const site = await Site.open();
    await site.hoursPass(167);
    site.accept('a1', { givenAt: new Date(site.world.clock.getTime() + 2 * 3_600_000).toISOString() });
    await site.hoursPass(3);
    await site.minutesPass(6);
    expect((await site.connection()).state).toBe('expired');
    expect(site.holder.acknowledged).toEqual(['a1 ended']);
  });

  it('is waited for five days after the time, and no longer', async () => {
    const site = await Site.open();
    await site.hoursPass(24);
    await site.endpoint?.close();
    for (let n = 0; n < 10; n += 1) await site.hoursPass(24);
    expect((await site.connection()).state).toBe('pending');
    for (let n = 0; n < 2; n += 1) await site.hoursPass(24);
    expect((await site.connection()).state).toBe('expired');
  });

  it('never came: the invitation lapses with the first question after its time', async () => {
    const site = await Site.open();
    for (let n = 0; n < 7; n += 1) await site.hoursPass(24);
    await site.minutesPass(6);
    expect((await site.connection()).state).toBe('expired');
  });
});

describe('an endpoint that only mirrors', () => {
  it('is asked once, and again only if it speaks of answers', async () => {
    const site = await Site.open('mirror');
    await site.world.sink.arrived(1);
    site.holder.questions = 0;
    await site.hoursPass(1);
    await site.hoursPass(1);
    expect(site.holder.questions, 'it speaks').toBe(2);
    const silent = await Site.open('mirror');
    expect(silent.holder.tokens, 'it gets no token').toEqual([]);
    silent.instead = () => ({ status: 204 });
    await silent.world.agent.stop();
  });
});

const json = (body: string): EndpointReply => ({ status: 200, headers: { 'content-type': 'application/json' }, body });
