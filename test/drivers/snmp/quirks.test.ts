/**
 * Habits of real cards, each played by a synthetic device. Numbers without a test here are not the driver's: Q10 and
 * Q20 (one odd value, flapping) are settled by asking twice before an event opens, Q19 is about other people's data.
 */
import { describe, expect, it } from 'vitest';
import { cartridgeTable, legacySmartUps, oids, outputState, smartUps } from '../../../scripts/simulator/units.ts';
import { says } from '../reading.ts';
import { bench, hours } from './support.ts';

const U = '1.3.6.1.4.1.318.1.1.1';
const gets = (requests: readonly { readonly kind: string }[]) => requests.filter(({ kind }) => kind === 'get').length;

describe('Q1 the replace indicator stays clear while a cartridge needs replacing', () => {
  it('so the cartridges speak for themselves', async () => {
    const values = smartUps({
      cartridges: [
        { pack: 1, cartridge: 1, status: [2] },
        { pack: 1, cartridge: 2 },
      ],
    });
    await using it = await bench({ values });
    const reading = await it.read();
    expect(says(reading, 'battery.replace')).toMatchObject({ 'replace-indicator': false, 'state-flag': false });
    expect(says(reading, 'battery.needs-replacement')).toEqual({ cartridges: true, packs: false });
  });
});

describe('Q2 a corrupt date', () => {
  it.each([['07/30/20:7'], ['11/17/20<4'], ['06/08/20:3']])('%s costs nothing else', async (replaceBy) => {
    await using it = await bench({ values: smartUps({ replaceBy }) });
    const { fields } = await it.read();
    expect(fields['battery.date.maintenance']).toEqual({ value: replaceBy, raw: replaceBy });
    expect(fields['battery.date']?.value).toBe('05/04/2022');
  });
});

describe('Q3 date formats differ', () => {
  it.each([['21.01.2020'], ['2016-07-15'], ['12/01/22'], ['10-05-2022'], ['00/00/00'], ['2000-01-01']])(
    '%s is handed over as it is',
    async (installed) => {
      await using it = await bench({ values: smartUps({ installed }) });
      expect((await it.read()).fields['battery.date']).toEqual({ value: installed, raw: installed });
    },
  );
});

describe('Q4 the install date is not updated by a swap', () => {
  it('so the dates of the cartridges are told beside it', async () => {
    const values = smartUps({
      installed: '05/04/2018',
      cartridges: [{ pack: 1, cartridge: 1, installed: '06/01/2023' }],
    });
    await using it = await bench({ values });
    const { fields } = await it.read();
    expect(fields['battery.date']?.value).toBe('05/04/2018');
    expect(fields['battery.cartridges']?.value).toMatchObject([{ installed: '06/01/2023' }]);
  });
});

describe('Q5 one missing object fails a whole SNMPv1 request', () => {
  it.each([[false], [true]])('so it is left out, and remembered (errors without objects: %s)', async (bareErrors) => {
    await using it = await bench({ values: legacySmartUps(), behaviour: { bareErrors } }, { version: '1' });
    const reading = await it.read();
    expect(reading.fields['battery.date']?.value).toBe('03/03/15');
    expect(reading.fields).not.toHaveProperty(['battery.date.maintenance']);
    it.unit.requests.length = 0;
    expect(await it.read()).toEqual(reading);
    expect(it.unit.requests).toHaveLength(1);
  });

  it('an object that appears later is found at the daily look', async () => {
    await using it = await bench({ values: legacySmartUps() }, { version: '1' });
    await it.read();
    it.unit.set(oids.replaceBy, '05/04/2027');
    expect((await it.read()).fields).not.toHaveProperty(['battery.date.maintenance']);
    it.pass(hours(25));
    expect((await it.read()).fields['battery.date.maintenance']?.value).toBe('05/04/2027');
  });

  it('2c tells missing objects one by one, and NULL is missing too', async () => {
    await using it = await bench({ values: { ...legacySmartUps(), [oids.replaceBy]: null } });
    const reading = await it.read();
    expect(reading.fields).not.toHaveProperty(['battery.date.maintenance']);
    expect(reading.fields['battery.date']?.value).toBe('03/03/15');
  });

  it('an object that breaks the request it stands in is left out', async () => {
    await using it = await bench({ values: smartUps(), behaviour: { genErrFor: oids.health } });
    const reading = await it.read();
    expect(reading.fields['device.model']?.value).toBe('Smart-UPS 1500');
    expect(reading.signals).not.toHaveProperty(['battery.lifetime.ok']);
  });
});

