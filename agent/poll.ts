/** `poll --json`: one reading as facts, a contract that scripts rely on. */
import { DriverError, type Reading, type Verdict, withoutName } from '../drivers/contract.ts';
import { type ConfiguredUnit, deriveFacts } from './lifecycle/facts.ts';
import type { Day, Fact, Facts } from './lifecycle/model.ts';
import type { Observed, Seen } from './lifecycle/observe.ts';
import type { Unit } from './lifecycle/unit.ts';
import { type WayView, wayViews } from './lifecycle/way-views.ts';
import { heardOf } from './lifecycle/ways.ts';
import { OperationError } from './operations/desk.ts';

export interface PollOutput {
  readonly ups: string;
  readonly driver: string;
  readonly verdict: Verdict;
  /** What follows from this one reading, the config and what the customer told. */
  readonly facts: Facts;
  /** Of a UPS that several entries of the config read: what each of them says by itself, this one just now. */
  readonly ways?: readonly WayView[];
  /** Why there are no facts, in words. */
  readonly message?: string;
}

export interface PollInput {
  readonly name: string;
  readonly driver: string;
  /** What the config says of it, by all entries that read it; absent for a one-off target. */
  readonly config?: ConfiguredUnit | undefined;
  /** What is known of it so far, for the customer's own dates and a swap. */
  readonly unit?: Unit | undefined;
  readonly today: Day;
  readonly read: () => Promise<Reading | undefined>;
}

/** An entry that stands for all units of a server is no UPS that could be read. @param units names of those it stands for */
export function severalUps(name: string, units: readonly string[]): OperationError {
  const known =
    units.length === 0 ? 'none is known yet' : `${units.slice(0, 5).join(', ')}${units.length > 5 ? ' …' : ''}`;
  return new OperationError('several-ups', `"${name}" stands for all UPS of a server; name one of them: ${known}`);
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
      ...(read ? derived(input, reading) : { facts: {} }),
      ...(reading.note === undefined ? {} : { message: reading.note }),
    };
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return { ...base, verdict: 'unreachable', facts: {}, message: withoutName(input.name, error.message) };
  }
}

/** The facts of this one reading: its alarms count at once here, since nothing is told because of them. */
function derived(input: PollInput, reading: Reading): Pick<PollOutput, 'facts' | 'ways'> {
  const { name, driver, unit, today } = input;
  const own = { name, driver, dateOrder: 'mdy' } as const;
  const config = input.config ?? { name, ways: [own], expectedLifeMonths: 48 };
  const known = unit?.ways.find((way) => way.name === name);
  const way = { ...known, name, driver, observed: observedOnce(reading, known?.observed, today) };
  const facts = deriveFacts({
    heard: heardOf([way], config.ways),
    config,
    today,
    ...(unit?.customer ? { customer: unit.customer } : {}),
    ...(unit?.swap ? { swap: unit.swap } : {}),
  });
  if (config.ways.length === 1) return { facts };
  const others = unit?.ways.filter((other) => other.name !== name) ?? [];
  return { facts, ways: wayViews([...others, way], config.ways, today) };
}

function observedOnce({ fields, signals }: Reading, before: Observed | undefined, today: Day): Observed {
  const seen = Object.entries(fields).map(([key, field]): [string, Seen] => [key, { field, since: today }]);
  const now = before ?? { firstSeen: '', lastSeen: '' };
  return { ...now, fields: Object.fromEntries(seen), candidates: {}, signals, lastSignals: signals };
}

/** What a device or a name says, harmless on a terminal: no control characters, no change of direction. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}

/** A reading as lines for a person. */
export function pollText(output: PollOutput): string {
  const lines = [`${output.ups}: ${output.verdict}`];
  if (output.message) lines.push(`  ${output.message}`);
  lines.push(...factLines(output.facts));
  for (const { name, driver, facts } of output.ways ?? []) {
    if (name !== output.ups) lines.push(`  the same UPS over ${name} (${driver})`, ...factLines(facts));
  }
  return lines.map(printable).join('\n');
}

function factLines(facts: Facts): string[] {
  const width = Math.max(0, ...Object.keys(facts).map((key) => key.length));
  return (Object.entries(facts) as [string, Fact][]).map(([key, fact]) => {
    const value = typeof fact.value === 'object' ? JSON.stringify(fact.value) : String(fact.value);
    const doubt = fact.confidence === 'doubtful' ? `, doubtful: ${fact.why ?? 'see raw'}` : '';
    return `  ${key.padEnd(width)}  ${value}  (${fact.source}${doubt})`;
  });
}
