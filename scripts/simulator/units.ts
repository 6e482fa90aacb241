/** Values of simulated units. All of it is synthetic: written from the names in the MIB, not recorded from a device. */
import type { Value } from './tree.ts';

export type Values = Record<string, Value>;

const U = '1.3.6.1.4.1.318.1.1.1';

/** OIDs that tests and the demo change while a unit runs. */
export const oids = {
  sysDescr: '1.3.6.1.2.1.1.1.0',
  sysObjectId: '1.3.6.1.2.1.1.2.0',
  sysUpTime: '1.3.6.1.2.1.1.3.0',
  commStatus: `${U}.8.1.0`,
  model: `${U}.1.1.1.0`,
  firmware: `${U}.1.2.1.0`,
  manufactured: `${U}.1.2.2.0`,
  serial: `${U}.1.2.3.0`,
  sku: `${U}.1.2.5.0`,
  batteryStatus: `${U}.2.1.1.0`,
  installed: `${U}.2.1.3.0`,
  replaceIndicator: `${U}.2.2.4.0`,
  packs: `${U}.2.2.5.0`,
  badPacks: `${U}.2.2.6.0`,
  cartridge: `${U}.2.2.19.0`,
  externalCartridge: `${U}.2.2.20.0`,
  replaceBy: `${U}.2.2.21.0`,
  health: `${U}.2.3.11.0`,
  testResult: `${U}.7.2.3.0`,
  testDate: `${U}.7.2.4.0`,
  stateFlags: `${U}.11.1.1.0`,
  lifeCycleFlags: `${U}.11.2.14.0`,
  warrantyInterval: `${U}.13.12.11.0`,
  warrantyElapsed: `${U}.13.12.12.0`,
} as const;

/** A text of flags, all clear but those set; the first is leftmost and has number `base`. */
export function flags(length: number, set: readonly number[], base: 0 | 1): string {
  return Array.from({ length }, (_none, index) => (set.includes(index + base) ? '1' : '0')).join('');
}

/** Health bits (0 okay, 1 near end, 2 exceeded, 3 and 4 acknowledged, 5 measured near end, 6 acknowledged). */
export const health = (...set: readonly number[]): string => flags(16, set, 0);
/** Status bits of a cartridge or pack (2 needs replacement). */
export const status = (...set: readonly number[]): string => flags(16, set, 0);
/** upsBasicStateOutputState of a unit on line, with more flags (5 replace battery). */
export const outputState = (...set: readonly number[]): string => flags(64, [4, 6, 19, ...set], 1);

export interface SmartUps {
  readonly model?: string;
  readonly serial?: string;
  readonly sku?: string;
  readonly firmware?: string;
  /** Dates are texts as the card prints them, for instance `05/04/2022`; `''` is "not set". */
  readonly manufactured?: string;
  readonly installed?: string;
  readonly replaceBy?: string;
  readonly cartridge?: string;
  readonly externalCartridge?: string;
  readonly packs?: number;
  readonly badPacks?: number;
  /** 1 ok, 2 failed, 3 invalid, 4 in progress. */
  readonly testResult?: number;
  readonly testDate?: string;
  readonly replaceBattery?: boolean;
  /** Health bits that are set; `[0]` (okay) unless given. */
  readonly health?: readonly number[];
  /** Rows of the cartridge table. */
  readonly cartridges?: readonly SimulatedCartridge[];
}

export interface SimulatedCartridge {
  readonly pack: number;
  readonly cartridge: number;
  readonly serial?: string;
  readonly installed?: string;
  readonly replaceBy?: string;
  readonly health?: readonly number[];
  readonly status?: readonly number[];
}

