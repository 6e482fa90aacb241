import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it } from 'vitest';
import { DeliveryError } from '../../../agent/delivery/channel.ts';
import { createEndpoint, type Endpoint, type EndpointOptions } from '../../../agent/delivery/cloud/endpoint.ts';
import {
  type EndpointReply,
  startEndpoint,
  startProxy,
  startSocketServer,
  type TestEndpointOptions,
} from '../../support/endpoint.ts';
import { failureOf } from '../../support/failure.ts';
import { startMailSink, testTls } from '../../support/mail-sink.ts';
import { eventOfSize, everyEvent, secret } from './samples.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const now = new Date('2027-05-04T06:00:00Z');

function way(url: string, options: Partial<EndpointOptions> = {}): Endpoint {
  const made = createEndpoint({ url, secret, env: {}, now: () => now, ca: testTls.ca, ...options });
  cleanups.push(() => made.close());
  return made;
}

async function endpoint(options: TestEndpointOptions = {}) {
  const made = await startEndpoint(options);
  cleanups.push(() => made.close());
  return made;
}

async function proxy(allow?: boolean) {
  const made = await startProxy(allow);
  cleanups.push(() => made.close());
  return made;
}

const failure = (work: Promise<unknown>) => failureOf(DeliveryError, work);

describe('a batch that is taken', () => {
  it.each([false, true])('arrives as a signed batch of CloudEvents (tls: %s)', async (tls) => {
    const server = await endpoint({ tls, reply: () => ({ status: 202, body: 'thank you' }) });
    expect(await way(server.url).post(everyEvent, 'request-1')).toEqual({ reply: '202 thank you' });
    const [got] = server.requests;
    expect(got).toMatchObject({ method: 'POST', path: '/events', events: JSON.parse(JSON.stringify(everyEvent)) });
    expect(got?.headers['content-type']).toMatch(/^application\/cloudevents-batch\+json/);
    expect(got?.headers['content-length']).toBe(String(Buffer.byteLength(got?.body ?? '')));
    expect(got?.headers['webhook-timestamp']).toBe(String(now.getTime() / 1000));
    expect(got?.headers['webhook-id']).toMatch(/^msg_[0-9a-f]{32}$/);
  });

  it('verifies with a library that others use, and not when it was changed', async () => {
    const server = await endpoint();
    await way(server.url, { now: () => new Date() }).post(everyEvent, 'request-1');
    const { body = '', headers = {} } = server.requests[0] ?? {};
    const webhook = new Webhook(secret);
    expect(webhook.verify(body, headers)).toHaveLength(everyEvent.length);
    expect(() => webhook.verify(`${body} `, headers)).toThrow();
    expect(() => webhook.verify(body, { ...headers, 'webhook-id': 'other' })).toThrow();
  });

  it('has the same id when it is posted again', async () => {
    const server = await endpoint();
    const to = way(server.url);
    for (const id of ['a', 'a', 'b']) await to.post(everyEvent, id);
    const ids = server.requests.map(({ headers }) => headers['webhook-id']);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('is split where it is too large for one request', async () => {
    const server = await endpoint();
    const events = Array.from({ length: 9 }, (_, i) => eventOfSize(60_000, String(i)));
    await way(server.url).post(events, 'big');
    expect(server.requests.length).toBe(3);
    for (const { body } of server.requests) expect(Buffer.byteLength(body)).toBeLessThan(256 * 1024);
    expect(server.requests.flatMap((request) => request.events.map((event) => event['id']))).toEqual(
      events.map(({ id }) => id),
    );
    expect(new Set(server.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
  });

  it('is halved where the endpoint takes less', async () => {
    const server = await endpoint({ reply: ({ events }) => ({ status: events.length > 2 ? 413 : 204 }) });
    const to = way(server.url);
    await to.post(everyEvent, 'x');
    const taken = server.requests.filter(({ events }) => events.length <= 2);
    expect(taken.flatMap(({ events }) => events.map((event) => event['id']))).toEqual(everyEvent.map(({ id }) => id));
    const ids = server.requests.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(ids.length);
    await to.post(everyEvent, 'x');
    expect(server.requests.slice(ids.length).map(({ headers }) => headers['webhook-id'])).toEqual(ids);
  });

  it('is taken whatever follows the 2xx', async () => {
    const server = await endpoint({
      reply: (_request, response) => {
        response.writeHead(200);
        response.write('x'.repeat(40_000));
        return 'hand';
      },
    });
    const receipt = await way(server.url, { timeouts: { total: 2000 } }).post(everyEvent, 'x');
    expect(receipt.reply).toMatch(/^200 xxx/);
    expect(receipt.reply.length).toBeLessThanOrEqual(300);
  });

  it('is taken when the words after the 2xx never end', async () => {
    const server = await endpoint({
      reply: (_request, response) => {
        response.writeHead(200).write('slow');
        return 'hand';
      },
    });
    expect(await way(server.url, { timeouts: { reply: 100 } }).post(everyEvent, 'x')).toEqual({ reply: '200 slow' });
  });

  it('needs no request when it is empty', async () => {
    expect(await way('http://127.0.0.1:1/').post([], 'x')).toEqual({ reply: 'nothing to send' });
  });
});

describe('an answer that is no', () => {
  it.each([
    [301, 'misconfigured', true],
    [307, 'misconfigured', true],
    [400, 'refused', false],
    [401, 'auth', true],
    [403, 'auth', true],
    [404, 'misconfigured', true],
    [408, 'deferred', true],
    [410, 'gone', false],
    [413, 'refused', false],
    [415, 'refused', false],
    [422, 'refused', false],
    [425, 'deferred', true],
    [429, 'deferred', true],
    [500, 'deferred', true],
    [502, 'deferred', true],
    [503, 'deferred', true],
    [504, 'deferred', true],
  ] as const)('%i is %s', async (status, code, retry) => {
    const other = await endpoint();
    const reply: EndpointReply = { status, headers: { location: other.url }, body: 'because\r\n\u001b[31mI say so' };
    const server = await endpoint({ reply: () => reply });
    const error = await failure(way(server.url).post(everyEvent.slice(0, 1), 'x'));
    expect(error).toMatchObject({ code, retry, maybeTaken: false, reply: `${status} because [31mI say so` });
    expect(error.message).toContain(server.url);
    expect(error.message).not.toContain('whsec_');
    expect(other.requests).toEqual([]);
  });

  it.each([
    ['120', 120_000],
    ['Tue, 04 May 2027 06:05:00 GMT', 300_000],
    ['Tue, 04 May 2027 05:00:00 GMT', 0],
    ['99999999999', 5 * 86_400_000],
    ['soon', undefined],
  ])('says to wait: %s', async (header, wait) => {
    const server = await endpoint({ reply: () => ({ status: 503, headers: { 'retry-after': header } }) });
    expect((await failure(way(server.url).post(everyEvent, 'x'))).retryAfter).toBe(wait);
  });
});

describe('no answer', () => {
  it('because nobody listens', async () => {
    const { port, close } = await startEndpoint();
    await close();
    const error = await failure(way(`http://localhost:${port}/`).post(everyEvent, 'x'));
    expect(error).toMatchObject({ code: 'unreachable', retry: true, maybeTaken: false });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('because the name is unknown', async () => {
    const error = await failure(way('http://endpoint.invalid/').post(everyEvent, 'x'));
    expect(error).toMatchObject({ code: 'unreachable', retry: true, maybeTaken: false });
  });

  it('because the endpoint is silent, and may have taken the events', async () => {
    const server = await endpoint({ reply: () => 'hand' });
    for (const timeouts of [{ reply: 100 }, { total: 100 }]) {
      const error = await failure(way(server.url, { timeouts }).post(everyEvent, 'x'));
      expect(error).toMatchObject({ code: 'outcome-unknown', retry: true, maybeTaken: true });
    }
  });

  it('because the connection was reset', async () => {
    const server = await endpoint({
      reply: (_request, response) => {
        response.socket?.resetAndDestroy();
        return 'hand';
      },
    });
    const error = await failure(way(server.url).post(everyEvent, 'x'));
    expect(error).toMatchObject({ code: 'outcome-unknown', retry: true, maybeTaken: true });
  });

  it('because it was no HTTP', async () => {
    const sink = await startMailSink();
    cleanups.push(() => sink.close());
    const error = await failure(way(`http://127.0.0.1:${sink.port}/`).post(everyEvent, 'x'));
    expect(error.retry).toBe(true);
  });

  it('because TLS could not be agreed on', async () => {
    const server = await endpoint({ tls: true });
    const stranger = createEndpoint({ url: server.url, secret, env: {}, now: () => now });
    cleanups.push(() => stranger.close());
    expect(await failure(stranger.post(everyEvent, 'x'))).toMatchObject({
      code: 'tls',
      retry: true,
      maybeTaken: false,
    });
    const plain = await endpoint();
    const error = await failure(way(`https://localhost:${plain.port}/`).post(everyEvent, 'x'));
    expect(error).toMatchObject({ code: 'tls', retry: true, maybeTaken: false });
    expect(server.requests).toEqual([]);
  });

  it('because TLS never begins', async () => {
    const server = await startSocketServer(() => undefined);
    cleanups.push(() => server.close());
    const error = await failure(
      way(`https://localhost:${server.port}/`, { timeouts: { total: 150 } }).post(everyEvent, 'x'),
    );
    expect(error).toMatchObject({ code: 'timeout', retry: true, maybeTaken: false });
  });

  it('because the agent stops', async () => {
    const server = await endpoint({ reply: () => 'hand' });
    const to = way(server.url);
    const result = failure(to.post(everyEvent, 'x'));
    while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await to.close();
    expect(await result).toMatchObject({ retry: true, maybeTaken: true });
    await to.close();
    expect(await failure(to.post(everyEvent, 'x'))).toMatchObject({ retry: true, maybeTaken: false });
  });
});

describe('a proxy from the environment', () => {
  it('is used for TLS by CONNECT, and the certificate is still checked', async () => {
    const server = await endpoint({ tls: true });
    const { url, seen } = await proxy();
    await way(server.url, { env: { HTTPS_PROXY: url } }).post(everyEvent, 'x');
    expect(server.requests).toHaveLength(1);
    expect(seen).toEqual([`CONNECT localhost:${server.port}`]);
    const stranger = createEndpoint({ url: server.url, secret, env: { HTTPS_PROXY: url }, now: () => now });
    cleanups.push(() => stranger.close());
    expect((await failure(stranger.post(everyEvent, 'x'))).code).toBe('tls');
  });

  it('is used for plain HTTP', async () => {
    const server = await endpoint();
    const { url, seen } = await proxy();
    await way(server.url, { env: { http_proxy: url } }).post(everyEvent, 'x');
    expect(server.requests).toHaveLength(1);
    expect(seen).toEqual([`POST ${server.url}`]);
  });

  it('is not used where NO_PROXY says so, or where there is none', async () => {
    const server = await endpoint();
    const { url, seen } = await proxy();
    await way(server.url, { env: { HTTP_PROXY: url, NO_PROXY: 'localhost' } }).post(everyEvent, 'x');
    await way(server.url).post(everyEvent, 'y');
    expect(server.requests).toHaveLength(2);
    expect(seen).toEqual([]);
  });

  it('may refuse', async () => {
    const server = await endpoint({ tls: true });
    const { url } = await proxy(false);
    const error = await failure(way(server.url, { env: { HTTPS_PROXY: url } }).post(everyEvent, 'x'));
    expect(error).toMatchObject({ code: 'misconfigured', retry: true, maybeTaken: false });
    expect(error.message).toContain('HTTPS_PROXY');
  });
});

describe('what it is made with', () => {
  it.each(['', 'ftp://x', 'https://user:pw@x.example/', 'x.example'])('is no address: %j', (url) => {
    expect(() => way(url)).toThrow(/cloud\.endpoint/);
  });

  it.each(['', 'secret', 'whsec_', 'whsec_c2hvcnQ=', 'whsec_!!!', `whsec_${Buffer.alloc(65).toString('base64')}`])(
    'is no secret: %j',
    (bad) => {
      expect(() => way('https://x.example/', { secret: bad })).toThrow(/cloud\.secret/);
      if (bad.length > 6) expect(() => way('https://x.example/', { secret: bad })).not.toThrow(bad.slice(6));
    },
  );
});
