/**
 * The parts that work on one state folder, put together: desk, units, outbox, forwarder. The running agent adds polling
 * and a heartbeat to it; a command given while no agent runs uses it alone.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Config, ConfigError } from '../config/config.ts';
import { createEndpoint, type Endpoint } from './delivery/cloud/endpoint.ts';
import { newSite } from './delivery/codes.ts';
import { Forwarder } from './delivery/forwarder.ts';
import { createSmtp, type Smtp } from './delivery/mail/smtp.ts';
import type { AccessTokens } from './delivery/oauth2/access-tokens.ts';
import { type OAuth2, openOAuth2 } from './delivery/oauth2/open.ts';
import { Outbox } from './delivery/outbox.ts';
import { expanded, type ServerList } from './listed.ts';
import { AnswerCounts } from './operations/answer-counts.ts';
import { clockTrouble } from './operations/clock.ts';
import type { Desk, Log, Site } from './operations/desk.ts';
import { EndpointAnswers } from './operations/endpoint-answers.ts';
import { endpointDisabled, itemSettled, mailSettled } from './operations/settled.ts';
import { type Delivered, itemDelivered, mailDelivered } from './operations/tally.ts';
import { Units } from './operations/units.ts';
import { oauth2OptionsOf, senderOf, siteOf, smtpOptionsOf } from './site.ts';
import { keys } from './store/keys.ts';
import type { Store } from './store/port.ts';

export interface OfficeParts {
  readonly store: Store;
  readonly now: () => Date;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly random?: () => number;
  /** Told of each mail and item that was taken, or refused for good. */
  readonly delivered?: (delivered: Delivered) => void;
  /** Told of everything that is given as an answer. */
  readonly answered?: Desk['counted'];
}

/** The config and what it names beside the units, opened: replaced as a whole by a reload. */
interface Channels {
  /** As it was read, and with the units that servers listed in place of the entries that stand for them. */
  readonly written: Config;
  readonly config: Config;
  readonly site: Site;
  readonly oauth2?: OAuth2;
  readonly smtp?: Smtp;
  readonly endpoint?: Endpoint;
}

export class Office {
  readonly desk: Desk;
  readonly units: Units;
  readonly outbox: Outbox;
  readonly forwarder: Forwarder;
  readonly answerCounts: AnswerCounts;
  readonly endpointAnswers: EndpointAnswers;
  readonly #parts: OfficeParts;
  #channels: Channels;

  private constructor(parts: OfficeParts, channels: Channels) {
    this.#parts = parts;
    this.#channels = channels;
    const { store, log } = parts;
    const now = (): string => parts.now().toISOString();
    this.answerCounts = new AnswerCounts(log);
    this.desk = {
      store,
      log,
      now,
      site: () => this.#channels.site,
      randomBytes: (count) => randomBytes(count),
      answersKnownUntil: () => this.endpointAnswers.knownUntil(),
      counted: (by, what) => {
        this.answerCounts.count(by, what);
        parts.answered?.(by, what);
      },
    };
    this.endpointAnswers = new EndpointAnswers(this.desk);
    const common = { store, log, now, random: parts.random ?? Math.random };
    this.outbox = new Outbox({
      ...common,
      site: () => {
        const { site, config } = this.#channels;
        return { ...site, from: this.sender, replyTo: config.mail?.replyTo ?? { address: site.contact.mail } };
      },
      smtp: () => this.#channels.smtp,
      settled: (message, fate) => {
        parts.delivered?.(mailDelivered(store, message, fate));
        return mailSettled(this.desk, message, fate);
      },
    });
    this.forwarder = new Forwarder({
      ...common,
      endpoint: () => {
        const { endpoint, config } = this.#channels;
        return endpoint && config.cloud
          ? { url: config.cloud.endpoint, post: endpoint.post.bind(endpoint) }
          : undefined;
      },
      settled: (item, fate, reply) => {
        parts.delivered?.(itemDelivered(store, item, fate));
        return itemSettled(this.desk, item, fate, reply);
      },
      disabled: () => endpointDisabled(this.desk),
      asking: this.endpointAnswers,
    });
    this.units = new Units(this.desk);
  }

