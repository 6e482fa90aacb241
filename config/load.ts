/** From one file to a `Config`, or to all its problems at once. */
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { driverNames, driverOptions } from '../drivers/registry.ts';
import { buildConfig, systemStateDir } from './build.ts';
import { crossCheck } from './cross.ts';
import { type ParsedText, parseText } from './document.ts';
import { explainIssues } from './explain.ts';
import { type Files, fileSystem, isRecord, type Tree } from './input.ts';
import { fileOutline, type Outline, outlinesAt } from './json-schema.ts';
import { hiddenIssues } from './probe.ts';
import { ConfigError, type Finding, formatPath, type Path, type Place, type Problem, pathKey } from './problem.ts';
import { configSchema, type Drivers } from './schema.ts';
import { hideSecrets } from './secret.ts';
import { type ResolvedSecrets, resolveSecrets } from './secrets.ts';
import type { Config } from './types.ts';

/** Where a config comes from. Everything but the path has the real world as its default. */
export interface ConfigSources {
  /** As the operator wrote it: problems repeat it. */
  readonly path: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: `$CREDENTIALS_DIRECTORY`. */
  readonly credentialsDirectory?: string | undefined;
  readonly files?: Files;
  readonly drivers?: Drivers;
  readonly systemTimeZone?: string;
}

/** What is wrong with a config, and the config itself if nothing but warnings is. */
export interface CheckedConfig {
  /** In the order of the file. */
  readonly problems: readonly Problem[];
  readonly config?: Config;
}

export interface LoadedConfig {
  readonly path: string;
  readonly config: Config;
  readonly warnings: readonly Problem[];
}

/** The drivers of the registry. */
export function registeredDrivers(): Drivers {
  return new Map(driverNames.map((name) => [name, driverOptions(name)]));
}

/** Which file to read: `--config`, else `$UPSTEWARD_CONFIG`, else `/etc/upsteward/config.yaml`. */
export function configPath(option: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  return option || env['UPSTEWARD_CONFIG'] || '/etc/upsteward/config.yaml';
}

/** Reads the config. @throws ConfigError with every problem, if one of them is an error */
export async function loadConfig(sources: ConfigSources): Promise<LoadedConfig> {
  const { problems, config } = await checkConfig(sources);
  if (config === undefined) throw new ConfigError(problems);
  return { path: sources.path, config, warnings: problems };
}

/**
 * The state folder, as far as the file can be read at all: enough to ask a running agent while its file has mistakes.
 * Never throws for what a file may hold.
 */
export async function stateDirOf(sources: Pick<ConfigSources, 'path' | 'env' | 'files'>): Promise<string> {
  const { path, env = process.env, files = fileSystem } = sources;
  const text = await files.read(path).catch(() => '');
  const { value } = parseText(text);
  const named = isRecord(value) ? value['stateDir'] : undefined;
  return resolve(dirname(path), typeof named === 'string' && named !== '' ? named : systemStateDir(env));
}

/** Reads the config and says everything that is wrong with it. Never throws for what a file may hold. */
export async function checkConfig(sources: ConfigSources): Promise<CheckedConfig> {
  const { path, env = process.env, files = fileSystem, drivers = registeredDrivers() } = sources;
  const { credentialsDirectory = env['CREDENTIALS_DIRECTORY'] } = sources;
  let text: string;
  try {
    text = await files.read(path);
  } catch (error) {
    return { problems: [unreadable(path, error)] };
  }
  const parsed = parseText(text);
  const outline = fileOutline(drivers);
  const root = fillEmptySections(parsed.value ?? {}, outline);
  if (!isRecord(root)) {
    const message = 'is not a config; write keys such as `site:`, each with its values indented below it';
    const problem: Problem = { severity: 'error', file: path, line: 1, column: 1, path: 'YAML', message };
    return { problems: [...syntaxProblems(path, parsed), problem] };
  }
  // The page is there without a section of its own, and its password may come from the environment.
  root['portal'] ??= Object.create(null);
  const secrets = await resolveSecrets(root, drivers, { path, env, credentialsDirectory, files });
  const result = configSchema(drivers).safeParse(root);
  const issues = result.success ? [] : result.error.issues;
  const schemaFindings = explainIssues([...issues, ...issuesBehind(issues, root, drivers, outline)], {
    root,
    outline,
    secrets,
  });
  const settled = new Set(parsed.findings.filter(({ place }) => place === undefined).map((each) => pathKey(each.path)));
  const findings = [
    ...parsed.findings,
    ...[...secrets.findings, ...schemaFindings].filter((finding) => !settled.has(pathKey(finding.path))),
    ...withoutMisspelt(crossCheck(root, drivers), schemaFindings, drivers).filter(({ path: at, missing }) => {
      return missing !== true || !secrets.settled.has(pathKey(at));
    }),
    ...(await readableByOthers(path, files, secrets.plain, root, outline)),
    ...(await unreadableAuthority(path, files, root, 'mail')),
    ...(await unreadableAuthority(path, files, root, 'answers')),
  ];
  const problems = sorted([...syntaxProblems(path, parsed), ...placed(path, findings, parsed, secrets)]);
  if (!result.success || problems.some(({ severity }) => severity === 'error')) return { problems };
  const systemTimeZone = sources.systemTimeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { problems, config: buildConfig(result.data, root, drivers, { path, env, systemTimeZone }) };
}

