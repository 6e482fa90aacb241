/** Carries `discover` out: what is known, the search with its progress, and into the config with what is new. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  addUps,
  type Config,
  ConfigEditError,
  ConfigError,
  configPath,
  loadConfig,
  writtenUps,
} from '../../config/config.ts';
import { ask } from '../control/client.ts';
import { blockOf } from '../discovery/block.ts';
import { type DiscoveryResult, type DiscoveryWorld, discover, type Progress } from '../discovery/discover.ts';
import { isNew, type KnownUnit, type Sighting } from '../discovery/finding.ts';
import { type Community, introductionsOf } from '../discovery/introductions.ts';
import { printable } from '../poll.ts';
import { realTimers } from '../polling/timers.ts';
import { jsonOf, textOf, yamlOf } from './discover-print.ts';
import { type DiscoverOptions, placesOf } from './discover-request.ts';
import { ProgressBar, type ProgressOutput } from './progress.ts';
import type { GlobalOptions } from './session.ts';

type Env = DiscoverProcess['env'];
type Say = (line: string) => void;
type WrittenUnit = KnownUnit & { readonly written: unknown };

/** What the command may use of its process. */
export interface DiscoverProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: ProgressOutput;
  readonly signal: AbortSignal;
  readonly world?: DiscoveryWorld;
}

/** Searches and prints. Returns the exit code: 0, or 3 if no UPS was found. @throws DiscoveryError, ConfigEditError */
export async function runDiscover(
  globals: GlobalOptions,
  ranges: readonly string[],
  options: DiscoverOptions,
  { env, stdout, stderr, signal, world }: DiscoverProcess,
): Promise<number> {
  const path = configPath(globals.config, env);
  const say = (line: string): void => void stderr.write(`${printable(line)}\n`);
  const units = await knownUnits(path, env, say);
  const bar = new ProgressBar(stderr, realTimers.monotonic);
  const onStop = () => bar.say('Stopping; once more to end at once.');
  signal.addEventListener('abort', onStop, { once: true });
  const request = {
    ...placesOf(ranges, options),
    allowLarge: options.yes === true,
    introductions: introductionsOf(await communities(options, env), units),
    known: units,
    ...(options.rate !== undefined && { rate: options.rate }),
  };
  let result: DiscoveryResult;
  try {
    const onProgress = ({ sighting, ...state }: Progress) => {
      if (sighting !== undefined) bar.say(sightingText(sighting));
      bar.update(state);
    };
    result = await discover(request, { signal, onProgress, ...(world && { world }) });
  } finally {
    bar.end();
    signal.removeEventListener('abort', onStop);
  }
  for (const remark of result.remarks) say(remark);
  const added = options.write === true ? await write(path, result, env, say) : undefined;
  stdout.write(options.json === true ? jsonOf(result, added) : textOf(result, added, path));
  return result.findings.length === 0 ? 3 : 0;
}

function sightingText({ place, driver, reading }: Sighting): string {
  return `${place}: ${reading.fields['device.model']?.value ?? 'a UPS'} (${driver})`;
}

async function communities(
  { community = [], communityFile = [] }: DiscoverOptions,
  env: Env,
): Promise<readonly Community[]> {
  const fromFiles = communityFile.map(async (file): Promise<Community> => {
    const value = (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
    return { value, file: resolve(file) };
  });
  const given = [...community.map((value): Community => ({ value })), ...(await Promise.all(fromFiles))];
  const fromEnvironment = env['UPSTEWARD_COMMUNITY'];
  if (given.length > 0 || !fromEnvironment) return given;
  return [{ value: fromEnvironment, unwritten: true }];
}

/** The units of the config, if there is one: a search needs none. */
async function knownUnits(path: string, env: Env, say: Say): Promise<readonly WrittenUnit[]> {
  const config = await readConfig(path, env, say);
  if (config === undefined) return [];
  const serials = await serialsFrom(config.stateDir);
  const sections = await writtenUps(path).catch(() => []);
  return config.ups.map(({ name, driver }, index) => {
    const serial = serials.get(name);
    const written = sections[index]?.[driver.name];
    return { name, driver: driver.name, options: driver.options, written, ...(serial !== undefined && { serial }) };
  });
}

async function readConfig(path: string, env: Env, say: Say): Promise<Config | undefined> {
  try {
    return (await loadConfig({ path, env })).config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (error.problems.some((problem) => problem.path !== 'file'))
      say(`${path} has mistakes (\`upsteward check\` lists them): what is found is not compared with it.`);
    return undefined;
  }
}

/** What a running agent has read: a unit may be configured by a name, and found by its address. */
async function serialsFrom(stateDir: string): Promise<ReadonlyMap<string, string>> {
  const answer = await ask(stateDir, { command: 'status', args: {} }, 5000).catch(() => undefined);
  const { ups = [] } = (answer ?? {}) as { ups?: { ups: string; facts?: { 'device.serial'?: { value: string } } }[] };
  return new Map(
    ups.flatMap(({ ups: name, facts }) => {
      const serial = facts?.['device.serial']?.value;
      return serial === undefined ? [] : [[name, serial] as const];
    }),
  );
}

async function write(path: string, { findings }: DiscoveryResult, env: Env, say: Say): Promise<readonly string[]> {
  const blocks = findings.filter(isNew).map((finding) => blockOf(finding, 'written'));
  if (blocks.length === 0) return [];
  try {
    return await addUps(path, blocks, { env });
  } catch (error) {
    if (error instanceof ConfigEditError) {
      const shown = findings.filter(isNew).map((finding) => blockOf(finding, 'shown'));
      say('Nothing was written. Add to the list `ups:` by hand:');
      for (const line of yamlOf(shown).split('\n')) say(line);
    }
    throw error;
  }
}
