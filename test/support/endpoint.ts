/** A real HTTP endpoint in the process that keeps what it is sent, and a proxy to reach it through. */
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { testTls } from './mail-sink.ts';

export interface PostedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The events of the batch; empty where the body is none. */
  readonly events: readonly Record<string, unknown>[];
}

export interface EndpointReply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface TestEndpoint {
  readonly url: string;
  readonly port: number;
  readonly requests: PostedRequest[];
  close(): Promise<void>;
}

export interface TestEndpointOptions {
  readonly tls?: boolean;
  readonly port?: number;
  /** What to answer; 204 unless it says otherwise. Answering by hand on `response` and returning `hand` is allowed. */
  readonly reply?: (request: PostedRequest, response: http.ServerResponse) => EndpointReply | 'hand' | undefined;
}

/** Starts an endpoint on loopback. */
export async function startEndpoint(options: TestEndpointOptions = {}): Promise<TestEndpoint> {
  const requests: PostedRequest[] = [];
  const answer = (incoming: http.IncomingMessage, response: http.ServerResponse) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = posted(incoming, Buffer.concat(chunks).toString('utf8'));
      requests.push(request);
      const reply = options.reply?.(request, response) ?? { status: 204 };
      if (reply === 'hand') return;
      response.writeHead(reply.status ?? 204, reply.headers).end(reply.body);
    });
  };
  const server = options.tls
    ? https.createServer({ cert: testTls.cert, key: testTls.key }, answer)
    : http.createServer(answer);
  const port = await listen(server, options.port);
  return {
    url: `${options.tls ? 'https' : 'http'}://localhost:${port}/events`,
    port,
    requests,
    close: () => shut(server),
  };
}

function posted(incoming: http.IncomingMessage, body: string): PostedRequest {
  const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: Object.fromEntries(headers),
    body,
    events: eventsOf(body),
  };
}

function eventsOf(body: string): PostedRequest['events'] {
  try {
    const parsed: unknown = JSON.parse(body);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

/** A forward proxy: CONNECT for TLS, full addresses for plain HTTP. `allow` false answers 403. */
export async function startProxy(allow = true): Promise<{ url: string; seen: string[]; close(): Promise<void> }> {
  const seen: string[] = [];
  const server = http.createServer((incoming, response) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    if (!allow) return void response.writeHead(403).end('no way');
    const target = new URL(incoming.url ?? '');
    const onward = http.request(target, { method: incoming.method ?? 'GET', headers: incoming.headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    });
    incoming.pipe(onward);
  });
  server.on('connect', (incoming: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
    seen.push(`CONNECT ${incoming.url}`);
    socket.on('error', () => undefined);
    if (!allow) return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const { hostname, port } = new URL(`http://${incoming.url}`);
    const onward = net.connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}`, seen, close: () => shut(server) };
}

/** A server that deals with bare sockets. */
export async function startSocketServer(
  meet: (socket: net.Socket) => void,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    meet(socket);
  });
  return { port: await listen(server), close: () => shut(server) };
}

const sockets = new WeakMap<net.Server, Set<net.Socket>>();

async function listen(server: net.Server, port = 0): Promise<number> {
  const open = new Set<net.Socket>();
  sockets.set(server, open);
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function shut(server: net.Server): Promise<void> {
  for (const socket of sockets.get(server) ?? []) socket.destroy();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
