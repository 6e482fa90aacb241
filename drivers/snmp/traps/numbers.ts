/**
 * Which traps are worth a poll, by the value of their snmpTrapOID. The words are for the log; what else a trap says is
 * not looked at.
 */

/** PowerNet-MIB, enterprise 318, by specific trap number. */
const powernet = {
  3: 'self-test failed',
  8: 'the card has its UPS again',
  10: 'self-test passed',
  17: 'battery needs replacement',
  36: 'battery fault cleared',
  67: 'more batteries',
  68: 'fewer batteries',
  734: 'critical condition',
  735: 'critical condition cleared',
  736: 'warning condition',
  737: 'warning condition cleared',
  738: 'informational condition',
  739: 'informational condition cleared',
} as const;

/** UPS-MIB, RFC 1628, section 5. */
const upsMib = { 1: 'on battery', 2: 'test completed', 3: 'alarm added', 4: 'alarm removed' } as const;

const worthAPoll: ReadonlyMap<string, string> = new Map([
  ...Object.entries(powernet).map(([number, words]): [string, string] => [`1.3.6.1.4.1.318.0.${number}`, words]),
  ...Object.entries(upsMib).flatMap(([number, words]): [string, string][] => [
    [`1.3.6.1.2.1.33.2.${number}`, words],
    // What a trap of SNMP 1 becomes, by RFC 3584, section 3.1.
    [`1.3.6.1.2.1.33.2.0.${number}`, words],
  ]),
]);

/** What a trap that is worth a poll tells, in words; `undefined` for all others. */
export function wordsFor(trapOid: string): string | undefined {
  return worthAPoll.get(trapOid);
}
