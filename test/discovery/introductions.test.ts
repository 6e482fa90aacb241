import { expect, test } from 'vitest';
import { introductionsOf } from '../../agent/discovery/introductions.ts';
import { driverOptions } from '../../drivers/registry.ts';

const unit = (driver: string, used: unknown, written: unknown = used) => ({
  driver,
  options: driverOptions(driver).schema.parse(used),
  written,
});

test('without a community the usual one is tried, and nothing is written for it', () => {
  const asUsual = { used: {}, written: {}, shown: {} };
  expect(introductionsOf([])['snmp']).toEqual([asUsual]);
  expect(introductionsOf([{ value: 'public', unwritten: true }])['snmp']).toEqual([asUsual]);
});

test('a community is written as it was given', () => {
  const [typed, filed, hidden] =
    introductionsOf([{ value: 'one' }, { value: 'two', file: '/etc/two' }, { value: 'three', unwritten: true }])[
      'snmp'
    ] ?? [];
  expect(typed).toMatchObject({ used: { community: 'one' }, written: { community: 'one' } });
  expect(filed).toMatchObject({ used: { community: 'two' }, written: { communityFile: '/etc/two' } });
  expect(hidden).toMatchObject({
    used: { community: 'three' },
    written: {},
    note: expect.stringContaining('community'),
  });
});

test('an empty community is refused before anything is sent', () => {
  expect(() => introductionsOf([{ value: ' ', file: '/etc/empty' }])).toThrow(/\/etc\/empty is empty/);
});

test('users of SNMP 3 are taken from the config once each; communities of units are not', () => {
  const user = { user: 'u', authPassword: 'a long secret' };
  const found = introductionsOf(
    [],
    [
      unit('snmp', { host: 'a', ...user }),
      unit('snmp', { host: 'b', ...user }, { host: 'b', user: 'u', authPasswordFile: 'b.auth' }),
      unit('snmp', { host: 'c', community: 'mine' }),
      unit('apcupsd', { host: 'd' }),
    ],
  );
  expect(Object.keys(found)).toEqual(['snmp']);
  expect(found['snmp']?.slice(1)).toEqual([
    { used: user, written: user, shown: { user: 'u', authPassword: '<secret>' } },
  ]);
});

test('a secret that stands elsewhere is named, not copied', () => {
  const used = { host: 'a', user: 'u', authPassword: 'a long secret', privPassword: 'another secret' };
  const written = { host: 'a', user: 'u', privPasswordFile: 'a.priv' };
  const [, found] = introductionsOf([], [unit('snmp', used, written)])['snmp'] ?? [];
  expect(found).toMatchObject({
    written: { user: 'u', privPasswordFile: 'a.priv' },
    shown: { user: 'u', privPasswordFile: 'a.priv' },
  });
  expect(found?.note).toBe('Give it authPassword too, as for the units that use it already.');
});

test('a user of a NUT server is for that server alone', () => {
  const [found] = introductionsOf([], [unit('nut', { host: 'nas', user: 'u', password: 'p' })])['nut'] ?? [];
  expect(found).toMatchObject({ host: 'nas', shown: { user: 'u', password: '<secret>' } });
});
