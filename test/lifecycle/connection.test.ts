import { describe, expect, it } from 'vitest';
import {
  type AnswerKind,
  type AnswerOutcome,
  type Connection,
  type ConnectionInput,
  type ConnectionState,
  configuredAddress,
  connectionStates,
  isConfirmed,
  move,
  noConnection,
  normaliseAddress,
  outcomeOf,
  resellerRecipient,
} from '../../agent/lifecycle/connection.ts';

const now = '2026-06-10T08:00:00Z';
const hoursAgo = (hours: number) => new Date(Date.parse(now) - hours * 3_600_000).toISOString();

function connection(state: ConnectionState, rest: Partial<Connection> = {}): Connection {
  if (state === 'none') return noConnection;
  return {
    state,
    id: 'one',
    address: 'sales@reseller.example',
    since: hoursAgo(2),
    invitedAt: hoursAgo(2),
    takenAt: hoursAgo(1),
    codeHash: 'code',
    tokenHash: 'token',
    ...rest,
  };
}
const inputs: Record<ConnectionInput['kind'], ConnectionInput> = {
  invite: { kind: 'invite', address: ' new@Reseller.Example ', id: 'two', codeHash: 'c2', tokenHash: 't2' },
  taken: { kind: 'taken' },
  refused: { kind: 'refused' },
  accept: { kind: 'accept', by: 'code' },
  decline: { kind: 'decline', by: 'mail' },
  'opt-out': { kind: 'opt-out', by: 'link' },
  bounced: { kind: 'bounced', reply: '550 no such user', whole: true },
  cancel: { kind: 'cancel' },
  disconnect: { kind: 'disconnect' },
  time: { kind: 'time' },
};
const kinds = Object.keys(inputs) as ConnectionInput['kind'][];

/** What each input makes of each state; what is not named changes nothing. */
const moves: Record<ConnectionState, Partial<Record<ConnectionInput['kind'], ConnectionState>>> = {
  none: { invite: 'pending' },
  pending: {
    invite: 'pending',
    accept: 'confirmed',
    decline: 'declined',
    'opt-out': 'declined',
    cancel: 'cancelled',
    bounced: 'undeliverable',
  },
  confirmed: { decline: 'opted-out', 'opt-out': 'opted-out', disconnect: 'disconnected', bounced: 'confirmed' },
  declined: { invite: 'pending' },
  expired: { invite: 'pending' },
  cancelled: { invite: 'pending' },
  undeliverable: { invite: 'pending' },
  'opted-out': { invite: 'pending' },
  disconnected: { invite: 'pending' },
};

describe('every state with every input', () => {
  it.each(connectionStates.flatMap((state) => kinds.map((kind) => [state, kind] as const)))('%s, %s', (state, kind) => {
    const before = connection(state);
    const moved = move(before, inputs[kind], now);
    const expected = moves[state][kind];
    expect(moved.changed).toBe(expected !== undefined);
    expect(moved.connection.state).toBe(expected ?? state);
    expect(moved.says).not.toBe('');
    if (expected === undefined) {
      expect(moved.connection).toEqual(before);
      expect([moved.tellCustomer, moved.dropQueue, moved.sendInvitation]).toEqual([undefined, undefined, undefined]);
    } else {
      expect(moved.connection.since).toBe(expected === state && kind !== 'invite' ? before.since : now);
      const leaves =
        (state === 'confirmed' && expected !== 'confirmed') || (state === 'pending' && expected !== 'confirmed');
      if (leaves) expect(moved.dropQueue).toBe(true);
      expect(moved.sendInvitation === true).toBe(kind === 'invite');
    }
  });

  it.each<[ConnectionState, ConnectionInput['kind'], string | undefined]>([
    ['pending', 'accept', 'confirmed'],
    ['pending', 'decline', 'declined'],
    ['confirmed', 'decline', 'opted-out'],
    ['pending', 'opt-out', 'declined'],
    ['confirmed', 'opt-out', 'opted-out'],
    ['pending', 'bounced', 'undeliverable'],
    ['confirmed', 'bounced', 'bounced'],
    ['pending', 'cancel', undefined],
    ['confirmed', 'disconnect', undefined],
  ])('%s, %s tells the customer %s', (state, kind, news) => {
    expect(move(connection(state), inputs[kind], now).tellCustomer).toBe(news);
  });
});

