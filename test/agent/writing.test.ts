/**
 * The day of a battery change is written to the UPS, end to end: the agent, its commands over the socket, and units that
 * take the date, refuse it, ignore it or make another one of it. Whatever they do, the swap stands and counts once.
 */
import { describe, expect, it } from 'vitest';
import type { ReplacedOutput } from '../../agent/commands/battery.ts';
import { addDays } from '../../agent/lifecycle/days.ts';
import type { PollOutput } from '../../agent/poll.ts';
import { smartUpsModbus, startModbusTcp } from '../../scripts/simulator/modbus.ts';
import { startUpsd } from '../../scripts/simulator/nut.ts';
import { oids, smartUps } from '../../scripts/simulator/units.ts';
import { afterwards, printed, today, World } from './support.ts';

const serial = 'AS2216000001';
const swapped = addDays(today, -3);
const old = { made: addDays(today, -1400), installed: addDays(today, -1380), due: addDays(today, 20) };

/** How a unit treats what is written to it. */
const fates = ['takes', 'refuses', 'ignores', 'changes'] as const;
type Fate = (typeof fates)[number];

/** A unit on the wire: the YAML of its driver, and what it says of its install date now, as a day. */
interface Unit {
  readonly yaml: string;
  says(): string;
  writes(): number;
}

/** The day that a unit makes of the one it was given: a later one, which would look like another swap. */
const made = addDays(swapped, 1);

type Make = (world: World, fate: Fate) => Promise<Unit>;

const snmp: Make = async (world, fate) => {
  const unit = world.simulator.unit('card');
  unit.merge(
    smartUps({
      serial,
      manufactured: printed(old.made),
      installed: printed(old.installed),
      replaceBy: printed(old.due),
    }),
  );
  const take = { takes: 'store', refuses: 17, ignores: 'ignore', changes: { instead: printed(made) } } as const;
  unit.writing = { community: 'private', take: () => take[fate] };
  const yaml = `snmp: { host: 127.0.0.1, port: ${unit.port}, community: ${unit.community}, writeCommunity: private, timeout: 0.3, retries: 0 }`;
  const writes = () => unit.requests.filter(({ kind }) => kind === 'set').length;
  return { yaml, says: () => isoOf(String(unit.get(oids.installed))), writes };
};

const modbus: Make = async (_world, fate) => {
  const unit = smartUpsModbus({ serial, manufactured: old.made, installed: old.installed, replaceBy: old.due });
  const instead = (Date.parse(made) - Date.UTC(2000, 0, 1)) / 86_400_000;
  const take = { takes: 'store', refuses: { exception: 3 }, ignores: 'ignore', changes: { instead } } as const;
  unit.writing = () => take[fate];
  const server = await startModbusTcp({ units: new Map([[1, unit]]) });
  afterwards(() => server.close());
  const yaml = `modbus: { host: 127.0.0.1, port: ${server.port}, timeout: 0.5 }`;
  const says = () =>
    new Date(Date.UTC(2000, 0, 1) + (unit.registers[595] ?? 0) * 86_400_000).toISOString().slice(0, 10);
  return { yaml, says, writes: () => unit.written.length };
};

const nut: Make = async (_world, fate) => {
  const upsd = await startUpsd({
    units: {
      rack: {
        'device.mfr': 'APC',
        'device.serial': serial,
        'driver.name': 'apc_modbus',
        'ups.mfr.date': old.made,
        'battery.date': old.installed,
        'battery.date.maintenance': old.due,
        'ups.status': 'OL',
      },
    },
  });
  afterwards(async () => await upsd[Symbol.asyncDispose]());
  upsd.writable = ['battery.date'];
  upsd.writing = (_ups, _name, text) => {
    if (fate === 'refuses') return { error: 'SET-FAILED' };
    return { stored: { takes: text, ignores: old.installed, changes: made }[fate] };
  };
  const says = () => (upsd.units.get('rack') as Record<string, string>)['battery.date'] ?? '';
  const yaml = `nut: { host: 127.0.0.1, port: ${upsd.port}, ups: rack, user: steward, password: a secret, tls: "off" }`;
  return { yaml, says, writes: () => upsd.heard.filter((line) => line.startsWith('SET')).length };
};

const drivers = { snmp, modbus, nut } as const;

const isoOf = (text: string): string => text.replace(/^(\d\d)\/(\d\d)\/(\d{4})$/, '$3-$1-$2');

