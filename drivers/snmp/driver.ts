/**
 * Reads Smart-UPS units through the SNMP agent of their network card. A poll is one GET; what else the unit has
 * (cartridges, modules, the standard UPS-MIB) is learned at first contact and asked from then on.
 */
import { type Driver, type DriverContext, DriverError, type DriverModule, type Reading } from '../contract.ts';
import { type Cell, integerOf, textOf, type Values } from './cell.ts';
import { snmpProbe } from './discover.ts';
import { type Access, accessesOf, type SnmpOptions } from './options.ts';
import {
  batteryTables,
  explored,
  identityPoll,
  lifeCycle,
  powernet,
  powernetPoll,
  powernetRules,
  system,
} from './powernet.ts';
import { type Budget, Manners, PartlySilent, Requests } from './requests.ts';
import {
  type Alarms,
  alarmColumn,
  alarmCount,
  evaluateRfc1628,
  hasRfc1628,
  rfc1628Battery,
  rfc1628Poll,
} from './rfc1628.ts';
import { emptyDraft, evaluate } from './rules.ts';
import { SnmpSession, type Target } from './session.ts';
import { columnsOf, evaluateTables, populatedCells } from './tables.ts';
import { hasPowernet, isLost, isProven, judge, noProof, type Proof } from './verdict.ts';

const day = 86_400_000;
const hour = 3_600_000;
const longestRead = 60_000;
const longestExploration = 300_000;

/** What first contact taught about the device. */
interface Known {
  /** On the context's monotonic clock. */
  learnAgainAt: number;
  /** The scalars of every poll. */
  readonly scalars: readonly string[];
  /** Cells of tables that hold something, and scalars that only some families have. */
  readonly extras: readonly string[];
  /** Whether the tables were read to their end. */
  readonly certain: boolean;
  readonly version: string;
  readonly proof: Proof;
  /** Objects whose change means: look again. */
  readonly identity: Map<string, string>;
  upTime: number | undefined;
}

/** One reading's raw material. */
interface Seen {
  readonly values: Values;
  readonly alarms: Alarms | undefined;
  readonly certain: boolean;
  /** Battery branches that hold something beside what is asked. */
  readonly proof: Proof;
}

const identityOids = [powernet.model, powernet.serial, powernet.firmware, powernet.packs] as const;

