/** The command `capture`: records a UPS into a folder that a bug report can carry. */
import { randomInt } from 'node:crypto';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { driverForUrl, isTarget } from '../../drivers/registry.ts';
import type { Captured } from '../capture/capture.ts';
import { printable } from '../poll.ts';
import type { GlobalOptions } from './session.ts';

interface Source {
  readonly ups: string;
  readonly driver: string;
  readonly options: unknown;
}

interface Options {
  readonly out?: string;
  readonly json?: boolean;
}

/** Adds `capture` to the program. */
export function addCapture(program: Command, globals: () => GlobalOptions): void {
  program
    .command('capture')
    .argument('<target>', 'name of a UPS in the config, or a target such as snmp://10.0.0.5?community=public')
    .option('--out <folder>', 'a folder that does not exist yet, or is empty')
    .description(
      'record what a UPS answers into a folder, for a bug report: serial numbers, names and addresses replaced',
    )
    .addOption(new Option('--json', 'print the answer as JSON'))
    .action(async (target: string, options: Options) => await record(globals(), target, options));
}

async function record(globals: GlobalOptions, target: string, { out, json }: Options): Promise<void> {
  const { capture, writeCapture } = await import('../capture/capture.ts');
  const source = isTarget(target) ? ofUrl(target) : await configured(globals, target);
  const captured = await capture({
    ...source,
    today: new Date().toISOString().slice(0, 10),
    monotonic: () => performance.now(),
    random: (below) => randomInt(below),
    log: (level, message) => {
      if (level === 'warn') process.stderr.write(`${message}\n`);
    },
  });
  const folder = resolve(out ?? folderName(source.driver, captured));
  await writeCapture(folder, captured);
  const { verdict, files, kept, replaced } = captured;
  const answer = { folder, verdict, files: [...files.keys()], replaced, kept };
  process.stdout.write(`${json ? JSON.stringify(answer, undefined, 2) : shown(folder, captured)}\n`);
}

function ofUrl(target: string): Source {
  const { name, options } = driverForUrl(target);
  const { host, pathname } = new URL(target);
  return { ups: host === '' ? pathname : host, driver: name, options };
}

async function configured(globals: GlobalOptions, name: string): Promise<Source> {
  const { readConfig } = await import('./session.ts');
  const { noSuchUps } = await import('../operations/units.ts');
  const { unitNamed } = await import('../listed.ts');
  const ups = unitNamed((await readConfig(globals)).config, name);
  if (ups === undefined) throw noSuchUps(name);
  return { ups: name, driver: ups.driver.name, options: ups.driver.options };
}

function folderName(driver: string, { model, verdict }: Captured): string {
  const words = (model ?? verdict).toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return `capture-${words.replace(/^-|-$/g, '')}-${driver}`;
}

function shown(folder: string, { verdict, files, kept, replaced }: Captured): string {
  const lines = [...files].map(([name, text]) => `  ${join(folder, name)}  ${text.split('\n').length - 1} lines`);
  const words = kept.length === 0 ? ['  none'] : kept.map((text) => `  ${printable(text)}`);
  return [
    `Read: ${verdict}. Written:`,
    ...lines,
    '',
    `${replaced} text(s) were replaced: serial numbers, names, places, addresses, and whatever is not known to be harmless.`,
    'These words stand in it as the UPS said them:',
    ...words,
    '',
    'Look the files over before you give them away: nobody else knows what must not be in them.',
  ].join('\n');
}
