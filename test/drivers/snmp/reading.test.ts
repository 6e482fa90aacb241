/** What a reading holds, on synthetic devices. */
import { describe, expect, it } from 'vitest';
import {
  cartridgeTable,
  flags,
  health,
  oids,
  outputState,
  packTable,
  smartUps,
  status,
} from '../../../scripts/simulator/units.ts';
import { failure, says } from '../reading.ts';
import { bench } from './support.ts';

const M = '1.3.6.1.2.1.33.1';
const U = '1.3.6.1.4.1.318.1.1.1';
const card = (sysObjectId: string, sysDescr = 'a card') => ({
  [oids.sysDescr]: sysDescr,
  [oids.sysObjectId]: { oid: sysObjectId },
  [oids.sysUpTime]: { ticks: 4711 },
});

describe('a healthy Smart-UPS', () => {
  it.each([['2c'], ['1'], ['auto']])('is read whole over version %s', async (version) => {
    await using it = await bench(
      { values: smartUps({ serial: 'AS2216000001', replaceBy: '05/04/2027' }) },
      { version },
    );
    const reading = await it.read();
    expect(reading.verdict).toBe('ups');
    const values = Object.fromEntries(Object.entries(reading.fields).map(([key, field]) => [key, field?.value]));
    expect(values).toEqual({
      'device.model': 'Smart-UPS 1500',
      'device.part': 'SMT1500IC',
      'device.serial': 'AS2216000001',
      'ups.mfr.date': '04/18/2022',
      'ups.firmware': 'UPS 99.0 (ID00)',
      'battery.date': '05/04/2022',
      'battery.date.maintenance': '05/04/2027',
      'battery.cartridge': 'RBC7',
      'battery.packs': 0,
      'battery.packs.bad': 0,
      'ups.test.result': 'passed',
      'ups.test.date': '11/02/2025',
    });
    expect(says(reading, 'battery.replace')).toEqual({
      'replace-indicator': false,
      'state-flag': false,
      'self-test': false,
    });
    expect(says(reading, 'battery.lifetime.ok')).toEqual({ battery: true });
    expect(says(reading, 'battery.lifetime.near-end')).toEqual({ battery: false });
    expect(says(reading, 'battery.packs.bad')).toEqual({ count: false });
    expect(await it.read()).toEqual(reading);
  });

  it('costs one request a poll, of 22 objects', async () => {
    await using it = await bench({ values: smartUps() });
    await it.read();
    it.unit.requests.length = 0;
    await it.read();
    expect(it.unit.requests.map(({ kind, oids: asked }) => [kind, asked.length])).toEqual([['get', 22]]);
  });

  it('answers a poll that comes while another is under way with a reading of its own', async () => {
    await using it = await bench({ values: smartUps() });
    const [first, second] = await Promise.all([it.read(), it.read()]);
    expect(first).toEqual(second);
  });
});

