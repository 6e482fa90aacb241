/** Taps: what stands between a driver and a simulated unit, hands everything on, and notes what the driver sends. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Cutter } from './operations.ts';

export interface Tap extends AsyncDisposable {
  readonly port: number;
  /** What was sent so far, in order. */
  operations(): readonly string[];
}

export interface UdpTap extends Tap {
  /** What came back so far, in order. */
  readonly answers: readonly string[];
}

/** Between a driver and a UDP port of this machine. */
export async function udpTap(port: number, decode: (datagram: Buffer) => string): Promise<UdpTap> {
  const seen: string[] = [];
  const answers: string[] = [];
  const onward = new Map<string, UdpSocket>();
  const ear = createSocket('udp4');
  ear.on('message', (datagram, from) => {
    seen.push(decode(datagram));
    const key = `${from.address}:${from.port}`;
    let socket = onward.get(key);
    if (socket === undefined) {
      socket = createSocket('udp4').on('error', () => {});
      socket.on('message', (answer) => {
        answers.push(decode(answer));
        ear.send(answer, from.port, from.address);
      });
      onward.set(key, socket);
    }
    socket.send(datagram, port, '127.0.0.1');
  });
  ear.bind(0, '127.0.0.1');
  await once(ear, 'listening');
  return {
    port: ear.address().port,
    answers,
    operations: () => seen,
    [Symbol.asyncDispose]: async () => {
      for (const socket of [ear, ...onward.values()]) await new Promise<void>((done) => socket.close(() => done()));
    },
  };
}

/** Between a driver and a TCP port of this machine; each connection is decoded by itself. */
export async function tcpTap(port: number, cutterFor: () => Cutter): Promise<Tap> {
  const seen: string[] = [];
  const cutters: Cutter[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    const cutter = cutterFor();
    cutters.push(cutter);
    const far = connect(port, '127.0.0.1');
    keep(near).on('data', (bytes: Buffer) => {
      seen.push(...cutter.take(bytes));
      far.write(bytes);
    });
    keep(far).on('data', (bytes: Buffer) => void near.write(bytes));
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    operations: () => [...seen, ...cutters.flatMap((cutter) => cutter.left())],
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
