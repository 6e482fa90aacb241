/**
 * Changes the config file as a careful person would: only what is asked for, everything else stays as it is written.
 * The new text is checked by the loader before it takes the place of the old one, so a file that loads keeps loading.
 */
import { Buffer } from 'node:buffer';
import { stringify } from 'yaml';
import { ConfigEditError } from './edit-error.ts';
import { fileSystem, isRecord, type Tree } from './input.ts';
import { type CheckedConfig, type ConfigSources, checkConfig } from './load.ts';
import { ChangedMeanwhile, type OriginalFile, readOriginal, replaceFile } from './replace-file.ts';
import { sectionNames } from './schema.ts';
import { NotEditable, TextEdit } from './text-edit.ts';
import type { Language } from './types.ts';
import { type UpsBlock, upsBlockText, withUniqueNames } from './ups-block.ts';
import { indented, type Scalar, setIn } from './yaml-text.ts';

/** As the loader takes them, and how the file is replaced. */
export interface EditSources extends Omit<ConfigSources, 'path'> {
  readonly replace?: (original: OriginalFile, text: string) => Promise<void>;
  /** The file may have mistakes, as long as it has none afterwards. */
  readonly mends?: boolean;
}

/** What an edit may do with the file. */
export interface ConfigFile {
  /** The value at a path, `undefined` where nothing is written. A secret in another file or the environment is not seen. */
  value(path: readonly string[]): unknown;
  set(path: readonly string[], value: Scalar): void;
  /** Removes a key, and a section that holds nothing else. Comments stay. */
  remove(path: readonly string[]): void;
  addUps(block: UpsBlock): void;
}

export interface ResellerEdit {
  /** `null` removes the address; the section goes with it unless it says that there shall be no reseller. */
  readonly email?: string | null;
  readonly language?: Language | null;
  readonly notInterested?: boolean;
}

/** Sets or removes the reseller. True if that changed the file. @throws ConfigEditError */
export async function setReseller(path: string, wanted: ResellerEdit, sources: EditSources = {}): Promise<boolean> {
  return await edit(
    path,
    (file) => {
      const section = file.value(['reseller']);
      const next = nextReseller(isRecord(section) ? section : {}, wanted);
      if (next === undefined) file.remove(['reseller']);
      // First what is set: a section without any key would go, and its comments would stand alone.
      for (const [key, value] of next ?? []) if (value !== undefined) file.set(['reseller', key], value);
      for (const [key, value] of next ?? []) if (value === undefined) file.remove(['reseller', key]);
    },
    sources,
  );
}

/** What the section shall hold, or nothing if it shall go. A mistake that was asked for is left to the loader. */
function nextReseller(now: Tree, wanted: ResellerEdit): ReadonlyMap<string, Scalar | undefined> | undefined {
  const kept = (key: string): Scalar | undefined => now[key] as Scalar | undefined;
  const keepsAddress = wanted.email === undefined && wanted.notInterested !== true;
  const keepsAnswer = wanted.notInterested === undefined && typeof wanted.email !== 'string';
  const email = keepsAddress ? kept('email') : (wanted.email ?? undefined);
  const notInterested = keepsAnswer ? kept('notInterested') : wanted.notInterested || undefined;
  const language = wanted.language === undefined ? kept('language') : (wanted.language ?? undefined);
  if (email === undefined && notInterested !== true && typeof wanted.language !== 'string') return undefined;
  return new Map<string, Scalar | undefined>(Object.entries({ email, language, notInterested }));
}

/** Adds units to the list `ups:`. Returns their names, which are made unique. @throws ConfigEditError */
export async function addUps(
  path: string,
  blocks: readonly UpsBlock[],
  sources: EditSources = {},
): Promise<readonly string[]> {
  let names: readonly string[] = [];
  await edit(
    path,
    (file) => {
      const units = file.value(['ups']);
      const taken = (Array.isArray(units) ? units : []).map((unit) => (isRecord(unit) ? String(unit['name']) : ''));
      const added = withUniqueNames(blocks, taken);
      for (const block of added) file.addUps(block);
      names = added.map(({ keys }) => keys.name);
    },
    sources,
  );
  return names;
}

/**
 * Reads the file, changes it, checks the result and puts it in the place of the file, all or nothing. True if there
 * was something to change.
 * @throws ConfigEditError; the file is as it was then
 */
