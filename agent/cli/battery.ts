/** The command about the change of a battery: `battery-replaced`. */
import type { Command } from 'commander';
import type { ReplacedOutput } from '../commands/battery.ts';
import { printable } from '../poll.ts';
import type { CliTools } from './tools.ts';

/** Adds `battery-replaced` to the program. */
export function addBattery(program: Command, { show }: CliTools): void {
  program
    .command('battery-replaced')
    .argument('<ups>', 'name of the UPS')
    .option('--date <day>', 'the day of the change, YYYY-MM-DD (today)')
    .description(
      'record that the battery of a UPS was changed: closes its battery events, voids older dates, and writes the day to the UPS where `allowWrite` is true',
    )
    .option('--json', 'print the answer as JSON')
    .action(async (name: string, options: { json?: boolean; date?: string }) => {
      const args = { name, ...(options.date === undefined ? {} : { date: options.date }) };
      await show<ReplacedOutput>('battery-replaced', args, options.json, replacedText);
    });
}

function replacedText({ ups, day, writing }: ReplacedOutput): string {
  const ways = writing.map(({ ups: name, driver, message }) => `${name} (${driver}): ${message}`);
  return [`Recorded: the battery of ${ups} was changed on ${day}.`, ...ways].map(printable).join('\n');
}
