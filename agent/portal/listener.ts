/** One HTTP server around the pages. The only place where @hono/node-server is touched. */
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { ListenAddress } from '../../config/config.ts';
import type { Arrival } from './desk.ts';

export type Fetch = (request: Request, arrival: Arrival) => Promise<Response>;

/** Requests under way may take so long to end when the server stops. */
const lingerMs = 3000;

export class Listener {
  readonly #server: Server;
  #closing = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws Error with the code of the system: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL` … */
  static async open({ host, port }: ListenAddress, fetch: Fetch): Promise<Listener> {
    const answer = getRequestListener(
      async (request, env) => {
        const { remoteAddress = '' } = env.incoming.socket;
        return await fetch(request, { peer: remoteAddress });
      },
      // Else the library puts its own Response in the place of Node's, for the whole process.
      { overrideGlobalObjects: false },
    );
    const server = createServer(
      { headersTimeout: 20_000, requestTimeout: 60_000, keepAliveTimeout: 5000, maxHeaderSize: 16_384 },
      (incoming, outgoing) => void answer(incoming, outgoing),
    );
    server.maxConnections = 512;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, ipv6Only: false }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    const listener = new Listener(server);
    server.on('request', (_incoming, outgoing) => outgoing.once('close', () => listener.#answered()));
    return listener;
  }

  /** The port it got. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** No new requests; those under way end, or are ended. */
  async close(): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const linger = setTimeout(() => this.#server.closeAllConnections(), lingerMs);
    await closed;
    clearTimeout(linger);
  }

  /** A connection whose last request was under way at the stop is kept open by nobody else. */
  #answered(): void {
    if (this.#closing) setImmediate(() => this.#server.closeIdleConnections());
  }
}
