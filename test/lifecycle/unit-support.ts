/** One UPS over time, for the tests of its events. */
import type { ConfiguredUnit } from '../../agent/lifecycle/facts.ts';
import type { Day, EventId, LifecycleEvent } from '../../agent/lifecycle/model.ts';
import {
  newUnit,
  reassess,
  recordSwap,
  retire,
  takeReading,
  type Unit,
  type UnitChange,
} from '../../agent/lifecycle/unit.ts';
import { briefEvent, moment, reading, type Said, unitConfig } from './support.ts';

export class Watched {
  unit: Unit;
  config: ConfiguredUnit;
  today: Day;
  last: UnitChange | undefined;
  /** Whether an event counts as told that it is resolved. */
  resolvedTold: (event: LifecycleEvent) => boolean = () => false;

  constructor(today: Day, config: Partial<ConfiguredUnit> = {}) {
    this.config = unitConfig(config);
    this.unit = newUnit('S1', this.config);
    this.today = today;
  }

  /** Two readings in a row that say the same. @param way the entry that reads, where there are several */
  reads(said: Said, way?: string): this {
    return this.readsOnce(said, way).readsOnce(said, way);
  }

  readsOnce(said: Said, way: string = this.config.name): this {
    return this.#take(takeReading(this.unit, way, reading(said), this.config, this.#moment()));
  }

  /** The day and the config as they are now. */
  on(today: Day, config: Partial<ConfiguredUnit> = {}): this {
    this.today = today;
    this.config = { ...this.config, ...config };
    return this.#take(reassess(this.unit, this.config, this.#moment()));
  }

  /** The config without one entry. */
  without(key: keyof ConfiguredUnit): this {
    const { [key]: _gone, ...rest } = this.config;
    this.config = unitConfig(rest);
    return this.on(this.today);
  }

  swapped(day: Day, written = false): this {
    return this.#take(recordSwap(this.unit, day, this.config, this.#moment(), written));
  }

  retired(): this {
    return this.#take(retire(this.unit, this.#moment()));
  }

  event(id: EventId): string | undefined {
    return briefEvent(this.unit.events[id]);
  }

  get changes(): string[] {
    return (this.last?.changes ?? []).map(({ kind, event }) => `${kind} ${event.id}`);
  }

  #moment() {
    return moment(this.today, (event) => this.resolvedTold(event));
  }

  #take(change: UnitChange): this {
    this.last = change;
    this.unit = JSON.parse(JSON.stringify(change.unit));
    return this;
  }
}
