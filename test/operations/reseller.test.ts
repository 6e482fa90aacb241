import { describe, expect, it } from 'vitest';
import { addDays } from '../../agent/lifecycle/days.ts';
import { answer } from '../../agent/operations/answer.ts';
import { connectionView } from '../../agent/operations/overview.ts';
import { cancel, disconnect, followConfig, invite, tick } from '../../agent/operations/reseller.ts';
import { Bench, customerAddress, down, lost, refused, resellerAddress, siteOf } from './support.ts';

const day = '2026-06-01';
const inDays = (days: number) => addDays(day, days);
const bench = () => new Bench(day, [{ name: 'rack', replaceBy: inDays(30) }]);

async function invited(): Promise<Bench> {
  const one = bench();
  await one.units.missed('rack');
  await followConfig(one.desk);
  await one.deliver();
  return one;
}
const without = (one: Bench) => {
  const { reseller: _reseller, ...rest } = one.site;
  one.site = rest;
};
const to = (one: Bench, email: string) => {
  one.site = { ...one.site, reseller: { email, language: 'en', notInterested: false } };
};
/** Mails as `address what`. */
const mails = (one: Bench) =>
  one.mails.map(({ to: address, envelope }) => `${address} ${envelope.key.split('/').slice(1, 3).join('/')}`);

describe('the address in the config', () => {
  it('new: invites, and nothing but the invitation leaves before it is accepted', async () => {
    const one = await invited();
    await one.morning(day);
    expect(one.state).toBe('pending');
    expect(one.mails.filter((mail) => mail.to === resellerAddress)).toHaveLength(1);
    const [invitation] = one.mails;
    expect(invitation?.words.text).toContain('Customer Ltd');
    for (const secret of ['rack', 'Ira', customerAddress, '2026']) expect(invitation?.words.text).not.toContain(secret);
    expect(invitation?.envelope.replyTo).toBeUndefined();
  });

  it('unchanged: does nothing, whatever the state', async () => {
    const one = await invited();
    await followConfig(one.desk);
    one.restart();
    await followConfig(one.desk);
    await answer(one.desk, one.code(), 'decline', 'code');
    await followConfig(one.desk);
    await one.deliver();
    expect(one.state).toBe('declined');
    expect(one.mails.filter((mail) => mail.to === resellerAddress)).toHaveLength(1);
  });

  it('changed while pending: cancels, and invites the new one; the old code no longer counts', async () => {
    const one = await invited();
    const old = one.code();
    to(one, 'b@other.example');
    await followConfig(one.desk);
    await one.deliver();
    expect(mails(one).filter((mail) => mail.includes('invitation'))).toHaveLength(2);
    expect(connectionView(one.desk)).toMatchObject({ state: 'pending', address: 'b@other.example' });
    await expect(answer(one.desk, old, 'accept', 'code')).rejects.toMatchObject({ code: 'wrong-code' });
    expect((await one.store.history({ kind: 'connection.cancelled' })).length).toBe(1);
  });

  it('changed while confirmed: disconnects and deletes what was queued', async () => {
    const one = bench();
    await one.units.missed('rack');
    await one.connect();
    one.smtp = () => down;
    await one.morning(day);
    to(one, 'b@other.example');
    await followConfig(one.desk);
    one.smtp = () => undefined;
    await one.at(day, '20:00').deliver();
    await one.morning(inDays(1));
    expect(one.mails.map((mail) => mail.to).sort()).toEqual(['b@other.example', customerAddress]);
    expect(one.state).toBe('pending');
  });

  it.each([
    ['pending', 'cancelled'],
    ['confirmed', 'disconnected'],
  ])('removed while %s: %s; named again: invited again', async (state, after) => {
    const one = bench();
    await one.units.missed('rack');
    if (state === 'confirmed') await one.connect();
    else await followConfig(one.desk);
    without(one);
    await followConfig(one.desk);
    expect(one.state).toBe(after);
    await followConfig(one.desk);
    expect(one.state).toBe(after);
    to(one, resellerAddress);
    await followConfig(one.desk);
    expect(one.state).toBe('pending');
  });

  it('cannot be invited where nothing can be sent', async () => {
    const one = bench();
    one.site = siteOf(one.site.units, { mail: false });
    await expect(followConfig(one.desk)).rejects.toMatchObject({ code: 'no-channel' });
    expect(one.state).toBe('none');
    without(one);
    await expect(invite(one.desk)).rejects.toMatchObject({ code: 'no-reseller' });
  });
});

