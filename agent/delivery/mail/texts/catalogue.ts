/**
 * The shape of a catalogue: every word a mail can hold. A language that lacks one does not compile. Sentences are whole
 * and are functions of their values; nothing is put together from fragments.
 */
import type { CloseReason, Day, EventId, PlanKind } from '../../../lifecycle/model.ts';
import type { CustomerMail, Language } from '../content.ts';

/** How far a date is away. `date` is already in the language's own form. */
export type Timing =
  | { readonly kind: 'left'; readonly days: number; readonly date: string }
  | { readonly kind: 'today'; readonly date: string }
  | { readonly kind: 'past'; readonly days: number; readonly date: string }
  /** Told because the UPS itself says so. */
  | { readonly kind: 'undated' };

export interface Texts {
  readonly language: Language;
  readonly date: (day: Day) => string;
  readonly titles: { readonly [E in EventId]: (date?: string) => string };
  readonly greeting: string;
  /** The closing line of every mail. */
  readonly signature: (v: { company: string }) => string;
  /** Said in everything the customer gets. */
  readonly responsibility: string;

  readonly subject: {
    readonly one: (v: { title: string; unit: string; timing: Timing; company: string }) => string;
    readonly oneAndMore: (v: { title: string; more: number; unit: string; company: string }) => string;
    readonly many: (v: { units: number; company: string }) => string;
    readonly resolvedOne: (v: { title: string; unit: string; company: string }) => string;
    readonly resolvedMany: (v: { units: number; company: string }) => string;
    readonly reminder: (v: { subject: string }) => string;
    readonly unitAt: (v: { unit: string; site: string }) => string;
  };

  readonly intro: {
    readonly reseller: (v: { company: string; units: number }) => string;
    readonly resellerReminder: (v: { company: string; units: number }) => string;
    readonly resellerResolved: (v: { company: string; units: number }) => string;
    readonly customer: (v: { company: string; units: number }) => string;
    readonly customerReminder: (v: { company: string; units: number }) => string;
    readonly customerResolved: (v: { company: string; units: number }) => string;
  };

  /** Stands over the units without a site label where others have one. */
  readonly otherUnits: string;
  /** A unit of which neither model nor name may be said. */
  readonly unnamedUnit: string;

  readonly event: {
    readonly left: (v: { days: number; date: string }) => string;
    readonly today: (v: { date: string }) => string;
    readonly past: (v: { days: number; date: string }) => string;
    readonly undated: string;
    readonly estimate: string;
    readonly next: (v: { dates: string; count: number }) => string;
    readonly noNext: string;
    readonly resolvedTitle: (v: { title: string }) => string;
    readonly resolved: { readonly [R in CloseReason | 'unknown']: string };
  };

  readonly label: {
    readonly model: string;
    readonly serial: string;
    readonly sku: string;
    readonly cartridge: string;
    readonly externalCartridge: string;
    readonly quantity: string;
    readonly installed: string;
    readonly replaceBy: string;
    readonly warrantyEnd: string;
    readonly plan: string;
    readonly part: string;
    readonly due: string;
    readonly contactName: string;
    readonly jobRole: string;
    readonly mail: string;
    readonly phone: string;
  };
  readonly value: {
    readonly estimated: (v: { date: string }) => string;
    readonly plan: (v: { kind: PlanKind; date: string }) => string;
    readonly pack: (v: { pack: number }) => string;
    readonly cartridge: (v: { pack: number; cartridge: number }) => string;
    readonly due: string;
    readonly notDue: string;
  };

  readonly closing: {
    readonly contactHeading: string;
    readonly contact: (v: { company: string }) => string;
    readonly optOutHeading: string;
    /** Where answers are read by a person. */
    readonly optOut: (v: { company: string; mail: string }) => string;
    readonly optOutByLink: string;
    readonly optOutByMail: (v: { word: string }) => string;
    readonly optOutByReply: (v: { word: string }) => string;
  };

  readonly invitation: {
    readonly subject: (v: { company: string }) => string;
    readonly intro: (v: { company: string }) => string;
    readonly getsHeading: string;
    readonly gets: (v: { company: string }) => readonly string[];
    readonly acceptHeading: string;
    readonly accept: (v: { company: string; days: number }) => string;
    readonly declineHeading: string;
    readonly decline: (v: { company: string; days: number }) => string;
    readonly answerHeading: string;
    readonly byLink: (v: { days: number }) => string;
    readonly byMail: (v: { days: number }) => string;
    readonly byReply: (v: { accept: string; decline: string }) => string;
    readonly byCode: (v: { company: string }) => string;
    readonly noAnswer: (v: { days: number }) => string;
    readonly reference: (v: { token: string }) => string;
    readonly privacy: (v: { company: string }) => string;
  };

  /** What the buttons of a mail and of the page of answers say. */
  readonly action: {
    readonly answer: string;
    readonly accept: string;
    readonly decline: string;
    readonly optOut: string;
    /** A button in plain text; the address of the page stands on the next line. */
    readonly open: (v: { label: string }) => string;
    /** The same for a mail; its subject stands on the next line. */
    readonly write: (v: { label: string; address: string }) => string;
  };
  /** What stands in the first line of a reply that is an answer; `answers/words.ts` knows each of them. */
  readonly word: { readonly accept: string; readonly decline: string; readonly optOut: string };
  /** The text of a mail that a button has prepared: its subject is what counts. */
  readonly letter: {
    readonly accept: (v: { company: string }) => string;
    readonly decline: (v: { company: string }) => string;
    readonly optOut: (v: { company: string }) => string;
  };
  /** The one mail after an opt-out. */
  readonly farewell: {
    readonly subject: (v: { company: string }) => string;
    readonly body: (v: { company: string }) => readonly string[];
  };

  readonly customer: {
    readonly [A in CustomerMail['about']]: {
      readonly subject: (v: { address: string; company: string }) => string;
      readonly body: (v: { address: string }) => readonly string[];
    };
  };
  readonly customerLabel: { readonly reply: string; readonly items: string; readonly from: string };

  /** The page behind the link in a mail. */
  readonly page: {
    readonly invitedHeading: (v: { company: string }) => string;
    readonly confirmedHeading: string;
    readonly confirmed: (v: { company: string }) => string;
    readonly declinedHeading: string;
    readonly declined: (v: { company: string }) => string;
    readonly optedOutHeading: string;
    readonly optedOut: (v: { company: string }) => string;
    readonly endedHeading: string;
    readonly ended: string;
    readonly unknownHeading: string;
    readonly unknown: string;
    readonly busyHeading: string;
    readonly busy: string;
    readonly failedHeading: string;
    readonly failed: string;
  };

  readonly test: {
    readonly subject: (v: { company: string }) => string;
    readonly body: (v: { company: string; date: string }) => readonly string[];
  };
}

type Forms = { readonly [R in Intl.LDMLPluralRule]?: string } & { readonly other: string };

/** Picks the form of a sentence that fits a number (CLDR plural rules). */
export function plurals(language: Language): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(language);
  return (count, forms) => forms[rules.select(count)] ?? forms.other;
}

/**
 * Dates in the language's own long form, for instance `4 May 2027`, with spaces that do not break. A plain date has no
 * time zone, hence UTC.
 */
export function longDate(locale: string): (day: Day) => string {
  const format = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
  return (day) => {
    const at = Date.parse(`${day}T00:00:00Z`);
    return Number.isNaN(at) ? day : format.format(at).replace(/\s/g, '\u00a0');
  };
}
