/** The search for units that the page and the API start: one at a time, with its progress and what it found. */
import { addUps, writtenUps } from '../../../config/config.ts';
import { blockOf } from '../../discovery/block.ts';
import { type DiscoveryRequest, type DiscoveryResult, discover, type Progress } from '../../discovery/discover.ts';
import { type Finding, isNew, type KnownUnit, type Sighting } from '../../discovery/finding.ts';
import { introductionsOf } from '../../discovery/introductions.ts';
import { told } from '../../lifecycle/facts.ts';
import type { Instant } from '../../lifecycle/model.ts';
import { OperationError } from '../../operations/desk.ts';
import type { PortalDesk } from '../desk.ts';

/** Where to look, as the page and the API ask for it. */
export type Wanted = Pick<DiscoveryRequest, 'ranges' | 'serial' | 'servers' | 'ports' | 'rate'> & {
  /** The community of SNMP 1 and 2c that is tried; `public` unless given. */
  readonly community?: string;
};

/** How a search stands. */
export interface SearchState {
  readonly running: boolean;
  readonly startedAt: Instant;
  readonly done: number;
  readonly total: number;
  /** What was seen so far; one unit may be seen in several ways. */
  readonly seen: readonly Pick<Sighting, 'place' | 'driver' | 'reading'>[];
  /** Once it is over. */
  readonly result?: DiscoveryResult;
  /** Why it ended before it was done. */
  readonly failed?: string;
}

export class Search {
  readonly #desk: PortalDesk;
  #state: SearchState | undefined;
  #abort: AbortController | undefined;
  #over: Promise<void> = Promise.resolve();

  constructor(desk: PortalDesk) {
    this.#desk = desk;
  }

  /** The search under way, or the last one. */
  get state(): SearchState | undefined {
    return this.#state;
  }

  /** Resolves when no search is under way. */
  async over(): Promise<void> {
    await this.#over;
  }

  /** @throws DiscoveryError when it cannot be meant so, OperationError `search-runs` */
  async start({ community, ...wanted }: Wanted): Promise<SearchState> {
    if (this.#state?.running) throw new OperationError('search-runs', 'a search is under way; stop it first');
    const known = await this.#known();
    const communities = community === undefined || community === '' ? [] : [{ value: community }];
    const request: DiscoveryRequest = { ...wanted, known, introductions: introductionsOf(communities, known) };
    const abort = new AbortController();
    const state: SearchState = { running: true, startedAt: this.#desk.office.desk.now(), done: 0, total: 0, seen: [] };
    this.#state = state;
    this.#abort = abort;
    let refused: unknown;
    const running = discover(request, { signal: abort.signal, onProgress: (progress) => this.#progress(progress) });
    this.#over = running.then(
      (result) => this.#end({ result }),
      (error: unknown) => {
        refused = error;
        this.#end({ failed: error instanceof Error ? error.message : String(error) });
      },
    );
    // A request that cannot be meant so is refused before anything is sent.
    await Promise.race([this.#over, new Promise((resolve) => setImmediate(resolve))]);
    if (refused !== undefined) {
      this.#state = undefined;
      throw refused;
    }
    return this.#state;
  }

  /** Ends it early; what was found until then stays. */
  stop(): void {
    this.#abort?.abort();
  }

  /**
   * Adds findings to the config file and reads it again.
   * @param names as the search calls them; each new one unless given
   * @returns their names in the config
   * @throws ConfigEditError, OperationError `no-such-finding`
   */
  async add(names?: readonly string[]): Promise<readonly string[]> {
    const all = (this.#state?.result?.findings ?? []).filter(isNew);
    const chosen = names === undefined ? all : names.map((name) => this.#finding(all, name));
    if (chosen.length === 0) return [];
    const { configFile } = this.#desk;
    const added = await addUps(
      configFile.path,
      chosen.map((finding) => blockOf(finding, 'written')),
    );
    await configFile.reload();
    this.#forget(chosen);
    return added;
  }

  #finding(all: readonly Finding[], name: string): Finding {
    const found = all.find((each) => each.name === name);
    if (found === undefined) {
      throw new OperationError('no-such-finding', `the last search found no new UPS called "${name}"; search again`);
    }
    return found;
  }

  /** What is in the config now is not offered again. */
  #forget(added: readonly Finding[]): void {
    const { result } = this.#state ?? {};
    if (this.#state === undefined || result === undefined) return;
    const findings = result.findings.map((each) => (added.includes(each) ? { ...each, configured: each.name } : each));
    this.#state = { ...this.#state, result: { ...result, findings } };
  }

  #progress({ done, total, sighting }: Progress): void {
    if (this.#state === undefined) return;
    const seen = sighting === undefined ? this.#state.seen : [...this.#state.seen, sighting];
    this.#state = { ...this.#state, done, total, seen };
  }

  #end(end: Pick<SearchState, 'result' | 'failed'>): void {
    if (this.#state !== undefined) this.#state = { ...this.#state, ...end, running: false };
  }

  /** The units of the config: not found again, and known by their serial numbers. */
  async #known(): Promise<(KnownUnit & { readonly written: unknown })[]> {
    const { office, configFile } = this.#desk;
    const sections = await writtenUps(configFile.path).catch(() => []);
    return office.config.ups.map(({ name, driver }, index) => {
      const serial = told(office.units.find(name)?.value.facts['device.serial']);
      const written = sections[index]?.[driver.name];
      return { name, driver: driver.name, options: driver.options, written, ...(serial ? { serial } : {}) };
    });
  }
}

const searches = new WeakMap<PortalDesk, Search>();

/** The one search of an agent. */
export function searchOf(desk: PortalDesk): Search {
  const known = searches.get(desk) ?? new Search(desk);
  searches.set(desk, known);
  return known;
}
