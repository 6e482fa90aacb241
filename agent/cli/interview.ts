/** Asks a person at a terminal. */
import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { OperationError } from '../operations/desk.ts';
import { printable } from '../poll.ts';

export interface Interview {
  /** @param usual the answer that Enter gives. @throws OperationError `cancelled` */
  ask(question: string, usual?: string): Promise<string>;
  /** What is typed is not shown. @throws OperationError `cancelled` */
  secret(question: string): Promise<string>;
  say(text: string): void;
  /** Ctrl-C or Ctrl-D was pressed. */
  readonly signal: AbortSignal;
  close(): void;
}

/** Nothing was changed. */
export const cancelled = (): OperationError => new OperationError('cancelled', 'nothing was written');

export class TerminalInterview implements Interview {
  readonly #lines: Interface;
  readonly #output: NodeJS.WritableStream;
  readonly #stop = new AbortController();
  #hidden = false;

  constructor(input: NodeJS.ReadableStream, output: NodeJS.WritableStream) {
    this.#output = output;
    const shown = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (!this.#hidden) output.write(chunk);
        done();
      },
    });
    this.#lines = createInterface({ input, output: shown, terminal: true, historySize: 0 });
    this.#lines.on('SIGINT', () => this.#stop.abort());
    this.#lines.on('close', () => this.#stop.abort());
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  say(text: string): void {
    this.#output.write(`${text.split('\n').map(printable).join('\n')}\n`);
  }

  async ask(question: string, usual?: string): Promise<string> {
    const enter = usual === undefined ? '' : usual === '' ? ' (may be left out)' : ` [${usual}]`;
    const prompt = printable(`${question}${enter}: `);
    return (await this.#question(prompt)).trim() || (usual ?? '');
  }

  async secret(question: string): Promise<string> {
    this.#output.write(`${question}: `);
    this.#hidden = true;
    try {
      return await this.#question('');
    } finally {
      this.#hidden = false;
      this.#output.write('\n');
    }
  }

  close(): void {
    this.#lines.close();
  }

  async #question(prompt: string): Promise<string> {
    try {
      return await this.#lines.question(prompt, { signal: this.signal });
    } catch (error) {
      if (!this.signal.aborted) throw error;
      this.#output.write('\n');
      throw cancelled();
    }
  }
}

/** Yes or no; anything else is asked again. */
export async function confirmed(interview: Interview, question: string, usual: 'yes' | 'no'): Promise<boolean> {
  for (;;) {
    const answer = (await interview.ask(`${question} (yes/no)`, usual)).toLowerCase();
    if (['y', 'yes'].includes(answer)) return true;
    if (['n', 'no'].includes(answer)) return false;
    interview.say('Write yes or no.');
  }
}
