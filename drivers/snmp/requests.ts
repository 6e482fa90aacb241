/**
 * Asking for many objects of one device: splits what is too much for it, leaves out what it does not have, walks
 * columns. What was learned about the device stays in `Manners`, so that it is learned once.
 */
import { DriverError } from '../contract.ts';
import { type Cell, cellOf } from './cell.ts';
import { system } from './powernet.ts';
import type { Answer, Limit, Request, SnmpSession } from './session.ts';

const tooBig = 1;
const noSuchName = 2;
/** Below 1,200 bytes on the wire with the longest of our OIDs. */
const largestChunk = 24;
const largestRepetitions = 10;
const rowCap = 128;
/** Far more than any branch that is explored has. */
const mostObjects = 5000;

/** What one device can bear. Lives across polls; forgotten when the device is learned anew. */
export class Manners {
  /** Objects in one request. */
  chunk = largestChunk;
  /** Objects that fail the request they stand in (v1: those that do not exist). */
  readonly dropped = new Set<string>();
  /** Objects that are met with silence. It may also have been the network that lost them. */
  readonly silenced = new Set<string>();
  /** All that is asked was answered once: silence is the network's from now on, and nothing is learned from it. */
  isSettled = false;

  forget(): void {
    this.chunk = largestChunk;
    this.dropped.clear();
    this.silenced.clear();
    this.isSettled = false;
  }
}

/** A device that is there does not answer what it answered before. */
export class PartlySilent extends DriverError {
  constructor(ups: string) {
    super(
      'timeout',
      `${ups}: the card is there, but a request that it knows got no answer: the network loses packets`,
      {
        retry: true,
      },
    );
  }
}

/** The time that a poll has left. */
export interface Budget {
  left(): number;
  readonly signal?: AbortSignal | undefined;
}

/** A walked column that did not end by itself is not complete: what it lacks is not known to be well. */
export interface Walk {
  readonly cells: Map<string, Cell>;
  complete: boolean;
}

/** Cells in one request of a walk. */
interface Stride {
  cells: number;
}

interface Column {
  readonly base: string;
  last: string;
  rows: number;
}

const isSilence = (error: unknown): boolean => error instanceof DriverError && error.code === 'timeout';

function halves<T>(items: readonly T[]): readonly [T[], T[]] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}

/** Whether OID `a` comes after OID `b`: decided by the first number that differs. */
function isAfter(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  if (at === shorter) return a.length > b.length;
  const from = a.lastIndexOf('.', at - 1) + 1;
  return Number.parseInt(a.slice(from), 10) > Number.parseInt(b.slice(from), 10);
}

export class Requests {
  readonly #session: SnmpSession;
  readonly #manners: Manners;
  readonly #budget: Budget;
  readonly #perRequest: number;
  readonly #ups: string;

  constructor(session: SnmpSession, manners: Manners, budget: Budget, perRequest: number, ups: string) {
    this.#session = session;
    this.#manners = manners;
    this.#budget = budget;
    this.#perRequest = perRequest;
    this.#ups = ups;
  }

  /** Whether the device answers at all: sysDescr alone, in a fresh session. @throws DriverError other than silence */
  async isAlive(): Promise<boolean> {
    this.#session.reset();
    try {
      await this.#ask({ kind: 'get', oids: [system.sysDescr] });
      return true;
    } catch (error) {
      if (isSilence(error)) return false;
      throw error;
    }
  }

