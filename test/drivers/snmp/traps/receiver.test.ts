import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { DriverError } from '../../../../drivers/contract.ts';
import { card, community, ear, good, inform, overheard, type Sender, send, trap, v3 } from './support.ts';

const senders: Sender[] = [];
const sending = (sender: Sender): Sender => {
  senders.push(sender);
  return sender;
};
afterEach(() => {
  for (const sender of senders.splice(0)) sender.close();
});

describe('traps', () => {
  it.each(['1', '2c'] as const)('of SNMP %s name the unit at the address they come from', async (version) => {
    await using at = await ear([card('rack', '127.0.0.1'), card('other', '127.0.0.9')]);
    await trap(sending(community(at.receiver.port, version)), version === '1' ? '1.3.6.1.4.1.318.17' : 17);
    await at.taken(1);
    expect(at.heard).toEqual(['rack: battery needs replacement']);
    expect(at.receiver.counts).toMatchObject({ polls: 1, others: 0, refused: 0 });
  });

  it.each([
    ['SHA and AES', good],
    ['MD5 and DES', { ...good, authProtocol: 'md5', privProtocol: 'des' }],
    ['SHA-512 and AES-256', { ...good, authProtocol: 'sha512', privProtocol: 'aes256b' }],
    ['SHA alone', { user: 'traps', authPassword: 'first passphrase' }],
    ['nothing', { user: 'traps' }],
  ])('of SNMP 3 with %s are opened with the keys of the unit', async (_name, options) => {
    await using at = await ear([card('rack', '127.0.0.1', options)]);
    await trap(sending(v3(at.receiver.port, options)), 36);
    await at.taken(1);
    expect(at.refusals).toEqual([]);
    expect(at.heard).toEqual(['rack: battery fault cleared']);
  });

  it('that IPv6 sockets hear from IPv4 addresses name the same unit', async () => {
    await using at = await ear([card('rack', '127.0.0.1'), card('six', '[::ffff:127.0.0.1]')], { host: '::' });
    await trap(sending(community(at.receiver.port, '2c')), 17);
    await at.taken(1);
    expect(at.heard).toEqual(['rack: battery needs replacement', 'six: battery needs replacement']);
  });

  it('of all units behind one address are news of each', async () => {
    await using at = await ear([card('a'), card('b')]);
    await trap(sending(community(at.receiver.port, '2c')), 734);
    await at.taken(1);
    expect(at.heard).toEqual(['a: critical condition', 'b: critical condition']);
  });

  it.each([
    [3, 8, 10, 17, 36, 67, 68, 734, 735, 736, 737, 738, 739],
    ['1.3.6.1.2.1.33.2.1', '1.3.6.1.2.1.33.2.2', '1.3.6.1.2.1.33.2.3', '1.3.6.1.2.1.33.2.4', '1.3.6.1.2.1.33.2.0.3'],
  ])('with the numbers %s … are worth a poll', async (...numbers) => {
    await using at = await ear([card('rack')]);
    const sender = sending(community(at.receiver.port, '2c'));
    for (const number of numbers) await trap(sender, number);
    await at.taken(numbers.length);
    expect(at.heard).toHaveLength(numbers.length);
  });

  it('with other numbers are counted and nothing more', async () => {
    await using at = await ear([card('rack')]);
    const sender = sending(community(at.receiver.port, '2c'));
    for (const number of [1, 5, 9, 37, 740]) await trap(sender, number);
    for (const oid of ['1.3.6.1.6.3.1.1.5.1', '1.3.6.1.4.1.3808.0.17', '1.3.6.1.4.1.318.17']) await trap(sender, oid);
    await at.taken(8);
    expect(at.heard).toEqual([]);
    expect(at.receiver.counts).toMatchObject({ polls: 0, others: 8 });
  });
});

describe('informs', () => {
  it('of SNMP 2c are acknowledged, whatever their number', async () => {
    await using at = await ear([card('rack')]);
    const sender = sending(community(at.receiver.port, '2c'));
    await inform(sender, 17);
    await inform(sender, 5);
    expect(at.heard).toEqual(['rack: battery needs replacement']);
  });

  it('of SNMP 3 find our engine, and are acknowledged as they are signed', async () => {
    await using at = await ear([card('rack', '127.0.0.1', good)]);
    const sender = sending(v3(at.receiver.port));
    await inform(sender, 17);
    await inform(sender, 10);
    expect(at.heard).toEqual(['rack: battery needs replacement', 'rack: self-test passed']);
    expect(at.refusals).toEqual([]);
  });

  it('of SNMP 3 that are too old by our clock are told the time, and believed when signed anew', async () => {
    await using at = await ear([card('rack', '127.0.0.1', good)]);
    const sender = sending(v3(at.receiver.port));
    await inform(sender, 17);
    const [first] = await overheard(1, async (port) => {
      const { engine } = sender as unknown as { engine: object };
      const copy = sending(v3(port));
      Object.assign(copy, { engine });
      await inform(copy, 17).catch(() => {});
    });
    at.pass(200_000);
    await send(at.receiver.port, [first ?? Buffer.alloc(0)]);
    await inform(sender, 17);
    expect(at.heard, 'what was played again is not').toHaveLength(2);
  });

  it('from strangers are not acknowledged', async () => {
    await using at = await ear([card('rack', '127.0.0.9')]);
    await expect(inform(sending(community(at.receiver.port, '2c')), 17)).rejects.toThrow(/timed out/i);
    expect(at.strangers).toEqual(['127.0.0.1']);
  });
});

