/** The command about what the customer knows better than the UPS: `set`. */
import { type Command, Option } from 'commander';
import { type CustomerKey, factOf } from '../lifecycle/entry.ts';
import type { UnitView } from '../operations/overview.ts';
import { printable } from '../poll.ts';
import { table } from './print.ts';
import type { CliTools } from './tools.ts';

/** What can be entered, as the command line writes it. */
const keysOf = {
  installed: 'installed',
  'replace-by': 'replaceBy',
  'warranty-end': 'warrantyEnd',
  plan: 'plan',
} as const satisfies Record<string, CustomerKey>;
type Word = keyof typeof keysOf;

/** What they are called in an answer. */
export const keyTitles: Readonly<Record<CustomerKey, string>> = {
  installed: 'installed',
  replaceBy: 'replace by',
  warrantyEnd: 'warranty end',
  plan: 'plan end',
};

interface SetOptions {
  readonly json?: boolean;
  readonly installed?: string;
  readonly replaceBy?: string;
  readonly warrantyEnd?: string;
  readonly plan?: string;
  readonly confirm?: readonly Word[];
  readonly clear?: readonly Word[];
}

const several = (flag: string, description: string): Option =>
  new Option(`${flag} <what...>`, description).choices(Object.keys(keysOf));

/** Adds `set` to the program. */
export function addFacts(program: Command, { show }: CliTools): void {
  program
    .command('set')
    .argument('<ups>', 'name of the UPS')
    .option('--installed <day>', 'the battery was installed on this day, YYYY-MM-DD')
    .option('--replace-by <day>', 'the battery must be replaced by this day')
    .option('--warranty-end <day>', 'the warranty ends on this day')
    .option('--plan <kind:day>', 'a service plan and its end: advanced:YYYY-MM-DD or standard:YYYY-MM-DD')
    .addOption(several('--confirm', 'the date is right as it is shown'))
    .addOption(several('--clear', 'withdraw what was entered: the config or the UPS counts again'))
    .description('enter, confirm or withdraw dates of a UPS; events follow at once')
    .option('--json', 'print the answer as JSON')
    .action(async (name: string, options: SetOptions) => {
      const { json, confirm, clear, ...days } = options;
      const args = { name, ...days, confirm: keys(confirm), clear: keys(clear) };
      await show<UnitView>('set', args, json, unitText);
    });
}

const keys = (words: readonly Word[] = []): CustomerKey[] => words.map((word) => keysOf[word]);

function unitText({ ups, facts }: UnitView): string {
  const rows = Object.values(keysOf).map((key) => {
    const fact = factOf(facts, key);
    if (fact === undefined) return [keyTitles[key], '-', ''];
    const kind = key === 'plan' && facts['plan.kind'] ? `${facts['plan.kind'].value} ` : '';
    const doubt = fact.confidence === 'doubtful' ? `, doubtful: ${fact.why ?? ''}` : '';
    return [keyTitles[key], `${kind}${fact.value}`, `(${fact.source}${doubt})`];
  });
  return `${printable(ups)}\n${table(rows)}`;
}