  /** The values of these objects; those that do not exist are not in the map. */
  async get(oids: readonly string[]): Promise<Map<string, Cell>> {
    const found = new Map<string, Cell>();
    const { dropped, silenced } = this.#manners;
    const wanted = oids.filter((oid) => !dropped.has(oid) && !silenced.has(oid));
    const queue: string[][] = [];
    for (let from = 0; from < wanted.length; from += this.#manners.chunk)
      queue.push(wanted.slice(from, from + this.#manners.chunk));
    for (let part = queue.shift(); part !== undefined; part = queue.shift()) {
      if (part.length > 0) queue.unshift(...(await this.#getPart(part, found)));
    }
    return found;
  }

  /** Asks for one part and returns what is left of it to ask. */
  async #getPart(part: string[], found: Map<string, Cell>): Promise<string[][]> {
    const answer = await this.#answerTo(part);
    const { dropped, silenced } = this.#manners;
    if (answer?.status === 0) {
      for (const [at, { oid, value, exception }] of answer.varbinds.entries()) {
        const wanted = part[at] === oid || part.includes(oid);
        const cell = exception || !wanted ? undefined : cellOf(value);
        if (cell !== undefined) found.set(oid, cell);
      }
      return [];
    }
    const culprit = answer === undefined || answer.status === tooBig ? undefined : part[answer.index - 1];
    if (culprit !== undefined) {
      dropped.add(culprit);
      return [part.filter((oid) => oid !== culprit)];
    }
    const [only] = part;
    if (part.length === 1 && only !== undefined) {
      (answer === undefined ? silenced : dropped).add(only);
      return [];
    }
    if (answer === undefined || answer.status === tooBig) this.#manners.chunk = Math.ceil(part.length / 2);
    return [...halves(part)];
  }

  /** Which of these branches hold anything: one GETNEXT tells all. */
  async branches(roots: readonly string[]): Promise<ReadonlySet<string>> {
    const columns = roots.map((base) => ({ base, last: base, rows: 0 }));
    const walk: Walk = { cells: new Map(), complete: true };
    await this.#steps(columns, walk, 1);
    return new Set(roots.filter((root) => [...walk.cells.keys()].some((oid) => oid.startsWith(`${root}.`))));
  }

  /** A single object counts as silent only when it is so twice, and so does everything that was answered before. */
  async #answerTo(part: string[]): Promise<Answer | undefined> {
    const request: Request = { kind: 'get', oids: part };
    const { isSettled } = this.#manners;
    const answer = await this.#orSilence(request);
    if (answer !== undefined || (part.length > 1 && !isSettled)) return answer;
    const second = await this.#orSilence(request);
    if (second === undefined && isSettled) throw new PartlySilent(this.#ups);
    return second;
  }

  /** All cells of these columns, read side by side. */
  async walk(bases: readonly string[]): Promise<Walk> {
    const walk: Walk = { cells: new Map(), complete: true };
    await this.#steps(
      bases.map((base) => ({ base, last: base, rows: 0 })),
      walk,
      rowCap,
    );
    return walk;
  }

  /** Asks for every object of a branch, for whoever records the answers. Ends early where the device does not go on. */
  async everything(branch: string): Promise<void> {
    let last = branch;
    for (let count = 0; count < mostObjects; ) {
      const repetitions = Math.min(largestRepetitions, this.#manners.chunk);
      const bulk = this.#session.version !== '1' && repetitions > 1;
      const answer = await this.#orSilence(
        bulk ? { kind: 'bulk', oids: [last], repetitions } : { kind: 'next', oids: [last] },
      );
      if (answer === undefined || answer.status === tooBig) {
        if (!bulk) return;
        this.#manners.chunk = Math.ceil(repetitions / 2);
        continue;
      }
      if (answer.status !== 0 || answer.varbinds.length === 0) return;
      for (const { oid, exception } of answer.varbinds) {
        if (exception || !oid.startsWith(`${branch}.`) || !isAfter(oid, last)) return;
        last = oid;
        count += 1;
      }
    }
  }

  async #steps(columns: readonly Column[], walk: Walk, cap: number): Promise<void> {
    const stride: Stride = { cells: this.#manners.chunk };
    let open = [...columns];
    while (open.length > 0) {
      const group = open.slice(0, Math.max(1, stride.cells));
      const ended = await this.#step(group, walk, cap, stride);
      open = open.filter((column) => !ended.has(column));
    }
    if (!this.#manners.isSettled) this.#manners.chunk = stride.cells;
  }

  /** One request for the next cells of these columns. Returns the columns that are done. */
  async #step(group: readonly Column[], walk: Walk, cap: number, stride: Stride): Promise<ReadonlySet<Column>> {
    const perColumn = Math.floor(stride.cells / group.length);
    const repetitions = Math.max(1, Math.min(largestRepetitions, perColumn, cap));
    const bulk = this.#session.version !== '1' && repetitions > 1;
    const oids = group.map((column) => column.last);
    const answer = await this.#orSilence(bulk ? { kind: 'bulk', oids, repetitions } : { kind: 'next', oids });
    if (answer === undefined || answer.status === tooBig) {
      const asked = group.length * (bulk ? repetitions : 1);
      if (asked > 1) {
        stride.cells = Math.ceil(asked / 2);
        return new Set();
      }
      walk.complete = false;
      return new Set(group);
    }
    if (answer.status !== 0) {
      const at = group[answer.index - 1] ?? (group.length === 1 ? group[0] : undefined);
      if (answer.status !== noSuchName) walk.complete = false;
      // Without an index the culprit is unknown: the first column is asked alone next time.
      if (at === undefined) stride.cells = 1;
      return new Set(at === undefined ? [] : [at]);
    }
    return take(answer, group, walk, cap);
  }

  /** The answer, or `undefined` when this request is met with silence though the device is there. */
  async #orSilence(request: Request): Promise<Answer | undefined> {
    try {
      return await this.#ask(request);
    } catch (error) {
      if (!isSilence(error)) throw error;
      const alone = request.oids.length === 1 && request.oids[0] === system.sysDescr;
      if (alone || !(await this.isAlive())) throw error;
      return undefined;
    }
  }

  async #ask(request: Request): Promise<Answer> {
    const left = this.#budget.left();
    if (left <= 0) {
      const what = `${this.#ups}: the card answers too slowly; the poll was given up. Raise \`timeout\` if this goes on`;
      throw new DriverError('timeout', what, { retry: true });
    }
    const limit: Limit = { ms: Math.min(left, this.#perRequest), signal: this.#budget.signal };
    return await this.#session.ask(request, limit);
  }
}

/** Sorts the answered cells into their columns. */
function take(answer: Answer, group: readonly Column[], walk: Walk, cap: number): ReadonlySet<Column> {
  const ended = new Set<Column>();
  for (const [at, varbind] of answer.varbinds.entries()) {
    const column = group[at % group.length];
    if (column === undefined || ended.has(column)) continue;
    const step = stepOf(varbind, column, cap);
    const cell = step === 'outside' || step === 'backwards' ? undefined : cellOf(varbind.value);
    if (cell !== undefined) walk.cells.set(varbind.oid, cell);
    if (step !== 'on') ended.add(column);
    if (step === 'backwards' || step === 'capped') walk.complete = false;
  }
  // A short answer is allowed (it goes on where it stopped), an empty one leads nowhere.
  if (answer.varbinds.length > 0) return ended;
  walk.complete = false;
  return new Set(group);
}

/** One step down a column. An agent that does not move forward would keep us walking for ever. */
function stepOf(
  { oid, exception }: Answer['varbinds'][number],
  column: Column,
  cap: number,
): 'on' | 'outside' | 'backwards' | 'first' | 'capped' {
  if (exception) return 'outside';
  if (!isAfter(oid, column.last)) return 'backwards';
  if (!oid.startsWith(`${column.base}.`)) return 'outside';
  column.last = oid;
  column.rows += 1;
  if (column.rows < cap) return 'on';
  return cap === 1 ? 'first' : 'capped';
}
