/** Who has given the password. Kept in memory: a restart ends every session. */
import { createHash } from 'node:crypto';

export interface SessionParts {
  readonly randomBytes: (count: number) => Uint8Array;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
}

/** Without a request for so long, a session ends. */
const idleMs = 60 * 60_000;
/** And after so long in any case. */
const longestMs = 12 * 60 * 60_000;
/** More at the same time are not kept: the one that was idle longest goes. */
const most = 500;

interface Session {
  readonly begun: number;
  seen: number;
}

export class Sessions {
  readonly #parts: SessionParts;
  /** By the hash of their id, the one that was seen last at the end. */
  readonly #sessions = new Map<string, Session>();

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** Begins a session; the id (256 random bits) is given out once and not kept. */
  begin(): string {
    const id = Buffer.from(this.#parts.randomBytes(32)).toString('base64url');
    const now = this.#parts.monotonic();
    this.#sessions.set(hash(id), { begun: now, seen: now });
    for (const key of this.#sessions.keys()) {
      if (this.#sessions.size <= most) break;
      this.#sessions.delete(key);
    }
    return id;
  }

  /** The name of a session that goes on, or `undefined`. Looked up by hash, so nothing is learnt from the time it takes. */
  find(id: string): string | undefined {
    const key = hash(id);
    const session = this.#sessions.get(key);
    if (session === undefined) return undefined;
    const now = this.#parts.monotonic();
    this.#sessions.delete(key);
    if (now - session.seen >= idleMs || now - session.begun >= longestMs) return undefined;
    session.seen = now;
    this.#sessions.set(key, session);
    return key;
  }

  end(id: string): void {
    this.#sessions.delete(hash(id));
  }

  endAll(): void {
    this.#sessions.clear();
  }
}

const hash = (id: string): string => createHash('sha256').update(id).digest('base64url');
