/** What a UPS says about the dates of its battery, and what a swap makes void. */
import type { CartridgeReading, Field, SignalKey, Signals } from '../../drivers/contract.ts';
import { signalKeys } from '../../drivers/contract.ts';
import { type DateOrder, readDate, weekOfSerial } from './dates.ts';
import { addDays, addMonths, daysUntil } from './days.ts';
import type { CartridgeFact, Day } from './model.ts';
import { type Observed, raised } from './observe.ts';

/** A day a device gave, and why it is not to be trusted. */
export interface Judged {
  readonly day: Day;
  readonly raw: string;
  readonly doubt?: string;
  /** The install date is the factory's: nobody ever set it. */
  readonly neverSet?: true;
}

/** The dates of the UPS as a whole (`origin` is `ups`) or of one cartridge (`pack/cartridge`). */
export interface BatteryDates {
  readonly origin: string;
  readonly installed?: Judged;
  readonly replaceBy?: Judged;
}

/** A battery change, seen by the UPS or told by the customer. */
export interface Swap {
  readonly day: Day;
  readonly seenOn: Day;
  readonly source: 'ups' | 'customer';
  /** What was known before the swap and says nothing about the new battery until it changes. */
  readonly voids: {
    readonly ups: readonly { readonly origin: string; readonly replaceBy: Day }[];
    readonly config?: Day;
    readonly customer?: Day;
    /** `key|cause` of each alarm that was on. */
    readonly signals: readonly string[];
  };
}

/** The serial week is only known to the day within this many days. */
const serialSlack = 13;
const fifteenYears = 15 * 12;

/** A serial number that names no unit: all of one character, as cards print it when they have none. */
export function isPlaceholderSerial(serial: string): boolean {
  return serial.trim().length < 3 || /^(.)\1+$/.test(serial.trim()) || /^unknown$/i.test(serial.trim());
}

/**
 * The manufacture date: the UPS's own, checked against (or replaced by) the week in its serial number.
 * `fromSerial` is set when the serial is all there is, `bySerial` when the two agree, `week` where the serial has one,
 * `otherOrder` when it shows that this unit writes day and month the other way round.
 */
export function manufactureDate(
  observed: Pick<Observed, 'fields'>,
  today: Day,
  order: DateOrder,
): (Judged & { fromSerial?: true; bySerial?: true; week?: Day; otherOrder?: true }) | undefined {
  const serial = observed.fields['device.serial']?.field;
  const week = serial && serial.doubt === undefined ? weekOfSerial(String(serial.value)) : undefined;
  const made = week !== undefined && daysUntil(week, today) <= 0 ? week : undefined;
  const field = observed.fields['ups.mfr.date']?.field;
  const own = field && judge(field, order);
  if (own === undefined) {
    return made === undefined || !serial ? undefined : { day: made, raw: serial.raw, fromSerial: true };
  }
  if (made === undefined) return daysUntil(own.day, today) > 0 ? { ...own, doubt: 'it lies in the future' } : own;
  if (near(own.day, made)) {
    return { day: own.day, raw: own.raw, bySerial: true, ...(own.doubt === undefined ? {} : { otherOrder: true }) };
  }
  const other = field && judge(field, order === 'mdy' ? 'dmy' : 'mdy');
  if (other && near(other.day, made)) return { day: other.day, raw: other.raw, bySerial: true, otherOrder: true };
  return { ...own, doubt: `the serial number says the week of ${made}`, week: made };
}

/**
 * All dates the UPS gives for its battery, each judged by itself, against the manufacture date and today, and as a pair;
 * without the replace-by dates that a swap has made void and that have not changed since.
 */
export function batteryDates(
  observed: Pick<Observed, 'fields'>,
  today: Day,
  order: DateOrder,
  swap?: Swap,
): BatteryDates[] {
  return givenDates(observed, today, order)
    .map(({ replaceBy, ...dates }) => {
      const isVoid = swap?.voids.ups.some((v) => v.origin === dates.origin && v.replaceBy === replaceBy?.day);
      return pairUp(dates.origin, dates.installed, isVoid ? undefined : replaceBy);
    })
    .filter((d) => d.installed !== undefined || d.replaceBy !== undefined);
}

/** The same dates, none of them held against the other of its pair: one of the two may have moved before the other. */
function givenDates(observed: Pick<Observed, 'fields'>, today: Day, order: DateOrder): BatteryDates[] {
  const made = manufactureDate(observed, today, order);
  const dates = (
    origin: string,
    installed: Field<unknown> | undefined,
    replaceBy: Field<unknown> | undefined,
  ): BatteryDates => {
    const day = installed && unlessTurned(judge(installed, order), made?.otherOrder, order);
    const end = replaceBy && unlessTurned(judge(replaceBy, order), made?.otherOrder, order);
    return {
      origin,
      ...(day ? { installed: judgeInstalled(day, made, today) } : {}),
      ...(end ? { replaceBy: end } : {}),
    };
  };
  const { 'battery.date': installed, 'battery.date.maintenance': replaceBy } = observed.fields;
  return [
    dates('ups', installed?.field, replaceBy?.field),
    ...cartridgeRows(observed).map((row) => dates(originOf(row), asField(row.installed), asField(row.replaceBy))),
  ];
}

