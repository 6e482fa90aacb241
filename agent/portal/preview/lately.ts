/** What was worked out lately from the whole state: whoever looks at it again must not have the future played anew. */
import { today } from '../../operations/desk.ts';
import type { PortalDesk } from '../desk.ts';

interface Known {
  readonly of: string;
  readonly config: unknown;
  readonly made: Promise<unknown>;
}

/** More than these are not kept. */
const kept = 6;

export class Lately {
  readonly #desk: Pick<PortalDesk, 'office'>;
  #known: readonly Known[] = [];
  /** One is made at a time: each takes the processor for a while. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(desk: Pick<PortalDesk, 'office'>) {
    this.#desk = desk;
  }

  /** What `make` gave for `what`, as long as nothing was written since, the config and the day are the same. */
  async of<T>(what: string, make: () => Promise<T>): Promise<T> {
    const { office } = this.#desk;
    const { config } = office;
    const of = [today(office.desk), office.desk.store.lastWritten(), what].join(' ');
    const known = this.#known.find((each) => each.of === of && each.config === config);
    if (known !== undefined) return (await known.made) as T;
    const made = this.#last.catch(() => undefined).then(make);
    this.#last = made;
    this.#known = [{ of, config, made }, ...this.#known].slice(0, kept);
    return await made.catch((error: unknown) => {
      this.#known = this.#known.filter((each) => each.made !== made);
      throw error;
    });
  }
}

const known = new WeakMap<object, Lately>();

/** That of an office: the same one for the pages and the API. */
export function latelyOf(desk: Pick<PortalDesk, 'office'>): Lately {
  const lately = known.get(desk.office) ?? new Lately(desk);
  known.set(desk.office, lately);
  return lately;
}
