/** Units that say neither their model nor anything of the ordinary poll, but have something about their battery. */
import { expect, it } from 'vitest';
import { oids } from '../../../scripts/simulator/units.ts';
import { bench } from './support.ts';

const card = { [oids.sysDescr]: 'a card', [oids.sysObjectId]: { oid: '1.3.6.1.4.1.318.1.3.27' } } as const;
const precise = '1.3.6.1.4.1.318.1.1.1.2.3.1.0';
const cartridgeStatus = '1.3.6.1.4.1.318.1.1.1.2.3.10.2.1.10.1.1.1';
const standardTemperature = '1.3.6.1.2.1.33.1.2.7.0';

it.each(['1', '2c'] as const)('a battery object that is not asked makes it a UPS (SNMP %s)', async (version) => {
  await using it = await bench({ values: { ...card, [precise]: { gauge: 1000 } } }, { version });
  expect((await it.read()).verdict).toBe('ups');
  expect((await it.read()).verdict).toBe('ups');
});

it('an alarm of a cartridge is heard from a unit that says nothing else', async () => {
  await using it = await bench({ values: { ...card, [cartridgeStatus]: '0010000000000000' } });
  for (const reading of [await it.read(), await it.read()]) {
    expect(reading.verdict).toBe('ups');
    expect(reading.signals['battery.needs-replacement']?.['cartridges']?.value).toBe(true);
  }
});

it('any battery object of RFC 1628 makes it a UPS of another vendor', async () => {
  const values = { [oids.sysObjectId]: { oid: '1.3.6.1.4.1.99999.1' }, [standardTemperature]: 25 };
  await using it = await bench({ values });
  expect((await it.read()).verdict).toBe('other-vendor');
  expect((await it.read()).verdict).toBe('other-vendor');
});

it('a card without anything of a battery stays what it is', async () => {
  await using it = await bench({ values: card });
  expect((await it.read()).verdict).toBe('no-application');
});
