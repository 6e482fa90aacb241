/** SNMP 1 and 2c against snmpsim, which plays synthetic recordings that this test writes. */
import { getuid } from 'node:process';
import { describe, expect, it } from 'vitest';
import { says } from '../reading.ts';
import { driverFor, firstReading, peer } from './peer.ts';

const U = '1.3.6.1.4.1.318.1.1.1';
const M = '1.3.6.1.2.1.33.1';
type Line = readonly [oid: string, tag: '2' | '4' | '6' | '66' | '67', value: string | number];

const card = (id: string): readonly Line[] => [
  ['1.3.6.1.2.1.1.1.0', '4', 'a synthetic card'],
  ['1.3.6.1.2.1.1.2.0', '6', id],
  ['1.3.6.1.2.1.1.3.0', '67', 123_456],
];

const devices: Readonly<Record<string, readonly Line[]>> = {
  'smart-ups@site': [
    ...card('1.3.6.1.4.1.318.1.3.27'),
    [`${U}.1.1.1.0`, '4', 'Smart-UPS 3000'],
    [`${U}.1.2.1.0`, '4', 'UPS 99.0 (ID00) '],
    [`${U}.1.2.3.0`, '4', 'AS2216000001'],
    [`${U}.2.1.3.0`, '4', '05/04/2022'],
    [`${U}.2.2.4.0`, '2', 1],
    [`${U}.2.2.6.0`, '2', -1],
    [`${U}.2.2.21.0`, '4', '11/17/20<4'],
    ...Array.from({ length: 22 }, (_none, index): Line => {
      const suffix = `${Math.floor(index / 2) + 1}.1.${(index % 2) + 1}`;
      return [
        `${U}.2.3.10.2.1.10.${suffix}`,
        '4',
        index === 0 ? '0010000000000000' : index < 4 ? '0000000000000000' : '',
      ];
    }),
  ],
  transferswitch: card('1.3.6.1.4.1.318.1.3.32'),
  bare: card('1.3.6.1.4.1.318'),
  'other-vendor': [
    ...card('1.3.6.1.4.1.99999'),
    [`${M}.1.1.0`, '4', 'Example Power'],
    [`${M}.2.1.0`, '2', 2],
    [`${M}.6.1.0`, '66', 1],
    [`${M}.6.2.1.2.1`, '6', `${M}.6.3.1`],
  ],
};

describe('snmpsim', () => {
  it('plays devices that are read alike over 1, 2c and auto', async () => {
    const files = Object.fromEntries(
      Object.entries(devices).map(([name, lines]) => [
        `${name}.snmprec`,
        lines.map((line) => `${line.join('|')}\n`).join(''),
      ]),
    );
    // It refuses to stay root.
    const user = getuid?.() === 0 ? ['--process-user=nobody', '--process-group=nogroup'] : [];
    await using agent = await peer(
      'snmpsimd',
      () => files,
      (folder, port) => [
        `--data-dir=${folder}`,
        `--cache-dir=${folder}/cache`,
        `--agent-udpv4-endpoint=127.0.0.1:${port}`,
        '--logging-method=null',
        ...user,
      ],
    );
    await agent.start();
    for (const version of ['2c', '1', 'auto']) {
      const read = async (community: string) => {
        const driver = await driverFor(agent.port, { version, community });
        const reading = await firstReading(driver);
        expect(await driver.read()).toEqual(reading);
        await driver.close();
        return reading;
      };
      const ups = await read('smart-ups@site');
      expect(ups.verdict).toBe('ups');
      expect(ups.fields['battery.date.maintenance']?.value).toBe('11/17/20<4');
      expect(ups.fields['battery.cartridges']?.value).toHaveLength(4);
      expect(says(ups, 'battery.replace')).toEqual({ 'replace-indicator': false });
      expect(says(ups, 'battery.needs-replacement')).toEqual({ cartridges: true });
      expect(ups.signals).not.toHaveProperty(['battery.packs.bad']);
      expect((await read('transferswitch')).verdict).toBe('not-a-ups');
      expect((await read('bare')).verdict).toBe('no-application');
      const other = await read('other-vendor');
      expect(other.verdict).toBe('other-vendor');
      expect(says(other, 'battery.replace')).toEqual({ 'alarm-battery-bad': true });
    }
  });
});
