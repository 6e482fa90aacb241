import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hostKey, hostOfUrl } from '../../drivers/host.ts';

const problem = (text: string): string | undefined => {
  const parsed = hostKey('a host').safeParse(text);
  return parsed.success ? undefined : z.prettifyError(parsed.error);
};

describe('the host of a driver', () => {
  it.each(['10.0.0.5', '::1', 'fe80::1', 'ups1', 'ups-1.example.com', '3com', '10a'])('may be %s', (text) => {
    expect(problem(text)).toBeUndefined();
  });

  it.each([
    ['10.0.0.256', 'four numbers'],
    ['10.0.0', 'four numbers'],
    ['10.0.0.5.6', 'four numbers'],
    ['10.0.0.5:161', 'port'],
    ['snmp://10.0.0.5', 'without a scheme'],
    ['user@ups', 'without a scheme'],
    ['', '>=1'],
  ])('may not be %s', (text, why) => {
    expect(problem(text)).toContain(why);
  });

  it('stands without brackets', () => {
    expect(hostOfUrl(new URL('snmp://[fe80::1]:161'))).toBe('fe80::1');
    expect(hostOfUrl(new URL('snmp://ups1'))).toBe('ups1');
  });
});
