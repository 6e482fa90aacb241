import { type Batch, type HistoryEntry, type HistoryFilter, type Store, StoreError, type Versioned } from './port.ts';
import { deepFreeze, prepare, Records } from './records.ts';

/**
 * A store that forgets: for previews with a moved clock, and for tests. The same revision rules, the same
 * unchangeable values as the durable one.
 * @param initial records to start with; their values are shared, not copied
 * @param now epoch milliseconds; without it `lastWritten` stays undefined
 */
export function memoryStore(initial: Iterable<readonly [string, Versioned<unknown>]> = [], now?: () => number): Store {
  const records = new Records(initial);
  const history: HistoryEntry[] = [];
  let written: string | undefined;
  let closed = false;
  return {
    get: <T>(key: string) => records.get(key) as Versioned<T> | undefined,
    list: <T>(prefix: string) => records.list(prefix) as [string, Versioned<T>][],
    async commit(batch: Batch) {
      if (closed) throw new StoreError('closed', 'The store is closed.', { retry: false });
      const entries = (batch.history ?? []).map((entry) => deepFreeze(JSON.parse(JSON.stringify(entry))));
      records.apply(prepare(batch));
      history.push(...(entries as HistoryEntry[]));
      if (now !== undefined) written = new Date(now()).toISOString();
    },
    async history(filter = {}) {
      return history.filter((entry) => matches(entry, filter));
    },
    async forgetHistory(month) {
      const kept = history.filter(({ at }) => at.slice(0, 7) >= month);
      const months = new Set(history.filter(({ at }) => at.slice(0, 7) < month).map(({ at }) => at.slice(0, 7)));
      history.splice(0, history.length, ...kept);
      return months.size;
    },
    lastWritten: () => written,
    async close() {
      closed = true;
    },
  };
}

/**
 * A memory store that begins with the records of another store, as they are now. Costs one reference a record: the
 * values are shared, which is safe because nobody can change them. The history is not taken along.
 */
export function snapshot(store: Store, now?: () => number): Store {
  return memoryStore(store.list<unknown>(''), now);
}

/** Whether a history entry passes a filter. */
export function matches(entry: HistoryEntry, { unit, kind, from, to }: HistoryFilter): boolean {
  return (
    (unit === undefined || entry.unit === unit) &&
    (kind === undefined || [kind].flat().some((each) => isOfKind(entry, each))) &&
    (from === undefined || entry.at >= from) &&
    (to === undefined || entry.at <= to)
  );
}

const isOfKind = (entry: HistoryEntry, kind: string): boolean =>
  kind.endsWith('.') ? entry.kind.startsWith(kind) : entry.kind === kind;
