/** What one way alone says of a UPS, as facts, and whose word counts where several ways say something. */
import type { FieldKey, SignalKey, Signals } from '../../drivers/contract.ts';
import { type BatteryDates, cartridgeFacts, earliest, type Judged, type Made, manufactureDate } from './battery.ts';
import { readDate } from './dates.ts';
import { addDays, daysUntil } from './days.ts';
import type { Day, Fact, Facts, LifetimeState } from './model.ts';
import { raised } from './observe.ts';
import { best, effectiveSignals, type Heard } from './ways.ts';

/**
 * The facts of one way. A field that cannot be understood costs that field only.
 * @param dates what it says of the battery, see `batteryDates`
 * @param told the day of a battery change that the customer told of
 */
export function saidBy(heard: Heard, dates: readonly BatteryDates[], today: Day, told?: Day): Facts {
  const facts: { -readonly [K in keyof Facts]: Facts[K] } = {
    ...plainFacts(heard),
    ...signalFacts(effectiveSignals(heard.observed.signals, heard.voided)),
  };
  const made = manufactureDate(heard, today);
  const tested = testDate(heard);
  const installed = dayFact(earliest(dates.map((d) => d.installed)));
  const replaceBy = dayFact(earliest(dates.map((d) => d.replaceBy)));
  const cartridges = cartridgeFacts(heard, dates, told);
  const warranty = threePhaseWarranty(heard);
  if (made && !made.fromSerial) facts['ups.mfr.date'] = madeFact(made, dates);
  if (tested) facts['ups.test.date'] = tested;
  if (installed) facts['battery.date'] = installed;
  if (replaceBy) facts['battery.date.maintenance'] = replaceBy;
  if (cartridges.length > 0) facts['battery.cartridges'] = fact(cartridges, 'ups', `${cartridges.length} rows`);
  if (warranty) facts['warranty.end'] = warranty;
  return facts;
}

/** Each fact from the best way that has it: the first that is sound, else the first. */
export function bestFacts(said: readonly Facts[]): Facts {
  if (said.length === 1) return said[0] ?? {};
  const keys = new Set(said.flatMap((facts) => Object.keys(facts) as (keyof Facts)[]));
  return Object.fromEntries(
    [...keys].map((key) => [
      key,
      best<Fact>(
        said.map((facts) => facts[key]),
        ({ why }) => why,
      ),
    ]),
  );
}

/** What the alarms say. */
export function signalFacts(signals: Signals): Facts {
  const lifetime = lifetimeState(signals);
  const replace = anyOf(signals, 'battery.replace');
  const needs = anyOf(signals, 'battery.needs-replacement');
  return {
    ...(replace ? { 'battery.replace': replace } : {}),
    ...(needs ? { 'battery.needs-replacement': needs } : {}),
    ...(lifetime ? { 'battery.lifetime': lifetime } : {}),
  };
}

/** The manufacture date; doubtful where the same source knows of a battery that is older than the UPS. */
export function madeFact(made: Made, dates: readonly BatteryDates[]): Fact<Day> {
  if (made.fromSerial) return fact(made.day, 'estimate', made.raw);
  const earlier = dates.find((d) => d.installed && daysUntil(d.installed.day, made.day) < 0)?.installed;
  const contradicted = earlier && !made.bySerial ? `the install date ${earlier.day} lies before it` : undefined;
  return withDoubt(fact(made.day, 'ups', made.raw), made.doubt ?? contradicted);
}

/** A day of the UPS as a fact. */
export function dayFact(judged: Judged | undefined): Fact<Day> | undefined {
  return judged && withDoubt(fact(judged.day, 'ups', judged.raw), judged.doubt);
}

/** A sound fact. */
export function fact<T>(value: T, source: Fact['source'], raw: string): Fact<T> {
  return { value, source, confidence: 'sound', raw };
}

/** The same fact, doubtful for a reason; unchanged without one. */
export function withDoubt<T>(known: Fact<T>, why: string | undefined): Fact<T> {
  return why === undefined ? known : { ...known, confidence: 'doubtful', why };
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

function plainFacts({ observed }: Heard): Facts {
  return Object.fromEntries(
    plainKeys.flatMap((key) => {
      const field = observed.fields[key]?.field;
      return field ? [[key, withDoubt(fact(field.value, 'ups', field.raw), field.doubt)]] : [];
    }),
  );
}

function anyOf(signals: Signals, key: SignalKey): Fact<boolean> | undefined {
  const causes = Object.entries(signals[key] ?? {});
  if (causes.length === 0) return undefined;
  return fact(raised(signals, key).length > 0, 'ups', rawOf(causes));
}

/** The most serious of what any battery, pack or cartridge says; acknowledged on the front panel counts the same. */
function lifetimeState(signals: Signals): Fact<LifetimeState> | undefined {
  const states = ['exceeded', 'measured-near-end', 'near-end', 'ok'] as const;
  const state = states.find((s) => raised(signals, `battery.lifetime.${s}`).length > 0);
  return state && fact(state, 'ups', rawOf(Object.entries(signals[`battery.lifetime.${state}`] ?? {})));
}

const rawOf = (causes: [string, { raw: string }][]): string => causes.map(([c, s]) => `${c}=${s.raw}`).join(' ');

function testDate({ observed, dateOrder }: Heard): Fact<Day> | undefined {
  const field = observed.fields['ups.test.date']?.field;
  const reading = field && readDate(String(field.value), dateOrder);
  return field && reading?.kind === 'date' ? withDoubt(fact(reading.day, 'ups', field.raw), reading.doubt) : undefined;
}

/** A count of more days than fifty years is no count: registers hold all ones where there is none. */
const longestCount = 50 * 366;
/** What stands for "soon" until somebody looks the date up: it is doubtful, so it is asked about and never told. */
const soonDays = 90;

/** upsDiagnosticLifeCycleManagement counts days and may jump by months: never more than a hint (PowerNet-MIB). */
function threePhaseWarranty({ observed }: Heard): Fact<Day> | undefined {
  const seen = observed.fields['warranty.end'];
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