describe('battery signals', () => {
  const cases: readonly [string, Record<string, string | number>, string, Record<string, boolean>][] = [
    ['replace indicator', { [oids.replaceIndicator]: 2 }, 'battery.replace', { 'replace-indicator': true }],
    ['state flag 5', { [oids.stateFlags]: outputState(5) }, 'battery.replace', { 'state-flag': true }],
    ['failed test', { [oids.testResult]: 2 }, 'battery.replace', { 'self-test': true }],
    ['bad packs', { [oids.badPacks]: 2 }, 'battery.packs.bad', { count: true }],
    ['near end', { [oids.health]: health(1) }, 'battery.lifetime.near-end', { battery: true }],
    ['near end, acknowledged', { [oids.health]: health(3) }, 'battery.lifetime.near-end', { battery: true }],
    ['exceeded', { [oids.health]: health(2) }, 'battery.lifetime.exceeded', { battery: true }],
    ['exceeded, acknowledged', { [oids.health]: health(4) }, 'battery.lifetime.exceeded', { battery: true }],
    ['measured', { [oids.health]: health(5) }, 'battery.lifetime.measured-near-end', { battery: true }],
    ['measured, acknowledged', { [oids.health]: health(6) }, 'battery.lifetime.measured-near-end', { battery: true }],
    ['not okay', { [oids.health]: health() }, 'battery.lifetime.ok', { battery: false }],
  ];
  it.each(cases)('%s', async (_name, values, signal, expected) => {
    await using it = await bench({ values: { ...smartUps(), ...values } });
    expect(says(await it.read(), signal as 'battery.replace')).toMatchObject(expected);
  });

  it.each([[3], [4], [99]])('test result %i says nothing about the battery', async (result) => {
    await using it = await bench({ values: smartUps({ testResult: result }) });
    expect(says(await it.read(), 'battery.replace')).not.toHaveProperty('self-test');
  });

  it('one bad module of a modular unit is told, empty slots are not listed', async () => {
    const row = (index: number, state: number, serial: string) => ({
      [`${U}.13.3.2.1.3.1.${index}`]: state,
      [`${U}.13.3.2.1.4.1.${index}`]: serial,
      [`${U}.13.3.2.1.11.1.${index}`]: state < 3 ? '' : health(0),
    });
    const values = { ...smartUps(), ...row(1, 3, 'M1'), ...row(2, 6, 'M2'), ...row(3, 2, ''), ...row(4, 1, '') };
    await using it = await bench({ values });
    const reading = await it.read();
    expect(says(reading, 'battery.needs-replacement')).toEqual({ modules: true });
    expect(reading.fields['battery.cartridges']?.value).toEqual([
      { pack: 1, cartridge: 1, serial: 'M1', status: [] },
      { pack: 1, cartridge: 2, serial: 'M2', status: ['replace-immediately'] },
    ]);
    it.unit.set(`${U}.13.3.2.1.3.1.2`, 3);
    expect(says(await it.read(), 'battery.needs-replacement')).toEqual({ modules: false });
  });
});

describe('cartridges and packs', () => {
  it.each([['2c'], ['1']])('are listed with their dates, empty slots are not, over version %s', async (version) => {
    const values = {
      ...smartUps(),
      ...cartridgeTable([
        { pack: 1, cartridge: 1, serial: 'P1', installed: '05/04/2022', replaceBy: '05/04/2027' },
        { pack: 1, cartridge: 2, installed: '06/01/2023', status: [2, 8], health: [1] },
      ]),
      ...packTable([{ pack: 1, serial: 'P1', part: 'RBC7', manufactured: '04/18/2022', health: [0] }]),
    };
    await using it = await bench({ values }, { version });
    const reading = await it.read();
    expect(reading.fields['battery.cartridges']?.value).toEqual([
      { pack: 1, part: 'RBC7', serial: 'P1', manufactured: '04/18/2022', status: [] },
      { pack: 1, cartridge: 1, serial: 'P1', installed: '05/04/2022', replaceBy: '05/04/2027', status: [] },
      { pack: 1, cartridge: 2, installed: '06/01/2023', status: ['needs-replacement', 'general-error'] },
    ]);
    expect(says(reading, 'battery.needs-replacement')).toEqual({ cartridges: true, packs: false });
    expect(says(reading, 'battery.lifetime.near-end')).toEqual({ battery: false, cartridges: true, packs: false });
    expect(says(reading, 'battery.lifetime.ok')).toEqual({ battery: true, cartridges: false, packs: true });
    expect(await it.read()).toEqual(reading);
  });

  it('a pack that goes is noticed, and the rest speaks for itself', async () => {
    const both = [
      { pack: 1, cartridge: 1 },
      { pack: 2, cartridge: 1, status: [2] },
    ];
    await using it = await bench({ values: { ...smartUps(), ...cartridgeTable(both) } });
    expect(says(await it.read(), 'battery.needs-replacement')).toMatchObject({ cartridges: true });
    it.unit.merge(cartridgeTable([{ pack: 1, cartridge: 1 }]));
    const reading = await it.read();
    expect(says(reading, 'battery.needs-replacement')).toMatchObject({ cartridges: false });
    expect(reading.fields['battery.cartridges']?.value).toHaveLength(1);
  });

  it('a pack that comes is found when the number of packs changes', async () => {
    await using it = await bench({
      values: { ...smartUps({ packs: 1 }), ...cartridgeTable([{ pack: 1, cartridge: 1 }]) },
    });
    await it.read();
    const two = [
      { pack: 1, cartridge: 1 },
      { pack: 2, cartridge: 1, installed: '01/02/2024' },
    ];
    it.unit.merge({ ...cartridgeTable(two), [oids.packs]: 2 });
    expect((await it.read()).fields['battery.cartridges']?.value).toHaveLength(2);
  });

  it('cells that cannot be read clear nothing', async () => {
    await using it = await bench({ values: smartUps({ cartridges: [{ pack: 1, cartridge: 1, status: [2] }] }) });
    await it.read();
    it.unit.behave({ silentAbout: [`${U}.2.3.10.2.1.10.1.1.1`, `${U}.2.3.10.2.1.6.1.1.1`] });
    const reading = await it.read();
    expect(reading.fields['device.model']?.value).toBe('Smart-UPS 1500');
    expect(says(reading, 'battery.needs-replacement')).toEqual({});
  });
});

