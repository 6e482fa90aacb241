/** What a PowerNet agent (APC, Schneider Electric) says, as tables. `U` is the `ups` branch, enterprise 318.1.1.1. */
import type { Rule } from './rules.ts';

const U = '1.3.6.1.4.1.318.1.1.1';

/** Objects of the card itself (SNMPv2-MIB). */
export const system = {
  sysDescr: '1.3.6.1.2.1.1.1.0',
  sysObjectId: '1.3.6.1.2.1.1.2.0',
  sysUpTime: '1.3.6.1.2.1.1.3.0',
} as const;

/** Objects that decide what the thing is, besides the rules below. */
export const powernet = {
  /** upsCommStatus: 1 ok, 2 the card has lost its UPS. */
  commStatus: `${U}.8.1.0`,
  /** upsBasicIdentModel. */
  model: `${U}.1.1.1.0`,
  /** upsAdvIdentSerialNumber. */
  serial: `${U}.1.2.3.0`,
  /** upsAdvIdentDateOfManufacture. */
  manufactured: `${U}.1.2.2.0`,
  /** upsBasicBatteryLastReplaceDate. */
  installed: `${U}.2.1.3.0`,
  /** upsAdvBatteryRecommendedReplaceDate. */
  replaceBy: `${U}.2.2.21.0`,
  /** upsAdvIdentFirmwareRevision. */
  firmware: `${U}.1.2.1.0`,
  /** upsAdvBatteryNumOfBattPacks. */
  packs: `${U}.2.2.5.0`,
  /** The `upsBattery` branch: any object in it makes the thing a UPS. */
  batteryBranch: `${U}.2.`,
  batteryRoot: `${U}.2`,
  /** The whole `ups` branch. */
  branch: `${U}.`,
} as const;

const testResults = { 1: 'passed', 2: 'failed', 3: 'invalid', 4: 'in-progress' } as const;

/** The scalars of every poll; with `asked` below, one GET. */
export const powernetRules: readonly Rule[] = [
  { kind: 'text', oid: powernet.model, name: 'upsBasicIdentModel', field: 'device.model' },
  { kind: 'text', oid: `${U}.1.2.5.0`, name: 'upsAdvIdentSkuNumber', field: 'device.part' },
  { kind: 'serial', oid: powernet.serial, name: 'upsAdvIdentSerialNumber' },
  { kind: 'text', oid: powernet.manufactured, name: 'upsAdvIdentDateOfManufacture', field: 'ups.mfr.date' },
  { kind: 'text', oid: powernet.firmware, name: 'upsAdvIdentFirmwareRevision', field: 'ups.firmware' },
  { kind: 'text', oid: powernet.installed, name: 'upsBasicBatteryLastReplaceDate', field: 'battery.date' },
  {
    kind: 'indicator',
    oid: `${U}.2.2.4.0`,
    name: 'upsAdvBatteryReplaceIndicator',
    signal: 'battery.replace',
    cause: 'replace-indicator',
    says: { 1: false, 2: true },
  },
  {
    kind: 'text',
    oid: powernet.replaceBy,
    name: 'upsAdvBatteryRecommendedReplaceDate',
    field: 'battery.date.maintenance',
  },
  { kind: 'text', oid: `${U}.2.2.19.0`, name: 'upsAdvBatteryInternalSKU', field: 'battery.cartridge' },
  { kind: 'text', oid: `${U}.2.2.20.0`, name: 'upsAdvBatteryExternalSKU', field: 'battery.cartridge.external' },
  { kind: 'count', oid: powernet.packs, name: 'upsAdvBatteryNumOfBattPacks', field: 'battery.packs' },
  { kind: 'count', oid: `${U}.2.2.6.0`, name: 'upsAdvBatteryNumOfBadBattPacks', field: 'battery.packs.bad' },
  {
    kind: 'any',
    oid: `${U}.2.2.6.0`,
    name: 'upsAdvBatteryNumOfBadBattPacks',
    signal: 'battery.packs.bad',
    cause: 'count',
  },
  { kind: 'lifetime', oid: `${U}.2.3.11.0`, name: 'upsHighPrecBatteryHealth', cause: 'battery' },
  { kind: 'test-result', oid: `${U}.7.2.3.0`, name: 'upsAdvTestDiagnosticsResults', choices: testResults },
  {
    kind: 'indicator',
    oid: `${U}.7.2.3.0`,
    name: 'upsAdvTestDiagnosticsResults',
    signal: 'battery.replace',
    cause: 'self-test',
    says: { 1: false, 2: true },
  },
  { kind: 'text', oid: `${U}.7.2.4.0`, name: 'upsAdvTestLastDiagnosticsDate', field: 'ups.test.date' },
  {
    kind: 'flag',
    oid: `${U}.11.1.1.0`,
    name: 'upsBasicStateOutputState',
    flag: 5,
    signal: 'battery.replace',
    cause: 'state-flag',
  },
  { kind: 'warranty-flag', oid: `${U}.11.2.14.0`, name: 'upsAdvStateLifeCycleManagement', flag: 1 },
];

/** Three-phase units only: upsDiagnosticLifeCycleManagement. Evaluated first: days say more than a flag. */
export const lifeCycle = {
  branch: `${U}.13.12`,
  oids: [`${U}.13.12.11.0`, `${U}.13.12.12.0`],
  rules: [
    {
      kind: 'warranty-days',
      oid: `${U}.13.12.12.0`,
      name: 'upsDiagnosticLifeCycleManagementWarrantyElapsedTime',
      interval: `${U}.13.12.11.0`,
    },
  ],
} as const satisfies { branch: string; oids: readonly string[]; rules: readonly Rule[] };

