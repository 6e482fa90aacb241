/** Every way of answering ends in one function: what it takes, what it refuses, and what follows. */
import { describe, expect, it } from 'vitest';
import type { AnswerKind, AnswerWay } from '../../agent/lifecycle/connection.ts';
import { addDays } from '../../agent/lifecycle/days.ts';
import { answer, connectionOfToken } from '../../agent/operations/answer.ts';
import { cancel, connectionOf, disconnect, followConfig, invite, tick } from '../../agent/operations/reseller.ts';
import { Bench, customerAddress, down, resellerAddress } from './support.ts';

const day = '2026-06-01';
const inDays = (days: number) => addDays(day, days);
const ways: readonly AnswerWay[] = ['mail', 'link', 'cloud', 'code'];

async function invited(): Promise<Bench> {
  const bench = new Bench(day, [{ name: 'rack', replaceBy: inDays(30) }]);
  await bench.units.missed('rack');
  await followConfig(bench.desk);
  await bench.deliver();
  return bench;
}

const give = (bench: Bench, kind: AnswerKind, by: AnswerWay = 'mail', from?: string) =>
  answer(bench.desk, bench.token(), kind, by, from === undefined ? {} : { from });

/** Mails as `address what`. */
const mails = (bench: Bench) =>
  bench.mails.map(({ to, envelope }) => `${to} ${envelope.key.split('/').slice(1, -1).join('/')}`);

describe('the token', () => {
  it.each(ways)('accepts, declines and opts out by %s', async (by) => {
    const bench = await invited();
    expect(await give(bench, 'accept', by)).toMatchObject({ outcome: 'taken', state: 'confirmed' });
    expect(connectionOf(bench.store).answeredBy).toBe(by);
    expect(await give(bench, 'opt-out', by)).toMatchObject({ outcome: 'taken', state: 'opted-out' });
    const other = await invited();
    expect(await give(other, 'decline', by)).toMatchObject({ outcome: 'taken', state: 'declined' });
  });

  it('may be spelt as people spell', async () => {
    const bench = await invited();
    const word = bench.token().toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l');
    expect(await answer(bench.desk, ` ${word} `, 'accept', 'mail')).toMatchObject({ outcome: 'taken' });
  });

  it('says again what holds: giving it twice is giving it once', async () => {
    const bench = await invited();
    await give(bench, 'accept', 'mail');
    expect(await give(bench, 'accept', 'link')).toMatchObject({ changed: false, outcome: 'already' });
    expect(connectionOf(bench.store).answeredBy).toBe('mail');
    await give(bench, 'opt-out', 'link');
    expect(await give(bench, 'decline', 'mail')).toMatchObject({ changed: false, outcome: 'already' });
    await bench.deliver();
    expect(mails(bench).filter((mail) => mail.startsWith(customerAddress))).toEqual([
      `${customerAddress} customer/confirmed`,
      `${customerAddress} customer/opted-out`,
    ]);
    expect(bench.counts).toEqual(['mail taken', 'link already', 'link taken', 'mail already']);
  });

  it.each<[string, (bench: Bench) => Promise<unknown>, string]>([
    ['declined', (bench) => give(bench, 'decline'), 'declined'],
    ['opted out', async (bench) => [await give(bench, 'accept'), await give(bench, 'opt-out')], 'opted-out'],
    ['cancelled', (bench) => cancel(bench.desk), 'cancelled'],
    ['disconnected', async (bench) => [await give(bench, 'accept'), await disconnect(bench.desk)], 'disconnected'],
    ['expired', (bench) => tick(bench.at(inDays(8)).desk), 'expired'],
  ])('is dead once it is %s', async (_name, end, state) => {
    const bench = await invited();
    await end(bench);
    const before = bench.store.list('');
    const given = await give(bench, 'accept', 'link');
    expect(given).toMatchObject({ changed: false, outcome: 'ended', state });
    expect(given.says).toMatch(/^this invitation has ended: /);
    if (state !== 'expired') expect(bench.store.list('')).toEqual(before);
    expect(bench.state).toBe(state);
    expect(bench.counts.at(-1)).toBe('link ended');
  });

  it('of an earlier invitation is known as such, and moves nothing', async () => {
    const bench = await invited();
    const old = bench.token();
    await give(bench, 'accept');
    await give(bench, 'opt-out');
    await invite(bench.desk);
    for (const kind of ['accept', 'opt-out'] as const) {
      expect(await answer(bench.desk, old, kind, 'mail')).toMatchObject({ outcome: 'ended', state: 'opted-out' });
    }
    expect(bench.state).toBe('pending');
    expect(connectionOfToken(bench.desk, old)).not.toBe(connectionOfToken(bench.desk, bench.token()));
    expect(connectionOfToken(bench.desk, old)).toBeDefined();
    expect(connectionOfToken(bench.desk, 'Z'.repeat(26))).toBeUndefined();
  });

  it('of an invitation that was replaced while it was pending has ended too', async () => {
    const bench = await invited();
    const old = bench.token();
    await invite(bench.desk);
    expect(await answer(bench.desk, old, 'accept', 'mail')).toMatchObject({ outcome: 'ended', state: 'cancelled' });
    expect(await give(bench, 'accept')).toMatchObject({ outcome: 'taken' });
  });

  it('is nowhere in what is kept', async () => {
    const bench = await invited();
    const token = bench.token();
    await give(bench, 'accept');
    await bench.morning(inDays(1));
    expect(JSON.stringify([bench.store.list(''), await bench.store.history()])).not.toContain(token);
  });
});

