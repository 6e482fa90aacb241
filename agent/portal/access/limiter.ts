/** How many wrong passwords are listened to: a bucket for each address and one for all of them. */
export interface LimiterOptions {
  readonly monotonic: () => number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** So many at once, then one each `everyMs`. */
interface Pace {
  readonly burst: number;
  readonly everyMs: number;
}

const perAddress: Pace = { burst: 5, everyMs: 30_000 };
const overall: Pace = { burst: 30, everyMs: 5_000 };
/** Buckets that are remembered. */
const most = 10_000;

export class LoginLimiter {
  readonly #monotonic: () => number;
  readonly #buckets = new Map<string, Bucket>();
  #all: Bucket | undefined;

  constructor({ monotonic }: LimiterOptions) {
    this.#monotonic = monotonic;
  }

  /** Takes one try. @returns 0 when it may be made, else the milliseconds until one may */
  take(address: string): number {
    const now = this.#monotonic();
    const key = network(address);
    const own = refilled(this.#buckets.get(key), perAddress, now);
    const all = refilled(this.#all, overall, now);
    const wait = Math.max(missing(own, perAddress), missing(all, overall));
    if (wait === 0) {
      own.tokens -= 1;
      all.tokens -= 1;
    }
    this.#buckets.delete(key);
    this.#buckets.set(key, own);
    this.#all = all;
    if (this.#buckets.size > most) for (const oldest of this.#buckets.keys()) return this.#forget(oldest, wait);
    return wait;
  }

  /** The password was right: this address has not been guessing. */
  forgive(address: string): void {
    this.#buckets.delete(network(address));
  }

  #forget(key: string, wait: number): number {
    this.#buckets.delete(key);
    return wait;
  }
}

function refilled(bucket: Bucket | undefined, { burst, everyMs }: Pace, now: number): Bucket {
  if (bucket === undefined) return { tokens: burst, at: now };
  return { tokens: Math.min(burst, bucket.tokens + (now - bucket.at) / everyMs), at: now };
}

const missing = ({ tokens }: Bucket, { everyMs }: Pace): number =>
  tokens >= 1 ? 0 : Math.ceil((1 - tokens) * everyMs);

/** One household has a whole /64 of IPv6 addresses. */
function network(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':');
  const rest = tail === undefined ? [] : tail.split(':');
  const filled = [
    ...groups,
    ...Array.from({ length: Math.max(0, 8 - groups.length - rest.length) }, () => '0'),
    ...rest,
  ];
  return `${filled.slice(0, 4).join(':')}::/64`;
}
