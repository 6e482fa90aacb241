#!/usr/bin/env node
/** The command line. It reads arguments and prints answers; what is done is done elsewhere. */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ConfigError, checkConfig, configPath, formatProblem, printConfig } from '../config/config.ts';
import { DriverError } from '../drivers/contract.ts';
import { driverForUrl, isTarget, loadDriver } from '../drivers/registry.ts';
import { addAccess } from './cli/access.ts';
import { addBackup } from './cli/backup.ts';
import { addBattery } from './cli/battery.ts';
import { addCapture } from './cli/capture.ts';
import { addDates } from './cli/dates.ts';
import { addDiscover } from './cli/discover.ts';
import { addDoctor } from './cli/doctor.ts';
import { addFacts } from './cli/facts.ts';
import { addInit } from './cli/init.ts';
import { addPassword } from './cli/password.ts';
import { eventsText, previewText, resellerText, statusText } from './cli/print.ts';
import { addRecords } from './cli/records.ts';
import { addRunning } from './cli/running.ts';
import type { GlobalOptions } from './cli/session.ts';
import type { CliTools } from './cli/tools.ts';
import type { StatusOutput } from './commands.ts';
import { DiscoveryError } from './discovery/error.ts';
import type { ConnectionView, EventView } from './operations/overview.ts';
import type { PreviewedMail } from './operations/preview.ts';
import type { Moved } from './operations/reseller.ts';
import { exitCodeOf, type PollOutput, pollOutput, pollText, printable } from './poll.ts';
import { realTimers } from './polling/timers.ts';
import { StoreError } from './store/port.ts';
import { version } from './version.ts';

/**
 * Exit codes; 3 (no UPS was read) is that of a verdict. 78 is what sysexits.h and systemd call a mistake in the
 * configuration: starting again is of no use.
 */
const exitCodes = { done: 0, failed: 1, usage: 2, cannotStart: 78 } as const;

/** What works on the state is loaded where it is needed: most commands are over before that. */
const session = async (): Promise<typeof import('./cli/session.ts')> => await import('./cli/session.ts');

const json = (): Option => new Option('--json', 'print the answer as JSON');

