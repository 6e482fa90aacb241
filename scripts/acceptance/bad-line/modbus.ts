/** Modbus units on one line that goes wrong. */
import type { Driver } from '../../../drivers/contract.ts';
import { createModbus } from '../../../drivers/modbus/driver.ts';
import { Line, politeManners } from '../../../drivers/modbus/line.ts';
import { lineSettings, modbusOptions } from '../../../drivers/modbus/options.ts';
import type { Dial } from '../../../drivers/modbus/wire.ts';
import { Bus } from '../../simulator/bus.ts';
import { smartUpsModbus } from '../../simulator/modbus.ts';
import type { Unit } from './watch.ts';

/** Days since 2000-01-01 that belong to a unit at a turn. Of eight units and 4,000 turns no two share one. */
const dayOf = (unit: number, turn: number): number => 1 + ((unit * 4000 + turn) % 65_000);

/** What a unit says at a turn: something of it in each block that is read. */
const lifetimes = [1, 2, 4] as const;

function unitOn(bus: Bus, number: number, line: string, driver: Driver): Unit {
  const device = smartUpsModbus({ serial: 'AS0000000000' });
  bus.units.set(number, device);
  const serial = (turn: number): string => `AS${String(number).padStart(2, '0')}${String(turn).padStart(8, '0')}`;
  return {
    name: `${line} unit ${number}`,
    line,
    driver,
    dress: (turn) => {
      device
        .set(25, [lifetimes[turn % 3] ?? 1])
        .set(133, [dayOf(number + 8, turn)])
        .set(595, [dayOf(number, turn)]);
      device.text(564, serial(turn), 8);
    },
    expected: (turn) => ({
      'device.serial': serial(turn),
      'battery.date': String(dayOf(number, turn)),
      'battery.date.maintenance': String(dayOf(number + 8, turn)),
    }),
  };
}

/** Units 1 to `count` on one line in memory. */
export function modbusSite(kind: 'rtu' | 'tcp', count: number, name: string): { bus: Bus; units: readonly Unit[] } {
  const bus = new Bus(kind);
  const place = kind === 'rtu' ? { device: '/dev/ttyBAD' } : { host: 'gateway.example' };
  const units = modbusUnits(bus, place, bus.dial, politeManners, count, name);
  return { bus, units };
}

function modbusUnits(
  bus: Bus,
  place: Readonly<Record<string, unknown>>,
  dial: Dial,
  manners: typeof politeManners,
  count: number,
  name: string,
): readonly Unit[] {
  const line = new Line(lineSettings(modbusOptions.schema.parse(place)), dial, manners);
  return Array.from({ length: count }, (_none, index) => {
    const options = modbusOptions.schema.parse({ ...place, unit: index + 1 });
    const context = { ups: `unit ${index + 1}`, monotonic: () => performance.now(), log: () => {} };
    return unitOn(
      bus,
      index + 1,
      name,
      createModbus(options, context, () => line),
    );
  });
}
