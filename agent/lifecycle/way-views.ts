/** What each way of reading a unit says by itself, for whoever compares sources. */
import { batteryDates, unitMade } from './battery.ts';
import type { Day, Facts, Instant } from './model.ts';
import { saidBy } from './said.ts';
import { type ConfiguredWay, heardOf, type Way } from './ways.ts';

/** One way of reading a unit. */
export interface WayView {
  /** The name in the config. */
  readonly name: string;
  readonly driver: string;
  readonly lastSeen?: Instant;
  /** Its own words alone (source `ups`), those that a battery change has made void included. */
  readonly facts: Facts;
}

/** The ways in the order of the config; one that has not answered yet has no facts. */
export function wayViews(ways: readonly Way[], configured: readonly ConfiguredWay[], today: Day): WayView[] {
  const heard = heardOf(ways, configured).map(({ voided: _voided, ...said }) => said);
  const made = unitMade(heard, today);
  return configured.map((entry) => {
    const said = heard.find(({ name }) => name === entry.name);
    return { ...wayNamed(entry, ways), facts: said ? saidBy(said, batteryDates(said, made, today), today) : {} };
  });
}

/** A way without its words. */
export function wayNamed({ name, driver }: ConfiguredWay, ways: readonly Way[] | undefined): Omit<WayView, 'facts'> {
  const seen = ways?.find((way) => way.name === name)?.observed?.lastSeen;
  return { name, driver, ...(seen ? { lastSeen: seen } : {}) };
}
