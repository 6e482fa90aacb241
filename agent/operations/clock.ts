/** A clock that is plainly wrong must not send anything: it would tell of the wrong days. */
import type { Instant } from '../lifecycle/model.ts';

const toleranceMs = 3_600_000;

/**
 * What is wrong with the clock, in words for the operator, or `undefined` when it can be right.
 * @param lastWritten the last instant that was ever written to the store
 * @param builtAt when this program was built: no earlier instant can be now
 */
export function clockTrouble(now: Instant, lastWritten: Instant | undefined, builtAt: Instant): string | undefined {
  if (Date.parse(now) < Date.parse(builtAt)) {
    return `the clock says ${now}, before this program was built (${builtAt}); nothing is derived or sent until it is set`;
  }
  if (lastWritten !== undefined && Date.parse(now) < Date.parse(lastWritten) - toleranceMs) {
    return `the clock says ${now}, but the state was last written at ${lastWritten}; nothing is derived or sent until it is set`;
  }
  return undefined;
}
