/** Serial ports for real: pairs of pseudo terminals by socat, which can be pulled and put back. Without socat it fails. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, type ReadStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';

/** Two terminals with a wire between them. */
export class Terminals implements AsyncDisposable {
  /** What a program opens as its serial port. */
  readonly device: string;
  /** The other end of the wire. */
  readonly far: string;
  #socat: ChildProcess | undefined;

  /** @param name tells several pairs in one folder apart */
  constructor(folder: string, name = '') {
    this.device = join(folder, `ttyHOST${name}`);
    this.far = join(folder, `ttyUPS${name}`);
  }

  /** Makes the terminals, under the same names as before. @throws Error where socat cannot */
  async plug(): Promise<void> {
    const links = [this.far, this.device].map((link) => `pty,raw,echo=0,link=${link}`);
    const child = spawn('socat', ['-d', '-d', ...links], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#socat = child;
    await once(child, 'spawn');
    // It says where its two terminals are, then that it carries data between them.
    let said = '';
    for await (const chunk of child.stderr) {
      said += String(chunk);
      if (said.includes('starting data transfer loop')) break;
    }
    if (!existsSync(this.device)) throw new Error(`socat made no terminals: ${said}`);
  }

  /** Takes the terminals away, as when a cable is pulled. */
  async pull(): Promise<void> {
    const child = this.#socat;
    this.#socat = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pull();
  }
}

/** Terminals with a unit at the far end. */
export class Cable implements AsyncDisposable {
  readonly #terminals: Terminals;
  readonly #hear: (bytes: Buffer) => void;
  #from: ReadStream | undefined;
  #to: WriteStream | undefined;

  /** @param hear gets what was sent to the unit */
  constructor(folder: string, name: string, hear: (bytes: Buffer) => void) {
    this.#terminals = new Terminals(folder, name);
    this.#hear = hear;
  }

  /** What a driver opens. */
  get device(): string {
    return this.#terminals.device;
  }

  /** The unit says something; nobody hears it while the cable is pulled. */
  say(bytes: Buffer): void {
    this.#to?.write(bytes);
  }

  async plug(): Promise<void> {
    await this.#terminals.plug();
    this.#from = createReadStream(this.#terminals.far);
    this.#to = createWriteStream(this.#terminals.far);
    this.#to.on('error', () => {});
    this.#from.on('error', () => {}).on('data', (bytes) => this.#hear(Buffer.from(bytes)));
  }

  async pull(): Promise<void> {
    await this.#terminals.pull();
    this.#from?.destroy();
    this.#to?.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pull();
  }
}
