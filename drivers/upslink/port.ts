/**
 * The serial port: 2400 8N1, without flow control, for this process alone.
 *
 * With a simple-signalling cable put in by mistake, DTR and RTS are the wires that tell a UPS on battery to switch off
 * when they stay up for some seconds. Linux raises both while it opens a port; they are lowered right after that, before
 * anything is sent, and closing the port leaves them low (no HUPCL).
 */
import { stat } from 'node:fs/promises';
import type { SerialPort } from 'serialport';

export interface PortListener {
  heard(bytes: Uint8Array): void;
  gone(why: string): void;
}

export interface Port {
  send(text: string): void;
  /** Whether it is open, and the same device still stands at the path. */
  isCurrent(): Promise<boolean>;
  close(): Promise<void>;
}

/** How a port is opened; tests put another one in its place. @throws PortError */
export type OpenPort = (
  device: string,
  lines: { readonly dtr: boolean },
  listener: PortListener,
  warn: (message: string) => void,
) => Promise<Port>;

export class PortError extends Error {
  override readonly name = 'PortError';
}

const openPatience = 5000;
const closePatience = 2000;

export const openSerialPort: OpenPort = async (device, { dtr }, listener, warn) => {
  const { SerialPort } = await import('serialport');
  const port = new SerialPort({
    path: device,
    baudRate: 2400,
    dataBits: 8,
    parity: 'none',
    stopBits: 1,
    hupcl: false,
    autoOpen: false,
  });
  // Without a listener an error would end the process; what it means shows in 'close'.
  port.on('error', () => {});
  const opened = settled((done) => port.open(done));
  try {
    await patiently(opened, openPatience, `${device} does not open in time`);
  } catch (error) {
    opened.then(() => closed(port)).catch(() => {});
    const message = error instanceof Error ? error.message : String(error);
    throw new PortError(`cannot open ${device}: ${adviceFor(message)} (${message})`, { cause: error });
  }
  let isOver = false;
  port.on('data', (bytes: Buffer) => {
    if (!isOver) listener.heard(bytes);
  });
  port.once('close', () => {
    if (!isOver) listener.gone(`${device} went away: was the cable pulled?`);
    isOver = true;
  });
  const lowered = settled((done) => port.set({ dtr, rts: false, brk: false }, done));
  await patiently(lowered, openPatience, 'no answer').catch((error: Error) =>
    warn(`the lines DTR and RTS of ${device} cannot be lowered (${error.message}): use a smart cable only`),
  );
  const standing = await deviceAt(device);
  return {
    send: (text) => {
      port.write(text, 'latin1', (error) => {
        if (error && !isOver) listener.gone(`${device} cannot be written to (${error.message})`);
      });
    },
    isCurrent: async () => !isOver && port.isOpen && standing !== undefined && (await deviceAt(device)) === standing,
    close: async () => {
      isOver = true;
      await closed(port);
    },
  };
};

/** What stands at a path now: something else after a cable was pulled and put back. */
async function deviceAt(path: string): Promise<string | undefined> {
  return await stat(path).then(
    ({ dev, ino, rdev }) => `${dev}:${ino}:${rdev}`,
    () => undefined,
  );
}

async function closed(port: SerialPort): Promise<void> {
  if (!port.isOpen) return;
  await patiently(
    settled((done) => port.close(done)),
    closePatience,
    'the port does not close',
  ).catch(() => {});
}

function settled(start: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error ? reject(error) : resolve()));
  });
}

async function patiently<T>(work: Promise<T>, ms: number, late: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(late)), ms);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

function adviceFor(message: string): string {
  if (/no such file|ENOENT/i.test(message)) return 'it is not there. Is the cable plugged in, and is the path right?';
  if (/permission|EACCES|EPERM/i.test(message))
    return 'this user may not use it. Add it to the group that owns the port (dialout)';
  if (/lock|busy|EBUSY/i.test(message)) return 'another program uses it (NUT, apcupsd, PowerChute?). Stop that one';
  return 'check the cable and the adapter';
}
