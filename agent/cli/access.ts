/** The commands about what opens the API and the calendar feed: `token`, `calendar`. */
import type { Command } from 'commander';
import type { CalendarView } from '../commands/access.ts';
import type { TokenView } from '../operations/secrets.ts';
import { minute, table } from './print.ts';
import type { CliTools } from './tools.ts';

interface Options {
  readonly json?: boolean;
  readonly readOnly?: boolean;
}

/** Adds the commands to the program. */
export function addAccess(program: Command, { show }: CliTools): void {
  const token = program.command('token').description('who may use the API of the page');
  token
    .command('create')
    .argument('<name>', 'for whom it is')
    .option('--read-only', 'it may look, and change nothing')
    .option('--json', 'print the answer as JSON')
    .description('make a token; it is shown this one time')
    .action(async (name: string, { json, readOnly = false }: Options) => {
      const print = (made: TokenView & { token: string }): string =>
        `${made.token}\nIt is not shown again. Send it as \`Authorization: Bearer TOKEN\`.`;
      await show('token create', { name, readOnly }, json, print);
    });
  token
    .command('list')
    .option('--json', 'print the answer as JSON')
    .description('list the tokens')
    .action(async ({ json }: Options) => {
      await show<TokenView[]>('token list', {}, json, tokensText);
    });
  token
    .command('revoke')
    .argument('<name>', 'its name')
    .option('--json', 'print the answer as JSON')
    .description('make a token worthless, at once')
    .action(async (name: string, { json }: Options) => {
      await show<TokenView[]>('token revoke', { name }, json, () => `Revoked: ${name}.`);
    });
  const calendar = program.command('calendar').description('the calendar feed of what falls due');
  const subcommands = {
    status: 'show whether there is a feed',
    renew: 'open the feed, or give it another address; the address is shown this one time',
    close: 'end the feed',
  } as const;
  for (const [name, description] of Object.entries(subcommands)) {
    calendar
      .command(name)
      .option('--json', 'print the answer as JSON')
      .description(description)
      .action(async ({ json }: Options) => {
        await show<CalendarView>(`calendar ${name}`, {}, json, calendarText);
      });
  }
}

function tokensText(tokens: readonly TokenView[]): string {
  if (tokens.length === 0) return 'There is no token.';
  const rows = tokens.map(({ name, readOnly, createdAt, lastUsedOn }) => [
    name,
    readOnly ? 'looks' : 'changes',
    minute(createdAt),
    lastUsedOn ?? 'never',
  ]);
  return table([['NAME', 'MAY', 'CREATED', 'LAST USED'], ...rows]);
}

function calendarText({ open, since, path }: CalendarView): string {
  if (!open) return 'There is no calendar feed. `upsteward calendar renew` opens one.';
  if (path === undefined) return `The feed has had its address since ${minute(since ?? '')}; it is not shown again.`;
  return `Subscribe to this address of the page: ${path}\nIt is not shown again, and earlier ones are worthless.`;
}