/** Waits until the unit was polled so many times more. */
async function polls(world: World, count: number): Promise<void> {
  let last = world.agent.pollStatus('rack')?.triedAt;
  for (let left = count; left > 0; ) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = world.agent.pollStatus('rack')?.triedAt;
    if (now !== last) left -= 1;
    last = now;
  }
}

/** An agent that watches one unit whose battery is due in 20 days. */
async function watching(make: Make, fate: Fate, allowed = true): Promise<{ world: World; unit: Unit }> {
  const world = await World.open([{ name: 'card', values: {} }]);
  world.hurry('pause');
  const unit = await make(world, fate);
  const yaml = `  - name: rack\n    allowWrite: ${allowed}\n    ${unit.yaml}`;
  await world.start({ ups: [yaml], intervalMs: 30 });
  await polls(world, 3);
  expect(await world.events()).toEqual(['rack battery-replacement-due']);
  return { world, unit };
}

const swapsOf = async (world: World): Promise<unknown[]> =>
  (await world.agent.office.desk.store.history({ kind: 'battery.swapped' })).map(({ data }) => data['source']);

const expected = {
  takes: { outcome: 'written', message: /^written and read back: / },
  refuses: { outcome: 'refused', message: /refused \((notWritable|illegal data value|SET-FAILED)/ },
  ignores: { outcome: 'differs', message: /the UPS took .*, but says / },
  changes: { outcome: 'differs', message: /the UPS took .*, but says / },
} as const;
/** What the UPS says afterwards. */
const saysThen: Readonly<Record<Fate, string>> = {
  takes: swapped,
  refuses: old.installed,
  ignores: old.installed,
  changes: made,
};

describe.each(['snmp', 'modbus', 'nut'] as const)('over %s, a unit that', (driver) => {
  it.each(fates)('%s the date', async (fate) => {
    const { world, unit } = await watching(drivers[driver], fate);
    const output = await world.command<ReplacedOutput>('battery-replaced', { name: 'rack', date: swapped });
    expect(output).toMatchObject({ ups: 'rack', day: swapped, events: [] });
    expect(output.writing).toMatchObject([
      { ups: 'rack', driver, outcome: expected[fate].outcome, message: expect.stringMatching(expected[fate].message) },
    ]);
    expect(unit.says()).toBe(saysThen[fate]);
    expect(unit.writes()).toBe(1);

    // It stays so, whatever the UPS says from now on: old dates or new ones.
    await polls(world, 4);
    expect(await world.events()).toEqual([]);
    expect(await swapsOf(world)).toEqual(['customer']);
    const { facts } = await world.command<PollOutput>('poll', { name: 'rack' });
    expect(facts['battery.date']?.value).toBe(fate === 'changes' ? made : swapped);
    expect(unit.writes(), 'nothing is written by itself').toBe(1);

    const good = fate === 'takes';
    expect(world.book.of(good ? 'ups.date-written' : 'ups.date-not-written')).toHaveLength(1);
    const kind = good ? 'battery.date-written' : 'battery.date-not-written';
    const [entry, ...more] = await world.agent.office.desk.store.history({ unit: serial, kind });
    expect(more).toEqual([]);
    expect(entry?.data).toMatchObject({ day: swapped, ups: 'rack', driver, outcome: expected[fate].outcome });
  });

  it('may not be written to gets nothing but readings', async () => {
    const { world, unit } = await watching(drivers[driver], 'takes', false);
    const output = await world.command<ReplacedOutput>('battery-replaced', { name: 'rack', date: swapped });
    expect(output).toMatchObject({ ups: 'rack', writing: [], events: [] });
    await polls(world, 3);
    expect(unit.writes()).toBe(0);
    expect(unit.says()).toBe(old.installed);
    expect(await world.events()).toEqual([]);
    expect(await swapsOf(world)).toEqual(['customer']);
  });
});

describe('a unit that several entries read', () => {
  async function both(allowed: readonly ('card' | 'port')[]) {
    const world = await World.open([{ name: 'card', values: {} }]);
    world.hurry('pause');
    const [card, port] = [await snmp(world, 'takes'), await modbus(world, 'takes')];
    const entry = (name: 'card' | 'port', yaml: string) =>
      `  - name: ${name}\n    allowWrite: ${allowed.includes(name)}\n    ${yaml}`;
    await world.start({ ups: [entry('card', card.yaml), entry('port', port.yaml)], intervalMs: 30 });
    while ((await world.status()).ups.length > 1) await new Promise((resolve) => setImmediate(resolve));
    const output = await world.command<ReplacedOutput>('battery-replaced', { name: 'port', date: swapped });
    return { world, output, writes: [card.writes(), port.writes()] };
  }

  it('is written to by each of them that may', async () => {
    const { world, output, writes } = await both(['card', 'port']);
    expect(output.writing).toMatchObject([
      { ups: 'port', driver: 'modbus', outcome: 'written' },
      { ups: 'card', driver: 'snmp', outcome: 'written' },
    ]);
    expect(writes).toEqual([1, 1]);
    expect(await swapsOf(world)).toEqual(['customer']);
    expect(await world.events()).toEqual([]);
  });

  it('is not written to by those that may not', async () => {
    const { output, writes } = await both(['card']);
    expect(output.writing).toMatchObject([{ ups: 'card', outcome: 'written' }]);
    expect(writes).toEqual([1, 0]);
  });
});

describe('the writing', () => {
  it('to another unit than the one that is watched is refused, and the swap stands', async () => {
    // The community for writing leads to another card behind the same address.
    const world = await World.open([
      { name: 'card', values: smartUps({ serial }) },
      { name: 'other', community: 'others', values: smartUps({ serial: 'AS2299999999' }) },
    ]);
    const [card, other] = [world.simulator.unit('card'), world.simulator.unit('other')];
    other.writing = { community: 'others' };
    const yaml = `snmp: { host: 127.0.0.1, port: ${card.port}, writeCommunity: others, timeout: 0.3, retries: 0 }`;
    await world.start({ ups: [`  - name: rack\n    allowWrite: true\n    ${yaml}`], intervalMs: 30 });
    await polls(world, 1);
    const output = await world.command<ReplacedOutput>('battery-replaced', { name: 'rack', date: swapped });
    expect(output.writing).toMatchObject([{ outcome: 'failed', message: expect.stringMatching(/AS2299999999/) }]);
    expect([...card.requests, ...other.requests].filter(({ kind }) => kind === 'set')).toEqual([]);
    expect(await swapsOf(world)).toEqual(['customer']);
  });

  it('to a unit that does not answer fails in words, and the swap stands', async () => {
    const { world } = await watching(snmp, 'takes');
    world.simulator.unit('card').behave({ silent: true });
    const output = await world.command<ReplacedOutput>('battery-replaced', { name: 'rack', date: swapped });
    expect(output).toMatchObject({
      events: [],
      writing: [
        { outcome: 'failed', message: expect.stringMatching(/^no answer from 127\.0\.0\.1.*`writeCommunity`/) },
      ],
    });
  });

  it('of a unit that was never read waits for a reading', async () => {
    const world = await World.open([{ name: 'card', values: {}, behaviour: { silent: true } }]);
    await world.start({ ups: [world.unit('card', '    allowWrite: true\n')] });
    await world.book.until('poll.unreachable');
    world.simulator.unit('card').merge(smartUps({ serial }));
    world.simulator.unit('card').behave({});
    const output = await world.command<ReplacedOutput>('battery-replaced', { name: 'card', date: swapped });
    expect(output.writing).toMatchObject([{ outcome: 'failed', message: expect.stringMatching(/never read/) }]);
  });

  it.each([
    ['upslink: { device: /dev/null }', /knows no command/],
    ['apcupsd: { host: 127.0.0.1, port: 9 }', /apctest/],
  ])('with %s is not possible, and says why', async (yaml, message) => {
    const world = await World.open([]);
    await world.start({ ups: [`  - name: rack\n    allowWrite: true\n    ${yaml}`] });
    const output = await world.command<ReplacedOutput>('battery-replaced', { name: 'rack', date: swapped });
    expect(output.writing).toMatchObject([{ outcome: 'not-possible', message: expect.stringMatching(message) }]);
    expect(world.book.of('ups.date-not-written')).toHaveLength(1);
  });

  it('ends with the agent', async () => {
    const { world } = await watching(snmp, 'takes');
    world.simulator.unit('card').behave({ lag: 60_000 });
    const asked = world.simulator.unit('card').asked;
    const answer = world.command<ReplacedOutput>('battery-replaced', { name: 'rack', date: swapped }).catch(() => {});
    while (world.simulator.unit('card').asked <= asked + 1) await new Promise((resolve) => setImmediate(resolve));
    await world.agent.stop();
    await answer;
  });
});
