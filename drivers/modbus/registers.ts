/**
 * What Smart-UPS units say over Modbus, as tables. Addresses are 0-based wire addresses of holding registers (the
 * documents print them from 40001). Sources: application note 176, "Modbus Implementation in APC Smart-UPS", and the
 * register map 990-9840 of the network cards, which has the same layout; 990-5702A is the cards' map for older units.
 */
import type { FieldKey, ReadingFields, SignalKey } from '../contract.ts';
import type { Part } from './line.ts';

/** Registers that are read at once. No part begins or ends inside an item, which units refuse. */
export interface Block {
  readonly name: string;
  /**
   * The usual one first; each of another length, for when an answer of the usual length could be one of the past. They
   * all hold what the rules below need.
   */
  readonly parts: readonly Part[];
  /** What to ask for instead where the unit refuses the usual part; each of a length of its own too. */
  readonly pieces: readonly Part[];
}

/** Battery.DateSetting: when the battery was installed. */
export const installed = 595;

const from = (address: number, ends: readonly number[]): readonly Part[] => ends.map((end) => [address, end - address]);

/** Test block: 2048 map id, 2050 "12345678", 2054 0x12345678, 2056 … 2061 numbers. Its content is the same everywhere. */
export const check: Block = {
  name: 'check',
  parts: [...from(2050, [2054, 2056, 2058, 2059, 2060, 2061, 2062]), ...from(2048, [2061, 2062])],
  pieces: [],
};
export const checkAddress = 2050;
export const checkText = '12345678';

/** 0 UPSStatus … 26 UserInterface. */
export const status: Block = {
  name: 'status',
  parts: [...from(0, [27, 26]), ...from(2, [27, 26]), ...from(6, [27, 26]), ...from(9, [27, 26])],
  pieces: [
    [0, 3],
    [22, 5],
  ],
};

/** 128 RunTimeRemaining … 171 countdowns of outlet groups. */
export const dynamic: Block = {
  name: 'dynamic',
  parts: from(128, [172, 171, 169, 168, 167, 165, 164, 163, 161, 160, 159]),
  pieces: [
    [128, 32],
    [128, 6],
    [133, 1],
  ],
};

/** 516 FWVersion … 635 names of outlet groups. */
export const inventory: Block = {
  name: 'inventory',
  parts: from(516, [636, 628, 620, 612, 604, 596]),
  pieces: [
    [516, 80],
    [516, 8],
    [532, 56],
    [532, 32],
    [564, 24],
    [590, 2],
    [installed, 1],
  ],
};

/** 564 SerialNumber … 595 Battery.DateSetting: which unit it is, and its install date, without the rest. */
export const identity: Block = {
  name: 'identity',
  parts: from(564, [612, 620, 628, 636, 604, 596]),
  pieces: [
    [564, 8],
    [installed, 1],
  ],
};

/** 990-5702A: the status words are always there; word 3 has the bits of the old status byte. */
export const oldStatus: Block = { name: 'old status', parts: from(0, [4, 3 + 3, 3 + 2]), pieces: [] };
/** 990-5702A: 10 bad packs, 11 packs. Many units have not even these. */
export const oldPacks: Block = { name: 'old packs', parts: [[10, 2], ...from(10, [13, 14])], pieces: [] };

/**
 * UPSStatus, 2 registers: bits 1 online, 2 on battery, 3 bypass, 4 output off, of which exactly one is set, 5 fault;
 * `unused` ones have no meaning in any document.
 */
export const upsStatus = {
  address: 0,
  states: 0b11_1110,
  exclusive: [1, 2, 3, 4],
  unused: [11, 12, 16, 17, 18, 24, 25, 26, 27, 28, 29, 30, 31],
} as const;
/**
 * StateOfCharge %/512; Battery.PositiveVoltage V/32, never 0 in a unit that lives; Battery.Date; Battery.Temperature
 * °C/128, signed.
 */
export const battery = { charge: 130, voltage: 131, replaceBy: 133, temperature: 135 } as const;

export const model = 532;
export const sku = 548;
export const serial = 564;

type TextField = Exclude<
  { [K in FieldKey]: NonNullable<ReadingFields[K]>['value'] extends string ? K : never }[FieldKey],
  'ups.test.result' | 'device.serial'
>;

interface At<Kind extends string> {
  readonly kind: Kind;
  readonly address: number;
  /** The name in the application note. */
  readonly name: string;
}

/** What a register says. A register may have several rules. */
export type Rule =
  | (At<'text'> & { readonly length: number; readonly field: TextField })
  | (At<'serial'> & { readonly length: number })
  /** Days since 2000-01-01. */
  | (At<'days'> & { readonly field: TextField })
  | (At<'flag'> & { readonly bit: number; readonly signal: SignalKey; readonly cause: string })
  | (At<'test'> & { readonly cause: string })
  | (At<'lifetime'> & { readonly cause: string })
  | (At<'count'> & { readonly field: 'battery.packs' | 'battery.packs.bad' })
  | (At<'any'> & { readonly signal: SignalKey; readonly cause: string });

/** The map of application note 176 and 990-9840. */
export const nativeRules: readonly Rule[] = [
  {
    kind: 'flag',
    address: 22,
    name: 'BatterySystemError.NeedsReplacement',
    bit: 2,
    signal: 'battery.needs-replacement',
    cause: 'battery-error',
  },
  { kind: 'test', address: 23, name: 'ReplaceBatteryTestStatus', cause: 'self-test' },
  { kind: 'lifetime', address: 25, name: 'Battery.LifeTimeStatus', cause: 'battery' },
  { kind: 'days', address: 133, name: 'Battery.Date', field: 'battery.date.maintenance' },
  { kind: 'text', address: 516, length: 8, name: 'FWVersion', field: 'ups.firmware' },
  { kind: 'text', address: model, length: 16, name: 'Model', field: 'device.model' },
  { kind: 'text', address: sku, length: 16, name: 'SKU', field: 'device.part' },
  { kind: 'serial', address: serial, length: 8, name: 'SerialNumber' },
  { kind: 'text', address: 572, length: 8, name: 'Battery.SKU', field: 'battery.cartridge' },
  { kind: 'text', address: 580, length: 8, name: 'ExternalBattery.SKU', field: 'battery.cartridge.external' },
  { kind: 'days', address: 591, name: 'Manufacture.Date', field: 'ups.mfr.date' },
  { kind: 'days', address: installed, name: 'Battery.DateSetting', field: 'battery.date' },
];

/** Status word 3 of 990-5702A: bits 3 online, 4 on battery, 5 overload, 6 low battery, 7 replace battery. */
export const oldWord = { address: 3, online: 1 << 3, onBattery: 1 << 4 } as const;

/** The map of 990-5702A, as far as it tells of batteries. It has no dates, model or serial number. */
export const oldRules: readonly Rule[] = [
  {
    kind: 'flag',
    address: oldWord.address,
    name: 'status word 3, replace battery',
    bit: 7,
    signal: 'battery.replace',
    cause: 'state-flag',
  },
  { kind: 'count', address: 10, name: 'number of bad battery packs', field: 'battery.packs.bad' },
  { kind: 'count', address: 11, name: 'number of battery packs', field: 'battery.packs' },
  {
    kind: 'any',
    address: 10,
    name: 'number of bad battery packs',
    signal: 'battery.packs.bad',
    cause: 'count',
  },
];