describe('warranty of three-phase units', () => {
  it('is told in days left, doubtful', async () => {
    const values = { ...smartUps(), [oids.warrantyInterval]: 730, [oids.warrantyElapsed]: 700 };
    await using it = await bench({ values });
    const expected = { value: 'in 30 days', raw: 'interval=730, elapsed=700', doubt: expect.any(String) };
    expect((await it.read()).fields['warranty.end']).toEqual(expected);
    it.unit.set(oids.warrantyElapsed, 740);
    expect((await it.read()).fields['warranty.end']).toMatchObject({ value: '10 days ago' });
  });

  it('is "soon" where there is only the flag, and absent where the flag is clear', async () => {
    await using it = await bench({ values: { ...smartUps(), [oids.lifeCycleFlags]: flags(16, [1], 1) } });
    expect((await it.read()).fields['warranty.end']).toMatchObject({ value: 'soon', doubt: expect.any(String) });
    it.unit.set(oids.lifeCycleFlags, flags(16, [2], 1));
    expect((await it.read()).fields).not.toHaveProperty('warranty.end');
  });
});

describe('verdicts', () => {
  it('a UPS without a model but with a battery object', async () => {
    const values = { ...card('1.3.6.1.4.1.318.1.3.27'), [oids.replaceBy]: '11/10/2027' };
    await using it = await bench({ values });
    const reading = await it.read();
    expect(reading.verdict).toBe('ups');
    expect(reading.fields).toEqual({ 'battery.date.maintenance': { value: '11/10/2027', raw: '11/10/2027' } });
  });

  it('the card has lost its UPS: no fields, no signals, and everything is learned anew afterwards', async () => {
    await using it = await bench({ values: smartUps({ replaceBattery: true }) }, { version: '1' });
    it.unit.set(oids.commStatus, 2);
    const reading = await it.read();
    expect(reading).toMatchObject({ verdict: 'ups-lost', fields: {}, signals: {}, note: expect.any(String) });
    it.unit.set(oids.commStatus, 1);
    expect((await it.read()).fields['device.model']?.value).toBe('Smart-UPS 1500');
  });

  it('a rack PDU is not a UPS, even with an object that UPSs have', async () => {
    const values = { ...card('1.3.6.1.4.1.318.1.3.4.6', 'a rack PDU'), [oids.batteryStatus]: 1 };
    await using it = await bench({ values });
    expect(await it.read()).toMatchObject({
      verdict: 'not-a-ups',
      note: expect.stringContaining('a rack PDU'),
      fields: {},
    });
  });

  it('something that answers SNMP and nothing else is not a UPS', async () => {
    await using it = await bench({ values: card('1.3.6.1.4.1.8072.3.2.10', 'Linux') }, { version: '1' });
    expect((await it.read()).verdict).toBe('not-a-ups');
    expect((await it.read()).verdict).toBe('not-a-ups');
  });

  it('another vendor speaks RFC 1628', async () => {
    const values = {
      ...card('1.3.6.1.4.1.99999'),
      [`${M}.1.1.0`]: 'Example Power',
      [`${M}.1.2.0`]: 'Tower 9',
      [`${M}.1.3.0`]: '1.2',
      [`${M}.2.1.0`]: 2,
      [`${M}.6.1.0`]: { gauge: 0 },
    };
    await using it = await bench({ values });
    const reading = await it.read();
    expect(reading.verdict).toBe('other-vendor');
    expect(reading.fields['device.model']?.value).toBe('Tower 9');
    expect(says(reading, 'battery.replace')).toEqual({ 'alarm-battery-bad': false });
    it.unit.merge({ [`${M}.6.1.0`]: { gauge: 1 }, [`${M}.6.2.1.2.7`]: { oid: `${M}.6.3.1` } });
    expect(says(await it.read(), 'battery.replace')).toEqual({ 'alarm-battery-bad': true });
    it.unit.merge({ [`${M}.6.1.0`]: { gauge: 2 }, [`${M}.6.2.1.2.7`]: { oid: `${M}.6.3.3` } });
    expect(says(await it.read(), 'battery.replace')).toEqual({});
    it.unit.merge({ [`${M}.6.1.0`]: { gauge: 1 }, [`${M}.6.2.1.2.7`]: { oid: `${M}.6.3.20` } });
    expect(await it.read()).toMatchObject({ verdict: 'ups-lost', fields: {}, signals: {} });
  });

  it('an APC unit that speaks only RFC 1628 is a UPS', async () => {
    await using it = await bench({
      values: { ...card('1.3.6.1.4.1.318.1.3.27'), [`${M}.1.1.0`]: 'APC', [`${M}.1.2.0`]: 'X' },
    });
    expect((await it.read()).verdict).toBe('ups');
  });

  it.each([
    [4, 3, true],
    [5, 3, true],
    [4, 1, false],
  ])('RFC 1628: battery test %i with result %i', async (test, result, value) => {
    const values = {
      ...card('1.3.6.1.4.1.99999'),
      [`${M}.7.1.0`]: { oid: `${M}.7.7.${test}` },
      [`${M}.7.3.0`]: result,
    };
    await using it = await bench({ values });
    expect(says(await it.read(), 'battery.replace')).toEqual({ 'self-test': value });
  });

  it('RFC 1628: a failed general test says nothing about the battery', async () => {
    const values = { ...card('1.3.6.1.4.1.99999'), [`${M}.7.1.0`]: { oid: `${M}.7.7.3` }, [`${M}.7.3.0`]: 3 };
    await using it = await bench({ values });
    const reading = await it.read();
    expect(reading.fields['ups.test.result']?.value).toBe('failed');
    expect(reading.signals).toEqual({});
  });

  it('nobody there', async () => {
    await using it = await bench({ values: smartUps(), behaviour: { silent: true } });
    const error = await failure(it.read());
    expect(error).toMatchObject({ name: 'DriverError', code: 'unreachable', retry: true });
    expect(error.message).toMatch(/^ups1: no answer from 127\.0\.0\.1 port \d+\. SNMP access is probably not enabled/);
    it.unit.behave({});
    expect((await it.read()).verdict).toBe('ups');
  });
});

describe('serial numbers', () => {
  it.each([['FFFFFFFFFFFF'], ['000000000000'], ['            x'.trim().repeat(12)]])(
    '%s is kept, with doubt',
    async (serial) => {
      await using it = await bench({ values: smartUps({ serial }) });
      expect((await it.read()).fields['device.serial']).toEqual({
        value: serial,
        raw: serial,
        doubt: expect.any(String),
      });
    },
  );
});

describe('bit fields', () => {
  it('are understood as octets and as hexadecimal text too', async () => {
    await using it = await bench({ values: { ...smartUps(), [oids.health]: Buffer.from([0x20, 0x00]) } });
    expect(says(await it.read(), 'battery.lifetime.exceeded')).toEqual({ battery: true });
    it.unit.set(oids.health, '40 00');
    expect(says(await it.read(), 'battery.lifetime.near-end')).toEqual({ battery: true });
    it.unit.set(oids.health, status());
    expect(says(await it.read(), 'battery.lifetime.near-end')).toEqual({ battery: false });
  });
});
