/** Debian's snmptrap and snmpinform (package `snmp`) against the receiver. A missing program fails the test. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { card, ear, good } from './support.ts';

const run = promisify(execFile);
const enterprise = '1.3.6.1.4.1.318';
const text = ['1.3.6.1.4.1.318.2.3.3.0', 's', 'UPS: a battery must be replaced'];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'traps-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** @throws Error when the program fails: an inform that nobody acknowledges */
async function call(program: string, ...args: readonly string[]): Promise<void> {
  const env = { ...process.env, SNMP_PERSISTENT_DIR: folder, SNMPCONFPATH: folder, MIBS: '' };
  await run(program, ['-t', '2', '-r', '0', ...args], { env, timeout: 15_000 });
}

const user = ['-v', '3', '-u', good.user];
const secured = (auth: string, priv: string) => [
  ...['-l', 'authPriv', '-a', auth, '-A', good.authPassword, '-x', priv, '-X', good.privPassword],
];
const trapArgs = ['', `${enterprise}.0.17`, ...text];

describe('snmptrap', () => {
  it('SNMP 1', async () => {
    await using at = await ear([card('rack')]);
    const where = `127.0.0.1:${at.receiver.port}`;
    await call('snmptrap', '-v', '1', '-c', 'any', where, enterprise, '127.0.0.1', '6', '17', '', ...text);
    await call('snmptrap', '-v', '1', '-c', 'any', where, '1.3.6.1.2.1.33.2', '127.0.0.1', '6', '3', '');
    await call('snmptrap', '-v', '1', '-c', 'any', where, enterprise, '127.0.0.1', '0', '0', '');
    await at.taken(3);
    expect(at.heard).toEqual(['rack: battery needs replacement', 'rack: alarm added']);
  });

  it('SNMP 2c', async () => {
    await using at = await ear([card('rack')]);
    await call('snmptrap', '-v', '2c', '-c', 'any', `127.0.0.1:${at.receiver.port}`, ...trapArgs);
    await at.taken(1);
    expect(at.heard).toEqual(['rack: battery needs replacement']);
  });

  it.each([
    ['SHA', 'AES', {}],
    ['SHA-256', 'AES', { authProtocol: 'sha256' }],
  ])('SNMP 3 with %s and %s, under engines of its own', async (auth, priv, options) => {
    await using at = await ear([card('rack', '127.0.0.1', { ...good, ...options })]);
    const where = `127.0.0.1:${at.receiver.port}`;
    for (const engine of ['0x8000000001020304', '0x80000000050607080910'])
      await call('snmptrap', ...user, ...secured(auth, priv), '-e', engine, where, ...trapArgs);
    await at.taken(2);
    expect(at.refusals).toEqual([]);
    expect(at.heard).toHaveLength(2);
  });

  it('SNMP 3 without a signature, or with a wrong one, is not believed', async () => {
    await using at = await ear([card('rack', '127.0.0.1', good)]);
    const where = `127.0.0.1:${at.receiver.port}`;
    const engine = ['-e', '0x8000000001020304'];
    await call('snmptrap', ...user, '-l', 'noAuthNoPriv', ...engine, where, ...trapArgs);
    await call(
      'snmptrap',
      ...user,
      '-l',
      'authNoPriv',
      '-a',
      'SHA',
      '-A',
      'wrong passphrase',
      ...engine,
      where,
      ...trapArgs,
    );
    await at.taken(2);
    expect(at.heard).toEqual([]);
    expect(at.receiver.counts.refused).toBe(2);
  });
});

describe('snmpinform', () => {
  it('SNMP 2c is acknowledged', async () => {
    await using at = await ear([card('rack')]);
    await call('snmpinform', '-v', '2c', '-c', 'any', `127.0.0.1:${at.receiver.port}`, ...trapArgs);
    expect(at.heard).toEqual(['rack: battery needs replacement']);
  });

  it.each([
    ['SHA', 'AES', {}],
    ['MD5', 'AES', { authProtocol: 'md5' }],
    ['SHA-512', 'AES', { authProtocol: 'sha512' }],
  ])('SNMP 3 with %s and %s is acknowledged', async (auth, priv, options) => {
    await using at = await ear([card('rack', '127.0.0.1', { ...good, ...options })]);
    const where = `127.0.0.1:${at.receiver.port}`;
    await call('snmpinform', ...user, ...secured(auth, priv), where, ...trapArgs);
    expect(at.heard).toEqual(['rack: battery needs replacement']);
    expect(at.refusals).toEqual([]);
  });

  it('SNMP 3 is told when its user or passphrase is wrong', async () => {
    await using at = await ear([card('rack', '127.0.0.1', good)]);
    const where = `127.0.0.1:${at.receiver.port}`;
    const stranger = call('snmpinform', '-v', '3', '-u', 'somebody', ...secured('SHA', 'AES'), where, ...trapArgs);
    await expect(stranger).rejects.toThrow(/Unknown user name/i);
    const wrong = ['-l', 'authNoPriv', '-a', 'SHA', '-A', 'wrong passphrase'];
    await expect(call('snmpinform', ...user, ...wrong, where, ...trapArgs)).rejects.toThrow(/Authentication failure/i);
    expect(at.heard).toEqual([]);
  });
});
