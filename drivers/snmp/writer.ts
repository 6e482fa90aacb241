/**
 * Writes the install date of a battery through the network card: upsBasicBatteryLastReplaceDate and the install dates
 * of the cartridges and packs the unit lists. Nothing else is ever set, and nothing but drivers/writers.ts loads this.
 */
import snmp from 'net-snmp';
import {
  type DriverContext,
  DriverError,
  type InstallOrder,
  type WriteAttempt,
  type WriterModule,
  withoutName,
} from '../contract.ts';
import type { Cell } from './cell.ts';
import { accessesOf, type SnmpOptions } from './options.ts';
import { batteryTables, powernet, powernetRules, system } from './powernet.ts';
import { type Budget, Manners, Requests } from './requests.ts';
import { emptyDraft, evaluate } from './rules.ts';
import { SnmpSession } from './session.ts';
import { columnsOf, installedCells } from './tables.ts';
import { isLost } from './verdict.ts';

const longestWrite = 60_000;
/** What is read before anything is written: who it is, and how it writes dates. */
const before = [
  system.sysDescr,
  powernet.commStatus,
  powernet.model,
  powernet.serial,
  powernet.installed,
  powernet.manufactured,
  powernet.replaceBy,
] as const;

/** Error statuses of a SetRequest (RFC 1157, RFC 3416) in words. SNMP 1 knows 2 to 5 only. */
const refusals: Readonly<Record<number, string>> = {
  1: 'tooBig',
  2: 'noSuchName: this community may not write, or the card has no such object',
  3: 'badValue: the card does not take this as a date',
  4: 'readOnly: the card does not let this object be written',
  5: 'genErr: the card could not do it. With the access type "Write" it lets nobody write while somebody is logged in to it',
  6: 'noAccess: this community or user may not write',
  7: 'wrongType: the card wants no text here',
  8: 'wrongLength: the card wants another number of characters',
  9: 'wrongEncoding',
  10: 'wrongValue: the card does not take this as a date',
  11: 'noCreation: the card has no such object',
  12: 'inconsistentValue: the card does not take this date now',
  13: 'resourceUnavailable: the card could not do it',
  14: 'commitFailed: the card could not do it',
  15: 'undoFailed: the card could not do it',
  16: 'authorizationError: this community or user may not write',
  17: 'notWritable: the card does not let this object be written',
  18: 'inconsistentName',
};
/** Refusals that another way to write the same day may avoid. */
const ofTheText: ReadonlySet<number> = new Set([3, 7, 8, 9, 10]);

/** One object to write. */
interface Goal {
  readonly object: string;
  readonly oid: string;
  readonly pack?: number;
  readonly cartridge?: number;
  /** What it says now. */
  readonly now: string | undefined;
  /** The ways to write the day, the likeliest first. */
  readonly texts: readonly string[];
}

/** What the card said to one SetRequest; `status` is 0 where it said nothing. */
interface Said {
  readonly outcome: 'taken' | 'refused' | 'silent';
  readonly status: number;
  readonly words?: string;
}

class SnmpWriter {
  readonly #options: SnmpOptions;
  readonly #context: DriverContext;
  readonly #order: InstallOrder;
  readonly #signal: AbortSignal;
  readonly #end: number;

  constructor(options: SnmpOptions, context: DriverContext, order: InstallOrder, signal: AbortSignal) {
    this.#options = { ...options, community: options.writeCommunity ?? options.community };
    this.#context = context;
    this.#order = order;
    this.#signal = signal;
    this.#end = context.monotonic() + longestWrite;
  }

