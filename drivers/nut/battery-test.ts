/** ups.test.result: each of NUT's drivers has its own words for how the last battery test ended. */
import type { TestResult } from '../contract.ts';

export interface BatteryTest {
  readonly result: TestResult;
  /** What the test says of the battery, where it says something: a test that an overload failed does not. */
  readonly battery?: 'good' | 'bad';
  readonly raw: string;
}

type Meaning = Omit<BatteryTest, 'raw'>;

const passed: Meaning = { result: 'passed', battery: 'good' };
const failed: Meaning = { result: 'failed', battery: 'bad' };
const warning: Meaning = { result: 'warning' };
const aborted: Meaning = { result: 'aborted' };
const invalid: Meaning = { result: 'invalid' };
const running: Meaning = { result: 'in-progress' };

/** In lower case. "No test initiated", "NO", "Test scheduled" and "Pending" say nothing of any test. */
const words: Readonly<Record<string, Meaning>> = {
  // apcsmart: the two letters of UPS-Link
  ok: passed,
  bt: failed,
  ng: invalid,
  wn: warning,
  ip: running,
  // snmp-ups: PowerNet-MIB
  failed,
  invalidtest: invalid,
  testinprogress: running,
  // usbhid-ups, and snmp-ups with the UPS-MIB
  'done and passed': passed,
  'done and warning': warning,
  'done and error': failed,
  aborted,
  'in progress': running,
  // apc_modbus and apcmicrolink; what stands behind a comma is who asked for the test, and why it went wrong
  passed,
  refused: invalid,
  inprogress: running,
};

/** How the last battery test ended, or `undefined` where the text tells of none. */
export function batteryTestOf(raw: string | undefined): BatteryTest | undefined {
  if (raw === undefined) return undefined;
  const text = raw.split(/[,;]/, 1)[0]?.trim().toLowerCase() ?? '';
  const meaning = Object.hasOwn(words, text) ? words[text] : undefined;
  if (meaning === undefined) return undefined;
  // A test that the unit could not make (an internal fault, too little charge) is no word on the battery.
  const unmade = meaning === failed && /modifier/i.test(raw);
  return { ...(unmade ? { result: 'failed' } : meaning), raw };
}
