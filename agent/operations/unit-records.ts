/** The stored records of units: found by name, by serial number, by id; written together with what follows from them. */
import { upToDate } from '../lifecycle/earlier-records.ts';
import type { Unit, UnitChange } from '../lifecycle/unit.ts';
import { keys } from '../store/keys.ts';
import type { HistoryEntry, Put, Versioned } from '../store/port.ts';
import { unitConsequences } from './consequences.ts';
import type { Desk } from './desk.ts';
import { Register } from './register.ts';

/** A stored record, if there is one, and what becomes of it. */
export type Write = readonly [before: Versioned<Unit> | undefined, change: UnitChange];

/** What is written in the same commit. */
export interface Beside {
  readonly changes?: readonly Put[];
  readonly history?: readonly HistoryEntry[];
}

export class UnitRecords {
  readonly #desk: Desk;
  readonly #register = new Register();

  constructor(desk: Desk) {
    this.#desk = desk;
    for (const [, { value }] of desk.store.list<Unit>(keys.units)) this.#register.note(upToDate(value));
  }

  get(id: string | undefined): Versioned<Unit> | undefined {
    const record = id === undefined ? undefined : this.#desk.store.get<Unit>(keys.unit(id));
    return record && { value: upToDate(record.value), revision: record.revision };
  }

  /** The record that a name in the config stands for. */
  byName(name: string): Versioned<Unit> | undefined {
    return this.get(this.#register.idOf(name));
  }

  /** The latest record with a serial number; a watched one before a retired one. */
  bySerial(serial: string): Versioned<Unit> | undefined {
    return this.get(this.#register.withSerial(serial));
  }

  /** The names that stand for a record; none for one that is not watched. */
  namesOf(id: string): readonly string[] {
    return this.#register.namesOf(id);
  }

  /** The ids of the records that are watched. */
  watched(): string[] {
    return this.#register.watched();
  }

  /** Writes what is new, all of it in one commit, and says in the log which events opened, changed and closed. */
  async write(writes: readonly Write[], beside: Beside = {}): Promise<void> {
    const puts: Put[] = [...(beside.changes ?? [])];
    const history: HistoryEntry[] = [...(beside.history ?? [])];
    for (const [record, change] of writes) {
      const consequences = unitConsequences(this.#desk, record, change);
      puts.push(...consequences.changes);
      history.push(...consequences.history);
    }
    const written = puts.length > 0 ? this.#desk.store.commit({ changes: puts, history }) : undefined;
    for (const [, { unit }] of writes) this.#register.note(unit);
    try {
      await written;
    } catch (error) {
      for (const [, { unit }] of writes) this.#noteAnew(unit.id);
      throw error;
    }
    for (const [, change] of writes) this.#say(change);
  }

  /** What could not be written did not happen. */
  #noteAnew(id: string): void {
    const record = this.get(id);
    if (record) this.#register.note(record.value);
    else this.#register.forget(id);
  }

  #say({ unit, changes }: UnitChange): void {
    for (const { kind, event } of changes) {
      const message = `${unit.name}: ${event.id} ${kind}.`;
      this.#desk.log('info', `event.${kind}`, message, { ups: unit.name, event: event.id });
    }
  }
}
