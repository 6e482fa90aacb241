/** How much may happen at once: so many in all, and one at a time on each line (host, serial port). */
export class Slots {
  readonly #limit: number;
  #running = 0;
  readonly #busyLines = new Set<string>();
  readonly #queue: { line: string; start: () => void }[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs a job when its turn has come; jobs of one line run in the order they were given. */
  async run<T>(line: string, job: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit || this.#busyLines.has(line)) {
      await new Promise<void>((start) => this.#queue.push({ line, start }));
    } else this.#take(line);
    try {
      return await job();
    } finally {
      this.#running -= 1;
      this.#busyLines.delete(line);
      this.#next();
    }
  }

  #take(line: string): void {
    this.#running += 1;
    this.#busyLines.add(line);
  }

  #next(): void {
    while (this.#running < this.#limit) {
      const index = this.#queue.findIndex(({ line }) => !this.#busyLines.has(line));
      const [job] = index < 0 ? [] : this.#queue.splice(index, 1);
      if (job === undefined) return;
      this.#take(job.line);
      job.start();
    }
  }
}