/** A date that can be read both ways, on a unit whose manufacture date is written the other way round, is doubtful. */
function unlessTurned(own: Judged | undefined, otherOrder: true | undefined, order: DateOrder): Judged | undefined {
  if (own === undefined || otherOrder === undefined || own.doubt !== undefined) return own;
  const turned = readDate(own.raw, order === 'mdy' ? 'dmy' : 'mdy');
  if (turned.kind !== 'date' || turned.day === own.day || turned.doubt !== undefined) return own;
  return { ...own, doubt: 'this unit writes its manufacture date with day and month the other way round' };
}

/** Why a replace-by date cannot belong to a battery installed on that day, or `undefined` when it can. */
export function implausiblePair(installed: Day, replaceBy: Day): string | undefined {
  if (daysUntil(replaceBy, installed) <= 0) {
    return `replace-by ${replaceBy} is not after the install date ${installed}`;
  }
  return daysUntil(replaceBy, addMonths(installed, fifteenYears)) > 0
    ? `replace-by ${replaceBy} is over 15 years after the install date ${installed}`
    : undefined;
}

/** The earliest sound day of several, else the earliest doubtful one. */
export function earliest(days: readonly (Judged | undefined)[]): Judged | undefined {
  const present = days.filter((d) => d !== undefined);
  const sound = present.filter((d) => d.doubt === undefined);
  return (sound.length > 0 ? sound : present).reduce<Judged | undefined>(
    (first, d) => (first === undefined || d.day < first.day ? d : first),
    undefined,
  );
}

/** The cartridges a UPS lists, with their dates understood; without those of the batteries before a swap. */
export function cartridgeFacts(
  observed: Pick<Observed, 'fields'>,
  dates: readonly BatteryDates[],
  swap: Swap | undefined,
): CartridgeFact[] {
  const told = swap?.source === 'customer' ? swap.day : '';
  return cartridgeRows(observed).map((row) => {
    const own = dates.find((d) => d.origin === originOf(row));
    const { installed, replaceBy } = own ?? {};
    return {
      pack: row.pack,
      ...(row.cartridge === undefined ? {} : { cartridge: row.cartridge }),
      ...(installed && !installed.doubt && installed.day >= told ? { installed: installed.day } : {}),
      ...(replaceBy && !replaceBy.doubt ? { replaceBy: replaceBy.day } : {}),
      ...(row.part === undefined ? {} : { part: row.part }),
      ...(row.serial === undefined ? {} : { serial: row.serial }),
      ...(row.status === undefined ? {} : { status: row.status }),
    };
  });
}

/**
 * Whether an install date moved forward between two states of knowledge: the UPS was told of a new battery. It is no
 * news where the customer told of that swap before; then somebody has only written its day to the UPS.
 * @returns the swap, with what it makes void, or `undefined`
 */
export function seenSwap(
  before: Observed,
  after: Observed,
  today: Day,
  order: DateOrder,
  known: { config?: Day; customer?: Day },
  earlier?: Swap,
): Swap | undefined {
  const [old, now] = [givenDates(before, today, order), givenDates(after, today, order)];
  const moved = now.filter((d) => {
    const previous = old.find((o) => o.origin === d.origin)?.installed;
    return d.installed && !d.installed.doubt && previous && isLater(d.installed, previous, order);
  });
  if (moved.length === 0) return undefined;
  const [was, is] = [earliest(old.map((d) => d.installed)), earliest(now.map((d) => d.installed))];
  if (!is || !was || is.day <= was.day) return undefined;
  if (earlier?.source === 'customer' && is.day <= earlier.day) return undefined;
  const origins = new Set(moved.map((d) => d.origin));
  return makeSwap(
    is.day,
    today,
    'ups',
    before,
    old.filter((d) => origins.has(d.origin) || d.installed === undefined),
    known,
  );
}

/** The swap a customer tells of: everything the UPS said so far is about the old battery. */
export function toldSwap(
  day: Day,
  today: Day,
  observed: Observed | undefined,
  order: DateOrder,
  known: { config?: Day; customer?: Day },
): Swap {
  return makeSwap(day, today, 'customer', observed, observed ? givenDates(observed, today, order) : [], known);
}

/** Days after a swap during which an alarm that was already on is taken for the old battery's. */
const graceDays = 30;

/** The alarms that count: without those that a swap made void. */
export function effectiveSignals(signals: Signals, swap: Swap | undefined): Signals {
  if (swap === undefined || swap.voids.signals.length === 0) return signals;
  const result: { [K in SignalKey]?: Signals[K] } = {};
  for (const key of signalKeys) {
    const causes = Object.entries(signals[key] ?? {}).map(
      ([cause, signal]) =>
        [cause, swap.voids.signals.includes(`${key}|${cause}`) ? { ...signal, value: false } : signal] as const,
    );
    if (causes.length > 0) result[key] = Object.fromEntries(causes);
  }
  return result;
}

