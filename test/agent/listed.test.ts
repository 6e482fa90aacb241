import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expanded, nextList, type ServerList, unitNamed } from '../../agent/listed.ts';
import { type Config, DriverChoice, type UpsConfig } from '../../config/config.ts';
import { driverOptions } from '../../drivers/registry.ts';

const entry = (name: string, raw: unknown, driver = 'nut'): UpsConfig => {
  const options = driverOptions(driver).schema.parse(raw);
  return {
    name,
    site: 'North',
    allowWrite: false,
    driver: new DriverChoice(driver, options, { ...(options as object), password: '<secret>' }),
    battery: { expectedLifeMonths: 48, dateOrder: 'mdy' },
    warranty: { from: 'manufacture' },
  };
};
const all = entry('Rack', { host: 'nut.example', ups: '*', user: 'u', password: 'a secret of upsd' });
const list = (units: readonly string[], rest: Partial<ServerList> = {}): ServerList => ({
  entry: 'Rack',
  line: 'nut:nut.example:3493',
  units,
  missing: [],
  ...rest,
});
const names = (ups: readonly UpsConfig[], known?: ServerList) =>
  expanded({ ups } as unknown as Config, (name) => (name === 'Rack' ? known : undefined)).ups.map(({ name }) => name);

describe('an entry for all units of a server', () => {
  it('stands for those that it listed last, in its place', () => {
    const card = entry('Card', { host: '10.0.0.5' }, 'snmp');
    const desk = entry('Desk', 'desk@other.example');
    expect(names([card, all, desk], list(['ups1', 'ups2']))).toEqual(['Card', 'Rack / ups1', 'Rack / ups2', 'Desk']);
    expect(names([card, all, desk])).toEqual(['Card', 'Desk']);
  });

  it('hands on what it says of them, each read by its own name, and hides its secrets', () => {
    const [unit] = expanded({ ups: [all] } as unknown as Config, () => list(['ups1'])).ups;
    expect(unit).toMatchObject({ name: 'Rack / ups1', site: 'North', battery: { expectedLifeMonths: 48 } });
    expect(unit?.driver.options).toMatchObject({ host: 'nut.example', ups: 'ups1', password: 'a secret of upsd' });
    expect(JSON.stringify(unit)).not.toContain('a secret of upsd');
    expect(JSON.stringify(unit)).toContain('"ups":"ups1"');
  });

  it('begins anew when it leads to another server', () => {
    expect(names([all], list(['ups1'], { line: 'nut:old.example:3493' }))).toEqual([]);
  });

  it('leaves out what the config names itself, by that name or as the same UPS', () => {
    const named = entry('Rack / ups1', { host: '10.0.0.5' }, 'snmp');
    const same = entry('Lab', 'ups2@NUT.example');
    expect(names([named, same, all], list(['ups1', 'ups2', 'ups3']))).toEqual(['Rack / ups1', 'Lab', 'Rack / ups3']);
  });

  it('can be asked for one unit by name before it was listed', () => {
    const config = { ups: [all, entry('Desk', 'desk@other.example')] } as unknown as Config;
    expect(unitNamed(config, 'Rack / ups7')?.driver.options).toMatchObject({ ups: 'ups7' });
    expect(unitNamed(config, 'Desk')?.name).toBe('Desk');
    expect([unitNamed(config, 'Rack'), unitNamed(config, 'Rack/ups7')]).toEqual([undefined, undefined]);
  });
});

describe('the next list', () => {
  it('has what is new at once, and loses what two answers in a row have not got', () => {
    const first = nextList(undefined, all, ['a', 'b']);
    expect(first).toEqual(list(['a', 'b']));
    const second = nextList(first, all, ['c', 'a']);
    expect(second).toEqual(list(['a', 'b', 'c'], { missing: ['b'] }));
    expect(nextList(second, all, ['a', 'c'])).toEqual(list(['a', 'c']));
    expect(nextList(second, all, ['a', 'b', 'c'])).toEqual(list(['a', 'b', 'c']));
  });

  it('is the same object where an answer says nothing new, in whatever order', () => {
    const known = list(['a', 'b']);
    expect(nextList(known, all, ['b', 'a', 'b'])).toBe(known);
  });

  it('of another server has nothing of this one', () => {
    expect(nextList(list(['a'], { line: 'nut:old.example:3493' }), all, ['b'])).toEqual(list(['b']));
  });

  it('has each unit of the answer once, and of the others only what the answer before still had', () => {
    const answer = fc.array(fc.constantFrom<string>('a', 'b', 'c', 'd', 'e'), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(answer, { minLength: 2, maxLength: 10 }), (answers) => {
        let known: ServerList | undefined;
        for (const [n, each] of answers.entries()) {
          known = nextList(known, all, each);
          const allowed = new Set([...each, ...(answers[n - 1] ?? [])]);
          expect(known.units).toEqual([...new Set(known.units)]);
          expect(known.units).toEqual(expect.arrayContaining([...new Set(each)]));
          expect(known.units.filter((unit) => !allowed.has(unit))).toEqual([]);
          expect(known.missing).toEqual(known.units.filter((unit) => !each.includes(unit)));
        }
      }),
    );
  });
});
