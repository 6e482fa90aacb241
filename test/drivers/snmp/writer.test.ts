/** The writer on simulated cards: real SNMP over UDP, synthetic values. */
import { describe, expect, it } from 'vitest';
import type { WriteAttempt } from '../../../drivers/contract.ts';
import type { Writing } from '../../../scripts/simulator/simulator.ts';
import { legacySmartUps, oids, packTable, smartUps, type Values } from '../../../scripts/simulator/units.ts';
import type { SimulatedUser } from '../../../scripts/simulator/usm.ts';
import { orderFor, refusal, writeWith } from '../writing.ts';
import { bench } from './support.ts';

const serial = 'AS2216000001';
const day = '2026-05-04';
const row = (pack: number, cartridge: number) => `1.3.6.1.4.1.318.1.1.1.2.3.10.2.1.9.${pack}.1.${cartridge}`;
/** Only what is silent takes so long: a busy machine must not look like a silent card. */
const asks = { version: '2c', writeCommunity: 'private', timeout: 2, retries: 0 };

interface Card {
  readonly values?: Values;
  readonly writing?: Writing;
  readonly options?: Record<string, unknown>;
  readonly of?: string;
}

/** Writes to a card, and gives back what came of it and what the card holds now. */
async function written({ values = smartUps(), writing = { community: 'private' }, options, of = serial }: Card) {
  await using at = await bench({ values, writing });
  const where = { host: '127.0.0.1', port: at.unit.port };
  const attempts = await writeWith('snmp', { ...where, ...asks, ...options }, orderFor(day, of));
  const sets = at.unit.requests.filter(({ kind }) => kind === 'set');
  return { attempts, holds: (oid: string) => at.unit.get(oid), sets };
}

const brief = (attempts: readonly WriteAttempt[]) =>
  attempts.map(({ object, outcome, text }) => `${object} ${outcome} ${text}`);
const ups = 'upsBasicBatteryLastReplaceDate';

describe('the install date of a UPS', () => {
  it.each([
    ['mm/dd/yyyy', smartUps(), '05/04/2026'],
    ['mm/dd/yy', legacySmartUps({ serial }), '05/04/26'],
    ['ISO', smartUps({ installed: '2000-01-01' }), '2026-05-04'],
    ['day first with dots', smartUps({ installed: '21.01.2020' }), '04.05.2026'],
    ['day first with slashes, as its manufacture date shows', smartUps({ manufactured: '21/04/2022' }), '04/05/2026'],
    [
      'the form of its manufacture date where it has none',
      smartUps({ installed: '', manufactured: '04/18/22' }),
      '05/04/26',
    ],
  ])('is written as the unit writes dates: %s', async (_name, values, text) => {
    const { attempts, holds, sets } = await written({ values });
    expect(brief(attempts)).toEqual([`${ups} taken ${text}`]);
    expect(holds(oids.installed)).toBe(text);
    expect(sets.map((each) => each.oids)).toEqual([[oids.installed]]);
  });

  it('is tried with two digits where the unit shows no date and wants no four', async () => {
    const values = smartUps({ installed: '', manufactured: 'Unknown', replaceBy: '' });
    const take = (_oid: string, text: string) => (text.length > 8 ? 10 : 'store') as 10 | 'store';
    const { attempts, holds } = await written({ values, writing: { community: 'private', take } });
    expect(brief(attempts)).toEqual([`${ups} taken 05/04/26`]);
    expect(holds(oids.installed)).toBe('05/04/26');
  });

  it('is not sent where it stands already', async () => {
    const { attempts, sets } = await written({ values: smartUps({ installed: '05/04/2026' }) });
    expect(brief(attempts)).toEqual([`${ups} already 05/04/2026`]);
    expect(sets).toEqual([]);
  });

  it.each([
    ['2c', 6, /^noAccess: .*may not write/],
    ['2c', 17, /^notWritable/],
    ['2c', 10, /^wrongValue: .*date/],
    ['2c', 16, /^authorizationError/],
    ['2c', 14, /^commitFailed/],
    ['2c', 99, /^error status 99/],
    ['1', 4, /^readOnly/],
    ['1', 3, /^badValue/],
    ['1', 5, /^genErr: .*logged in/],
  ])('that is refused over version %s with error %i says why', async (version, status, words) => {
    const { attempts } = await written({ writing: { community: 'private', take: () => status }, options: { version } });
    expect(attempts).toMatchObject([{ outcome: 'refused', words: expect.stringMatching(words) }]);
  });

  it('is refused to a community that may only read', async () => {
    for (const version of ['1', '2c', 'auto']) {
      const { attempts } = await written({ options: { version, writeCommunity: undefined } });
      expect(attempts, version).toMatchObject([{ outcome: 'refused', words: expect.stringMatching(/may not write/) }]);
    }
  });

  it('may have been taken where no answer came', async () => {
    const { attempts } = await written({ writing: { community: 'private', take: () => 'silent' } });
    expect(attempts).toMatchObject([{ outcome: 'silent', words: expect.stringMatching(/no answer/) }]);
  });
});

