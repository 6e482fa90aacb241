import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DiscoveryError } from '../../agent/discovery/error.ts';
import { addressesOf } from '../../agent/discovery/ranges.ts';

const all = (...ranges: string[]): string[] => [...addressesOf(ranges)];

function refusal(ranges: string[], allowLarge = false): DiscoveryError {
  try {
    addressesOf(ranges, allowLarge);
  } catch (error) {
    if (error instanceof DiscoveryError) return error;
  }
  throw new Error('It was not refused.');
}

describe('addresses of ranges', () => {
  test('without the network itself and its broadcast address', () => {
    expect(all('10.0.0.0/30')).toEqual(['10.0.0.1', '10.0.0.2']);
    expect(all('10.0.0.7/29').length).toBe(6);
    expect(addressesOf(['10.0.0.0/16']).count).toBe(65_534);
  });

  test('a pair, a single address, and one that is named beside its range', () => {
    expect(all('10.0.0.4/31')).toEqual(['10.0.0.4', '10.0.0.5']);
    expect(all(' 10.0.0.4 ')).toEqual(['10.0.0.4']);
    expect(all('10.0.0.0/30', '10.0.0.3')).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
  });

  test('IPv6', () => {
    expect(all('2001:db8::/126')).toEqual(['2001:db8::1', '2001:db8::2', '2001:db8::3']);
    expect(all('fe80::ffff')).toEqual(['fe80::ffff']);
    expect(refusal(['2001:db8::/64']).message).toMatch(/too large to be searched: IPv6 from \/112 on/);
  });

  test('more than a /16 wants a word', () => {
    expect(refusal(['10.0.0.0/15']).code).toBe('too-large');
    expect(refusal(['10.0.0.0/16', '10.9.0.0/29']).message).toContain('65,540 addresses');
    expect(addressesOf(['10.0.0.0/8'], true).count).toBe(16_777_214);
  });

  test.each([
    '',
    'ups1',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.256',
    '10.0.0.0/24/8',
    '0.0.0.0/0',
    '224.0.0.1',
    '255.255.255.255',
    'ff02::1',
    '::ffff:10.0.0.1',
    'fe80::1%eth0',
    '2001:db8::/129',
    '10.0.0.1-20',
  ])('%j is refused', (text) => {
    expect(refusal([text], true).code).toBe('bad-range');
  });

  test('any ranges: each address once, in one of them, none missing', () => {
    const range = fc
      .tuple(fc.nat(255), fc.integer({ min: 26, max: 32 }))
      .map(([last, bits]) => `10.0.0.${last}/${bits}`);
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 6 }), (ranges) => {
        const found = addressesOf(ranges);
        const addresses = [...found];
        expect(new Set(addresses).size).toBe(addresses.length);
        expect(found.count).toBe(addresses.length);
        const expected = new Set<number>();
        for (const text of ranges) {
          const [address = '', length = ''] = text.split('/');
          const size = 2 ** (32 - Number(length));
          const base = Math.floor(Number(address.split('.')[3]) / size) * size;
          const edge = size > 2 ? 1 : 0;
          for (let last = base + edge; last < base + size - edge; last += 1) expected.add(last);
        }
        expect(new Set(addresses.map((each) => Number(each.split('.')[3])))).toEqual(expected);
      }),
    );
  });
});