/** A section or list that is begun but empty has no keys, rather than being no section. */
function fillEmptySections(value: unknown, outline: Outline): unknown {
  const types = outlinesAt(outline, []).flatMap(({ type }) => type ?? []);
  if (value === null && types.includes('object')) return Object.create(null);
  if (value === null && types.includes('array')) return [];
  if (Array.isArray(value)) {
    const { items } = outline;
    return items === undefined ? value : value.map((item) => fillEmptySections(item, items));
  }
  if (!isRecord(value)) return value;
  for (const [key, child] of Object.entries(value)) {
    const [below] = outlinesAt(outline, [key]);
    if (below !== undefined) value[key] = fillEmptySections(child, below);
  }
  return value;
}

/** The rules over several keys of a driver's section that its other mistakes have hidden. */
function issuesBehind(
  issues: readonly z.core.$ZodIssue[],
  root: Tree,
  drivers: Drivers,
  outline: Outline,
): z.core.$ZodIssue[] {
  const sections = new Map<string, { path: Path; issues: z.core.$ZodIssue[] }>();
  for (const issue of issues) {
    const [ups, index, driver, ...rest] = issue.path;
    if (ups !== 'ups' || typeof index !== 'number' || typeof driver !== 'string' || !drivers.has(driver)) continue;
    const path = [ups, index, driver];
    const section = sections.get(pathKey(path)) ?? { path, issues: [] };
    section.issues.push({ ...issue, path: rest });
    sections.set(pathKey(path), section);
  }
  return [...sections.values()].flatMap(({ path, issues: own }) => {
    const [, index, driver] = path;
    const units = root['ups'];
    const unit: unknown = Array.isArray(units) && typeof index === 'number' ? units[index] : undefined;
    const schema = drivers.get(String(driver))?.schema;
    const [below] = outlinesAt(outline, path);
    if (schema === undefined || below === undefined || !isRecord(unit)) return [];
    return hiddenIssues(schema, unit[String(driver)], own, below).map((issue) => ({
      ...issue,
      path: [...path, ...issue.path],
    }));
  });
}

/** A unit whose driver is only misspelt has a driver. */
function withoutMisspelt(findings: readonly Finding[], others: readonly Finding[], drivers: Drivers): Finding[] {
  const misspelt = new Set(
    others
      .filter(({ message }) => [...drivers.keys()].some((name) => message.includes(`did you mean \`${name}\``)))
      .map(({ path }) => pathKey(path.slice(0, -1))),
  );
  return findings.filter(({ path, missing }) => !(missing === true && misspelt.has(pathKey(path))));
}

async function readableByOthers(
  path: string,
  files: Files,
  plain: readonly Path[],
  root: Tree,
  outline: Outline,
): Promise<Finding[]> {
  const isDefault = (secret: Path) => {
    let value: unknown = root;
    for (const part of secret) value = (value as Record<string | number, unknown>)[part];
    return outlinesAt(outline, secret).some((each) => each.default === value);
  };
  const first = plain.find((secret) => !isDefault(secret));
  if (first === undefined || process.platform === 'win32') return [];
  const mode = await files.mode(path).catch(() => 0);
  if ((mode & 0o004) === 0) return [];
  const message = `is a secret in a file that everyone on this machine may read; run \`chmod o= ${path}\`, or write \`${first.at(-1)}File\``;
  return [{ severity: 'warning', path: first, message }];
}

async function unreadableAuthority(path: string, files: Files, root: Tree, name: string): Promise<Finding[]> {
  const section = root[name];
  const file = isRecord(section) ? section['caFile'] : undefined;
  if (typeof file !== 'string' || file.trim() === '') return [];
  const full = resolve(dirname(path), file.trim());
  const instead = 'write the path of a PEM file that the agent may read';
  const wrong = (message: string): Finding[] => [
    { severity: 'error', path: [name, 'caFile'], message: `${message}; ${instead}` },
  ];
  try {
    const text = await files.read(full);
    return text.includes('-----BEGIN CERTIFICATE-----') ? [] : wrong(`${full} holds no certificate`);
  } catch (error) {
    return wrong(`${full} ${whyNot(error)}`);
  }
}

function syntaxProblems(file: string, { syntax }: ParsedText): Problem[] {
  return syntax.map(({ place, message }) => ({ severity: 'error', file, ...place, path: 'YAML', message }));
}

/** Problems with their places. Behind a broken line only YAML's own mistakes are sure. */
function placed(file: string, findings: readonly Finding[], parsed: ParsedText, secrets: ResolvedSecrets): Problem[] {
  return findings.flatMap(({ severity, path, message, missing, place }): Problem[] => {
    const { line, column }: Place = place ?? parsed.placeOf(path);
    if (parsed.brokenFrom !== undefined && (missing === true || line >= parsed.brokenFrom)) return [];
    const text = (severity === 'error' ? hideSecrets(message, secrets.values) : message).replaceAll(
      /[\p{Cc}\u2028\u2029]+/gu,
      ' ',
    );
    return [{ severity, file, line, column, path: formatPath(path) || 'YAML', message: text }];
  });
}

function sorted(problems: readonly Problem[]): Problem[] {
  const order = (one: Problem, other: Problem) =>
    one.line - other.line || one.column - other.column || (one.path < other.path ? -1 : 1);
  return [...problems].sort(order);
}

function unreadable(file: string, error: unknown): Problem {
  const message = `${whyNot(error)}; write one, beginning with the sample file, or name another with --config`;
  return { severity: 'error', file, line: 1, column: 1, path: 'file', message };
}

function whyNot(error: unknown): string {
  const code = isRecord(error) && typeof error['code'] === 'string' ? error['code'] : 'unknown error';
  return code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
}
