/** What variables mean. All values are synthetic. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reading } from '../../../drivers/contract.ts';
import { readingOf } from '../../../drivers/nut/reading.ts';
import { says, valuesOf } from '../reading.ts';

const smartUps = {
  'device.mfr': 'American Power Conversion',
  'device.model': 'Smart-UPS 1500',
  'device.serial': 'AS2216000001',
  'ups.firmware': 'UPS 99.0',
  'ups.mfr.date': '2022-04-20',
  'ups.status': 'OL',
  'battery.date': '2022-05-04',
  'battery.date.maintenance': '2026-11-04',
  'driver.name': 'apc_modbus',
};
const read = (variables: Record<string, string>): Reading => readingOf(new Map(Object.entries(variables)));
describe('a Smart-UPS', () => {
  it('is read with its dates as they are written', () => {
    const reading = read({ ...smartUps, 'ups.test.result': 'Passed, Source: Internal' });
    expect(reading.verdict).toBe('ups');
    expect(valuesOf(reading)).toEqual({
      'device.mfr': 'American Power Conversion',
      'device.model': 'Smart-UPS 1500',
      'device.serial': 'AS2216000001',
      'ups.firmware': 'UPS 99.0',
      'ups.mfr.date': '2022-04-20',
      'battery.date': '2022-05-04',
      'battery.date.maintenance': '2026-11-04',
      'ups.test.result': 'passed',
    });
    expect(reading.fields['battery.date']).not.toHaveProperty('doubt');
    expect(says(reading, 'battery.replace')).toEqual({ 'self-test': false, 'status-rb': false });
  });

  it('keeps the raw text', () => {
    const reading = read({ ...smartUps, 'device.model': 'Smart-UPS RT 2000 XL  ' });
    expect(reading.fields['device.model']).toEqual({ value: 'Smart-UPS RT 2000 XL', raw: 'Smart-UPS RT 2000 XL  ' });
  });

  it('loses the firmware that hidups writes into the model', () => {
    const reading = read({ 'ups.mfr': 'APC', 'ups.model': 'Back-UPS RS 500 FW:30.x4.I USB FW:x4', 'ups.status': 'OL' });
    expect(valuesOf(reading)['device.model']).toBe('Back-UPS RS 500');
  });

  it.each([
    ['an empty key', ''],
    ['spaces', '   '],
    ['"not set"', 'not set'],
    ['the made-up date of USB units', '2001/09/25'],
    ['65,535 days', '2179-06-06'],
  ])('has no install date where the driver says %s', (_what, date) => {
    expect(read({ ...smartUps, 'battery.date': date }).fields).not.toHaveProperty(['battery.date']);
  });

  it('does not take the day its battery was made for the day it was installed', () => {
    const { 'battery.date': _, ...rest } = smartUps;
    expect(read({ ...rest, 'battery.mfr.date': '2021/01/01' }).fields).not.toHaveProperty(['battery.date']);
  });
});

describe('an install date over USB', () => {
  it.each([
    ['by the name of the driver', { 'driver.name': 'usbhid-ups', 'battery.date': '05/04/22' }],
    ['by the way it is written', { 'driver.name': 'dummy-ups', 'battery.date': '2022/05/04' }],
    ['when it is no date at all', { 'driver.name': 'usbhid-ups', 'battery.date': '4158/00/03' }],
  ])('is doubtful: %s', (_how, variables) => {
    const { 'battery.date': date } = read({ ...smartUps, ...variables }).fields;
    expect(date).toMatchObject({ raw: variables['battery.date'], doubt: expect.stringMatching(/USB/) });
  });
});

describe('the serial number', () => {
  it.each([
    ['....', 'AS2216000001', 'AS2216000001', undefined],
    ['', 'AS2216000001  ', 'AS2216000001', undefined],
    ['********', '', '********', /placeholder/],
    ['AS2216000001(', '', 'AS2216000001(', /characters/],
    ['[deleted]', '', '[deleted]', /characters/],
  ])('of device "%s" and ups "%s" is "%s"', (device, ups, value, doubt) => {
    const { 'device.serial': serial } = read({ ...smartUps, 'device.serial': device, 'ups.serial': ups }).fields;
    expect(serial?.value).toBe(value);
    if (doubt === undefined) expect(serial).not.toHaveProperty('doubt');
    else expect(serial?.doubt).toMatch(doubt);
  });
});

describe('RB in ups.status', () => {
  const status = (driver: string, text: string, data = '') =>
    says(
      read({ ...smartUps, 'driver.name': driver, 'driver.version.data': data, 'ups.status': text }),
      'battery.replace',
    );

  it.each(['apc_modbus', 'usbhid-ups', 'apcupsd-ups', 'dummy-ups'])('raises the alarm with %s', (driver) => {
    expect(status(driver, 'OL CHRG RB')).toEqual({ 'status-rb': true });
  });

  it.each([
    ['apc_modbus', ''],
    ['apcsmart', ''],
    ['snmp-ups', 'apcc MIB 1.6'],
  ])('is an all-clear where %s %s does not set it', (driver, data) => {
    expect(status(driver, 'OL', data)).toEqual({ 'status-rb': false });
  });

  it.each([
    ['usbhid-ups', ''],
    ['apcupsd-ups', ''],
    ['dummy-ups', ''],
    ['snmp-ups', 'ietf MIB 1.55'],
  ])('is silence where %s %s does not set it', (driver, data) => {
    expect(status(driver, 'OL', data)).toEqual({});
  });

  it('is silence where the status is empty or tells no state', () => {
    expect(status('apc_modbus', '')).toEqual({});
    expect(status('apc_modbus', 'ALARM')).toEqual({});
  });
});

describe('the battery test', () => {
  it.each([
    ['OK', 'passed', { 'self-test': false }],
    ['BT', 'failed', { 'self-test': true }],
    ['NG', 'invalid', {}],
    ['WN', 'warning', {}],
    ['IP', 'in-progress', {}],
    ['Ok', 'passed', { 'self-test': false }],
    ['Failed', 'failed', { 'self-test': true }],
    ['InvalidTest', 'invalid', {}],
    ['TestInProgress', 'in-progress', {}],
    ['Done and passed', 'passed', { 'self-test': false }],
    ['Done and warning', 'warning', {}],
    ['Done and error', 'failed', { 'self-test': true }],
    ['Aborted, Source: LocalUI', 'aborted', {}],
    ['Refused, Source: Protocol, Modifier: InvalidState', 'invalid', {}],
    ['Failed, Source: Internal', 'failed', { 'self-test': true }],
    ['Failed, Source: Internal, Modifier: InternalFault', 'failed', {}],
    ['No test initiated', undefined, {}],
    ['NO', undefined, {}],
    ['Pending', undefined, {}],
    ['', undefined, {}],
    ['constructor', undefined, {}],
  ])('"%s" is %s', (text, result, signals) => {
    const reading = read({ ...smartUps, 'driver.name': 'dummy-ups', 'ups.test.result': text });
    expect(reading.fields['ups.test.result']?.value).toBe(result);
    expect(says(reading, 'battery.replace')).toEqual(signals);
  });
});

describe('packs', () => {
  it.each([
    ['000', 0, { count: false }],
    ['0.00', 0, { count: false }],
    ['002', 2, { count: true }],
    ['-1', undefined, {}],
    ['many', undefined, {}],
  ])('bad "%s" are %s', (text, value, signals) => {
    const reading = read({ ...smartUps, 'battery.packs': text, 'battery.packs.bad': text });
    expect(reading.fields['battery.packs']?.value).toBe(value);
    expect(reading.fields['battery.packs.bad']?.value).toBe(value);
    expect(says(reading, 'battery.packs.bad')).toEqual(signals);
  });
});

describe('other texts about the battery', () => {
  it('are the alarm of apc_modbus', () => {
    const alarm = { ...smartUps, 'ups.alarm': 'General: Fan. Battery system - Needs replacement' };
    expect(says(read(alarm), 'battery.needs-replacement')).toEqual({ 'ups-alarm': true });
    expect(says(read(smartUps), 'battery.needs-replacement')).toEqual({ 'ups-alarm': false });
    expect(read({ ...smartUps, 'driver.name': 'usbhid-ups' }).signals).not.toHaveProperty([
      'battery.needs-replacement',
    ]);
  });

  it.each([
    ['LifeTimeStatusOK', { ok: true }],
    ['LifeTimeNearEnd', { 'near-end': true }],
    ['LifeTimeNearEndAcknowledged', { 'near-end': true }],
    ['LifeTimeExceeded', { exceeded: true }],
    ['LifeTimeStatusOK MeasuredLifeTimeNearEnd', { ok: true, 'measured-near-end': true }],
  ])('are the lifetime of apcmicrolink: %s', (text, on) => {
    const reading = read({ ...smartUps, 'battery.lifetime.status': text });
    for (const key of ['ok', 'near-end', 'exceeded', 'measured-near-end'] as const)
      expect(says(reading, `battery.lifetime.${key}`), key).toEqual({ battery: key in on });
  });

  it('say nothing where they are unknown', () => {
    expect(read({ ...smartUps, 'battery.lifetime.status': '?' }).signals).not.toHaveProperty(['battery.lifetime.ok']);
  });
});

describe('the verdict', () => {
  it.each([
    ['ups', { 'ups.mfr': 'APC' }],
    ['ups', { 'ups.mfr': 'Schneider Electric' }],
    ['ups', { 'ups.model': 'SMART-UPS 1000' }],
    ['ups', { 'driver.name': 'apcsmart' }],
    ['other-vendor', { 'ups.mfr': 'Example Power', 'ups.model': 'Smart-UPS like' }],
    ['other-vendor', { 'ups.mfr': 'Apcon' }],
    ['other-vendor', { 'ups.model': 'Example 500' }],
    ['not-a-ups', { 'ups.mfr': 'APC', 'device.type': 'ats' }],
    ['ups-lost', { 'ups.mfr': 'APC', 'ups.status': 'WAIT' }],
    ['ups-lost', { 'ups.mfr': 'APC', 'ups.status': 'COMMLOST' }],
  ])('is %s for %j', (verdict, variables) => {
    expect(read({ 'ups.status': 'OL', ...variables }).verdict).toBe(verdict);
  });

  it('is that the UPS is lost where only the driver speaks', () => {
    expect(read({ 'driver.name': 'usbhid-ups', 'driver.state': 'quiet' })).toMatchObject({
      verdict: 'ups-lost',
      fields: {},
    });
  });
});

describe('anything at all', () => {
  const names = fc.oneof(
    fc.constantFrom(...Object.keys(smartUps), 'ups.alarm', 'battery.packs.bad', 'ups.test.result', 'ups.serial'),
    fc.string(),
  );

  it('is read without a failure, and every field has a value and a raw text', () => {
    fc.assert(
      fc.property(fc.dictionary(names, fc.string({ unit: 'binary' })), (variables) => {
        for (const field of Object.values(readingOf(new Map(Object.entries(variables))).fields)) {
          expect(field.value).not.toBe('');
          expect(typeof field.raw).toBe('string');
        }
      }),
    );
  });
});