describe('guessing', () => {
  it.each(['mail', 'link', 'cloud'] as const)('by %s is counted, and locks nobody out', async (by) => {
    const bench = await invited();
    const kept = bench.store.list('');
    for (let n = 0; n < 1000; n += 1) {
      const guess = n.toString(32).toUpperCase().padStart(26, '0');
      await expect(answer(bench.desk, guess, 'accept', by)).rejects.toMatchObject({ code: 'unknown-token' });
    }
    expect(bench.store.list('')).toEqual(kept);
    expect(bench.counts).toEqual(Array.from({ length: 1000 }, () => `${by} unknown`));
    expect(await give(bench, 'accept', by)).toMatchObject({ outcome: 'taken' });
  });

  it('the short code works only where the customer types it', async () => {
    const bench = await invited();
    for (const by of ['mail', 'link', 'cloud'] as const) {
      await expect(answer(bench.desk, bench.code(), 'accept', by)).rejects.toMatchObject({ code: 'unknown-token' });
    }
    expect(await answer(bench.desk, bench.code(), 'accept', 'code')).toMatchObject({ outcome: 'taken' });
  });

  it('codes locks codes, not the token', async () => {
    const bench = await invited();
    for (let n = 0; n < 12; n += 1) await answer(bench.desk, 'AAAA-AAAA', 'accept', 'code').catch(() => undefined);
    await expect(answer(bench.desk, bench.code(), 'accept', 'code')).rejects.toMatchObject({ code: 'code-locked' });
    expect(bench.counts.slice(9)).toEqual(['code unknown', 'code locked', 'code locked', 'code locked']);
    expect(await give(bench, 'accept', 'link')).toMatchObject({ outcome: 'taken' });
  });
});

describe('the customer', () => {
  it.each<[AnswerKind, string]>([
    ['accept', 'confirmed'],
    ['decline', 'declined'],
  ])('hears once that the reseller has answered (%s), and who wrote it', async (kind, news) => {
    const bench = await invited();
    await give(bench, kind, 'mail', 'ann@reseller.example');
    await give(bench, kind, 'mail', 'bob@reseller.example');
    await bench.deliver();
    const [told, ...more] = bench.mails.filter(({ to }) => to === customerAddress);
    expect(more).toEqual([]);
    expect(told?.envelope.key).toContain(`customer/${news}/`);
    expect(told?.words.text).toContain('ann@reseller.example');
    const [entry] = await bench.store.history({ kind: `connection.${news}` });
    expect(entry?.data).toMatchObject({ by: 'mail', from: 'ann@reseller.example', address: resellerAddress });
  });

  it('is not told who wrote it where that is the invited address', async () => {
    const bench = await invited();
    await give(bench, 'accept', 'mail', resellerAddress.toUpperCase());
    await bench.deliver();
    expect(bench.mails.at(-1)?.words.text).not.toContain('The answer came from');
  });

  it('hears once of an acceptance that came too late', async () => {
    const bench = await invited();
    bench.at(inDays(7), '08:00');
    expect(await give(bench, 'accept')).toMatchObject({ outcome: 'ended', state: 'expired' });
    await give(bench, 'accept');
    await bench.deliver();
    expect(mails(bench).slice(1).sort()).toEqual([
      `${customerAddress} customer/answered-late`,
      `${customerAddress} customer/expired`,
    ]);
  });
});

describe('a reseller who opted out', () => {
  it('gets one confirmation, and then silence', async () => {
    const bench = await invited();
    await give(bench, 'accept');
    await bench.deliver();
    bench.mails.length = 0;
    await give(bench, 'opt-out');
    await give(bench, 'opt-out');
    await bench.deliver();
    for (const days of [1, 23, 30]) await bench.morning(inDays(days));
    const got = bench.mails.filter(({ to }) => to === resellerAddress);
    expect(got.map(({ words }) => words.subject)).toEqual(['You have opted out – Customer Ltd']);
    expect(got[0]?.envelope).not.toHaveProperty('unsubscribe');
  });

  it('gets it although what was queued is dropped, and no more once invited again', async () => {
    const bench = await invited();
    await give(bench, 'accept');
    await bench.deliver();
    bench.mails.length = 0;
    bench.smtp = () => down;
    await bench.morning(inDays(1));
    await give(bench, 'opt-out');
    await bench.deliver();
    await invite(bench.desk);
    bench.smtp = () => undefined;
    await bench.at(inDays(1), '20:00').deliver();
    expect(mails(bench).filter((mail) => mail.startsWith(resellerAddress))).toEqual([`${resellerAddress} invitation`]);
  });

  it('who only declined gets nothing', async () => {
    const bench = await invited();
    await give(bench, 'decline');
    await bench.deliver();
    expect(mails(bench).filter((mail) => mail.startsWith(resellerAddress))).toEqual([`${resellerAddress} invitation`]);
  });
});
