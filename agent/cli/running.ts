/** The commands for a running agent, which nobody else can answer: `health` and `reload`. */
import { type Command, Option } from 'commander';
import type { HealthOutput, ReloadOutput } from '../commands.ts';
import { ControlError } from '../control/protocol.ts';
import { printable } from '../poll.ts';
import { healthText } from './print.ts';
import type { GlobalOptions } from './session.ts';

/** A reload may wait for drivers to close. */
const reloadMs = 60_000;

export function addRunning(program: Command, globals: () => GlobalOptions): void {
  const answer = async <T>(
    command: string,
    asJson: boolean | undefined,
    print: (result: T) => string,
    silenceMs?: number,
  ): Promise<T> => {
    const { askRunning } = await import('./session.ts');
    const result = (await askRunning(globals(), command, silenceMs)) as T;
    process.stdout.write(`${asJson ? JSON.stringify(result, undefined, 2) : print(result)}\n`);
    return result;
  };
  program
    .command('health')
    .description('ask the running agent whether its work goes on (exit code 1 if it does not, or if none is running)')
    .addOption(new Option('--json', 'print the answer as JSON'))
    .action(async (options: { json?: boolean }) => {
      const { stuck } = await answer<HealthOutput>('health', options.json, healthText);
      if (stuck.length > 0) process.exitCode = 1;
    });
  program
    .command('reload')
    .description('let the running agent read its config again (exit code 1 if it has mistakes: the old one stays)')
    .addOption(new Option('--json', 'print the answer as JSON'))
    .action(async (options: { json?: boolean }) => {
      const words = ({ ups, remarks }: ReloadOutput): string =>
        [`The config was read again: ${ups} UPS.`, ...remarks.map(printable)].join('\n');
      try {
        await answer<ReloadOutput>('reload', options.json, words, reloadMs);
      } catch (error) {
        // The socket stands in the state folder: an agent that still has the old one is not found by the new file.
        if (error instanceof ControlError && error.code === 'not-running')
          process.stderr.write('If you changed `stateDir`, restart the agent: a reload does not move it.\n');
        throw error;
      }
    });
}
