/** `set` and `dates`: what the customer knows better than the UPS. */
import { type CustomerKey, customerKeys } from '../lifecycle/entry.ts';
import type { CustomerFacts } from '../lifecycle/facts.ts';
import type { Office } from '../office.ts';
import { OperationError } from '../operations/desk.ts';
import { type EntryWay, parsePlan } from '../operations/entries.ts';
import { type UnitView, unitView } from '../operations/overview.ts';
import { type Args, optionalText, text, words } from './arguments.ts';

/** Enters, confirms or withdraws facts of one UPS and gives back what is known of it now. */
export async function set(office: Office, args: Args): Promise<UnitView> {
  const name = text(args, 'name');
  const entry = {
    set: given(args),
    confirm: words<CustomerKey>(args, 'confirm', customerKeys),
    clear: words<CustomerKey>(args, 'clear', customerKeys),
  };
  if (Object.keys(entry.set).length + entry.confirm.length + entry.clear.length === 0) {
    throw new OperationError('missing-argument', 'say what to enter, to confirm or to clear');
  }
  await office.units.enterFacts([{ name, ...entry }], way(args));
  return unitView(office.desk, office.units, name);
}

/** The page and the API ask for the same command. */
const way = (args: Args): EntryWay => (['page', 'api'] as const).find((each) => each === args['by']) ?? 'command';

function given(args: Args): CustomerFacts {
  const days = (['installed', 'replaceBy', 'warrantyEnd'] as const).flatMap((key) => {
    const day = optionalText(args, key);
    return day === undefined ? [] : [[key, day] as const];
  });
  const plan = optionalText(args, 'plan');
  return { ...Object.fromEntries(days), ...(plan === undefined ? {} : { plan: parsePlan(plan) }) };
}
