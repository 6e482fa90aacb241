/**
 * Lines that delay, drop, repeat, cut and corrupt answers, for an hour of traffic: no reading may hold a value of another
 * unit or of the past, and two polls after the line is well again every unit must be back.
 *
 *   tsx scripts/acceptance/bad-line.ts [--minutes 60] [--seed 1] [--only modbus,gateway,upslink,snmp,cables] [--short]
 *
 * 1. Modbus: eight units on a serial line, eight behind a TCP gateway, eight behind a gateway that hands on stale answers.
 *    Each unit says something else at each poll, in every block, so that a wrong value shows.
 * 2. 32 units on one RTU gateway at 9600 baud: all are read within a minute, also with some that are off and on a line
 *    that loses and delays answers.
 * 3. UPS-Link: four units with late, lost, repeated, cut and corrupt characters.
 * 4. SNMP 2c and 3: units behind a relay of datagrams that drops, repeats, reorders and delays them, and sends answers of
 *    the past and of others, also from other ports. Real sockets, in real time.
 * 5. A cable is pulled and put back (socat's terminals are removed and made again): Modbus RTU and UPS-Link are back
 *    within two polls. Real time.
 *
 * 1 to 3 run on the agent's own poller in virtual time, so an hour takes seconds.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { driverOptions, loadDriver } from '../../drivers/registry.ts';
import { badGateway, badSerial, randomOf, staleGateway } from '../simulator/bad-lines.ts';
import { type Fate, healthy } from '../simulator/bus.ts';
import { Findings } from './agent-process.ts';
import { modbusCable, upslinkCable } from './bad-line/cables.ts';
import { modbusSite } from './bad-line/modbus.ts';
import { snmpSite } from './bad-line/snmp.ts';
import { badText, healthyText, upslinkUnit } from './bad-line/upslink.ts';
import { VirtualTime } from './bad-line/virtual-time.ts';
import { type Unit, Watch } from './bad-line/watch.ts';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: 'modbus,gateway,upslink,snmp,cables' },
    short: { type: 'boolean', default: false },
  },
});
const minutes = options.short ? 10 : Number(options.minutes);
const only = new Set(options.only.split(','));
const findings = new Findings();
const began = performance.now();
const realNow = performance.now.bind(performance);
const say = (line: string): void => console.log(`${((realNow() - began) / 1000).toFixed(0).padStart(4)} s  ${line}`);

const minute = 60_000;
const intervalMs = 20_000;

/** Runs something in virtual time. */
async function virtually(work: (time: VirtualTime) => Promise<void>): Promise<void> {
  const time = new VirtualTime();
  time.install();
  try {
    await work(time);
  } finally {
    time.uninstall();
  }
}

/** Polls units while their line is bad, then until all are back. */
async function endure(name: string, units: readonly Unit[], heal: () => void): Promise<void> {
  await virtually(async (time) => {
    const watch = new Watch(units, intervalMs, findings);
    watch.start();
    await time.pass(minutes * minute);
    const { polls, readings } = watch.tally;
    heal();
    const healed = time.now;
    watch.well();
    while (!watch.areAllBack && time.now - healed < 30 * minute) await time.pass(1000);
    findings.check(watch.areAllBack, `${name}: not every unit came back`);
    findings.check(readings > 0, `${name}: not one reading on the bad line: the check looks at nothing`);
    findings.check(polls > readings, `${name}: not one poll failed: the line was not bad`);
    const { wrong } = watch.tally;
    say(
      `${name}: ${polls} polls, ${readings} readings, ${polls - readings} without, ${wrong} wrong values; all back after ${Math.round((time.now - healed) / 1000)} s`,
    );
    await time.until(watch.stop());
  });
}

async function modbus(seed: number): Promise<void> {
  const lines = [
    ['Modbus on a bad serial line', 'rtu', badSerial],
    ['Modbus behind a bad gateway', 'tcp', badGateway],
    ['Modbus behind a gateway that hands on stale answers', 'tcp', staleGateway],
  ] as const;
  for (const [name, kind, fate] of lines) {
    const random = randomOf(seed);
    const { bus, units } = modbusSite(kind, 8, name);
    bus.fate = fate(random);
    bus.cutNow = () => random(200) === 0;
    await endure(name, units, () => {
      bus.fate = healthy;
      bus.cutNow = () => false;
    });
  }
}

/** 50 ms to think, then 960 characters a second: 9600 baud. */
const serialPace: Fate = (reply) => [{ after: 50 + reply.length * 1.05, bytes: reply }];