/** The objects of one poll: 22 in one datagram. upsBasicBatteryStatus is asked because it proves a battery. */
export const powernetPoll: readonly string[] = [
  ...new Set([...Object.values(system), powernet.commStatus, ...powernetRules.map((rule) => rule.oid), `${U}.2.1.1.0`]),
];

/** All of a card that may say something about its UPS: the system group, the UPS-MIB, and the `ups` branch. */
export const explored: readonly string[] = ['1.3.6.1.2.1.1', '1.3.6.1.2.1.33', U];

/** What is asked of a thing without PowerNet objects, to notice the day it has them. */
export const identityPoll: readonly string[] = [...Object.values(system), powernet.commStatus, powernet.model];

/** A column's meaning. `flags` are bit texts; `state` is the enumeration of upsDiagBatteryStatus. */
export type ColumnRole =
  | 'installed'
  | 'replaceBy'
  | 'manufactured'
  | 'part'
  | 'serial'
  | 'flags'
  | 'packFlags'
  | 'state'
  | 'health';

/** One table of cartridges, packs or modules. */
export interface BatteryTable {
  /** The branch whose first object tells whether the unit has the table. */
  readonly branch: string;
  /** The conceptual row: columns are below it. */
  readonly entry: string;
  /** The cause that its flags and health count as. */
  readonly cause: 'cartridges' | 'packs' | 'modules';
  readonly columns: Readonly<Record<number, ColumnRole>>;
  /** Allowed lengths of the row suffix. */
  readonly suffix: readonly [number, number];
  /** Whether a row stands for a whole pack. */
  readonly wholePack: boolean;
}

/** Cards put an extra 1 into row suffixes (pack.1.cartridge), so the first part is the pack and the last the cartridge. */
export const batteryTables: readonly BatteryTable[] = [
  {
    // upsHighPrecBatteryPackTable
    branch: `${U}.2.3.10`,
    entry: `${U}.2.3.10.2.1`,
    cause: 'cartridges',
    columns: { 4: 'serial', 6: 'packFlags', 7: 'health', 8: 'replaceBy', 9: 'installed', 10: 'flags' },
    suffix: [2, 3],
    wholePack: false,
  },
  {
    // upsHighPrecBatteryPackOnlyTable
    branch: `${U}.2.3.10`,
    entry: `${U}.2.3.10.4.1`,
    cause: 'packs',
    columns: { 3: 'serial', 5: 'flags', 6: 'health', 7: 'replaceBy', 8: 'installed', 9: 'manufactured', 10: 'part' },
    suffix: [1, 2],
    wholePack: true,
  },
  {
    // upsDiagBatteryTable: Symmetra and modular Galaxy
    branch: `${U}.13.3.2`,
    entry: `${U}.13.3.2.1`,
    cause: 'modules',
    columns: { 3: 'state', 4: 'serial', 6: 'manufactured', 10: 'part', 11: 'health' },
    suffix: [2, 3],
    wholePack: false,
  },
];

/** The bits of a cartridge's or pack's status, leftmost first. */
export const statusBits = [
  'disconnected',
  'overvoltage',
  'needs-replacement',
  'overtemperature-critical',
  'charger',
  'temperature-sensor',
  'bus-soft-start',
  'overtemperature-warning',
  'general-error',
  'communication',
  'disconnected-frame',
  'firmware-mismatch',
  'voltage-sense-error',
  'incompatible-pack',
] as const;
export const needsReplacementBit = 2;
/** Lifetime exceeded, and the same acknowledged on the front panel, in a cartridge's health. */
export const lifetimeExceededBits = [2, 4] as const;

/** upsDiagBatteryStatus: name, and whether the module must be replaced. 1 (unknown) and 2 (not installed) say nothing. */
export const moduleStates: Readonly<Record<number, { readonly names: readonly string[]; readonly replace: boolean }>> =
  {
    3: { names: [], replace: false },
    4: { names: ['failed'], replace: true },
    5: { names: ['high-temperature'], replace: false },
    6: { names: ['replace-immediately'], replace: true },
    7: { names: ['low-capacity'], replace: false },
  };
export const moduleNotInstalled = 2;

const products = '1.3.6.1.4.1.318.1.3.';

/** sysObjectID families of UPSs (a hint only: a UPS is accepted by its model). */
const upsFamilies: ReadonlySet<number> = new Set([1, 2, 3, 5, 6, 7, 13, 16, 17, 21, 23, 27, 28, 30, 33, 37, 39]);
/** Families that are known to be something else: rack PDUs, transfer switches, cooling, distribution, hosts. */
const otherFamilies: ReadonlySet<number> = new Set([
  4, 8, 9, 10, 11, 12, 14, 15, 18, 19, 20, 22, 24, 25, 31, 32, 34, 35, 36, 38,
]);

/** What a sysObjectID hints at. `bare` is the card's own, seen when its UPS application does not run. */
export function familyOf(sysObjectId: string | undefined): 'ups' | 'other' | 'bare' | 'unknown' {
  if (sysObjectId === undefined) return 'unknown';
  const id = sysObjectId.replace(/^\./, '');
  if (id === '1.3.6.1.4.1.318') return 'bare';
  if (!id.startsWith(products)) return 'unknown';
  const family = Number(id.slice(products.length).split('.')[0]);
  if (upsFamilies.has(family)) return 'ups';
  return otherFamilies.has(family) ? 'other' : 'unknown';
}
