/** How far a search is: a bar that stays in its line on a terminal, a line now and then elsewhere. */
import { printable } from '../poll.ts';

export interface ProgressOutput {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface ProgressState {
  readonly done: number;
  readonly total: number;
  readonly seen: number;
}

const eraseLine = '\r\u001b[K';
const barWidth = 24;
/** Without a terminal, a line each time that so many of a hundred are done. */
const step = 10;

export class ProgressBar {
  readonly #output: ProgressOutput;
  readonly #now: () => number;
  readonly #startedAt: number;
  #shown = '';
  #told = 0;

  constructor(output: ProgressOutput, now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#startedAt = now();
  }

  update(state: ProgressState): void {
    const { done, total } = state;
    const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
    if (this.#output.isTTY === true) {
      const left = this.#left(done, total);
      const filled = Math.round((barWidth * percent) / 100);
      const bar = `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}]`;
      this.#show(`${bar} ${done}/${total}, ${state.seen} seen${left === undefined ? '' : `, about ${left} left`}`);
    } else if (percent >= this.#told + step) {
      this.#told = percent - (percent % step);
      this.#output.write(`${done} of ${total} searched, ${state.seen} seen\n`);
    }
  }

  /** A line that stays. */
  say(line: string): void {
    this.#clear();
    this.#output.write(`${printable(line)}\n`);
    if (this.#shown !== '') this.#output.write(this.#shown);
  }

  end(): void {
    this.#clear();
    this.#shown = '';
  }

  #show(text: string): void {
    const line = text.slice(0, Math.max(20, (this.#output.columns ?? 80) - 1));
    if (line === this.#shown) return;
    this.#output.write(`${eraseLine}${line}`);
    this.#shown = line;
  }

  #clear(): void {
    if (this.#shown !== '') this.#output.write(eraseLine);
  }

  #left(done: number, total: number): string | undefined {
    const elapsed = this.#now() - this.#startedAt;
    if (done === 0 || done >= total || elapsed < 2000) return undefined;
    const seconds = Math.ceil(((elapsed / done) * (total - done)) / 1000);
    return seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
  }
}
