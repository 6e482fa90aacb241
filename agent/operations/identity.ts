/** Which unit a reading is of: names that turn out to be one UPS, and names behind which another UPS answers. */
import type { Reading } from '../../drivers/contract.ts';
import type { ConfiguredUnit } from '../lifecycle/facts.ts';
import { newUnit, reassess, retire, serialOf, takeReading, type Unit, type UnitChange } from '../lifecycle/unit.ts';
import { takeUp, unite } from '../lifecycle/unite.ts';
import type { Versioned } from '../store/port.ts';
import type { Configured } from './configured.ts';
import { type Desk, momentOf } from './desk.ts';
import type { UnitRecords, Write } from './unit-records.ts';
import { carriedNotices } from './uniting.ts';

/** A record as it is stored, or one that is not stored yet. */
export interface Draft {
  readonly value: Unit;
  readonly record?: Versioned<Unit> | undefined;
}

export class Identity {
  readonly #desk: Desk;
  readonly #records: UnitRecords;
  readonly #configured: Configured;
  /** Serial numbers seen once, by name, where they say that the name stands for another unit than it did. */
  readonly #strangers = new Map<string, string>();

  constructor(desk: Desk, records: UnitRecords, configured: Configured) {
    this.#desk = desk;
    this.#records = records;
    this.#configured = configured;
  }

