import type { Unit } from '../lifecycle/unit.ts';
import type { Units } from './units.ts';

interface Named {
  /** Of several names the first. */
  readonly name: string;
  readonly unit: Unit | undefined;
}

/** Which unit a line is about: by serial number, then by any of its names; each at most once. */
export class UnitFinder {
  readonly #byName = new Map<string, Named>();
  readonly #bySerial = new Map<string, Named>();
  readonly #seen = new Map<string, number>();

  constructor(units: Units) {
    for (const { name, ways } of units.configured()) {
      const named: Named = { name, unit: units.find(name)?.value };
      for (const way of ways) this.#byName.set(way.name, named);
      if (named.unit?.serial !== undefined) this.#bySerial.set(named.unit.serial.toUpperCase(), named);
    }
  }

  /** The unit, or in words why there is none. */
  find(line: number, serial: string, name: string): Named | string {
    const own = this.#match(serial, name);
    if (own === undefined || 'problem' in own) return own?.problem ?? 'it names no UPS: serial and name are empty';
    const before = this.#seen.get(own.name);
    if (before !== undefined) return `${own.name} was on line ${before} already; that line counts`;
    this.#seen.set(own.name, line);
    return own;
  }

  #match(serial: string, name: string): Named | { problem: string } | undefined {
    const bySerial = serial === '' ? undefined : this.#bySerial.get(serial.toUpperCase());
    const byName = this.#byName.get(name);
    if (bySerial !== undefined) {
      const other = byName !== undefined && byName !== bySerial;
      return other ? { problem: `serial number ${serial} is ${bySerial.name}, not ${name}` } : bySerial;
    }
    if (name === '')
      return serial === '' ? undefined : { problem: `no UPS with the serial number ${serial} is watched` };
    if (byName === undefined) return { problem: `no UPS named "${name}" is watched` };
    const own = byName.unit?.serial;
    if (serial === '' || own === undefined) return byName;
    return { problem: `${name} has the serial number ${own}, not ${serial}` };
  }
}
