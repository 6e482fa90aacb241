/** Units that say something else at each poll, and somebody who compares every reading with what was said just then. */
import { Poller, type Target } from '../../../agent/polling/poller.ts';
import { realTimers } from '../../../agent/polling/timers.ts';
import { type Driver, DriverError, type Reading } from '../../../drivers/contract.ts';
import type { Findings } from '../agent-process.ts';

/** One simulated unit behind a bad line. */
export interface Unit {
  readonly name: string;
  /** Units with the same line take turns. */
  readonly line: string;
  readonly driver: Driver;
  /** From now on the unit says what belongs to this turn, which no other turn and no other unit says. */
  dress(turn: number): void;
  /** What a reading must hold at this turn, and nothing beside: texts of fields, by their keys. */
  expected(turn: number): Readonly<Record<string, string>>;
}

export interface Tally {
  polls: number;
  readings: number;
  failures: number;
  wrong: number;
}

interface Watched {
  readonly unit: Unit;
  turn: number;
  /** Readings that failed since the last good one, counted from the moment the line was well. */
  sinceWell: number;
  isBack: boolean;
  lastGood: number | undefined;
  /** The longest time from one good reading to the next. */
  longestGap: number;
}

/** Polls units with the agent's own poller and judges each reading. */
export class Watch {
  readonly tally: Tally = { polls: 0, readings: 0, failures: 0, wrong: 0 };
  readonly #findings: Findings;
  readonly #watched: readonly Watched[];
  readonly #poller: Poller;
  #isWell = false;

  constructor(units: readonly Unit[], intervalMs: number, findings: Findings) {
    this.#findings = findings;
    this.#watched = units.map((unit) => ({
      unit,
      turn: 0,
      sinceWell: 0,
      isBack: false,
      lastGood: undefined,
      longestGap: 0,
    }));
    this.#poller = new Poller({
      intervalMs,
      confirmAfterMs: intervalMs,
      concurrency: 50,
      timers: realTimers,
      onReading: async () => ({ again: false }),
      onFailure: async () => {},
      log: (level, code, message) => {
        if (level === 'error') findings.check(false, `${code}: ${message}`);
      },
    });
  }

  start(): void {
    this.#poller.add(this.#watched.map((each) => this.#target(each)));
  }

  async stop(): Promise<void> {
    await this.#poller.stop();
  }

  /** The line is well from here on: every unit must be back within two polls that begin now or later. */
  well(): void {
    this.#isWell = true;
  }

  /** Whether each unit has been read again since the line is well. */
  get areAllBack(): boolean {
    return this.#watched.every(({ isBack }) => isBack);
  }

  /** The longest time from one good reading of a unit to its next, of these units. */
  longestGap(names?: ReadonlySet<string>): number {
    const gaps = this.#watched.filter(({ unit }) => names?.has(unit.name) ?? true).map(({ longestGap }) => longestGap);
    return Math.max(0, ...gaps);
  }

  /** Reads all units at once and says how long that took, and how many gave a reading. */
  async round(): Promise<{ readonly ms: number; readonly good: number }> {
    const began = performance.now();
    const results = await Promise.allSettled(this.#watched.map(({ unit }) => this.#poller.pollNow(unit.name)));
    return {
      ms: performance.now() - began,
      good: results.filter(({ status }) => status === 'fulfilled').length,
    };
  }

  #target(watched: Watched): Target {
    const { name, line, driver } = watched.unit;
    return {
      name,
      line,
      driver: {
        read: async (signal) => await this.#read(watched, signal),
        close: async () => await driver.close(),
      },
    };
  }

  async #read(watched: Watched, signal: AbortSignal | undefined): Promise<Reading> {
    const { unit } = watched;
    const beganWell = this.#isWell;
    watched.turn += 1;
    this.tally.polls += 1;
    unit.dress(watched.turn);
    try {
      const reading = await unit.driver.read(signal);
      this.#judge(watched, reading);
      if (beganWell && reading.verdict === 'ups') watched.isBack = true;
      return reading;
    } catch (error) {
      this.tally.failures += 1;
      const isOurs = error instanceof DriverError;
      this.#findings.check(isOurs, `${unit.name} threw what no driver may throw: ${String(error)}`);
      if (beganWell && signal?.aborted !== true) {
        watched.sinceWell += 1;
        const message = isOurs ? error.message : String(error);
        this.#findings.check(watched.sinceWell < 2, `${unit.name} is not back after two polls: ${message}`);
      }
      throw error;
    }
  }

  #judge(watched: Watched, { verdict, fields }: Reading): void {
    const { unit, turn } = watched;
    if (verdict !== 'ups') {
      this.tally.failures += 1;
      this.tally.wrong += 1;
      this.#findings.check(false, `${unit.name}, poll ${turn}: the UPS is called ${verdict}`);
      return;
    }
    this.tally.readings += 1;
    const expected = unit.expected(turn);
    for (const [key, field] of Object.entries(fields)) {
      const right = expected[key];
      if (right === undefined || field.raw.trim() === right) continue;
      this.tally.wrong += 1;
      this.#findings.check(false, `${unit.name}, poll ${turn}: ${key} is "${field.raw}", and the unit says "${right}"`);
    }
    const now = performance.now();
    if (watched.lastGood !== undefined) watched.longestGap = Math.max(watched.longestGap, now - watched.lastGood);
    watched.lastGood = now;
  }
}
