/** The parent's end of the agent's process: gives orders, kills, and starts it again until an order is carried out. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Order, Report } from './child.ts';

export interface VictimOptions {
  readonly config: string;
  readonly onTrouble: (line: string) => void;
}

const child = fileURLToPath(new URL('./child.ts', import.meta.url));

export class Victim {
  readonly #options: VictimOptions;
  readonly #logged = new Map<string, number>();
  #process: ChildProcess | undefined;
  kills = 0;
  starts = 0;
  /** Milliseconds that orders of a kind took, smoothed. */
  readonly #usual = new Map<Order['kind'], number>();

  constructor(options: VictimOptions) {
    this.#options = options;
  }

  /** How often each warning was logged. */
  get warnings(): ReadonlyMap<string, number> {
    return this.#logged;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** How long an order of this kind usually takes. */
  usual(kind: Order['kind']): number {
    return this.#usual.get(kind) ?? 50;
  }

  /** Carries an order out, however often the process dies over it. Whoever starts polls first, as the agent does. */
  async obey(kind: 'poll' | 'beat', at: Date): Promise<void> {
    for (;;) {
      if (this.#process === undefined) {
        if (!(await this.#start(at))) continue;
        if (kind === 'beat' && !(await this.#order({ kind: 'poll', at: at.toISOString() }))) continue;
      }
      const began = performance.now();
      if (await this.#order({ kind, at: at.toISOString() })) {
        const took = performance.now() - began;
        this.#usual.set(kind, 0.8 * this.usual(kind) + 0.2 * took);
        return;
      }
    }
  }

  /** Kills it now, if it runs. */
  kill(): void {
    if (this.#process === undefined) return;
    this.kills += 1;
    this.#process.kill('SIGKILL');
  }

  /** Ends it in order. */
  async stop(at: Date): Promise<void> {
    const running = this.#process;
    if (running === undefined) return;
    const gone = once(running, 'exit');
    await this.#order({ kind: 'stop', at: at.toISOString() });
    await gone;
  }

  async #start(at: Date): Promise<boolean> {
    const started = fork(child, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.starts += 1;
    this.#process = started;
    started.on('exit', (code, signal) => {
      if (this.#process === started) this.#process = undefined;
      if (signal !== 'SIGKILL' && code !== 0) this.#options.onTrouble(`the agent ended with ${code ?? signal}`);
    });
    started.on('error', () => {});
    started.on('message', (message: Report) => this.#note(message));
    return await this.#order({ kind: 'start', at: at.toISOString(), config: this.#options.config });
  }

  #note(message: Report): void {
    if (message.kind !== 'log') return;
    this.#logged.set(message.code, (this.#logged.get(message.code) ?? 0) + 1);
    if (message.level === 'error') this.#options.onTrouble(`${message.code}: ${message.message}`);
  }

  /** True when it is done, false when the process died over it. */
  async #order(order: Order): Promise<boolean> {
    const running = this.#process;
    if (running === undefined || !running.connected) return false;
    return await new Promise<boolean>((resolve) => {
      const settle = (done: boolean): void => {
        running.off('message', hear);
        running.off('exit', die);
        resolve(done);
      };
      const hear = (message: Report): void => {
        if (message.kind === 'done' && message.order === order.kind) settle(true);
      };
      const die = (): void => settle(false);
      running.on('message', hear);
      running.on('exit', die);
      running.send(order, () => {});
    });
  }
}
