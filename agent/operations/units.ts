/** The units of the site: which record belongs to which name in the config, and what a reading does to it. */
import type { Reading } from '../../drivers/contract.ts';
import { type Entered, type Entry, enter, type Refusals } from '../lifecycle/entry.ts';
import type { ConfiguredUnit } from '../lifecycle/facts.ts';
import type { Day } from '../lifecycle/model.ts';
import {
  newUnit,
  reassess,
  recordSwap,
  retire,
  serialOf,
  takeReading,
  type Unit,
  type UnitChange,
} from '../lifecycle/unit.ts';
import { keys } from '../store/keys.ts';
import type { HistoryEntry, Put, Versioned } from '../store/port.ts';
import { unitConsequences } from './consequences.ts';
import { type Desk, momentOf, OperationError } from './desk.ts';
import { type EntryWay, FactsRefused, factsEntered, type UnitEntry } from './entries.ts';

export interface Ingested {
  /** Read again soon: something waits for a second reading. */
  readonly again: boolean;
}

export class Units {
  readonly #desk: Desk;
  readonly #idOf = new Map<string, string>();
  /** The latest record with a serial number, watched or retired. */
  readonly #bySerial = new Map<string, string>();
  /** Serial numbers seen once in place of the one that was expected. */
  readonly #strangers = new Map<string, string>();
  #configured: { from: readonly ConfiguredUnit[]; byName: Map<string, ConfiguredUnit> } = {
    from: [],
    byName: new Map(),
  };

  constructor(desk: Desk) {
    this.#desk = desk;
    for (const [, { value }] of desk.store.list<Unit>(keys.units)) {
      if (value.retiredOn === undefined) this.#idOf.set(value.name, value.id);
      if (value.serial !== undefined) this.#bySerial.set(value.serial, value.id);
    }
  }

  /** The record of a configured unit, once there is one. */
  find(name: string): Versioned<Unit> | undefined {
    const id = this.#idOf.get(name);
    return id === undefined ? undefined : this.#desk.store.get<Unit>(keys.unit(id));
  }

  /** All units that are watched now, in the order of the config. */
  all(): Unit[] {
    return this.#desk.site().units.flatMap(({ name }) => this.find(name)?.value ?? []);
  }

  /** Takes a reading of the unit with this name in. Only readings of a UPS count; all others derive nothing. */
  async ingest(name: string, reading: Reading): Promise<Ingested> {
    const config = this.#config(name);
    if (config === undefined || (reading.verdict !== 'ups' && reading.verdict !== 'other-vendor'))
      return { again: false };
    const serial = serialOf(reading);
    const known = this.find(name);
    if (known?.value.serial !== undefined && serial !== undefined && serial !== known.value.serial) {
      return await this.#stranger(config, known, reading, serial);
    }
    this.#strangers.delete(name);
    if (known !== undefined && known.value.serial === undefined && this.#unbound(serial) !== undefined) {
      return await this.#exchange(config, known, reading, serial);
    }
    return await this.#take(config, known ?? this.#adopt(config, serial), reading);
  }

  /** The unit with this name did not answer: what the config says of it counts all the same. */
  async missed(name: string): Promise<void> {
    const config = this.#config(name);
    if (config === undefined || this.find(name) !== undefined) return;
    const fresh = this.#adopt(config, undefined);
    await this.#write([[fresh.record, reassess(fresh.value, config, momentOf(this.#desk, fresh.value.id))]]);
  }

  /** Brings the records in line with the config: what was taken out is retired. */
  async reconcile(): Promise<void> {
    const configured = new Set(this.#desk.site().units.map(({ name }) => name));
    const gone = [...this.#idOf.keys()].filter((name) => !configured.has(name));
    const changes = gone.flatMap((name): [Versioned<Unit>, UnitChange][] => {
      const record = this.find(name);
      return record ? [[record, retire(record.value, momentOf(this.#desk, record.value.id))]] : [];
    });
    await this.#write(changes);
    for (const name of gone) this.#idOf.delete(name);
    await this.reassessAll();
  }

  /** Looks at every unit again, as of now. */
  async reassessAll(): Promise<void> {
    const changes = this.#desk.site().units.flatMap((config): [Versioned<Unit>, UnitChange][] => {
      const record = this.find(config.name);
      return record ? [[record, reassess(record.value, config, momentOf(this.#desk, record.value.id))]] : [];
    });
    await this.#write(changes);
  }

  /** The customer says that the battery of a unit was changed. @throws OperationError `no-such-ups`, `bad-date` */
  async batteryReplaced(name: string, day: Day): Promise<Unit> {
    const config = this.#config(name);
    await this.missed(name);
    const record = this.find(name);
    if (config === undefined || record === undefined) throw noSuchUps(name);
    const moment = momentOf(this.#desk, record.value.id);
    if (day > moment.today) throw new OperationError('bad-date', `${day} lies in the future`);
    const change = recordSwap(record.value, day, config, moment);
    await this.#write([[record, change]]);
    return change.unit;
  }

  /**
   * The customer enters, confirms or withdraws facts of units, all in one commit: each entry counts from now on, or none
   * does. Events follow at once.
   * @param by how it was entered, for the record
   * @throws OperationError `no-such-ups`; FactsRefused with the reason for each date that cannot be taken
   */
  async enterFacts(entries: readonly UnitEntry[], by: EntryWay): Promise<Unit[]> {
    const changes: [Versioned<Unit>, UnitChange][] = [];
    for (const { name, ...entry } of entries) changes.push(await this.#entered(name, entry));
    await this.#write(
      changes,
      changes.flatMap(([{ value: before }, { unit }]) => factsEntered(this.#desk, before, unit, by)),
    );
    return changes.map(([, { unit }]) => unit);
  }

  /** Why an entry would be refused, without taking it in; nothing when it would be taken. */
  refusals(name: string, entry: Entry): Refusals {
    const entered = this.#enter(name, entry);
    return entered.ok ? {} : entered.refusals;
  }

  async #entered(name: string, entry: Entry): Promise<[Versioned<Unit>, UnitChange]> {
    await this.missed(name);
    const entered = this.#enter(name, entry);
    const record = this.find(name);
    if (record === undefined) throw noSuchUps(name);
    if (!entered.ok) throw new FactsRefused(name, entered.refusals);
    return [record, entered.change];
  }

  #enter(name: string, entry: Entry): Entered {
    const config = this.#config(name);
    if (config === undefined) throw noSuchUps(name);
    const unit = this.find(name)?.value ?? newUnit(name, config);
    return enter(unit, entry, config, momentOf(this.#desk, unit.id));
  }

  #config(name: string): ConfiguredUnit | undefined {
    const { units } = this.#desk.site();
    if (this.#configured.from !== units) {
      this.#configured = { from: units, byName: new Map(units.map((unit) => [unit.name, unit])) };
    }
    return this.#configured.byName.get(name);
  }

  /** Another serial number answers: believed when two readings in a row say so. */
  async #stranger(config: ConfiguredUnit, known: Versioned<Unit>, reading: Reading, serial: string): Promise<Ingested> {
    const { name } = config;
    if (this.#strangers.get(name) !== serial) {
      this.#strangers.set(name, serial);
      this.#desk.log(
        'warn',
        'ups.other-serial',
        `${name}: serial number ${serial} answers instead of ${known.value.serial}.`,
      );
      return { again: true };
    }
    this.#strangers.delete(name);
    return await this.#exchange(config, known, reading, serial);
  }

  /** Retires the record of a name and goes on with that of the serial number. */
  async #exchange(
    config: ConfiguredUnit,
    known: Versioned<Unit>,
    reading: Reading,
    serial: string | undefined,
  ): Promise<Ingested> {
    await this.#write([[known, retire(known.value, momentOf(this.#desk, known.value.id))]]);
    this.#idOf.delete(config.name);
    this.#desk.log(
      'info',
      'ups.exchanged',
      `${config.name}: ${known.value.serial ?? known.value.id} is retired, ${serial} is watched in its place.`,
    );
    return await this.#take(config, this.#adopt(config, serial), reading);
  }

  /** The record of a serial number that no name in the config stands for now. */
  #unbound(serial: string | undefined): Versioned<Unit> | undefined {
    const id = serial === undefined ? undefined : this.#bySerial.get(serial);
    if (id === undefined || [...this.#idOf.values()].includes(id)) return undefined;
    return this.#desk.store.get<Unit>(keys.unit(id));
  }

  /** The record that a unit not yet bound to a name goes on with: its own by serial number, or a new one. */
  #adopt(config: ConfiguredUnit, serial: string | undefined): { value: Unit; record?: Versioned<Unit> } {
    const { store } = this.#desk;
    const bound = new Set(this.#idOf.values());
    const wanted = serial ?? config.name;
    const old = this.#unbound(serial) ?? store.get<Unit>(keys.unit(wanted));
    if (old && !bound.has(old.value.id) && (old.value.serial ?? serial) === serial)
      return { value: old.value, record: old };
    if (old && serial !== undefined && bound.has(old.value.id)) {
      const message = `${config.name} and ${old.value.name} are the same UPS (${serial}): it is told of twice. Keep one of them.`;
      this.#desk.log('warn', 'ups.same-serial', message, { ups: config.name });
    }
    const taken = (id: string): boolean => store.get(keys.unit(id)) !== undefined;
    let id = taken(wanted) ? config.name : wanted;
    for (let n = 2; taken(id); n += 1) id = `${config.name}#${n}`;
    return { value: newUnit(id, config) };
  }

  async #take(
    config: ConfiguredUnit,
    unit: { value: Unit; record?: Versioned<Unit> } | Versioned<Unit>,
    reading: Reading,
  ): Promise<Ingested> {
    const record = 'revision' in unit ? unit : unit.record;
    const change = takeReading(unit.value, reading, config, momentOf(this.#desk, unit.value.id));
    await this.#write([[record, change]]);
    return { again: change.unconfirmed };
  }

  async #write(
    changes: readonly (readonly [Versioned<Unit> | undefined, UnitChange])[],
    entries: readonly HistoryEntry[] = [],
  ): Promise<void> {
    const puts: Put[] = [];
    const history: HistoryEntry[] = [...entries];
    for (const [record, change] of changes) {
      const consequences = unitConsequences(this.#desk, record, change);
      puts.push(...consequences.changes);
      history.push(...consequences.history);
      if (change.unit.retiredOn === undefined) this.#idOf.set(change.unit.name, change.unit.id);
      if (change.unit.serial !== undefined) this.#bySerial.set(change.unit.serial, change.unit.id);
    }
    if (puts.length > 0) await this.#desk.store.commit({ changes: puts, history });
    for (const [, { unit, changes: eventChanges }] of changes) {
      for (const { kind, event } of eventChanges) {
        this.#desk.log('info', `event.${kind}`, `${unit.name}: ${event.id} ${kind}.`, {
          ups: unit.name,
          event: event.id,
        });
      }
    }
  }
}

/** A name that is not in the config. */
export function noSuchUps(name: string): OperationError {
  return new OperationError('no-such-ups', `no UPS named "${name}" is watched; \`upsteward status\` lists them`);
}