describe('Q6 values that mean "not supported"', () => {
  it('are absent', async () => {
    const values = {
      ...smartUps({ packs: -1, badPacks: -1, installed: '', replaceBy: 'Unknown', testDate: 'UNKNOWN', testResult: 0 }),
      [oids.health]: 'NOT SUPPORTED',
      [oids.stateFlags]: 'UNKNOWN',
      [oids.sku]: 'NULL',
      [oids.replaceIndicator]: 255,
    };
    await using it = await bench({ values });
    const { fields, signals } = await it.read();
    expect(Object.keys(fields).sort()).toEqual(
      ['battery.cartridge', 'device.model', 'device.serial', 'ups.firmware', 'ups.mfr.date'].sort(),
    );
    expect(signals).toEqual({});
  });

  it('a value of another type than the MIB says is taken for what it is', async () => {
    const values = { ...smartUps(), [oids.replaceIndicator]: '2', [oids.packs]: { gauge: 3 }, [oids.cartridge]: 7 };
    await using it = await bench({ values });
    const reading = await it.read();
    expect(says(reading, 'battery.replace')).toMatchObject({ 'replace-indicator': true });
    expect(reading.fields['battery.packs']?.value).toBe(3);
    expect(reading.fields['battery.cartridge']?.value).toBe('7');
  });
});

describe('Q7 a slow agent', () => {
  it('is read within the timeout, one request at a time', async () => {
    await using it = await bench({ values: smartUps(), behaviour: { lag: 40 } });
    expect((await it.read()).verdict).toBe('ups');
    it.unit.requests.length = 0;
    await it.read();
    expect(it.unit.requests).toHaveLength(1);
  });

  it('a lost datagram is asked for again', async () => {
    await using it = await bench({ values: smartUps() }, { version: '2c', retries: 1 });
    await it.read();
    it.unit.behave({ lose: 1 });
    expect((await it.read()).verdict).toBe('ups');
  });
});

describe('Q8 an agent that cannot answer many objects at once', () => {
  it.each([
    ['tooBig', { tooBigOver: 6 }],
    ['silence', { silentOver: 6 }],
  ])('%s: the request is halved, and the size remembered', async (_name, behaviour) => {
    await using it = await bench({ values: smartUps({ cartridges: [{ pack: 1, cartridge: 1 }] }), behaviour });
    const reading = await it.read();
    expect(reading.fields['device.model']?.value).toBe('Smart-UPS 1500');
    expect(reading.fields['ups.test.date']?.value).toBe('11/02/2025');
    expect(reading.fields['battery.cartridges']?.value).toHaveLength(1);
    it.unit.requests.length = 0;
    expect(await it.read()).toEqual(reading);
    const longest = Math.max(...it.unit.requests.map((request) => request.oids.length));
    expect(longest).toBeLessThanOrEqual(6);
    expect(gets(it.unit.requests)).toBe(it.unit.requests.length);
  });

  it('an object that silences the agent is left out', async () => {
    await using it = await bench(
      { values: smartUps(), behaviour: { silentAbout: [oids.health] } },
      { version: '2c', timeout: 0.3 },
    );
    const reading = await it.read();
    expect(reading.fields['ups.test.date']?.value).toBe('11/02/2025');
    expect(reading.signals).not.toHaveProperty(['battery.lifetime.ok']);
  });

  it('a network that loses what was answered before teaches nothing', async () => {
    await using it = await bench({ values: smartUps() }, { version: '2c' });
    const whole = await it.read();
    await it.read();
    for (let poll = 0; poll < 3; poll += 1) {
      it.unit.behave({ silentAbout: [oids.model, oids.installed] });
      await expect(it.read()).rejects.toMatchObject({
        code: 'timeout',
        retry: true,
        message: expect.stringContaining('loses packets'),
      });
      it.unit.behave({});
      expect(await it.read()).toEqual(whole);
    }
  });

  it('a network that loses the model at first contact makes no stranger of a UPS', async () => {
    const silentAbout = Object.values(oids);
    await using it = await bench({ values: smartUps(), behaviour: { silentAbout } }, { version: '2c', timeout: 0.1 });
    await expect(it.read()).rejects.toMatchObject({ retry: true });
    it.unit.behave({});
    expect((await it.read()).verdict).toBe('ups');
  });
});

