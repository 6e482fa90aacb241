/**
 * Nothing that changes a UPS is ever sent without `allowWrite`. A tap stands between each driver and a simulated unit
 * over the driver's whole run: first contact, polls, a confirmation, a search, a capture, one-off targets, faults,
 * reconnections. What goes through is decoded here, and must be on the list of what reading needs.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ReplacedOutput } from '../../agent/commands/battery.ts';
import { type DriverContext, DriverError } from '../../drivers/contract.ts';
import { type DriverName, driverForUrl, driverNames, driverOptions, loadDriver } from '../../drivers/registry.ts';
import { World } from '../agent/support.ts';
import { orderFor, writeWith } from '../drivers/writing.ts';
import { cli } from '../support/cli.ts';
import { type Line, serial } from './line.ts';
import { watched } from './lines.ts';

vi.mock('serialport', async () => await import('./serial-port.ts'));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wire-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const day = 86_400_000;

/** What a driver throws is part of its run; anything else is a mistake. */
async function orError<T>(work: Promise<T>): Promise<T | DriverError> {
  return await work.catch((error: unknown) => {
    if (error instanceof DriverError) return error;
    throw error;
  });
}

/** The driver by itself, as `poll TARGET` and `capture` have it, through everything that can go wrong. */
async function aloneWith(line: Line): Promise<void> {
  const { name, options } = driverForUrl(line.target);
  let skipped = 0;
  const context: DriverContext = {
    ups: 'ups1',
    monotonic: () => performance.now() + skipped,
    log: () => {},
    record: () => {},
  };
  const module = await loadDriver(name);
  if (module.list !== undefined) await orError(module.list(options, context));
  const driver = module.create(options, context);
  expect(await driver.read()).toMatchObject({ verdict: 'ups' });
  await driver.read();
  await orError(driver.explore?.() ?? Promise.resolve());
  for (const fault of line.faults) {
    await fault.begin();
    await orError(driver.read());
    await orError(driver.read());
    await fault.end();
    // A day later a driver learns anew what there is.
    skipped += day;
    await orError(driver.read());
  }
  await driver.close();
  expect(await orError(driver.read()), 'closed').toBeInstanceOf(DriverError);
}

/** What a search sends. */
async function searched(name: DriverName, line: Line): Promise<void> {
  const { probe } = await loadDriver(name);
  if (probe === undefined) return;
  const { section } = line;
  const introduction = { used: section, written: section, shown: section, host: '127.0.0.1' };
  for (const introductions of [[], [introduction]]) {
    const context = {
      permit: async () => {},
      pause: async () => {},
      signal: new AbortController().signal,
      timeoutMs: 150,
      introductions,
    };
    await orError(probe(line.place, context));
  }
}

/** The running agent: polls, an alarm that is confirmed, `poll`, and a battery change that may not be written. */
async function watchedBy(name: DriverName, line: Line): Promise<void> {
  const world = await World.open([]);
  const section = JSON.stringify({ ...line.section, writeCommunity: undefined });
  const agent = await world.start({ ups: [`  - name: rack\n    ${name}: ${section}`], intervalMs: 40 });
  await world.book.until('poll.answers');
  line.alarm();
  await world.book.until('event.opened');
  expect(await world.command('poll', { name: 'rack' })).toMatchObject({ verdict: 'ups' });
  const said = await world.command<ReplacedOutput>('battery-replaced', { name: 'rack' });
  expect(said.writing).toEqual([]);
  await agent.stop();
}

const all = driverNames.flatMap((name) => (watched[name] ?? []).map((each) => ({ name, title: each.name, each })));

describe('every driver of the registry', () => {
  it.each(driverNames)('%s has somebody who watches its wire', (name) => {
    expect(watched[name]?.length ?? 0).toBeGreaterThan(0);
  });

  it('is watched over each kind of place where units are searched for', async () => {
    for (const name of driverNames) {
      const lines = await Promise.all((watched[name] ?? []).map((each) => each.open(folder)));
      const places = new Set(lines.map(({ place }) => place.by));
      for (const { by } of driverOptions(name).searches ?? []) expect(places.has(by), `${name} ${by}`).toBe(true);
      for (const line of lines) await line[Symbol.asyncDispose]();
    }
  });
});

// Most of it is waiting for what does not answer: all lines wait together.
describe.each(all)('$title', { timeout: 180_000, concurrent: true }, ({ name, each }) => {
  it('gets nothing but questions, whatever happens', async () => {
    await using line = await each.open(folder);
    await aloneWith(line);
    await searched(name, line);
    const sent = line.operations();
    expect(sent.length).toBeGreaterThan(each.isSlow === true ? 5 : 10);
    expect([...new Set(sent)].sort()).toEqual([...each.reading].sort());
  });
});

describe.each(all.filter(({ each }) => each.isSlow !== true))('$title', ({ name, each }) => {
  it('gets nothing but questions from a running agent, and from the command line', async () => {
    await using line = await each.open(folder);
    if (line.isNetwork) expect((await cli(['poll', line.target])).code).toBe(0);
    await watchedBy(name, line);
    expect(line.operations().length).toBeGreaterThan(0);
    const strange = line.operations().filter((operation) => !each.reading.includes(operation));
    expect(new Set(strange)).toEqual(new Set());
  });
});

describe.each(all.filter(({ each }) => each.writing !== undefined))('$title', ({ name, each }) => {
  it('shows a writing to whoever watches', async () => {
    await using line = await each.open(folder);
    const attempts = await writeWith(name, line.section, orderFor('2026-05-04', serial));
    expect(attempts.map(({ outcome }) => outcome)).toContain('taken');
    const more = new Set(line.operations().filter((operation) => !each.reading.includes(operation)));
    expect([...more].sort().join()).toBe(each.writing);
  });
});