describe('cartridges and packs', () => {
  const cartridges = [
    { pack: 1, cartridge: 1, serial: 'C1', installed: '05/04/22' },
    { pack: 2, cartridge: 1, serial: 'C2', installed: '' },
  ];

  it('get the day as well, those that are there', async () => {
    const { attempts, holds, sets } = await written({ values: smartUps({ cartridges }) });
    expect(brief(attempts)).toEqual([
      `${ups} taken 05/04/2026`,
      'install date of pack 1, cartridge 1 taken 05/04/26',
      'install date of pack 2, cartridge 1 taken 05/04/26',
    ]);
    expect([holds(row(1, 1)), holds(row(2, 1)), holds(row(1, 2)), holds(row(3, 1))]).toEqual([
      '05/04/26',
      '05/04/26',
      '',
      '',
    ]);
    expect(sets.map((each) => each.oids)).toEqual([[oids.installed], [row(1, 1)], [row(2, 1)]]);
  });

  it('that are refused do not keep the UPS from its date', async () => {
    const take = (oid: string) => (oid === oids.installed ? ('store' as const) : 17);
    const { attempts } = await written({ values: smartUps({ cartridges }), writing: { community: 'private', take } });
    expect(attempts.map(({ outcome, pack, cartridge }) => [outcome, pack, cartridge])).toEqual([
      ['taken', undefined, undefined],
      ['refused', 1, 1],
      ['refused', 2, 1],
    ]);
  });

  it('may be whole packs', async () => {
    const values = { ...smartUps(), ...packTable([{ pack: 3, serial: 'P3', installed: '01/02/2023' }]) };
    const { attempts, holds } = await written({ values });
    expect(brief(attempts)[1]).toBe('install date of pack 3 taken 05/04/2026');
    expect(holds('1.3.6.1.4.1.318.1.1.1.2.3.10.4.1.8.3.1')).toBe('05/04/2026');
  });
});

const vain: readonly (readonly [string, Card, string, RegExp])[] = [
  ['to another unit', { of: 'AS9999000001' }, 'other-unit', /not AS9999000001/],
  [
    'to a card that has lost its UPS',
    { values: { ...smartUps(), [oids.commStatus]: 2 } },
    'unreachable',
    /lost the UPS/,
  ],
  ['to a card without an install date', { values: without(oids.installed) }, 'cannot-write', /no object/],
  ['with an unknown community', { options: { writeCommunity: 'nobody' } }, 'unreachable', /`writeCommunity` right/],
];

describe('nothing is written', () => {
  it.each(vain)('%s', async (_name, card, code, message) => {
    await using at = await bench({ values: card.values ?? smartUps(), writing: { community: 'private' } });
    const where = { host: '127.0.0.1', port: at.unit.port, ...asks, ...card.options };
    const error = await refusal(writeWith('snmp', where, orderFor(day, card.of ?? serial)));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(at.unit.requests.filter(({ kind }) => kind === 'set')).toEqual([]);
  });

  it('after it was stopped', async () => {
    await using at = await bench({ values: smartUps(), writing: { community: 'private' } });
    const where = { host: '127.0.0.1', port: at.unit.port, ...asks };
    const error = await refusal(writeWith('snmp', where, orderFor(day, serial), AbortSignal.abort()));
    expect(error.code).toBe('closed');
    expect(at.unit.asked).toBe(0);
  });
});

describe('SNMPv3', () => {
  const access = { user: 'steward', authPassword: 'an auth secret', privPassword: 'a priv secret' };
  const users: readonly SimulatedUser[] = [
    {
      name: 'steward',
      auth: { protocol: 'sha', password: 'an auth secret' },
      priv: { protocol: 'aes', password: 'a priv secret' },
    },
  ];

  it('writes with its own user', async () => {
    await using at = await bench({ values: smartUps(), users, writing: { users: ['steward'] } });
    const where = { host: '127.0.0.1', port: at.unit.port, ...access, timeout: 2, retries: 0 };
    expect(brief(await writeWith('snmp', where, orderFor(day, serial)))).toEqual([`${ups} taken 05/04/2026`]);
    expect(at.unit.get(oids.installed)).toBe('05/04/2026');
  });

  it('says that its user may not', async () => {
    await using at = await bench({ values: smartUps(), users, writing: { users: [] } });
    const where = { host: '127.0.0.1', port: at.unit.port, ...access, timeout: 2, retries: 0 };
    expect(await writeWith('snmp', where, orderFor(day, serial))).toMatchObject([
      { outcome: 'refused', words: expect.stringMatching(/this community or user may not write/) },
    ]);
  });
});

function without(oid: string): Values {
  const { [oid]: _gone, ...rest } = smartUps();
  return rest;
}