class SnmpDriver implements Driver {
  readonly #context: DriverContext;
  readonly #target: Target;
  readonly #accesses: readonly Access[];
  #session: SnmpSession | undefined;
  #known: Known | undefined;
  readonly #manners = new Manners();
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: SnmpOptions, context: DriverContext) {
    const { host, port, timeout, retries } = options;
    this.#context = context;
    const { ups, record } = context;
    this.#target = { ups, host, port, timeoutMs: timeout * 1000, retries, ...(record && { record }) };
    this.#accesses = accessesOf(options);
  }

  /** Reads of one device queue up: a card gets one request at a time. */
  read(signal?: AbortSignal): Promise<Reading> {
    const turn = this.#queue.then(() => this.#read(signal));
    this.#queue = turn.catch(() => {});
    return turn;
  }

  explore(): Promise<void> {
    const turn = this.#queue.then(() => this.#explore());
    this.#queue = turn.catch(() => {});
    return turn;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#session?.close();
    await this.#queue;
  }

  async #read(signal: AbortSignal | undefined): Promise<Reading> {
    const budget = this.#budget(signal);
    try {
      const session = await this.#reach(budget);
      const requests = this.#requests(session, budget);
      return reading(await this.#poll(session, requests));
    } catch (error) {
      throw this.#failure(error, budget);
    }
  }

  async #explore(): Promise<void> {
    const { monotonic } = this.#context;
    const end = monotonic() + longestExploration;
    const budget: Budget = { left: () => end - monotonic() };
    try {
      const requests = this.#requests(await this.#reach(budget), budget);
      for (const branch of explored) await this.#bearable(() => requests.everything(branch));
    } catch (error) {
      throw this.#failure(error, budget);
    }
  }

  /** Longest time that one request may take, resends included; SNMPv3 may need discovery and a resynchronisation. */
  get #perRequest(): number {
    const exchanges = this.#accesses[0]?.version === '3' ? 3 : 1;
    return this.#target.timeoutMs * (this.#target.retries + 1) * exchanges + 500;
  }

  #budget(signal: AbortSignal | undefined): Budget {
    const requests = this.#known === undefined ? 20 : 8;
    const total = Math.max(2 * this.#perRequest, Math.min(longestRead, requests * this.#perRequest));
    const { monotonic } = this.#context;
    const end = monotonic() + total;
    return { left: () => end - monotonic(), signal };
  }

  #requests(session: SnmpSession, budget: Budget): Requests {
    return new Requests(session, this.#manners, budget, this.#perRequest, this.#context.ups);
  }

  /** The session to use: the one that answered before, or the first access that is answered. */
  async #reach(budget: Budget): Promise<SnmpSession> {
    if (this.#session !== undefined) return this.#session;
    for (const access of this.#accesses) {
      const session = new SnmpSession(this.#target, access);
      this.#session = session;
      if (this.#closed) session.close();
      if (this.#accesses.length === 1) return session;
      if (await this.#requests(session, budget).isAlive()) return session;
      session.close();
      this.#session = undefined;
    }
    throw this.#unreachable();
  }

  async #poll(session: SnmpSession, requests: Requests): Promise<Seen> {
    const known = this.#known;
    if (known !== undefined && known.version === session.version && this.#context.monotonic() < known.learnAgainAt) {
      const values = await this.#scalars(known, requests);
      if (isLost(values)) return this.#lost(values);
      if (!hasChanged(known, values)) return await this.#extras(known, values, requests);
      this.#context.log('info', 'the card restarted or the unit changed: looking anew at what it has');
    }
    return await this.#learn(session, requests);
  }

  /** An ordinary poll's first part. */
  async #scalars(known: Known, requests: Requests): Promise<Map<string, Cell>> {
    try {
      return await requests.get(known.scalars);
    } catch (error) {
      // Or the card is another one now, or has another firmware, that cannot bear so much.
      if (error instanceof PartlySilent) known.learnAgainAt = this.#context.monotonic();
      throw error;
    }
  }

  /** Nothing that is learned while the UPS is away can be trusted. */
  #lost(values: Values): Seen {
    this.#forget();
    return { values, alarms: undefined, certain: false, proof: noProof };
  }

  #forget(): void {
    this.#known = undefined;
    this.#manners.forget();
  }

  /** An ordinary poll's second part: the cells and alarms that this unit has. */
  async #extras(known: Known, values: Map<string, Cell>, requests: Requests): Promise<Seen> {
    const extras = await this.#bearable(() => requests.get(known.extras));
    const complete = extras !== undefined && known.extras.every((oid) => extras.has(oid));
    if (extras !== undefined && !complete) known.learnAgainAt = this.#context.monotonic();
    const alarms = await this.#alarms(values, requests);
    return {
      values: new Map([...values, ...(extras ?? [])]),
      alarms,
      certain: known.certain && complete,
      proof: known.proof,
    };
  }

  /** First contact, the daily look, and whenever the card restarted or the unit changed. */
  async #learn(session: SnmpSession, requests: Requests): Promise<Seen> {
    this.#forget();
    const values = await requests.get(powernetPoll);
    if (isLost(values)) return this.#lost(values);
    if (textOf(values.get(powernet.model)) === undefined) merge(values, await requests.get(rfc1628Poll));
    const proof = isProven(values) ? noProof : await this.#proof(requests);
    const isPowernet = hasPowernet(values) || proof.has(powernet.batteryRoot);
    const tables = isPowernet ? await this.#tables(requests) : { cells: new Map<string, Cell>(), certain: true };
    merge(values, tables.cells);
    const alarms = await this.#alarms(values, requests);
    const { silenced } = this.#manners;
    const isUps = ['ups', 'other-vendor'].includes(judge(values, alarms, proof).verdict);
    // What it is cannot be told from half an answer.
    if (!isUps && silenced.size > 0) throw new PartlySilent(this.#target.ups);
    const extras = [...populatedCells(tables.cells), ...lifeCycle.oids.filter((oid) => tables.cells.has(oid))];
    // Once as every poll is going to ask: what the card cannot bear shows now.
    await this.#bearable(() => requests.get(extras));
    this.#manners.isSettled = silenced.size === 0;
    const { monotonic } = this.#context;
    this.#known = {
      learnAgainAt: monotonic() + (tables.certain && silenced.size === 0 ? day : hour),
      scalars: [...(isPowernet ? powernetPoll : identityPoll), ...(hasRfc1628(values) ? rfc1628Poll : [])],
      extras,
      certain: tables.certain,
      version: session.version,
      proof,
      identity: identityOf(values),
      upTime: integerOf(values.get(system.sysUpTime)),
    };
    this.#context.log('info', `answers SNMP ${session.version}`, { objects: values.size, cells: extras.length });
    return { values, alarms, certain: tables.certain, proof };
  }

  /** A unit without a model and without any object of the ordinary poll may still have something about its battery. */
  async #proof(requests: Requests): Promise<Proof> {
    return (await this.#bearable(() => requests.branches([powernet.batteryRoot, rfc1628Battery]))) ?? noProof;
  }

  /** The cells of whichever tables the unit has. A table that cannot be read costs the table, not the reading. */
  async #tables(requests: Requests): Promise<{ cells: Map<string, Cell>; certain: boolean }> {
    const cells = new Map<string, Cell>();
    let certain = true;
    const branches = [...new Set([...batteryTables.map((table) => table.branch), lifeCycle.branch])];
    const present = await this.#bearable(() => requests.branches(branches));
    if (present === undefined) return { cells, certain: false };
    for (const table of batteryTables.filter(({ branch }) => present.has(branch))) {
      const walk = await this.#bearable(() => requests.walk(columnsOf(table)));
      if (walk !== undefined) merge(cells, walk.cells);
      certain &&= walk?.complete === true;
    }
    if (present.has(lifeCycle.branch)) {
      const found = await this.#bearable(() => requests.get(lifeCycle.oids));
      if (found !== undefined) merge(cells, found);
    }
    return { cells, certain };
  }

  async #alarms(values: Values, requests: Requests): Promise<Alarms | undefined> {
    const count = alarmCount(values);
    if (count === undefined) return undefined;
    if (count === 0) return { oids: [], complete: true };
    const walk = await this.#bearable(() => requests.walk([alarmColumn]));
    if (walk === undefined) return undefined;
    const oids = [...walk.cells.values()].map((cell) => cell.raw);
    return { oids, complete: walk.complete && oids.length >= count };
  }

  /** Silence in a second request loses what it asked for; the first one's answer is still worth having. */
  async #bearable<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof DriverError) || error.code === 'closed' || error.code === 'auth') throw error;
      this.#context.log('debug', 'a part of the reading is missing', { reason: error.message });
      return undefined;
    }
  }

  #failure(error: unknown, budget: Budget): DriverError {
    if (!(error instanceof DriverError)) {
      const what = `${this.#context.ups}: reading failed unexpectedly (${String(error)}); please report this`;
      return new DriverError('protocol', what, { retry: true, cause: error });
    }
    if (error.code === 'closed' && !this.#closed) return error;
    const silent = error.code === 'timeout' && !(error instanceof PartlySilent) && budget.left() > 0;
    if (silent || error.code === 'unreachable') this.#restart();
    return silent ? this.#unreachable() : error;
  }

  /** After silence: a new session, hence a new look-up of the name, and all accesses are tried again. */
  #restart(): void {
    this.#session?.close();
    this.#session = undefined;
  }

  #unreachable(): DriverError {
    const { ups, host, port } = this.#target;
    const access = this.#accesses[0]?.version === '3' ? 'the user or a passphrase is wrong' : 'the community is wrong';
    const what = `${ups}: no answer from ${host} port ${port}. SNMP access is probably not enabled on the card, or ${access}, or a firewall drops UDP ${port}, or the card is off`;
    return new DriverError('unreachable', what, { retry: true });
  }
}

