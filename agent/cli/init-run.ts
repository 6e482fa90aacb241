/** Carries `init` out: answers, units, the mail path, the config, and what comes next. */
import { accessSync, constants, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  type Config,
  ConfigError,
  configPath,
  Draft,
  formatListen,
  formatProblem,
  isUntouched,
  type NewFile,
  type Owner,
  placeFiles,
  readSample,
} from '../../config/config.ts';
import type { DiscoveryWorld } from '../discovery/discover.ts';
import { OperationError } from '../operations/desk.ts';
import { printable } from '../poll.ts';
import { type InitOptions, takeAnswers } from './init-answers.ts';
import { sendTestMail, tryMailPath } from './init-mail.ts';
import type { Here } from './init-questions.ts';
import { findUnits } from './init-units.ts';
import { cancelled, confirmed, type Interview } from './interview.ts';
import type { ProgressOutput } from './progress.ts';
import type { GlobalOptions } from './session.ts';

/** What the command may use of its process. */
export interface InitProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: ProgressOutput;
  /** Absent where nobody can be asked. */
  readonly interview?: Interview | undefined;
  readonly here: Here;
  readonly now: () => Date;
  /** Who shall own what is written, where this process may say so. */
  readonly owner?: Owner | undefined;
  /** Whether a service of systemd is installed. */
  readonly service: boolean;
  readonly world?: DiscoveryWorld;
}

/** @throws InitUsage, DiscoveryError, OperationError, ConfigError; nothing was written then */
export async function runInit(globals: GlobalOptions, options: InitOptions, process: InitProcess): Promise<void> {
  const { env, interview, here, now, stderr, stdout } = process;
  const path = configPath(globals.config, env);
  const sample = await readSample();
  const force = options['force'] === true;
  await mayWrite(path, sample.text, force);
  const say = (line: string): void => void stdout.write(`${printable(line)}\n`);
  interview?.say(
    `This writes ${path}. Enter takes what stands in brackets, Ctrl-C ends it; nothing is written before you say so.\n`,
  );
  const draft = new Draft(path, sample, env);
  await takeAnswers(draft, options, here, interview);
  if (options['mailTest'] !== false) {
    await tryMailPath(draft, async () => await configOf(draft), here, interview, say);
    const wanted = options['sendTestMail'] === true;
    const asked =
      interview !== undefined && !wanted && (await confirmed(interview, 'Send yourself a test mail', 'yes'));
    if (wanted || asked) await sendTestMail(await configOf(draft), now(), say);
  }
  await findUnits({ draft, options, interview, stderr, world: process.world });
  const config = await configOf(draft, say);
  interview?.say('');
  if (interview !== undefined && !(await confirmed(interview, `Write ${path}`, 'yes'))) throw cancelled();
  const suffix = `.before-init-${now()
    .toISOString()
    .replaceAll(/[^0-9TZ]/g, '')}`;
  const kept = await write(path, filesOf(draft), { backupSuffix: suffix, owner: process.owner });
  for (const { path: written } of filesOf(draft)) say(`Written: ${written}`);
  for (const each of kept) say(`What was there is kept as ${each}`);
  const byOption = globals.config !== undefined && globals.config !== env['UPSTEWARD_CONFIG'];
  for (const line of nextSteps(byOption ? path : undefined, config, process.service)) say(line);
}

/** Before anybody answers questions in vain. */
async function mayWrite(path: string, sample: string, force: boolean): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text !== undefined && !force && !isUntouched(text, sample))
    throw new OperationError(
      'exists',
      `${path} is a config already; edit it, or write a new one with --force (the old one is kept beside it)`,
    );
  let folder = dirname(resolve(path));
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new OperationError(
      'read-only',
      `${folder} cannot be written by this user; run it as root, or name another file: upsteward --config FILE init`,
    );
  }
}

/** The draft as the loader understands it. @throws ConfigError with all its mistakes */
async function configOf(draft: Draft, say: (line: string) => void = () => {}): Promise<Config> {
  const { config, problems } = await draft.check();
  if (config === undefined) throw new ConfigError(problems);
  for (const problem of problems) say(formatProblem(problem));
  return config;
}

function filesOf(draft: Draft): NewFile[] {
  const secrets = [...draft.secretFiles].map(([name, text]) => ({ path: draft.beside(name), text, mode: 0o600 }));
  return [...secrets, { path: draft.path, text: draft.text, mode: 0o640 }];
}

async function write(
  path: string,
  files: readonly NewFile[],
  how: Parameters<typeof placeFiles>[1],
): Promise<string[]> {
  try {
    return await placeFiles(files, how);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new OperationError('not-written', `${path} was not written: ${why}`);
  }
}

/** What to do now, with commands that can be typed as they stand. */
function nextSteps(path: string | undefined, config: Config, service: boolean): string[] {
  const named = path === undefined ? '' : ` --config ${shellWord(path)}`;
  const email = config.reseller?.email;
  const page = config.portal.enabled ? `http://${formatListen(config.portal.listen)}` : undefined;
  return [
    '',
    'Next:',
    ...(config.ups.length > 0
      ? []
      : [`  Add your UPS units    upsteward${named} discover RANGE --write, or the list \`ups:\` in the file`]),
    `  Start the agent       ${service ? 'systemctl enable --now upsteward' : `upsteward${named} run`}`,
    `  See what it knows     upsteward${named} status`,
    ...(page === undefined ? [] : [`  The page              ${page}`]),
    `  Look at everything    upsteward${named} doctor`,
    ...(email === undefined
      ? [
          `  Invite a reseller     write \`reseller.email\` into the file, then upsteward${named} reload`,
          '                        Nobody but you is told anything before that.',
        ]
      : [
          `  The invitation        goes to ${email} when the agent starts. It holds a code; when you are told it:`,
          `                        upsteward${named} reseller accept CODE`,
        ]),
  ];
}

function shellWord(text: string): string {
  return /^[\w./@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
