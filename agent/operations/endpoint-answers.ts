/** Answers of the reseller that the endpoint holds: when it is asked, what its replies do, what it is told of them. */
import type { Heard, HeldAnswer } from '../delivery/cloud/answers.ts';
import { type AnswerResult, eventId } from '../delivery/cloud/events.ts';
import { clean } from '../delivery/mail/clean.ts';
import type { CloudItem, EndpointState } from '../delivery/records.ts';
import { giveUpAfterMs } from '../delivery/retry.ts';
import type { Instant } from '../lifecycle/model.ts';
import { keys } from '../store/keys.ts';
import { answer } from './answer.ts';
import { type Desk, OperationError, resellerChannel } from './desk.ts';
import { connectionOf } from './reseller.ts';

type Question = CloudItem<'answers.asked'>;

/** So many acknowledgements wait at most; while there are more, no answer is looked at. */
const maxWaiting = 200;

/**
 * Kept in memory alone: what was not acknowledged comes again, and an answer that is taken twice is taken once. So
 * nothing is written for a question to which nobody has an answer.
 */
export class EndpointAnswers {
  readonly #desk: Desk;
  #url: string | undefined;
  /** When it was last asked and replied. */
  #askedAt: Instant | undefined;
  /** Since when it cannot be reached. */
  #awaySince: Instant | undefined;
  /** Its replies speak of answers. */
  #speaks = false;
  #trouble: string | undefined;
  readonly #handled = new Map<string, AnswerResult>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /**
   * When the endpoint is to be asked: at the configured interval, while it has not been told what became of its answers,
   * or a reseller could answer who has the token from it. An endpoint that only mirrors is asked once, and then if it
   * speaks of answers.
   */
  nextDue(): Instant | undefined {
    const { askEveryMs, endpoint } = this.#desk.site();
    this.#follow(endpoint);
    if (endpoint === undefined || askEveryMs === undefined) return undefined;
    if (this.#handled.size === 0 && !this.#isExpected()) return undefined;
    const now = this.#desk.now();
    if (this.#askedAt === undefined || this.#askedAt > now) return now;
    return new Date(Date.parse(this.#askedAt) + askEveryMs).toISOString();
  }

  /** What the endpoint is asked with now. */
  question(): Question {
    const now = this.#desk.now();
    const acknowledged = [...this.#handled].map(([id, result]) => ({ id, result }));
    const data = { tellReseller: false, acknowledged } as const;
    return { id: eventId(`answers.asked/${now}`), type: 'answers.asked', time: now, data };
  }

  /**
   * Takes in what a reply held.
   * @param question what it replies to, if it was asked; what that told of is not looked at again
   * @throws StoreError
   */
  async hear(heard: Heard, question?: Question): Promise<void> {
    this.#follow(this.#desk.site().endpoint);
    this.#awaySince = undefined;
    if (heard.speaks) this.#speaks = true;
    this.#tellTrouble(heard.trouble);
    const told = new Set(question?.data.acknowledged.map(({ id }) => id));
    for (const id of told) this.#handled.delete(id);
    const isNew = (id: string): boolean => !told.has(id) && !this.#handled.has(id) && this.#handled.size < maxWaiting;
    for (const held of heard.answers) {
      if (isNew(held.id)) this.#handled.set(held.id, await this.#take(held));
    }
    for (const { id, why } of heard.invalid) {
      if (id !== undefined && !isNew(id)) continue;
      this.#desk.log('warn', 'cloud.answer-invalid', `An answer from the endpoint is none: ${why}.`);
      if (id !== undefined) this.#handled.set(id, 'invalid');
    }
    if (question) this.#askedAt = question.time;
  }

  /** The endpoint cannot be reached. */
  missed(): void {
    this.#awaySince ??= this.#desk.now();
  }

  /**
   * Up to when every answer is known here. An invitation that the endpoint passed on lapses only when the endpoint was
   * asked after its time, or five days late if it cannot be reached.
   */
  knownUntil(): Instant {
    const { site, store, now } = this.#desk;
    const { askEveryMs, endpoint } = site();
    this.#follow(endpoint);
    if (resellerChannel(site()) !== 'cloud' || askEveryMs === undefined) return now();
    const state = store.get<EndpointState>(keys.endpoint)?.value;
    if (state?.url === endpoint && state?.disabledAt !== undefined) return now();
    const asked = this.#askedAt ?? '1970-01-01T00:00:00Z';
    const longAgo = new Date(Date.parse(now()) - giveUpAfterMs).toISOString();
    const isAway = this.#awaySince !== undefined && this.#awaySince <= longAgo;
    return isAway && asked < longAgo ? longAgo : asked;
  }

  #isExpected(): boolean {
    const { store, site } = this.#desk;
    const { state } = connectionOf(store);
    if (state !== 'pending' && state !== 'confirmed') return false;
    return resellerChannel(site()) === 'cloud' || this.#speaks || this.#askedAt === undefined;
  }

  /** Another endpoint knows nothing of what this one said. */
  #follow(url: string | undefined): void {
    if (url === this.#url) return;
    this.#url = url;
    this.#askedAt = undefined;
    this.#awaySince = undefined;
    this.#speaks = false;
    this.#handled.clear();
  }

  async #take({ token, answer: kind, givenAt, from, how }: HeldAnswer): Promise<AnswerResult> {
    const { log } = this.#desk;
    const told = {
      ...(givenAt === undefined ? {} : { at: new Date(givenAt).toISOString() }),
      ...(from === undefined ? {} : { from: clean(from, 254) }),
      ...(how === undefined ? {} : { how: clean(how, 200) }),
    };
    try {
      const { outcome, says } = await answer(this.#desk, token, kind, 'cloud', told);
      log('info', 'answers.taken', `Answer through the endpoint (${kind}): ${says}.`, { outcome });
      return outcome;
    } catch (error) {
      if (error instanceof OperationError) return 'unknown';
      throw error;
    }
  }

  #tellTrouble(trouble: string | undefined): void {
    if (trouble !== undefined && trouble !== this.#trouble)
      this.#desk.log('warn', 'cloud.answers-not-heard', `The endpoint speaks of answers, but ${trouble}.`);
    this.#trouble = trouble;
  }
}
