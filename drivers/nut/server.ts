/**
 * One connection per upsd, shared by all UPS behind it: questions queue up, an idle connection is closed before upsd
 * does it (after a minute), and an upsd that is down is not asked anew for each of its UPS.
 */
import { type Server, UpsdConnection, UpsdError } from './connection.ts';
import { type NutOptions, protectionOf } from './options.ts';

const idleMs = 20_000;
/** For so long one UPS's failed connection stands for all of that server. */
const downMs = 10_000;

const shared = new Map<string, SharedServer>();

/** A UPS's share in a server. Give it back with `release`. */
export class SharedServer {
  readonly #key: string;
  readonly #server: Server;
  #users = 0;
  #connection: UpsdConnection | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;
  #down: { readonly error: UpsdError; readonly at: number; readonly by: object } | undefined;

  private constructor(key: string, server: Server) {
    this.#key = key;
    this.#server = server;
  }

  /** The connection for this server and this user; the same for all who ask alike. */
  static of(server: Server): SharedServer {
    const key = JSON.stringify([{ ...server, host: server.host.toLowerCase() }]);
    const found = shared.get(key) ?? new SharedServer(key, server);
    shared.set(key, found);
    found.#users += 1;
    return found;
  }

  release(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    shared.delete(this.#key);
    this.#drop();
  }

  /**
   * Runs a job on the connection when its turn has come. A connection that upsd has closed meanwhile is made anew,
   * once.
   * @param by who asks: its own failures are always tried again
   * @throws UpsdError
   */
  run<T>(
    by: object,
    monotonic: () => number,
    signal: AbortSignal,
    job: (connection: UpsdConnection) => Promise<T>,
  ): Promise<T> {
    const turn = this.#queue.then(() => this.#run(by, monotonic, signal, job));
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async #run<T>(
    by: object,
    monotonic: () => number,
    signal: AbortSignal,
    job: (connection: UpsdConnection) => Promise<T>,
  ): Promise<T> {
    if (signal.aborted) throw new UpsdError('stopped', 'the poll was stopped');
    clearTimeout(this.#idle);
    const before = this.#connection;
    if (before?.isOpen === true) {
      try {
        return await job(before);
      } catch (error) {
        if (!(error instanceof UpsdError) || error.kind !== 'lost') throw this.#noted(error, by, monotonic);
      } finally {
        this.#rest();
      }
      clearTimeout(this.#idle);
    }
    const down = this.#down;
    if (down !== undefined && down.by !== by && monotonic() - down.at < downMs) throw down.error;
    try {
      this.#connection = await UpsdConnection.open(this.#server, signal);
      this.#down = undefined;
    } catch (error) {
      if (error instanceof UpsdError && error.kind !== 'stopped') this.#down = { error, at: monotonic(), by };
      throw error;
    }
    try {
      return await job(this.#connection);
    } catch (error) {
      throw this.#noted(error, by, monotonic);
    } finally {
      this.#rest();
    }
  }

  /** upsd answers from memory: when it is silent about one UPS, it is silent about all. */
  #noted(error: unknown, by: object, monotonic: () => number): unknown {
    if (error instanceof UpsdError && error.kind === 'silent') this.#down = { error, at: monotonic(), by };
    return error;
  }

  /** Keeps the connection for the next UPS, for a while. */
  #rest(): void {
    clearTimeout(this.#idle);
    if (this.#users <= 0) this.#drop();
    else this.#idle = setTimeout(() => this.#drop(), idleMs).unref();
  }

  #drop(): void {
    clearTimeout(this.#idle);
    this.#connection?.close();
    this.#connection = undefined;
  }
}

/** Where a section of the config leads to, and how it is protected. */
export function serverOf(options: NutOptions): Server {
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
