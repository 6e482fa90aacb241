/** From answers to a reading. */
import type { FieldKey, Reading, ReadingFields, Signal, SignalKey, TestResult } from '../contract.ts';
import { type QueryName, replaceBatteryAlert, replaceBatteryFlag } from './protocol.ts';

/** The answers of one poll; a question that the unit does not know is not among them. */
export type Answers = { readonly [K in QueryName]?: string };

const texts = [
  ['device.model', ['model']],
  ['device.serial', ['serial']],
  ['ups.firmware', ['firmware', 'oldFirmware']],
  ['ups.mfr.date', ['manufactured']],
  ['battery.date', ['installed']],
] as const satisfies readonly (readonly [FieldKey, readonly QueryName[]])[];

/** NG is an overload and NO nothing in the last five minutes: neither says anything of the battery. */
const tests: Readonly<Record<string, { readonly result: TestResult; readonly isBad?: boolean }>> = {
  OK: { result: 'passed', isBad: false },
  BT: { result: 'failed', isBad: true },
  NG: { result: 'invalid' },
  WN: { result: 'warning' },
  IP: { result: 'in-progress' },
};

function doubtOfSerial(serial: string): string | undefined {
  if (/^(.)\1*$/.test(serial)) return 'one repeated character: a placeholder, not a serial number';
  return /^[\w-]+$/.test(serial) ? undefined : 'holds characters that no serial number has';
}

type Draft = {
  readonly fields: { -readonly [K in FieldKey]?: NonNullable<ReadingFields[K]> };
  readonly signals: { [K in SignalKey]?: { [cause: string]: Signal } };
};

function addTexts({ fields }: Draft, answers: Answers): void {
  for (const [field, names] of texts) {
    const raw = names.map((name) => answers[name]).find((answer) => answer !== undefined);
    const value = raw?.trim();
    if (raw === undefined || value === undefined || value === '') continue;
    const doubt = field === 'device.serial' ? doubtOfSerial(value) : undefined;
    fields[field] = { value, raw, ...(doubt !== undefined && { doubt }) };
  }
}

function countOf(raw: string | undefined): { value: number; raw: string } | undefined {
  return raw !== undefined && /^\d+$/.test(raw) ? { value: Number(raw), raw } : undefined;
}

function addPacks({ fields, signals }: Draft, answers: Answers): void {
  const packs = countOf(answers.externalPacks);
  if (packs !== undefined) fields['battery.packs'] = packs;
  const bad = countOf(answers.badPacks);
  if (bad === undefined) return;
  fields['battery.packs.bad'] = bad;
  signals['battery.packs.bad'] = { count: { value: bad.value > 0, raw: bad.raw } };
}

function addTest(draft: Draft, raw: string | undefined): { [cause: string]: Signal } {
  const test = raw !== undefined && Object.hasOwn(tests, raw) ? tests[raw] : undefined;
  if (raw === undefined || test === undefined) return {};
  draft.fields['ups.test.result'] = { value: test.result, raw };
  return test.isBad === undefined ? {} : { 'self-test': { value: test.isBad, raw } };
}

/** The status flag is a level, and says both; the alert of the same name is repeated every few hours only. */
function replaceFlag(status: string | undefined, isAlert: boolean): { [cause: string]: Signal } {
  if (status === undefined) return {};
  const value = isAlert || (Number.parseInt(status, 16) & replaceBatteryFlag) !== 0;
  return { 'status-flag': { value, raw: isAlert ? `${status} ${replaceBatteryAlert}` : status } };
}

/** @param replaceAlert whether the unit raised the alert since the reading before */
export function readingOf(answers: Answers, replaceAlert: boolean): Reading {
  const draft: Draft = { fields: {}, signals: {} };
  addTexts(draft, answers);
  addPacks(draft, answers);
  const replace = { ...replaceFlag(answers.status, replaceAlert), ...addTest(draft, answers.selfTest) };
  if (Object.keys(replace).length > 0) draft.signals['battery.replace'] = replace;
  return { verdict: 'ups', ...draft };
}
