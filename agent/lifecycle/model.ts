/** The words of the house: facts, events, steps, notices. Pure data, the same in code, store, mails and pages. */

/** A calendar day, `YYYY-MM-DD`, in the site's time zone. */
export type Day = string;
/** A point in time, ISO 8601 UTC. */
export type Instant = string;

export const factSources = ['ups', 'config', 'customer', 'estimate'] as const;
export type FactSource = (typeof factSources)[number];
export type Confidence = 'sound' | 'doubtful';

/** The best knowledge of one thing about a UPS. */
export interface Fact<T = unknown> {
  readonly value: T;
  readonly source: FactSource;
  readonly confidence: Confidence;
  /** The text it was read from, as the source gave it. */
  readonly raw: string;
  /** Why it is doubtful, in words for the customer. */
  readonly why?: string;
}

/** A cartridge or pack with its dates understood. */
export interface CartridgeFact {
  readonly pack: number;
  readonly cartridge?: number;
  readonly installed?: Day;
  readonly replaceBy?: Day;
  readonly part?: string;
  readonly serial?: string;
  readonly status?: readonly string[];
}

export type LifetimeState = 'exceeded' | 'measured-near-end' | 'near-end' | 'ok';
export const planKinds = ['advanced', 'standard'] as const;
export type PlanKind = (typeof planKinds)[number];

/** Everything known about one UPS. Absent is not known; it is never `false`, `0` or `""`. */
export interface Facts {
  readonly 'device.mfr'?: Fact<string>;
  readonly 'device.model'?: Fact<string>;
  readonly 'device.serial'?: Fact<string>;
  readonly 'device.part'?: Fact<string>;
  readonly 'ups.firmware'?: Fact<string>;
  readonly 'ups.mfr.date'?: Fact<Day>;
  readonly 'ups.test.result'?: Fact<string>;
  readonly 'ups.test.date'?: Fact<Day>;
  readonly 'battery.date'?: Fact<Day>;
  readonly 'battery.date.maintenance'?: Fact<Day>;
  readonly 'battery.packs'?: Fact<number>;
  readonly 'battery.packs.bad'?: Fact<number>;
  readonly 'battery.replace'?: Fact<boolean>;
  readonly 'battery.needs-replacement'?: Fact<boolean>;
  readonly 'battery.lifetime'?: Fact<LifetimeState>;
  readonly 'battery.cartridge'?: Fact<string>;
  readonly 'battery.cartridge.external'?: Fact<string>;
  /** How many cartridges a full change takes. */
  readonly 'battery.cartridge.quantity'?: Fact<number>;
  readonly 'battery.cartridges'?: Fact<readonly CartridgeFact[]>;
  readonly 'warranty.end'?: Fact<Day>;
  readonly 'plan.kind'?: Fact<PlanKind>;
  readonly 'plan.end'?: Fact<Day>;
}

/** The nine lifecycle events, in the order in which a mail lists them. */
export const eventIds = [
  'replace-battery',
  'battery-needs-replacement',
  'battery-end-of-life-exceeded',
  'battery-replacement-due',
  'warranty-expires',
  'advanced-plan-expired',
  'advanced-plan-expires',
  'standard-plan-expired',
  'standard-plan-expires',
] as const;
export type EventId = (typeof eventIds)[number];

export const steps = ['90', '30', '7', '0', 'now', 'reminder', 'resolved'] as const;
export type Step = (typeof steps)[number];

/** Why an event is open. */
export type EventCause = 'date' | 'flag';

/** One event of one UPS, from its opening to its closing. */
export interface LifecycleEvent {
  readonly id: EventId;
  /** Names this opening among all openings of the event: the day, with `.2`, `.3` … when it opened again that day. */
  readonly occurrence: string;
  readonly openedOn: Day;
  readonly openedAt: Instant;
  readonly causes: readonly EventCause[];
  /** The date it is about; absent for an event told without a date. */
  readonly date?: Day;
  readonly dateSource?: FactSource;
  /** Known too late to be told: shown, never sent. */
  readonly listedOnly?: true;
  /** The event that this one followed (Due → End of Life Exceeded): whoever was told of it counts as told of this. */
  readonly follows?: { readonly id: EventId; readonly occurrence: string };
  readonly closedOn?: Day;
  readonly closedAt?: Instant;
  readonly closed?: CloseReason;
}
/** `superseded` closes without a word; the others are told to whoever was told of the event. */
export type CloseReason = 'swap' | 'date-moved' | 'cleared' | 'superseded' | 'removed';

/** Who a notice is owed to. `reseller:<connection>` changes with each acceptance: who accepts again is a new recipient. */
export type Recipient = 'customer' | 'endpoint' | `reseller:${string}`;

/** One event at one step, owed to one recipient. */
export interface Notice {
  readonly unit: string;
  readonly event: EventId;
  readonly occurrence: string;
  readonly step: Step;
  /** The day of a reminder; part of its key. */
  readonly day?: Day;
  readonly recipient: Recipient;
  /** The day it became due. */
  readonly dueOn: Day;
  /** The date the event is about, as known when the notice was made. */
  readonly date?: Day;
  readonly dateSource?: FactSource;
  /** The day the step should have been told, when that day was missed. */
  readonly late?: true;
  readonly closed?: CloseReason;
}

/** The English title of an event, as the vendor words it; `date` is filled in where the title has one. */
export function eventTitle(id: EventId, date?: string): string {
  const on = date === undefined ? '' : ` on ${date}`;
  switch (id) {
    case 'battery-replacement-due':
      return 'Battery Replacement Due';
    case 'battery-end-of-life-exceeded':
      return 'Battery End of Life Exceeded';
    case 'battery-needs-replacement':
      return 'Battery Needs Replacement';
    case 'replace-battery':
      return 'Replace Battery';
    case 'warranty-expires':
      return `Warranty Expires${on}`;
    case 'advanced-plan-expires':
      return `Advanced Plan Expires${on}`;
    case 'advanced-plan-expired':
      return `Advanced Plan Expired${on}`;
    case 'standard-plan-expires':
      return `Standard Plan Expires${on}`;
    case 'standard-plan-expired':
      return `Standard Plan Expired${on}`;
  }
}

/** The key of a notice: what it says, once. Reminders carry their day. */
export function noticeKey(n: Pick<Notice, 'unit' | 'event' | 'occurrence' | 'step' | 'recipient' | 'day'>): string {
  const step = n.step === 'reminder' ? `reminder-${n.day ?? ''}` : n.step;
  return ['notice', encodeURIComponent(n.unit), n.event, n.occurrence, encodeURIComponent(n.recipient), step].join('/');
}
