/** The agent's eye on the mailbox for answers: opened where the config says so, read as mail comes, closed at a stop. */
import { readFile } from 'node:fs/promises';
import type { AnswersConfig, Config, OAuth2Config } from '../config/config.ts';
import { type Mailbox, openMailbox as openOverImap } from './delivery/answers/mailbox.ts';
import { MailboxError } from './delivery/answers/mailbox-error.ts';
import { AnswerReader } from './delivery/answers/reader.ts';
import type { AccessTokens } from './delivery/oauth2/access-tokens.ts';
import type { Desk } from './operations/desk.ts';
import { mailMattersSince, recogniseMail, takeMail } from './operations/mail-answers.ts';
import type { Timers } from './polling/timers.ts';
import { mailboxOptionsOf } from './site.ts';

export interface AnswersParts {
  readonly desk: Desk;
  readonly timers: Timers;
  /** Whether anything may be done now: not while the clock is wrong. */
  readonly mayAct: () => boolean;
  /** The source of access tokens of the config in force. */
  readonly accessTokens: () => AccessTokens | undefined;
  /** A mail was handled: what follows from it can leave. */
  readonly handled: () => void;
  /** How the mailbox is opened; over IMAP unless given. */
  readonly openMailbox?: OpenMailbox;
}

/** Opens the mailbox that the config names. @throws MailboxError */
export type OpenMailbox = (config: AnswersConfig, accessTokens: AccessTokens | undefined) => Promise<Mailbox>;

/** What `status` says of the mailbox. */
export interface AnswersStatus {
  readonly address: string;
  /** Why it cannot be read now. */
  readonly trouble?: string;
}

export class Answers {
  readonly #parts: AnswersParts;
  #reading: { readonly config: MailboxConfig; readonly reader: AnswerReader } | undefined;

  constructor(parts: AnswersParts) {
    this.#parts = parts;
  }

  /** Reads the mailbox of this config, or none. Never throws: what does not work is logged and tried again. */
  async follow({ answers, oauth2 }: Pick<Config, 'answers' | 'oauth2'>): Promise<void> {
    const config = answers && { answers, ...(answers.password === undefined && oauth2 ? { oauth2 } : {}) };
    if (config && this.#reading && isSame(config, this.#reading.config)) return;
    await this.stop();
    if (config === undefined) return;
    const reader = this.#readerOf(config.answers);
    this.#reading = { config, reader };
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
    return { address: config.answers.address, ...(trouble === undefined ? {} : { trouble }) };
  }

  #readerOf(config: AnswersConfig): AnswerReader {
    const { desk, timers, mayAct, handled, accessTokens, openMailbox = open } = this.#parts;
    const { user, host, port, folder } = config;
    return new AnswerReader({
      name: `${user}@${host}:${port}/${folder}`,
      open: () => openMailbox(config, accessTokens()),
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

/** What decides how a mailbox is opened. */
interface MailboxConfig {
  readonly answers: AnswersConfig;
  readonly oauth2?: OAuth2Config;
}

async function open(config: AnswersConfig, accessTokens: AccessTokens | undefined): Promise<Mailbox> {
  const ca = config.caFile === undefined ? undefined : await readCa(config.caFile);
  return await openOverImap(mailboxOptionsOf(config, ca, accessTokens));
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

function isSame(one: MailboxConfig, other: MailboxConfig): boolean {
  const secrets = ({ answers, oauth2 }: MailboxConfig) =>
    [answers.password, oauth2?.clientSecret, oauth2?.refreshToken].map((secret) => secret?.reveal());
  return JSON.stringify([one, secrets(one)]) === JSON.stringify([other, secrets(other)]);
}
