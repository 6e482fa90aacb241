/** Units at the end of real cables, for the driver to be tried on. */
import { withCrc } from '../../../drivers/modbus/frames.ts';
import { Cable } from '../../simulator/cable.ts';
import { type SimulatedModbusUnit, smartUpsModbus } from '../../simulator/modbus.ts';
import { SimulatedUpsLink } from '../../simulator/upslink.ts';

/** A unit at the end of a cable, which says what belongs to a turn. */
export interface Wired {
  readonly name: string;
  readonly driver: 'modbus' | 'upslink';
  readonly cable: Cable;
  dress(turn: number): void;
  /** The install date that a reading of this turn holds. */
  installed(turn: number): string;
}

/** Frames of function 3 are eight bytes long: what is shorter waits for its rest. */
function modbusEnd(device: SimulatedModbusUnit, say: (bytes: Buffer) => void): (bytes: Buffer) => void {
  let heard = Buffer.alloc(0);
  return (bytes) => {
    heard = Buffer.concat([heard, bytes]);
    while (heard.length >= 8) {
      const frame = heard.subarray(0, 8);
      heard = heard.subarray(8);
      say(withCrc([frame[0] ?? 0, ...device.answer(frame.subarray(1, -2))]));
    }
  };
}

export function modbusCable(folder: string): Wired {
  const device = smartUpsModbus({ serial: 'AS2216000001' });
  const installed = (turn: number): string => isoDay(9000 + turn);
  const cable: Cable = new Cable(
    folder,
    'Modbus',
    modbusEnd(device, (bytes) => cable.say(bytes)),
  );
  return {
    name: 'Modbus RTU',
    driver: 'modbus',
    cable,
    dress: (turn) => void device.set(595, [9000 + turn]),
    installed,
  };
}

export function upslinkCable(folder: string): Wired {
  const device = new SimulatedUpsLink((text) => cable.say(Buffer.from(text, 'latin1')));
  const cable = new Cable(folder, 'Link', (bytes) => device.hear(bytes.toString('latin1')));
  const installed = (turn: number): string => `01/${String(1 + (turn % 28)).padStart(2, '0')}/24`;
  return {
    name: 'UPS-Link',
    driver: 'upslink',
    cable,
    dress: (turn) => void device.answers.set('x', installed(turn)),
    installed,
  };
}

const isoDay = (days: number): string => new Date(Date.UTC(2000, 0, 1 + days)).toISOString().slice(0, 10);
