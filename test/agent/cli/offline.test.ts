import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Agent } from '../../../agent/agent.ts';
import { carryOut } from '../../../agent/cli/session.ts';
import { ask } from '../../../agent/control/client.ts';
import { realTimers } from '../../../agent/polling/timers.ts';
import { loadConfig } from '../../../config/config.ts';
import { smartUps } from '../../../scripts/simulator/units.ts';
import { LogBook } from '../support.ts';
import { customer, Place, reseller } from './support.ts';

let place: Place;

beforeAll(async () => {
  place = await Place.open([{ name: 'hall', values: {} }]);
  const printed = place.printed.bind(place);
  const values = smartUps({ manufactured: printed(-1500), installed: printed(-1430), replaceBy: printed(25) });
  place.simulator.unit('hall').merge(values);
  const mail = `mail: { url: "smtp://127.0.0.1:${place.sink.port}", from: ups@customer.example }`;
  await place.write(`reseller: { email: ${reseller} }\n${mail}`, [`{ name: hall, ${place.snmp('hall')} }`]);
});
afterAll(() => place.close());

/** An agent in this process does what it has to do, and is gone again. */
async function agentRuns(work: (book: LogBook, agent: Agent) => Promise<unknown>): Promise<void> {
  const book = new LogBook();
  const { config } = await loadConfig({ path: place.config, env: {} });
  const agent = await Agent.start({ config, log: book.log, now: () => new Date(), timers: realTimers, env: {} });
  await work(book, agent);
  await agent.stop();
}

/** What a command answers without a process of its own. */
async function command<T>(name: string, args: Record<string, unknown> = {}): Promise<T> {
  const { result, offline } = await carryOut({ config: place.config }, name, args);
  expect(offline).toBe(true);
  return result as T;
}

