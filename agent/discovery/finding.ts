/** From what was seen at many places to the units that stand there: each once, with the best way to read it. */
import type { DriverOptions, Reading, Verdict } from '../../drivers/contract.ts';
import { driverNames, driverOptions } from '../../drivers/registry.ts';

/** One way to read a unit. */
export interface Way {
  readonly driver: string;
  /** The driver's section as it is written into a config file. May hold a secret: never show it. */
  readonly written: unknown;
  /** The same as it may be shown. */
  readonly shown: unknown;
  /** Where that is: an address, a serial port, `ups host`. */
  readonly place: string;
  /** What is left for a person to do. */
  readonly note?: string;
}

/** What was seen in one way. */
export interface Sighting extends Way {
  /** The address it was found at, where it was found at one. */
  readonly address?: string;
  /** Parsed. Holds secrets. */
  readonly options: unknown;
  readonly reading: Reading;
}

/** A unit that is known already. */
export interface KnownUnit {
  readonly name: string;
  readonly driver: string;
  /** Parsed. Holds secrets. */
  readonly options: unknown;
  /** Its serial number, where it was read before. */
  readonly serial?: string;
}

/** Whether a unit says something by itself: `doubtful` where its source is known to invent it. */
export type Offer = 'yes' | 'doubtful' | 'no';

/** A unit that was found. */
export interface Finding {
  /** What to call it: no other finding and no known unit is called so. */
  readonly name: string;
  /** The name that it has in the config already. */
  readonly configured?: string;
  readonly verdict: Exclude<Verdict, 'unreachable' | 'not-a-ups'>;
  /** A sentence where the verdict needs one. */
  readonly message?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly firmware?: string;
  readonly offers: { readonly installed: Offer; readonly replaceBy: Offer };
  /** The best way to read it first. */
  readonly ways: readonly [Way, ...Way[]];
}

/** Whether it can be added to a config: it was read, and is not in there yet. */
export const isNew = ({ configured, verdict }: Finding): boolean => configured === undefined && verdict === 'ups';

/** The units behind these sightings, in the order of their places. */
export function findingsOf(sightings: readonly Sighting[], known: readonly KnownUnit[]): Finding[] {
  const groups: Sighting[][] = [];
  for (const sighting of [...sightings].sort(byPlace)) {
    const group = groups.find((each) => each.some((other) => isOneUnit(sighting, other)));
    if (group === undefined) groups.push([sighting]);
    else group.push(sighting);
  }
  const taken = new Set(known.map(({ name }) => name));
  return groups.map((group) => findingOf(group, groups, known, taken));
}

/** The same serial number; or, where one of the two has none, the same device in another way. */
function isOneUnit(one: Sighting, other: Sighting): boolean {
  const [serial, otherSerial] = [serialOf(one), serialOf(other)];
  if (serial !== undefined && otherSerial !== undefined) return serial === otherSerial;
  return one.address !== undefined && one.address === other.address && one.driver !== other.driver;
}

function findingOf(
  group: readonly Sighting[],
  groups: readonly (readonly Sighting[])[],
  known: readonly KnownUnit[],
  taken: Set<string>,
): Finding {
  const [best, ...others] = [...group].sort((one, other) => worth(one) - worth(other));
  if (best === undefined) throw new Error('A group has a sighting.');
  const { fields, verdict, note } = best.reading;
  const configured = known.find((unit) => group.some((sighting) => isKnown(sighting, unit)))?.name;
  const [model, serial, firmware] = (['device.model', 'device.serial', 'ups.firmware'] as const).map((key) =>
    clean(group.map(({ reading }) => reading.fields[key]?.value).find((value) => value !== undefined)),
  );
  const same = groups.filter((each) => each[0]?.place === group[0]?.place).length;
  const name =
    configured ?? unused(`${model ?? 'UPS'} ${same > 1 && serial !== undefined ? serial : best.place}`, taken);
  return {
    name,
    ...(configured !== undefined && { configured }),
    verdict: verdict as Finding['verdict'],
    ...(note !== undefined && { message: note }),
    ...(model !== undefined && { model }),
    ...(serial !== undefined && { serial }),
    ...(firmware !== undefined && { firmware }),
    offers: { installed: offer(fields['battery.date']), replaceBy: offer(fields['battery.date.maintenance']) },
    ways: [wayOf(best), ...others.map(wayOf)],
  };
}

function wayOf({ driver, written, shown, place, note }: Sighting): Way {
  return { driver, written, shown, place, ...(note !== undefined && { note }) };
}

function offer(field: { readonly doubt?: string } | undefined): Offer {
  if (field === undefined) return 'no';
  return field.doubt === undefined ? 'yes' : 'doubtful';
}

/** Smaller is better: a UPS that was read before one that was not, one that names itself, then as the drivers are listed. */
function worth({ reading, driver }: Sighting): number {
  const read = reading.verdict === 'ups' || reading.verdict === 'other-vendor' ? 0 : 1000;
  const named = reading.fields['device.serial'] === undefined ? 100 : 0;
  return read + named + (driverNames as readonly string[]).indexOf(driver);
}

const byPlace = (one: Sighting, other: Sighting): number =>
  one.place.localeCompare(other.place, 'en', { numeric: true }) || worth(one) - worth(other);

function serialOf({ reading }: Sighting): string | undefined {
  return plainSerial(reading.fields['device.serial']?.value);
}

function plainSerial(serial: string | undefined): string | undefined {
  return serial?.trim().toUpperCase() || undefined;
}

function isKnown(sighting: Sighting, unit: KnownUnit): boolean {
  const serial = serialOf(sighting);
  if (serial !== undefined && serial === plainSerial(unit.serial)) return true;
  if (unit.driver !== sighting.driver) return false;
  const driver: DriverOptions<unknown> = driverOptions(sighting.driver);
  if (driver.isSame !== undefined) return driver.isSame(sighting.options, unit.options);
  return driver.lineOf(sighting.options) === driver.lineOf(unit.options);
}

/** What a device says of itself, as one line. */
function clean(text = ''): string | undefined {
  const line = text.replaceAll(/[\p{C}\p{Zl}\p{Zp}\uFFFD]+/gu, ' ').trim();
  return [...line].slice(0, 60).join('') || undefined;
}

const longestName = 64;

function unused(wanted: string, taken: Set<string>): string {
  for (let count = 1; ; count += 1) {
    const suffix = count === 1 ? '' : ` (${count})`;
    const name = `${[...wanted]
      .slice(0, longestName - suffix.length)
      .join('')
      .trim()}${suffix}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}
