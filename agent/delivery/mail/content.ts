/**
 * What a mail says, before it has words: the input of the texts. Nothing here can hold an address, a host name, a
 * credential or a raw reading, so no mail can reveal one.
 */

import type { CloseReason, Day, EventId, FactSource, Step } from '../../lifecycle/model.ts';
import type { AnswerWays } from '../ways.ts';

export const languages = ['en', 'fr', 'de', 'it', 'pt', 'ru', 'es'] as const;
export type Language = (typeof languages)[number];

/** Whom to call: the customer's contact as the config names it. */
export interface Contact {
  readonly name: string;
  readonly mail: string;
  readonly phone?: string;
  readonly jobRole?: string;
}

/** One event of a unit, at the step that is told today. */
export interface EventLine {
  readonly event: EventId;
  readonly step: Step;
  readonly date?: Day;
  readonly dateSource?: FactSource;
  /** Days from today to `date`; negative when it is past. */
  readonly daysLeft?: number;
  /** The step's own day was missed, so it is told late. */
  readonly late?: true;
  readonly closed?: CloseReason;
  /** The next days on which this event is told if nothing is done, oldest first. */
  readonly nextSteps: readonly Day[];
}

/** One UPS in a mail: everything a reseller needs for a quotation. */
export interface UnitBlock {
  readonly name: string;
  readonly model?: string;
  readonly serial?: string;
  readonly sku?: string;
  readonly cartridge?: string;
  readonly externalCartridge?: string;
  /** How many cartridges are due. */
  readonly quantity?: number;
  readonly installed?: { readonly date: Day; readonly source: FactSource };
  readonly replaceBy?: { readonly date: Day; readonly source: FactSource };
  readonly warrantyEnd?: { readonly date: Day; readonly source: FactSource };
  readonly plan?: { readonly kind: 'advanced' | 'standard'; readonly end: Day };
  /** Each cartridge or pack where the unit lists several; sound dates only. */
  readonly cartridges: readonly {
    /** Said where `pack` is absent; otherwise the texts name the place in their own language. */
    readonly label: string;
    readonly pack?: number;
    readonly cartridge?: number;
    readonly part?: string;
    readonly installed?: Day;
    readonly replaceBy?: Day;
    readonly due: boolean;
  }[];
  readonly lines: readonly EventLine[];
}

/** Notices that leave together: one mail. */
export interface NoticeMail {
  readonly kind: 'notices';
  readonly audience: 'reseller' | 'customer';
  readonly company: string;
  readonly contact: Contact;
  readonly today: Day;
  /** Sorted by site label; units without one come last with `site` absent. */
  readonly groups: readonly { readonly site?: string; readonly units: readonly UnitBlock[] }[];
  /** How a reseller answers; absent for the customer. */
  readonly ways?: AnswerWays;
  /** Set when the customer asked for this mail by hand. */
  readonly reminder?: true;
}

/** The invitation: it reveals the company's name and nothing else. */
export interface InvitationMail {
  readonly kind: 'invitation';
  readonly company: string;
  /** What the reseller gives back to the customer; grouped for reading, for instance `K7QM-2ZXD`. */
  readonly code: string;
  /** Names the invitation in a reply; 26 characters. */
  readonly token: string;
  readonly ways?: AnswerWays;
  readonly validDays: number;
}

/** What the customer is told about the connection or about mail that failed for good. */
export interface CustomerMail {
  readonly kind: 'customer';
  readonly about:
    | 'confirmed'
    | 'declined'
    | 'expired'
    | 'opted-out'
    | 'undeliverable'
    | 'delivery-failed'
    | 'bounced'
    | 'answered-late'
    | 'reply-unclear'
    | 'endpoint-refused'
    | 'endpoint-disabled';
  readonly company: string;
  /** The reseller's address, or the recipient that failed. */
  readonly address: string;
  /** Who sent the answer, where that is not `address`. */
  readonly from?: string;
  /** The far side's own words, where there are any. */
  readonly reply?: string;
  /** Subjects or event titles of what did not arrive. */
  readonly items?: readonly string[];
  readonly today: Day;
}

/** The one mail to a reseller who has opted out. */
export interface FarewellMail {
  readonly kind: 'farewell';
  readonly company: string;
}

/** `upsteward test-mail`. */
export interface TestMail {
  readonly kind: 'test';
  readonly company: string;
  readonly today: Day;
}

export type MailContent = NoticeMail | InvitationMail | CustomerMail | FarewellMail | TestMail;

/** A mail in words. `text` and `html` say the same. */
export interface ComposedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}
