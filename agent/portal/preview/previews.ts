/** Previews that were made lately: whoever reads one mail after another must not have the future played anew each time. */
import { today } from '../../operations/desk.ts';
import type { PreviewedMail } from '../../operations/preview.ts';
import type { PortalDesk } from '../desk.ts';

export interface Horizon {
  readonly days: number;
  /** Suppose that the reseller accepts today. */
  readonly accepted: boolean;
}

interface Known {
  readonly of: string;
  readonly config: unknown;
  readonly mails: Promise<readonly PreviewedMail[]>;
}

const kept = 3;
/** With more units than this, each day of them takes its time: one can look ahead no further than these days. */
const [manyUnits, fewDays] = [2500, 30];

/** How far one can look ahead on this site, in days; the command line has no such limit. */
export const furthest = ({ office }: PortalDesk): number =>
  office.desk.site().units.length > manyUnits ? fewDays : Number.POSITIVE_INFINITY;

export class Previews {
  readonly #desk: PortalDesk;
  #known: readonly Known[] = [];
  /** One is made at a time: each takes the processor for a while. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(desk: PortalDesk) {
    this.#desk = desk;
  }

  /** The mails to come, as long as nothing was written since and the day is the same. */
  async of({ days, accepted }: Horizon): Promise<readonly PreviewedMail[]> {
    const { office, run } = this.#desk;
    const { config } = office;
    const of = [today(office.desk), office.desk.store.lastWritten(), days, accepted].join(' ');
    const known = this.#known.find((each) => each.of === of && each.config === config);
    if (known !== undefined) return await known.mails;
    const mails = this.#last
      .catch(() => undefined)
      .then(async () => (await run('preview', { days, accepted })) as readonly PreviewedMail[]);
    this.#last = mails;
    this.#known = [{ of, config, mails }, ...this.#known].slice(0, kept);
    return await mails;
  }
}
