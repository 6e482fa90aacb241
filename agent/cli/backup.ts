/** The commands that take the state out and bring it back: `backup`, `restore`, `export`. */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { ConfigError, configPath, isUntouched, placeFiles, readSample } from '../../config/config.ts';
import type { Backup } from '../store/backup.ts';
import { StoreError } from '../store/port.ts';
import { agentsUser } from './owner.ts';
import type { GlobalOptions } from './session.ts';

const json = (): Option => new Option('--json', 'print the answer as JSON');

interface RestoreOptions {
  readonly json?: boolean;
  readonly replace?: boolean;
  readonly resend?: boolean;
}

/** Adds `backup`, `restore` and `export` to the program. */
export function addBackup(program: Command, globals: () => GlobalOptions): void {
  program
    .command('backup')
    .argument('<file>', 'a file that does not exist yet')
    .description('write the state and the config file into one file, also while the agent runs; keep it secret')
    .addOption(json())
    .action(async (file: string, options: { json?: boolean }) => await backup(globals(), file, options.json ?? false));
  program
    .command('restore')
    .argument('<file>', 'what `upsteward backup` wrote')
    .option('--replace', 'where there is a state already, set it aside first')
    .option('--resend', 'send what fell due since the backup; otherwise it is taken as told')
    .description('bring a backup back, while no agent runs')
    .addOption(json())
    .action(async (file: string, options: RestoreOptions) => await restore(globals(), file, options));
  program
    .command('export')
    .argument('<ups>', 'name of the UPS')
    .description('print everything that is known of one UPS, as JSON')
    .action(async (name: string) => {
      const { carryOut } = await import('./session.ts');
      const { result } = await carryOut(globals(), 'export', { name });
      process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`);
    });
}

async function backup(globals: GlobalOptions, path: string, asJson: boolean): Promise<void> {
  const { carryOut } = await import('./session.ts');
  const config = await readFile(configPath(globals.config, process.env), 'utf8').catch(() => undefined);
  // Opened first: without an agent this process goes on as the owner of the state folder, who may not write here.
  const target = await open(path, 'wx', 0o600).catch((cause: Error) => {
    throw new StoreError('write-failed', `Cannot write ${path}: ${cause.message}`, { retry: false, cause });
  });
  try {
    const { result } = await carryOut(globals, 'backup', config === undefined ? {} : { config });
    const { path: part } = result as { path: string };
    try {
      const bytes = await readFile(part);
      await target.writeFile(bytes);
      await target.sync();
      const done = { file: path, bytes: bytes.length };
      process.stdout.write(
        asJson ? `${JSON.stringify(done)}\n` : `Written: ${path}, ${done.bytes} bytes. It holds secrets.\n`,
      );
    } finally {
      await rm(part, { force: true });
    }
  } catch (error) {
    await rm(path, { force: true }).catch(() => {});
    throw error;
  } finally {
    await target.close();
  }
}

async function restore(globals: GlobalOptions, path: string, options: RestoreOptions): Promise<void> {
  const { readBackup, fillStore } = await import('../store/backup.ts');
  const { readConfig, withOffice } = await import('./session.ts');
  const { takeAsTold } = await import('../operations/restored.ts');
  const from = await readBackup(path);
  const configWritten = await bringConfigBack(configPath(globals.config, process.env), from);
  const { config } = await readConfig(globals);
  const told = await withOffice(
    config,
    async ({ desk }) => (options.resend ? undefined : await takeAsTold(desk, from.at)),
    async (openState) => {
      if (options.replace) await setAside(config.stateDir);
      const store = await openState();
      if (store.list('').length > 0) {
        await store.close();
        throw new StoreError(
          'conflict',
          `${config.stateDir} holds a state already. To set it aside and restore the backup, add --replace.`,
          { retry: false },
        );
      }
      await fillStore(store, from);
      return store;
    },
  );
  const done = { backup: from.at, configWritten, ...(told ? { takenAsTold: told } : {}) };
  process.stdout.write(options.json ? `${JSON.stringify(done, undefined, 2)}\n` : `${restoredText(done)}\n`);
}

function restoredText(done: {
  readonly backup: string;
  readonly configWritten: boolean;
  readonly takenAsTold?: { readonly messages: number; readonly notices: number };
}): string {
  const told = done.takenAsTold;
  return [
    `Restored the state of ${done.backup}.`,
    ...(done.configWritten
      ? ['The config file was missing, or nobody had filled it in: it is that of the backup now.']
      : []),
    ...(told ? [`Taken as told, since it may have been sent after the backup: ${told.notices} notice(s).`] : []),
  ].join('\n');
}

/**
 * Where there is no config file, or one that nobody has filled in (a package brings it), the one in the backup is written,
 * for the user of the service to read. Gives back whether it was.
 */
async function bringConfigBack(path: string, from: Backup): Promise<boolean> {
  if (from.config === undefined) return false;
  const there = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? undefined : error,
  );
  if (there instanceof Error) return false;
  if (there !== undefined && !isUntouched(there, (await readSample()).text)) return false;
  try {
    const files = [{ path, text: from.config, mode: 0o640 }];
    await placeFiles(files, { backupSuffix: `.before-restore-${stamp()}`, owner: agentsUser() });
    return true;
  } catch (error) {
    const message = `there is no config yet, and it cannot be written: ${error instanceof Error ? error.message : error}`;
    throw new ConfigError([{ severity: 'error', file: path, line: 1, column: 1, path: '', message }]);
  }
}

/** The moment, as part of a file name. */
const stamp = (): string => new Date().toISOString().replaceAll(/[^0-9TZ]/g, '');

/** Moves what the store wrote into a folder beside it; nothing is deleted. */
async function setAside(stateDir: string): Promise<void> {
  const names = (await readdir(stateDir)).filter((name) => /^(?:state\.|journal\.|history$)/.test(name));
  if (names.length === 0) return;
  const aside = join(stateDir, `before-restore-${stamp()}`);
  await mkdir(aside, { mode: 0o700 });
  for (const name of names) await rename(join(stateDir, name), join(aside, name));
}