describe('an invitation', () => {
  const { takenAt: _taken, ...waiting } = connection('pending');

  it('forgets everything of the one before', () => {
    const before = connection('declined', { answeredAt: hoursAgo(1), answeredBy: 'mail', wrongCodes: 10 });
    expect(move(before, inputs.invite, now).connection).toEqual({
      state: 'pending',
      id: 'two',
      address: 'new@reseller.example',
      since: now,
      invitedAt: now,
      codeHash: 'c2',
      tokenHash: 't2',
    });
    expect(move(before, inputs.invite, now).dropQueue).toBe(true);
    expect(move(noConnection, inputs.invite, now).dropQueue).toBeUndefined();
  });

  it('counts its seven days from when it was taken', () => {
    const taken = move(waiting, inputs.taken, now);
    expect(taken.connection).toEqual({ ...waiting, takenAt: now });
    expect(taken.changed).toBe(true);
    expect(move(taken.connection, inputs.taken, now).changed).toBe(false);
  });

  it.each<[number, ConnectionInput['kind'], ConnectionState, boolean]>([
    [167.99, 'time', 'pending', false],
    [168, 'time', 'expired', true],
    [168, 'accept', 'expired', true],
    [168, 'decline', 'expired', true],
    [168, 'cancel', 'expired', true],
    [500, 'refused', 'expired', true],
    [167.99, 'accept', 'confirmed', true],
    [500, 'invite', 'pending', true],
  ])('%f hours after it was taken, %s: %s', (hours, kind, state, changed) => {
    const moved = move(connection('pending', { takenAt: hoursAgo(hours) }), inputs[kind], now);
    expect([moved.connection.state, moved.changed]).toEqual([state, changed]);
    if (state !== 'expired') return;
    expect([moved.tellCustomer, moved.dropQueue]).toEqual(['expired', true]);
    if (kind !== 'time') expect(moved.says).toContain('expired');
  });

  it.each<[number, ConnectionInput['kind'], ConnectionState]>([
    [119.99, 'time', 'pending'],
    [120, 'time', 'undeliverable'],
    [120, 'accept', 'undeliverable'],
    [119.99, 'accept', 'confirmed'],
    [119.99, 'refused', 'undeliverable'],
    // It was taken after all, just now: that counts.
    [120, 'taken', 'pending'],
  ])('never taken for %f hours, %s: %s', (hours, kind, state) => {
    const moved = move({ ...waiting, invitedAt: hoursAgo(hours) }, inputs[kind], now);
    expect(moved.connection.state).toBe(state);
    if (state === 'undeliverable') expect([moved.tellCustomer, moved.dropQueue]).toEqual(['undeliverable', true]);
  });

  it('cannot be refused once it was taken', () => {
    expect(move(connection('pending'), inputs.refused, now).changed).toBe(false);
  });

  it('accepted before its receipt was seen counts as taken', () => {
    expect(move(waiting, inputs.accept, now).connection).toMatchObject({
      state: 'confirmed',
      takenAt: now,
      answeredBy: 'code',
    });
  });
});

describe('an answer given again', () => {
  it.each<[ConnectionState, ConnectionInput['kind'], RegExp]>([
    ['confirmed', 'accept', /already accepted/],
    ['declined', 'accept', /has ended: the connection is declined/],
    ['declined', 'decline', /already declined/],
    ['opted-out', 'opt-out', /already opted out on/],
    ['cancelled', 'cancel', /already cancelled/],
    ['disconnected', 'disconnect', /already disconnected/],
    ['disconnected', 'cancel', /no invitation to cancel/],
    ['expired', 'accept', /expired/],
    ['expired', 'decline', /expired/],
    ['disconnected', 'decline', /disconnected/],
    ['opted-out', 'accept', /opted-out/],
  ])('%s, %s says what holds', (state, kind, says) => {
    expect(move(connection(state, { answeredAt: hoursAgo(1) }), inputs[kind], now).says).toMatch(says);
  });
});

