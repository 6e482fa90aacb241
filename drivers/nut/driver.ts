/** Reads a UPS through a NUT server (upsd, RFC 9271): one LIST VAR a poll, on a connection shared by all UPS behind it. */
import { type Driver, type DriverContext, DriverError, type DriverModule, type Reading } from '../contract.ts';
import { type Server, type UpsdConnection, UpsdError, type Variables } from './connection.ts';
import { type NutOptions, protectionOf } from './options.ts';
import { lost, readingOf } from './reading.ts';
import { SharedServer } from './server.ts';

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
    const name = this.#name ?? (await this.#onlyOne(connection, limit));
    let variables: Variables;
    try {
      variables = await connection.variables(name, limit);
    } catch (error) {
      if (!(error instanceof UpsdError) || error.kind !== 'answered') throw error;
      if (error.code === 'UNKNOWN-UPS') throw await this.#unknown(connection, name, limit);
      const note = away[error.code];
      if (note === undefined) throw error;
      return lost(note(name));
    }
    this.#name = name;
    return readingOf(variables);
  }

  /** The name of the only UPS of that upsd. */
  async #onlyOne(connection: UpsdConnection, limit: AbortSignal): Promise<string> {
    const [name, ...others] = await connection.names(limit);
    if (name !== undefined && others.length === 0) return name;
    const what =
      name === undefined
        ? `upsd at ${this.#where} knows no UPS: add one to its ups.conf`
        : `upsd at ${this.#where} knows several UPS, and none is named here. Write \`ups:\` with one of: ${listed([name, ...others])}`;
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
    if (error instanceof DriverError) return error;
    if (!(error instanceof UpsdError))
      return this.#error('protocol', `reading failed unexpectedly (${String(error)}); please report this`, true, error);
    if (this.#closing.signal.aborted) return this.#error('closed', 'the driver is closed', false);
    const at = this.#where;
    switch (error.kind) {
      case 'stopped':
        return this.#error('closed', 'the poll was stopped', true);
      case 'no-connection':
        return this.#error(
          'unreachable',
          `no connection to upsd at ${at} (${error.code}). ${adviceFor(error.code)}`,
          true,
          error,
        );
      case 'silent':
        return this.#error('timeout', `upsd at ${at} took the connection, but does not answer in time`, true, error);
      case 'lost':
        return this.#error(
          'unreachable',
          `upsd at ${at} closed the connection (${error.code}). It may have too many clients (MAXCONN in upsd.conf), or refuse this machine (hosts.allow)`,
          true,
          error,
        );
      case 'garbled':
        return this.#error(
          'protocol',
          `what answers at ${at} is not upsd, or sent ${error.code}. Check host and port`,
          true,
          error,
        );
      case 'no-tls':
        return this.#error(
          'auth',
          `upsd at ${at} has no TLS (${error.code}), and it is required here. Give upsd a certificate (CERTFILE or CERTIDENT in upsd.conf), or write \`tls: off\``,
          false,
          error,
        );
      case 'certificate':
        return this.#error(
          'auth',
          `TLS with upsd at ${at} failed (${error.code}). Name its certificate in \`caFile\`, or write \`verifyCertificate: false\``,
          false,
          error,
        );
      case 'answered':
        return this.#refused(error);
    }
  }

  #refused(error: UpsdError): DriverError {
    const denied = /^(ACCESS-DENIED|INVALID-(USERNAME|PASSWORD)|(USERNAME|PASSWORD)-REQUIRED)$/.test(error.code);
    const at = this.#where;
    if (denied) {
      const what = `upsd at ${at} refuses this user or password, or wants one (${error.code}). Compare \`user\` and \`password\` with its upsd.users`;
      return this.#error('auth', what, false, error);
    }
    return this.#error('protocol', `upsd at ${at} answers ERR ${error.code.slice(0, 60)}`, true, error);
  }
}

/** Errors that mean: upsd is well, the UPS is not there. */
const away: Readonly<Record<string, (name: string) => string>> = {
  'DATA-STALE': (name) =>
    `upsd answers, but its driver has lost the UPS "${name}": check the cable, and that the UPS is on.`,
  'DRIVER-NOT-CONNECTED': (name) =>
    `upsd answers, but the driver of the UPS "${name}" does not run: start it with \`upsdrvctl start ${name}\`.`,
};

function adviceFor(code: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'The host name is not known: correct `host`, or check DNS';
  if (code === 'ECONNREFUSED')
    return 'Nothing listens there: is upsd running, and does a LISTEN line in its upsd.conf name that address?';
  return 'The machine is off, or a firewall is in the way';
}

function listed(names: readonly string[]): string {
  const first = names.slice(0, 20).join(', ');
  return names.length > 20 ? `${first} and ${names.length - 20} more` : first;
}

function serverOf(options: NutOptions): Server {
  const { host, port, caFile, user, password, timeout } = options;
  return {
    host,
    port,
    ...protectionOf(options),
    ...(caFile !== undefined && { caFile }),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    timeoutMs: timeout * 1000,
  };
}

/** Reads a UPS through NUT. */
export const nutDriver: DriverModule<NutOptions> = {
  name: 'nut',
  create: (options, context) => new NutDriver(options, context),
};
