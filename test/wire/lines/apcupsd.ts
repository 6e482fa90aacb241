/** The way over apcupsd. */
import { startApcupsd } from '../../../scripts/simulator/apcupsd.ts';
import { type Fault, serial, type Watched } from '../line.ts';
import { nis } from '../operations.ts';
import { tcpTap } from '../taps.ts';

export const apcupsdLine: Watched = {
  name: 'apcupsd',
  reading: ['nis status'],
  open: async () => {
    const status = {
      MODEL: 'Smart-UPS 1500',
      STATUS: 'ONLINE',
      STATFLAG: '0x05000008',
      SERIALNO: serial,
      BATTDATE: '2022-05-04',
    };
    const daemon = await startApcupsd(status);
    const tap = await tcpTap(daemon.port, nis);
    const answers = (name: string, bytes: Buffer): Fault => ({
      name,
      begin: () => {
        daemon.misbehave = (socket) => void socket.write(bytes);
      },
      end: () => {
        daemon.misbehave = undefined;
      },
    });
    return {
      section: { host: '127.0.0.1', port: tap.port, timeout: 0.3 },
      target: `apcupsd://127.0.0.1:${tap.port}?timeout=0.3`,
      place: { by: 'server', host: '127.0.0.1', port: tap.port },
      isNetwork: true,
      operations: tap.operations,
      alarm: () => {
        daemon.status = { ...status, STATUS: 'ONLINE REPLACEBATT', STATFLAG: '0x05000088' };
      },
      faults: [
        answers('silence', Buffer.alloc(0)),
        answers('half an answer', Buffer.from([0, 9, 65])),
        answers('garbage', Buffer.from('HTTP/1.1 400 Bad Request')),
      ],
      [Symbol.asyncDispose]: async () => {
        await tap[Symbol.asyncDispose]();
        await daemon[Symbol.asyncDispose]();
      },
    };
  },
};
