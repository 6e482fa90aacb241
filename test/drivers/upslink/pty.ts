/** A pair of pseudo terminals by socat, also with a simulated unit at one end. A missing socat fails the test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, type ReadStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { SimulatedUpsLink } from '../../../scripts/simulator/upslink.ts';

const program = 'socat';

/** Two terminals with a cable between them. */
export interface Terminals extends AsyncDisposable {
  /** What the program under test opens as its serial port. */
  readonly device: string;
  /** The other end of the cable. */
  readonly far: string;
  /** Takes the terminals away, as when a cable is pulled. */
  pull(): Promise<void>;
  /** Puts them back under the same names. */
  plug(): Promise<void>;
}

/** A cable with a simulated unit at its far end. */
export interface PeerLine extends Omit<Terminals, 'far'> {
  readonly ups: SimulatedUpsLink;
}

export async function terminals(folder: string): Promise<Terminals> {
  const device = join(folder, 'ttyHOST');
  const far = join(folder, 'ttyUPS');
  let socat: ChildProcess | undefined;
  const plug = async () => {
    const child = spawn(program, ['-d', '-d', ...[far, device].map((link) => `pty,raw,echo=0,link=${link}`)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    socat = child;
    await once(child, 'spawn');
    // It says where its two terminals are, then that it carries data between them.
    let said = '';
    for await (const chunk of child.stderr) {
      said += String(chunk);
      if (said.includes('starting data transfer loop')) break;
    }
    if (!existsSync(device)) throw new Error(`socat made no terminals: ${said}`);
  };
  const pull = async () => {
    const child = socat;
    socat = undefined;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill();
      await once(child, 'exit');
    }
  };
  await plug();
  return { device, far, plug, pull, [Symbol.asyncDispose]: pull };
}

export async function ptyPair(folder: string): Promise<PeerLine> {
  const cable = await terminals(folder);
  let from: ReadStream | undefined;
  let to: WriteStream | undefined;
  const ups = new SimulatedUpsLink((text) => to?.write(text, 'latin1'));
  const listen = () => {
    from = createReadStream(cable.far);
    to = createWriteStream(cable.far);
    to.on('error', () => {});
    from.on('error', () => {}).on('data', (bytes) => ups.hear(bytes.toString('latin1')));
  };
  const plug = async () => {
    await cable.plug();
    listen();
  };
  const pull = async () => {
    await cable.pull();
    from?.destroy();
    to?.destroy();
  };
  listen();
  return { device: cable.device, ups, plug, pull, [Symbol.asyncDispose]: pull };
}
