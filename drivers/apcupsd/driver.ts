/** Reads a UPS through apcupsd's network information server: one `status` a poll, and nothing else. */
import { type Driver, type DriverContext, DriverError, type DriverModule, type Reading } from '../contract.ts';
import { apcupsdProbe } from './discover.ts';
import { askStatus, NisError } from './nis.ts';
import type { ApcupsdOptions } from './options.ts';
import { readingOf } from './reading.ts';

class ApcupsdDriver implements Driver {
  readonly #options: ApcupsdOptions;
  readonly #context: DriverContext;
  readonly #closing = new AbortController();

  constructor(options: ApcupsdOptions, context: DriverContext) {
    this.#options = options;
    this.#context = context;
  }

  async read(signal?: AbortSignal): Promise<Reading> {
    const { host, port, timeout } = this.#options;
    const limit = signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
    try {
      const status = await askStatus({ host, port, timeoutMs: timeout * 1000 }, limit);
      for (const [key, value] of status) this.#context.record?.({ key, value });
      return readingOf(status);
    } catch (error) {
      throw this.#explained(error);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  #explained(error: unknown): DriverError {
    const { host, port } = this.#options;
    const make = (code: DriverError['code'], what: string, retry = true) =>
      new DriverError(code, `${this.#context.ups}: ${what}`, { retry, cause: error });
    if (!(error instanceof NisError))
      return make('protocol', `reading failed unexpectedly (${String(error)}); please report this`);
    const at = `${host} port ${port}`;
    switch (error.kind) {
      case 'stopped':
        return this.#closing.signal.aborted
          ? make('closed', 'the driver is closed', false)
          : make('closed', 'the poll was stopped');
      case 'refused':
        return make('unreachable', `no connection to apcupsd at ${at} (${error.code}). ${adviceFor(error.code)}`);
      case 'silent':
        return make('timeout', `what listens at ${at} took the connection, but did not answer like apcupsd in time`);
      case 'broken':
        return make(
          'protocol',
          `what answers at ${at} is not apcupsd, or broke off (${error.code}). Check host and port`,
        );
    }
  }
}

function adviceFor(code: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'The host name is not known: correct `host`, or check DNS';
  if (code === 'ECONNREFUSED')
    return 'Nothing listens there: is apcupsd running, with NETSERVER on and NISIP 0.0.0.0 in its apcupsd.conf?';
  return 'The machine is off, or a firewall is in the way';
}

/** Reads a UPS through apcupsd. */
export const apcupsdDriver: DriverModule<ApcupsdOptions> = {
  name: 'apcupsd',
  create: (options, context) => new ApcupsdDriver(options, context),
  probe: apcupsdProbe,
  capture: async () => (await import('./capture.ts')).apcupsdCapture,
};
