/** What the config says of the units: by the name of an entry, and of the several entries of one UPS together. */

import type { ConfiguredUnit } from '../lifecycle/facts.ts';
import { type Contradiction, joinEntries } from '../lifecycle/joined-config.ts';
import type { Desk } from './desk.ts';

export class Configured {
  readonly #desk: Desk;
  #from: readonly ConfiguredUnit[] = [];
  #places = new Map<string, number>();
  #joined = new Map<string, ConfiguredUnit>();
  /** Contradictions that were logged: each is said once. */
  readonly #said = new Set<string>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** One entry. */
  get(name: string): ConfiguredUnit | undefined {
    const place = this.#current().get(name);
    return place === undefined ? undefined : this.#from[place];
  }

  /** Those of these entries that the config has, as one; `undefined` when it has none. The same object until a reload. */
  joined(names: readonly string[]): ConfiguredUnit | undefined {
    if (names.length === 1 && names[0] !== undefined) return this.get(names[0]);
    const places = this.#current();
    const own = names.flatMap((name) => places.get(name) ?? []).sort((a, b) => a - b);
    const key = own.join();
    const known = this.#joined.get(key);
    if (known !== undefined) return known;
    const [first, ...others] = own.flatMap((place) => this.#from[place] ?? []);
    if (first === undefined) return undefined;
    const { config, contradictions } = joinEntries([first, ...others]);
    this.#joined.set(key, config);
    for (const contradiction of contradictions) this.#say(contradiction);
    return config;
  }

  #current(): ReadonlyMap<string, number> {
    const { units } = this.#desk.site();
    if (this.#from !== units) {
      this.#from = units;
      this.#places = new Map(units.map(({ name }, place) => [name, place]));
      this.#joined = new Map();
    }
    return this.#places;
  }

  #say({ key, kept, dropped }: Contradiction): void {
    const said = ({ name, value }: Contradiction['kept']) => `${name} has ${JSON.stringify(value)}`;
    const message = `${kept.name} and ${dropped.name} are the same UPS, but differ in \`${key}\`: ${said(kept)}, ${said(dropped)}. The first counts; keep one of the two.`;
    if (this.#said.has(message)) return;
    this.#said.add(message);
    this.#desk.log('warn', 'ups.contradiction', message, { ups: kept.name });
  }
}
