import { type Batch, StoreError, type Versioned } from './port.ts';

/** A change that can be stored: its value as JSON text and as the value that text reads back as. */
export interface PreparedChange {
  readonly key: string;
  readonly expected: number;
  /** Absent for a removal. */
  readonly put?: { readonly text: string; readonly value: unknown };
}

/** What a key held before a change. */
export interface Undo {
  readonly key: string;
  readonly before: Versioned<unknown> | undefined;
}

/** Makes a value unchangeable all the way down, so that whoever reads a record cannot change it past the store. */
export function deepFreeze(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) deepFreeze(child);
    Object.freeze(value);
  }
  return value;
}

/**
 * Turns the changes of a batch into what will be on disk. The value is read back from its JSON text, so that a
 * reader sees before a restart exactly what it will see after it.
 * @throws TypeError for a value JSON cannot hold
 */
export function prepare(batch: Batch): PreparedChange[] {
  return batch.changes.map((change) => {
    const { key, expected } = change;
    if ('remove' in change) return { key, expected };
    const text: string | undefined = JSON.stringify(change.value);
    if (text === undefined) throw new TypeError(`The value for ${key} cannot be stored: it has no JSON form`);
    return { key, expected, put: { text, value: deepFreeze(JSON.parse(text)) } };
  });
}

/** Keyed records in memory, with their keys in order. The one place where revisions are checked. */
export class Records {
  readonly #byKey: Map<string, Versioned<unknown>>;
  readonly #keys: string[];

  constructor(initial: Iterable<readonly [string, Versioned<unknown>]> = []) {
    this.#byKey = new Map(initial);
    this.#keys = [...this.#byKey.keys()].sort();
  }

  get(key: string): Versioned<unknown> | undefined {
    return this.#byKey.get(key);
  }

  list(prefix: string): [string, Versioned<unknown>][] {
    const found: [string, Versioned<unknown>][] = [];
    for (let index = this.#position(prefix); index < this.#keys.length; index += 1) {
      const key = this.#keys[index];
      if (key === undefined || !key.startsWith(prefix)) break;
      const record = this.#byKey.get(key);
      if (record !== undefined) found.push([key, record]);
    }
    return found;
  }

  /**
   * Makes all changes, or none.
   * @returns what to hand to `undo` should the changes not become durable
   * @throws StoreError `conflict`
   */
  apply(changes: readonly PreparedChange[]): Undo[] {
    const undo: Undo[] = [];
    for (const { key, expected, put } of changes) {
      const before = this.#byKey.get(key);
      const revision = before?.revision ?? 0;
      if (revision !== expected) {
        this.undo(undo);
        throw new StoreError(
          'conflict',
          `Record ${key} ${revision === 0 ? 'does not exist' : `is at revision ${revision}`}, but the change was made from ${
            expected === 0 ? 'its absence' : `revision ${expected}`
          }. Read it again and repeat the change.`,
          { retry: false },
        );
      }
      undo.push({ key, before });
      this.#set(key, put && Object.freeze({ value: put.value, revision: revision + 1 }));
    }
    return undo;
  }

  /** Takes changes back, the last one first. */
  undo(undo: readonly Undo[]): void {
    for (const { key, before } of undo.toReversed()) this.#set(key, before);
  }

  /** A copy of all records as they were before these changes (given oldest first). Values are shared. */
  copyBefore(changes: Iterable<Undo>): Map<string, Versioned<unknown>> {
    const copy = new Map(this.#byKey);
    const seen = new Set<string>();
    for (const { key, before } of changes) {
      if (seen.has(key)) continue;
      seen.add(key);
      if (before === undefined) copy.delete(key);
      else copy.set(key, before);
    }
    return copy;
  }

  #set(key: string, record: Versioned<unknown> | undefined): void {
    if (record === undefined) {
      if (this.#byKey.delete(key)) this.#keys.splice(this.#position(key), 1);
      return;
    }
    if (!this.#byKey.has(key)) this.#keys.splice(this.#position(key), 0, key);
    this.#byKey.set(key, record);
  }

  /** Index of the first key that is not before `text`. */
  #position(text: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? '') < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
