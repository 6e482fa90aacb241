/** What the rest of the house gets from the config file: checked, complete with defaults, frozen. */
import { inspect } from 'node:util';
import type { Secret } from './secret.ts';

export const languages = ['en', 'fr', 'de', 'it', 'pt', 'ru', 'es'] as const;
export type Language = (typeof languages)[number];

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export const tlsModes = ['required', 'opportunistic', 'off'] as const;
export type TlsMode = (typeof tlsModes)[number];

/** Which part of a slash date comes first in what the UPS sends. */
export const dateOrders = ['mdy', 'dmy'] as const;
export type DateOrder = (typeof dateOrders)[number];

export interface MailAddress {
  readonly address: string;
  readonly name?: string;
}

/** The customer: one config is one site with one time zone. */
export interface SiteConfig {
  readonly company: string;
  /** IANA name. */
  readonly timeZone: string;
  /** `HH:MM` in the site's time zone. */
  readonly sendAt: string;
  readonly language: Language;
  readonly copyNotices: boolean;
  readonly contact: {
    readonly name: string;
    readonly mail: string;
    readonly phone?: string;
    readonly jobRole?: string;
  };
}

export interface ResellerConfig {
  /** Absent only with `notInterested: true`. */
  readonly email?: string;
  readonly language: Language;
  readonly notInterested: boolean;
}

/** How a server for mail is reached, out or in. */
interface MailServerConfig {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps://`, `imaps://`). */
  readonly implicitTls: boolean;
  /** STARTTLS on a connection without `implicitTls`. */
  readonly tls: TlsMode;
  readonly verifyCertificate: boolean;
  /** Absolute path. */
  readonly caFile?: string;
  /** Absent beside a user: the login is by `oauth2`. */
  readonly password?: Secret;
}

export interface MailConfig extends MailServerConfig {
  readonly from: MailAddress;
  readonly replyTo: MailAddress;
  readonly user?: string;
}

/** The mailbox in which answers arrive. */
export interface AnswersConfig extends MailServerConfig {
  readonly folder: string;
  readonly user: string;
  /** Where answers are written to. */
  readonly address: string;
  /** Mail to `name+anything@…` arrives in the mailbox as well. */
  readonly plusAddressing: boolean;
  /** The folder to which handled mail is moved; absent: it stays, marked as read. */
  readonly moveTo?: string;
}

/** How access tokens are had, for each login without a password. */
export interface OAuth2Config {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret?: Secret;
  /** Absent: the application acts for itself (RFC 6749, grant `client_credentials`). */
  readonly refreshToken?: Secret;
  readonly scope?: string;
}

export interface CloudConfig {
  readonly endpoint: string;
  readonly secret: Secret;
  /** Milliseconds between two questions for answers of the reseller. */
  readonly askEveryMs: number;
}

/** Where a server listens. */
export interface ListenAddress {
  /** IPv4 or IPv6 address, without brackets. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** The local web page. */
export interface PortalConfig {
  readonly enabled: boolean;
  readonly listen: ListenAddress;
  /** As `hashPassword` makes it. */
  readonly passwordHash?: Secret;
  readonly trustedProxy?: {
    /** Addresses and networks (`10.0.0.0/24`). */
    readonly addresses: readonly string[];
    readonly userHeader?: string;
  };
  /** Host names, in lower case, under which the page may be called beside those of this machine. */
  readonly hosts: readonly string[];
  /** `https://HOST[:PORT]`, without a slash at the end. */
  readonly publicUrl?: string;
  readonly publicListen?: ListenAddress;
}

/** The driver of one unit. Prints and serializes without its secrets; `options` itself holds them in the clear. */
export class DriverChoice {
  readonly name: string;
  readonly options: unknown;
  readonly #printable: unknown;

  constructor(name: string, options: unknown, printable: unknown) {
    this.name = name;
    this.options = options;
    this.#printable = printable;
  }

  /** The name and the options with every secret as `<secret>`. */
  toJSON(): { name: string; options: unknown } {
    return { name: this.name, options: this.#printable };
  }

  [inspect.custom](): unknown {
    return this.toJSON();
  }
}

/** One unit. What it leaves out of `battery` and `warranty` is filled from the config's defaults. Dates are `YYYY-MM-DD`. */
export interface UpsConfig {
  readonly name: string;
  /** A heading in mails and lists. */
  readonly site?: string;
  readonly driver: DriverChoice;
  /** Whether the install date may be written to this UPS. */
  readonly allowWrite: boolean;
  readonly battery: {
    readonly installed?: string;
    readonly replaceBy?: string;
    /** Part number of the replacement cartridge. */
    readonly cartridge?: string;
    /** How many of them the unit holds. */
    readonly cartridges?: number;
    readonly expectedLifeMonths: number;
    readonly dateOrder: DateOrder;
  };
  readonly warranty: {
    readonly end?: string;
    readonly purchased?: string;
    readonly termMonths?: number;
    readonly from: 'manufacture' | 'purchase';
  };
  readonly plan?: { readonly kind: 'advanced' | 'standard'; readonly end: string };
  readonly note?: string;
}

export interface Config {
  readonly site: SiteConfig;
  readonly reseller?: ResellerConfig;
  readonly mail?: MailConfig;
  readonly answers?: AnswersConfig;
  readonly oauth2?: OAuth2Config;
  readonly cloud?: CloudConfig;
  readonly portal: PortalConfig;
  readonly polling: {
    readonly intervalMs: number;
    readonly concurrency: number;
    /** How soon a reading that changed something is confirmed by a second one; never later than the next poll. */
    readonly confirmAfterMs: number;
  };
  /** Where traps are heard; absent: nowhere. */
  readonly traps?: ListenAddress & { readonly community?: Secret };
  readonly battery: { readonly expectedLifeMonths: number; readonly dateOrder: DateOrder };
  readonly warranty: { readonly termMonths?: number; readonly from: 'manufacture' | 'purchase' };
  /** Absolute path. */
  readonly stateDir: string;
  /** How long mails, notices and the history of what is over are kept. */
  readonly retentionMonths: number;
  readonly log: { readonly level: LogLevel };
  readonly ups: readonly UpsConfig[];
}
