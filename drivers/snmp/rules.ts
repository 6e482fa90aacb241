/**
 * The one engine that turns answered objects into fields and signals. What an object means is a rule in a table
 * (powernet.ts, rfc1628.ts); nothing here knows a vendor.
 */
import type { FieldKey, ReadingFields, Signal, SignalKey, TestResult } from '../contract.ts';
import { bit, bitsOf, type Cell, countOf, integerOf, textOf, type Values } from './cell.ts';

/** A reading under construction. */
export interface Draft {
  readonly fields: { -readonly [K in FieldKey]?: NonNullable<ReadingFields[K]> };
  readonly signals: { [K in SignalKey]?: { [cause: string]: Signal } };
}

type TextField =
  | 'device.mfr'
  | 'device.model'
  | 'device.part'
  | 'ups.firmware'
  | 'ups.mfr.date'
  | 'ups.test.date'
  | 'battery.date'
  | 'battery.date.maintenance'
  | 'battery.cartridge'
  | 'battery.cartridge.external';

interface Of<Kind extends string> {
  readonly kind: Kind;
  /** The full OID, with the instance. */
  readonly oid: string;
  /** The name in the MIB. */
  readonly name: string;
}

/** What one object says. An object may have several rules. */
export type Rule =
  | (Of<'text'> & { readonly field: TextField })
  | Of<'serial'>
  | (Of<'count'> & { readonly field: 'battery.packs' | 'battery.packs.bad' })
  | (Of<'test-result'> & { readonly choices: Readonly<Record<number, TestResult>> })
  | (Of<'indicator'> & {
      readonly signal: SignalKey;
      readonly cause: string;
      readonly says: Readonly<Record<number, boolean>>;
    })
  | (Of<'any'> & { readonly signal: SignalKey; readonly cause: string })
  /** `flag` counts from 1, as the MIB does. */
  | (Of<'flag'> & { readonly flag: number; readonly signal: SignalKey; readonly cause: string })
  | (Of<'lifetime'> & { readonly cause: string })
  /** `interval` is the OID of the whole term, in days; `oid` is the elapsed part. */
  | (Of<'warranty-days'> & { readonly interval: string })
  | (Of<'warranty-flag'> & { readonly flag: number });

export function emptyDraft(): Draft {
  return { fields: {}, signals: {} };
}

/** Adds what one cause says about one signal. */
export function addSignal(draft: Draft, signal: SignalKey, cause: string, value: boolean, raw: string): void {
  const causes = draft.signals[signal] ?? {};
  causes[cause] = { value, raw };
  draft.signals[signal] = causes;
}

const nearEnd = [1, 3] as const;
const exceeded = [2, 4] as const;
const measured = [5, 6] as const;

/**
 * The lifetime signals of one cause, from health bit texts (upsHighPrecBatteryHealth and its like): 0 okay, 1 near end,
 * 2 exceeded, 3 and 4 the same acknowledged, 5 measured near end, 6 the same acknowledged. Several texts (one a
 * cartridge) speak together: one is enough for a warning, all are needed for "okay". With `certain` false (some texts
 * are missing) only warnings are given.
 */
export function addLifetime(draft: Draft, cause: string, texts: readonly string[], certain: boolean): void {
  if (texts.length === 0) return;
  const raw = texts.join(' ');
  const any = (bits: readonly number[]) => texts.some((text) => bits.some((index) => bit(text, index)));
  const add = (signal: SignalKey, value: boolean) => {
    if (value || certain) addSignal(draft, signal, cause, value, raw);
  };
  add('battery.lifetime.near-end', any(nearEnd));
  add('battery.lifetime.exceeded', any(exceeded));
  add('battery.lifetime.measured-near-end', any(measured));
  if (certain) {
    const ok = texts.every((text) => bit(text, 0));
    addSignal(draft, 'battery.lifetime.ok', cause, ok, raw);
  }
}

const doubtfulEnd = 'the UPS tells no date, only how much of a service interval is used';

type Evaluators = {
  readonly [K in Rule['kind']]: (rule: Extract<Rule, { kind: K }>, cell: Cell, draft: Draft, values: Values) => void;
};

const evaluators: Evaluators = {
  text: (rule, cell, draft) => {
    const value = textOf(cell);
    if (value !== undefined) draft.fields[rule.field] = { value, raw: cell.raw };
  },
  serial: (_rule, cell, draft) => {
    const value = textOf(cell);
    if (value === undefined) return;
    const placeholder = /^(.)\1*$/.test(value);
    const doubt = 'one repeated character: a placeholder, not a serial number';
    draft.fields['device.serial'] = { value, raw: cell.raw, ...(placeholder && { doubt }) };
  },
  count: (rule, cell, draft) => {
    const value = countOf(cell);
    if (value !== undefined) draft.fields[rule.field] = { value, raw: cell.raw };
  },
  'test-result': (rule, cell, draft) => {
    const value = rule.choices[integerOf(cell) ?? Number.NaN];
    if (value !== undefined) draft.fields['ups.test.result'] = { value, raw: cell.raw };
  },
  indicator: (rule, cell, draft) => {
    const value = rule.says[integerOf(cell) ?? Number.NaN];
    if (value !== undefined) addSignal(draft, rule.signal, rule.cause, value, cell.raw);
  },
  any: (rule, cell, draft) => {
    const count = countOf(cell);
    if (count !== undefined) addSignal(draft, rule.signal, rule.cause, count > 0, cell.raw);
  },
  flag: (rule, cell, draft) => {
    const bits = bitsOf(cell);
    if (bits !== undefined && bits.length >= rule.flag)
      addSignal(draft, rule.signal, rule.cause, bit(bits, rule.flag - 1), cell.raw);
  },
  lifetime: (rule, cell, draft) => {
    const bits = bitsOf(cell);
    if (bits !== undefined) addLifetime(draft, rule.cause, [bits], true);
  },
  'warranty-days': (rule, cell, draft, values) => {
    const interval = countOf(values.get(rule.interval));
    const elapsed = countOf(cell);
    if (interval === undefined || interval === 0 || elapsed === undefined) return;
    const left = interval - elapsed;
    const value = left < 0 ? `${-left} days ago` : `in ${left} days`;
    draft.fields['warranty.end'] = { value, raw: `interval=${interval}, elapsed=${elapsed}`, doubt: doubtfulEnd };
  },
  'warranty-flag': (rule, cell, draft) => {
    const bits = bitsOf(cell);
    if (bits === undefined || !bit(bits, rule.flag - 1) || draft.fields['warranty.end'] !== undefined) return;
    draft.fields['warranty.end'] = {
      value: 'soon',
      raw: cell.raw,
      doubt: 'the UPS tells no date, only that it is soon',
    };
  },
};

/** Applies a table of rules. Each rule stands alone: a strange value loses its own field and nothing else. */
export function evaluate(rules: readonly Rule[], values: Values, draft: Draft): void {
  for (const rule of rules) {
    const cell = values.get(rule.oid);
    if (cell === undefined) continue;
    (evaluators[rule.kind] as (rule: Rule, cell: Cell, draft: Draft, values: Values) => void)(
      rule,
      cell,
      draft,
      values,
    );
  }
}
