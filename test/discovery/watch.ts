/** Sockets that only write down what reaches them, and a port that is free for UDP and TCP on many addresses. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

export interface Watcher extends AsyncDisposable {
  /** `udp 127.9.0.1`, in order. */
  readonly heard: string[];
  /** Where it listens. */
  readonly port: number;
}

/** Listens on these addresses, UDP and perhaps TCP. */
export async function watch(hosts: readonly string[], wanted: number, tcp = true): Promise<Watcher> {
  let port = wanted;
  const heard: string[] = [];
  const sockets: Socket[] = [];
  const servers: Server[] = [];
  for (const host of hosts) {
    const socket = createSocket('udp4').on('message', () => heard.push(`udp ${host}`));
    socket.bind(port, host);
    await once(socket, 'listening');
    sockets.push(socket);
    port = socket.address().port;
    if (!tcp) continue;
    const server = createServer((connection) => {
      heard.push(`tcp ${host}`);
      connection.on('error', () => {}).destroy();
    });
    server.listen(port, host);
    await once(server, 'listening');
    servers.push(server);
  }
  return {
    heard,
    port,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
      await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
    },
  };
}
