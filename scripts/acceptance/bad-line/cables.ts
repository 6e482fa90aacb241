/** Cables between a driver and a simulated unit: pairs of terminals by socat, which can be pulled and put back. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, type ReadStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { withCrc } from '../../../drivers/modbus/frames.ts';
import { type SimulatedModbusUnit, smartUpsModbus } from '../../simulator/modbus.ts';
import { SimulatedUpsLink } from '../../simulator/upslink.ts';

export class Cable {
  /** What a driver opens. */
  readonly device: string;
  readonly #far: string;
  readonly #hear: (bytes: Buffer) => void;
  #socat: ChildProcess | undefined;
  #from: ReadStream | undefined;
  #to: WriteStream | undefined;

  constructor(folder: string, name: string, hear: (bytes: Buffer, say: (bytes: Buffer) => void) => void) {
    this.device = join(folder, `tty${name}`);
    this.#far = join(folder, `ups${name}`);
    this.#hear = (bytes) => hear(bytes, (answer) => void this.#to?.write(answer));
  }

  /** Makes the terminals, under the same names as before. @throws Error where socat cannot */
  async plug(): Promise<void> {
    const links = [this.#far, this.device].map((link) => `pty,raw,echo=0,link=${link}`);
    const child = spawn('socat', ['-d', '-d', ...links], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#socat = child;
    await once(child, 'spawn');
    let said = '';
    for await (const chunk of child.stderr) {
      said += String(chunk);
      if (said.includes('starting data transfer loop')) break;
    }
    if (!existsSync(this.device)) throw new Error(`socat made no terminals: ${said}`);
    this.#from = createReadStream(this.#far);
    this.#to = createWriteStream(this.#far);
    this.#to.on('error', () => {});
    this.#from.on('error', () => {}).on('data', (bytes) => this.#hear(Buffer.from(bytes)));
  }

  /** Takes them away, as when somebody pulls the plug. */
  async pull(): Promise<void> {
    const child = this.#socat;
    this.#socat = undefined;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    this.#from?.destroy();
    this.#to?.destroy();
  }
}

/** A unit at the end of a cable, which says what belongs to a turn. */
export interface Wired {
  readonly name: string;
  readonly driver: 'modbus' | 'upslink';
  readonly cable: Cable;
  dress(turn: number): void;
  /** The install date that a reading of this turn holds. */
  installed(turn: number): string;
}

/** Frames of function 3 are eight bytes long: what is shorter waits for its rest. */
function modbusEnd(device: SimulatedModbusUnit): (bytes: Buffer, say: (bytes: Buffer) => void) => void {
  let heard = Buffer.alloc(0);
  return (bytes, say) => {
    heard = Buffer.concat([heard, bytes]);
    while (heard.length >= 8) {
      const frame = heard.subarray(0, 8);
      heard = heard.subarray(8);
      say(withCrc([frame[0] ?? 0, ...device.answer(frame.subarray(1, -2))]));
    }
  };
}

export function modbusCable(folder: string): Wired {
  const device = smartUpsModbus({ serial: 'AS2216000001' });
  const installed = (turn: number): string => isoDay(9000 + turn);
  return {
    name: 'Modbus RTU',
    driver: 'modbus',
    cable: new Cable(folder, 'Modbus', modbusEnd(device)),
    dress: (turn) => void device.set(595, [9000 + turn]),
    installed,
  };
}

export function upslinkCable(folder: string): Wired {
  let say: (bytes: Buffer) => void = () => {};
  const device = new SimulatedUpsLink((text) => say(Buffer.from(text, 'latin1')));
  const installed = (turn: number): string => `01/${String(1 + (turn % 28)).padStart(2, '0')}/24`;
  return {
    name: 'UPS-Link',
    driver: 'upslink',
    cable: new Cable(folder, 'Link', (bytes, answer) => {
      say = answer;
      device.hear(bytes.toString('latin1'));
    }),
    dress: (turn) => void device.answers.set('x', installed(turn)),
    installed,
  };
}

const isoDay = (days: number): string => new Date(Date.UTC(2000, 0, 1 + days)).toISOString().slice(0, 10);
