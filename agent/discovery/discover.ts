/**
 * Finds units where somebody has said to look, and nowhere else: addresses of named ranges, named servers, serial ports. A
 * place is probed lightly by each driver that can be there; what answers is identified by that driver's own reading.
 */
import { setMaxListeners } from 'node:events';
import { DriverError, type DriverModule, withoutName } from '../../drivers/contract.ts';
import type { Candidate, Introduction, Place, ProbeContext, Search } from '../../drivers/probe.ts';
import { driverNames, driverOptions, loadDriver } from '../../drivers/registry.ts';
import { namedPort, type SerialPortInfo, serialPorts } from '../../drivers/serial-ports.ts';
import { DiscoveryError } from './error.ts';
import { type Finding, findingsOf, type KnownUnit, type Sighting } from './finding.ts';
import { type Clock, limited, pacer, realClock, workedThrough } from './pace.ts';
import { type PortLists, portsToSearch } from './ports.ts';
import { type Addresses, addressesOf } from './ranges.ts';
import { Remarks } from './remarks.ts';

export interface DiscoveryRequest {
  /** `10.0.0.0/24`, `10.0.0.5`, `2001:db8::/120`. */
  readonly ranges?: readonly string[];
  /** Whether more than 65,536 addresses are meant. */
  readonly allowLarge?: boolean;
  /** All serial ports that may have a UPS, or those at these paths. */
  readonly serial?: boolean | readonly string[];
  /** Servers of other programs that know units, for drivers that search by `server`. */
  readonly servers?: readonly { readonly driver: string; readonly host: string; readonly port?: number }[];
  /** Other ports than the usual ones, by driver, for ranges. */
  readonly ports?: Readonly<Record<string, number>>;
  /** How to introduce ourselves, by driver. */
  readonly introductions?: Readonly<Record<string, readonly Introduction[]>>;
  /** Units that need not be found again. */
  readonly known?: readonly KnownUnit[];
  /** Packets and connections a second with which ranges are searched; 50 unless given. Readings come on top. */
  readonly rate?: number;
}

export interface Progress {
  /** Places: addresses, ports, servers. */
  readonly done: number;
  readonly total: number;
  /** Sightings so far; one unit may be seen in several ways. */
  readonly seen: number;
  /** What was seen just now. */
  readonly sighting?: Sighting;
}

export interface DiscoveryResult {
  readonly findings: readonly Finding[];
  /** Plain sentences: what could not be searched or read, and what to do about it. */
  readonly remarks: readonly string[];
  /** Devices that answered and are no UPS. */
  readonly others: number;
  /** Whether it was stopped before it was done. */
  readonly stopped: boolean;
}

/** The world as a search sees it; tests bring their own. */
export interface DiscoveryWorld extends PortLists {
  readonly clock: Clock;
  /** How long a probe waits for an answer. */
  readonly timeoutMs: number;
}

export const realWorld: DiscoveryWorld = {
  clock: realClock,
  serialPorts: async () => await serialPorts(),
  namedPort: async (device) => await namedPort(device),
  timeoutMs: 1500,
};

const usualRate = 50;
const fastestRate = 5000;
const readingsAtOnce = 8;
const portsAtOnce = 4;

/**
 * Searches, and resolves with what was found; also when the signal stops it before the end.
 * @throws DiscoveryError before anything is sent, if the request cannot be meant so
 */
export async function discover(
  request: DiscoveryRequest,
  options: { signal?: AbortSignal; onProgress?: (progress: Progress) => void; world?: DiscoveryWorld } = {},
): Promise<DiscoveryResult> {
  const { signal = new AbortController().signal, onProgress = () => {}, world = realWorld } = options;
  const search = new DiscoverySearch(request, world, signal, onProgress);
  return await search.run();
}

/** A driver that can look at places of one kind. */
interface Searcher {
  readonly name: string;
  readonly search: Search;
}

