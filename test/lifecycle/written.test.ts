import { describe, expect, it } from 'vitest';
import { isOpenYet, judgeWriting, notTheUnit, summaryOf, type WrittenObject } from '../../agent/lifecycle/written.ts';
import type { WriteAttempt } from '../../drivers/contract.ts';
import { reading } from './support.ts';
import { Watched } from './unit-support.ts';

const day = '2026-05-04';
const attempt = (outcome: WriteAttempt['outcome'], rest: Partial<WriteAttempt> = {}): WriteAttempt => ({
  object: 'date',
  outcome,
  text: '05/04/26',
  ...rest,
});

describe('what came of one object', () => {
  it.each([
    ['taken', '05/04/26', 'written'],
    ['taken', '2026-05-04', 'written'],
    ['taken', '05/04/22', 'differs'],
    ['taken', 'Unknown', 'differs'],
    ['taken', undefined, 'differs'],
    ['silent', '05/04/2026', 'written'],
    ['silent', '05/04/2022', 'failed'],
    ['refused', '05/04/2022', 'refused'],
    ['refused', '05/04/2026', 'written'],
    ['already', '05/04/2026', 'already'],
  ] as const)('%s, and the UPS says %s: %s', (outcome, installed, expected) => {
    const after = reading(installed === undefined ? {} : { installed });
    expect(judgeWriting([attempt(outcome)], after, day, 'mdy')).toMatchObject([
      { object: 'date', outcome: expected, wrote: '05/04/26', ...(installed === undefined ? {} : { says: installed }) },
    ]);
  });

  it.each([
    ['taken', 'unconfirmed'],
    ['silent', 'failed'],
    ['refused', 'refused'],
    ['already', 'already'],
  ] as const)('%s, and it cannot be read: %s', (outcome, expected) => {
    expect(judgeWriting([attempt(outcome)], undefined, day, 'mdy')).toMatchObject([{ outcome: expected }]);
  });

  it('is judged by the date of its own cartridge', () => {
    const cartridges = [
      { pack: 1, cartridge: 1, installed: '05/04/26' },
      { pack: 1, cartridge: 2, installed: '05/04/22' },
      { pack: 2, installed: '05/04/26' },
    ];
    const attempts = [
      attempt('taken', { pack: 1, cartridge: 1 }),
      attempt('taken', { pack: 1, cartridge: 2 }),
      attempt('taken', { pack: 2 }),
      attempt('taken', { pack: 3 }),
    ];
    const judged = judgeWriting(attempts, reading({ installed: '05/04/22', cartridges }), day, 'mdy');
    expect(judged.map(({ outcome }) => outcome)).toEqual(['written', 'differs', 'written', 'differs']);
  });
});

describe('what came of all of them', () => {
  const object = (outcome: WrittenObject['outcome'], rest: Partial<WrittenObject> = {}): WrittenObject => ({
    object: 'date',
    outcome,
    wrote: '05/04/26',
    ...rest,
  });

  it.each([
    [[object('written')], 'written', 'written and read back: date 05/04/26'],
    [[object('already')], 'already', 'the UPS said so already, nothing was written: date 05/04/26'],
    [[object('already'), object('written')], 'written', 'written and read back: date 05/04/26, date 05/04/26'],
    [[object('differs', { says: '05/04/22' })], 'differs', 'date: the UPS took 05/04/26, but says 05/04/22'],
    [[object('differs')], 'differs', 'date: the UPS took 05/04/26, but says no date'],
    [[object('refused', { words: 'readOnly' })], 'refused', 'date: refused (readOnly)'],
    [[object('failed', { words: 'no answer' })], 'failed', 'date: not written (no answer)'],
    [[object('unconfirmed')], 'unconfirmed', 'date: the UPS took 05/04/26, but it could not be read back'],
    [
      [object('written'), object('refused', { object: 'pack 1', words: 'noAccess' })],
      'partly',
      'written and read back: date 05/04/26; but pack 1: refused (noAccess)',
    ],
    [
      [object('refused'), object('differs')],
      'refused',
      'date: refused (without a reason); date: the UPS took 05/04/26, but says no date',
    ],
  ] as const)('%j is %s', (objects, outcome, message) => {
    expect(summaryOf(objects)).toEqual({ outcome, message });
  });

  it('may change with a later reading only where something was taken and does not show', () => {
    expect(isOpenYet([object('written'), object('refused'), object('already')])).toBe(false);
    for (const outcome of ['differs', 'failed', 'unconfirmed'] as const) {
      expect(isOpenYet([object('written'), object(outcome)]), outcome).toBe(true);
    }
  });
});

describe('the unit that is meant', () => {
  const known = new Watched('2026-06-01').reads({ serial: 'AS2112345678' }).unit;
  const nameless = new Watched('2026-06-01').reads({ model: 'Smart-UPS' }).unit;

  it.each([
    ['the same serial number', known, 'AS2112345678', undefined],
    ['the same with blanks', known, ' AS2112345678 ', undefined],
    ['another serial number', known, 'AS2112345679', /AS2112345679, and this UPS has AS2112345678/],
    ['no serial number', known, undefined, /no serial number, and this UPS has AS2112345678/],
    ['a placeholder', known, '0000000000', /no serial number/],
    ['no serial number, as ever', nameless, undefined, undefined],
    ['a serial number where there was none', nameless, 'AS2112345678', /this UPS has none/],
    ['anything, and the unit was never read', undefined, 'AS2112345678', /never read/],
    ['anything, and the unit never answered', new Watched('2026-06-01').unit, undefined, /never read/],
  ])('is known by its serial number: %s', (_what, unit, serial, why) => {
    const { fields } = reading(serial === undefined ? {} : { serial });
    const said = notTheUnit(unit, fields);
    if (why === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(why);
  });
});