  /**
   * Takes a reading in as one of the unit that it is of.
   * @returns whether something waits for a second reading
   */
  async take(entry: ConfiguredUnit, reading: Reading): Promise<boolean> {
    const { name } = entry;
    const serial = serialOf(reading);
    const known = this.#records.byName(name);
    const owner = serial === undefined ? undefined : this.#records.bySerial(serial);
    if (serial !== undefined && isNews(serial, known?.value, owner?.value)) {
      if (!this.#seenTwice(name, serial, known?.value)) return true;
      return await this.#move(entry, reading, serial, known, owner);
    }
    this.#strangers.delete(name);
    const draft = known ? { value: known.value, record: known } : this.adopt(entry, serial);
    const change = this.#read(draft.value, entry, reading);
    await this.#records.write([[draft.record, change]]);
    return change.unconfirmed;
  }

  /** The record that a name not yet bound goes on with: that of its serial number, or a new one. */
  adopt(entry: ConfiguredUnit, serial: string | undefined): Draft {
    const wanted = serial ?? entry.name;
    const [way] = entry.ways;
    const old = (serial === undefined ? undefined : this.#records.bySerial(serial)) ?? this.#records.get(wanted);
    const isFree = old && old.value.retiredOn !== undefined && old.value.mergedInto === undefined;
    if (isFree && way && (old.value.serial ?? serial) === serial) return { value: takeUp(old.value, way), record: old };
    const taken = (id: string): boolean => this.#records.get(id) !== undefined;
    let id = taken(wanted) ? entry.name : wanted;
    for (let n = 2; taken(id); n += 1) id = `${entry.name}#${n}`;
    return { value: newUnit(id, entry) };
  }

  /** Unites records that are one UPS by their serial numbers, from the time before one record could be read twice. */
  async uniteKnown(): Promise<void> {
    const bySerial = new Map<string, string>();
    for (const id of this.#records.watched()) {
      const record = this.#records.get(id);
      const serial = record?.value.serial;
      if (record === undefined || serial === undefined) continue;
      const other = this.#records.get(bySerial.get(serial));
      if (other) await this.#unite(other, record, (kept) => this.#look(kept));
      if (this.#records.namesOf(id).length > 0) bySerial.set(serial, id);
    }
  }

  /** That a name stands for another unit than it did is believed when two readings in a row say so. */
  #seenTwice(name: string, serial: string, known: Unit | undefined): boolean {
    const before = this.#strangers.get(name);
    this.#strangers.set(name, serial);
    if (before === serial) return this.#strangers.delete(name);
    if (known?.serial !== undefined) {
      const message = `${name}: serial number ${serial} answers instead of ${known.serial}.`;
      this.#desk.log('warn', 'ups.other-serial', message, { ups: name });
    }
    return false;
  }

  /** A name goes from the unit it stood for, if any, to the one with this serial number. */
  async #move(
    entry: ConfiguredUnit,
    reading: Reading,
    serial: string,
    known: Versioned<Unit> | undefined,
    owner: Versioned<Unit> | undefined,
  ): Promise<boolean> {
    const { name } = entry;
    if (known !== undefined && known.value.serial === undefined && owner !== undefined) {
      return await this.#unite(known, owner, (kept) => this.#read(kept, entry, reading));
    }
    const joins = owner !== undefined && owner.value.retiredOn === undefined;
    const draft = joins ? { value: owner.value, record: owner } : this.adopt(entry, serial);
    const change = this.#read(draft.value, entry, reading);
    await this.#records.write([...(known ? [this.#leave(known, name)] : []), [draft.record, change]]);
    if (known !== undefined) {
      const message = `${name}: ${serial} is watched in place of ${known.value.serial ?? known.value.id}.`;
      this.#desk.log('info', 'ups.exchanged', message, { ups: name });
    }
    if (joins) this.#sayJoined(change.unit);
    return change.unconfirmed;
  }

  /** A unit without one of its names: it goes on with the others, or is retired. */
  #leave(record: Versioned<Unit>, name: string): Write {
    const { value } = record;
    const moment = momentOf(this.#desk, value.id);
    const rest = this.#configured.joined(this.#records.namesOf(value.id).filter((other) => other !== name));
    return [record, rest ? reassess(value, rest, moment) : retire(value, moment)];
  }

  /** Two records turn out to be one UPS. @param look what is done with the record that goes on */
  async #unite(one: Versioned<Unit>, other: Versioned<Unit>, look: (kept: Unit) => UnitChange): Promise<boolean> {
    const { store, now } = this.#desk;
    const names = [one, other].flatMap(({ value }) => this.#records.namesOf(value.id));
    const config = this.#configured.joined(names);
    if (config === undefined) return false;
    const united = unite(one.value, other.value, config, momentOf(this.#desk, one.value.id));
    const [kept, gone] = united.kept.id === one.value.id ? [one, other] : [other, one];
    const change = look(united.kept);
    const changes = [
      ...united.opened.filter(({ event }) => !change.changes.some((later) => later.event.id === event.id)),
      ...change.changes.map((c) => {
        const isOpened = c.kind === 'changed' && united.opened.some(({ event }) => event.id === c.event.id);
        return isOpened ? { ...c, kind: 'opened' as const } : c;
      }),
    ];
    await this.#records.write(
      [
        [gone, united.gone],
        [kept, { ...change, changes }],
      ],
      {
        changes: carriedNotices(store, united),
        history: [{ at: now(), kind: 'unit.united', unit: kept.value.id, data: { names, gone: gone.value.id } }],
      },
    );
    this.#sayJoined(change.unit);
    return change.unconfirmed;
  }

  /** A reading of a unit taken in, over an entry that reads it now or joins those that do. */
  #read(unit: Unit, entry: ConfiguredUnit, reading: Reading): UnitChange {
    const names = new Set([...unit.ways.map(({ name }) => name), entry.name]);
    const config = this.#configured.joined([...names]) ?? entry;
    return takeReading(unit, entry.name, reading, config, momentOf(this.#desk, unit.id));
  }

  #look(unit: Unit): UnitChange {
    const config = this.#configured.joined(unit.ways.map(({ name }) => name));
    const moment = momentOf(this.#desk, unit.id);
    return config ? reassess(unit, config, moment) : retire(unit, moment);
  }

  #sayJoined({ name, serial, ways }: Unit): void {
    const names = ways.map((way) => way.name).join(', ');
    const message = `${names} are the same UPS (${serial}): it is watched as one, and told of once.`;
    if (ways.length > 1) this.#desk.log('info', 'ups.same-serial', message, { ups: name });
  }
}

/** Whether a serial number says that a name stands for another unit than it did, or for one that others read too. */
function isNews(serial: string, known: Unit | undefined, owner: Unit | undefined): boolean {
  if (known === undefined) return owner !== undefined && owner.retiredOn === undefined;
  return known.serial === undefined ? owner !== undefined : known.serial !== serial;
}
