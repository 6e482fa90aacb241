/** SNMPv3 against net-snmp's own agent, which is not ours. Its values are synthetic. */
import { describe, expect, it } from 'vitest';
import { failure } from '../reading.ts';
import { driverFor, firstReading, type Peer, peer } from './peer.ts';

const U = '1.3.6.1.4.1.318.1.1.1';
const authPassword = 'auth secret one';
const privPassword = 'priv secret two';

function snmpd(): Promise<Peer> {
  const config = (port: number) => `
agentAddress udp:127.0.0.1:${port}
createUser md5des MD5 "${authPassword}" DES "${privPassword}"
createUser shaaes SHA "${authPassword}" AES "${privPassword}"
createUser sha256aes SHA-256 "${authPassword}" AES "${privPassword}"
createUser sha512aes SHA-512 "${authPassword}" AES "${privPassword}"
createUser authonly SHA "${authPassword}"
rouser md5des priv
rouser shaaes priv
rouser sha256aes priv
rouser sha512aes priv
rouser authonly auth
rocommunity "community with @"
sysDescr a synthetic card
override ${U}.8.1.0 integer 1
override ${U}.1.1.1.0 octet_str "Smart-UPS 1500"
override ${U}.1.2.3.0 octet_str "AS2216000001"
override ${U}.2.1.3.0 octet_str "05/04/2022"
override ${U}.2.2.4.0 integer 1
override ${U}.2.2.21.0 octet_str "05/04/2027"
override ${U}.2.3.10.2.1.10.1.1.1 octet_str "0010000000000000"
`;
  return peer(
    'snmpd',
    (port) => ({ 'agent.conf': config(port) }),
    (folder) => ['-f', '-Lf', `${folder}/log`, '-C', '-c', `${folder}/agent.conf`, '-p', `${folder}/pid`],
  );
}

const logins = [
  ['MD5 and DES', { user: 'md5des', authProtocol: 'md5', privProtocol: 'des', authPassword, privPassword }],
  ['SHA and AES', { user: 'shaaes', authProtocol: 'sha', privProtocol: 'aes', authPassword, privPassword }],
  ['SHA-256 and AES', { user: 'sha256aes', authProtocol: 'sha256', privProtocol: 'aes', authPassword, privPassword }],
  ['SHA-512 and AES', { user: 'sha512aes', authProtocol: 'sha512', privProtocol: 'aes', authPassword, privPassword }],
  ['SHA without privacy', { user: 'authonly', authProtocol: 'sha', authPassword }],
  ['2c', { version: '2c', community: 'community with @' }],
  ['1', { version: 1, community: 'community with @' }],
  ['auto', { community: 'community with @' }],
] as const;

describe('snmpd', () => {
  it('is read with every kind of access, and again after it was restarted between two polls (Q11)', async () => {
    await using agent = await snmpd();
    await agent.start();
    const drivers = await Promise.all(
      logins.map(async ([name, login]) => [name, await driverFor(agent.port, login)] as const),
    );
    const before = [];
    for (const [name, driver] of drivers) {
      const reading = await firstReading(driver);
      expect(reading.verdict, name).toBe('ups');
      expect(reading.fields['battery.date.maintenance']?.value, name).toBe('05/04/2027');
      expect(reading.fields['battery.cartridges']?.value, name).toHaveLength(1);
      expect(reading.signals['battery.needs-replacement']?.['cartridges']?.value, name).toBe(true);
      expect(await driver.read(), name).toEqual(reading);
      before.push(reading);
    }
    await agent.stop();
    await agent.start();
    const [first] = drivers;
    if (first !== undefined) await firstReading(first[1]);
    for (const [index, [name, driver]] of drivers.entries()) expect(await driver.read(), name).toEqual(before[index]);
    for (const [, driver] of drivers) await driver.close();
  });

  it('refuses wrong credentials in words that say what to check', async () => {
    await using agent = await snmpd();
    await agent.start();
    const good = logins[1][1];
    const right = await driverFor(agent.port, good);
    await firstReading(right);
    await right.close();
    const cases = [
      [{ user: 'nobody' }, 'auth', /does not know the SNMPv3 user/],
      [{ authPassword: 'quite another' }, 'auth', /authPassword/],
      [{ privPassword: 'quite another' }, undefined, /privPassword|passphrase is wrong/],
    ] as const;
    for (const [wrong, code, message] of cases) {
      const driver = await driverFor(agent.port, { ...good, ...wrong, timeout: 0.3, retries: 0 });
      const error = await failure(driver.read());
      if (code !== undefined) expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
      await driver.close();
    }
  });
});