  /** Puts the parts together. @throws ConfigError when a file the config names cannot be read */
  static async open(config: Config, parts: OfficeParts): Promise<Office> {
    if (parts.store.get(keys.site) === undefined) {
      const site = newSite((count) => randomBytes(count));
      await parts.store.commit({ changes: [{ key: keys.site, value: site, expected: 0 }] });
    }
    return new Office(parts, await openChannels(config, parts));
  }

  /** The config with each unit by itself, those that servers listed included. */
  get config(): Config {
    return this.#channels.config;
  }

  /** The config as it was read. */
  get written(): Config {
    return this.#channels.written;
  }

  /** A server listed other units than before. */
  relist(): void {
    const { written } = this.#channels;
    this.#channels = { ...this.#channels, ...unitsOf(written, this.#parts.store) };
  }

  /** The From of every mail, empty without mail. */
  get sender(): string {
    const { mail } = this.#channels.config;
    return mail ? senderOf(mail) : '';
  }

  get smtp(): Smtp | undefined {
    return this.#channels.smtp;
  }

  /** Access tokens for logins without a password, where the config says how they are had. */
  get accessTokens(): AccessTokens | undefined {
    return this.#channels.oauth2?.accessTokens;
  }

  /**
   * What is wrong with the clock, if anything, and what to do about it.
   * @param trust believe it although the state was written at a later time
   */
  clockTrouble(builtAt: string, trust = false): string | undefined {
    const { store, now } = this.desk;
    const tooOld = clockTrouble(now(), undefined, builtAt);
    if (tooOld !== undefined || trust) return tooOld;
    const behind = clockTrouble(now(), store.lastWritten(), builtAt);
    return behind && `${behind}; if it is right now, start the agent once with --trust-clock`;
  }

  /** Goes on with another config. Gives back what ends the old channels, for when nothing is on its way there. */
  async reconfigure(config: Config): Promise<() => Promise<void>> {
    const old = this.#channels;
    this.#channels = await openChannels(config, this.#parts);
    return async () => await closeChannels(old);
  }

  async close(): Promise<void> {
    await closeChannels(this.#channels);
  }
}

async function openChannels(config: Config, parts: OfficeParts): Promise<Channels> {
  const { mail, cloud } = config;
  const ca = mail?.caFile === undefined ? undefined : await readCa(mail.caFile);
  const options = oauth2OptionsOf(config);
  const oauth2 = options && openOAuth2({ ...options, env: parts.env, now: parts.now, log: parts.log });
  return {
    written: config,
    ...unitsOf(config, parts.store),
    ...(oauth2 ? { oauth2 } : {}),
    ...(mail ? { smtp: createSmtp(smtpOptionsOf(mail, ca, oauth2?.accessTokens)) } : {}),
    ...(cloud
      ? {
          endpoint: createEndpoint({
            url: cloud.endpoint,
            secret: cloud.secret.reveal(),
            env: parts.env,
            now: parts.now,
          }),
        }
      : {}),
  };
}

function unitsOf(written: Config, store: Store): Pick<Channels, 'config' | 'site'> {
  const config = expanded(written, (entry) => store.get<ServerList>(keys.list(entry))?.value);
  return { config, site: siteOf(config) };
}

async function readCa(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const message = `cannot be read (${cause instanceof Error ? cause.message : String(cause)}); name a readable PEM file`;
    throw new ConfigError([{ severity: 'error', file: path, line: 1, column: 1, path: 'mail.caFile', message }]);
  }
}

async function closeChannels({ oauth2, smtp, endpoint }: Channels): Promise<void> {
  oauth2?.close();
  await Promise.all([smtp?.close(), endpoint?.close()]);
}