describe('what an answer amounts to', () => {
  it.each<[ConnectionState, AnswerKind, AnswerOutcome]>([
    ['pending', 'accept', 'taken'],
    ['pending', 'opt-out', 'taken'],
    ['confirmed', 'accept', 'already'],
    ['confirmed', 'opt-out', 'taken'],
    ['declined', 'decline', 'already'],
    ['declined', 'accept', 'ended'],
    ['opted-out', 'decline', 'already'],
    ['opted-out', 'accept', 'ended'],
    ['expired', 'accept', 'ended'],
    ['cancelled', 'decline', 'ended'],
    ['disconnected', 'opt-out', 'ended'],
  ])('%s, %s: %s', (state, kind, outcome) => {
    expect(outcomeOf(kind, move(connection(state), inputs[kind], now))).toBe(outcome);
  });

  it('is nothing where the invitation turns out to have lapsed', () => {
    const moved = move(connection('pending', { takenAt: hoursAgo(169) }), inputs.accept, now);
    expect([moved.changed, outcomeOf('accept', moved)]).toEqual([true, 'ended']);
  });

  it('keeps who sent it, and not who sent the one before', () => {
    const accepted = move(connection('pending'), { kind: 'accept', by: 'mail', from: 'ann@reseller.example' }, now);
    expect(accepted.connection).toMatchObject({ answeredBy: 'mail', answeredFrom: 'ann@reseller.example' });
    expect(move(accepted.connection, { kind: 'decline', by: 'link' }, now).connection).not.toHaveProperty(
      'answeredFrom',
    );
  });
});

describe('mail that comes back', () => {
  const reply = '550 no such user';

  it('is noted each time, and is news once a month', () => {
    const first = move(connection('confirmed'), { kind: 'bounced', reply, whole: true }, now);
    expect(first.connection).toMatchObject({ state: 'confirmed', failing: { at: now, reply } });
    expect(first.dropQueue).toBeUndefined();
    const inDays = (days: number) => new Date(Date.parse(now) + days * 24 * 3_600_000).toISOString();
    expect(move(first.connection, { kind: 'bounced', reply, whole: true }, inDays(29)).tellCustomer).toBeUndefined();
    expect(move(first.connection, { kind: 'bounced', reply, whole: true }, inDays(30)).tellCustomer).toBe('bounced');
  });

  it('from behind an address leaves the invitation as it is: others may have got it', () => {
    const moved = move(connection('pending'), { kind: 'bounced', reply, whole: false }, now);
    expect(moved).toMatchObject({ connection: { state: 'pending', failing: { reply } }, tellCustomer: 'bounced' });
    expect(moved.dropQueue).toBeUndefined();
  });

  it('is forgotten with the next invitation', () => {
    const { connection: before } = move(connection('pending'), { kind: 'bounced', reply, whole: true }, now);
    expect(move(before, inputs.invite, now).connection.failing).toBeUndefined();
  });
});

describe('the address in the config', () => {
  const at = 'sales@reseller.example';

  it.each<[string, Connection, string | undefined, ReturnType<typeof configuredAddress>]>([
    ['none, and none before', noConnection, undefined, {}],
    ['a first one', noConnection, at, { invite: at }],
    ['another one while pending', connection('pending'), 'b@x.example', { end: 'cancel', invite: 'b@x.example' }],
    [
      'another one while confirmed',
      connection('confirmed'),
      'b@x.example',
      { end: 'disconnect', invite: 'b@x.example' },
    ],
    ['another one after it was declined', connection('declined'), 'b@x.example', { invite: 'b@x.example' }],
    ['removed while pending', connection('pending'), undefined, { end: 'cancel' }],
    ['removed while confirmed', connection('confirmed'), undefined, { end: 'disconnect' }],
    ['removed after it expired', connection('expired'), undefined, {}],
    [
      'another mailbox that differs in case',
      connection('confirmed'),
      'Sales@reseller.example',
      { end: 'disconnect', invite: 'Sales@reseller.example' },
    ],
  ])('%s', (_name, before, address, expected) => {
    expect(configuredAddress(before, address)).toEqual(expected);
  });

  it.each(connectionStates.filter((state) => state !== 'none'))('unchanged does nothing while %s', (state) => {
    expect(configuredAddress(connection(state), ' sales@RESELLER.example ')).toEqual({});
  });

  it('is compared trimmed, with the domain in lower case', () => {
    expect(normaliseAddress('  Sales.Team@Reseller.EXAMPLE ')).toBe('Sales.Team@reseller.example');
    expect(normaliseAddress(' nothing ')).toBe('nothing');
  });
});

it('whoever accepts again is a new recipient', () => {
  expect(resellerRecipient(connection('confirmed'))).toBe('reseller:one');
  expect(resellerRecipient(connection('confirmed', { id: 'two' }))).toBe('reseller:two');
  expect(connectionStates.filter((state) => isConfirmed(connection(state)))).toEqual(['confirmed']);
});
