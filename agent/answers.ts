/** The agent's eye on the mailbox for answers: opened where the config says so, read as mail comes, closed at a stop. */
import { readFile } from 'node:fs/promises';
import type { AnswersConfig, Config } from '../config/config.ts';
import { type Mailbox, openMailbox } from './delivery/answers/mailbox.ts';
import { MailboxError } from './delivery/answers/mailbox-error.ts';
import { AnswerReader } from './delivery/answers/reader.ts';
import type { Desk } from './operations/desk.ts';
import { mailMattersSince, recogniseMail, takeMail } from './operations/mail-answers.ts';
import type { Timers } from './polling/timers.ts';

export interface AnswersParts {
  readonly desk: Desk;
  readonly timers: Timers;
  /** Whether anything may be done now: not while the clock is wrong. */
  readonly mayAct: () => boolean;
  /** A mail was handled: what follows from it can leave. */
  readonly handled: () => void;
}

/** What `status` says of the mailbox. */
export interface AnswersStatus {
  readonly address: string;
  /** Why it cannot be read now. */
  readonly trouble?: string;
}

export class Answers {
  readonly #parts: AnswersParts;
  #reading: { readonly config: AnswersConfig; readonly reader: AnswerReader } | undefined;

  constructor(parts: AnswersParts) {
    this.#parts = parts;
  }

  /** Reads the mailbox of this config, or none. Never throws: what does not work is logged and tried again. */
  async follow({ answers }: Pick<Config, 'answers'>): Promise<void> {
    if (answers && this.#reading && isSame(answers, this.#reading.config)) return;
    await this.stop();
    if (answers === undefined) return;
    const reader = this.#readerOf(answers);
    this.#reading = { config: answers, reader };
    reader.start();
  }

  /** Safe at any time, twice. */
  async stop(): Promise<void> {
    const reading = this.#reading;
    this.#reading = undefined;
    await reading?.reader.stop();
  }

  status(): AnswersStatus | undefined {
    if (this.#reading === undefined) return undefined;
    const { config, reader } = this.#reading;
    const trouble = reader.trouble();
    return { address: config.address, ...(trouble === undefined ? {} : { trouble }) };
  }

  #readerOf(config: AnswersConfig): AnswerReader {
    const { desk, timers, mayAct, handled } = this.#parts;
    const { user, host, port, folder } = config;
    return new AnswerReader({
      name: `${user}@${host}:${port}/${folder}`,
      open: () => open(config),
      store: desk.store,
      now: desk.now,
      random: Math.random,
      after: timers.after.bind(timers),
      log: desk.log,
      mayAct,
      since: () => mailMattersSince(desk),
      recognise: (head) => recogniseMail(desk, head),
      take: async (mail) => {
        const done = await takeMail(desk, mail);
        handled();
        return done;
      },
    });
  }
}

async function open(config: AnswersConfig): Promise<Mailbox> {
  const { caFile, password, ...rest } = config;
  const ca = caFile === undefined ? {} : { ca: await readCa(caFile) };
  return await openMailbox({ ...rest, ...ca, password: password.reveal() });
}

async function readCa(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new MailboxError('misconfigured', `answers.caFile cannot be read (${why}); name a readable PEM file.`, {
      cause,
    });
  }
}

const isSame = (one: AnswersConfig, other: AnswersConfig): boolean =>
  one.password.reveal() === other.password.reveal() && JSON.stringify(one) === JSON.stringify(other);
