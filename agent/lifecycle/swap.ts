/** A battery change: how a unit shows it, and what it makes void. */
import type { SignalKey } from '../../drivers/contract.ts';
import { signalKeys } from '../../drivers/contract.ts';
import { earliest, givenDates, type Judged, type Made } from './battery.ts';
import { type DateOrder, readDate } from './dates.ts';
import { addDays, daysUntil } from './days.ts';
import type { Day } from './model.ts';
import { type Observed, raised } from './observe.ts';
import type { Heard, Voided, Way } from './ways.ts';

/** A battery change, seen by the UPS or told by the customer. What the UPS said before is void way by way. */
export interface Swap {
  readonly day: Day;
  readonly seenOn: Day;
  readonly source: 'ups' | 'customer';
  /** When its day was to be written to the UPS: whatever its install date becomes then is no other swap. */
  readonly writtenOn?: Day;
  /** Replace-by dates entered before the swap: they say nothing about the new battery until they change. */
  readonly voids: { readonly config?: Day; readonly customer?: Day };
}

/** A second source that tells of the same swap may be this many days apart. */
const sameSwapDays = 31;
/** Days after a swap during which an alarm that was already on is taken for the old battery's. */
const graceDays = 30;

/**
 * Whether the install date moved forward between two states of one way: the UPS was told of a new battery. It is no news
 * where the swap is known: then somebody has written its day to the UPS, or a source that was behind has caught up.
 * Where we wrote it ourselves, no date that the UPS makes of it within the days of grace is news, not even another one.
 * @param made when the unit was made
 * @param earlier the last swap known
 * @returns the day of the swap, or `undefined`
 */
export function seenSwap(
  before: Heard,
  after: Heard,
  made: Made | undefined,
  today: Day,
  earlier: Swap | undefined,
): Day | undefined {
  const [old, now] = [givenDates(before, made, today), givenDates(after, made, today)];
  const moved = now.some((d) => {
    const previous = old.find((o) => o.origin === d.origin)?.installed;
    return d.installed && !d.installed.doubt && previous && isLater(d.installed, previous, after.dateOrder);
  });
  const [was, is] = [earliest(old.map((d) => d.installed)), earliest(now.map((d) => d.installed))];
  if (!moved || !is || !was || is.day <= was.day) return undefined;
  if (earlier === undefined) return is.day;
  if (earlier.writtenOn !== undefined && daysUntil(today, earlier.writtenOn) < graceDays) return undefined;
  const wasBehind = before.voided?.dates.some(({ installed }) => installed === was.day) ?? false;
  return daysUntil(is.day, earlier.day) <= (wasBehind ? sameSwapDays : 0) ? undefined : is.day;
}

/**
 * What a way says about the battery that a swap on a day took out, and the alarms it shows.
 * @param behind another way saw the swap: the install date of this one is the old battery's as well
 */
export function voidedBy(day: Day, said: Heard, made: Made | undefined, today: Day, behind: boolean): Voided {
  return {
    dates: givenDates(said, made, today)
      .filter(({ installed }) => installed === undefined || installed.doubt !== undefined || installed.day < day)
      .map(({ origin, installed, replaceBy }) => ({
        origin,
        ...(behind && installed ? { installed: installed.day } : {}),
        ...(replaceBy ? { replaceBy: replaceBy.day } : {}),
      })),
    signals: signalKeys
      .filter((key) => key !== 'battery.lifetime.ok')
      .flatMap((key) => raised(said.observed.signals, key).map((cause) => `${key}|${cause}`)),
  };
}

/**
 * Drops from what a swap made void what is the new battery's: an alarm that has gone off since, and, 30 days after the
 * swap, the replace indicator or *needs replacement* that a reading still shows. A source that never says "no" does not
 * bring an alarm back by having fallen silent, nor does one that does not answer. A lifetime flag or a failed test stays
 * void until it changes.
 */
export function settleVoided(voided: Voided, swap: Swap, observed: Observed): Voided {
  const graceOver = observed.lastSeen.slice(0, 10) >= addDays(swap.seenOn, graceDays);
  const still = voided.signals.filter((id) => {
    const [key, cause] = [id.slice(0, id.indexOf('|')) as SignalKey, id.slice(id.indexOf('|') + 1)];
    if (observed.signals[key]?.[cause]?.value !== true) return false;
    return !(graceOver && reopens(key, cause) && observed.lastSignals[key]?.[cause]?.value === true);
  });
  return still.length === voided.signals.length ? voided : { ...voided, signals: still };
}

/** A way with its voids as they are now: none where nothing is left of them, or the swap was taken back. */
export function settled(way: Way, swap: Swap | undefined): Way {
  const { voided, ...rest } = way;
  if (voided === undefined || way.observed === undefined) return way;
  if (swap === undefined) return rest;
  const left = settleVoided(voided, swap, way.observed);
  if (left === voided) return way;
  return left.dates.length + left.signals.length === 0 ? rest : { ...rest, voided: left };
}

const reopens = (key: SignalKey, cause: string): boolean =>
  key === 'battery.needs-replacement' ||
  key === 'battery.packs.bad' ||
  (key === 'battery.replace' && cause !== 'self-test');

/** A day that was ambiguous is not earlier than the one it turns out to be. */
function isLater(now: Judged, previous: Judged, order: DateOrder): boolean {
  if (now.day <= previous.day) return false;
  const other = previous.doubt === undefined ? undefined : readDate(previous.raw, order === 'mdy' ? 'dmy' : 'mdy');
  return other?.kind !== 'date' || other.day !== now.day;
}
