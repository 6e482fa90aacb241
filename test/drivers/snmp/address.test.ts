import { expect, it } from 'vitest';
import { canonical } from '../../../drivers/snmp/address.ts';

it.each([
  ['10.0.0.5', '10.0.0.5'],
  ['::ffff:10.0.0.5', '10.0.0.5'],
  ['::FFFF:0a00:0005', '10.0.0.5'],
  ['0:0:0:0:0:ffff:c0a8:0101', '192.168.1.1'],
  ['::ffff:10.0.0.5%eth0', '10.0.0.5'],
  ['2001:DB8:0:0::5', '2001:db8::5'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['rack.example', 'rack.example'],
])('%s is %s', (written, meant) => {
  expect(canonical(written)).toBe(meant);
});
