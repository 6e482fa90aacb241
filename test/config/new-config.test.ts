/** The first config of a site is the sample with the answers in their places. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { newConfig } from '../../config/new-config.ts';
import { isUntouched, readSample } from '../../config/sample.ts';
import { firstConfig } from '../../scripts/package/first-config.ts';

const sample = await readSample();
const comments = (text: string): string[] => text.split('\n').filter((line) => /^ *##/.test(line));

describe('newConfig', () => {
  test('answers stand where the sample shows their keys, and everything else stays', () => {
    const text = newConfig(
      sample,
      [
        [['site', 'company'], 'Kling & Klang: "Ltd"'],
        [['site', 'timeZone'], 'Europe/Paris'],
        [['site', 'contact', 'phone'], '+33 1'],
        [['reseller', 'email'], 'sales@reseller.example'],
        [['mail', 'user'], 'ups'],
        [['mail', 'passwordFile'], 'mail.password'],
        [['stateDir'], 'state'],
      ],
      [{ keys: { name: 'Rack', snmp: { host: '10.0.0.5' } }, comments: ['Smart-UPS 1500.'] }],
    );
    const lines = text.split('\n');
    const were = sample.text.split('\n');
    const changed = lines.filter((line) => !were.includes(line) && !line.startsWith('  #'));
    expect(changed).toEqual([
      `# yaml-language-server: $schema=${sample.schemaPath}`,
      `  company: 'Kling & Klang: "Ltd"'`,
      '  timeZone: Europe/Paris',
      '    phone: "+33 1"',
      'reseller:',
      '  email: sales@reseller.example',
      '  user: ups',
      '  passwordFile: mail.password',
      'stateDir: state',
      '  - name: Rack',
      '      host: 10.0.0.5',
    ]);
    expect(parse(text).ups).toEqual([{ name: 'Rack', snmp: { host: '10.0.0.5' } }]);
    expect(lines).toContain('  #- name: Server room');
    expect(text).toContain('\nups:\n  ## Smart-UPS 1500.\n  - name: Rack\n    snmp:\n');
    expect(text).toContain('\nreseller:\n  ## Exactly one address.');
  });

  test('without units the list is empty, and the units of the sample are examples', () => {
    expect(parse(newConfig(sample, [])).ups).toBeNull();
  });

  test('units with one name get two', () => {
    const unit = { keys: { name: 'Rack', snmp: { host: 'a' } } };
    const { ups } = parse(newConfig(sample, [], [unit, unit]));
    expect(ups.map(({ name }: { name: string }) => name)).toEqual(['Rack', 'Rack (2)']);
  });

  test('any text is kept as it is, and no comment is lost', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.constantFrom('company', 'language'),
        (value, key) => {
          const text = newConfig(sample, [[['site', key], value]]);
          expect(parse(text).site[key]).toBe(value);
          expect(comments(text).length).toBeGreaterThanOrEqual(
            comments(sample.text).filter((line) => !line.startsWith('    ')).length,
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  test('a key that the sample does not show is a mistake of the program', () => {
    expect(() => newConfig(sample, [[['site', 'color'], 'red']])).toThrow('does not show `site.color`');
  });
});

describe('isUntouched', () => {
  test('the sample, an older one with other comments, and one with empty places', () => {
    expect(isUntouched(sample.text, sample.text)).toBe(true);
    expect(isUntouched(sample.text.replaceAll(/##.*/g, '## other words'), sample.text)).toBe(true);
    expect(isUntouched(sample.text.replaceAll(/^( +(company|mail|url|from|host):) .*$/gm, '$1'), sample.text)).toBe(
      true,
    );
    expect(isUntouched(firstConfig(sample.text, '/usr/lib/upsteward.json'), sample.text), 'of the package').toBe(true);
    expect(isUntouched('', sample.text)).toBe(true);
  });

  test.each([
    ['a company', sample.text.replace('Example Ltd', 'Own Ltd')],
    ['a key more', `${sample.text}\nstateDir: /srv/ups\n`],
    ['a unit more', `${sample.text}\n  - name: Other\n`],
    ['something unreadable', `${sample.text}\n  - { name: [\n`],
  ])('not with %s', (_what, text) => {
    expect(isUntouched(text, sample.text)).toBe(false);
  });
});
