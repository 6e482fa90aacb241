/** A Modbus TCP connection as a wire. */
import { connect } from 'node:net';
import { type Dial, LineError, within } from './wire.ts';

const advice: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: Modbus TCP is off on the card, or the port is another one',
  ECONNRESET: 'it hung up: it may allow no further connection, or not from this server',
  ENOTFOUND: 'the host name does not exist: check it and the DNS of this server',
  EAI_AGAIN: 'the DNS does not answer: check the DNS of this server',
  EHOSTUNREACH: 'this server has no route to it: check the address and the network',
  ENETUNREACH: 'this server has no route to it: check the address and the network',
  ETIMEDOUT: 'it does not answer: it is off, or a firewall drops the connection',
};

function codeOf(error: Error): string {
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  return first instanceof Error && 'code' in first ? String(first.code) : error.message;
}

/** Connects to a card, a SmartConnect port or a gateway. */
export function tcpDial(host: string, port: number): Dial {
  return async (listener, ms, signal) => {
    const socket = connect({ host, port, noDelay: true });
    let reason = 'the other side closed the connection';
    let over = false;
    const end = () => {
      if (over) return;
      over = true;
      listener.gone(reason);
    };
    const opened = new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.on('error', (error) => {
        reason = `the connection failed (${codeOf(error)})`;
        reject(new LineError('open', `no connection to ${host} port ${port} (${codeOf(error)})${why(error)}`, error));
      });
    });
    const late = () =>
      new LineError('open', `no connection to ${host} port ${port} in time: ${advice['ETIMEDOUT'] ?? ''}`);
    try {
      await within(opened, ms, signal, late);
    } catch (error) {
      socket.destroy();
      throw error;
    }
    socket.on('data', (bytes) => {
      if (!over) listener.data(bytes);
    });
    socket.once('end', end);
    socket.once('close', end);
    return {
      send: (bytes) => {
        if (!socket.destroyed) socket.write(bytes);
      },
      close: async () => {
        over = true;
        socket.destroy();
      },
      isCurrent: async () => !over,
    };
  };
}

function why(error: Error): string {
  const known = advice[codeOf(error)];
  return known === undefined ? '' : `: ${known}`;
}
