/** The page on real sockets: listening, stopping, and what stands in its way. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, createServer as createTcp } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createToken } from '../../agent/operations/secrets.ts';
import { Listener } from '../../agent/portal/listener.ts';
import { passwordHash, TestPage } from './support.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

const here = { host: '127.0.0.1', port: 0 };

async function opened(answer: (request: Request, arrival: { peer: string }) => Promise<Response>): Promise<Listener> {
  const listener = await Listener.open(here, answer);
  cleanUp.push(() => listener.close());
  return listener;
}

describe('a listener', () => {
  it('hands a request on with the address it came from', async () => {
    const listener = await opened(async (asked, { peer }) => new Response(`${asked.method} ${asked.url} ${peer}`));
    const answer = await fetch(`http://127.0.0.1:${listener.port}/a?b=c`, { method: 'POST', body: 'x' });
    expect(await answer.text()).toBe(`POST http://127.0.0.1:${listener.port}/a?b=c 127.0.0.1`);
  });

  it("leaves Node's own Response alone", async () => {
    const before = [globalThis.Response, globalThis.Request];
    await opened(async () => new Response());
    expect([globalThis.Response, globalThis.Request]).toEqual(before);
  });

  it('closes at once although a browser keeps its connection open', async () => {
    const listener = await Listener.open(here, async () => new Response('x'));
    const socket = connect(listener.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'data');
    const closed = once(socket, 'close');
    await listener.close();
    await closed;
  });

  it('lets a request under way end', async () => {
    let release = (): void => {};
    const asked = new Promise<void>((begun) => {
      void opened(async () => {
        begun();
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return new Response('done');
      }).then(async (listener) => {
        const answer = await fetch(`http://127.0.0.1:${listener.port}/`);
        texts.push(await answer.text());
        ended();
      });
    });
    const texts: string[] = [];
    let ended = (): void => {};
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    await asked;
    const closing = cleanUp.pop();
    const closed = closing?.();
    release();
    await closed;
    await end;
    expect(texts).toEqual(['done']);
  });

  it('takes bodies in parts, and none at all, and stops reading what is too long', async () => {
    const page = await TestPage.open({ ups: { rack: '' } });
    const { token } = await createToken(page.office.desk, 'script', false);
    const listener = await opened((asked, arrival) => page.portal.answer(asked, arrival));
    const send = async (parts: readonly string[] | undefined): Promise<unknown> => {
      const asked = request({
        port: listener.port,
        host: '127.0.0.1',
        method: 'PATCH',
        path: '/api/v1/units/rack/dates',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      });
      asked.on('error', () => {});
      for (const part of parts ?? []) asked.write(part);
      asked.end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      answer.resume();
      return answer.statusCode;
    };
    expect(await send(['{"warranty', 'End":"2032-01-01"}'])).toBe(200);
    expect(await send(['{', '"a":1}'])).toBe(422);
    expect(await send(undefined)).toBe(422);
    expect(await send(['{"a":"', 'x'.repeat(60_000), 'x'.repeat(60_000)])).toBe(413);
  });

  it('outlives nonsense', async () => {
    const listener = await opened(async () => new Response('still here'));
    const bytes = [
      '\x16\x03\x01\x02\x00\x01',
      'GET / HTTP/1.1\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a b\r\n\r\n',
      '\0\0\0\r\n\r\n',
    ];
    for (const nonsense of bytes) {
      const socket = connect(listener.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.end(nonsense, 'latin1');
      socket.resume();
      await once(socket, 'close');
    }
    expect(await (await fetch(`http://127.0.0.1:${listener.port}/`)).text()).toBe('still here');
  });
});

describe('the portal', () => {
  const config = (page: TestPage, port: number) => ({
    ...page.office.config.portal,
    listen: { host: '127.0.0.1', port },
  });

  it('listens, and says where', async () => {
    const page = await TestPage.open();
    await page.portal.follow(config(page, 0));
    const [url = ''] = page.portal.addresses;
    expect(await (await fetch(url)).text()).toContain('Customer Ltd');
    expect(page.log.at(-1)?.message).toBe(`The page is at ${url}.`);
  });

  it('answers to its own name only, whatever the address says', async () => {
    const page = await TestPage.open();
    await page.portal.follow(config(page, 0));
    const port = Number(new URL(page.portal.addresses[0] ?? '').port);
    const asked = request({ host: '127.0.0.1', port, path: '/', headers: { host: 'evil.example' } });
    asked.end();
    const [answer] = (await once(asked, 'response')) as [{ statusCode: number; resume: () => void }];
    answer.resume();
    expect(answer.statusCode).toBe(421);
  });

  it('waits for a port that is taken, says so once, and is there when it becomes free', async () => {
    const page = await TestPage.open();
    const other = createTcp().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await page.portal.follow(config(page, port));
    expect(page.codes()).toEqual(['portal.not-listening']);
    expect(page.log[0]?.message).toContain(`another program listens at 127.0.0.1:${port}`);
    expect(page.portal.addresses).toEqual([]);
    expect(page.portal.troubles).toEqual([expect.stringContaining(`another program listens at 127.0.0.1:${port}`)]);
    await page.timers.pass(30_000);
    await page.portal.settled();
    expect(page.codes()).toEqual(['portal.not-listening']);
    other.close();
    await once(other, 'close');
    await page.timers.pass(30_000);
    await page.portal.settled();
    expect(page.codes()).toEqual(['portal.not-listening', 'portal.listening']);
    expect(page.portal.troubles).toEqual([]);
  });

  it('says on each page what of the config is not in force', async () => {
    const page = await TestPage.open({ live: { notInForce: () => ['Restart needed: <stateDir>'] } });
    expect(await page.get('/reseller')).toContain('Restart needed: &lt;stateDir&gt;');
  });

  it('says that an address is not of this machine, and that a user may not take a port', async () => {
    const page = await TestPage.open();
    await page.portal.follow({ ...config(page, 0), listen: { host: '192.0.2.1', port: 0 } });
    expect(page.log[0]?.message).toContain('this machine does not have the address 192.0.2.1:0 (yet)');
  });

  it('follows the config: another port, none, one more for the public pages', async () => {
    const page = await TestPage.open();
    await page.portal.follow(config(page, 0));
    const [first = ''] = page.portal.addresses;
    await page.portal.follow({ ...config(page, 0), publicListen: { host: '127.0.0.1', port: 0 } });
    expect(page.portal.addresses).toEqual([first]);
    const publicUrl = /http:\S+(?=\.)/.exec(page.log.at(-1)?.message ?? '')?.[0] ?? '';
    expect((await fetch(publicUrl)).status).toBe(404);
    const spare = createServer().listen(0, '127.0.0.1');
    await once(spare, 'listening');
    const { port } = spare.address() as AddressInfo;
    spare.close();
    await once(spare, 'close');
    await page.portal.follow(config(page, port));
    expect(page.portal.addresses).toEqual([`http://127.0.0.1:${port}`]);
    await page.portal.follow({ ...config(page, port), enabled: false });
    expect(page.portal.addresses).toEqual([]);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });

  it('asks for the password from the moment the config has one', async () => {
    const page = await TestPage.open();
    await page.portal.follow(config(page, 0));
    const [url = ''] = page.portal.addresses;
    await page.write({ portal: [`passwordHash: ${passwordHash}`] });
    await page.reload();
    await page.portal.follow({ ...page.office.config.portal, listen: config(page, 0).listen });
    const answer = await fetch(page.portal.addresses[0] ?? url, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login']);
  });
});
