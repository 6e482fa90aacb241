/** Which record the names in the config stand for, and which one has a serial number: no look-up is a search. */
import type { Unit } from '../lifecycle/unit.ts';

export class Register {
  readonly #idOfName = new Map<string, string>();
  readonly #namesOfId = new Map<string, readonly string[]>();
  readonly #idOfSerial = new Map<string, string>();

  /** The record that a name stands for. */
  idOf(name: string): string | undefined {
    return this.#idOfName.get(name);
  }

  /** The names that stand for a record; none for one that is not watched. */
  namesOf(id: string): readonly string[] {
    return this.#namesOfId.get(id) ?? [];
  }

  /** Whether any name stands for a record. */
  isWatched(id: string): boolean {
    return this.#namesOfId.has(id);
  }

  /** The latest record with a serial number; a watched one before a retired one. */
  withSerial(serial: string): string | undefined {
    return this.#idOfSerial.get(serial);
  }

  /** The records that are watched. */
  watched(): string[] {
    return [...this.#namesOfId.keys()];
  }

  /** Takes a record in as it is now. */
  note({ id, ways, serial, retiredOn, mergedInto }: Unit): void {
    this.forget(id);
    if (retiredOn === undefined) {
      for (const { name } of ways) this.#idOfName.set(name, id);
      this.#namesOfId.set(
        id,
        ways.map(({ name }) => name),
      );
    }
    if (serial === undefined || mergedInto !== undefined) return;
    const other = this.#idOfSerial.get(serial);
    if (other === undefined || retiredOn === undefined || !this.isWatched(other)) this.#idOfSerial.set(serial, id);
  }

  /** Takes a record out: it is not there (any more), or is noted anew. */
  forget(id: string): void {
    for (const name of this.namesOf(id)) if (this.#idOfName.get(name) === id) this.#idOfName.delete(name);
    this.#namesOfId.delete(id);
  }
}