/** 32 units on one gateway, which has one serial line behind it. */
async function gateway(seed: number): Promise<void> {
  const random = randomOf(seed);
  const lossy: Fate = (reply) => {
    const fate = random(100);
    if (fate < 2) return [];
    const [usual] = serialPace(reply);
    return fate < 5 && usual ? [{ ...usual, after: usual.after + 500 + random(1000) }] : serialPace(reply);
  };
  const off = new Set([3, 4, 17, 32]);
  await virtually(async (time) => {
    const { bus, units } = modbusSite('rtu', 32, 'RTU gateway');
    bus.fate = serialPace;
    const watch = new Watch(units, minute, findings);
    watch.start();
    await time.pass(3 * minute);
    const healthyRound = await time.until(watch.round());
    findings.check(healthyRound.good === 32, `RTU gateway: ${healthyRound.good} of 32 units were read`);
    findings.check(healthyRound.ms < minute, `RTU gateway: a round took ${Math.round(healthyRound.ms)} ms`);
    await time.pass(minutes * minute);
    const gap = watch.longestGap();
    findings.check(gap < 2.5 * minute, `RTU gateway: a unit was not read for ${Math.round(gap / 1000)} s`);
    say(
      `32 units on one RTU gateway: a round takes ${(healthyRound.ms / 1000).toFixed(1)} s; at an interval of 60 s each is read at least every ${Math.round(gap / 1000)} s`,
    );
    await time.until(watch.stop());
  });
  await virtually(async (time) => {
    const { bus, units } = modbusSite('rtu', 32, 'RTU gateway');
    bus.fate = lossy;
    for (const number of off) bus.units.delete(number);
    const watch = new Watch(units, 5 * minute, findings);
    watch.start();
    await time.pass(Math.max(20, minutes) * minute);
    const there = units.filter((_unit, index) => !off.has(index + 1)).map(({ name }) => name);
    const gap = watch.longestGap(new Set(there));
    findings.check(watch.tally.readings > 0, 'RTU gateway, lossy: not one reading');
    findings.check(gap < 10 * minute, `RTU gateway, lossy: a unit was not read for ${Math.round(gap / 1000)} s`);
    const { polls, readings, wrong } = watch.tally;
    say(
      `the same with 4 units off, 2 % of the answers lost and 3 % late, at the usual interval of 5 min: ${polls} polls, ${readings} readings, ${wrong} wrong values; each unit that is on at least every ${Math.round(gap / 1000)} s`,
    );
    await time.until(watch.stop());
  });
}

async function upslink(seed: number): Promise<void> {
  const random = randomOf(seed);
  const serials = [1, 2, 3, 4].map((number) => upslinkUnit(number));
  for (const at of serials) at.fate = badText(random);
  const units = serials.map(({ unit }) => unit);
  await endure('UPS-Link on bad serial lines', units, () => {
    for (const at of serials) at.fate = healthyText;
  });
}

/** Cards behind a bad relay, as many polls of each as an hour brings at an interval of 20 s. */
async function snmp(seed: number): Promise<void> {
  const site = await snmpSite(20, randomOf(seed));
  const watch = new Watch(site.units, 100, findings);
  try {
    watch.start();
    const wanted = site.units.length * 3 * minutes;
    while (watch.tally.polls < wanted) await pause(200);
    const { polls, readings } = watch.tally;
    site.heal();
    // What is still on its way gets the time to arrive.
    await pause(3500);
    watch.well();
    const healed = performance.now();
    while (!watch.areAllBack && performance.now() - healed < 60_000) await pause(100);
    findings.check(watch.areAllBack, 'SNMP: not every card came back');
    findings.check(polls > readings && readings > 0, 'SNMP: no poll failed, or all did: the check looks at nothing');
    const done = Object.entries(site.done()).map(([what, count]) => `${count} ${what}`);
    const { wrong } = watch.tally;
    say(
      `SNMP behind a bad relay: ${polls} polls, ${readings} readings, ${wrong} wrong values; datagrams: ${done.join(', ')}`,
    );
  } finally {
    await watch.stop();
    await site.close();
  }
}

/** Each cable is pulled while a poll would run, and between two polls; what was true before is not true any more. */
async function cables(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bad-line-'));
  try {
    for (const wired of [modbusCable(folder), upslinkCable(folder)]) {
      const { name, cable } = wired;
      const { schema } = driverOptions(wired.driver);
      const context = { ups: name, monotonic: () => performance.now(), log: () => {} };
      let turn = 0;
      const next = (): void => wired.dress(++turn);
      next();
      await cable.plug();
      const driver = (await loadDriver(wired.driver)).create(schema.parse({ device: cable.device }), context);
      const isRight = async (): Promise<boolean> => {
        const reading = await driver.read().catch(() => undefined);
        const says = reading?.fields['battery.date']?.value;
        findings.check(says === undefined || says === wired.installed(turn), `${name}: ${says} is a value of the past`);
        return says === wired.installed(turn);
      };
      const isBack = async (what: string): Promise<void> => {
        const polls = (await isRight()) ? 1 : (await isRight()) ? 2 : 3;
        findings.check(polls <= 2, `${name}: ${what}, and it was not back within two polls`);
        say(`${name}: ${what}; back at poll ${polls}`);
      };
      await isBack('plugged in');
      for (let round = 0; round < (options.short ? 1 : 5); round += 1) {
        await cable.pull();
        next();
        findings.check(!(await isRight()), `${name}: it was read over a cable that is not there`);
        await cable.plug();
        await isBack('pulled, polled, and put back');
        await cable.pull();
        next();
        await cable.plug();
        await isBack('pulled and put back between two polls');
        next();
        const reading = driver.read().catch(() => undefined);
        await pause(100);
        await cable.pull();
        await reading;
        next();
        await cable.plug();
        await isBack('pulled in the middle of a poll, and put back');
      }
      await driver.close();
      await cable.pull();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const seed = Number(options.seed);
if (only.has('modbus')) await modbus(seed);
if (only.has('gateway')) await gateway(seed);
if (only.has('upslink')) await upslink(seed);
if (only.has('snmp')) await snmp(seed);
if (only.has('cables')) await cables();
findings.conclude('Every value was that of its unit at its poll, and everything came back by itself.');
