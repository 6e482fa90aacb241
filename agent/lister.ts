/** Asks servers which units they know, for entries of the config that stand for all of them: at once, and now and then. */
import type { UpsConfig } from '../config/config.ts';
import { type DriverContext, withoutName } from '../drivers/contract.ts';
import { loadDriver } from '../drivers/registry.ts';
import { isAll, nextList, type ServerList } from './listed.ts';
import type { Log } from './operations/desk.ts';
import type { Cancel, Timers } from './polling/timers.ts';
import { keys } from './store/keys.ts';
import type { Store } from './store/port.ts';

export interface ListerParts {
  readonly store: Store;
  readonly log: Log;
  readonly timers: Timers;
  /** The list of a server is another one than before, and is written. */
  readonly changed: () => Promise<void>;
}

/** How an entry fares that stands for all units of a server. */
export interface ServerStatus {
  readonly entry: string;
  readonly driver: string;
  /** How many units are known of it. */
  readonly units: number;
  /** Why it could not be asked the last time. */
  readonly trouble?: string;
}

/** How often a server is asked, and how soon again after it did not answer or had not got a unit any more. */
const askMs = 600_000;
const askAgainMs = 60_000;

interface Server {
  readonly entry: UpsConfig;
  cancel: Cancel;
  /** It was asked once, whatever came of it. */
  tried: boolean;
  trouble: string | undefined;
}

export class Lister {
  readonly #parts: ListerParts;
  #servers: readonly Server[] = [];
  #ended = new AbortController();

  constructor(parts: ListerParts) {
    this.#parts = parts;
  }

  /** Asks the servers of these entries from now on; what is known of others is forgotten. */
  async follow(entries: readonly UpsConfig[]): Promise<void> {
    this.stop();
    this.#ended = new AbortController();
    this.#servers = entries
      .filter(isAll)
      .map((entry) => ({ entry, cancel: () => {}, tried: false, trouble: undefined }));
    await this.#forgetOthers();
    for (const server of this.#servers) this.#schedule(server, 0, this.#ended.signal);
  }

  /** Asks nobody any more. May be called twice. */
  stop(): void {
    this.#ended.abort();
    for (const { cancel } of this.#servers) cancel();
  }

  /** Whether each server was asked once. */
  get tried(): boolean {
    return this.#servers.every(({ tried }) => tried);
  }

  status(): ServerStatus[] {
    return this.#servers.map(({ entry, trouble }) => ({
      entry: entry.name,
      driver: entry.driver.name,
      units: this.#known(entry)?.units.length ?? 0,
      ...(trouble === undefined ? {} : { trouble }),
    }));
  }

  #schedule(server: Server, ms: number, ended: AbortSignal): void {
    if (ended.aborted) return;
    const { timers } = this.#parts;
    server.cancel = timers.after(`list ${server.entry.name}`, ms, () => {
      void this.#ask(server, ended).then((again) => this.#schedule(server, again ? askAgainMs : askMs, ended));
    });
  }

  /** @returns whether to ask again soon; never throws */
  async #ask(server: Server, ended: AbortSignal): Promise<boolean> {
    const { log } = this.#parts;
    const { entry } = server;
    try {
      const answered = await askServer(entry, log, () => this.#parts.timers.monotonic(), ended);
      if (ended.aborted) return false;
      if (server.trouble !== undefined) log('info', 'server.answers', `${entry.name}: its server lists its UPS again.`);
      server.trouble = undefined;
      return await this.#take(entry, answered);
    } catch (error) {
      const trouble = withoutName(entry.name, error instanceof Error ? error.message : String(error));
      if (!ended.aborted && trouble !== server.trouble)
        log('warn', 'server.not-listed', `${entry.name}: ${trouble}`, { entry: entry.name });
      server.trouble = trouble;
      return true;
    } finally {
      server.tried = true;
    }
  }

  /** @returns whether a unit is missing for the first time */
  async #take(entry: UpsConfig, answered: readonly string[]): Promise<boolean> {
    const { store, log, changed } = this.#parts;
    const key = keys.list(entry.name);
    const record = store.get<ServerList>(key);
    const list = nextList(record?.value, entry, answered);
    if (list === record?.value) return list.missing.length > 0;
    await store.commit({ changes: [{ key, value: list, expected: record?.revision ?? 0 }] });
    const [came, went] = difference(record?.value.units ?? [], list.units);
    if (came.length + went.length > 0) {
      const words = [
        ...(came.length > 0 ? [`new: ${few(came)}`] : []),
        ...(went.length > 0 ? [`gone: ${few(went)}`] : []),
      ];
      log('info', 'server.listed', `${entry.name}: its server lists ${answered.length} UPS; ${words.join('; ')}.`, {
        entry: entry.name,
      });
      await changed();
    }
    return list.missing.length > 0;
  }

  #known(entry: UpsConfig): ServerList | undefined {
    return this.#parts.store.get<ServerList>(keys.list(entry.name))?.value;
  }

  async #forgetOthers(): Promise<void> {
    const { store } = this.#parts;
    const kept = new Set(this.#servers.map(({ entry }) => keys.list(entry.name)));
    const others = store.list<ServerList>(keys.lists).filter(([key]) => !kept.has(key));
    if (others.length === 0) return;
    await store.commit({
      changes: others.map(([key, { revision }]) => ({ key, remove: true, expected: revision })),
    });
  }
}

/** Asks the server of an entry for its units, by the server's names for them. @throws DriverError */
export async function askServer(
  entry: UpsConfig,
  log: Log,
  monotonic: () => number,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const { name, options } = entry.driver;
  const context: DriverContext = {
    ups: entry.name,
    monotonic,
    log: (level, message, details) => log(level, `driver.${name}`, message, { entry: entry.name, ...details }),
  };
  return (await (await loadDriver(name)).list?.(options, context, signal)) ?? [];
}

function difference(before: readonly string[], now: readonly string[]): [came: string[], went: string[]] {
  const [old, fresh] = [new Set(before), new Set(now)];
  return [now.filter((unit) => !old.has(unit)), before.filter((unit) => !fresh.has(unit))];
}

function few(names: readonly string[]): string {
  const first = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${first} and ${names.length - 10} more` : first;
}