  async write(): Promise<readonly WriteAttempt[]> {
    const { session, requests } = await this.#reach();
    try {
      const attempts: WriteAttempt[] = [];
      for (const goal of await this.#goals(requests)) attempts.push(await this.#attempt(session, goal));
      return attempts;
    } finally {
      session.close();
    }
  }

  /** A session that answers; silence is how a card refuses a community. */
  async #reach(): Promise<{ session: SnmpSession; requests: Requests }> {
    const { host, port, timeout, retries } = this.#options;
    const target = { ups: this.#context.ups, host, port, timeoutMs: timeout * 1000, retries };
    for (const access of accessesOf(this.#options)) {
      const session = new SnmpSession(target, access);
      const requests = new Requests(session, new Manners(), this.#budget, this.#perRequest, this.#context.ups);
      try {
        if (await requests.isAlive()) return { session, requests };
      } catch (error) {
        session.close();
        throw error;
      }
      session.close();
    }
    const own = this.#options.writeCommunity === undefined ? 'community' : 'writeCommunity';
    const why =
      this.#options.user === undefined
        ? `is \`${own}\` right, and may it be used from this server?`
        : 'is the card on, and SNMPv3 enabled?';
    throw this.#error('unreachable', `no answer from ${host} port ${port} to whoever wants to write: ${why}`, true);
  }

  get #budget(): Budget {
    return { left: () => this.#end - this.#context.monotonic(), signal: this.#signal };
  }

  get #perRequest(): number {
    const exchanges = this.#options.user === undefined ? 1 : 3;
    return this.#options.timeout * 1000 * (this.#options.retries + 1) * exchanges + 500;
  }

  /** Makes sure that it is the right unit, and finds what of it holds an install date. @throws DriverError */
  async #goals(requests: Requests): Promise<readonly Goal[]> {
    const values = await requests.get(before);
    if (isLost(values)) throw this.#error('unreachable', 'the card answers, but has lost the UPS behind it', true);
    const draft = emptyDraft();
    evaluate(powernetRules, values, draft);
    const stranger = this.#order.notTheUnit(draft.fields);
    if (stranger !== undefined) throw this.#error('other-unit', stranger, false);
    const cells = installedCells(await this.#tables(requests));
    const [own, made, due] = [powernet.installed, powernet.manufactured, powernet.replaceBy].map(
      (oid) => values.get(oid)?.raw,
    );
    const goals = cells.map(({ oid, pack, cartridge, text }): Goal => {
      const object = `install date of pack ${pack}${cartridge === undefined ? '' : `, cartridge ${cartridge}`}`;
      const samples = [text, ...cells.map((each) => each.text), own, due, made];
      return {
        object,
        oid,
        pack,
        ...(cartridge !== undefined && { cartridge }),
        now: text,
        texts: this.#texts(samples),
      };
    });
    if (values.has(powernet.installed)) {
      const texts = this.#texts([own, made, due]);
      goals.unshift({ object: 'upsBasicBatteryLastReplaceDate', oid: powernet.installed, now: own?.trim(), texts });
    }
    if (goals.length > 0) return goals;
    throw this.#error('cannot-write', 'the card has no object that holds an install date', false);
  }

  async #tables(requests: Requests): Promise<ReadonlyMap<string, Cell>> {
    const cells = new Map<string, Cell>();
    const tables = batteryTables.filter(({ columns }) => Object.values(columns).includes('installed'));
    const present = await requests.branches([...new Set(tables.map(({ branch }) => branch))]);
    for (const table of tables.filter(({ branch }) => present.has(branch)))
      for (const [oid, cell] of (await requests.walk(columnsOf(table))).cells) cells.set(oid, cell);
    return cells;
  }

  /** As the unit writes dates; where it shows none, as the MIB says: mm/dd/yyyy, or mm/dd/yy. */
  #texts(samples: readonly (string | undefined)[]): readonly string[] {
    const like = this.#order.textLike(samples);
    if (like !== undefined) return [like];
    const [year = '', month, day] = this.#order.day.split('-');
    return [`${month}/${day}/${year}`, `${month}/${day}/${year.slice(2)}`];
  }

  async #attempt(session: SnmpSession, { texts, oid, now, ...named }: Goal): Promise<WriteAttempt> {
    const [likeliest = '', other] = texts;
    if (now === likeliest) return { ...named, outcome: 'already', text: likeliest };
    const { status, ...said } = await this.#set(session, oid, likeliest);
    if (other === undefined || !ofTheText.has(status)) return { ...named, text: likeliest, ...said };
    const { status: _status, ...saidOther } = await this.#set(session, oid, other);
    return { ...named, text: other, ...saidOther };
  }

  async #set(session: SnmpSession, oid: string, text: string): Promise<Said> {
    const ms = Math.max(1, Math.min(this.#budget.left(), this.#perRequest));
    const varbind = { oid, type: snmp.ObjectType.OctetString, value: text };
    try {
      const { status } = await session.exchange((raw, done) => raw.set([varbind], done), { ms, signal: this.#signal });
      if (status === 0) return { outcome: 'taken', status };
      return { outcome: 'refused', status, words: refusals[status] ?? `error status ${status}` };
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      const outcome = error.code === 'auth' ? 'refused' : 'silent';
      return { outcome, status: 0, words: withoutName(this.#context.ups, error.message) };
    }
  }

  #error(code: DriverError['code'], what: string, retry: boolean): DriverError {
    return new DriverError(code, `${this.#context.ups}: ${what}`, { retry });
  }
}

/** Writes install dates over SNMP 1, 2c or 3. */
export const snmpWriter: WriterModule<SnmpOptions> = {
  name: 'snmp',
  writeInstalled: (options, context, order, signal) => new SnmpWriter(options, context, order, signal).write(),
};
