/** From what was observed, configured and told by the customer to the best knowledge of each thing about a UPS. */
import type { FieldKey, SignalKey, Signals } from '../../drivers/contract.ts';
import {
  batteryDates,
  cartridgeFacts,
  earliest,
  effectiveSignals,
  implausiblePair,
  type Judged,
  manufactureDate,
  manufacturedFrom,
  type Swap,
} from './battery.ts';
import { type DateOrder, readDate } from './dates.ts';
import { addDays, addMonths, daysUntil } from './days.ts';
import type { CartridgeFact, Day, Fact, Facts, LifetimeState, PlanKind } from './model.ts';
import { type Observed, raised } from './observe.ts';

/** What the config says of one UPS, with the site's defaults filled in. */
export interface ConfiguredUnit {
  readonly name: string;
  /** A heading to group by, never part of what the unit is. */
  readonly site?: string;
  readonly installed?: Day;
  readonly replaceBy?: Day;
  readonly cartridge?: string;
  readonly cartridges?: number;
  readonly warrantyEnd?: Day;
  readonly purchased?: Day;
  readonly plan?: { readonly kind: PlanKind; readonly end: Day };
  readonly dateOrder: DateOrder;
  readonly expectedLifeMonths: number;
  /** A default warranty term, counted from the manufacture or the purchase date. */
  readonly warrantyTerm?: { readonly months: number; readonly from: 'manufacture' | 'purchase' };
}

/** What the customer entered by hand (page or command line), which outranks the config. */
export interface CustomerFacts {
  readonly installed?: Day;
  readonly replaceBy?: Day;
  readonly warrantyEnd?: Day;
  readonly plan?: { readonly kind: PlanKind; readonly end: Day };
}

export interface Knowledge {
  readonly observed?: Pick<Observed, 'fields' | 'signals'>;
  readonly config: ConfiguredUnit;
  readonly customer?: CustomerFacts;
  readonly swap?: Swap;
  readonly today: Day;
}

/** Derives all facts of one UPS. Pure; a field that cannot be understood costs that field only. */
export function deriveFacts(known: Knowledge): Facts {
  const observed = known.observed ?? { fields: {}, signals: {} };
  const dates = batteryDates(observed, known.today, known.config.dateOrder, known.swap);
  const cartridges = cartridgeFacts(observed, dates, known.swap);
  const installed = installedFact(known, earliest(dates.map((d) => d.installed)));
  const facts: { -readonly [K in keyof Facts]: Facts[K] } = {
    ...plainFacts(observed),
    ...signalFacts(effectiveSignals(observed.signals, known.swap)),
  };
  const made = manufactureFact(known, dates);
  const replaceBy = replaceByFact(known, installed, dates);
  const tested = testDate(observed, known.config.dateOrder);
  if (made) facts['ups.mfr.date'] = made;
  if (tested) facts['ups.test.date'] = tested;
  const clash = sound(installed) && sound(replaceBy) ? implausiblePair(installed.value, replaceBy.value) : undefined;
  if (installed) facts['battery.date'] = withDoubt(installed, clash);
  if (replaceBy) facts['battery.date.maintenance'] = withDoubt(replaceBy, clash);
  if (cartridges.length > 0) facts['battery.cartridges'] = fromUps(cartridges, `${cartridges.length} rows`);
  Object.assign(facts, cartridgeNeeds(known, singleRows(cartridges).length, facts));
  const warranty = warrantyFact(known, made);
  if (warranty) facts['warranty.end'] = warranty;
  return { ...facts, ...planFacts(known) };
}

/** Whether a fact may be told to anybody. */
export function sound<T>(fact: Fact<T> | undefined): fact is Fact<T> {
  return fact !== undefined && fact.confidence === 'sound';
}

/** What a fact says, where it may be told to anybody. */
export function told<T>(fact: Fact<T> | undefined): T | undefined {
  return sound(fact) ? fact.value : undefined;
}

const plainKeys = [
  'device.mfr',
  'device.model',
  'device.serial',
  'device.part',
  'ups.firmware',
  'ups.test.result',
  'battery.packs',
  'battery.packs.bad',
  'battery.cartridge',
  'battery.cartridge.external',
] as const satisfies readonly FieldKey[];

function plainFacts(observed: Pick<Observed, 'fields'>): Facts {
  return Object.fromEntries(
    plainKeys.flatMap((key) => {
      const field = observed.fields[key]?.field;
      return field ? [[key, withDoubt(fromUps(field.value, field.raw), field.doubt)]] : [];
    }),
  );
}