describe('commands while no agent runs', { timeout: 60_000 }, () => {
  it('look at a state folder that nobody has used yet', async () => {
    const { code, stdout, stderr } = await place.cli(['status']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/is not running$/m);
    expect(stdout).toMatch(/^reseller: nobody is invited$/m);
    expect(stdout).toMatch(/^hall .* never$/m);
  });

  it('work side by side on what the agent left', async () => {
    await agentRuns(async (book) => {
      await book.until('run.done');
      await book.until('mail.sent', 2);
    });
    const [status, events, preview, mails, relation, test, head] = await Promise.all([
      place.cli(['status']),
      place.json<object[]>('events'),
      place.cli(['preview', '--days', '30', '--accepted']),
      place.json<{ day: string; to: string }[]>('preview', '--days', '30'),
      place.cli(['reseller', 'status']),
      place.cli(['test-mail', '--to', 'Boss@customer.example']),
      place.cli(['events'], { head: true }),
    ]);
    expect(status.stdout).toMatch(/^hall .*battery-replacement-due +read \d{4}-\d\d-\d\d \d\d:\d\dZ$/m);
    expect(events).toMatchObject([{ ups: 'hall', event: 'battery-replacement-due', daysLeft: 25 }]);
    expect(
      mails.map(({ day, to }) => [day, to]),
      'the invitation lapses, then 7 days and the day itself',
    ).toEqual([
      [place.day(8), customer],
      [place.day(18), customer],
      [place.day(25), customer],
    ]);
    expect(preview.stdout, 'who accepts late is told with the next run').toMatch(
      new RegExp(`^${place.day(1)} +${reseller} `, 'm'),
    );
    expect(preview.stdout.match(new RegExp(reseller, 'g'))).toHaveLength(3);
    expect(relation.stdout).toMatch(new RegExp(`^${reseller} is pending \\(invited .*lapses `));
    expect(test).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/took a test mail to Boss@customer\.example/),
    });
    expect(head, 'who reads our output may stop').toMatchObject({ code: 0, stderr: '' });
    expect(place.sink.mails.filter(({ to }) => to[0] === reseller)).toHaveLength(1);
  });

  it('keep the word that was given: nothing but the invitation reaches a reseller who has not accepted', async () => {
    for (const to of [reseller, 'SALES@Reseller.Example', ` ${reseller}`, `Sales <${reseller}>`]) {
      await expect(command('test-mail', { to }), to).rejects.toMatchObject({ code: 'not-confirmed' });
    }
    expect(place.sink.mails.filter(({ to }) => to[0]?.toLowerCase() === reseller)).toHaveLength(1);
  });

  it('move the connection, and end with 1 where nothing moved', async () => {
    const code = place.code();
    await expect(command('reseller accept', { code: 'ZZZZ-ZZZZ' })).rejects.toMatchObject({ code: 'wrong-code' });
    const nothing = await place.cli(['reseller', 'disconnect']);
    expect(nothing).toMatchObject({
      code: 1,
      stderr: '',
      stdout: expect.stringMatching(/nothing to disconnect.*pending; cancel the invitation instead/),
    });
    expect(await command('reseller cancel')).toMatchObject({ changed: true, state: 'cancelled' });
    const again = await place.cli(['reseller', 'cancel']);
    expect(again, 'its aim holds').toMatchObject({
      code: 0,
      stdout: 'Reseller: the invitation is already cancelled.\n',
    });
    expect(await command('reseller accept', { code })).toMatchObject({ changed: false, state: 'cancelled' });

    const invited = await place.cli(['reseller', 'invite']);
    expect(invited).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/is invited/),
      stderr: 'The agent is not running; the mail leaves when it does.\n',
    });
    await agentRuns((book) => book.until('mail.sent'));
    await expect(command('reseller accept', { code }), 'the old code is void').rejects.toMatchObject({
      code: 'wrong-code',
    });
    expect(await command('reseller accept', { code: place.code() })).toMatchObject({ state: 'confirmed' });
    expect(await command('reseller invite')).toMatchObject({ changed: false, state: 'confirmed' });
    expect(await command('reseller disconnect')).toMatchObject({ changed: true, state: 'disconnected' });
    expect(await command('reseller status')).toMatchObject({ state: 'disconnected', answeredBy: 'code' });
  });

  it('leave no code of an invitation behind that has left', async () => {
    const state = await place.stateFiles();
    const sent = place.sink.mails.filter(({ to }) => to[0] === reseller);
    const codes = sent.map(({ parsed }) => /[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(parsed.text ?? '')?.[0] ?? 'none');
    expect(new Set(codes).size).toBe(2);
    for (const code of codes) {
      expect(state.includes(code), code).toBe(false);
      expect(state.includes(code.replace('-', ''))).toBe(false);
    }
  });

  it('record a change of the battery', async () => {
    await expect(command('battery-replaced', { name: 'hall', date: 'today' })).rejects.toMatchObject({
      code: 'bad-date',
    });
    await expect(command('battery-replaced', { name: 'hall', date: place.day(1) })).rejects.toMatchObject({
      code: 'bad-date',
    });
    await expect(command('battery-replaced', { name: 'attic' })).rejects.toMatchObject({ code: 'no-such-ups' });
    const done = await place.cli(['battery-replaced', 'hall']);
    expect(done).toMatchObject({
      code: 0,
      stdout: `Recorded: the battery of hall was changed on ${place.day(0)}.\n`,
      stderr: '',
    });
    expect(await command('events')).toEqual([]);
    expect(await command('events', { all: true })).toMatchObject([{ state: 'resolved', closedOn: place.day(0) }]);
  });

  it('refuse what is not known', async () => {
    await expect(command('reseller sell')).rejects.toMatchObject({ code: 'no-such-command' });
    await expect(command('toString')).rejects.toMatchObject({ code: 'no-such-command' });
    await expect(command('remind', { name: 'hall' })).rejects.toMatchObject({ code: 'missing-argument' });
    await expect(command('preview', { days: 1.5 })).rejects.toMatchObject({ code: 'bad-days' });
  });
});

describe('the agent and whoever reads its log', { timeout: 60_000 }, () => {
  it('goes on when nobody reads it any more, and ends in order', async () => {
    const agent = place.run(['run'], { head: true });
    const version = { command: 'version', args: {} };
    await expect
      .poll(() => ask(place.state, version).catch(() => 'starting'), { timeout: 30_000 })
      .not.toBe('starting');
    for (let n = 0; n < 3; n += 1) {
      agent.signal('SIGHUP');
      await ask(place.state, version);
    }
    agent.signal('SIGTERM');
    expect(await agent.ended()).toMatchObject({ code: 0, stderr: '' });
  });
});
