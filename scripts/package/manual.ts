/** The manual page, written from the commands. */
import { allCommands, type DescribedCommand, type DescribedOption } from './commands.ts';

export interface ManualParts {
  readonly program: DescribedCommand;
  readonly version: string;
  /** `YYYY-MM-DD`. */
  readonly date: string;
}

/** `upsteward.1` as roff text, for man(1). */
export function manualPage({ program, version, date }: ManualParts): string {
  const commands = allCommands(program).filter(({ commands: below }) => below.length === 0);
  return `${[
    `.TH UPSTEWARD 1 ${quoted(date)} ${quoted(`upsteward ${version}`)} "User Commands"`,
    '.SH NAME',
    `upsteward \\- ${roff(firstToLower(program.description.replace(/\.$/, '')))}`,
    '.SH SYNOPSIS',
    '.B upsteward',
    '.RI [ options ]',
    '.I command',
    '.RI [ arguments ]',
    '.SH DESCRIPTION',
    ...description.flatMap((text) => ['.PP', roff(text)]),
    '.SH OPTIONS',
    ...program.options.flatMap(optionLines),
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    '.SH EXIT STATUS',
    ...exitStatus.flatMap(([code, meaning]) => ['.TP', `.B ${code}`, roff(meaning)]),
    '.SH SIGNALS',
    ...signals.flatMap(([name, meaning]) => ['.TP', `.B ${name}`, roff(meaning)]),
    '.SH ENVIRONMENT',
    ...environment.flatMap(([name, meaning]) => ['.TP', `.B ${name}`, roff(meaning)]),
    '.SH FILES',
    ...files.flatMap(([name, meaning]) => ['.TP', `.I ${roff(name)}`, roff(meaning)]),
    '.SH SEE ALSO',
    '.BR systemctl (1),',
    '.BR journalctl (1),',
    '.BR systemd.exec (5).',
    '.PP',
    roff('More is in /usr/share/doc/upsteward.'),
  ].join('\n')}\n`;
}

const description = [
  'upsteward runs on a server next to Smart-UPS units, reads them, and tells a reseller who has accepted in time that a battery, a warranty or a service plan runs out.',
  'The agent runs as the service upsteward. While it runs, commands ask it over a socket in its state folder; otherwise they open the folder themselves for a moment. Run them as root or as the user upsteward.',
];

const exitStatus = [
  ['0', 'Done.'],
  ['1', 'Refused or failed, with the reason on standard error.'],
  ['2', 'Wrong usage.'],
  ['3', 'No UPS was read (poll).'],
  ['78', 'The agent cannot start before somebody has put the config or the state right (run).'],
] as const;

const signals = [
  ['SIGTERM, SIGINT', 'End the agent in order: a mail that is on its way arrives.'],
  ['SIGHUP', 'Read the config again; one with mistakes is refused, and the old one stays in use.'],
] as const;

const environment = [
  ['UPSTEWARD_CONFIG', 'The config file, unless --config names one.'],
  ['UPSTEWARD_MAIL_PASSWORD, UPSTEWARD_UPS_...', 'Secrets that the config file does not hold.'],
  ['CREDENTIALS_DIRECTORY', 'A folder with secrets, one a file, as systemd makes it from LoadCredential=.'],
  ['STATE_DIRECTORY', 'The state folder, unless the config names one.'],
] as const;

const files = [
  ['/etc/upsteward/config.yaml', 'The config. A copy with every key is /usr/lib/upsteward/config/sample.yaml.'],
  ['/var/lib/upsteward', 'The state: what the agent must not forget. Back it up as a whole.'],
  ['/usr/lib/systemd/system/upsteward.service', 'The service. Change it with systemctl edit upsteward.'],
] as const;

function commandLines(command: DescribedCommand): string[] {
  const call = [...command.words, ...command.arguments.map(({ shown }) => shown)].join(' ');
  const sentence = command.description.charAt(0).toUpperCase() + command.description.slice(1);
  return [
    `.SS ${quoted(call)}`,
    roff(/[.?!]$/.test(sentence) ? sentence : `${sentence}.`),
    ...command.arguments
      .filter((argument) => argument.description !== '')
      .flatMap((argument) => [
        '.TP',
        `.I ${roff(argument.shown.replaceAll(/[<>[\]]/g, ''))}`,
        roff(argument.description),
      ]),
    ...command.options.filter(({ names }) => !names.includes('--help')).flatMap(optionLines),
  ];
}

function optionLines({ flags, fully }: DescribedOption): string[] {
  return ['.TP', `.B ${roff(flags)}`, roff(fully)];
}

/** Text of one line as roff sets it: backslashes, dashes and control characters at its start are meant as they are. */
function roff(text: string): string {
  const escaped = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll(/\s+/g, ' ').trim();
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

const quoted = (text: string): string => `"${roff(text).replaceAll('"', '\\(dq')}"`;

const firstToLower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
