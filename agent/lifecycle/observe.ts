/**
 * What the readings of one UPS add up to. A single odd reading changes nothing: a value that differs from what was
 * known, and every alarm, counts when two readings in a row agree; a field that was not answered changes nothing at all.
 */
import type { Field, FieldKey, Reading, Signal, SignalKey, Signals } from '../../drivers/contract.ts';
import { signalKeys } from '../../drivers/contract.ts';
import { type DateOrder, readDate } from './dates.ts';
import type { Day, Instant } from './model.ts';

/** A field as last believed, and the day from which it has had this value. */
export interface Seen {
  readonly field: Field<unknown>;
  readonly since: Day;
}

export interface Observed {
  readonly fields: { readonly [K in FieldKey]?: Seen };
  /** Values of the last reading that differ from `fields` and wait for a second reading. */
  readonly candidates: { readonly [K in FieldKey]?: Field<unknown> };
  /** Per cause, what two readings in a row said. */
  readonly signals: Signals;
  readonly lastSignals: Signals;
  readonly firstSeen: Instant;
  readonly lastSeen: Instant;
}

export interface Absorbed {
  readonly observed: Observed;
  /** Something waits for a second reading: take one soon. */
  readonly unconfirmed: boolean;
}

const dateKeys: ReadonlySet<FieldKey> = new Set([
  'ups.mfr.date',
  'ups.test.date',
  'battery.date',
  'battery.date.maintenance',
]);

/**
 * Takes one reading in.
 * @param before what was known, `undefined` at first contact (the first reading is the baseline)
 * @param order how the unit writes slash dates; a date in another form is not another date
 */
export function absorb(
  before: Observed | undefined,
  reading: Reading,
  at: Instant,
  today: Day,
  order: DateOrder,
): Absorbed {
  const fields: Partial<Record<FieldKey, Seen>> = { ...before?.fields };
  const candidates: Partial<Record<FieldKey, Field<unknown>>> = {};
  for (const [name, field] of Object.entries(reading.fields)) {
    if (field === undefined) continue;
    const key = name as FieldKey;
    const known = fields[key];
    if (known === undefined) fields[key] = { field, since: today };
    else if (losesDate(key, known.field, field, order)) continue;
    else if (same(key, known.field, field, order)) fields[key] = { field, since: known.since };
    else if (agrees(key, before?.candidates[key], field, order)) fields[key] = { field, since: today };
    else candidates[key] = field;
  }
  const signals = confirm(before, reading.signals);
  const observed: Observed = {
    fields,
    candidates,
    signals,
    lastSignals: reading.signals,
    firstSeen: before?.firstSeen ?? at,
    lastSeen: at,
  };
  return { observed, unconfirmed: Object.keys(candidates).length > 0 || anyPending(signals, reading.signals) };
}

/**
 * Alarms of the last reading that somebody else had confirmed: two readings of the UPS agree, so they wait for no third.
 * @param confirmed what another way to the same UPS said
 */
export function seconded(observed: Observed, confirmed: Signals): Observed {
  const signals: { [K in SignalKey]?: Signals[K] } = { ...observed.signals };
  for (const key of signalKeys) {
    const said = Object.entries(observed.lastSignals[key] ?? {}).filter(([, signal]) => signal.value);
    if (raised(confirmed, key).length > 0) signals[key] = { ...signals[key], ...Object.fromEntries(said) };
  }
  return { ...observed, signals };
}

/** Every cause of a signal that says `true`. */
export function raised(signals: Signals, key: SignalKey): string[] {
  return Object.entries(signals[key] ?? {})
    .filter(([, signal]) => signal.value)
    .map(([cause]) => cause);
}

function confirm(before: Observed | undefined, now: Signals): Signals {
  const confirmed: { [K in SignalKey]?: { [cause: string]: Signal } } = {};
  for (const key of signalKeys) {
    const causes: { [cause: string]: Signal } = { ...before?.signals[key] };
    for (const [cause, signal] of Object.entries(now[key] ?? {})) {
      if (before?.lastSignals[key]?.[cause]?.value === signal.value) causes[cause] = signal;
    }
    if (Object.keys(causes).length > 0) confirmed[key] = causes;
  }
  return confirmed;
}

/** An alarm that came or went and was seen once only. */
function anyPending(confirmed: Signals, now: Signals): boolean {
  return signalKeys.some(
    (key) =>
      key !== 'battery.lifetime.ok' &&
      Object.entries(now[key] ?? {}).some(
        ([cause, signal]) => signal.value !== (confirmed[key]?.[cause]?.value ?? false),
      ),
  );
}

function agrees(key: FieldKey, candidate: Field<unknown> | undefined, field: Field<unknown>, order: DateOrder) {
  return candidate !== undefined && same(key, candidate, field, order);
}

/** "Unknown", 00/00/00 or a broken text where a date was read before: silence, not another date. */
function losesDate(key: FieldKey, known: Field<unknown>, field: Field<unknown>, order: DateOrder): boolean {
  if (!dateKeys.has(key)) return false;
  return readDate(String(known.value), order).kind === 'date' && readDate(String(field.value), order).kind !== 'date';
}

function same(key: FieldKey, a: Field<unknown>, b: Field<unknown>, order: DateOrder): boolean {
  if (dateKeys.has(key)) {
    const [one, other] = [readDate(String(a.value), order), readDate(String(b.value), order)];
    if (one.kind === 'date' && other.kind === 'date') return one.day === other.day && one.doubt === other.doubt;
  }
  return JSON.stringify(a.value) === JSON.stringify(b.value) && a.doubt === b.doubt;
}
