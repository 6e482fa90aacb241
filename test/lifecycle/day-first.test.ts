import { expect, it } from 'vitest';
import { deriveFacts } from '../../agent/lifecycle/facts.ts';
import { brief, heard, observed, type Said, unitConfig } from './support.ts';

const today = '2026-06-01';
const facts = (said: Said) => deriveFacts({ heard: heard(observed(said, today)), config: unitConfig(), today });

it.each([
  ['turned by the serial number', '12/07/2021'],
  ['only readable day first', '15/07/2021'],
])('a unit whose manufacture date is %s has no sound date that can be read both ways', (_why, made) => {
  const known = facts({ serial: 'AS2128296401', made, installed: '08/09/2021', replaceBy: '05/02/2027' });
  expect(brief(known['battery.date'])).toBe('2021-08-09 ups?');
  expect(brief(known['battery.date.maintenance'])).toBe('2027-05-02 ups?');
});

it('a date that can be read one way only stays sound', () => {
  const known = facts({ serial: 'AS2128296401', made: '12/07/2021', replaceBy: '2027-05-02' });
  expect(brief(known['battery.date.maintenance'])).toBe('2027-05-02 ups');
});
