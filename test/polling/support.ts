/** A poller on a clock that a test moves, with drivers that do what they are told. */
import { Poller, type PollerParts } from '../../agent/polling/poller.ts';
import { type Driver, DriverError, type DriverErrorCode, type Reading } from '../../drivers/contract.ts';
import { FakeTimers } from '../support/fake-timers.ts';

export const minute = 60_000;

type Behaviour = (signal: AbortSignal | undefined, driver: FakeDriver) => Promise<Reading>;

export function answers(verdict: Reading['verdict'], note?: string): Behaviour {
  return async () => ({ verdict, ...(note === undefined ? {} : { note }), fields: {}, signals: {} });
}

export function fails(code: DriverErrorCode, message: string): Behaviour {
  return async () => {
    throw new DriverError(code, message, { retry: true });
  };
}

/** Comes back when the test says `finish`, whatever the signal says. */
export const hangs: Behaviour = async (_signal, driver) => {
  await new Promise<void>((resolve) => {
    driver.finish = resolve;
  });
  return { verdict: 'ups', fields: {}, signals: {} };
};

export class FakeDriver implements Driver {
  readonly name: string;
  readonly signals: (AbortSignal | undefined)[] = [];
  does: Behaviour;
  finish: () => void = () => {};
  onClose: () => Promise<void> = async () => {};
  onRead: () => void = () => {};
  closed = 0;

  constructor(name: string, does: Behaviour = answers('ups')) {
    this.name = name;
    this.does = does;
  }

  read(signal?: AbortSignal): Promise<Reading> {
    this.signals.push(signal);
    this.onRead();
    return this.does(signal, this);
  }

  async close(): Promise<void> {
    this.closed += 1;
    await this.onClose();
  }
}

export class Bench {
  readonly timers = new FakeTimers();
  readonly poller: Poller;
  /** `name time` of each read. */
  readonly reads: string[] = [];
  /** `name verdict` of each reading that was told. */
  readonly taken: string[] = [];
  readonly failures: string[] = [];
  readonly log: { level: string; code: string; message: string }[] = [];
  settledTimes = 0;
  /** Whether a reading wants a second one, by how many were told of that UPS. */
  again: (readings: number) => boolean = () => false;

  constructor(parts: Partial<PollerParts> = {}) {
    this.poller = new Poller({
      intervalMs: 5 * minute,
      confirmAfterMs: 30_000,
      concurrency: 50,
      timers: this.timers,
      onReading: async (name, { verdict }) => {
        this.taken.push(`${name} ${verdict}`);
        return { again: this.again(this.taken.filter((each) => each.startsWith(`${name} `)).length) };
      },
      onFailure: async (name) => void this.failures.push(name),
      onSettled: () => {
        this.settledTimes += 1;
      },
      log: (level, code, message) => this.log.push({ level, code, message }),
      ...parts,
    });
  }

  start(drivers: readonly FakeDriver[], line?: string): void {
    for (const driver of drivers) driver.onRead = () => this.reads.push(`${driver.name} ${this.timers.monotonic()}`);
    this.poller.add(drivers.map((driver) => ({ name: driver.name, line: line ?? driver.name, driver })));
  }

  readsOf(name: string): number[] {
    return this.reads.flatMap((read) => (read.startsWith(`${name} `) ? [Number(read.split(' ')[1])] : []));
  }

  logged(code: string): string[] {
    return this.log.flatMap((line) => (line.code === code ? [line.message] : []));
  }
}
