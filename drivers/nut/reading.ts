/** From the variables of one UPS (names of RFC 9271, appendix A) to a reading. A strange value costs its own field only. */
import type { FieldKey, Reading, ReadingFields, Signal, SignalKey } from '../contract.ts';
import { type BatteryTest, batteryTestOf } from './battery-test.ts';
import type { Variables } from './connection.ts';
import { type Source, sourceOf } from './sources.ts';

interface Draft {
  readonly fields: { -readonly [K in FieldKey]?: NonNullable<ReadingFields[K]> };
  readonly signals: { [K in SignalKey]?: { [cause: string]: Signal } };
}

type TextKey = 'device.mfr' | 'device.model' | 'device.part' | 'ups.firmware' | 'battery.cartridge';

/** Where each text is found: the first variable that says something counts. */
const texts: readonly (readonly [TextKey, readonly string[]])[] = [
  ['device.mfr', ['device.mfr', 'ups.mfr']],
  ['device.model', ['device.model', 'ups.model']],
  ['device.part', ['device.part']],
  ['ups.firmware', ['ups.firmware']],
  ['battery.cartridge', ['experimental.battery.sku']],
];

/** `battery.mfr.date` is not among them: it is when the battery was made, or simply the UPS. */
const dates = ['ups.mfr.date', 'ups.test.date', 'battery.date', 'battery.date.maintenance'] as const;

/** Texts that stand for "no value". */
const noText: ReadonlySet<string> = new Set(['', 'unknown', 'not set', 'not supported', 'null', 'none', 'n/a', 'na']);

/**
 * What "never set" looks like: 2001/09/25 and 2001/01/01 of many USB units, 65,535 days after 2000-01-01 of the Modbus
 * register that is not there.
 */
const noDates: ReadonlySet<string> = new Set(['2001/09/25', '2001/01/01', '2179-06-06']);

const usbDoubt = 'NUT reads this date over USB, where many units hold one that nobody set';
/** How the USB drivers of NUT, and no other, write dates: seen also where a repeater hides the driver. */
const usbForm = /^\d{4}\/\d{1,3}\/\d{1,3}$/;

function firstOf(variables: Variables, names: readonly string[]): { value: string; raw: string } | undefined {
  for (const name of names) {
    const raw = variables.get(name);
    const value = raw?.trim();
    if (raw !== undefined && value !== undefined && !noText.has(value.toLowerCase())) return { value, raw };
  }
  return undefined;
}

/** A count of things; negative ("not known") and absurd ones are `undefined`. */
function countOf(variables: Variables, name: string): { value: number; raw: string } | undefined {
  const raw = variables.get(name);
  if (raw === undefined || !/^\s*\d{1,6}(\.0+)?\s*$/.test(raw)) return undefined;
  return { value: Number(raw), raw };
}

function addSignal(draft: Draft, key: SignalKey, cause: string, value: boolean, raw: string): void {
  draft.signals[key] = { ...draft.signals[key], [cause]: { value, raw } };
}

function addTexts(draft: Draft, variables: Variables): void {
  for (const [key, names] of texts) {
    const found = firstOf(variables, names);
    if (found !== undefined) draft.fields[key] = found;
  }
  const model = draft.fields['device.model'];
  // hidups takes the whole USB product text: "Back-UPS RS 500 FW:30.j4.I USB FW:j4".
  const cut = model?.value.replace(/\s+FW:.*$/, '');
  if (model !== undefined && cut) draft.fields['device.model'] = { ...model, value: cut };
}

function doubtOfSerial(serial: string): string | undefined {
  if (/^(.)\1*$/.test(serial)) return 'one repeated character: a placeholder, not a serial number';
  return /^[\w-]+$/.test(serial) ? undefined : 'holds characters that no serial number has';
}

/** The serial number: the first that looks like one, else the first there is, with a doubt. */
function addSerial(draft: Draft, variables: Variables): void {
  const found = ['device.serial', 'ups.serial'].flatMap((name) => firstOf(variables, [name]) ?? []);
  const best = found.find(({ value }) => doubtOfSerial(value) === undefined) ?? found[0];
  if (best === undefined) return;
  const doubt = doubtOfSerial(best.value);
  draft.fields['device.serial'] = { ...best, ...(doubt !== undefined && { doubt }) };
}

function addDates(draft: Draft, variables: Variables, source: Source): void {
  for (const key of dates) {
    const found = firstOf(variables, [key]);
    if (found === undefined || noDates.has(found.value)) continue;
    const doubtful = key === 'battery.date' && (source.usb === true || usbForm.test(found.value));
    draft.fields[key] = { ...found, ...(doubtful && { doubt: usbDoubt }) };
  }
}

