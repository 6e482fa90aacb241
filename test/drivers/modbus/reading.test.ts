import { describe, expect, it } from 'vitest';
import { dateText, testResult } from '../../../drivers/modbus/decode.ts';
import { oldSmartUpsModbus, SimulatedModbusUnit, smartUpsModbus } from '../../../scripts/simulator/modbus.ts';
import { says, valuesOf } from '../reading.ts';
import { bench, plainUnit } from './support.ts';

const serial = 'AS2112345678';

describe('a Smart-UPS', () => {
  it('tells all that it has', async () => {
    const unit = smartUpsModbus({
      serial: '  AS2112345678',
      model: 'Smart-UPS X 1500',
      sku: 'SMX1500RMI2U',
      firmware: 'UPS 15.0',
      cartridge: 'APCRBC115',
      externalCartridge: 'APCRBC118',
      manufactured: '2013-04-19',
      installed: '2021-04-15',
      replaceBy: '2024-10-07',
      batteryError: 0x0004,
      test: 0x0104,
      lifetime: 0x0002,
    });
    await using it = await bench(unit);
    const reading = await it.read();
    expect(reading.verdict).toBe('ups');
    expect(reading.fields).toEqual({
      'device.model': { value: 'Smart-UPS X 1500', raw: expect.stringMatching(/^Smart-UPS X 1500 +$/) },
      'device.part': { value: 'SMX1500RMI2U', raw: expect.any(String) },
      'device.serial': { value: 'AS2112345678', raw: '  AS2112345678  ' },
      'ups.firmware': { value: 'UPS 15.0', raw: expect.any(String) },
      'ups.mfr.date': { value: '2013-04-19', raw: '4857' },
      'battery.date': { value: '2021-04-15', raw: '7775' },
      'battery.date.maintenance': { value: '2024-10-07', raw: '9046' },
      'battery.cartridge': { value: 'APCRBC115', raw: expect.any(String) },
      'battery.cartridge.external': { value: 'APCRBC118', raw: expect.any(String) },
      'ups.test.result': { value: 'passed', raw: '0x0104' },
    });
    expect(reading.signals).toEqual({
      'battery.needs-replacement': { 'battery-error': { value: true, raw: '0x0004' } },
      'battery.replace': { 'self-test': { value: false, raw: '0x0104' } },
      'battery.lifetime.near-end': { battery: { value: true, raw: '0x0002' } },
      'battery.lifetime.exceeded': { battery: { value: false, raw: '0x0002' } },
      'battery.lifetime.measured-near-end': { battery: { value: false, raw: '0x0002' } },
      'battery.lifetime.ok': { battery: { value: false, raw: '0x0002' } },
    });
  });

  it('is asked for the test block once, then for three blocks a poll', async () => {
    await using it = await bench(plainUnit());
    await it.read();
    await it.read();
    const asked = it.server.requests.map((each) => [each[7], each.readUInt16BE(8), each.readUInt16BE(10)]);
    const poll = [
      [3, 0, 27],
      [3, 128, 44],
      [3, 516, 120],
    ];
    expect(asked).toEqual([[3, 2050, 4], ...poll, ...poll]);
  });

  it.each([
    ['native', 0xffff],
    ['card', 0],
  ] as const)('leaves out what a %s unit marks as not available', async (manner, mark) => {
    const unit = smartUpsModbus({ serial, manner, lifetime: mark, test: mark }).set(572, new Array(8).fill(mark));
    await using it = await bench(unit);
    const reading = await it.read();
    expect(Object.keys(reading.fields).sort()).toEqual([
      'device.model',
      'device.part',
      'device.serial',
      'ups.firmware',
    ]);
    expect(Object.keys(reading.signals)).toEqual(['battery.needs-replacement']);
  });

  it('takes neither 0 nor 0xFFFF for a date', () => {
    expect([0, 0xffff, 1, 7775].map(dateText)).toEqual([undefined, undefined, '2000-01-02', '2021-04-15']);
  });

  it('does not take a flag that a card fills in for all clear', async () => {
    // A card that still knows names but has no state, no voltage and no flags of the UPS.
    const unit = smartUpsModbus({ serial, manner: 'card' }).set(0, [0, 0]).remove(2, 25).remove(128, 44);
    unit.set(128, [0, 0]).set(133, [0]);
    await using it = await bench(unit);
    const reading = await it.read();
    expect(reading.verdict).toBe('ups');
    expect(reading.signals).toEqual({});
    unit.set(22, [0x0004]);
    expect(says(await it.read(), 'battery.needs-replacement')).toEqual({ 'battery-error': true });
  });

  it.each([
    [0x0000, undefined, undefined],
    [0xffff, undefined, undefined],
    [0x0041, 'in-progress', undefined],
    [0x0042, 'in-progress', undefined],
    [0x0044, 'passed', false],
    [0x0104, 'passed', false],
    [0x0108, 'failed', true],
    [0x0048, 'failed', true],
    // Failed in an invalid state, by an internal fault, or with too little charge: not the battery's failure.
    [0x0308, 'invalid', undefined],
    [0x0508, 'invalid', undefined],
    [0x0908, 'invalid', undefined],
    [0x0310, 'invalid', undefined],
    [0x0120, 'aborted', undefined],
    [0x010c, undefined, undefined],
  ] as const)('with battery test %i says %s', async (word, result, replace) => {
    expect(testResult(word === 0xffff ? 0 : word)).toBe(result);
    await using it = await bench(smartUpsModbus({ serial, test: word }));
    const reading = await it.read();
    expect(reading.fields['ups.test.result']?.value).toBe(result);
    expect(says(reading, 'battery.replace')).toEqual(replace === undefined ? {} : { 'self-test': replace });
  });

  it.each([
    [0x01, ['ok']],
    [0x02, ['near-end']],
    [0x04, ['exceeded']],
    [0x08, ['near-end']],
    [0x0a, ['near-end']],
    [0x10, ['exceeded']],
    [0x21, ['measured-near-end', 'ok']],
    [0x44, ['exceeded', 'measured-near-end']],
  ])('with lifetime status %i says %j', async (lifetime, expected) => {
    await using it = await bench(smartUpsModbus({ serial, lifetime }));
    const reading = await it.read();
    const kinds = ['exceeded', 'measured-near-end', 'near-end', 'ok'] as const;
    const set = kinds.filter((kind) => says(reading, `battery.lifetime.${kind}`)['battery'] === true);
    expect(set).toEqual(expected);
    for (const kind of kinds) expect(says(reading, `battery.lifetime.${kind}`)).toHaveProperty('battery');
  });

  it('with bytes that are no text in one item keeps all others', async () => {
    await using it = await bench(plainUnit().set(532, [0x8001, 0x0203, ...new Array(14).fill(0x2020)]));
    const reading = await it.read();
    expect(valuesOf(reading)).toMatchObject({ 'device.serial': serial, 'battery.date': '2021-04-15' });
    expect(reading.fields['device.model']).toBeUndefined();
  });

  it('with a serial number of one repeated character is doubted', async () => {
    await using it = await bench(smartUpsModbus({ serial: 'XXXXXXXXXXXX' }));
    expect((await it.read()).fields['device.serial']?.doubt).toMatch(/placeholder/);
  });

  it('that answers less than the usual blocks still gives what it has', async () => {
    const unit = smartUpsModbus({ serial, replaceBy: '2024-10-07', installed: '2021-04-15', manner: 'refusing' });
    unit.remove(165, 20).remove(596, 40);
    await using it = await bench(unit);
    expect(valuesOf(await it.read())).toMatchObject({
      'device.serial': serial,
      'battery.date': '2021-04-15',
      'battery.date.maintenance': '2024-10-07',
    });
  });

  it('behind a card without the test block is known by model and serial number', async () => {
    await using it = await bench(smartUpsModbus({ serial, manner: 'card' }).remove(2048, 14));
    expect(valuesOf(await it.read())).toMatchObject({ 'device.model': 'Smart-UPS 1500', 'device.serial': serial });
  });

  it('that changes is told as it is now', async () => {
    const unit = plainUnit();
    await using it = await bench(unit);
    await it.read();
    unit.text(564, 'AS2299999999', 8).set(595, [9000]).set(22, [0x0004]);
    const reading = await it.read();
    expect(valuesOf(reading)).toMatchObject({ 'device.serial': 'AS2299999999', 'battery.date': '2024-08-22' });
    expect(says(reading, 'battery.needs-replacement')).toEqual({ 'battery-error': true });
  });
});

