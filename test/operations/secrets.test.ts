import { describe, expect, it } from 'vitest';
import { answer } from '../../agent/operations/answer.ts';
import { cancel, followConfig, invite } from '../../agent/operations/reseller.ts';
import {
  calendarSince,
  closeCalendar,
  createToken,
  opensCalendar,
  renewCalendar,
  revokeToken,
  tokenViews,
  useToken,
} from '../../agent/operations/secrets.ts';
import { type Store, StoreError } from '../../agent/store/port.ts';
import { Bench } from './support.ts';

const day = '2026-06-01';
const bench = () => new Bench(day, [{ name: 'rack' }]);
const kept = async (b: Bench): Promise<string> => JSON.stringify([b.store.list(''), await b.store.history(), b.log]);

describe('a token of the API', () => {
  it('is shown once, and only its hash is kept', async () => {
    const b = bench();
    const made = await createToken(b.desk, 'PSA tool', true);
    expect(made).toMatchObject({
      name: 'PSA tool',
      readOnly: true,
      token: expect.stringMatching(/^ups-[0-9a-z]{26}$/),
    });
    const word = made.token.slice(4);
    expect((await kept(b)).toLowerCase()).not.toContain(word);
    expect(tokenViews(b.desk)).toEqual([{ name: 'PSA tool', readOnly: true, createdAt: b.now }]);
  });

  it('stands apart from the words of invitations that have ended', async () => {
    const b = bench();
    await followConfig(b.desk);
    const ended = b.token();
    await cancel(b.desk);
    await invite(b.desk);
    expect(tokenViews(b.desk)).toEqual([]);
    expect(await useToken(b.desk, ended, true)).toBeUndefined();
    expect(await answer(b.desk, ended, 'accept', 'link')).toMatchObject({ outcome: 'ended' });
  });

  it('opens until it is revoked, and the day of its use is kept', async () => {
    const b = bench();
    const { token } = await createToken(b.desk, 'one', false);
    await createToken(b.desk, 'two', true);
    expect(await useToken(b.desk, token, true)).toMatchObject({ name: 'one', readOnly: false });
    expect(await useToken(b.desk, `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`, true)).toBeUndefined();
    expect(await useToken(b.desk, '', true)).toBeUndefined();
    expect(tokenViews(b.desk).map(({ name, lastUsedOn }) => [name, lastUsedOn])).toEqual([
      ['one', day],
      ['two', undefined],
    ]);
    await revokeToken(b.desk, 'one');
    expect(await useToken(b.desk, token, true)).toBeUndefined();
    await expect(revokeToken(b.desk, 'one')).rejects.toMatchObject({ code: 'no-such-token' });
    expect((await b.store.history({ kind: 'token.' })).map(({ kind }) => kind)).toEqual([
      'token.created',
      'token.created',
      'token.revoked',
    ]);
  });

  it('writes no more than once a day that it was used', async () => {
    const b = bench();
    const { token } = await createToken(b.desk, 'one', false);
    await useToken(b.desk, token, true);
    const before = b.store.get('token/one')?.revision;
    await useToken(b.desk, token, true);
    expect(b.store.get('token/one')?.revision).toBe(before);
    b.at('2026-06-02');
    await useToken(b.desk, token, true);
    expect(tokenViews(b.desk)[0]?.lastUsedOn).toBe('2026-06-02');
  });

  it('opens though its use cannot be noted, and notes nothing while the clock is wrong', async () => {
    const b = bench();
    const { token } = await createToken(b.desk, 'one', false);
    const full: Store = {
      ...b.store,
      commit: async () => {
        throw new StoreError('write-failed', 'the disk is full', { retry: true });
      },
    };
    expect(await useToken({ ...b.desk, store: full }, token, true)).toMatchObject({ name: 'one' });
    expect(await Promise.all([useToken(b.desk, token, false), useToken(b.desk, token, false)])).toHaveLength(2);
    expect(tokenViews(b.desk)[0]?.lastUsedOn).toBeUndefined();
    const broken: Store = { ...b.store, commit: async () => Promise.reject(new Error('a mistake of ours')) };
    await expect(useToken({ ...b.desk, store: broken }, token, true)).rejects.toThrow('a mistake of ours');
  });

  it.each(['', ' x', '<script>', 'a\nb', '=1', 'x'.repeat(61), '../x'])('is not named %j', async (name) => {
    await expect(createToken(bench().desk, name, false)).rejects.toMatchObject({ code: 'bad-name' });
  });

  it('has a name of its own', async () => {
    const b = bench();
    await createToken(b.desk, 'Größe 1.0_a-b', false);
    await expect(createToken(b.desk, 'Größe 1.0_a-b', true)).rejects.toMatchObject({ code: 'name-taken' });
  });
});

describe('the address of the calendar feed', () => {
  it('opens the feed until it is renewed or closed, and only its hash is kept', async () => {
    const b = bench();
    expect(calendarSince(b.desk)).toBeUndefined();
    expect(opensCalendar(b.desk, '')).toBe(false);
    await expect(closeCalendar(b.desk)).rejects.toMatchObject({ code: 'no-calendar' });
    const first = await renewCalendar(b.desk);
    expect(first.token).toMatch(/^[0-9a-z]{26}$/);
    expect((await kept(b)).toLowerCase()).not.toContain(first.token);
    expect([calendarSince(b.desk), opensCalendar(b.desk, first.token)]).toEqual([b.now, true]);
    const second = await renewCalendar(b.desk);
    expect([opensCalendar(b.desk, first.token), opensCalendar(b.desk, second.token)]).toEqual([false, true]);
    await closeCalendar(b.desk);
    expect(opensCalendar(b.desk, second.token)).toBe(false);
    expect((await b.store.history({ kind: 'calendar.' })).map(({ kind }) => kind)).toEqual([
      'calendar.opened',
      'calendar.renewed',
      'calendar.closed',
    ]);
  });
});