/**
 * Drops from a swap's voids what is the new battery's: an alarm that has gone off since, and, 30 days after the swap,
 * the replace indicator or *needs replacement* that the last reading still shows. A source that never says "no" does
 * not bring an alarm back by having fallen silent. A lifetime flag or a failed test stays void until it changes.
 */
export function settleSwap(swap: Swap, observed: Pick<Observed, 'signals' | 'lastSignals'>, today: Day): Swap {
  const graceOver = daysUntil(today, swap.seenOn) >= graceDays;
  const still = swap.voids.signals.filter((id) => {
    const [key, cause] = id.split('|') as [SignalKey, string];
    if (observed.signals[key]?.[cause]?.value !== true) return false;
    return !(graceOver && reopens(key, cause) && observed.lastSignals[key]?.[cause]?.value === true);
  });
  return still.length === swap.voids.signals.length ? swap : { ...swap, voids: { ...swap.voids, signals: still } };
}

const reopens = (key: SignalKey, cause: string): boolean =>
  key === 'battery.needs-replacement' ||
  key === 'battery.packs.bad' ||
  (key === 'battery.replace' && cause !== 'self-test');

function makeSwap(
  day: Day,
  seenOn: Day,
  source: Swap['source'],
  observed: Observed | undefined,
  old: readonly BatteryDates[],
  known: { config?: Day; customer?: Day },
): Swap {
  return {
    day,
    seenOn,
    source,
    voids: {
      ups: old.flatMap((d) => (d.replaceBy ? [{ origin: d.origin, replaceBy: d.replaceBy.day }] : [])),
      ...known,
      signals: signalKeys
        .filter((key) => key !== 'battery.lifetime.ok')
        .flatMap((key) => raised(observed?.signals ?? {}, key).map((cause) => `${key}|${cause}`)),
    },
  };
}

/** A day that was ambiguous is not earlier than the one it turns out to be. */
function isLater(now: Judged, previous: Judged, order: DateOrder): boolean {
  if (now.day <= previous.day) return false;
  const other = previous.doubt === undefined ? undefined : readDate(previous.raw, order === 'mdy' ? 'dmy' : 'mdy');
  return other?.kind !== 'date' || other.day !== now.day;
}

function judgeInstalled(own: Judged, made: ReturnType<typeof manufactureDate>, today: Day): Judged {
  if (own.doubt) return own;
  if (daysUntil(own.day, today) > 0) return { ...own, doubt: 'it lies in the future' };
  if (made === undefined) return own;
  const sinceMade = daysUntil(own.day, made.day);
  const factory = made.fromSerial ? Math.abs(sinceMade) <= serialSlack : sinceMade === 0 || own.raw === made.raw;
  if (factory) return { ...own, doubt: 'it is the manufacture date: nobody ever set it', neverSet: true };
  const first = earliestInstall(made);
  return own.day < first ? { ...own, doubt: `it lies before the manufacture date ${first}` } : own;
}

/** The first day on which this UPS can have been there, or `undefined` where nothing reliable says so. */
export function manufacturedFrom(observed: Pick<Observed, 'fields'>, today: Day, order: DateOrder): Day | undefined {
  const made = manufactureDate(observed, today, order);
  const known = made && (made.doubt === undefined || made.week !== undefined);
  return known ? earliestInstall(made) : undefined;
}

/** Before this day nobody can have installed anything; where the serial number contradicts the date, it decides. */
function earliestInstall(made: NonNullable<ReturnType<typeof manufactureDate>>): Day {
  if (made.week !== undefined) return addDays(made.week, -serialSlack);
  return made.fromSerial ? addDays(made.day, -serialSlack) : made.day;
}

/** A pair that cannot be true makes both doubtful, unless the install date was never set. */
function pairUp(origin: string, installed: Judged | undefined, replaceBy: Judged | undefined): BatteryDates {
  const why = installed && replaceBy && !installed.neverSet ? implausiblePair(installed.day, replaceBy.day) : undefined;
  const doubted = (judged: Judged): Judged => (why && !judged.doubt ? { ...judged, doubt: why } : judged);
  return {
    origin,
    ...(installed ? { installed: doubted(installed) } : {}),
    ...(replaceBy ? { replaceBy: doubted(replaceBy) } : {}),
  };
}

function judge(field: Field<unknown>, order: DateOrder): Judged | undefined {
  const reading = readDate(String(field.value), order);
  if (reading.kind !== 'date') return undefined;
  const doubt = field.doubt ?? reading.doubt;
  return { day: reading.day, raw: field.raw, ...(doubt === undefined ? {} : { doubt }) };
}

const near = (a: Day, b: Day): boolean => Math.abs(daysUntil(a, b)) <= serialSlack;
const asField = (text: string | undefined): Field<string> | undefined =>
  text === undefined ? undefined : { value: text, raw: text };
const originOf = (row: CartridgeReading): string => `${row.pack}/${row.cartridge ?? '-'}`;

function cartridgeRows(observed: Pick<Observed, 'fields'>): readonly CartridgeReading[] {
  const value = observed.fields['battery.cartridges']?.field.value;
  return Array.isArray(value) ? (value as readonly CartridgeReading[]) : [];
}
