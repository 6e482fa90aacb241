/** The keys of RFC 3414 appendix A.3, and of one passphrase on many engines. */
import snmp from 'net-snmp';
import { describe, expect, it } from 'vitest';
import '../../../drivers/snmp/usm.ts';

describe('a passphrase becomes a key', () => {
  const engine = Buffer.from('000000000000000000000002', 'hex');
  it.each([
    ['md5', '526f5eed9fcce26f8964c2930787d82b'],
    ['sha', '6695febc9288e36282235fc7151f128497b38f3f'],
  ] as const)('%s', (protocol, key) => {
    const { passwordToKey } = snmp.Authentication;
    expect(passwordToKey(snmp.AuthProtocols[protocol], 'maplesyrup', engine).toString('hex')).toBe(key);
    expect(passwordToKey(snmp.AuthProtocols[protocol], 'maplesyrup', engine).toString('hex')).toBe(key);
    const other = Buffer.from('000000000000000000000003', 'hex');
    expect(passwordToKey(snmp.AuthProtocols[protocol], 'maplesyrup', other).toString('hex')).not.toBe(key);
  });
});