class DiscoverySearch {
  readonly #request: DiscoveryRequest;
  readonly #world: DiscoveryWorld;
  readonly #signal: AbortSignal;
  readonly #onProgress: (progress: Progress) => void;
  readonly #addresses: Addresses;
  readonly #rate: number;
  readonly #permit: () => Promise<void>;
  readonly #reading = limited(readingsAtOnce);
  readonly #remarks = new Remarks();
  readonly #sightings: Sighting[] = [];
  #others = 0;
  #done = 0;
  #total: number;

  constructor(
    request: DiscoveryRequest,
    world: DiscoveryWorld,
    signal: AbortSignal,
    onProgress: (progress: Progress) => void,
  ) {
    const { ranges = [], servers = [], serial = false, rate = usualRate } = request;
    if (!(rate >= 1 && rate <= fastestRate))
      throw new DiscoveryError('bad-request', `The rate is a number from 1 to ${fastestRate} packets a second`);
    for (const { host, port = 1 } of servers)
      if (!/^[^\s/@]+$/.test(host) || !Number.isInteger(port) || port < 1 || port > 65_535)
        throw new DiscoveryError(
          'bad-request',
          `${JSON.stringify(host)} is no host; write for example nas or nas:3493`,
        );
    if (ranges.length === 0 && servers.length === 0 && serial === false)
      throw new DiscoveryError('nothing-to-search', 'Name a range such as 10.0.0.0/24, a server, or serial ports');
    this.#request = request;
    this.#world = world;
    this.#signal = AbortSignal.any([signal]);
    // Each hand waits with the signal in its hand.
    setMaxListeners(0, this.#signal);
    this.#onProgress = onProgress;
    this.#addresses = addressesOf(ranges, request.allowLarge);
    this.#rate = rate;
    this.#permit = pacer(rate, world.clock, this.#signal);
    this.#total = this.#addresses.count + servers.length;
  }

  async run(): Promise<DiscoveryResult> {
    const { serial = false, servers = [] } = this.#request;
    const ports = await portsToSearch(serial, this.#world, (sentence) => this.#remarks.add(sentence));
    this.#total += ports.length;
    this.#tell();
    // Each address waits for silence several times: so many hands keep the pace.
    const hands = Math.min(this.#addresses.count, Math.max(8, Math.min(256, Math.ceil(2 * this.#rate))));
    await Promise.all([
      workedThrough(this.#addresses, hands, async (host) => await this.#lookAtAddress(host)),
      workedThrough(servers, readingsAtOnce, async (server) => await this.#lookAtServer(server)),
      workedThrough(ports, portsAtOnce, async (port) => await this.#lookAtPort(port)),
    ]);
    return {
      findings: findingsOf(this.#sightings, this.#request.known ?? []),
      remarks: this.#remarks.sentences(),
      others: this.#others,
      stopped: this.#signal.aborted,
    };
  }

  async #lookAtAddress(host: string): Promise<void> {
    for (const { name, search } of searchers('address')) {
      if (this.#signal.aborted) return;
      const port = this.#request.ports?.[name] ?? ('port' in search ? search.port : 0);
      await this.#lookAt(name, { by: 'address', host, port }, host);
    }
    this.#finish();
  }

  async #lookAtServer({ driver, host, port }: { driver: string; host: string; port?: number }): Promise<void> {
    const search = searchers('server').find(({ name }) => name === driver)?.search;
    if (search === undefined || !('port' in search)) this.#remarks.add(`The driver ${driver} knows no servers.`);
    else await this.#lookAt(driver, { by: 'server', host, port: port ?? search.port }, host);
    this.#finish();
  }

  /**
   * Slow lines are tried before fast ones. What is sent on a slow line is noise to a fast device; but a slow device can
   * take noise from a fast line for a command.
   */
  async #lookAtPort({ device, name }: SerialPortInfo): Promise<void> {
    const speed = ({ search }: Searcher): number => ('baud' in search ? search.baud : 0);
    const trouble: string[] = [];
    for (const searcher of [...searchers('serial')].sort((one, other) => speed(one) - speed(other))) {
      if (this.#signal.aborted) return;
      const seen = await this.#lookAt(searcher.name, { by: 'serial', device }, name, (sentence) =>
        trouble.push(sentence),
      );
      if (seen) {
        this.#finish();
        return;
      }
    }
    const [first] = trouble;
    if (first !== undefined && !this.#signal.aborted) this.#remarks.add(first);
    this.#finish();
  }

  /** Whether something that is a UPS was seen. */
  async #lookAt(
    name: string,
    place: Place,
    label: string,
    remark: (sentence: string) => void = (sentence) => this.#remarks.add(sentence, label),
  ): Promise<boolean> {
    const driver = await loadDriver(name);
    const candidates = await this.#despite(
      async () => (await driver.probe?.(place, this.#probeContext(name))) ?? [],
      (error) => remark(sentenceOf(error, label)),
    );
    const seen = (candidates ?? []).map((candidate) =>
      this.#despite(
        async () => await this.#reading(async () => await this.#read(driver, place, label, candidate)),
        (error) => remark(place.by === 'address' ? unreadOf(error, label, name) : sentenceOf(error, label)),
      ),
    );
    return (await Promise.all(seen)).includes(true);
  }

  /** What cannot be looked at is told, and stops nothing. */
  async #despite<T>(job: () => Promise<T>, tell: (error: unknown) => void): Promise<T | undefined> {
    try {
      return await job();
    } catch (error) {
      if (!this.#signal.aborted) tell(error);
      return undefined;
    }
  }

  #probeContext(name: string): ProbeContext {
    const { clock, timeoutMs } = this.#world;
    return {
      permit: this.#permit,
      pause: async (ms) => await clock.sleep(ms, this.#signal),
      signal: this.#signal,
      timeoutMs,
      introductions: this.#request.introductions?.[name] ?? [],
    };
  }

  async #read(module: DriverModule<unknown>, place: Place, label: string, candidate: Candidate): Promise<boolean> {
    const options = driverOptions(module.name).schema.parse(candidate.used);
    const ups = candidate.label ?? label;
    const driver = module.create(options, { ups, monotonic: this.#world.clock.now, log: () => {} });
    try {
      const reading = await driver.read(this.#signal);
      if (reading.verdict === 'not-a-ups') {
        this.#others += 1;
        return false;
      }
      const { written, shown, note } = candidate;
      this.#see({
        driver: module.name,
        written,
        shown,
        place: ups,
        options,
        reading,
        ...(place.by === 'address' && { address: place.host }),
        ...(note !== undefined && { note }),
      });
      return true;
    } finally {
      await driver.close();
    }
  }

  #see(sighting: Sighting): void {
    this.#sightings.push(sighting);
    this.#tell(sighting);
  }

  #finish(): void {
    this.#done += 1;
    this.#tell();
  }

  #tell(sighting?: Sighting): void {
    const seen = this.#sightings.length;
    this.#onProgress({ done: this.#done, total: this.#total, seen, ...(sighting && { sighting }) });
  }
}

/** The drivers that can look at places of a kind, in the order of the registry. */
function searchers(by: Search['by']): readonly Searcher[] {
  return driverNames.flatMap((name) => {
    const { searches = [] } = driverOptions(name);
    return searches.filter((search) => search.by === by).map((search) => ({ name, search }));
  });
}

/** Drivers begin their messages with what they speak of. */
function sentenceOf(error: unknown, label: string): string {
  if (error instanceof DriverError) return error.message;
  const why = error instanceof Error ? error.message : String(error);
  return `${label}: searching failed unexpectedly (${why}); please report this`;
}

/** Something listens there, which need not be a UPS at all. */
function unreadOf(error: unknown, label: string, driver: string): string {
  const sentence = sentenceOf(error, label);
  return `${label} seems to answer ${driver}, but was not read: ${withoutName(label, sentence)}`;
}
