/** A site whose entries are ways of reading one UPS. */
import type { ConfiguredUnit } from '../../agent/lifecycle/facts.ts';
import type { Unit } from '../../agent/lifecycle/unit.ts';
import type { Site } from '../../agent/operations/desk.ts';
import { keys } from '../../agent/store/keys.ts';
import { reading, type Said, unitConfig } from '../lifecycle/support.ts';
import { Bench } from './support.ts';

export const day = '2026-06-01';
export const serial = 'AS2128296401';
export const said = { serial, installed: '03/04/2022', replaceBy: '06/25/2026' };

/** An entry of the config that another driver reads. */
export const over = (driver: string, name: string, rest: Partial<ConfiguredUnit> = {}): ConfiguredUnit =>
  unitConfig({ name, ...rest }, driver);
export const card = over('snmp', 'card');
export const upsd = over('nut', 'upsd');

export const site = (entries: readonly ConfiguredUnit[], rest: Partial<Site> = {}) => new Bench(day, entries, rest);
export const unitsOf = (bench: Bench) => bench.store.list<Unit>(keys.units).map(([, { value }]) => value);
export const watched = (bench: Bench) => unitsOf(bench).filter(({ retiredOn }) => retiredOn === undefined);
export const shape = (bench: Bench) =>
  watched(bench)
    .map(({ id, ways }) => [id, ways.map(({ name }) => name).join('+')])
    .sort(([, a], [, b]) => ((a ?? '') < (b ?? '') ? -1 : 1));
export const configure = (bench: Bench, ...units: readonly ConfiguredUnit[]) => {
  bench.site = { ...bench.site, units };
};
export const once = (bench: Bench, name: string, what: Said) => bench.units.ingest(name, reading(what));
