/**
 * Question and answer over a line on which answers may come late, twice, broken, or mixed with alerts. Nothing in UPS-Link
 * ties an answer to its question, and nothing protects its characters, so: one question at a time, an answer must look like
 * one and come three times alike, and after anything odd the line must be quiet and answer `Y` before the next question.
 */
import { Hearing, notAvailable, type QueryName, queries, replaceBatteryAlert } from './protocol.ts';

export class ConversationError extends Error {
  override readonly name = 'ConversationError';
  /** `silent`: no answer. `strange`: answers that are no UPS-Link. `gone`: the port. `stopped`: by us. */
  readonly kind: 'silent' | 'strange' | 'gone' | 'stopped';

  constructor(kind: ConversationError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

/** How patient to be. */
export interface Manners {
  readonly answerMs: number;
  /** Rest between an answer and the next question. */
  readonly gapMs: number;
  /** So long must the line be silent before it is trusted again, */
  readonly quietMs: number;
  /** but no longer than this is waited for it. */
  readonly noisyMs: number;
}

const attempts = 3;
/** Answers to one question, until enough are alike. */
const mostAnswers = 10;

export class Conversation {
  readonly #send: (text: string) => void;
  readonly #manners: Manners;
  readonly #hearing = new Hearing();
  #answer: ((answer: string) => void) | undefined;
  #noise: (() => void) | undefined;
  #fail: ((error: ConversationError) => void) | undefined;
  #ended: ConversationError | undefined;
  #replaceAlert = false;
  #strange = false;

  constructor(send: (text: string) => void, manners: Manners) {
    this.#send = send;
    this.#manners = manners;
  }

  /** What came over the line. An answer that nobody waits for is dropped. */
  hear(bytes: Uint8Array): void {
    const { answers, alerts } = this.#hearing.take(bytes);
    if (alerts.includes(replaceBatteryAlert)) this.#replaceAlert = true;
    this.#noise?.();
    for (const answer of answers) {
      const take = this.#answer;
      this.#answer = undefined;
      take?.(answer);
    }
  }

  /** Ends it: the port is gone, or the driver closes. */
  end(error: ConversationError): void {
    this.#ended ??= error;
    this.#fail?.(error);
  }

  /** Whether the unit raised the alert "replace battery" since this was asked last. */
  takeReplaceAlert(): boolean {
    const raised = this.#replaceAlert;
    this.#replaceAlert = false;
    return raised;
  }

  /** Enters the smart mode: the unit must say so, on a quiet line. @throws ConversationError */
  async start(signal: AbortSignal): Promise<void> {
    this.#strange = false;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      await this.#quiet(signal);
      if (queries.smartMode.fits.test((await this.#exchange('smartMode', signal)) ?? '')) return;
    }
    throw this.#strange
      ? new ConversationError('strange', 'what answers does not speak UPS-Link')
      : new ConversationError('silent', 'no answer');
  }

  /**
   * Asks one question until three answers in a row are alike; of none at all, two are enough.
   * @returns the answer; `undefined` when the unit has none, or none that fits
   * @throws ConversationError when the unit does not answer any more, or says something else each time
   */
  async ask(name: QueryName, signal: AbortSignal): Promise<string | undefined> {
    let [last, alike] = [await this.#askOnce(name, signal), 1];
    for (let count = 1; count < mostAnswers; count += 1) {
      const answer = await this.#askOnce(name, signal);
      const isSame = answer === last;
      alike = isSame ? alike + 1 : 1;
      last = answer;
      if (alike >= (answer === undefined ? 2 : 3)) return answer;
      if (!isSame) await this.start(signal);
    }
    throw new ConversationError('strange', 'it answers the same question differently each time');
  }

  /** An odd answer is asked for once more, after the line has come to rest. */
  async #askOnce(name: QueryName, signal: AbortSignal): Promise<string | undefined> {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await this.#rest(this.#manners.gapMs, signal);
      const answer = await this.#exchange(name, signal);
      if (answer !== undefined && queries[name].fits.test(answer)) return answer;
      if (answer === notAvailable) return undefined;
      await this.start(signal);
      // Silence is how some units say that they do not know the question.
      if (answer === undefined && attempt === 0 && name !== 'status') return undefined;
    }
    return undefined;
  }

  async #exchange(name: QueryName, signal: AbortSignal): Promise<string | undefined> {
    this.#hearing.forget();
    const answer = await this.#wait<string>(this.#manners.answerMs, signal, (resolve) => {
      this.#answer = resolve;
      this.#send(queries[name].sends);
    });
    this.#answer = undefined;
    if (answer !== undefined) this.#strange = true;
    return answer;
  }

  /** Waits until nothing has come for a while, so that no late answer is left. */
  async #quiet(signal: AbortSignal): Promise<void> {
    const { quietMs, noisyMs } = this.#manners;
    for (let left = Math.ceil(noisyMs / quietMs); left > 0; left -= 1) {
      let isNoisy = false;
      this.#noise = () => {
        isNoisy = true;
      };
      await this.#rest(quietMs, signal);
      this.#noise = undefined;
      if (!isNoisy) return;
    }
  }

  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    await this.#wait<never>(ms, signal, () => {});
  }

  /** What `start` resolves with, `undefined` when the time is over first. */
  async #wait<T>(
    ms: number,
    signal: AbortSignal,
    start: (resolve: (value: T) => void) => void,
  ): Promise<T | undefined> {
    if (this.#ended !== undefined) throw this.#ended;
    let timer: NodeJS.Timeout | undefined;
    const stop = () => this.#fail?.(new ConversationError('stopped', 'the poll was stopped'));
    try {
      return await new Promise<T | undefined>((resolve, reject) => {
        this.#fail = reject;
        timer = setTimeout(() => resolve(undefined), ms);
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) stop();
        else start(resolve);
      });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      this.#fail = undefined;
    }
  }
}