describe('Q9 tables', () => {
  it.each([
    ['pack.1.cartridge', '2.1.1'],
    ['pack.cartridge', '2.1'],
  ])('row suffix %s', async (_name, suffix) => {
    const values = { ...smartUps(), [`${U}.2.3.10.2.1.10.${suffix}`]: '0010000000000000' };
    await using it = await bench({ values });
    expect((await it.read()).fields['battery.cartridges']?.value).toEqual([
      { pack: 2, cartridge: 1, status: ['needs-replacement'] },
    ]);
  });

  it.each([['2c'], ['1']])(
    'a walk that does not move forward ends, and clears nothing, over version %s',
    async (version) => {
      await using it = await bench(
        { values: smartUps({ cartridges: [{ pack: 1, cartridge: 1 }] }), behaviour: { stuck: true } },
        { version },
      );
      const reading = await it.read();
      expect(reading.verdict).toBe('ups');
      expect(says(reading, 'battery.needs-replacement')).toEqual({});
      expect(it.unit.asked).toBeLessThan(60);
    },
  );

  it('a table that goes on for ever ends at a cap, and clears nothing', async () => {
    const rows = Object.fromEntries(
      Array.from({ length: 400 }, (_none, index) => [`${U}.2.3.10.2.1.10.${index + 1}.1.1`, '0000000000000000']),
    );
    await using it = await bench({ values: { ...smartUps(), ...rows } });
    const reading = await it.read();
    expect(reading.fields['battery.cartridges']?.value.length).toBeLessThanOrEqual(128);
    expect(says(reading, 'battery.needs-replacement')).toEqual({});
  });
});

describe('Q11 SNMPv3 and reboots', () => {
  const user = {
    name: 'watcher',
    auth: { protocol: 'sha', password: 'auth secret' },
    priv: { protocol: 'aes', password: 'priv secret' },
  } as const;
  const login = { version: 3, user: 'watcher', authPassword: 'auth secret', privPassword: 'priv secret' };

  it('a rebooted card is resynchronised within the poll', async () => {
    await using it = await bench({ values: smartUps(), users: [user] }, login);
    await it.read();
    it.unit.reboot();
    expect((await it.read()).verdict).toBe('ups');
  });

  it('a card whose boots ran back, or that was replaced, is met anew within the poll', async () => {
    await using it = await bench({ values: smartUps(), users: [user] }, login);
    it.unit.engine.boots = 9;
    await it.read();
    it.unit.engine.boots = 1;
    expect((await it.read()).verdict).toBe('ups');
    it.unit.engine.id.fill(7, 5);
    expect((await it.read()).verdict).toBe('ups');
  });

  it('two cards with the same engine id do not confuse each other', async () => {
    await using one = await bench({ values: smartUps({ serial: 'AS0000000001' }), users: [user] }, login);
    await using two = await bench({ values: smartUps({ serial: 'AS0000000002' }), users: [user] }, login);
    one.unit.engine.id.copy(two.unit.engine.id);
    two.unit.engine.boots = 40;
    for (let poll = 0; poll < 2; poll += 1) {
      expect((await one.read()).fields['device.serial']?.value).toBe('AS0000000001');
      expect((await two.read()).fields['device.serial']?.value).toBe('AS0000000002');
    }
  });
});

describe('Q12 every protocol of SNMPv3 works', () => {
  const auths = ['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512'] as const;
  const privs = ['des', 'aes', 'aes256b', 'aes256r'] as const;
  const pairs = auths.flatMap((auth) => privs.map((priv) => [auth, priv] as const));
  it.each(pairs)('%s with %s', async (authProtocol, privProtocol) => {
    const auth = { protocol: authProtocol, password: 'auth secret' };
    const priv = { protocol: privProtocol, password: 'priv secret' };
    await using it = await bench(
      { values: smartUps(), users: [{ name: 'watcher', auth, priv }] },
      {
        version: 3,
        user: 'watcher',
        authProtocol,
        privProtocol,
        authPassword: 'auth secret',
        privPassword: 'priv secret',
      },
    );
    expect((await it.read()).verdict).toBe('ups');
  });

  it.each([
    ['authentication only', { authPassword: 'auth secret' }, { auth: { protocol: 'sha', password: 'auth secret' } }],
    ['neither', {}, {}],
  ] as const)('%s', async (_name, login, user) => {
    await using it = await bench(
      { values: smartUps(), users: [{ name: 'u', ...user }] },
      { version: 3, user: 'u', ...login },
    );
    expect((await it.read()).verdict).toBe('ups');
  });
});

