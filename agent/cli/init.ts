/** The command `init`: what can be written behind it, and the machine it runs on. */
import { accessSync, constants, existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { placeOptions } from './discover.ts';
import { type Here, questions } from './init-questions.ts';
import type { Interview } from './interview.ts';
import { agentsUser } from './owner.ts';
import type { GlobalOptions } from './session.ts';

/** Adds `init` to the program. */
export function addInit(program: Command, globals: () => GlobalOptions): void {
  const command = program
    .command('init')
    .description('write the first config: asks what it cannot know, finds UPS units, tries the mail server');
  for (const { flags, words } of questions) command.option(flags, words);
  command
    .option('--mail-password-file <file>', 'file that holds the password for the mail server')
    .addOption(
      new Option('--range <range>', 'addresses to search for UPS units; may be repeated').argParser(
        (text: string, before: readonly string[] = []) => [...before, text],
      ),
    );
  for (const option of placeOptions()) command.addOption(option);
  command
    .option('--community-file <file>', 'file that holds the SNMP read community of the cards, if it is not public')
    .option('--no-discover', 'do not look for UPS units')
    .option('--no-mail-test', 'do not try the mail server')
    .option('--send-test-mail', 'send a test mail to the contact')
    .option('--yes', 'ask nothing: take the options, and what is usual for the rest')
    .option('--force', 'write a new config although there is one; the old one is kept')
    .action(async (options: { yes?: boolean }) => {
      const { runInit } = await import('./init-run.ts');
      const { InitUsage } = await import('./init-answers.ts');
      const { stdin, stdout, stderr, env } = process;
      const asks = stdin.isTTY && stdout.isTTY && options.yes !== true;
      const interview = asks ? await atTerminal() : undefined;
      try {
        await runInit(globals(), options, {
          env,
          stdout,
          stderr,
          interview,
          here: thisMachine(env),
          now: () => new Date(),
          owner: agentsUser(),
          service: serviceFiles.some((path) => existsSync(path)),
        });
      } catch (error) {
        if (!(error instanceof InitUsage)) throw error;
        command.error(`upsteward: ${error.message.replaceAll('\n', '\nupsteward: ')}`, { exitCode: 2 });
      } finally {
        interview?.close();
      }
    });
}

const serviceFiles = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'].map(
  (folder) => `${folder}/upsteward.service`,
);

async function atTerminal(): Promise<Interview> {
  const { TerminalInterview } = await import('./interview.ts');
  return new TerminalInterview(process.stdin, process.stdout);
}

function thisMachine(env: NodeJS.ProcessEnv): Here {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return {
    timeZone,
    systemState: mayWrite(env['STATE_DIRECTORY'] || '/var/lib/upsteward'),
  };
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