describe('an answer', () => {
  it('accepted: the customer is told, and the next run tells what is open', async () => {
    const one = await invited();
    await one.morning(day);
    expect(await answer(one.desk, ` ${one.code().toLowerCase().replace('-', ' ')} `, 'accept', 'code')).toMatchObject({
      changed: true,
      state: 'confirmed',
    });
    await one.morning(inDays(1));
    expect(one.ledger()).toEqual([
      'battery-replacement-due 30 customer told',
      'battery-replacement-due 30 late reseller told',
    ]);
    expect(mails(one).filter((mail) => mail.includes('customer/confirmed'))).toHaveLength(1);
  });

  it('too late finds the invitation expired, and the customer is told once', async () => {
    const one = await invited();
    one.at(inDays(7), '00:29');
    await tick(one.desk);
    expect(one.state).toBe('pending');
    one.at(inDays(7), '00:30');
    expect(await answer(one.desk, one.code(), 'accept', 'code')).toMatchObject({ changed: false, state: 'expired' });
    await tick(one.desk);
    await one.deliver();
    expect(mails(one).filter((mail) => mail.includes('customer/expired'))).toHaveLength(1);
  });

  it('is locked after ten wrong codes, until the next invitation', async () => {
    const one = await invited();
    for (let n = 0; n < 10; n += 1) {
      await expect(answer(one.desk, 'AAAA-AAAA', 'accept', 'code')).rejects.toMatchObject({ code: 'wrong-code' });
    }
    await expect(answer(one.desk, one.code(), 'accept', 'code')).rejects.toMatchObject({ code: 'code-locked' });
    expect(one.state).toBe('pending');
    await invite(one.desk);
    await one.deliver();
    expect((await answer(one.desk, one.code(), 'accept', 'code')).state).toBe('confirmed');
  });

  it('before anybody was invited is refused', async () => {
    await expect(answer(bench().desk, 'AAAA-AAAA', 'accept', 'code')).rejects.toMatchObject({ code: 'no-invitation' });
  });

  it('leaves no code behind: only its hash is kept once the invitation is out', async () => {
    const one = await invited();
    const code = one.code();
    const kept = JSON.stringify([one.store.list(''), await one.store.history()]);
    expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(kept).not.toContain(code);
    expect(JSON.stringify(connectionView(one.desk))).not.toContain('Hash');
  });
});

describe('the invitation', () => {
  it('that is refused for good makes the reseller undeliverable, and the customer is told why', async () => {
    const one = bench();
    one.smtp = ({ to: address }) => (address === resellerAddress ? refused : undefined);
    await followConfig(one.desk);
    await one.deliver();
    await one.deliver();
    expect(one.state).toBe('undeliverable');
    expect(mails(one)).toEqual([`${customerAddress} customer/undeliverable`]);
    expect(one.mails[0]?.words.text).toContain('550 no such user');
  });

  it('that is never taken for five days as well', async () => {
    const one = bench();
    one.smtp = ({ to: address }) => (address === resellerAddress ? down : undefined);
    await followConfig(one.desk);
    for (let n = 0; n <= 5; n += 1) {
      for (const time of ['01:00', '07:00', '13:00', '19:00']) {
        one.at(inDays(n), time);
        await tick(one.desk);
        await one.deliver();
      }
      expect(one.state).toBe(n < 5 ? 'pending' : 'undeliverable');
    }
    expect(mails(one)).toEqual([`${customerAddress} customer/undeliverable`]);
    expect(one.outbox.depth()).toBe(0);
  });

  it('runs its seven days from when it was taken', async () => {
    const one = bench();
    one.smtp = () => down;
    await followConfig(one.desk);
    await one.deliver();
    one.smtp = () => undefined;
    await one.at(inDays(2), '09:00').deliver();
    expect(Date.parse(connectionView(one.desk).expiresAt ?? '')).toBe(Date.parse(one.now) + 168 * 3_600_000);
  });

  it('answered before its receipt was seen is not sent again', async () => {
    const one = bench();
    one.smtp = () => lost;
    await followConfig(one.desk);
    await one.deliver();
    one.smtp = () => undefined;
    await answer(one.desk, one.code(), 'accept', 'code');
    await one.at(day, '20:00').deliver();
    expect(one.state).toBe('confirmed');
    expect(one.mails.filter((mail) => mail.to === resellerAddress)).toHaveLength(1);
  });

  it('that is cancelled before it left never leaves', async () => {
    const one = bench();
    await followConfig(one.desk);
    expect((await cancel(one.desk)).state).toBe('cancelled');
    await one.deliver();
    expect(one.mails).toEqual([]);
    expect(await disconnect(one.desk)).toMatchObject({ changed: false, state: 'cancelled' });
  });
});

it('a reseller who accepts again is told again of what is open, and of nothing else', async () => {
  const one = bench();
  await one.units.missed('rack');
  await one.connect();
  await one.morning(day);
  await disconnect(one.desk);
  await one.morning(inDays(23));
  await invite(one.desk);
  await one.deliver();
  await answer(one.desk, one.code(), 'accept', 'code');
  await one.morning(inDays(24));
  expect(one.notices(resellerAddress).map((mail) => mail.day)).toEqual([day, inDays(24)]);
  expect(
    one
      .ledger()
      .filter((line) => line.includes('reseller'))
      .sort(),
  ).toEqual(['battery-replacement-due 30 reseller told', 'battery-replacement-due 7 late reseller told']);
});

it('a mail that is on its way to the server when the reseller leaves is the last', async () => {
  const one = bench();
  await one.units.missed('rack');
  await one.connect();
  const { store } = one;
  one.restart({
    ...store,
    commit: async (batch) => {
      await store.commit(batch);
      const claims = batch.changes.some(({ key }) => key.includes('notices/reseller'));
      if (claims && one.state === 'confirmed' && one.messages().some(({ state }) => state === 'sending')) {
        await disconnect({ ...one.desk, store });
      }
    },
  });
  await one.morning(day);
  expect(one.state).toBe('disconnected');
  expect(one.notices(resellerAddress)).toEqual([]);
});