/** All commands with their arguments, options and descriptions. */
export function buildProgram(): Command {
  const program = new Command('upsteward')
    .description('Watches every Smart-UPS on your own server and tells your reseller before something runs out.')
    .version(version)
    .addOption(
      new Option('-c, --config <file>', 'the config file')
        .env('UPSTEWARD_CONFIG')
        .default(undefined, '/etc/upsteward/config.yaml'),
    )
    .showHelpAfterError('Run `upsteward --help` or `upsteward COMMAND --help` to see what can be written.')
    .addHelpText('after', helpAfter)
    .exitOverride();
  const globals = (): GlobalOptions => program.opts<GlobalOptions>();

  addInit(program, globals);
  program
    .command('run')
    .description('run the agent: SIGTERM ends it in order, SIGHUP reads the config again')
    .option('--trust-clock', 'believe the clock although the state was written at a later time')
    .action(async (options: { trustClock?: boolean }) => await run(globals(), options.trustClock ?? false));
  program
    .command('check')
    .description('check the config file and list all mistakes at once (exit code 1 if there are any)')
    .option('--print', 'print the config with all defaults, secrets hidden')
    .addOption(json())
    .action(async (options: { json?: boolean; print?: boolean }) => await check(globals(), options));
  program
    .command('poll')
    .argument('<target>', 'name of a UPS in the config, or a target such as snmp://10.0.0.5?community=public')
    .description('read one UPS now and print its facts (exit code 3 if no UPS was read)')
    .addOption(json())
    .action(
      async (target: string, options: { json?: boolean }) => await poll(globals(), target, options.json ?? false),
    );
  program
    .command('status')
    .description('show all UPS, their dates and open events, and the reseller')
    .addOption(json())
    .action(async (options: { json?: boolean }) => {
      await show<StatusOutput>(globals(), 'status', {}, options.json, statusText);
    });
  program
    .command('events')
    .description('list the open events, what was told of them, and whether a reminder is possible')
    .option('--all', 'also those that are resolved')
    .addOption(json())
    .action(async (options: { json?: boolean; all?: boolean }) => {
      await show<EventView[]>(globals(), 'events', { all: options.all ?? false }, options.json, eventsText);
    });
  program
    .command('remind')
    .argument('<ups>', 'name of the UPS')
    .argument('<event>', 'id of the event, for instance battery-replacement-due')
    .description('send the reseller a reminder of one open event, at once')
    .addOption(json())
    .action(async (name: string, event: string, options: { json?: boolean }) => {
      await show<{ to: string }>(
        globals(),
        'remind',
        { name, event },
        options.json,
        ({ to }) => `A reminder goes to ${to}.`,
      );
    });
  program
    .command('preview')
    .description('show who gets which mail on which day if nothing changes')
    .addOption(new Option('--days <number>', 'how far to look ahead').argParser(dayCount).default(400))
    .option('--accepted', 'suppose that the reseller accepts today')
    .option('--text', 'print each mail in full')
    .addOption(json())
    .action(async (options: { json?: boolean; days: number; accepted?: boolean; text?: boolean }) => {
      const args = { days: options.days, accepted: options.accepted ?? false };
      await show<PreviewedMail[]>(globals(), 'preview', args, options.json, (mails) =>
        options.text
          ? mails
              .map((mail) => `${mail.day}  ${mail.to}\n${mail.subject}\n\n${mail.text}`)
              .join(`\n${'-'.repeat(76)}\n`)
          : previewText(mails, args.days),
      );
    });
  program
    .command('test-mail')
    .description("send a test mail to the site's contact")
    .option('--to <address>', 'send it to another address')
    .addOption(json())
    .action(async (options: { json?: boolean; to?: string }) => {
      const args = options.to === undefined ? {} : { to: options.to };
      await show<{ to: string; reply: string }>(
        globals(),
        'test-mail',
        args,
        options.json,
        ({ to, reply }) => `The mail server took a test mail to ${to}: ${reply}`,
      );
    });
  const tools: CliTools = {
    ask: async <T>(command: string, args: object) => (await carriedOut(globals(), command, args)).result as T,
    show: async (...args) => await show(globals(), ...args),
    // A file or a pipe gets a table as it is; a terminal, nothing that it would obey.
    write: (text) => process.stdout.write(process.stdout.isTTY ? text.split('\n').map(printable).join('\n') : text),
  };
  addBattery(program, tools);
  addRunning(program, globals);
  addFacts(program, tools);
  addDates(program, tools);
  addRecords(program, tools);
  addAccess(program, tools);
  addDiscover(program, globals);
  addReseller(program, globals);
  addBackup(program, globals);
  addDoctor(program, globals);
  addPassword(program, globals);
  addCapture(program, globals);
  return program;
}

function dayCount(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) <= 4000) return Number(text);
  throw new InvalidArgumentError('Write a whole number from 0 to 4000.');
}

const helpAfter = `
Exit codes: 0 done, 1 refused or failed (check: the config has mistakes), 2 wrong usage, 3 no UPS was read,
78 the agent cannot start before somebody has put the config or the state right.

Files: /etc/upsteward/config.yaml, state in stateDir (/var/lib/upsteward).`;

function addReseller(program: Command, globals: () => GlobalOptions): void {
  const reseller = program.command('reseller').description('the relation with your reseller');
  reseller
    .command('status')
    .description('show whether the reseller is invited, has accepted, or has left')
    .addOption(json())
    .action(async (options: { json?: boolean }) => {
      await show<ConnectionView>(globals(), 'reseller status', {}, options.json, resellerText);
    });
  const plain = {
    invite: ['send a new invitation to the address in the config', 'pending'],
    cancel: ['withdraw an invitation that was not answered', 'cancelled'],
    disconnect: ['end the connection: the reseller gets nothing from now on', 'disconnected'],
  } as const;
  for (const [name, [description, wanted]] of Object.entries(plain)) {
    reseller
      .command(name)
      .description(description)
      .addOption(json())
      .action(async (options: { json?: boolean }) => await answer(globals(), name, {}, options.json, [wanted]));
  }
  const answers = {
    accept: ['the reseller accepts: type the code of the invitation', ['confirmed']],
    decline: ['the reseller declines, or opts out after having accepted', ['declined', 'opted-out']],
  } as const;
  for (const [name, [description, wanted]] of Object.entries(answers)) {
    reseller
      .command(name)
      .argument('<code>', 'the code in the invitation')
      .description(description)
      .addOption(json())
      .action(
        async (code: string, options: { json?: boolean }) =>
          await answer(globals(), name, { code }, options.json, wanted),
      );
  }
}

