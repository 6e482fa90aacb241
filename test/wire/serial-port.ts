/**
 * Stands in for the library serialport: ports of this process with a simulated unit at the other end. Whatever a driver
 * does with its port goes through here, the control lines included.
 */
import { EventEmitter } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';

type Done = (error?: Error | null) => void;

/** The far end of a cable. */
export class Cable {
  /** Every writing of the driver, each as it came. */
  readonly written: Buffer[] = [];
  /** Every state that the control lines were given. */
  readonly lines: Readonly<Record<string, unknown>>[] = [];
  hear: (bytes: Buffer) => void = () => {};
  readonly path: string;
  port: SerialPort | undefined;

  private constructor(path: string) {
    this.path = path;
  }

  /** A port at a path, which is a file: drivers look at what stands there. */
  static async plug(path: string): Promise<Cable> {
    const cable = new Cable(path);
    await cable.plugAgain();
    return cable;
  }

  say(bytes: Buffer): void {
    queueMicrotask(() => this.port?.emit('data', bytes));
  }

  async pull(): Promise<void> {
    cables.delete(this.path);
    await rm(this.path, { force: true });
    this.port?.lose();
  }

  async plugAgain(): Promise<void> {
    await writeFile(this.path, '');
    cables.set(this.path, this);
  }
}

const cables = new Map<string, Cable>();

/** The part of serialport's class that drivers use. */
export class SerialPort extends EventEmitter {
  isOpen = false;
  readonly #path: string;
  #cable: Cable | undefined;

  constructor({ path }: { readonly path: string }) {
    super();
    this.#path = path;
  }

  open(done: Done): void {
    const cable = cables.get(this.#path);
    if (cable === undefined) {
      queueMicrotask(() => done(new Error(`Error: No such file or directory, cannot open ${this.#path}`)));
      return;
    }
    this.#cable = cable;
    this.isOpen = true;
    cable.port = this;
    queueMicrotask(() => done(null));
  }

  set(lines: Readonly<Record<string, unknown>>, done: Done): void {
    this.#cable?.lines.push(lines);
    queueMicrotask(() => done(null));
  }

  write(bytes: Buffer | string, encoding: BufferEncoding | Done, done?: Done): void {
    const raw =
      typeof bytes === 'string' ? Buffer.from(bytes, typeof encoding === 'string' ? encoding : 'utf8') : bytes;
    this.#cable?.written.push(Buffer.from(raw));
    this.#cable?.hear(Buffer.from(raw));
    const after = typeof encoding === 'function' ? encoding : done;
    queueMicrotask(() => after?.(null));
  }

  close(done: Done): void {
    this.lose();
    queueMicrotask(() => done(null));
  }

  lose(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    if (this.#cable?.port === this) this.#cable.port = undefined;
    this.#cable = undefined;
    this.emit('close');
  }
}
