/** From what was observed, configured and told by the customer to the best knowledge of each thing about a UPS. */
import {
  type BatteryDates,
  batteryDates,
  earliest,
  implausiblePair,
  type Judged,
  type Made,
  manufacturedFrom,
  unitMade,
} from './battery.ts';
import { addMonths, daysUntil } from './days.ts';
import type { CartridgeFact, Day, Fact, Facts, PlanKind } from './model.ts';
import { bestFacts, dayFact, fact, madeFact, saidBy, signalFacts, withDoubt } from './said.ts';
import type { Swap } from './swap.ts';
import { best, type ConfiguredWay, type Heard, unitedSignals } from './ways.ts';

/** What the config says of one UPS, with the site's defaults filled in. */
export interface ConfiguredUnit {
  readonly name: string;
  /** The entries that read it, in the order of the config: one, or several that gave the same serial number. */
  readonly ways: readonly ConfiguredWay[];
  /** A heading to group by, never part of what the unit is. */
  readonly site?: string;
  readonly installed?: Day;
  readonly replaceBy?: Day;
  readonly cartridge?: string;
  readonly cartridges?: number;
  readonly warrantyEnd?: Day;
  readonly purchased?: Day;
  readonly plan?: { readonly kind: PlanKind; readonly end: Day };
  readonly expectedLifeMonths: number;
  /** A default warranty term, counted from the manufacture or the purchase date. */
  readonly warrantyTerm?: { readonly months: number; readonly from: 'manufacture' | 'purchase' };
  /** Keys that hold the site's default: another entry of the same UPS goes before them. */
  readonly assumed?: readonly ('expectedLifeMonths' | 'warrantyTerm')[];
}

/** What the customer entered by hand (page or command line), which outranks the config. */
export interface CustomerFacts {
  readonly installed?: Day;
  readonly replaceBy?: Day;
  readonly warrantyEnd?: Day;
  readonly plan?: { readonly kind: PlanKind; readonly end: Day };
}

export interface Knowledge {
  /** What each way of reading it says, the best source first. */
  readonly heard: readonly Heard[];
  readonly config: ConfiguredUnit;
  readonly customer?: CustomerFacts;
  readonly swap?: Swap;
  readonly today: Day;
}

/** Derives all facts of one UPS. Pure; a field that cannot be understood costs that field only. */
export function deriveFacts(known: Knowledge): Facts {
  const { heard, today, swap } = known;
  const made = unitMade(heard, today);
  const dates = heard.map((each) => batteryDates(each, made, today));
  const changedOn = swap?.source === 'customer' ? swap.day : undefined;
  const said = bestFacts(heard.map((each, n) => saidBy(each, dates[n] ?? [], today, changedOn)));
  const facts: { -readonly [K in keyof Facts]: Facts[K] } = {
    ...said,
    ...(heard.length > 1 ? signalFacts(unitedSignals(heard)) : {}),
  };
  if (made) facts['ups.mfr.date'] = madeFact(made, dates[heard.indexOf(made.by)] ?? []);
  const installed = installedFact(known, made, said['battery.date']);
  const replaceBy = replaceByFact(known, installed, dates);
  const clash = sound(installed) && sound(replaceBy) ? implausiblePair(installed.value, replaceBy.value) : undefined;
  delete facts['battery.date'];
  delete facts['battery.date.maintenance'];
  if (installed) facts['battery.date'] = withDoubt(installed, clash);
  if (replaceBy) facts['battery.date.maintenance'] = withDoubt(replaceBy, clash);
  Object.assign(facts, cartridgeNeeds(known, singleRows(said['battery.cartridges']?.value ?? []).length, facts));
  const warranty = warrantyFact(known, facts['ups.mfr.date']) ?? said['warranty.end'];
  if (warranty) facts['warranty.end'] = warranty;
  return { ...facts, ...planFacts(known) };
}

/** Whether a fact may be told to anybody. */
export function sound<T>(known: Fact<T> | undefined): known is Fact<T> {
  return known !== undefined && known.confidence === 'sound';
}

/** What a fact says, where it may be told to anybody. */
export function told<T>(known: Fact<T> | undefined): T | undefined {
  return sound(known) ? known.value : undefined;
}

/** The newer of what the customer entered and what the UPS says, if sound; then the config; then a doubtful one. */
function installedFact(known: Knowledge, made: Made | undefined, ups: Fact<Day> | undefined): Fact<Day> | undefined {
  const { customer, config } = known;
  if (customer?.installed !== undefined && !(sound(ups) && ups.value > customer.installed)) {
    return fact(customer.installed, 'customer', customer.installed);
  }
  if (sound(ups) || config.installed === undefined) return ups;
  return withDoubt(
    fact(config.installed, 'config', config.installed),
    doubtInstalled(made, known.today, config.installed),
  );
}

/** Why nobody can have installed the battery of this UPS on that day, whoever says so. */
export function doubtInstalled(made: Made | undefined, today: Day, day: Day): string | undefined {
  if (daysUntil(day, today) > 0) return 'it lies in the future';
  const first = manufacturedFrom(made);
  return first !== undefined && day < first ? `it lies before the manufacture date ${first}` : undefined;
}

/** Customer, config, the UPS if sound, an estimate from a sound install date; then a doubtful one of the UPS. */
function replaceByFact(
  known: Knowledge,
  installed: Fact<Day> | undefined,
  dates: readonly (readonly BatteryDates[])[],
): Fact<Day> | undefined {
  const { customer, config, swap } = known;
  if (customer?.replaceBy !== undefined && customer.replaceBy !== swap?.voids.customer) {
    return fact(customer.replaceBy, 'customer', customer.replaceBy);
  }
  if (config.replaceBy !== undefined && config.replaceBy !== swap?.voids.config) {
    return fact(config.replaceBy, 'config', config.replaceBy);
  }
  const judged = dates.map((own) => earliest(own.map((d) => d.replaceBy && judgeAgainst(installed, d.replaceBy))));
  const ups = dayFact(best(judged, ({ doubt }) => doubt));
  if (sound(ups) || !sound(installed)) return ups;
  const end = addMonths(installed.value, config.expectedLifeMonths);
  return fact(end, 'estimate', `${installed.value} + ${config.expectedLifeMonths} months`);
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

function warrantyFact({ customer, config }: Knowledge, made: Fact<Day> | undefined): Fact<Day> | undefined {
  if (customer?.warrantyEnd !== undefined) return fact(customer.warrantyEnd, 'customer', customer.warrantyEnd);
  if (config.warrantyEnd !== undefined) return fact(config.warrantyEnd, 'config', config.warrantyEnd);
  if (config.warrantyTerm === undefined) return undefined;
  const { months, from } = config.warrantyTerm;
  const start = from === 'purchase' ? config.purchased : sound(made) ? made.value : undefined;
  return start === undefined ? undefined : fact(addMonths(start, months), 'estimate', `${start} + ${months} months`);
}

function planFacts({ customer, config }: Knowledge): Facts {
  const plan = customer?.plan ?? config.plan;
  if (plan === undefined) return {};
  const source = customer?.plan ? 'customer' : 'config';
  return { 'plan.kind': fact(plan.kind, source, plan.kind), 'plan.end': fact(plan.end, source, plan.end) };
}
