/**
 * Finds the secrets of the file: written in place, in a file named by `XFile`, in the environment, or as a credential
 * of the service manager. A secret that is set but unreadable or empty is an error, never "no secret".
 */
import { basename, dirname, resolve } from 'node:path';
import { type Files, isRecord, type Tree } from './input.ts';
import { type Finding, type Path, pathKey } from './problem.ts';
import { type Drivers, secretPaths } from './schema.ts';

export interface SecretSources {
  /** The config file: relative names count from its folder. */
  readonly path: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly credentialsDirectory: string | undefined;
  readonly files: Files;
}

/** What is known about the secrets once their values stand in the tree. */
export interface ResolvedSecrets {
  readonly findings: readonly Finding[];
  /** Values that no message may repeat. */
  readonly values: ReadonlySet<string>;
  /** Secrets whose value does not stand in the config file: where it comes from, by path. */
  readonly origins: ReadonlyMap<string, string>;
  /** The environment variable of every secret, set or not, by path. */
  readonly variables: ReadonlyMap<string, string>;
  /** Secrets that are written in the config file itself. */
  readonly plain: readonly Path[];
  /** Paths about which everything has been said. */
  readonly settled: ReadonlySet<string>;
}

/** One place for a secret. */
interface Slot {
  readonly path: Path;
  /** The section that holds it; absent sections have no secrets. */
  readonly section: Tree;
  readonly key: string;
  /** `MAIL_PASSWORD` of `UPSTEWARD_MAIL_PASSWORD`. */
  readonly variable: string;
  /** `mail.password` in the credentials folder. */
  readonly credential: string;
}

/** Puts every secret in its place in the tree, which it changes. */
export async function resolveSecrets(root: Tree, drivers: Drivers, sources: SecretSources): Promise<ResolvedSecrets> {
  const slots = slotsOf(root, drivers);
  const found = new Found(sources, ambiguous(slots));
  for (const slot of slots) await found.resolve(slot);
  return found;
}

function slotsOf(root: Tree, drivers: Drivers): Slot[] {
  const slots: Slot[] = [];
  for (const path of secretPaths) add(slots, root, path, path, []);
  const units = root['ups'];
  if (!Array.isArray(units)) return slots;
  for (const [index, unit] of units.entries()) {
    if (!isRecord(unit)) continue;
    const name = typeof unit['name'] === 'string' ? unit['name'].trim() : String(index);
    for (const [driver, { secrets }] of drivers) {
      for (const secret of secrets) {
        const keys = [driver, ...secret.split('.')];
        add(slots, unit, keys, ['ups', name, ...keys], ['ups', index]);
      }
    }
  }
  return slots;
}

function add(slots: Slot[], from: Tree, keys: readonly string[], names: readonly string[], base: Path): void {
  let section: unknown = from;
  for (const key of keys.slice(0, -1)) section = isRecord(section) ? section[key] : undefined;
  const key = keys.at(-1);
  if (!isRecord(section) || key === undefined) return;
  const variable = names.map((name) => name.replaceAll(/([a-z\d])([A-Z])/g, '$1_$2').replaceAll(/[^A-Za-z0-9]+/g, '_'));
  slots.push({
    path: [...base, ...keys],
    section,
    key,
    variable: `UPSTEWARD_${variable.join('_').toUpperCase()}`,
    credential: names.join('.').replaceAll(/[/\0]/g, '_'),
  });
}

/** Variables that would mean the secrets of more than one UPS. */
function ambiguous(slots: readonly Slot[]): ReadonlySet<string> {
  const once = new Set<string>();
  return new Set(slots.map(({ variable }) => variable).filter((variable) => once.size === once.add(variable).size));
}

class Found implements ResolvedSecrets {
  readonly findings: Finding[] = [];
  readonly values = new Set<string>();
  readonly origins = new Map<string, string>();
  readonly variables = new Map<string, string>();
  readonly plain: Path[] = [];
  readonly settled = new Set<string>();
  readonly #sources: SecretSources;
  readonly #ambiguous: ReadonlySet<string>;

  constructor(sources: SecretSources, ambiguousVariables: ReadonlySet<string>) {
    this.#sources = sources;
    this.#ambiguous = ambiguousVariables;
  }

