import { describe, expect, it } from 'vitest';
import { type ConfiguredUnit, type CustomerFacts, deriveFacts } from '../../agent/lifecycle/facts.ts';
import { brief, heard, observed, type Said, unitConfig } from './support.ts';

const today = '2026-06-01';

function facts(said: Said, config: Partial<ConfiguredUnit> = {}, customer?: CustomerFacts) {
  return deriveFacts({
    heard: heard(observed(said, today)),
    config: unitConfig(config),
    today,
    ...(customer ? { customer } : {}),
  });
}
const installed = (...args: Parameters<typeof facts>) => brief(facts(...args)['battery.date']);
const replaceBy = (...args: Parameters<typeof facts>) => brief(facts(...args)['battery.date.maintenance']);

describe('installed', () => {
  const said = { made: '01/01/2019', installed: '03/04/2022' };

  it.each<[string, Said, Partial<ConfiguredUnit>, CustomerFacts | undefined, string | undefined]>([
    ['the UPS', said, {}, undefined, '2022-03-04 ups'],
    ['the UPS before the config', said, { installed: '2025-01-01' }, undefined, '2022-03-04 ups'],
    ['the customer when newer', said, {}, { installed: '2023-01-01' }, '2023-01-01 customer'],
    ['the customer when the same', said, {}, { installed: '2022-03-04' }, '2022-03-04 customer'],
    ['the UPS when newer than the customer', said, {}, { installed: '2021-01-01' }, '2022-03-04 ups'],
    [
      'the customer before a doubtful UPS',
      { installed: '01/01/2027' },
      {},
      { installed: '2020-01-01' },
      '2020-01-01 customer',
    ],
    [
      'the config before a doubtful UPS',
      { installed: '01/01/2027' },
      { installed: '2020-01-01' },
      undefined,
      '2020-01-01 config',
    ],
    ['the config alone', {}, { installed: '2020-01-01' }, undefined, '2020-01-01 config'],
    ['a doubtful UPS when there is nothing else', { installed: '01/01/2027' }, {}, undefined, '2027-01-01 ups?'],
    ['nothing', { installed: 'Unknown' }, {}, undefined, undefined],
  ])('%s', (_name, upsSaid, config, customer, expected) => {
    expect(installed(upsSaid, config, customer)).toBe(expected);
  });

  it.each<[string, Said, string]>([
    ['in the future', { installed: '06/02/2026' }, '2026-06-02 ups?'],
    ['today', { installed: '06/01/2026' }, '2026-06-01 ups'],
    ['before the manufacture', { made: '03/05/2022', installed: '03/04/2022' }, '2022-03-04 ups?'],
    ['on the day of manufacture: never set', { made: '03/04/2022', installed: '03/04/2022' }, '2022-03-04 ups?'],
    ['the day after', { made: '03/04/2022', installed: '03/05/2022' }, '2022-03-05 ups'],
    // Made in the week of 2021-07-12 by its serial number.
    [
      'in the week of the serial number: never set',
      { serial: 'AS2128296401', installed: '07/15/2021' },
      '2021-07-15 ups?',
    ],
    ['before the serial number', { serial: 'AS2128296401', installed: '01/15/2021' }, '2021-01-15 ups?'],
    ['after the serial number', { serial: 'AS2128296401', installed: '09/15/2021' }, '2021-09-15 ups'],
    [
      'after the serial number, before a manufacture date that it contradicts',
      { serial: 'AS2128296401', made: '12/01/2025', installed: '03/01/2023' },
      '2023-03-01 ups',
    ],
    [
      'the text of the manufacture date, which the serial number reads day first',
      { serial: 'AS2118296401', made: '08/05/2021', installed: '08/05/2021' },
      '2021-08-05 ups?',
    ],
  ])('of the UPS, %s', (_name, said, expected) => {
    expect(installed(said)).toBe(expected);
  });

  it.each([
    ['2026-06-02', '2026-06-02 config?'],
    ['2020-01-01', '2020-01-01 config?'],
    ['2021-07-12', '2021-07-12 config'],
  ])('of the config on %s, made in July 2021, is %s', (day, expected) => {
    expect(installed({ serial: 'AS2128296401' }, { installed: day })).toBe(expected);
  });
});

describe('the manufacture date', () => {
  it.each<[string, Said, string | undefined]>([
    ['the UPS where nothing contradicts it', { made: '03/04/2022' }, '2022-03-04 ups'],
    ['the UPS with its serial number', { serial: 'AS2128296401', made: '07/18/2021' }, '2021-07-18 ups'],
    ['the order that fits the serial number', { serial: 'AS2118296401', made: '08/05/2021' }, '2021-05-08 ups'],
    [
      'doubtful when the serial number says otherwise',
      { serial: 'AS2128296401', made: '01/18/2020' },
      '2020-01-18 ups?',
    ],
    ['the serial number alone', { serial: 'AS2128296401' }, '2021-07-12 estimate'],
    ['nothing from a serial number of next year', { serial: 'AS2728296401' }, undefined],
    ['doubtful when it is to come', { made: '03/04/2027' }, '2027-03-04 ups?'],
    ['doubtful when the install date is older', { made: '03/05/2022', installed: '03/04/2022' }, '2022-03-05 ups?'],
    [
      'sound all the same when the serial number agrees',
      { serial: 'AS2128296401', made: '07/18/2021', installed: '03/04/2020' },
      '2021-07-18 ups',
    ],
  ])('%s', (_name, said, expected) => {
    expect(brief(facts(said)['ups.mfr.date'])).toBe(expected);
  });
});

