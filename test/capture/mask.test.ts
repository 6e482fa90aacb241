import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Masker } from '../../agent/capture/mask.ts';
import { weekOfSerial } from '../../agent/lifecycle/dates.ts';

/** Randomness that a test can foresee, and that never stands still. */
function masker(): Masker {
  let count = 0;
  return new Masker((below) => {
    count += 1;
    return (count * 7) % below;
  });
}

describe('serial numbers', () => {
  it('keep their form, and what they say of maker, year and week', () => {
    const mask = masker();
    const masked = mask.serial('AS2128296401');
    expect(masked).toMatch(/^AS2128\d{6}$/);
    expect(masked).not.toBe('AS2128296401');
    expect(mask.serial('3S1507X12358')).toMatch(/^3S1507[A-Z]\d{5}$/);
    expect(mask.serial('09000717')).toMatch(/^\d{8}$/);
  });

  it('are always replaced by the same one, with the blanks around them', () => {
    const mask = masker();
    const first = mask.serial('AS2128296401');
    expect(mask.serial('  AS2128296401 ')).toBe(`  ${first} `);
    expect(mask.known('SN: AS2128296401.')).toBe(`SN: ${first}.`);
    expect(mask.unknown('AS2128296401')).toBe(first);
    expect(mask.serial('AS2128296402')).not.toBe(first);
  });

  it('stay where they are none', () => {
    const mask = masker();
    for (const text of ['', '   ', '000000000000', 'XXXXXXXX']) expect(mask.serial(text)).toBe(text);
    expect(mask.replaced).toBe(0);
  });

  it('of any kind end up as another one of the same length and week', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20 }), (text) => {
        const made = masker().serial(text);
        expect(made).toHaveLength(text.length);
        expect(weekOfSerial(made)).toBe(weekOfSerial(text));
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z]{2}[0-9]{10}$/), (text) => {
        expect(masker().serial(text)).not.toBe(text);
      }),
    );
  });
});

describe('other texts', () => {
  it('keep their form alone', () => {
    expect(masker().unknown('Server room 3, Åsgatan')).toBe('Xxxxxx xxxx 9, Xxxxxxx');
  });

  it.each([
    '',
    '0',
    '24.5',
    '-1',
    '13.7 Volts',
    '0001010000000000',
    '05/04/22',
    '2022-05-04',
    '21.01.2020',
    'OK',
    'Unknown',
  ])('stay where they say nothing of anybody: %j', (text) => {
    expect(masker().unknown(text)).toBe(text);
  });

  it.each(['5551234567', '10.0.0.5', 'ups1.example.com', 'ops@example.com', '00:c0:b7:12:34:56', 'RACK-A'])(
    'do not stay when they may name somebody: %j',
    (text) => {
      expect(masker().unknown(text)).not.toBe(text);
    },
  );

  it('are replaced inside harmless ones too', () => {
    const mask = masker();
    mask.unknown('munich-dc');
    expect(mask.known('upsd at munich-dc does not answer')).toBe('upsd at xxxxxx-xx does not answer');
  });
});

describe('harmless texts', () => {
  it('stay, but for the addresses in them', () => {
    const mask = masker();
    expect(mask.known('UPS 09.8 / 00.5')).toBe('UPS 09.8 / 00.5');
    expect(mask.known('PF:v2.5.0.6 at 10.1.2.3 (00:C0:B7:12:34:56), ask it@firm.example')).toBe(
      'PF:v2.5.0.6 at 192.0.2.1 (00-00-5E-00-53-01), ask somebody@example.com',
    );
  });

  it('are listed for whoever looks the capture over, numbers and dates not', () => {
    const mask = masker();
    for (const text of ['Smart-UPS 1500', '05/04/22', '24.5', 'OK', 'APCRBC133', 'Smart-UPS 1500 ']) mask.known(text);
    expect(mask.kept).toEqual(['APCRBC133', 'Smart-UPS 1500']);
  });
});
