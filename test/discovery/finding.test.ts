import { describe, expect, test } from 'vitest';
import { blockOf } from '../../agent/discovery/block.ts';
import { type Finding, findingsOf, type KnownUnit, type Sighting } from '../../agent/discovery/finding.ts';
import type { ReadingFields } from '../../drivers/contract.ts';
import { driverOptions } from '../../drivers/registry.ts';

const field = (value: string, doubt?: string) => ({ value, raw: value, ...(doubt !== undefined && { doubt }) });

interface Seen {
  readonly model?: string;
  readonly serial?: string;
  readonly installed?: string;
  readonly replaceBy?: string;
  readonly doubt?: string;
  readonly verdict?: Sighting['reading']['verdict'];
  readonly address?: string;
}

function sighting(driver: string, section: unknown, place: string, seen: Seen = {}): Sighting {
  const fields: ReadingFields = {
    ...(seen.model !== undefined && { 'device.model': field(seen.model) }),
    ...(seen.serial !== undefined && { 'device.serial': field(seen.serial) }),
    ...(seen.installed !== undefined && { 'battery.date': field(seen.installed, seen.doubt) }),
    ...(seen.replaceBy !== undefined && { 'battery.date.maintenance': field(seen.replaceBy) }),
  };
  return {
    driver,
    written: section,
    shown: section,
    place,
    options: driverOptions(driver).schema.parse(section),
    reading: { verdict: seen.verdict ?? 'ups', fields, signals: {} },
    ...(seen.address !== undefined && { address: seen.address }),
  };
}

const snmp = (host: string, seen: Seen = {}) => sighting('snmp', { host }, host, { address: host, ...seen });
const modbus = (host: string, seen: Seen = {}) => sighting('modbus', { host }, host, { address: host, ...seen });
const nut = (ups: string, seen: Seen = {}) => sighting('nut', `${ups}@nas`, `${ups} nas`, seen);
const ways = ({ ways: all }: Finding) => all.map(({ driver }) => driver);

const model = 'Smart-UPS 1500';

describe('what stands behind sightings', () => {
  test('one serial number is one unit, the best way first', () => {
    const found = findingsOf(
      [
        nut('lab', { model, serial: 'AS2112000001 ' }),
        sighting('apcupsd', { host: 'nas' }, 'nas', { serial: 'as2112000001' }),
        modbus('10.0.0.9', { model, serial: 'AS2112000001' }),
        snmp('10.0.0.5', { model, serial: 'AS2112000001' }),
        snmp('10.0.0.6', { model, serial: 'AS2112000002' }),
      ],
      [],
    );
    expect(found.map(ways)).toEqual([['snmp', 'modbus', 'nut', 'apcupsd'], ['snmp']]);
    expect(found.map(({ name }) => name)).toEqual(['Smart-UPS 1500 10.0.0.5', 'Smart-UPS 1500 10.0.0.6']);
  });

  test('without a serial number, another way at the same address is the same unit', () => {
    const found = findingsOf(
      [modbus('10.0.0.5'), snmp('10.0.0.5', { serial: 'AS2112000001' }), modbus('10.0.0.6'), nut('a'), nut('b')],
      [],
    );
    expect(found.map(ways)).toEqual([['snmp', 'modbus'], ['modbus'], ['nut'], ['nut']]);
  });

  test('a way that reads the unit goes before one that has lost it', () => {
    const found = findingsOf([snmp('10.0.0.5', { verdict: 'ups-lost' }), modbus('10.0.0.5', { serial: 'X1' })], []);
    expect(found.map(ways)).toEqual([['modbus', 'snmp']]);
    expect(found[0]?.verdict).toBe('ups');
  });

  test('a unit of the config is known by its serial number, or by its address', () => {
    const known: KnownUnit[] = [
      {
        name: 'Rack',
        driver: 'snmp',
        options: driverOptions('snmp').schema.parse({ host: 'ups1.example.com' }),
        serial: 'AS2112000001',
      },
      { name: 'Hall', driver: 'modbus', options: driverOptions('modbus').schema.parse({ host: '10.0.0.7', unit: 2 }) },
      { name: 'Lab', driver: 'nut', options: driverOptions('nut').schema.parse('NAS') },
      { name: 'Shed', driver: 'snmp', options: driverOptions('snmp').schema.parse({ host: '10.0.0.8', version: '1' }) },
    ];
    const found = findingsOf(
      [
        nut('lab', { serial: 'Z1' }),
        snmp('10.0.0.5', { serial: 'AS2112000001' }),
        modbus('10.0.0.7', { serial: 'Z2' }),
        snmp('10.0.0.8', { serial: 'Z3' }),
      ],
      known,
    );
    expect(found.map(({ ways: [way], configured }) => [way.place, configured])).toEqual([
      ['10.0.0.5', 'Rack'],
      ['10.0.0.7', undefined],
      ['10.0.0.8', 'Shed'],
      ['lab nas', 'Lab'],
    ]);
  });

  test('each has a name of its own, also when devices say the strangest', () => {
    const strange = `\u202e${'x'.repeat(200)}\r\nups: []`;
    const found = findingsOf(
      [
        nut('a', { model: strange, serial: '1' }),
        nut('b', { model: strange, serial: '2' }),
        snmp('10.0.0.1', { model: ' ', serial: '3' }),
      ],
      [{ name: 'UPS 10.0.0.1', driver: 'apcupsd', options: driverOptions('apcupsd').schema.parse({ host: 'h' }) }],
    );
    const names = found.map(({ name }) => name);
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^[\x20-\x7e]{1,64}$/);
    expect(names).toContain('UPS 10.0.0.1 (2)');
  });
});

describe('the block for the config', () => {
  test('says what the unit is and offers, and how else it is reached', () => {
    const [found] = findingsOf(
      [
        snmp('10.0.0.5', { model, serial: 'AS1', installed: '05/04/2022', replaceBy: '05/04/2027' }),
        nut('lab', { serial: 'AS1' }),
      ],
      [],
    );
    if (found === undefined) throw new Error('It was found.');
    expect(blockOf(found, 'shown')).toEqual({
      keys: { name: 'Smart-UPS 1500 10.0.0.5', snmp: { host: '10.0.0.5' } },
      comments: [
        'Smart-UPS 1500, serial AS1.',
        'It says when its battery was installed, and when it must be replaced.',
        'It can also be read so, with less: nut: lab@nas',
      ],
    });
  });

  test.each([
    [{ installed: '05/04/22' }, 'It says when its battery was installed; the replace-by date is estimated.'],
    [{ installed: '05/04/22', doubt: 'invented' }, 'That is doubtful in this way of reading: compare it.'],
    [{ replaceBy: '05/04/22' }, 'It says when its battery must be replaced, not when it was installed.'],
    [{}, 'It does not say when its battery was installed: write `battery: { installed: YYYY-MM-DD }` below.'],
  ])('%j', (seen, sentence) => {
    const [found] = findingsOf([snmp('10.0.0.5', seen)], []);
    if (found === undefined) throw new Error('It was found.');
    expect(blockOf(found, 'shown').comments.join(' ')).toContain(sentence);
  });
});