  async resolve(slot: Slot): Promise<void> {
    this.variables.set(pathKey(slot.path), slot.variable);
    const file = takeKey(slot.section, `${slot.key}File`);
    const written = slot.section[slot.key];
    if (file !== undefined) await this.#resolveFileKey(slot, file, written);
    else if (written !== undefined) this.#resolveWritten(slot, written);
    else if (!(await this.#resolveVariable(slot))) await this.#resolveCredential(slot);
  }

  #resolveWritten({ path, section, key }: Slot, written: unknown): void {
    if (written === '' || written === null) {
      delete section[key];
      this.#fail(path, path, `is empty; write the secret, or use \`${key}File\`, or remove the line`);
    } else if (typeof written === 'string') {
      this.values.add(written);
      this.plain.push(path);
    } else if (typeof written === 'number' || typeof written === 'boolean') {
      this.values.add(String(written));
    }
  }

  async #resolveFileKey(slot: Slot, file: unknown, written: unknown): Promise<void> {
    const filePath = [...slot.path.slice(0, -1), `${slot.key}File`];
    if (written !== undefined) {
      if (typeof written === 'string') this.values.add(written);
      this.#fail(filePath, slot.path, `stands beside \`${slot.key}\`; keep one of the two`);
      return;
    }
    if (typeof file !== 'string' || file.trim() === '') {
      const what = file === null || file === '' ? 'is empty' : 'is not the name of a file';
      this.#fail(filePath, slot.path, `${what}; write the path of a file that holds the secret`);
      return;
    }
    if (file.startsWith('whsec_')) {
      this.values.add(file);
      this.#fail(filePath, slot.path, `holds a secret, not the name of a file; write it as \`${slot.key}\``);
      return;
    }
    await this.#readSecret(slot, filePath, file, '');
  }

  async #resolveVariable(slot: Slot): Promise<boolean> {
    const { env } = this.#sources;
    const name = slot.variable;
    const fileName = `${name}_FILE`;
    const value = env[name];
    const file = env[fileName];
    if (value === undefined && file === undefined) return false;
    const used = value === undefined ? fileName : name;
    if (this.#ambiguous.has(name)) {
      this.#fail(slot.path, slot.path, `${used} could mean more than one UPS; use \`${slot.key}File\` here instead`);
    } else if (value !== undefined && file !== undefined) {
      this.#fail(slot.path, slot.path, `${name} and ${fileName} are both set; keep one of the two`);
    } else if (value !== undefined) {
      this.#accept(slot, value, name);
    } else if (file !== undefined) {
      if (file === '')
        this.#fail(slot.path, slot.path, `${fileName} is set but empty; give it the path of a file, or unset it`);
      else await this.#readSecret(slot, slot.path, file, `${fileName}: `);
    }
    return true;
  }

  async #resolveCredential(slot: Slot): Promise<void> {
    const folder = this.#sources.credentialsDirectory;
    if (folder === undefined || folder === '') return;
    const path = resolve(folder, slot.credential);
    const content = await this.#read(path);
    if (content.failed === 'ENOENT') return;
    if (content.failed !== undefined) {
      const message = `the credential "${slot.credential}" cannot be read (${content.failed}); check the service's LoadCredential=`;
      this.#fail(slot.path, slot.path, message);
    } else this.#accept(slot, content.text, `the credential "${slot.credential}"`);
  }

  async #readSecret(slot: Slot, at: Path, file: string, prefix: string): Promise<void> {
    const path = resolve(dirname(this.#sources.path), file);
    const folder = this.#sources.credentialsDirectory;
    let content = await this.#read(path);
    if (content.failed === 'ENOENT' && folder !== undefined && folder !== '' && basename(file) === file) {
      content = await this.#read(resolve(folder, file));
    }
    if (content.failed === undefined) {
      this.#accept(slot, content.text, `the file ${file}`, at);
      return;
    }
    const why = content.failed === 'ENOENT' ? 'does not exist' : `cannot be read (${content.failed})`;
    const instead = 'write the path of a file that the agent may read and that holds the secret alone';
    this.#fail(at, slot.path, `${prefix}${path} ${why}; ${instead}`);
  }

  #accept(slot: Slot, content: string, origin: string, at: Path = slot.path): void {
    const value = content.replace(/\r?\n$/, '');
    if (value.trim() === '') {
      this.#fail(at, slot.path, `${origin} is empty; put the secret there, or remove it`);
      return;
    }
    slot.section[slot.key] = value;
    this.values.add(value);
    this.origins.set(pathKey(slot.path), origin);
  }

  async #read(path: string): Promise<{ text: string; failed?: undefined } | { failed: string }> {
    try {
      const text = await this.#sources.files.read(path);
      return text.length > 65_536 ? { failed: 'longer than 64 KiB' } : { text };
    } catch (error) {
      const code = isRecord(error) && typeof error['code'] === 'string' ? error['code'] : 'unknown error';
      return { failed: code };
    }
  }

  #fail(at: Path, secret: Path, message: string): void {
    this.findings.push({ severity: 'error', path: at, message });
    this.settled.add(pathKey(secret));
  }
}

function takeKey(section: Tree, key: string): unknown {
  const value = section[key];
  delete section[key];
  return value;
}
