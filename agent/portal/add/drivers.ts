/** The drivers as a person knows them: by the cable or the program that leads to the UPS. */
import type { DriverName } from '../../../drivers/registry.ts';

interface DriverWords {
  readonly name: string;
  readonly when: string;
}

export const driverWords: Readonly<Record<DriverName, DriverWords>> = {
  snmp: {
    name: 'Network card (SNMP)',
    when: 'A network management card in the UPS, with SNMP 1, 2c or 3 switched on.',
  },
  modbus: {
    name: 'Modbus',
    when: 'A SmartConnect port or a network card with Modbus TCP; or a serial or USB cable with Modbus RTU.',
  },
  upslink: { name: 'Smart signalling cable', when: 'An older UPS at a serial port of this machine (UPS-Link).' },
  nut: { name: 'NUT server', when: 'Network UPS Tools on this or another machine already reads the UPS.' },
  apcupsd: { name: 'apcupsd', when: 'apcupsd on this or another machine already reads the UPS.' },
};
