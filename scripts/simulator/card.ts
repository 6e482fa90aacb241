/** One simulated network card: what it holds, what it answers, what is wrong with it. */
import { randomBytes } from 'node:crypto';
import { type Element, readAll, readInteger, readOid, tags, write, writeOctets, writeOid } from './ber.ts';
import { Tree, type Value } from './tree.ts';
import { type Engine, pduOf, type SimulatedUser } from './usm.ts';

export interface SimulatedUnit {
  readonly name: string;
  readonly values: Readonly<Record<string, Value>>;
  /** `public` unless given. */
  readonly community?: string;
  /** SNMPv3 users; none unless given. */
  readonly users?: readonly SimulatedUser[];
  /** Its own address and port; it shares the simulator's unless given. */
  readonly host?: string;
  readonly port?: number;
  readonly behaviour?: Behaviour;
  /** Nothing may be written unless given. */
  readonly writing?: Writing;
}

/** Who may write to a card, and what becomes of it. */
export interface Writing {
  readonly community?: string;
  /** Names of SNMPv3 users. */
  readonly users?: readonly string[];
  /** Stored unless given. An error status refuses it; `ignore` says yes and stores nothing. */
  readonly take?: (oid: string, text: string) => 'store' | 'ignore' | 'silent' | number | { readonly instead: string };
}

/** What is wrong with a card. */
export interface Behaviour {
  readonly silent?: boolean;
  /** Versions it answers; all unless given. */
  readonly versions?: readonly ('1' | '2c' | '3')[];
  /** Milliseconds before each answer. */
  readonly lag?: number;
  /** The next n requests are lost. */
  readonly lose?: number;
  /** Answers come from another port. */
  readonly wrongPort?: boolean;
  /** Each answer is replaced by this. */
  readonly garbage?: Buffer;
  /** Each answer is preceded by this. */
  readonly noise?: Buffer;
  /** tooBig for a request of more objects than this. */
  readonly tooBigOver?: number;
  /** Silence for a request of more objects than this. */
  readonly silentOver?: number;
  /** Silence for a request that names one of these. */
  readonly silentAbout?: readonly string[];
  /** Every GETNEXT and GETBULK starts from the same place: a walk that never moves. */
  readonly stuck?: boolean;
  /** SNMPv1 error answers carry no objects. */
  readonly bareErrors?: boolean;
  /** SNMPv3 answers are neither signed nor encrypted. */
  readonly unsigned?: boolean;
  /** genErr, with an index, for a request that names this object. */
  readonly genErrFor?: string;
}

export interface SeenRequest {
  readonly version: '1' | '2c' | '3';
  readonly kind: 'get' | 'next' | 'bulk' | 'set';
  readonly oids: readonly string[];
}

const kinds: Readonly<Record<number, SeenRequest['kind']>> = { 160: 'get', 161: 'next', 163: 'set', 165: 'bulk' };
const sysUpTime = '1.3.6.1.2.1.1.3.0';
const rememberedRequests = 1000;
const largestAnswer = 1400;

export interface Pdu {
  readonly kind: SeenRequest['kind'];
  readonly id: number;
  readonly first: number;
  readonly second: number;
  readonly oids: readonly string[];
  /** What a SetRequest brings. */
  readonly texts?: readonly string[];
}

export class RunningUnit {
  readonly name: string;
  readonly community: string;
  readonly users: readonly SimulatedUser[];
  readonly host: string;
  readonly requests: SeenRequest[] = [];
  readonly engine: Engine;
  /** Known once the simulator has started. */
  port = 0;
  asked = 0;
  behaviour: Behaviour;
  writing: Writing | undefined;
  readonly #tree = new Tree();
  #lost = 0;
  #bootedAt = performance.now();

