/**
 * The store as everything above it sees it: keyed records with revisions, changed in atomic batches.
 * lowdb is one implementation; nothing above may assume that it is the only process.
 */

/** A record and the revision it has; a put must name the revision it was made from. */
export interface Versioned<T> {
  readonly value: T;
  /** Grows by one with each put of this key, from 1. */
  readonly revision: number;
}

/** One line of the history: what happened, in the order it happened. */
export interface HistoryEntry {
  /** Instant, ISO 8601 UTC. */
  readonly at: string;
  /** Stable dotted name, for instance `event.opened`, `notice.told`, `connection.confirmed`. */
  readonly kind: string;
  /** The unit it is about, where there is one. */
  readonly unit?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Which entries of the history are wanted; what is absent does not matter. */
export interface HistoryFilter {
  readonly unit?: string;
  /** Any of these kinds; one with a dot at its end is a family: `connection.`. */
  readonly kind?: string | readonly string[];
  /** Instants between which it happened, both inclusive. Months outside are not even read. */
  readonly from?: string;
  readonly to?: string;
}

export interface Put {
  readonly key: string;
  readonly value: unknown;
  /** The revision the change was made from; 0 = the key must not exist yet. */
  readonly expected: number;
}
export interface Remove {
  readonly key: string;
  readonly remove: true;
  readonly expected: number;
}

/** All or nothing: every change of a batch is durable, or none is. */
export interface Batch {
  readonly changes: readonly (Put | Remove)[];
  readonly history?: readonly HistoryEntry[];
}

export interface Store {
  get<T>(key: string): Versioned<T> | undefined;
  /** All records whose key starts with `prefix`, in key order. */
  list<T>(prefix: string): [key: string, record: Versioned<T>][];
  /**
   * Checks every expected revision, makes the change visible to `get`, and resolves once it is synced to disk.
   * @throws StoreError `conflict` (rejected, nothing changed), `write-failed` (retry; nothing changed)
   */
  commit(batch: Batch): Promise<void>;
  /** History entries that pass the filter, oldest first. */
  history(filter?: HistoryFilter): Promise<HistoryEntry[]>;
  /**
   * Removes the history of all months before one (`YYYY-MM`). Gives back how many files that were.
   * @throws StoreError `write-failed`
   */
  forgetHistory(month: string): Promise<number>;
  /** The instant of the last durable change (ISO 8601 UTC), to notice a clock that went back. */
  lastWritten(): string | undefined;
  close(): Promise<void>;
}

export type StoreErrorCode = 'conflict' | 'write-failed' | 'locked' | 'unreadable' | 'newer-version' | 'closed';

/** What happened to which file or key, and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retry: boolean;

  constructor(code: StoreErrorCode, message: string, options: { retry: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retry = options.retry;
  }
}
