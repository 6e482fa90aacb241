/** What a watched way to a unit is. */
import type { Place } from '../../drivers/probe.ts';

/** One way to a simulated unit, with a tap in it. */
export interface Line extends AsyncDisposable {
  /** The driver's section of a UPS in the config. */
  readonly section: Readonly<Record<string, unknown>>;
  /** A one-off target for the same. */
  readonly target: string;
  /** Where a search would look. */
  readonly place: Place;
  /** Whether another process can reach it as well. */
  readonly isNetwork: boolean;
  /** What was sent so far, in order. */
  operations(): readonly string[];
  /** The unit raises an alarm about its battery. */
  alarm(): void;
  /** Things that go wrong, one after the other. */
  readonly faults: readonly Fault[];
}

export interface Fault {
  readonly name: string;
  begin(): void | Promise<void>;
  end(): void | Promise<void>;
}

export interface Watched {
  readonly name: string;
  /** All that reading may send; the whole run must show each of it. */
  readonly reading: readonly string[];
  /** What the writer sends beside that, where there is one. */
  readonly writing?: string;
  /** It takes seconds for a reading: the agent's part, which is the same as elsewhere, is left out. */
  readonly isSlow?: boolean;
  open(folder: string): Promise<Line>;
}

export const serial = 'AS2216000001';
