/** Reads a UPS through a NUT server (upsd, RFC 9271): one LIST VAR a poll, on a connection shared by all UPS behind it. */
import { type Driver, type DriverContext, DriverError, type DriverModule, type Reading } from '../contract.ts';
import { type UpsdConnection, UpsdError, type Variables } from './connection.ts';
import { nutProbe } from './discover.ts';
import { explained } from './explain.ts';
import { allUps, type NutOptions, upsName } from './options.ts';
import { lost, readingOf } from './reading.ts';
import { SharedServer, serverOf } from './server.ts';

class NutDriver implements Driver {
  readonly #options: NutOptions;
  readonly #context: DriverContext;
  readonly #closing = new AbortController();
  #shared: SharedServer | undefined;
  /** The name that upsd knows the UPS by, once it is found out. */
  #name: string | undefined;

  constructor(options: NutOptions, context: DriverContext) {
    this.#options = options;
    this.#context = context;
    this.#name = options.ups;
  }

  async read(signal?: AbortSignal): Promise<Reading> {
    const limit = signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
    try {
      if (limit.aborted) throw new UpsdError('stopped', 'the poll was stopped');
      this.#shared ??= SharedServer.of(serverOf(this.#options));
      const { monotonic } = this.#context;
      return await this.#shared.run(this, monotonic, limit, (connection) => this.#poll(connection, limit));
    } catch (error) {
      throw this.#explained(error);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#shared?.release();
    this.#shared = undefined;
  }

  async #poll(connection: UpsdConnection, limit: AbortSignal): Promise<Reading> {
    const name = this.#name === undefined || this.#name === allUps ? await this.#only(connection, limit) : this.#name;
    let variables: Variables;
    try {
      variables = await connection.variables(name, limit);
    } catch (error) {
      if (!(error instanceof UpsdError) || error.kind !== 'answered') throw error;
      if (error.code === 'UNKNOWN-UPS') throw await this.#unknown(connection, name, limit);
      const note = away[error.code];
      if (note === undefined) throw error;
      this.#context.record?.({ key: 'LIST VAR', value: error.code, refusal: true });
      return lost(note(name));
    }
    if (this.#name !== allUps) this.#name = name;
    for (const [key, value] of variables) this.#context.record?.({ key, value });
    return readingOf(variables);
  }

  /** The name of the only UPS of that upsd. */
  async #only(connection: UpsdConnection, limit: AbortSignal): Promise<string> {
    const names = await connection.names(limit);
    const [name] = names;
    if (name !== undefined && names.length === 1) return name;
    if (name === undefined)
      throw this.#error('bad-target', `upsd at ${this.#where} knows no UPS: add one to its ups.conf`, false);
    const what =
      this.#name === allUps
        ? `all UPS of upsd at ${this.#where} cannot be read as one. Name one of: ${listed(names)}`
        : `upsd at ${this.#where} knows several UPS, and none is named here. Write \`ups:\` with one of: ${listed(names)}; or \`ups: "*"\` for all of them, each as a unit of its own`;
    throw this.#error('bad-target', what, false);
  }

  async #unknown(connection: UpsdConnection, name: string, limit: AbortSignal): Promise<DriverError> {
    this.#name = this.#options.ups;
    const names = await connection.names(limit);
    const known = names.length === 0 ? 'It knows none' : `It knows: ${listed(names)}`;
    return this.#error('bad-target', `upsd at ${this.#where} knows no UPS "${name}". ${known}`, false);
  }

  get #where(): string {
    return `${this.#options.host} port ${this.#options.port}`;
  }

  #error(code: DriverError['code'], what: string, retry: boolean, cause?: unknown): DriverError {
    return new DriverError(code, `${this.#context.ups}: ${what}`, { retry, ...(cause !== undefined && { cause }) });
  }

  #explained(error: unknown): DriverError {
    if (error instanceof UpsdError && this.#closing.signal.aborted)
      return this.#error('closed', 'the driver is closed', false);
    return explained(error, this.#context.ups, this.#where);
  }
}

/** Errors that mean: upsd is well, the UPS is not there. */
const away: Readonly<Record<string, (name: string) => string>> = {
  'DATA-STALE': (name) =>
    `upsd answers, but its driver has lost the UPS "${name}": check the cable, and that the UPS is on.`,
  'DRIVER-NOT-CONNECTED': (name) =>
    `upsd answers, but the driver of the UPS "${name}" does not run: start it with \`upsdrvctl start ${name}\`.`,
};

function listed(names: readonly string[]): string {
  const first = names.slice(0, 20).join(', ');
  return names.length > 20 ? `${first} and ${names.length - 20} more` : first;
}

/** Every UPS that upsd knows now, on the connection that its readings share. */
async function list(options: NutOptions, context: DriverContext, signal?: AbortSignal): Promise<readonly string[]> {
  const shared = SharedServer.of(serverOf(options));
  const limit = signal ?? new AbortController().signal;
  try {
    const names = await shared.run(shared, context.monotonic, limit, (connection) => connection.names(limit));
    const strange = names.filter((name) => !upsName.test(name) || name === allUps);
    if (strange.length > 0) context.log('warn', `${context.ups}: ${strange.length} name(s) of upsd are none of a UPS`);
    return names.filter((name) => !strange.includes(name));
  } catch (error) {
    throw explained(error, context.ups, `${options.host} port ${options.port}`);
  } finally {
    shared.release();
  }
}

/** Reads a UPS through NUT. */
export const nutDriver: DriverModule<NutOptions> = {
  name: 'nut',
  create: (options, context) => new NutDriver(options, context),
  list,
  probe: nutProbe,
  capture: async () => (await import('./capture.ts')).nutCapture,
};
