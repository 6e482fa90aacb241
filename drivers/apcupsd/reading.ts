/** From the keys of apcupsd's `status` to a reading. A strange value costs its own field only. */
import type { FieldKey, Reading, ReadingFields, Signal, SignalKey, TestResult } from '../contract.ts';

interface Draft {
  readonly fields: { -readonly [K in FieldKey]?: NonNullable<ReadingFields[K]> };
  readonly signals: { [K in SignalKey]?: { [cause: string]: Signal } };
}

type Status = ReadonlyMap<string, string>;

/** Which key holds which text. `APCMODEL` of old versions is a code of letters, not a model. */
const texts = [
  ['device.model', 'MODEL'],
  ['ups.firmware', 'FIRMWARE'],
  ['ups.mfr.date', 'MANDATE'],
  ['ups.test.date', 'LASTSTEST'],
  ['battery.date', 'BATTDATE'],
] as const;

const noText: ReadonlySet<string> = new Set(['', 'n/a', 'na', 'unknown', 'not set', 'none', '??']);

/** 2001-09-25 and 2001-01-01 of USB units that were never told a date; 65,535 days of a register that is not there. */
const noDates: ReadonlySet<string> = new Set(['2001-09-25', '2001-01-01', '2179-06-06']);

/** NG is an overload with a serial line, and any failure with the other drivers: no word on the battery. */
const tests: Readonly<Record<string, { readonly result: TestResult; readonly isBad?: boolean }>> = {
  OK: { result: 'passed', isBad: false },
  BT: { result: 'failed', isBad: true },
  NG: { result: 'failed' },
  WN: { result: 'warning' },
  IP: { result: 'in-progress' },
};

const flags = { replaceBattery: 0x80, commLost: 0x100 } as const;

function textOf(status: Status, key: string): { value: string; raw: string } | undefined {
  const raw = status.get(key);
  const value = raw?.trim();
  return raw === undefined || value === undefined || noText.has(value.toLowerCase()) ? undefined : { value, raw };
}

function countOf(status: Status, key: string): { value: number; raw: string } | undefined {
  const raw = status.get(key);
  return raw !== undefined && /^\s*\d{1,6}\s*$/.test(raw) ? { value: Number(raw), raw } : undefined;
}

function flagsOf(status: Status): number {
  return Number.parseInt(/^\s*0x([0-9a-f]{1,8})\b/i.exec(status.get('STATFLAG') ?? '')?.[1] ?? '0', 16);
}

/** Why the install date is in doubt: over USB apcupsd reads what many units hold though nobody ever set it. */
function doubtOfBattDate(status: Status, date: string): string | undefined {
  const driver = status.get('DRIVER') ?? status.get('CABLE') ?? '';
  if (/usb/i.test(driver)) return 'apcupsd reads this date over USB, where many units hold one that nobody set';
  const isHidden = !status.has('DRIVER') || /network/i.test(driver);
  return isHidden && /^\d{4}-\d\d-\d\d$/.test(date)
    ? 'written as apcupsd does over USB, where many units hold a date that nobody set'
    : undefined;
}

function doubtOfSerial(serial: string): string | undefined {
  if (/^(.)\1*$/.test(serial)) return 'one repeated character: a placeholder, not a serial number';
  return /^[\w-]+$/.test(serial) ? undefined : 'holds characters that no serial number has';
}

function addFields(draft: Draft, status: Status): void {
  for (const [field, key] of texts) {
    const found = textOf(status, key);
    if (found === undefined || (field === 'battery.date' && noDates.has(found.value))) continue;
    const doubt = field === 'battery.date' ? doubtOfBattDate(status, found.value) : undefined;
    draft.fields[field] = { ...found, ...(doubt !== undefined && { doubt }) };
  }
  const serial = textOf(status, 'SERIALNO');
  const doubt = serial && doubtOfSerial(serial.value);
  if (serial !== undefined) draft.fields['device.serial'] = { ...serial, ...(doubt !== undefined && { doubt }) };
  const packs = countOf(status, 'EXTBATTS');
  if (packs !== undefined) draft.fields['battery.packs'] = packs;
}

function addSignals(draft: Draft, status: Status, words: readonly string[]): void {
  const bad = countOf(status, 'BADBATTS');
  if (bad !== undefined) {
    draft.fields['battery.packs.bad'] = bad;
    draft.signals['battery.packs.bad'] = { count: { value: bad.value > 0, raw: bad.raw } };
  }
  const replace: { [cause: string]: Signal } = {};
  // Never false: apcupsd hides the flag at first, and takes it back after two days.
  if (words.includes('REPLACEBATT') || (flagsOf(status) & flags.replaceBattery) !== 0)
    replace['status-replacebatt'] = {
      value: true,
      raw: `${status.get('STATUS')} ${status.get('STATFLAG') ?? ''}`.trim(),
    };
  const raw = status.get('SELFTEST');
  const word = raw?.trim() ?? '';
  const test = Object.hasOwn(tests, word) ? tests[word] : undefined;
  if (raw !== undefined && test !== undefined) {
    draft.fields['ups.test.result'] = { value: test.result, raw };
    if (test.isBad !== undefined) replace['self-test'] = { value: test.isBad, raw };
  }
  if (Object.keys(replace).length > 0) draft.signals['battery.replace'] = replace;
}

const lost = (note: string): Reading => ({ verdict: 'ups-lost', note, fields: {}, signals: {} });

/** What a status says. */
export function readingOf(status: Status): Reading {
  const words = (status.get('STATUS') ?? '').trim().split(/\s+/);
  if (words.includes('COMMLOST') || (flagsOf(status) & flags.commLost) !== 0)
    return lost('apcupsd answers, but has lost the UPS: check the cable, and that the UPS is on.');
  if (words.includes('NETWORK'))
    return lost('apcupsd answers, but does not reach the other apcupsd that it reads the UPS from.');
  if (textOf(status, 'STATUS') === undefined)
    return lost('apcupsd answers, but has not read the UPS yet: it needs up to half a minute after its start.');
  const draft: Draft = { fields: {}, signals: {} };
  addFields(draft, status);
  addSignals(draft, status, words);
  return { verdict: 'ups', ...draft };
}
