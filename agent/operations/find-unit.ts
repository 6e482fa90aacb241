import type { Unit } from '../lifecycle/unit.ts';
import type { Desk } from './desk.ts';
import type { Units } from './units.ts';

/** Which unit a line is about: by serial number, then by name; each at most once. */
export class UnitFinder {
  readonly #byName = new Map<string, Unit | undefined>();
  readonly #bySerial = new Map<string, string>();
  readonly #seen = new Map<string, number>();

  constructor(desk: Desk, units: Units) {
    for (const { name } of desk.site().units) {
      const unit = units.find(name)?.value;
      this.#byName.set(name, unit);
      if (unit?.serial !== undefined) this.#bySerial.set(unit.serial.toUpperCase(), name);
    }
  }

  /** The unit, or in words why there is none. */
  find(line: number, serial: string, name: string): { name: string; unit: Unit | undefined } | string {
    const own = this.#match(serial, name);
    if (own === undefined || 'problem' in own) return own?.problem ?? 'it names no UPS: serial and name are empty';
    const before = this.#seen.get(own.name);
    if (before !== undefined) return `${own.name} was on line ${before} already; that line counts`;
    this.#seen.set(own.name, line);
    return { name: own.name, unit: this.#byName.get(own.name) };
  }

  #match(serial: string, name: string): { name: string } | { problem: string } | undefined {
    const bySerial = serial === '' ? undefined : this.#bySerial.get(serial.toUpperCase());
    if (bySerial !== undefined) {
      const other = name !== '' && name !== bySerial && this.#byName.has(name);
      return other ? { problem: `serial number ${serial} is ${bySerial}, not ${name}` } : { name: bySerial };
    }
    if (name === '')
      return serial === '' ? undefined : { problem: `no UPS with the serial number ${serial} is watched` };
    if (!this.#byName.has(name)) return { problem: `no UPS named "${name}" is watched` };
    const own = this.#byName.get(name)?.serial;
    if (serial === '' || own === undefined) return { name };
    return { problem: `${name} has the serial number ${own}, not ${serial}` };
  }
}
