/** The agent as an operator runs it: `upsteward run` in a process of its own, its log, and the command line beside it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ask } from '../../agent/control/client.ts';

export interface LogLine {
  readonly level: string;
  readonly code: string;
  readonly msg: string;
  readonly time: string;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const main = fileURLToPath(new URL('../../agent/main.ts', import.meta.url));

/** Asks until the answer is wanted; fails after so many seconds. */
export async function until<T>(what: string, seconds: number, look: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await setTimeout(100);
  }
}

export class AgentProcess {
  readonly #config: string;
  readonly #stateDir: string;
  readonly log: LogLine[] = [];
  #child: ChildProcess | undefined;
  stderr = '';

  constructor(config: string, stateDir: string) {
    this.#config = config;
    this.#stateDir = stateDir;
  }

  /** Starts it and waits until it answers; `false` when it ended instead. */
  async start(): Promise<boolean> {
    const child = spawn(process.execPath, [...process.execArgv, main, 'run', '--config', this.#config], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    createInterface({ input: child.stdout }).on('line', (line) => this.log.push(JSON.parse(line) as LogLine));
    return await until('the agent answers', 60, async () => {
      if (child.exitCode !== null) return false;
      return await this.ask('version').then(
        () => true,
        () => undefined,
      );
    });
  }

  /** Gives the running agent a command, as the command line does. */
  async ask<T = unknown>(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<T> {
    return (await ask(this.#stateDir, { command, args })) as T;
  }

  /** SIGTERM ends it in order, SIGKILL at once. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    child.kill(signal);
    await once(child, 'exit');
    return child.exitCode;
  }

  /** Runs a command in a process of its own. */
  async cli(...args: readonly string[]): Promise<CommandResult> {
    return await new Promise((resolve) => {
      const all = [...process.execArgv, main, '--config', this.#config, ...args];
      const child = execFile(process.execPath, all, (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr });
      });
    });
  }
}

/** Collects what went wrong, and says it at the end. */
export class Findings {
  readonly #found: string[] = [];

  check(holds: boolean, what: string): void {
    if (!holds) this.#found.push(what);
  }

  /** Prints the verdict and sets the exit code. */
  conclude(good: string): boolean {
    for (const line of this.#found) console.log(`  WRONG: ${line}`);
    if (this.#found.length > 0) process.exitCode = 1;
    console.log(this.#found.length === 0 ? good : `${this.#found.length} findings.`);
    return this.#found.length === 0;
  }
}
