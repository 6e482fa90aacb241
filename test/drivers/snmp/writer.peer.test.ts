/** The writer against net-snmp's own agent, which is not ours. Its values are synthetic. */
import { describe, expect, it } from 'vitest';
import { orderFor, refusal, writeWith } from '../writing.ts';
import { driverFor, firstReading, type Peer, peer } from './peer.ts';

const U = '1.3.6.1.4.1.318.1.1.1';
const serial = 'AS2216000001';
const day = '2026-05-04';
const passwords = { authPassword: 'auth secret one', privPassword: 'priv secret two' };

/** Two cartridges; the install date of the second may not be written by anybody. */
const config = (port: number) => `
agentAddress udp:127.0.0.1:${port}
createUser writer SHA "${passwords.authPassword}" AES "${passwords.privPassword}"
createUser reader SHA "${passwords.authPassword}" AES "${passwords.privPassword}"
rwuser writer priv
rouser reader priv
rocommunity public
rwcommunity private
sysDescr a synthetic card
override ${U}.8.1.0 integer 1
override ${U}.1.1.1.0 octet_str "Smart-UPS 1500"
override ${U}.1.2.3.0 octet_str "${serial}"
override -rw ${U}.2.1.3.0 octet_str "05/04/22"
override ${U}.2.3.10.2.1.4.1.1.1 octet_str "C1"
override ${U}.2.3.10.2.1.4.1.1.2 octet_str "C2"
override -rw ${U}.2.3.10.2.1.9.1.1.1 octet_str "05/04/2022"
override ${U}.2.3.10.2.1.9.1.1.2 octet_str "05/04/2022"
`;

function snmpd(): Promise<Peer> {
  return peer(
    'snmpd',
    (port) => ({ 'agent.conf': config(port) }),
    (folder) => ['-f', '-Lf', `${folder}/log`, '-C', '-c', `${folder}/agent.conf`, '-p', `${folder}/pid`],
  );
}

const write = (port: number, login: Record<string, unknown>, of = serial) =>
  writeWith('snmp', { host: '127.0.0.1', port, timeout: 1, retries: 1, ...login }, orderFor(day, of));

const writers = [
  ['1', { version: 1, community: 'public', writeCommunity: 'private' }, /^noSuchName|^readOnly/],
  ['2c', { version: '2c', community: 'public', writeCommunity: 'private' }, /^notWritable/],
  ['auto', { writeCommunity: 'private' }, /^notWritable/],
  ['3', { user: 'writer', ...passwords }, /^notWritable/],
] as const;
const readers = [
  ['1', { version: 1 }, /^noSuchName: this community may not write/],
  ['2c', { version: '2c' }, /^noAccess: /],
  ['3', { user: 'reader', ...passwords }, /^noAccess: |^authorizationError: /],
] as const;

describe('snmpd', () => {
  it.each(writers)(
    'takes the date over version %s, and says why it does not take another',
    async (_version, login, why) => {
      await using agent = await snmpd();
      await agent.start();
      const reader = await driverFor(agent.port, {});
      await firstReading(reader);
      expect(await write(agent.port, login)).toEqual([
        { object: 'upsBasicBatteryLastReplaceDate', outcome: 'taken', text: '05/04/26' },
        { object: 'install date of pack 1, cartridge 1', pack: 1, cartridge: 1, outcome: 'taken', text: '05/04/2026' },
        {
          object: 'install date of pack 1, cartridge 2',
          pack: 1,
          cartridge: 2,
          outcome: 'refused',
          text: '05/04/2026',
          words: expect.stringMatching(why),
        },
      ]);
      const { fields } = await reader.read();
      expect(fields['battery.date']?.value).toBe('05/04/26');
      expect(fields['battery.cartridges']?.value.map(({ installed }) => installed)).toEqual([
        '05/04/2026',
        '05/04/2022',
      ]);
      expect((await write(agent.port, login)).map(({ outcome }) => outcome)).toEqual(['already', 'already', 'refused']);
      await reader.close();
    },
  );

  it('refuses whoever may only read, and is not written to by mistake', async () => {
    await using agent = await snmpd();
    await agent.start();
    const reader = await driverFor(agent.port, {});
    await firstReading(reader);
    for (const [version, login, why] of readers) {
      for (const attempt of await write(agent.port, login))
        expect(attempt, version).toMatchObject({ outcome: 'refused', words: expect.stringMatching(why) });
    }
    expect(await refusal(write(agent.port, writers[1][1], 'AS9999999999'))).toMatchObject({ code: 'other-unit' });
    const stranger = { version: '2c', writeCommunity: 'nobody', timeout: 0.3, retries: 0 };
    expect(await refusal(write(agent.port, stranger))).toMatchObject({ code: 'unreachable' });
    expect((await reader.read()).fields['battery.date']?.value).toBe('05/04/22');
    await reader.close();
  });
});
