/** The standard UPS-MIB (RFC 1628): asked where a unit has no PowerNet model. It knows no serial number and no dates. */
import type { Values } from './cell.ts';
import { countOf, integerOf, textOf } from './cell.ts';
import { addSignal, type Draft, evaluate, type Rule } from './rules.ts';

const M = '1.3.6.1.2.1.33.1';

const testResults = { 1: 'passed', 2: 'warning', 3: 'failed', 4: 'aborted', 5: 'in-progress' } as const;

const alarmsPresent = `${M}.6.1.0`;
const testId = `${M}.7.1.0`;
const testSummary = `${M}.7.3.0`;

const rules: readonly Rule[] = [
  { kind: 'text', oid: `${M}.1.1.0`, name: 'upsIdentManufacturer', field: 'device.mfr' },
  { kind: 'text', oid: `${M}.1.2.0`, name: 'upsIdentModel', field: 'device.model' },
  { kind: 'text', oid: `${M}.1.3.0`, name: 'upsIdentUPSSoftwareVersion', field: 'ups.firmware' },
  { kind: 'test-result', oid: testSummary, name: 'upsTestResultsSummary', choices: testResults },
];

/** The `upsBattery` group. */
export const rfc1628Battery = `${M}.2`;

/** Texts of the maker: who made it, what it is, and its firmware; upsIdentName is the owner's. */
export const rfc1628Texts: readonly string[] = [1, 2, 3, 4].map((leaf) => `${M}.1.${leaf}.0`);

/** upsBatteryStatus and its neighbours say nothing of the lifecycle, but they prove a battery. */
const proofs = [`${M}.2.1.0`, `${M}.2.3.0`, `${M}.2.4.0`] as const;

/** The objects of one poll. */
export const rfc1628Poll: readonly string[] = [...rules.map((rule) => rule.oid), ...proofs, alarmsPresent, testId];

/** upsAlarmDescr, the column to walk while alarms are present. Its values are OIDs of well-known alarms. */
export const alarmColumn = `${M}.6.2.1.2`;
const alarmBatteryBad = `${M}.6.3.1`;
const alarmCommunicationsLost = `${M}.6.3.20`;

/** upsTestQuickBatteryTest and upsTestDeepBatteryCalibration. */
const batteryTests: ReadonlySet<string> = new Set([`${M}.7.7.4`, `${M}.7.7.5`]);

const dotless = (oid: string | undefined): string | undefined => oid?.replace(/^\./, '').replace(/\.0$/, '');

/** Whether anything of this MIB was answered. */
export function hasRfc1628(values: Values): boolean {
  return rfc1628Poll.some((oid) => values.has(oid));
}

/** upsAlarmsPresent; absent is not zero. */
export function alarmCount(values: Values): number | undefined {
  return countOf(values.get(alarmsPresent));
}

/** The alarms that are present: `undefined` where the table could not be read to its end. */
export type Alarms = { readonly oids: readonly string[]; readonly complete: boolean };

/** upsAlarmCommunicationsLost: the agent has lost the UPS. */
export function communicationsLost(alarms: Alarms | undefined): boolean {
  return alarms?.oids.some((oid) => dotless(oid) === alarmCommunicationsLost) ?? false;
}

/** Whose UPS it is, by upsIdentManufacturer. */
export function isOwnBrand(values: Values): boolean {
  const maker = textOf(values.get(`${M}.1.1.0`));
  return maker !== undefined && /^(apc|american power|schneider)/i.test(maker);
}

/** Adds identity, test result and battery signals. Evaluated before PowerNet, which knows better where both answer. */
export function evaluateRfc1628(values: Values, alarms: Alarms | undefined, draft: Draft): void {
  evaluate(rules, values, draft);
  if (alarms !== undefined) {
    const bad = alarms.oids.some((oid) => dotless(oid) === alarmBatteryBad);
    const raw = alarms.oids.length === 0 ? 'no alarms' : alarms.oids.join(' ');
    if (bad || alarms.complete) addSignal(draft, 'battery.replace', 'alarm-battery-bad', bad, raw);
  }
  const summary = integerOf(values.get(testSummary));
  const test = dotless(textOf(values.get(testId)));
  if (test !== undefined && batteryTests.has(test) && (summary === 1 || summary === 3)) {
    addSignal(draft, 'battery.replace', 'self-test', summary === 3, String(summary));
  }
}