describe('what is not believed', () => {
  it('comes from addresses of no unit: counted, and spoken of once an hour', async () => {
    await using at = await ear([card('rack')]);
    const { port } = at.receiver;
    for (const from of ['127.0.0.2', '127.0.0.3']) {
      const sender = sending(community(port, '2c', 'public', from));
      for (let n = 0; n < 3; n += 1) await trap(sender, 17);
    }
    await at.taken(6);
    expect(at.heard).toEqual([]);
    expect([...at.strangers].sort()).toEqual(['127.0.0.2', '127.0.0.3']);
    at.pass(3_600_000);
    await trap(sending(community(port, '2c', 'public', '127.0.0.2')), 17);
    await at.taken(7);
    expect(at.strangers).toHaveLength(3);
  });

  it('comes from so many addresses that to name them all would fill the log', async () => {
    await using at = await ear([card('rack')]);
    for (let n = 0; n < 60; n += 1) await send(at.receiver.port, [Buffer.from('x')], `127.0.1.${n + 1}`);
    await at.taken(60);
    expect(at.strangers).toHaveLength(20);
    expect(at.receiver.counts.unknown).toBe(60);
  });

  it('has another community, where one is asked for', async () => {
    await using at = await ear([card('rack')], { community: 'right' });
    await trap(sending(community(at.receiver.port, '2c', 'wrong')), 17);
    await trap(sending(community(at.receiver.port, '1', 'right')), '1.3.6.1.4.1.318.17');
    await at.taken(2);
    expect(at.heard).toHaveLength(1);
    expect(at.refusals).toEqual(['rack: its community is not that of `snmp.traps`']);
  });

  it.each([
    ['another user', { ...good, user: 'somebody' }, /has the SNMPv3 user "somebody"/],
    ['another passphrase', { ...good, authPassword: 'another passphrase' }, /authPassword/],
    ['another privacy passphrase', { ...good, privPassword: 'another passphrase' }, /privPassword/],
    ['no signature', { user: 'traps' }, /not signed/],
  ])('is signed with %s', async (_name, options, why) => {
    await using at = await ear([card('rack', '127.0.0.1', good)]);
    await trap(sending(v3(at.receiver.port, options)), 17);
    await at.taken(1);
    expect(at.heard).toEqual([]);
    expect(at.receiver.counts.refused).toBe(1);
    expect(at.refusals[0]).toMatch(why);
  });

  it('is a v3 message of a unit without a v3 user', async () => {
    await using at = await ear([card('rack')]);
    await trap(sending(v3(at.receiver.port)), 17);
    await at.taken(1);
    expect(at.heard).toEqual([]);
    expect(at.refusals[0]).toMatch(/SNMPv3 user "traps"/);
  });

  it('comes in a flood: what is too much is not even looked at', async () => {
    await using at = await ear([card('rack')]);
    await send(
      at.receiver.port,
      Array.from({ length: 200 }, () => Buffer.from('noise')),
    );
    await at.taken(200);
    expect(at.receiver.counts).toMatchObject({ malformed: 50, flooded: 150 });
    expect(at.refusals, 'and is spoken of once').toHaveLength(1);
    at.pass(1000);
    await trap(sending(community(at.receiver.port, '2c')), 17);
    await at.taken(201);
    expect(at.heard, 'a second later it is heard again').toHaveLength(1);
  });
});

describe('host names', () => {
  it('are looked up when asked to, and keep their addresses when the DNS is down', async () => {
    let addresses: readonly string[] = ['127.0.0.1', '::1'];
    const resolve = async (host: string) => {
      if (addresses.length === 0) throw new Error(`no ${host}`);
      return addresses;
    };
    await using at = await ear([card('rack', 'rack.example')], { resolve });
    const sender = sending(community(at.receiver.port, '2c'));
    await trap(sender, 17);
    await at.taken(1);
    expect(at.heard).toEqual([]);
    await at.receiver.refresh();
    await trap(sender, 17);
    await at.taken(2);
    addresses = [];
    await at.receiver.refresh();
    await trap(sender, 17);
    await at.taken(3);
    expect(at.heard).toHaveLength(2);
    addresses = ['127.0.0.7'];
    await at.receiver.refresh();
    await trap(sender, 17);
    await at.taken(4);
    expect(at.heard, 'the card has moved').toHaveLength(2);
  });

  it('are looked up no further once the agent stops', async () => {
    const asked: string[] = [];
    const ended = new AbortController();
    const resolve = async (host: string) => {
      asked.push(host);
      ended.abort();
      return ['127.0.0.1'];
    };
    await using at = await ear([card('a', 'a.example'), card('b', 'b.example')], { resolve });
    await at.receiver.refresh(ended.signal);
    expect(asked).toEqual(['a.example']);
  });
});

describe('listening', () => {
  it('says what to do when the port is taken', async () => {
    const other = createSocket('udp4').bind(0, '127.0.0.1');
    await once(other, 'listening');
    const error = await ear([], { port: other.address().port }).catch((reason: unknown) => reason);
    other.close();
    expect(error).toBeInstanceOf(DriverError);
    expect(String(error)).toMatch(/EADDRINUSE\); another program uses it/);
  });

  it('says what to do when the address is of another machine', async () => {
    await expect(ear([], { host: '192.0.2.1' })).rejects.toThrow(/EADDRNOTAVAIL\); this machine does not have/);
  });
});
