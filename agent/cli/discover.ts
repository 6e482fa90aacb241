/** The command `discover`: what can be written behind it. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { addressed, type DiscoverOptions, servers } from './discover-request.ts';
import type { GlobalOptions } from './session.ts';

/** Adds `discover` to the program. */
export function addDiscover(program: Command, globals: () => GlobalOptions): void {
  const command = program
    .command('discover')
    .argument('[range...]', 'addresses to search, such as 10.0.0.0/24 or 10.0.0.5; nothing else is contacted')
    .description('find UPS units: on ranges of addresses, serial ports and servers that you name');
  for (const option of placeOptions()) command.addOption(option);
  command
    .addOption(
      several('--community <text>', 'SNMP read community to try; else $UPSTEWARD_COMMUNITY, else public', asIs),
    )
    .addOption(several('--community-file <file>', 'the same, from a file', asIs))
    .option('--yes', 'search more than 65,536 addresses')
    .option('--write', 'add what is new to the config file')
    .option('--json', 'print the answer as JSON')
    .action(async (ranges: readonly string[], options: DiscoverOptions) => {
      const { runDiscover } = await import('./discover-run.ts');
      const stop = new AbortController();
      const interrupt = () => stop.abort();
      process.once('SIGINT', interrupt);
      const { env, stdout, stderr } = process;
      process.exitCode = await runDiscover(globals(), ranges, options, { env, stdout, stderr, signal: stop.signal });
      process.removeListener('SIGINT', interrupt);
    });
}

/** Where and how fast to look, beside ranges of addresses: also for `init`. */
export function placeOptions(): Option[] {
  return [
    new Option('--serial [port...]', 'serial ports: all that may have a UPS, or those named'),
    ...servers.map((name) =>
      several(`--${name} <host[:port]>`, `ask ${name} on this host for the units that it knows`, asIs),
    ),
    several('--port <driver=port>', `another port on the ranges, of ${addressed.join(' or ')}`, portOf),
    new Option('--rate <number>', 'packets and connections a second (50)').argParser(Number),
  ];
}

/** An option that may be given several times, each time with one value: what follows is a range again. */
function several<T>(flags: string, description: string, read: (text: string) => T): Option {
  return new Option(flags, `${description}; may be repeated`).argParser((text: string, before: readonly T[] = []) => [
    ...before,
    read(text),
  ]);
}

const asIs = (text: string): string => text;

function portOf(text: string): readonly [string, number] {
  const [, name = '', digits = ''] = /^([a-z]+)=(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (!(addressed as readonly string[]).includes(name) || port < 1 || port > 65_535)
    throw new InvalidArgumentError(`Write for example ${addressed[0]}=1161.`);
  return [name, port];
}