function merge(into: Map<string, Cell>, from: ReadonlyMap<string, Cell>): void {
  for (const [oid, cell] of from) into.set(oid, cell);
}

function identityOf(values: Values): Map<string, string> {
  const identity = new Map<string, string>();
  for (const oid of identityOids) {
    const text = textOf(values.get(oid));
    if (text !== undefined) identity.set(oid, text);
  }
  return identity;
}

/** Another model, serial, firmware or number of packs, or sysUpTime ran back. An absent value is no change. */
function hasChanged(known: Known, values: Values): boolean {
  const upTime = integerOf(values.get(system.sysUpTime));
  if (upTime !== undefined && known.upTime !== undefined && upTime < known.upTime) return true;
  known.upTime = upTime ?? known.upTime;
  for (const oid of identityOids) {
    const text = textOf(values.get(oid));
    const before = known.identity.get(oid);
    if (text === undefined || text === before) continue;
    if (before !== undefined || oid === powernet.model) return true;
    known.identity.set(oid, text);
  }
  return false;
}

function reading({ values, alarms, certain, proof }: Seen): Reading {
  const judgement = judge(values, alarms, proof);
  const draft = emptyDraft();
  if (judgement.verdict !== 'ups' && judgement.verdict !== 'other-vendor') return { ...judgement, ...draft };
  evaluateRfc1628(values, alarms, draft);
  if (judgement.verdict === 'ups') {
    evaluate(lifeCycle.rules, values, draft);
    evaluate(powernetRules, values, draft);
    evaluateTables(values, certain, draft);
  }
  return { ...judgement, ...draft };
}

/** Reads a UPS through SNMP 1, 2c or 3. */
export const snmpDriver: DriverModule<SnmpOptions> = {
  name: 'snmp',
  create: (options, context) => new SnmpDriver(options, context),
  probe: snmpProbe,
  capture: async () => (await import('./capture.ts')).snmpCapture,
};
