/** A pair of pseudo terminals by socat, with a simulated unit at one end. A missing socat fails the test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, type ReadStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { SimulatedUpsLink } from '../../../scripts/simulator/upslink.ts';

const program = 'socat';

export interface PeerLine extends AsyncDisposable {
  /** What a program opens as its serial port. */
  readonly device: string;
  readonly ups: SimulatedUpsLink;
  /** Takes the terminals away, as when a cable is pulled. */
  pull(): Promise<void>;
  /** Puts them back under the same names. */
  plug(): Promise<void>;
}

export async function ptyPair(folder: string): Promise<PeerLine> {
  const device = join(folder, 'ttyHOST');
  const far = join(folder, 'ttyUPS');
  let socat: ChildProcess | undefined;
  let from: ReadStream | undefined;
  let to: WriteStream | undefined;
  const ups = new SimulatedUpsLink((text) => to?.write(text, 'latin1'));
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
    from = createReadStream(far);
    to = createWriteStream(far);
    to.on('error', () => {});
    from.on('error', () => {}).on('data', (bytes) => ups.hear(bytes.toString('latin1')));
  };
  const pull = async () => {
    const child = socat;
    socat = undefined;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill();
      await once(child, 'exit');
    }
    from?.destroy();
    to?.destroy();
  };
  await plug();
  return { device, ups, plug, pull, [Symbol.asyncDispose]: pull };
}
