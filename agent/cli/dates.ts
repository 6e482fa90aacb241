/** The commands about the dates of all UPS: `dates`, `dates export`, `dates import`. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { DateToConfirm } from '../operations/dates.ts';
import type { DateChange, ImportPlan } from '../operations/import-dates.ts';
import { printable } from '../poll.ts';
import { keyTitles } from './facts.ts';
import { table } from './print.ts';
import type { CliTools } from './tools.ts';

/** Adds the commands to the program. */
export function addDates(program: Command, { ask, show, write }: CliTools): void {
  const dates = program
    .command('dates')
    .description('list the dates to confirm: doubtful, missing, or only an estimate')
    .option('--json', 'print the answer as JSON')
    .action(async (options: { json?: boolean }) => {
      await show<DateToConfirm[]>('dates', {}, options.json, datesText);
    });
  dates
    .command('export')
    .argument('[file]', 'where to; standard output unless given')
    .description('print all UPS and their dates as a table that can be filled in and imported')
    .action(async (file: string | undefined) => {
      const text = await ask<string>('dates export', {});
      if (file === undefined) write(text);
      else await writeFile(file, text, { flag: 'wx' });
    });
  dates
    .command('import')
    .argument('<file>', 'a table: CSV with commas, semicolons or tabs')
    .description('show what a table of dates would change (exit code 1 if a line cannot be taken)')
    .option('--apply', 'apply the difference')
    .option('--json', 'print the answer as JSON')
    .action(async (file: string, _options: object, command: Command) => {
      // A --json behind `import` is taken for that of `dates`.
      const { json, apply } = command.optsWithGlobals<{ json?: boolean; apply?: boolean }>();
      const bytes = (await readFile(file)).toString('base64');
      const plan = apply ? await ask<ImportPlan>('dates import plan', { bytes }) : undefined;
      const done = plan
        ? await show<ImportPlan>('dates import apply', { bytes, digest: plan.digest }, json, (each) =>
            planText(each, true),
          )
        : await show<ImportPlan>('dates import plan', { bytes }, json, (each) => planText(each, false));
      if (done.problems.length > 0) process.exitCode = 1;
    });
}

function datesText(dates: readonly DateToConfirm[]): string {
  if (dates.length === 0) return 'All dates are known and sound.';
  const rows = dates.map(({ ups, key, state, value, why }) => [ups, keyTitles[key], state, value ?? '-', why]);
  return table([['UPS', 'DATE', 'STATE', 'AS KNOWN', 'WHY'], ...rows]);
}

function planText({ changes, problems, notes, unchanged }: ImportPlan, applied: boolean): string {
  const rows = changes.map((change) => [`line ${change.line}`, change.ups, keyTitles[change.key], changeWords(change)]);
  const verdict =
    changes.length === 0 ? 'Nothing to change.' : applied ? 'Applied.' : 'Nothing is changed yet: --apply does it.';
  return [
    ...(rows.length === 0 ? [] : [table(rows), '']),
    ...problems.map(({ line, column, message }) =>
      printable(`line ${line}${column === undefined ? '' : `, ${column}`}: ${message}`),
    ),
    ...notes.map(printable),
    `${changes.length} change(s), ${unchanged} line(s) as known, ${problems.length} problem(s). ${verdict}`,
  ].join('\n');
}

function changeWords({ kind, from, source, to }: DateChange): string {
  const before = from === undefined ? 'not known' : `${from} (${source})`;
  if (kind === 'clear') return `${before}, withdrawn`;
  return kind === 'confirm' ? `${before}, confirmed` : `${before} -> ${to}`;
}
