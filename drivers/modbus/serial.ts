/** A serial port (RS-232 of the UPS, or an RS-485 adapter) as a wire. */
import { stat } from 'node:fs/promises';
import type { LineSettings } from './options.ts';
import { type Dial, LineError, within } from './wire.ts';

type SerialSettings = Extract<LineSettings, { kind: 'rtu' }>;

/** How long closing may take before it is left to itself. */
const closePatience = 2000;

/** What stands at a path now: another number after a cable was pulled and put back. */
async function standsAt(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, rdev } = await stat(path);
    return `${dev}:${ino}:${rdev}`;
  } catch {
    return undefined;
  }
}

function advise(message: string): string {
  if (/no such file|ENOENT/i.test(message)) return 'it is not there: is the cable plugged in, and is the path right?';
  if (/permission|EACCES|EPERM/i.test(message))
    return 'this user may not use it: add it to the group that owns the port (dialout)';
  if (/lock|busy|EBUSY/i.test(message)) return 'another program uses it (NUT, apcupsd, PowerChute?): stop that one';
  return 'check the cable and the adapter';
}

/** Opens a serial port: 8 data bits, no flow control, for this process alone. */
export function serialDial({ device, baud, parity, stopBits }: SerialSettings): Dial {
  return async (listener, ms, signal) => {
    const { SerialPort } = await import('serialport');
    const port = new SerialPort({ path: device, baudRate: baud, dataBits: 8, parity, stopBits, autoOpen: false });
    let over = false;
    const end = (reason: string) => {
      if (over) return;
      over = true;
      listener.gone(reason);
    };
    const close = async () => {
      over = true;
      if (!port.isOpen) return;
      const closed = new Promise<void>((resolve) => port.close(() => resolve()));
      await within(closed, closePatience, undefined, () => new LineError('gone', 'the port does not close')).catch(
        () => {},
      );
    };
    // Errors of a port without a listener would end the process; what they mean shows in 'close'.
    port.on('error', () => {});
    const opened = new Promise<void>((resolve, reject) => {
      port.open((error) => {
        if (!error) resolve();
        else reject(new LineError('open', `cannot open ${device}: ${advise(error.message)} (${error.message})`, error));
      });
    });
    try {
      await within(opened, ms, signal, () => new LineError('open', `${device} does not open in time`));
    } catch (error) {
      opened.then(close, () => {});
      throw error;
    }
    port.on('data', (bytes: Buffer) => {
      if (!over) listener.data(bytes);
    });
    port.once('close', () => end(`${device} went away: was the cable pulled?`));
    const standing = await standsAt(device);
    return {
      send: (bytes) => {
        port.write(bytes, (error) => {
          if (error !== null && error !== undefined) end(`${device} cannot be written to (${error.message})`);
        });
      },
      close,
      isCurrent: async () => !over && port.isOpen && standing !== undefined && (await standsAt(device)) === standing,
    };
  };
}
