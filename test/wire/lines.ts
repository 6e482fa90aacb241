/**
 * What is watched: for each driver of the registry its ways to a unit, with what reading may send there. A driver that is
 * added later needs a line here, or the test fails.
 */
import type { DriverName } from '../../drivers/registry.ts';
import type { Watched } from './line.ts';
import { apcupsdLine } from './lines/apcupsd.ts';
import { modbusLines } from './lines/modbus.ts';
import { nutLines } from './lines/nut.ts';
import { snmpLines } from './lines/snmp.ts';
import { upslinkLine } from './lines/upslink.ts';

/** By the driver's name in the registry. */
export const watched: Readonly<Record<DriverName, readonly Watched[]>> = {
  snmp: snmpLines,
  modbus: modbusLines,
  nut: nutLines,
  apcupsd: [apcupsdLine],
  upslink: [upslinkLine],
};