/** A Smart-UPS of the newer generation with a network management card. */
export function smartUps(unit: SmartUps = {}): Values {
  const replace = unit.replaceBattery ?? false;
  return {
    [oids.sysDescr]:
      'APC Web/SNMP Management Card (MB:v0.0.0 PF:v0.0.0 PN:simulated.bin AF1:v0.0.0 AN1:simulated.bin MN:SIMULATED HR:00 SN: 0000 MD:01/01/2020)',
    [oids.sysObjectId]: { oid: '1.3.6.1.4.1.318.1.3.27' },
    [oids.sysUpTime]: { ticks: 8_640_000 },
    [oids.commStatus]: 1,
    [oids.model]: unit.model ?? 'Smart-UPS 1500',
    [oids.firmware]: unit.firmware ?? 'UPS 99.0 (ID00) ',
    [oids.manufactured]: unit.manufactured ?? '04/18/2022',
    [oids.serial]: unit.serial ?? 'AS2216000001',
    [oids.sku]: unit.sku ?? 'SMT1500IC',
    [oids.batteryStatus]: 2,
    [oids.installed]: unit.installed ?? '05/04/2022',
    [oids.replaceIndicator]: replace ? 2 : 1,
    [oids.packs]: unit.packs ?? 0,
    [oids.badPacks]: unit.badPacks ?? 0,
    [oids.cartridge]: unit.cartridge ?? 'RBC7',
    [oids.externalCartridge]: unit.externalCartridge ?? '',
    [oids.replaceBy]: unit.replaceBy ?? '05/04/2027',
    [oids.health]: health(...(unit.health ?? [0])),
    [oids.testResult]: unit.testResult ?? 1,
    [oids.testDate]: unit.testDate ?? '11/02/2025',
    [oids.stateFlags]: outputState(...(replace ? [5] : [])),
    ...(unit.cartridges !== undefined && cartridgeTable(unit.cartridges)),
  };
}

/** A unit of the older generation: two-digit years, no replace-by date, no cartridge part, no health. */
export function legacySmartUps(unit: SmartUps = {}): Values {
  const values: Values = {
    ...smartUps({
      model: 'Smart-UPS 1000',
      firmware: '000.00.I',
      manufactured: '02/27/09',
      installed: '03/03/15',
      serial: 'AS0909000001',
      ...unit,
    }),
    [oids.sysObjectId]: { oid: '1.3.6.1.4.1.318.1.3.2.7' },
  };
  for (const oid of [oids.sku, oids.cartridge, oids.externalCartridge, oids.replaceBy, oids.health]) delete values[oid];
  return values;
}

/** The table as cards send it: row suffix pack.1.cartridge, and empty texts for slots that hold nothing. */
export function cartridgeTable(
  cartridges: readonly SimulatedCartridge[],
  slots = { packs: 11, cartridges: 2 },
): Values {
  const values: Values = { [`${U}.2.3.10.1.0`]: slots.packs * slots.cartridges };
  const entry = `${U}.2.3.10.2.1`;
  for (let pack = 1; pack <= slots.packs; pack += 1) {
    for (let slot = 1; slot <= slots.cartridges; slot += 1) {
      const row = cartridges.find((each) => each.pack === pack && each.cartridge === slot);
      const at = `${pack}.1.${slot}`;
      values[`${entry}.4.${at}`] = row?.serial ?? '';
      values[`${entry}.6.${at}`] = row === undefined ? '' : status();
      values[`${entry}.7.${at}`] = row === undefined ? '' : health(...(row.health ?? [0]));
      values[`${entry}.8.${at}`] = row?.replaceBy ?? '';
      values[`${entry}.9.${at}`] = row?.installed ?? '';
      values[`${entry}.10.${at}`] = row === undefined ? '' : status(...(row.status ?? []));
    }
  }
  return values;
}

/** The table of whole packs: row suffix pack.1. */
export function packTable(
  packs: readonly {
    readonly pack: number;
    readonly serial?: string;
    readonly part?: string;
    readonly manufactured?: string;
    readonly installed?: string;
    readonly replaceBy?: string;
    readonly health?: readonly number[];
    readonly status?: readonly number[];
  }[],
  slots = 8,
): Values {
  const values: Values = { [`${U}.2.3.10.3.0`]: slots };
  for (let pack = 1; pack <= slots; pack += 1) {
    const row = packs.find((each) => each.pack === pack);
    const cell = (column: number, value: string) => {
      values[`${U}.2.3.10.4.1.${column}.${pack}.1`] = value;
    };
    cell(3, row?.serial ?? '');
    cell(5, row === undefined ? '' : status(...(row.status ?? [])));
    cell(6, row === undefined ? '' : health(...(row.health ?? [0])));
    cell(7, row?.replaceBy ?? '');
    cell(8, row?.installed ?? '');
    cell(9, row?.manufactured ?? '');
    cell(10, row?.part ?? '');
  }
  return values;
}
