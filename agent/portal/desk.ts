/** What every page works with, and how a module adds pages. */
import type { Context, Hono } from 'hono';
import type { Live } from '../commands.ts';
import type { Office } from '../office.ts';
import type { RefusalKind } from './access/refusals.ts';
import type { Visitor } from './access/visitor.ts';

/** The config file behind the running agent. */
export interface ConfigFile {
  readonly path: string;
  /** Reads it again and goes on with it; gives its warnings. @throws ConfigError; the old config stays in use then */
  readonly reload: () => Promise<readonly string[]>;
}

/** What every page works with. */
export interface PortalDesk {
  readonly office: Office;
  /** What only the running agent knows. */
  readonly live: Live;
  /**
   * Carries a command out, exactly as the command line does.
   * @throws OperationError, StoreError, DriverError, DeliveryError
   */
  readonly run: (command: string, args: Readonly<Record<string, unknown>>) => Promise<unknown>;
  readonly configFile: ConfigFile;
}

export interface MenuEntry {
  readonly href: string;
  readonly label: string;
}

/** What the server knows of a request before it is looked at. */
export interface Arrival {
  /** Address of whoever is connected: a browser, or the proxy in front. */
  readonly peer: string;
}

export interface PortalEnv {
  readonly Bindings: Arrival;
  readonly Variables: {
    /** Set on pages behind the login. */
    readonly visitor?: Visitor;
    readonly menu: readonly MenuEntry[];
    /** Signs what travels through the browser and back. */
    readonly seal: Seal;
    readonly desk: PortalDesk;
    /** Counts what was refused to whoever asks. */
    readonly refuse: (kind: RefusalKind) => void;
    /** What was refused since the start. */
    readonly refused: () => Readonly<Record<RefusalKind, number>>;
    /** Counts a wrong token or secret address. False once there were too many to look at this one. */
    readonly wrongToken: () => boolean;
  };
}

export interface Seal {
  /** A keyed hash of the parts, in base64url. */
  of(...parts: readonly string[]): string;
  /** Compares in constant time. */
  fits(given: string, ...parts: readonly string[]): boolean;
}

export type PortalApp = Hono<PortalEnv>;
export type PortalContext = Context<PortalEnv>;

/** Some pages that belong together. */
export interface RouteModule {
  /**
   * `customer`: behind the login, and each POST carries the token of its form. `token`: no login and no cookie counts; the
   * module checks a secret of its own, in each request. `public`: everyone, also under `portal.publicUrl`.
   */
  readonly access: 'customer' | 'token' | 'public';
  readonly menu?: readonly MenuEntry[];
  readonly register: (app: PortalApp, desk: PortalDesk) => void;
  /** Called once, soon after the page is there: works out what would make the first visit a slow one. */
  readonly prepare?: (desk: PortalDesk) => void;
  /** Ends what it does beside the requests: the agent stops. */
  readonly end?: (desk: PortalDesk) => void;
}
