/** `poll --json`: one reading as facts, a contract that scripts rely on. */
import { DriverError, type Reading, type Verdict, withoutName } from '../drivers/contract.ts';
import { type ConfiguredUnit, deriveFacts } from './lifecycle/facts.ts';
import type { Day, Fact, Facts } from './lifecycle/model.ts';
import type { Seen } from './lifecycle/observe.ts';
import type { Unit } from './lifecycle/unit.ts';

export interface PollOutput {
  readonly ups: string;
  readonly driver: string;
  readonly verdict: Verdict;
  readonly facts: Facts;
  /** Why there are no facts, in words. */
  readonly message?: string;
}

export interface PollInput {
  readonly name: string;
  readonly driver: string;
  /** What the config says of it; absent for a one-off target. */
  readonly config?: ConfiguredUnit | undefined;
  /** What is known of it so far, for the customer's own dates and a swap. */
  readonly unit?: Unit | undefined;
  readonly today: Day;
  readonly read: () => Promise<Reading | undefined>;
}

/** The exit code that a verdict stands for: 0 when a UPS was read, 3 otherwise. */
export function exitCodeOf(verdict: Verdict): number {
  return verdict === 'ups' || verdict === 'other-vendor' ? 0 : 3;
}

/** Reads once and says what it means. Only a DriverError becomes an output (`unreachable`); others are thrown. */
export async function pollOutput(input: PollInput): Promise<PollOutput> {
  const base = { ups: input.name, driver: input.driver };
  try {
    const reading = await input.read();
    if (reading === undefined) return { ...base, verdict: 'unreachable', facts: {}, message: 'it was not read' };
    const read = exitCodeOf(reading.verdict) === 0;
    return {
      ...base,
      verdict: reading.verdict,
      facts: read ? factsOf(input, reading) : {},
      ...(reading.note === undefined ? {} : { message: reading.note }),
    };
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return { ...base, verdict: 'unreachable', facts: {}, message: withoutName(input.name, error.message) };
  }
}

/** The facts of this one reading: its alarms count at once here, since nothing is told because of them. */
function factsOf({ name, config, unit, today }: PollInput, reading: Reading): Facts {
  const fields = Object.fromEntries(
    Object.entries(reading.fields).map(([key, field]): [string, Seen] => [key, { field, since: today }]),
  );
  return deriveFacts({
    observed: { fields, signals: reading.signals },
    config: config ?? { name, dateOrder: 'mdy', expectedLifeMonths: 48 },
    today,
    ...(unit?.customer ? { customer: unit.customer } : {}),
    ...(unit?.swap ? { swap: unit.swap } : {}),
  });
}

/** What a device or a name says, harmless on a terminal: no control characters, no change of direction. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}

/** A reading as lines for a person. */
export function pollText(output: PollOutput): string {
  const lines = [`${output.ups}: ${output.verdict}`];
  if (output.message) lines.push(`  ${output.message}`);
  const width = Math.max(0, ...Object.keys(output.facts).map((key) => key.length));
  for (const [key, fact] of Object.entries(output.facts) as [string, Fact][]) {
    const value = typeof fact.value === 'object' ? JSON.stringify(fact.value) : String(fact.value);
    const doubt = fact.confidence === 'doubtful' ? `, doubtful: ${fact.why ?? 'see raw'}` : '';
    lines.push(`  ${key.padEnd(width)}  ${value}  (${fact.source}${doubt})`);
  }
  return lines.map(printable).join('\n');
}