export async function edit(
  path: string,
  change: (file: ConfigFile) => void,
  sources: EditSources = {},
): Promise<boolean> {
  const { replace = replaceFile, mends = false, ...others } = sources;
  const original = await readOriginal(path).catch((error: unknown) => {
    throw explained(path, error, '');
  });
  const text = original.bytes.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(original.bytes)) {
    throw new ConfigEditError('by-hand', `${path} holds characters that are not UTF-8; save it as UTF-8 first`);
  }
  const check = async (content: string): Promise<CheckedConfig> => await checkText(path, content, others);
  if (!mends) refuse(await check(text), 'invalid', `${path} has mistakes already; correct them first:`);
  const asked = new Asked(new TextEdit(text, sectionNames));
  try {
    change(asked);
    if (asked.refused !== undefined) throw asked.refused;
    if (asked.text === text) return false;
    refuse(await check(asked.text), 'bad-value', `This cannot stand in ${path}:`);
    await replace(original, asked.text);
    return true;
  } catch (error) {
    throw explained(path, error, asked.byHand);
  }
}

async function checkText(path: string, text: string, sources: Omit<ConfigSources, 'path'>): Promise<CheckedConfig> {
  const { files = fileSystem } = sources;
  const read = async (name: string): Promise<string> => (name === path ? text : await files.read(name));
  return await checkConfig({ ...sources, path, files: { read, mode: async (name) => await files.mode(name) } });
}

function refuse({ problems }: CheckedConfig, code: 'invalid' | 'bad-value', message: string): void {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new ConfigEditError(code, message, { problems: errors });
}

/** Passes everything on, and remembers it in words for a person who has to do it. */
class Asked implements ConfigFile {
  /** The first change that only a person can make. Those behind it are still taken down. */
  refused: NotEditable | undefined;
  readonly #text: TextEdit;
  readonly #written: Tree = {};
  readonly #removed = new Set<string>();
  readonly #units: UpsBlock[] = [];

  constructor(text: TextEdit) {
    this.#text = text;
  }

  get text(): string {
    return this.#text.text;
  }

  get byHand(): string {
    const written = Object.keys(this.#written).length === 0 ? '' : `Write:\n\n${stringify(this.#written)}`;
    const removed = this.#removed.size === 0 ? '' : `Remove ${[...this.#removed].join(', ')}.\n`;
    const blocks = this.#units.map((block) => indented(upsBlockText(block), 2));
    const units = blocks.length === 0 ? '' : `Add to the list \`ups:\`:\n\n${blocks.join('')}`;
    return [written, removed, units].filter((part) => part !== '').join('\n');
  }

  value(path: readonly string[]): unknown {
    return this.#text.value(path);
  }

  set(path: readonly string[], value: Scalar): void {
    setIn(this.#written, path, value);
    this.#attempt(() => this.#text.set(path, value));
  }

  remove(path: readonly string[]): void {
    if (this.#text.value(path) === undefined) return;
    this.#removed.add(`\`${path.join('.')}\``);
    this.#attempt(() => this.#text.remove(path));
  }

  addUps(block: UpsBlock): void {
    this.#units.push(block);
    this.#attempt(() => this.#text.append(block));
  }

  #attempt(change: () => void): void {
    if (this.refused !== undefined) return;
    try {
      change();
    } catch (error) {
      if (!(error instanceof NotEditable)) throw error;
      this.refused = error;
    }
  }
}

const folderRights = 'the folder too must be writable, because the file is replaced whole';
const readOnly: Readonly<Record<string, string>> = {
  EACCES: `there is no permission; change it as a user who may write it, or give it to the agent's user (${folderRights})`,
  EPERM: `its owner cannot be kept, or it is locked; change it as its owner (${folderRights})`,
  EROFS: 'the file system is read-only for this process; change it where it can be written',
  EBUSY: 'it is mounted as a single file; mount its folder instead, or change it where it comes from',
};

function explained(path: string, error: unknown, byHand: string): ConfigEditError {
  if (error instanceof ConfigEditError) return error;
  if (error instanceof NotEditable)
    return new ConfigEditError('by-hand', `${path}: ${error.message}`, { byHand, cause: error });
  if (error instanceof ChangedMeanwhile) {
    const message = `${path} was changed by somebody else at this moment and stays as they left it; try again`;
    return new ConfigEditError('changed-meanwhile', message, { cause: error });
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const message = `${path} does not exist; write one, beginning with the sample file, or name another with --config`;
    return new ConfigEditError('no-such-file', message, { byHand, cause: error });
  }
  const why = readOnly[code];
  if (why !== undefined)
    return new ConfigEditError('read-only', `${path} cannot be changed: ${why} (${code})`, { byHand, cause: error });
  if (code !== '') {
    const message = `${path} could not be written (${code}) and is as it was; put the disk right and try again`;
    return new ConfigEditError('write-failed', message, { byHand, cause: error });
  }
  throw error;
}