describe('replace-by', () => {
  const said = { installed: '03/04/2022', replaceBy: '03/04/2027' };

  it.each<[string, Said, Partial<ConfiguredUnit>, CustomerFacts | undefined, string | undefined]>([
    ['the UPS', said, {}, undefined, '2027-03-04 ups'],
    ['the config before the UPS', said, { replaceBy: '2026-01-01' }, undefined, '2026-01-01 config'],
    [
      'the customer before the config',
      said,
      { replaceBy: '2026-01-01' },
      { replaceBy: '2025-01-01' },
      '2025-01-01 customer',
    ],
    ['an estimate from the install date', { installed: '03/04/2022' }, {}, undefined, '2026-03-04 estimate'],
    [
      'an estimate as long as configured',
      { installed: '03/04/2022' },
      { expectedLifeMonths: 60 },
      undefined,
      '2027-03-04 estimate',
    ],
    ['an estimate from the config', {}, { installed: '2022-03-04' }, undefined, '2026-03-04 estimate'],
    [
      'no estimate from a doubtful install date',
      { made: '03/04/2022', installed: '03/04/2022' },
      {},
      undefined,
      undefined,
    ],
    [
      'an estimate before a repaired date of the UPS',
      { installed: '03/04/2022', replaceBy: '11/17/20<4' },
      {},
      undefined,
      '2026-03-04 estimate',
    ],
    ['a repaired date when there is nothing else', { replaceBy: '11/17/20<4' }, {}, undefined, '2024-11-17 ups?'],
    [
      'the UPS, whose install date was never set',
      { made: '03/04/2022', installed: '03/04/2022', replaceBy: '03/04/2027' },
      {},
      undefined,
      '2027-03-04 ups',
    ],
  ])('%s', (_name, upsSaid, config, customer, expected) => {
    expect(replaceBy(upsSaid, config, customer)).toBe(expected);
  });

  it.each([
    ['03/04/2022', '03/04/2022', '?'],
    ['03/04/2022', '03/03/2022', '?'],
    ['03/04/2022', '03/05/2022', ''],
    ['03/04/2022', '03/04/2037', ''],
    ['03/04/2022', '03/05/2037', '?'],
  ])('installed %s, replace-by %s: both%s', (install, end, doubt) => {
    const known = facts({ installed: install, replaceBy: end });
    expect(known['battery.date']?.confidence).toBe(doubt === '?' ? 'doubtful' : 'sound');
    expect(known['battery.date.maintenance']?.confidence).toBe(doubt === '?' ? 'doubtful' : 'sound');
  });

  it('of people that cannot be true makes both doubtful', () => {
    const known = facts({}, { installed: '2024-01-01' }, { replaceBy: '2023-01-01' });
    expect(brief(known['battery.date'])).toBe('2024-01-01 config?');
    expect(brief(known['battery.date.maintenance'])).toBe('2023-01-01 customer?');
  });

  it('of the UPS that does not fit a better install date gives way to the estimate', () => {
    expect(replaceBy({ replaceBy: '03/04/2023' }, { installed: '2024-01-01' })).toBe('2028-01-01 estimate');
  });
});

describe('several cartridges', () => {
  const cartridges = [
    { pack: 0, cartridge: 1, installed: '01/05/2023', replaceBy: '01/05/2028', part: 'RBC1', status: [] },
    { pack: 1, cartridge: 1, installed: '02/05/2022', replaceBy: '02/05/2027', part: 'RBC1', status: [] },
    { pack: 2, cartridge: 1, installed: 'Unknown', replaceBy: '00/00/00' },
  ];

  it('count with their earliest dates, and are all listed', () => {
    const known = facts({ cartridges });
    expect(brief(known['battery.date'])).toBe('2022-02-05 ups');
    expect(brief(known['battery.date.maintenance'])).toBe('2027-02-05 ups');
    expect(known['battery.cartridges']?.value).toEqual([
      { pack: 0, cartridge: 1, installed: '2023-01-05', replaceBy: '2028-01-05', part: 'RBC1', status: [] },
      { pack: 1, cartridge: 1, installed: '2022-02-05', replaceBy: '2027-02-05', part: 'RBC1', status: [] },
      { pack: 2, cartridge: 1 },
    ]);
    expect(known['battery.cartridge.quantity']?.value).toBe(3);
  });

  it('a sound date counts before an earlier doubtful one', () => {
    const doubtful = { pack: 3, cartridge: 1, installed: '01/01/2027', replaceBy: '01/01/2026' };
    expect(brief(facts({ cartridges: [...cartridges, doubtful] })['battery.date'])).toBe('2022-02-05 ups');
  });

  it('as many as the config says', () => {
    const known = facts({ cartridges }, { cartridges: 8, cartridge: 'RBC9' });
    expect(known['battery.cartridge.quantity']).toMatchObject({ value: 8, source: 'config' });
    expect(known['battery.cartridge']).toMatchObject({ value: 'RBC9', source: 'config' });
  });

  it('does not count a pack and its cartridges twice', () => {
    const known = facts({ cartridges: [...cartridges.slice(0, 2), { pack: 1, installed: '02/05/2022' }] });
    expect(known['battery.cartridge.quantity']?.value).toBe(2);
  });
});

