/** Runs the command line as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { program, root } from './built.ts';

export interface CliOptions {
  /** Beside a `PATH` nothing of the environment is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** The root of the checkout unless given. */
  readonly cwd?: string;
  /** What it reads on standard input. */
  readonly input?: string;
  /** Hang up after the first line of output, as `| head -1` does. */
  readonly head?: boolean;
}

export interface CliResult {
  /** The exit code, or the signal that ended the process. */
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One run of the command line. */
export class Cli {
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<CliResult>;
  readonly #waiting = new Set<() => void>();

  constructor(args: readonly string[], options: CliOptions = {}) {
    this.#child = spawn(process.execPath, [program, ...args], {
      cwd: options.cwd ?? root,
      env: { PATH: process.env['PATH'] ?? '', ...options.env },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    const { stdin, stdout, stderr } = this.#child;
    stdin?.end(options.input);
    stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      if (options.head) stdout.destroy();
      for (const look of this.#waiting) look();
    });
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      for (const look of this.#waiting) look();
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        resolve({ code: code ?? signal, stdout: this.stdout, stderr: this.stderr });
        for (const look of this.#waiting) look();
      });
    });
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async ended(): Promise<CliResult> {
    return await this.#ended;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Ends it for certain, if it still runs. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** The log so far: what `run` writes to standard output. */
  log(): Record<string, unknown>[] {
    return this.stdout
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Resolves when it has written this anywhere. @throws when the process ends before */
  async said(words: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (`${this.stdout}${this.stderr}`.includes(words)) resolve();
        else if (!this.running) reject(new Error(`it ended without "${words}":\n${this.stdout}${this.stderr}`));
        else return;
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Resolves when so many lines of the log have this code. @throws when the process ends before */
  async logged(code: string, count = 1): Promise<Record<string, unknown>> {
    return await new Promise((resolve, reject) => {
      const look = (): void => {
        const line = this.log().filter((each) => each['code'] === code)[count - 1];
        if (line !== undefined) resolve(line);
        else if (!this.running) reject(new Error(`it ended without "${code}":\n${this.stdout}${this.stderr}`));
        else return;
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }
}

/** Runs a command to its end. */
export async function cli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return await new Cli(args, options).ended();
}
