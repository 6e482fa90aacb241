/** The units of the site: what the config, a reading, the customer and a new day do to them. */
import type { Reading } from '../../drivers/contract.ts';
import { type Entered, type Entry, enter, type Refusals } from '../lifecycle/entry.ts';
import type { ConfiguredUnit } from '../lifecycle/facts.ts';
import type { Day } from '../lifecycle/model.ts';
import { newUnit, reassess, recordSwap, retire, type Unit, type UnitChange } from '../lifecycle/unit.ts';
import type { Versioned } from '../store/port.ts';
import { Configured } from './configured.ts';
import { type Desk, momentOf, OperationError } from './desk.ts';
import { type EntryWay, FactsRefused, factsEntered, type UnitEntry } from './entries.ts';
import { Identity } from './identity.ts';
import { UnitRecords, type Write } from './unit-records.ts';

export interface Ingested {
  /** Read again soon: something waits for a second reading. */
  readonly again: boolean;
}

export class Units {
  readonly #desk: Desk;
  readonly #configured: Configured;
  readonly #records: UnitRecords;
  readonly #identity: Identity;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#configured = new Configured(desk);
    this.#records = new UnitRecords(desk);
    this.#identity = new Identity(desk, this.#records, this.#configured);
  }

  /** The record of a configured unit, by any of its names, once there is one. */
  find(name: string): Versioned<Unit> | undefined {
    return this.#records.byName(name);
  }

  /** All units that are watched now, each once, in the order of the config. */
  all(): Unit[] {
    return this.configured().flatMap(({ name }) => this.find(name)?.value ?? []);
  }

  /** What the config says of a unit, by all entries that read it; by any of its names. */
  configOf(name: string): ConfiguredUnit | undefined {
    const id = this.find(name)?.value.id;
    return (id === undefined ? undefined : this.#configOf(id)) ?? this.#configured.get(name);
  }

  /** Every unit of the config, in its order; one that several entries read is there once. */
  configured(): ConfiguredUnit[] {
    return [...new Set(this.#desk.site().units.flatMap(({ name }) => this.configOf(name) ?? []))];
  }

  /** Takes a reading of the unit with this name in. Only readings of a UPS count; all others derive nothing. */
  async ingest(name: string, reading: Reading): Promise<Ingested> {
    const entry = this.#configured.get(name);
    const isUps = reading.verdict === 'ups' || reading.verdict === 'other-vendor';
    return { again: entry !== undefined && isUps && (await this.#identity.take(entry, reading)) };
  }

  /** The unit with this name did not answer: what the config says of it counts all the same. */
  async missed(name: string): Promise<void> {
    const entry = this.#configured.get(name);
    if (entry === undefined || this.find(name) !== undefined) return;
    const { value, record } = this.#identity.adopt(entry, undefined);
    await this.#records.write([[record, reassess(value, entry, momentOf(this.#desk, value.id))]]);
  }

  /** Brings the records in line with the config: what was taken out is retired, of several ways each by itself. */
  async reconcile(): Promise<void> {
    await this.#identity.uniteKnown();
    const gone = this.#records.watched().filter((id) => this.#configOf(id) === undefined);
    await this.#records.write(
      gone.flatMap((id): Write[] => {
        const record = this.#records.get(id);
        return record ? [[record, retire(record.value, momentOf(this.#desk, id))]] : [];
      }),
    );
    await this.reassessAll();
  }

  /** Looks at every unit again, as of now; or at those alone that have one of these names. */
  async reassessAll(only?: readonly string[]): Promise<void> {
    const ids = only?.flatMap((name) => this.find(name)?.value.id ?? []) ?? this.#records.watched();
    await this.#records.write(
      ids.flatMap((id): Write[] => {
        const record = this.#records.get(id);
        const config = this.#configOf(id);
        return record && config ? [[record, reassess(record.value, config, momentOf(this.#desk, id))]] : [];
      }),
    );
  }

  /**
   * The customer says that the battery of a unit was changed.
   * @param written whether that day is now going to be written to the UPS
   * @throws OperationError `no-such-ups`, `bad-date`
   */
  async batteryReplaced(name: string, day: Day, written = false): Promise<Unit> {
    await this.missed(name);
    const config = this.configOf(name);
    const record = this.find(name);
    if (config === undefined || record === undefined) throw noSuchUps(name);
    const moment = momentOf(this.#desk, record.value.id);
    if (day > moment.today) throw new OperationError('bad-date', `${day} lies in the future`);
    const change = recordSwap(record.value, day, config, moment, written);
    await this.#records.write([[record, change]]);
    return change.unit;
  }

  /**
   * The customer enters, confirms or withdraws facts of units, all in one commit: each entry counts from now on, or none
   * does. Events follow at once.
   * @param by how it was entered, for the record
   * @throws OperationError `no-such-ups`; FactsRefused with the reason for each date that cannot be taken
   */
  async enterFacts(entries: readonly UnitEntry[], by: EntryWay): Promise<Unit[]> {
    const writes = new Map<string, readonly [Versioned<Unit>, UnitChange]>();
    for (const { name, ...entry } of entries) {
      await this.missed(name);
      const record = this.find(name);
      if (record === undefined) throw noSuchUps(name);
      // An earlier entry may be of the same UPS, by this name or another one.
      const [, before] = writes.get(record.value.id) ?? [];
      const entered = this.#enter(name, entry, before?.unit ?? record.value);
      if (!entered.ok) throw new FactsRefused(name, entered.refusals);
      const changes = [...(before?.changes ?? []), ...entered.change.changes];
      writes.set(record.value.id, [record, { ...entered.change, changes }]);
    }
    const all = [...writes.values()];
    const history = all.flatMap(([{ value }, { unit }]) => factsEntered(this.#desk, value, unit, by));
    await this.#records.write(all, { history });
    return all.map(([, { unit }]) => unit);
  }

  /** Why an entry would be refused, without taking it in; nothing when it would be taken. */
  refusals(name: string, entry: Entry): Refusals {
    const entered = this.#enter(name, entry, this.find(name)?.value);
    return entered.ok ? {} : entered.refusals;
  }

  #enter(name: string, entry: Entry, known: Unit | undefined): Entered {
    const config = this.configOf(name);
    if (config === undefined) throw noSuchUps(name);
    const unit = known ?? newUnit(name, config);
    return enter(unit, entry, config, momentOf(this.#desk, unit.id));
  }

  #configOf(id: string): ConfiguredUnit | undefined {
    return this.#configured.joined(this.#records.namesOf(id));
  }
}

/** A name that is not in the config. */
export function noSuchUps(name: string): OperationError {
  return new OperationError('no-such-ups', `no UPS named "${name}" is watched; \`upsteward status\` lists them`);
}
