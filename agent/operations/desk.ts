/** What every operation works with: plain values of the site, the store, and a clock that is passed in. */
import type { Contact, Language } from '../delivery/mail/content.ts';
import type { Message, NoticeRecord } from '../delivery/records.ts';
import type { WaysBack } from '../delivery/ways.ts';
import type { AnswerOutcome, AnswerWay } from '../lifecycle/connection.ts';
import { dayOf } from '../lifecycle/days.ts';
import type { ConfiguredUnit } from '../lifecycle/facts.ts';
import type { Day, Instant, LifecycleEvent } from '../lifecycle/model.ts';
import type { Moment } from '../lifecycle/unit.ts';
import { keys } from '../store/keys.ts';
import type { Store } from '../store/port.ts';

/** The site as configured now. */
export interface Site {
  readonly company: string;
  readonly contact: Contact;
  readonly timeZone: string;
  /** `HH:MM` of the daily run. */
  readonly sendAt: string;
  readonly language: Language;
  readonly copyNotices: boolean;
  readonly reseller?: { readonly email?: string; readonly language: Language; readonly notInterested: boolean };
  /** Whether mail can leave at all. */
  readonly mail: boolean;
  /** How a reseller can answer beside the code; absent is by no other way. */
  readonly waysBack?: WaysBack;
  /** The endpoint's URL, where there is one. */
  readonly endpoint?: string;
  /** Milliseconds between two questions to the endpoint for answers that it holds; absent: it is never asked. */
  readonly askEveryMs?: number;
  /** How long what is over is kept. */
  readonly retentionMonths: number;
  readonly units: readonly ConfiguredUnit[];
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, code: string, message: string, details?: Record<string, unknown>) => void;

/** What became of something that was given as an answer; each is counted by the way it came. */
export type AnswerCount = AnswerOutcome | 'unknown' | 'locked' | 'limited';

export interface Desk {
  readonly store: Store;
  readonly site: () => Site;
  readonly now: () => Instant;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly log: Log;
  /** Up to when every answer that a reseller gave is known here; absent: until now. */
  readonly answersKnownUntil?: () => Instant;
  /** Told of everything that is given as an answer, right or wrong. */
  readonly counted?: (by: AnswerWay, what: AnswerCount) => void;
}

/** A command that cannot be carried out, in words for whoever gave it. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
  readonly code: string;
  readonly retry = false;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Today at the site. */
export function today(desk: Pick<Desk, 'now' | 'site'>): Day {
  return dayOf(desk.now(), desk.site().timeZone);
}

/** The moment at which a unit is looked at. */
export function momentOf(desk: Desk, unitId: string): Moment {
  return {
    today: today(desk),
    now: desk.now(),
    resolvedTold: (event: LifecycleEvent) =>
      desk.store
        .list<NoticeRecord>(keys.noticesOf(unitId, event.id, event.occurrence))
        .some(([, { value }]) => value.step === 'resolved' && isFinal(desk.store, value)),
  };
}

/** Told, given up, or in a mail whose words are out of the house: it cannot be taken back any more. */
function isFinal(store: Store, { state, message }: NoticeRecord): boolean {
  return state !== 'queued' || store.get<Message>(keys.message(message))?.value.words !== undefined;
}

/** Who the reseller is told by: the agent's own mail, else the endpoint. */
export function resellerChannel(site: Site): 'mail' | 'cloud' | 'none' {
  if (site.mail) return 'mail';
  return site.endpoint === undefined ? 'none' : 'cloud';
}