/** A move of the connection: exit code 1 when what was asked for does not hold afterwards. */
async function answer(
  globals: GlobalOptions,
  name: string,
  args: Record<string, unknown>,
  asJson: boolean | undefined,
  wanted: readonly string[],
): Promise<void> {
  const result = await show<Moved>(globals, `reseller ${name}`, args, asJson, ({ says }) => `Reseller: ${says}.`);
  if (!wanted.includes(result.state)) process.exitCode = exitCodes.failed;
}

async function show<T>(
  globals: GlobalOptions,
  command: string,
  args: object,
  asJson: boolean | undefined,
  print: (result: T) => string,
): Promise<T> {
  const { result, offline } = await carriedOut(globals, command, args);
  process.stdout.write(`${asJson ? JSON.stringify(result, undefined, 2) : print(result as T)}\n`);
  const sends = ['remind', 'retry', 'reseller invite'].includes(command);
  if (offline && sends) process.stderr.write('The agent is not running; the mail leaves when it does.\n');
  return result as T;
}

async function carriedOut(globals: GlobalOptions, command: string, args: object) {
  const { carryOut } = await session();
  return await carryOut(globals, command, { ...args });
}

async function check(globals: GlobalOptions, options: { json?: boolean; print?: boolean }): Promise<void> {
  const path = configPath(globals.config, process.env);
  const { config, problems } = await checkConfig({ path, env: process.env });
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (options.json) process.stdout.write(`${JSON.stringify({ ok: errors === 0, problems }, undefined, 2)}\n`);
  else {
    for (const problem of problems) process.stdout.write(`${formatProblem(problem)}\n`);
    if (errors === 0) process.stdout.write(`${path}: ok, ${config?.ups.length ?? 0} UPS\n`);
    if (options.print && config) process.stdout.write(printConfig(config));
  }
  if (errors > 0) process.exitCode = exitCodes.failed;
}

async function poll(globals: GlobalOptions, target: string, asJson: boolean): Promise<void> {
  const output = isTarget(target) ? await pollOnce(target) : await (await session()).pollConfigured(globals, target);
  process.stdout.write(`${asJson ? JSON.stringify(output, undefined, 2) : pollText(output)}\n`);
  process.exitCode = exitCodeOf(output.verdict);
}

/** A target that is in no config: nothing is stored. */
async function pollOnce(target: string): Promise<PollOutput> {
  const { name, options } = driverForUrl(target);
  const module = await loadDriver(name);
  const { host, pathname } = new URL(target);
  const ups = host === '' ? pathname : host;
  const driver = module.create(options, {
    ups,
    monotonic: realTimers.monotonic,
    log: (level, message) => {
      if (level === 'warn') process.stderr.write(`${message}\n`);
    },
  });
  try {
    const today = new Date().toISOString().slice(0, 10);
    return await pollOutput({ name: ups, driver: name, today, read: async () => await driver.read() });
  } finally {
    await driver.close();
  }
}

async function run(globals: GlobalOptions, trustClock: boolean): Promise<void> {
  const { runService } = await import('./cli/service.ts');
  try {
    await runService(configPath(globals.config, process.env), trustClock);
  } catch (error) {
    const code = report(error);
    const forSomebody = error instanceof ConfigError || (error instanceof StoreError && !error.retry);
    process.exitCode = forSomebody ? exitCodes.cannotStart : code;
  }
}

/** Foreign and own errors alike end in one sentence on standard error; only our own mistakes show where they are. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.problems.map(formatProblem).join('\n')}\n`);
    return exitCodes.failed;
  }
  if ((error instanceof DriverError && error.code === 'bad-target') || error instanceof DiscoveryError) {
    process.stderr.write(`upsteward: ${error.message}\n`);
    return exitCodes.usage;
  }
  const known = error instanceof Error && 'code' in error;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`upsteward: ${known ? error.message : stack}\n`);
  return exitCodes.failed;
}

async function main(): Promise<void> {
  // Whoever reads our output may stop early (`| head`): that is no mistake.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.done);
    throw error;
  });
  process.on('unhandledRejection', (error) => {
    process.stderr.write(
      `upsteward: a mistake in the program: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exit(exitCodes.failed);
  });
  try {
    await buildProgram().parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
}

// The manual and the completion are written from the commands, by who imports this file and does not start it.
const started = process.argv[1];
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) await main();