describe('warranty and plan', () => {
  it.each<[string, Said, Partial<ConfiguredUnit>, CustomerFacts | undefined, string | undefined]>([
    ['the config', {}, { warrantyEnd: '2027-01-01' }, undefined, '2027-01-01 config'],
    ['the customer first', {}, { warrantyEnd: '2027-01-01' }, { warrantyEnd: '2028-01-01' }, '2028-01-01 customer'],
    [
      'a term from the manufacture',
      { made: '03/04/2024' },
      { warrantyTerm: { months: 24, from: 'manufacture' } },
      undefined,
      '2026-03-04 estimate',
    ],
    [
      'a term from the serial number',
      { serial: 'AS2128296401' },
      { warrantyTerm: { months: 24, from: 'manufacture' } },
      undefined,
      '2023-07-12 estimate',
    ],
    [
      'no term from a doubtful manufacture date',
      { made: '03/04/2027' },
      { warrantyTerm: { months: 24, from: 'manufacture' } },
      undefined,
      undefined,
    ],
    [
      'a term from the purchase',
      {},
      { warrantyTerm: { months: 36, from: 'purchase' }, purchased: '2024-02-29' },
      undefined,
      '2027-02-28 estimate',
    ],
    ['no term without a purchase', {}, { warrantyTerm: { months: 36, from: 'purchase' } }, undefined, undefined],
    [
      'a term before what a three-phase unit counts',
      { warranty: 'in 100 days', made: '03/04/2024' },
      { warrantyTerm: { months: 24, from: 'manufacture' } },
      undefined,
      '2026-03-04 estimate',
    ],
    ['doubtful days to come', { warranty: 'in 100 days' }, {}, undefined, '2026-09-09 ups?'],
    ['doubtful days past', { warranty: '12 days ago' }, {}, undefined, '2026-05-20 ups?'],
    ['a doubtful day from a flag', { warranty: 'soon' }, {}, undefined, '2026-08-30 ups?'],
    ['no date from a register full of ones', { warranty: 'in 4294967295 days' }, {}, undefined, undefined],
  ])('%s', (_name, said, config, customer, expected) => {
    expect(brief(facts(said, config, customer)['warranty.end'])).toBe(expected);
  });

  it('a plan is the customer’s, else the config’s', () => {
    const plan = { kind: 'advanced', end: '2027-01-01' } as const;
    expect(facts({}, { plan })).toMatchObject({
      'plan.kind': { value: 'advanced', source: 'config' },
      'plan.end': { value: '2027-01-01', source: 'config', confidence: 'sound' },
    });
    expect(facts({}, { plan }, { plan: { kind: 'standard', end: '2028-01-01' } })).toMatchObject({
      'plan.kind': { value: 'standard', source: 'customer' },
      'plan.end': { value: '2028-01-01', source: 'customer' },
    });
    expect(facts({})['plan.end']).toBeUndefined();
  });
});

describe('what the UPS signals', () => {
  it.each([
    [['battery.lifetime.ok'], 'ok'],
    [['battery.lifetime.ok', 'battery.lifetime.near-end'], 'near-end'],
    [['battery.lifetime.near-end', 'battery.lifetime.measured-near-end'], 'measured-near-end'],
    [['battery.lifetime.exceeded|pack', 'battery.lifetime.near-end'], 'exceeded'],
    [['!battery.lifetime.exceeded'], undefined],
  ])('%j is the lifetime %s', (signals, state) => {
    expect(facts({ signals })['battery.lifetime']?.value).toBe(state);
  });

  it('is true when one cause says so, false when all deny it, absent when none was read', () => {
    const one = facts({ signals: ['!battery.replace|indicator', 'battery.replace|flag-5'] });
    expect(one['battery.replace']).toMatchObject({ value: true, source: 'ups' });
    expect(facts({ signals: ['!battery.replace'] })['battery.replace']?.value).toBe(false);
    expect(facts({})['battery.replace']).toBeUndefined();
    expect(facts({})['battery.needs-replacement']).toBeUndefined();
  });
});

it('one bad field costs that field only', () => {
  const known = facts({
    serial: 'AS2128296401',
    model: 'Smart-UPS 1500',
    made: '99/99/9999',
    installed: '§',
    replaceBy: '03/04/2027',
  });
  expect(Object.keys(known).sort()).toEqual([
    'battery.date.maintenance',
    'device.model',
    'device.serial',
    'ups.mfr.date',
  ]);
  expect(known['device.model']).toMatchObject({ value: 'Smart-UPS 1500', confidence: 'sound' });
});