describe('Q13 a card without its UPS application', () => {
  it.each([['1.3.6.1.4.1.318'], ['1.3.6.1.4.1.318.1.3.27']])('%s is told as such', async (id) => {
    const values = { [oids.sysDescr]: 'APC SNMP Agent', [oids.sysObjectId]: { oid: id } };
    await using it = await bench({ values });
    expect(await it.read()).toMatchObject({
      verdict: 'no-application',
      fields: {},
      signals: {},
      note: expect.any(String),
    });
  });

  it('is a UPS again once the application runs, without a restart of the agent', async () => {
    const values = { [oids.sysDescr]: 'APC SNMP Agent', [oids.sysObjectId]: { oid: '1.3.6.1.4.1.318' } };
    await using it = await bench({ values });
    await it.read();
    it.unit.merge(smartUps());
    expect((await it.read()).fields['battery.date']?.value).toBe('05/04/2022');
  });
});

describe('Q14 a sysObjectID that nobody knows', () => {
  it.each([['1.3.6.1.4.1.318.1.3.99.1'], ['1.3.6.1.4.1.318'], ['1.3.6.1.4.1.318.1.3.4.1']])(
    '%s does not matter where there is a model',
    async (id) => {
      await using it = await bench({ values: { ...smartUps(), [oids.sysObjectId]: { oid: id } } });
      expect((await it.read()).verdict).toBe('ups');
    },
  );
});

describe('Q15 values that others read once or cut short', () => {
  it('are read whole, at every poll', async () => {
    await using it = await bench({ values: smartUps({ installed: '05/04/2022' }) });
    await it.read();
    it.unit.set(oids.installed, '2026-11-05T00:00');
    expect((await it.read()).fields['battery.date']?.value).toBe('2026-11-05T00:00');
  });
});

describe('Q16 a unit that lacks the indicators', () => {
  it('says nothing about its battery, which is not "all is well"', async () => {
    const values = { ...smartUps() };
    const lacking = ['replaceIndicator', 'commStatus', 'stateFlags', 'health', 'badPacks', 'testResult'] as const;
    for (const name of lacking) delete values[oids[name]];
    await using it = await bench({ values });
    const reading = await it.read();
    expect(reading.verdict).toBe('ups');
    expect(reading.signals).toEqual({});
  });
});

describe('Q17 texts', () => {
  it('lose their blanks and NULs, keep their raw form and may be UTF-8', async () => {
    const values = {
      ...smartUps(),
      [oids.firmware]: 'UPS 99.9 (ID1) ',
      [oids.model]: Buffer.from('Смарт\0-UPS\0\0'),
      [oids.cartridge]: Buffer.from([0x52, 0x42, 0x43, 0xe9]),
    };
    await using it = await bench({ values });
    const { fields } = await it.read();
    expect(fields['ups.firmware']).toEqual({ value: 'UPS 99.9 (ID1)', raw: 'UPS 99.9 (ID1) ' });
    expect(fields['device.model']).toEqual({ value: 'Смарт-UPS', raw: 'Смарт-UPS' });
    expect(fields['battery.cartridge']?.value).toBe('RBCé');
  });
});

describe('Q18 sysUpTime counts the card', () => {
  it('a restart of the card makes the driver look anew, and changes nothing else', async () => {
    await using it = await bench({ values: legacySmartUps() }, { version: '1' });
    const before = await it.read();
    it.unit.reboot();
    it.unit.set(oids.replaceBy, '05/04/2027');
    const { fields, signals } = await it.read();
    expect(fields['battery.date.maintenance']?.value).toBe('05/04/2027');
    expect(signals).toEqual(before.signals);
  });

  it('another serial or firmware makes it look anew too', async () => {
    await using it = await bench({ values: smartUps({ serial: 'AS2216000001' }) });
    await it.read();
    it.unit.merge({ [oids.serial]: 'AS2216000002', ...cartridgeTable([{ pack: 1, cartridge: 1 }]) });
    const { fields } = await it.read();
    expect(fields['battery.cartridges']?.value).toHaveLength(1);
    expect(fields['device.serial']?.value).toBe('AS2216000002');
  });
});

describe('a unit on battery with its alarm set', () => {
  it('has the flag among others', async () => {
    await using it = await bench({ values: { ...smartUps(), [oids.stateFlags]: outputState(1, 2, 5) } });
    expect(says(await it.read(), 'battery.replace')).toMatchObject({ 'state-flag': true });
  });
});
