/** Runs the command line at a terminal, which `script` of util-linux makes: what is typed, and what is on the screen. */
import { type ChildProcess, spawn } from 'node:child_process';
import { program, root } from './built.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

export class AtTerminal {
  screen = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #waiting = new Set<() => void>();
  #read = 0;

  constructor(args: readonly string[]) {
    const command = [process.execPath, program, ...args].map(quoted).join(' ');
    this.#child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', TZ: 'UTC' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.screen += text;
      for (const look of this.#waiting) look();
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code) => {
        resolve(code);
        for (const look of this.#waiting) look();
      });
    });
  }

  /** Waits for words that were not on the screen before, and types a line. */
  async answer(words: string, line: string): Promise<void> {
    await this.shows(words);
    this.type(`${line}\r`);
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Resolves when words appear behind those that were waited for before. @throws when the program ends without them */
  async shows(words: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        const at = this.screen.indexOf(words, this.#read);
        if (at < 0 && this.#child.exitCode === null && this.#child.signalCode === null) return;
        this.#waiting.delete(look);
        if (at < 0) reject(new Error(`it ended without "${words}":\n${this.screen}`));
        else {
          this.#read = at + words.length;
          resolve();
        }
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** The exit code. */
  async ended(): Promise<number | null> {
    return await this.#ended;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
