/**
 * Writes `battery.date` through upsd, where upsd offers it for writing. The only command that changes anything is
 * `SET VAR <ups> battery.date`, and nothing but drivers/writers.ts loads this.
 */
import {
  type DriverContext,
  DriverError,
  type InstallOrder,
  type WriteAttempt,
  type WriterModule,
} from '../contract.ts';
import { UpsdConnection, UpsdError, type Variables } from './connection.ts';
import { explained, isDenied } from './explain.ts';
import type { NutOptions } from './options.ts';
import { readingOf } from './reading.ts';
import { serverOf } from './server.ts';
import { quoted } from './wire.ts';

const variable = 'battery.date';
const questions =
  /^(STARTTLS|USERNAME .+|PASSWORD .+|LIST UPS|LIST (VAR|RW) \S+|SET VAR \S+ battery\.date "[\w ./-]{1,32}")$/;

/** Errors of SET VAR in words (RFC 9271, section 4.2.12 and its errors). */
const refusals: Readonly<Record<string, string>> = {
  READONLY: 'upsd does not let battery.date be written',
  'VAR-NOT-SUPPORTED': 'this UPS has no battery.date in NUT',
  'SET-FAILED': 'its driver could not write it',
  'INVALID-VALUE': 'its driver does not take this as a date',
  'TOO-LONG': 'the date is too long for this UPS',
  'DATA-STALE': 'its driver has lost the UPS',
  'DRIVER-NOT-CONNECTED': 'its driver does not run',
};

const away: ReadonlySet<string> = new Set(['DATA-STALE', 'DRIVER-NOT-CONNECTED']);

class NutWriter {
  readonly #options: NutOptions;
  readonly #context: DriverContext;
  readonly #order: InstallOrder;
  readonly #signal: AbortSignal;

  constructor(options: NutOptions, context: DriverContext, order: InstallOrder, signal: AbortSignal) {
    this.#options = options;
    this.#context = context;
    this.#order = order;
    this.#signal = signal;
  }

  async write(): Promise<readonly WriteAttempt[]> {
    const { user, host, port } = this.#options;
    if (user === undefined)
      throw this.#cannot('upsd takes changes from a user only: give `user` and `password` of one with `actions = SET`');
    try {
      const connection = await UpsdConnection.open(serverOf(this.#options), this.#signal, questions);
      try {
        return await this.#writeOver(connection);
      } finally {
        connection.close();
      }
    } catch (error) {
      throw explained(error, this.#context.ups, `${host} port ${port}`);
    }
  }

  async #writeOver(connection: UpsdConnection): Promise<readonly WriteAttempt[]> {
    const name = this.#options.ups ?? (await this.#onlyOne(connection));
    const variables = await this.#variables(connection, name);
    const { verdict, note, fields } = readingOf(variables);
    if (verdict === 'ups-lost') throw this.#error('unreachable', note ?? 'NUT has lost the UPS', true);
    const stranger = this.#order.notTheUnit(fields);
    if (stranger !== undefined) throw this.#error('other-unit', stranger, false);
    if (!(await this.#isWritable(connection, name))) {
      const driver = variables.get('driver.name');
      const by = driver === undefined ? '' : ` with the driver ${driver}`;
      throw this.#cannot(`upsd does not offer battery.date for writing${by}`);
    }
    const now = variables.get(variable);
    const text = this.#order.textLike([now, variables.get('ups.mfr.date')]) ?? this.#order.day;
    if (now?.trim() === text) return [{ object: variable, outcome: 'already', text }];
    return [{ object: variable, text, ...(await this.#set(connection, name, text)) }];
  }

  async #variables(connection: UpsdConnection, name: string): Promise<Variables> {
    try {
      return await connection.variables(name, this.#signal);
    } catch (error) {
      const isAway = error instanceof UpsdError && error.kind === 'answered' && away.has(error.code);
      if (!isAway) throw error;
      throw this.#error('unreachable', `upsd answers, but ${refusals[error.code] ?? error.code} (${name})`, true);
    }
  }

  async #isWritable(connection: UpsdConnection, name: string): Promise<boolean> {
    let found = false;
    await connection.list(`LIST RW ${name}`, this.#signal, ([kind, of, what]) => {
      if (kind === 'RW' && of === name && what === variable) found = true;
    });
    return found;
  }

  async #set(
    connection: UpsdConnection,
    name: string,
    text: string,
  ): Promise<{ outcome: WriteAttempt['outcome']; words?: string }> {
    try {
      await connection.expectOk(`SET VAR ${name} ${variable} ${quoted(text)}`, this.#signal);
      return { outcome: 'taken' };
    } catch (error) {
      if (!(error instanceof UpsdError)) throw error;
      if (error.kind !== 'answered') return { outcome: 'silent', words: 'upsd did not answer' };
      const code = error.code.slice(0, 60);
      const denied = isDenied(code) ? 'this user may not: it needs `actions = SET` in upsd.users' : undefined;
      const words = denied ?? (Object.hasOwn(refusals, code) ? refusals[code] : undefined);
      return { outcome: 'refused', words: words === undefined ? `ERR ${code}` : `${code}: ${words}` };
    }
  }

  async #onlyOne(connection: UpsdConnection): Promise<string> {
    const [name, ...others] = await connection.names(this.#signal);
    if (name !== undefined && others.length === 0) return name;
    throw this.#cannot('upsd does not know exactly one UPS, so `ups:` must name the one that is meant');
  }

  #cannot(what: string): DriverError {
    return this.#error('cannot-write', what, false);
  }

  #error(code: DriverError['code'], what: string, retry: boolean): DriverError {
    return new DriverError(code, `${this.#context.ups}: ${what}`, { retry });
  }
}

/** Writes the install date through NUT. */
export const nutWriter: WriterModule<NutOptions> = {
  name: 'nut',
  writeInstalled: (options, context, order, signal) => new NutWriter(options, context, order, signal).write(),
};