describe('the map of older units (990-5702A)', () => {
  it('gives what it has, and says where the dates are', async () => {
    await using it = await bench(oldSmartUpsModbus({ word: 0x88, packs: 3, badPacks: 1 }));
    const reading = await it.read();
    expect(reading).toMatchObject({ verdict: 'ups', note: expect.stringMatching(/no dates over Modbus.*use SNMP/) });
    expect(valuesOf(reading)).toEqual({ 'battery.packs': 3, 'battery.packs.bad': 1 });
    expect(says(reading, 'battery.replace')).toEqual({ 'state-flag': true });
    expect(says(reading, 'battery.packs.bad')).toEqual({ count: true });
    expect(await it.read()).toEqual(reading);
  });

  it('may have nothing but the status words', async () => {
    await using it = await bench(oldSmartUpsModbus({ word: 0x10 }));
    const reading = await it.read();
    expect(reading.verdict).toBe('ups');
    expect(reading.fields).toEqual({});
    expect(says(reading, 'battery.replace')).toEqual({ 'state-flag': false });
  });
});

describe('something else', () => {
  it.each([
    ['nothing but zeros', new SimulatedModbusUnit('native').set(0, new Array(3000).fill(0), true)],
    ['nothing but 0xFFFF', new SimulatedModbusUnit('native')],
    ['numbers everywhere', new SimulatedModbusUnit('native').set(0, new Array(3000).fill(0x1234), true)],
    ['a few numbers', new SimulatedModbusUnit('card').set(0, [1, 2, 3, 0x18, 5, 6, 7], true)],
    ['exceptions', new SimulatedModbusUnit('refusing')],
  ])('with %s is no UPS', async (_what, unit) => {
    await using it = await bench(unit);
    const reading = await it.read();
    expect(reading).toMatchObject({ verdict: 'not-a-ups', note: expect.stringMatching(/not a Smart-UPS/) });
    expect(reading.fields).toEqual({});
    expect(reading.signals).toEqual({});
  });

  it('behind a gateway that has lost the unit derives nothing', async () => {
    const unit = plainUnit();
    await using it = await bench(unit);
    await it.read();
    unit.exception = 11;
    expect(await it.read()).toMatchObject({ verdict: 'ups-lost', fields: {}, signals: {} });
    unit.exception = undefined;
    expect((await it.read()).verdict).toBe('ups');
  });

  it('that was a UPS and is blank now has lost it', async () => {
    const unit = plainUnit();
    await using it = await bench(unit);
    await it.read();
    unit.remove(0, 3000);
    expect(await it.read()).toMatchObject({ verdict: 'ups-lost', fields: {}, signals: {} });
  });
});