  constructor(unit: SimulatedUnit, host: string) {
    this.name = unit.name;
    this.community = unit.community ?? 'public';
    this.users = unit.users ?? [];
    this.host = unit.host ?? host;
    this.behaviour = unit.behaviour ?? {};
    this.writing = unit.writing;
    this.engine = {
      id: Buffer.concat([Buffer.from('8000013e05', 'hex'), randomBytes(8)]),
      boots: 1,
      time: () => Math.floor((performance.now() - this.#bootedAt) / 1000),
    };
    this.merge(unit.values);
  }

  get(oid: string): Value | undefined {
    return this.#tree.get(oid);
  }

  set(oid: string, value: Value | undefined): void {
    this.#tree.set(oid, value);
  }

  merge(values: Readonly<Record<string, Value | undefined>>): void {
    for (const [oid, value] of Object.entries(values)) this.#tree.set(oid, value);
  }

  /** Replaces the faults of this card. */
  behave(behaviour: Behaviour): void {
    this.behaviour = behaviour;
    this.#lost = 0;
  }

  reboot(): void {
    this.engine.boots += 1;
    this.#bootedAt = performance.now();
    if (this.#tree.get(sysUpTime) !== undefined) this.#tree.set(sysUpTime, { ticks: 100 });
  }

  /** The answer's PDU, or `undefined` for silence. @param mayWrite whether the community or user may write */
  answer(version: SeenRequest['version'], pdu: Pdu, mayWrite = false): Buffer | undefined {
    const { behaviour } = this;
    this.asked += 1;
    this.requests.push({ version, kind: pdu.kind, oids: pdu.oids });
    if (this.requests.length > rememberedRequests) this.requests.shift();
    if (behaviour.silent === true || this.#lost < (behaviour.lose ?? 0)) {
      this.#lost += 1;
      return undefined;
    }
    if (behaviour.versions?.includes(version) === false) return undefined;
    if (pdu.oids.length > (behaviour.silentOver ?? Number.POSITIVE_INFINITY)) return undefined;
    if (pdu.oids.some((oid) => behaviour.silentAbout?.includes(oid))) return undefined;
    if (pdu.oids.length > (behaviour.tooBigOver ?? Number.POSITIVE_INFINITY)) return this.#error(pdu, 1, 0);
    const strange = behaviour.genErrFor === undefined ? -1 : pdu.oids.indexOf(behaviour.genErrFor);
    if (strange >= 0) return this.#error(pdu, 5, strange + 1);
    if (pdu.kind === 'set') return this.#set(version, pdu, mayWrite);
    if (pdu.kind === 'bulk') return pduOf(0xa2, pdu.id, 0, 0, this.#bulk(pdu));
    const varbinds: Buffer[] = [];
    for (const [index, oid] of pdu.oids.entries()) {
      const found = pdu.kind === 'get' ? this.#tree.at(oid) : this.#next(oid)?.varbind;
      if (found === undefined && version === '1') return this.#error(pdu, 2, index + 1);
      const missing = pdu.kind === 'get' ? tags.noSuchObject : tags.endOfMibView;
      varbinds.push(found ?? write(tags.sequence, writeOid(oid), write(missing)));
    }
    return pduOf(0xa2, pdu.id, 0, 0, varbinds);
  }

  /** All or nothing is not played: the driver writes one object a request. */
  #set(version: SeenRequest['version'], pdu: Pdu, mayWrite: boolean): Buffer | undefined {
    const [noAccess, noCreation] = version === '1' ? [2, 2] : [6, 11];
    if (!mayWrite) return this.#error(pdu, noAccess, 1);
    const varbinds: Buffer[] = [];
    for (const [index, oid] of pdu.oids.entries()) {
      const text = pdu.texts?.[index] ?? '';
      if (this.#tree.get(oid) === undefined) return this.#error(pdu, noCreation, index + 1);
      const fate = this.writing?.take?.(oid, text) ?? 'store';
      if (fate === 'silent') return undefined;
      if (typeof fate === 'number') return this.#error(pdu, fate, index + 1);
      if (fate !== 'ignore') this.#tree.set(oid, fate === 'store' ? text : fate.instead);
      varbinds.push(write(tags.sequence, writeOid(oid), writeOctets(text)));
    }
    return pduOf(0xa2, pdu.id, 0, 0, varbinds);
  }

  #next(oid: string): { readonly oid: string; readonly varbind: Buffer } | undefined {
    return this.#tree.after(this.behaviour.stuck === true ? '1.3.6.1.4.1.318.1.1.1' : oid);
  }

  #error(pdu: Pdu, status: number, index: number): Buffer {
    const echo = pdu.oids.map((oid) => write(tags.sequence, writeOid(oid), write(tags.null)));
    return pduOf(0xa2, pdu.id, status, index, this.behaviour.bareErrors === true ? [] : echo);
  }

  #bulk(pdu: Pdu): readonly Buffer[] {
    const varbinds: Buffer[] = [];
    let size = 0;
    let last = [...pdu.oids];
    for (let repetition = 0; repetition < Math.max(1, pdu.second) && size < largestAnswer; repetition += 1) {
      last = last.map((oid) => {
        const next = this.#next(oid);
        const varbind = next?.varbind ?? write(tags.sequence, writeOid(oid), write(tags.endOfMibView));
        varbinds.push(varbind);
        size += varbind.length;
        return next?.oid ?? oid;
      });
    }
    return varbinds;
  }
}

/** A request's PDU, or `undefined` where it is none of those that are answered. */
export function readPdu(element: Element): Pdu | undefined {
  const kind = kinds[element.tag];
  const [id, first, second, list] = readAll(element.body);
  if (kind === undefined || !id || !first || !second || !list) return undefined;
  const varbinds = readAll(list.body).map((varbind) => readAll(varbind.body));
  const oids = varbinds.map(([oid]) => (oid === undefined ? '' : readOid(oid.body)));
  const texts = varbinds.map(([, value]) => value?.body.toString() ?? '');
  const [errorStatus, errorIndex] = [readInteger(first.body), readInteger(second.body)];
  return { kind, id: readInteger(id.body), first: errorStatus, second: errorIndex, oids, texts };
}