function signalFacts(signals: Signals): Facts {
  const lifetime = lifetimeState(signals);
  const replace = anyOf(signals, 'battery.replace');
  const needs = anyOf(signals, 'battery.needs-replacement');
  return {
    ...(replace ? { 'battery.replace': replace } : {}),
    ...(needs ? { 'battery.needs-replacement': needs } : {}),
    ...(lifetime ? { 'battery.lifetime': lifetime } : {}),
  };
}

function anyOf(signals: Signals, key: SignalKey): Fact<boolean> | undefined {
  const causes = Object.entries(signals[key] ?? {});
  if (causes.length === 0) return undefined;
  return fromUps(raised(signals, key).length > 0, rawOf(causes));
}

/** The most serious of what any battery, pack or cartridge says; acknowledged on the front panel counts the same. */
function lifetimeState(signals: Signals): Fact<LifetimeState> | undefined {
  const states = ['exceeded', 'measured-near-end', 'near-end', 'ok'] as const;
  const state = states.find((s) => raised(signals, `battery.lifetime.${s}`).length > 0);
  return state && fromUps(state, rawOf(Object.entries(signals[`battery.lifetime.${state}`] ?? {})));
}

const rawOf = (causes: [string, { raw: string }][]): string => causes.map(([c, s]) => `${c}=${s.raw}`).join(' ');

function manufactureFact(known: Knowledge, dates: ReturnType<typeof batteryDates>): Fact<Day> | undefined {
  const made = manufactureDate(known.observed ?? { fields: {} }, known.today, known.config.dateOrder);
  if (made === undefined) return undefined;
  if (made.fromSerial) return fact(made.day, 'estimate', made.raw);
  const earlier = dates.find((d) => d.installed && daysUntil(d.installed.day, made.day) < 0)?.installed;
  const contradicted = earlier && !made.bySerial ? `the install date ${earlier.day} lies before it` : undefined;
  return withDoubt(fact(made.day, 'ups', made.raw), made.doubt ?? contradicted);
}

function testDate(observed: Pick<Observed, 'fields'>, order: DateOrder): Fact<Day> | undefined {
  const field = observed.fields['ups.test.date']?.field;
  const reading = field && readDate(String(field.value), order);
  return field && reading?.kind === 'date' ? withDoubt(fact(reading.day, 'ups', field.raw), reading.doubt) : undefined;
}

/** The newer of what the customer entered and what the UPS says, if sound; then the config; then a doubtful one. */
function installedFact(known: Knowledge, ups: Judged | undefined): Fact<Day> | undefined {
  const { customer, config } = known;
  const upsSound = ups && ups.doubt === undefined ? ups : undefined;
  if (customer?.installed !== undefined && !(upsSound && upsSound.day > customer.installed)) {
    return fact(customer.installed, 'customer', customer.installed);
  }
  if (upsSound) return fact(upsSound.day, 'ups', upsSound.raw);
  if (config.installed !== undefined) {
    return withDoubt(fact(config.installed, 'config', config.installed), doubtInstalled(known, config.installed));
  }
  return ups && withDoubt(fact(ups.day, 'ups', ups.raw), ups.doubt);
}

/** Why nobody can have installed the battery of this UPS on that day, whoever says so. */
export function doubtInstalled({ observed, today, config }: Knowledge, day: Day): string | undefined {
  if (daysUntil(day, today) > 0) return 'it lies in the future';
  const first = observed && manufacturedFrom(observed, today, config.dateOrder);
  return first !== undefined && day < first ? `it lies before the manufacture date ${first}` : undefined;
}

/** Customer, config, the UPS if sound, an estimate from a sound install date; then a doubtful one of the UPS. */
function replaceByFact(
  known: Knowledge,
  installed: Fact<Day> | undefined,
  dates: ReturnType<typeof batteryDates>,
): Fact<Day> | undefined {
  const { customer, config, swap } = known;
  if (customer?.replaceBy !== undefined && customer.replaceBy !== swap?.voids.customer) {
    return fact(customer.replaceBy, 'customer', customer.replaceBy);
  }
  if (config.replaceBy !== undefined && config.replaceBy !== swap?.voids.config) {
    return fact(config.replaceBy, 'config', config.replaceBy);
  }
  const ups = earliest(dates.map(({ replaceBy }) => replaceBy && judgeAgainst(installed, replaceBy)));
  if (ups && ups.doubt === undefined) return fact(ups.day, 'ups', ups.raw);
  if (sound(installed)) {
    const end = addMonths(installed.value, config.expectedLifeMonths);
    return fact(end, 'estimate', `${installed.value} + ${config.expectedLifeMonths} months`);
  }
  return ups && withDoubt(fact(ups.day, 'ups', ups.raw), ups.doubt);
}

