/** How units of a driver are looked for: what a search names, what a driver's probe gets, and what it gives back. */

/** Where units of a driver can be searched for: addresses of a range, servers that know units, serial ports. */
export type Search =
  | { readonly by: 'address' | 'server'; readonly port: number }
  | { readonly by: 'serial'; readonly baud: number };

/** One place to look at. */
export type Place =
  | { readonly by: 'address' | 'server'; readonly host: string; readonly port: number }
  | { readonly by: 'serial'; readonly device: string };

/** Part of a driver's section: credentials and what belongs to them. */
export interface Introduction {
  /** As the driver takes it. Holds secrets: never log it. */
  readonly used: Readonly<Record<string, unknown>>;
  /** As it is written into a config file, and as it may be shown to anybody. */
  readonly written: Readonly<Record<string, unknown>>;
  readonly shown: Readonly<Record<string, unknown>>;
  /** For this host alone. */
  readonly host?: string;
  /** What is left for a person to do where it is used. */
  readonly note?: string;
}

/** What a probe may use of the world. */
export interface ProbeContext {
  /** Resolves when one more packet or connection may go out. */
  readonly permit: () => Promise<void>;
  readonly pause: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
  /** How long to wait for an answer. */
  readonly timeoutMs: number;
  /** Ways to introduce ourselves, to be tried in turn; without any, as a unit without options does. */
  readonly introductions: readonly Introduction[];
}

/** Something that may be a UPS: a driver's section to read it by. */
export interface Candidate {
  /** As the driver takes it. Holds secrets: never log it. */
  readonly used: unknown;
  /** As it is written into a config file, and as it may be shown to anybody. */
  readonly written: unknown;
  readonly shown: unknown;
  /** What a person would call it, where that is not the host or the port. */
  readonly label?: string;
  readonly note?: string;
}
