/** All units of the config, polled; and the servers, asked for theirs. Begun anew by a reload. */
import type { UpsConfig } from '../config/config.ts';
import type { DriverContext, Reading } from '../drivers/contract.ts';
import { driverOptions, loadDriver } from '../drivers/registry.ts';
import { Lister, type ServerStatus } from './lister.ts';
import type { Office } from './office.ts';
import type { Log } from './operations/desk.ts';
import { Poller, type PollerParts, type PollStatus, type Target } from './polling/poller.ts';
import type { Timers } from './polling/timers.ts';

export interface WatchParts extends Pick<PollerParts, 'onReading' | 'onFailure' | 'onRead' | 'onSettled'> {
  readonly office: Office;
  readonly log: Log;
  readonly timers: Timers;
  /** A server has other units than before: `relist` is due, when nothing else is being replaced. */
  readonly onListed: () => Promise<void>;
}

/** The first round of polls, and what it has to confirm, is waited for so long at most. */
const patienceMs = 120_000;

/** Creates the driver of one UPS; it does no I/O until it is read. */
export async function driverFor(ups: UpsConfig, log: Log, monotonic: () => number): Promise<Target> {
  const { name, options } = ups.driver;
  const module = await loadDriver(name);
  const context: DriverContext = {
    ups: ups.name,
    monotonic,
    log: (level, message, details) => log(level, `driver.${name}`, message, { ups: ups.name, ...details }),
  };
  const driver = module.create(options, context);
  return { name: ups.name, line: driverOptions(name).lineOf(options), driver };
}

export class Watch {
  readonly #parts: WatchParts;
  readonly #lister: Lister;
  #poller: Poller;
  #since = 0;

  constructor(parts: WatchParts) {
    const { office, log, timers } = parts;
    this.#parts = parts;
    this.#lister = new Lister({ store: office.desk.store, log, timers, changed: parts.onListed });
    this.#poller = this.#newPoller();
  }

  /** Begins with the config as it is. */
  async start(): Promise<void> {
    await this.#startPolling();
    await this.#lister.follow(this.#parts.office.written.ups);
  }

  /** Polls everything anew, as after a start. */
  async pollAnew(): Promise<void> {
    await this.#poller.stop();
    this.#poller = this.#newPoller();
    await this.#startPolling();
  }

  /** Begins anew with another config. */
  async follow(): Promise<void> {
    await this.pollAnew();
    await this.#lister.follow(this.#parts.office.written.ups);
  }

  /** A server has other units than before: they come and go, all others are polled on. */
  async relist(): Promise<void> {
    const { office } = this.#parts;
    office.relist();
    const wanted = new Set(office.config.ups.map(({ name }) => name));
    await this.#poller.remove(this.#poller.names().filter((name) => !wanted.has(name)));
    await this.#pollAll();
  }

  /** Ends all reads and closes the drivers. */
  async stop(): Promise<void> {
    this.#lister.stop();
    await this.#poller.stop();
  }

  /** Whether every server and every UPS was tried since the start, or has had its time. */
  get ready(): boolean {
    return (this.#lister.tried && this.#poller.settled) || this.#parts.timers.monotonic() - this.#since > patienceMs;
  }

  /** Units that nothing reads any more, although it must. */
  stuck(): string[] {
    return this.#poller.stuck();
  }

  /** How the last poll of a UPS went, with its age in milliseconds. */
  status(name: string): (PollStatus & { ageMs: number }) | undefined {
    const status = this.#poller.status(name);
    return status && { ...status, ageMs: this.#parts.timers.monotonic() - status.triedAt };
  }

  /** How the servers fare whose units are all watched. */
  servers(): ServerStatus[] {
    return this.#lister.status();
  }

  /** A unit has news: it is read soon. */
  hurry(name: string): void {
    this.#poller.hurry(name);
  }

  /** Reads one UPS now, in its place in the queue of its line. @throws DriverError */
  async pollNow(name: string): Promise<Reading | undefined> {
    return await this.#poller.pollNow(name);
  }

  /** Does something with one UPS in its place in the queue of its line. @throws DriverError */
  async inTurn<T>(name: string, job: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return await this.#poller.inTurn(name, job);
  }

  async #startPolling(): Promise<void> {
    this.#since = this.#parts.timers.monotonic();
    await this.#pollAll();
  }

  /** Polls every unit that is not polled yet. */
  async #pollAll(): Promise<void> {
    const { office, log, timers } = this.#parts;
    const polled = new Set(this.#poller.names());
    const fresh = office.config.ups.filter(({ name }) => !polled.has(name));
    this.#poller.add(await Promise.all(fresh.map((ups) => driverFor(ups, log, () => timers.monotonic()))));
  }

  #newPoller(): Poller {
    return new Poller({ ...this.#parts, ...this.#parts.office.config.polling });
  }
}
