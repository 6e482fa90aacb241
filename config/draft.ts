/** A config that is being written: answers, units and secret files, checked as the file would be, before any of it is on disk. */
import { basename, dirname, join, resolve } from 'node:path';
import { fileSystem } from './input.ts';
import { type CheckedConfig, checkConfig } from './load.ts';
import { newConfig } from './new-config.ts';
import { formatPath, type Problem } from './problem.ts';
import type { Sample } from './sample.ts';
import type { UpsBlock } from './ups-block.ts';
import type { Scalar } from './yaml-text.ts';

export class Draft {
  readonly path: string;
  readonly #sample: Sample;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #answers = new Map<string, readonly [readonly string[], Scalar]>();
  readonly #secrets = new Map<string, string>();
  units: readonly UpsBlock[] = [];

  constructor(path: string, sample: Sample, env: Readonly<Record<string, string | undefined>>) {
    this.path = path;
    this.#sample = sample;
    this.#env = env;
  }

  get text(): string {
    return newConfig(this.#sample, [...this.#answers.values()], this.units);
  }

  /** The files that the config names and that shall stand beside it, by name. */
  get secretFiles(): ReadonlyMap<string, string> {
    return this.#secrets;
  }

  set(path: readonly string[], value: Scalar): void {
    this.#answers.set(path.join('.'), [path, value]);
  }

  value(path: readonly string[]): Scalar | undefined {
    return this.#answers.get(path.join('.'))?.[1];
  }

  forget(path: readonly string[]): void {
    this.#answers.delete(path.join('.'));
  }

  /** A secret in a file beside the config. @param name such as `mail.password` */
  keepSecret(name: string, text: string): void {
    this.#secrets.set(name, `${text}\n`);
  }

  forgetSecret(name: string): void {
    this.#secrets.delete(name);
  }

  /** What the loader says of it as it stands. */
  async check(): Promise<CheckedConfig> {
    const own = resolve(this.path);
    const ofDraft = (name: string): string | undefined => {
      if (resolve(name) === own) return this.text;
      return dirname(resolve(name)) === dirname(own) ? this.#secrets.get(basename(name)) : undefined;
    };
    return await checkConfig({
      path: this.path,
      env: this.#env,
      files: {
        read: async (name) => ofDraft(name) ?? (await fileSystem.read(name)),
        mode: async (name) => (ofDraft(name) === undefined ? await fileSystem.mode(name) : 0o640),
      },
    });
  }

  /** Why a value cannot stand at a place, in the loader's words; `undefined` if it can. The draft stays as it is. */
  async mistake(path: readonly string[], value: Scalar): Promise<string | undefined> {
    const tried = this.#copy();
    tried.set(path, value);
    return messageAt(await tried.check(), formatPath(path));
  }

  /** The same of a unit's name, beside the units that the draft has. */
  async mistakeInName(name: string): Promise<string | undefined> {
    if (this.units.some((unit) => unit.keys.name.trim() === name.trim())) return 'is the name of another unit';
    const tried = this.#copy();
    tried.units = [{ keys: { name, snmp: { host: 'ups.example.com' } } }];
    return messageAt(await tried.check(), 'ups[0].name');
  }

  /** Where a file beside the config stands. */
  beside(name: string): string {
    return join(dirname(this.path), name);
  }

  #copy(): Draft {
    const copy = new Draft(this.path, this.#sample, this.#env);
    for (const [path, value] of this.#answers.values()) copy.set(path, value);
    return copy;
  }
}

function messageAt({ problems }: CheckedConfig, path: string): string | undefined {
  return problems.find((problem: Problem) => problem.severity === 'error' && problem.path === path)?.message;
}
