/** What one way of reading a UPS says about the dates of its battery, and how far each can be true. */
import type { CartridgeReading, Field } from '../../drivers/contract.ts';
import { type DateOrder, readDate, weekOfSerial } from './dates.ts';
import { addDays, addMonths, daysUntil } from './days.ts';
import type { CartridgeFact, Day } from './model.ts';
import { best, type Heard } from './ways.ts';

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

/**
 * A manufacture date. `fromSerial` is set when the serial is all there is, `bySerial` when the two agree, `week` where
 * the serial has one.
 */
export type Made = Judged & { readonly fromSerial?: true; readonly bySerial?: true; readonly week?: Day };

/** The serial week is only known to the day within this many days. */
const serialSlack = 13;
const fifteenYears = 15 * 12;

/** A serial number that names no unit: all of one character, as cards print it when they have none. */
export function isPlaceholderSerial(serial: string): boolean {
  return serial.trim().length < 3 || /^(.)\1+$/.test(serial.trim()) || /^unknown$/i.test(serial.trim());
}

/**
 * The manufacture date as one way says it: the UPS's own, checked against (or replaced by) the week in its serial
 * number. `otherOrder` is set when that shows that this way writes day and month the other way round.
 */
export function manufactureDate(
  { observed, dateOrder: order }: Heard,
  today: Day,
): (Made & { otherOrder?: true }) | undefined {
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

/** The manufacture date of a unit and the way that says it: a date before what the serial number alone tells. */
export function unitMade(heard: readonly Heard[], today: Day): (Made & { readonly by: Heard }) | undefined {
  const said = heard.flatMap((by) => {
    const made = manufactureDate(by, today);
    return made ? [{ ...made, by }] : [];
  });
  const dated = said.filter(({ fromSerial }) => !fromSerial);
  return best(dated.length > 0 ? dated : said, ({ doubt }) => doubt);
}

/**
 * All dates one way gives for the battery, each judged by itself, against the manufacture date and today, and as a pair;
 * without those that a swap has made void and that have not changed since.
 */
export function batteryDates(heard: Heard, made: Made | undefined, today: Day): BatteryDates[] {
  return givenDates(heard, made, today)
    .map(({ origin, installed, replaceBy }) => {
      const isVoid = (key: 'installed' | 'replaceBy', day: Day | undefined): boolean =>
        heard.voided?.dates.some((v) => v.origin === origin && v[key] !== undefined && v[key] === day) ?? false;
      return pairUp(
        origin,
        isVoid('installed', installed?.day) ? undefined : installed,
        isVoid('replaceBy', replaceBy?.day) ? undefined : replaceBy,
      );
    })
    .filter((d) => d.installed !== undefined || d.replaceBy !== undefined);
}

/** The same dates, none of them held against the other of its pair: one of the two may have moved before the other. */
export function givenDates(heard: Heard, made: Made | undefined, today: Day): BatteryDates[] {
  const { observed, dateOrder: order } = heard;
  const otherOrder = manufactureDate(heard, today)?.otherOrder;
  const dates = (
    origin: string,
    installed: Field<unknown> | undefined,
    replaceBy: Field<unknown> | undefined,
  ): BatteryDates => {
    const day = installed && unlessTurned(judge(installed, order), otherOrder, order);
    const end = replaceBy && unlessTurned(judge(replaceBy, order), otherOrder, order);
    return {
      origin,
      ...(day ? { installed: judgeInstalled(day, made, today) } : {}),
      ...(end ? { replaceBy: end } : {}),
    };
  };
  const { 'battery.date': installed, 'battery.date.maintenance': replaceBy } = observed.fields;
  return [
    dates('ups', installed?.field, replaceBy?.field),
    ...cartridgeRows(heard).map((row) => dates(originOf(row), asField(row.installed), asField(row.replaceBy))),
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

/**
 * The cartridges one way lists, with their dates understood; without those of the batteries before a swap.
 * @param told the day of a swap that the customer told of
 */
export function cartridgeFacts(heard: Heard, dates: readonly BatteryDates[], told: Day | undefined): CartridgeFact[] {
  return cartridgeRows(heard).map((row) => {
    const own = dates.find((d) => d.origin === originOf(row));
    const { installed, replaceBy } = own ?? {};
    return {
      pack: row.pack,
      ...(row.cartridge === undefined ? {} : { cartridge: row.cartridge }),
      ...(installed && !installed.doubt && installed.day >= (told ?? '') ? { installed: installed.day } : {}),
      ...(replaceBy && !replaceBy.doubt ? { replaceBy: replaceBy.day } : {}),
      ...(row.part === undefined ? {} : { part: row.part }),
      ...(row.serial === undefined ? {} : { serial: row.serial }),
      ...(row.status === undefined ? {} : { status: row.status }),
    };
  });
}

function judgeInstalled(own: Judged, made: Made | undefined, today: Day): Judged {
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
export function manufacturedFrom(made: Made | undefined): Day | undefined {
  const known = made && (made.doubt === undefined || made.week !== undefined);
  return known ? earliestInstall(made) : undefined;
}

/** Before this day nobody can have installed anything; where the serial number contradicts the date, it decides. */
function earliestInstall(made: Made): Day {
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

function cartridgeRows({ observed }: Heard): readonly CartridgeReading[] {
  const value = observed.fields['battery.cartridges']?.field.value;
  return Array.isArray(value) ? (value as readonly CartridgeReading[]) : [];
}
