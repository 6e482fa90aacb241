/** What the customer enters of the units: how it is written, why it is refused, what the history keeps of it. */
import { type CustomerKey, customerKeys, type Entry, type Refusals } from '../lifecycle/entry.ts';
import type { CustomerFacts } from '../lifecycle/facts.ts';
import { planKinds } from '../lifecycle/model.ts';
import type { Unit } from '../lifecycle/unit.ts';
import type { HistoryEntry } from '../store/port.ts';
import { type Desk, OperationError } from './desk.ts';

/** How a fact of the customer came in. */
export type EntryWay = 'page' | 'command' | 'api' | 'import';

/** What is entered of the unit with this name. */
export interface UnitEntry extends Entry {
  readonly name: string;
}

/** Dates that cannot be taken, each with its reason. */
export class FactsRefused extends OperationError {
  readonly refusals: Refusals;

  constructor(name: string, refusals: Refusals) {
    const words = Object.entries(refusals).map(([key, why]) => `${customerKeyNames[key as CustomerKey]}: ${why}`);
    super('bad-fact', `${name}: ${words.join('. ')}`);
    this.refusals = refusals;
  }
}

const customerKeyNames = {
  installed: 'installed',
  replaceBy: 'replace-by',
  warrantyEnd: 'warranty end',
  plan: 'plan',
} as const satisfies Record<CustomerKey, string>;

/** The line of history of what an entry changed of the customer's word; none where it changed nothing. */
export function factsEntered(desk: Desk, before: Unit, after: Unit, by: EntryWay): HistoryEntry[] {
  const [old = {}, customer = {}] = [before.customer, after.customer];
  const moved = customerKeys.filter((key) => JSON.stringify(old[key]) !== JSON.stringify(customer[key]));
  if (moved.length === 0) return [];
  const values = moved.map((key) => [key, { from: old[key] ?? null, to: customer[key] ?? null }]);
  return [{ at: desk.now(), kind: 'facts.entered', unit: after.id, data: { by, ...Object.fromEntries(values) } }];
}

/** Reads `advanced:2027-05-01`. @throws OperationError `bad-plan` */
export function parsePlan(text: string): NonNullable<CustomerFacts['plan']> {
  const [kind, end, ...more] = text.split(':');
  const known = planKinds.find((each) => each === kind);
  if (known === undefined || end === undefined || more.length > 0) {
    throw new OperationError('bad-plan', `"${text}" is no plan; write it as ${planKinds.join(':DATE or ')}:DATE`);
  }
  return { kind: known, end };
}