function addPacks(draft: Draft, variables: Variables): void {
  const packs = countOf(variables, 'battery.packs');
  if (packs !== undefined) draft.fields['battery.packs'] = packs;
  const bad = countOf(variables, 'battery.packs.bad');
  if (bad === undefined) return;
  draft.fields['battery.packs.bad'] = bad;
  addSignal(draft, 'battery.packs.bad', 'count', bad.value > 0, bad.raw);
}

function addTest(draft: Draft, test: BatteryTest | undefined): void {
  if (test === undefined) return;
  draft.fields['ups.test.result'] = { value: test.result, raw: test.raw };
  if (test.battery !== undefined) addSignal(draft, 'battery.replace', 'self-test', test.battery === 'bad', test.raw);
}

/** Words of ups.status that say that the driver knows the state of the UPS. */
const states: ReadonlySet<string> = new Set(['OL', 'OB', 'OFF', 'BYPASS']);

/** RB in ups.status. Without it: an all-clear only from a driver that is known to tell one. */
function addStatus(draft: Draft, status: readonly string[], raw: string, source: Source): void {
  if (status.includes('RB')) addSignal(draft, 'battery.replace', 'status-rb', true, raw);
  else if (source.tellsEnd === true && status.some((word) => states.has(word)))
    addSignal(draft, 'battery.replace', 'status-rb', false, raw);
}

/** `Battery system - Needs replacement` in ups.alarm (apc_modbus), in the same way. */
function addAlarm(draft: Draft, status: readonly string[], alarm: string | undefined, source: Source): void {
  if (alarm !== undefined && /\bbattery\b.*\bneeds? replac/i.test(alarm))
    addSignal(draft, 'battery.needs-replacement', 'ups-alarm', true, alarm);
  else if (source.alarms === true && status.some((word) => states.has(word)))
    addSignal(draft, 'battery.needs-replacement', 'ups-alarm', false, alarm ?? '');
}

/** battery.lifetime.status of apcmicrolink: names of bits, an acknowledged alarm counts like a new one. */
const lifetimes: readonly (readonly [SignalKey, RegExp])[] = [
  ['battery.lifetime.near-end', /(?<!Measured)LifeTimeNearEnd/],
  ['battery.lifetime.exceeded', /LifeTimeExceeded/],
  ['battery.lifetime.measured-near-end', /MeasuredLifeTimeNearEnd/],
  ['battery.lifetime.ok', /LifeTimeStatusOK/],
];

function addLifetime(draft: Draft, raw: string | undefined): void {
  if (raw === undefined || !lifetimes.some(([, form]) => form.test(raw))) return;
  for (const [key, form] of lifetimes) addSignal(draft, key, 'battery', form.test(raw), raw);
}

const ownMakers = /^(american power conversion|apc|schneider)\b/i;
const ownModels = /^(smart|back|matrix|symmetra|galaxy)\b[ -]?ups|^symmetra|^galaxy/i;

function isOwn(draft: Draft, source: Source): boolean {
  const maker = draft.fields['device.mfr']?.value;
  if (maker !== undefined) return ownMakers.test(maker);
  return source.own === true || ownModels.test(draft.fields['device.model']?.value ?? '');
}

const nothing = { fields: {}, signals: {} } as const;

/** A reading without values: upsd answers, but has nothing to say of the UPS. */
export function lost(note: string): Reading {
  return { verdict: 'ups-lost', note, ...nothing };
}

/** What the variables say. */
export function readingOf(variables: Variables): Reading {
  const type = variables.get('device.type')?.trim().toLowerCase();
  if (type !== undefined && type !== '' && type !== 'ups') {
    return { verdict: 'not-a-ups', note: `What upsd knows by this name is no UPS but of type "${type}".`, ...nothing };
  }
  const rawStatus = variables.get('ups.status') ?? '';
  const status = rawStatus.trim().toUpperCase().split(/\s+/);
  if (![...variables.keys()].some((name) => /^(ups|battery|device|input|output)\./.test(name)) || isWaiting(status))
    return lost(
      'upsd answers, but its driver has not read the UPS yet: look into the log of the driver if this stays.',
    );
  const source = sourceOf(variables.get('driver.name'), variables.get('driver.version.data'));
  const draft: Draft = { fields: {}, signals: {} };
  addTexts(draft, variables);
  addSerial(draft, variables);
  addDates(draft, variables, source);
  addPacks(draft, variables);
  addTest(draft, batteryTestOf(variables.get('ups.test.result') ?? variables.get('experimental.battery.test.result')));
  addStatus(draft, status, rawStatus, source);
  addAlarm(draft, status, variables.get('ups.alarm'), source);
  addLifetime(draft, variables.get('battery.lifetime.status'));
  return { verdict: isOwn(draft, source) ? 'ups' : 'other-vendor', ...draft };
}

/** Not read yet (`WAIT`), or the driver itself says that it has lost the UPS. */
function isWaiting(status: readonly string[]): boolean {
  return status.includes('WAIT') || status.includes('COMMLOST') || status.includes('NOCOMM');
}
