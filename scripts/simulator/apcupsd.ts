/** A simulated apcupsd (its network information server). Its values are synthetic. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface SimulatedApcupsd extends AsyncDisposable {
  readonly port: number;
  /** Keys and values of the status. */
  status: Readonly<Record<string, string>>;
  /** Every question that came. */
  readonly heard: string[];
  /** What is done in place of an answer. */
  misbehave: ((socket: Socket) => void) | undefined;
}

/** A text as one message of the protocol. */
export function message(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

/** All messages of a status, with the empty one at its end. */
export function statusMessages(status: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries({ APC: '001,036,0900', ...status, 'END APC': 'now' });
  return Buffer.concat([...lines.map(([key, value]) => message(`${key.padEnd(9)}: ${value}\n`)), Buffer.alloc(2)]);
}

export async function startApcupsd(status: Readonly<Record<string, string>>): Promise<SimulatedApcupsd> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    let bytes = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      while (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) {
        const end = 2 + bytes.readUInt16BE(0);
        const question = bytes.subarray(2, end).toString();
        bytes = bytes.subarray(end);
        simulated.heard.push(question);
        if (simulated.misbehave !== undefined) simulated.misbehave(socket);
        else if (question === 'status') socket.write(statusMessages(simulated.status));
        else socket.write(Buffer.concat([message('Invalid command\n'), Buffer.alloc(2)]));
      }
    });
  });
  const simulated: SimulatedApcupsd = {
    get port() {
      return (server.address() as AddressInfo).port;
    },
    status,
    heard: [],
    misbehave: undefined,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return simulated;
}