/** A replace-by date of the UPS must also fit an install date that somebody else knows better. */
function judgeAgainst(installed: Fact<Day> | undefined, replaceBy: Judged): Judged {
  if (!sound(installed) || replaceBy.doubt) return replaceBy;
  const why = implausiblePair(installed.value, replaceBy.day);
  return why ? { ...replaceBy, doubt: why } : replaceBy;
}

/** One row a cartridge; a pack has a row of its own only where its cartridges have none, so nothing is counted twice. */
export function singleRows(rows: readonly CartridgeFact[]): readonly CartridgeFact[] {
  const split = new Set(rows.filter(({ cartridge }) => cartridge !== undefined).map(({ pack }) => pack));
  return rows.filter(({ pack, cartridge }) => cartridge !== undefined || !split.has(pack));
}

/** Part number and quantity for a quotation: the config's word, else the unit's own. */
function cartridgeNeeds(known: Knowledge, rows: number, facts: Facts): Facts {
  const { cartridge, cartridges } = known.config;
  const part = cartridge === undefined ? facts['battery.cartridge'] : fact(cartridge, 'config', cartridge);
  const quantity = cartridgeQuantity(cartridges, rows, part);
  return {
    ...(part ? { 'battery.cartridge': part } : {}),
    ...(quantity ? { 'battery.cartridge.quantity': quantity } : {}),
  };
}

/** A unit that names one part and lists no cartridges takes one: the vendor's part number is the set for the unit. */
function cartridgeQuantity(
  configured: number | undefined,
  rows: number,
  part: Fact<string> | undefined,
): Fact<number> | undefined {
  if (configured !== undefined) return fact(configured, 'config', `${configured}`);
  if (rows > 0) return fact(rows, 'ups', `${rows} rows`);
  return part && fact(1, 'estimate', part.raw);
}

function warrantyFact(known: Knowledge, made: Fact<Day> | undefined): Fact<Day> | undefined {
  const { customer, config } = known;
  if (customer?.warrantyEnd !== undefined) return fact(customer.warrantyEnd, 'customer', customer.warrantyEnd);
  if (config.warrantyEnd !== undefined) return fact(config.warrantyEnd, 'config', config.warrantyEnd);
  const estimate = warrantyEstimate(config, made);
  return estimate ?? threePhaseWarranty(known.observed);
}

function warrantyEstimate(config: ConfiguredUnit, made: Fact<Day> | undefined): Fact<Day> | undefined {
  if (config.warrantyTerm === undefined) return undefined;
  const { months, from } = config.warrantyTerm;
  const start = from === 'purchase' ? config.purchased : sound(made) ? made.value : undefined;
  return start === undefined ? undefined : fact(addMonths(start, months), 'estimate', `${start} + ${months} months`);
}

/** A count of more days than fifty years is no count: registers hold all ones where there is none. */
const longestCount = 50 * 366;
/** What stands for "soon" until somebody looks the date up: it is doubtful, so it is asked about and never told. */
const soonDays = 90;

/** upsDiagnosticLifeCycleManagement counts days and may jump by months: never more than a hint (PowerNet-MIB). */
function threePhaseWarranty(observed: Pick<Observed, 'fields'> | undefined): Fact<Day> | undefined {
  const seen = observed?.fields['warranty.end'];
  if (seen?.field.value === 'soon') {
    const soon = fact(addDays(seen.since, soonDays), 'ups', seen.field.raw);
    return withDoubt(soon, 'the UPS says no more than that it ends soon');
  }
  const found = seen && /^(?:in (\d+) days|(\d+) days ago)$/.exec(String(seen.field.value));
  if (!seen || !found) return undefined;
  const days = found[1] === undefined ? -Number(found[2]) : Number(found[1]);
  if (Math.abs(days) > longestCount) return undefined;
  return withDoubt(fact(addDays(seen.since, days), 'ups', seen.field.raw), seen.field.doubt ?? 'counted by the UPS');
}

function planFacts({ customer, config }: Knowledge): Facts {
  const plan = customer?.plan ?? config.plan;
  if (plan === undefined) return {};
  const source = customer?.plan ? 'customer' : 'config';
  return { 'plan.kind': fact(plan.kind, source, plan.kind), 'plan.end': fact(plan.end, source, plan.end) };
}

function fact<T>(value: T, source: Fact['source'], raw: string): Fact<T> {
  return { value, source, confidence: 'sound', raw };
}

const fromUps = <T>(value: T, raw: string): Fact<T> => fact(value, 'ups', raw);

/** The same fact, doubtful for a reason; unchanged without one. */
function withDoubt<T>(known: Fact<T>, why: string | undefined): Fact<T> {
  return why === undefined ? known : { ...known, confidence: 'doubtful', why };
}
