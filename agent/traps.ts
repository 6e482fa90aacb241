/** The agent's ear for SNMP traps: opened where the config says so, tried again while it cannot be, closed at a stop. */
import type { Config } from '../config/config.ts';
import type { TrapCounts, TrapReceiver, TrapSource } from '../drivers/contract.ts';
import { driverOptions, openTrapReceiver } from '../drivers/registry.ts';
import type { Log } from './operations/desk.ts';
import type { Cancel, Timers } from './polling/timers.ts';

export interface TrapParts {
  readonly log: Log;
  readonly timers: Timers;
  /** A unit has news: read it soon. */
  readonly hurry: (ups: string) => void;
}

/** What `status` says of traps. */
export interface TrapStatus extends TrapCounts {
  readonly listening: boolean;
  readonly host: string;
  readonly port: number;
  /** Why it does not listen. */
  readonly trouble?: string;
}

/** Host names of cards are looked up so often, and a port that is taken is tried again so soon. */
const lookUpMs = 300_000;
const tryAgainMs = 60_000;

/** What became of traps since the start, as labels of one figure. */
export type TrapFigures = Readonly<
  Record<'read' | 'other' | 'unknown-sender' | 'refused' | 'malformed' | 'flooded', number>
>;

const none: TrapCounts = { polls: 0, others: 0, unknown: 0, refused: 0, malformed: 0, flooded: 0 };

/** Listening in the way of one config. */
interface Post {
  readonly traps: NonNullable<Config['traps']>;
  readonly sources: readonly TrapSource[];
  readonly ended: AbortController;
  receiver: TrapReceiver | undefined;
  trouble: string | undefined;
  cancel: Cancel;
}

export class Traps {
  readonly #parts: TrapParts;
  #post: Post | undefined;
  /** What was counted before the last reload. */
  #before: TrapCounts | undefined;

  constructor(parts: TrapParts) {
    this.#parts = parts;
  }

  /** Listens as this config says, or not at all. Never throws: what does not work is logged and tried again. */
  async follow(config: Config): Promise<void> {
    await this.stop();
    const { traps } = config;
    if (traps === undefined) return;
    const sources = config.ups.flatMap(({ name, driver }): TrapSource[] => {
      const from = driverOptions(driver.name).trapsFrom?.(driver.options);
      return from === undefined ? [] : [{ ups: name, ...from }];
    });
    const ended = new AbortController();
    this.#post = { traps, sources, ended, receiver: undefined, trouble: undefined, cancel: () => {} };
    await this.#listen(this.#post);
  }

  /** Safe at any time, twice. */
  async stop(): Promise<void> {
    const post = this.#post;
    this.#before = this.#counted();
    this.#post = undefined;
    post?.ended.abort();
    post?.cancel();
    await post?.receiver?.close();
  }

  status(): TrapStatus | undefined {
    const post = this.#post;
    if (post === undefined) return undefined;
    const { receiver, trouble } = post;
    return {
      listening: receiver !== undefined,
      host: post.traps.host,
      port: receiver?.port ?? post.traps.port,
      ...(receiver?.counts ?? none),
      ...(trouble === undefined ? {} : { trouble }),
    };
  }

  /** `undefined` where traps were never listened for. */
  figures(): TrapFigures | undefined {
    const counts = this.#counted();
    if (counts === undefined) return undefined;
    const { polls, others, unknown, refused, malformed, flooded } = counts;
    return { read: polls, other: others, 'unknown-sender': unknown, refused, malformed, flooded };
  }

  #counted(): TrapCounts | undefined {
    const before = this.#before;
    if (this.#post === undefined) return before;
    const now = this.#post.receiver?.counts ?? none;
    if (before === undefined) return { ...now };
    const sum = (key: keyof TrapCounts): number => before[key] + now[key];
    return {
      polls: sum('polls'),
      others: sum('others'),
      unknown: sum('unknown'),
      refused: sum('refused'),
      malformed: sum('malformed'),
      flooded: sum('flooded'),
    };
  }

  async #listen(post: Post): Promise<void> {
    const { log, timers } = this.#parts;
    const { host, port, community } = post.traps;
    const settings = { host, port, ...(community && { community: community.reveal() }) };
    try {
      const receiver = await openTrapReceiver(settings, post.sources, {
        monotonic: () => timers.monotonic(),
        onTrap: (ups, words, address) => this.#heard(post, ups, words, address),
        onStranger: (address) =>
          log('info', 'traps.unknown-sender', `${address} sends traps, but is no UPS of the config: not listened to.`),
        onRefusal: (address, ups, why) =>
          log('warn', 'traps.refused', `${ups.join(', ')}: a trap from ${address} is not taken: ${why}.`, { ups }),
      });
      if (post.ended.signal.aborted) {
        await receiver.close();
        return;
      }
      post.receiver = receiver;
      post.trouble = undefined;
      log('info', 'traps.listening', `Traps are heard on ${host} port ${port}.`, { units: post.sources.length });
      void this.#lookUp(post, receiver);
    } catch (error) {
      const trouble = error instanceof Error ? error.message : String(error);
      if (trouble !== post.trouble) log('error', 'traps.not-listening', `No traps are heard: ${trouble}.`);
      post.trouble = trouble;
      if (!post.ended.signal.aborted)
        post.cancel = timers.after('listen for traps', tryAgainMs, () => void this.#listen(post));
    }
  }

  async #lookUp(post: Post, receiver: TrapReceiver): Promise<void> {
    await receiver.refresh(post.ended.signal);
    if (post.ended.signal.aborted) return;
    post.cancel = this.#parts.timers.after('look up cards', lookUpMs, () => void this.#lookUp(post, receiver));
  }

  #heard(post: Post, ups: string, words: string, address: string): void {
    if (post.ended.signal.aborted) return;
    this.#parts.log('debug', 'traps.heard', `${ups}: trap "${words}" from ${address}: reading it.`, { ups });
    this.#parts.hurry(ups);
  }
}
