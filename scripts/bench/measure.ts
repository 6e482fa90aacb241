/** One measurement, in a fresh process: `measure.ts WHAT JSON`. Prints its figures as one line of JSON. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { Agent } from '../../agent/agent.ts';
import { dailyRun } from '../../agent/operations/daily.ts';
import { loadConfig } from '../../config/config.ts';
import type { Driver } from '../../drivers/contract.ts';
import { loadDriver } from '../../drivers/registry.ts';
import { snmpOptions } from '../../drivers/snmp/options.ts';
import { powernetPoll } from '../../drivers/snmp/powernet.ts';
import { OrderedTimers } from '../acceptance/ordered-timers.ts';
import { tags, write, writeInteger, writeOctets, writeOid } from '../simulator/ber.ts';
import { measurePages } from './pages.ts';
import { hostOf, today } from './site.ts';

export interface Work {
  readonly ports: readonly number[];
  readonly polls: number;
  readonly inFlight: number;
}

interface Cost {
  readonly count: number;
  readonly cpuMs: number;
  readonly wallMs: number;
}

async function costOf(count: number, work: () => Promise<unknown>): Promise<Cost> {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { count, cpuMs: (user + system) / 1000, wallMs: performance.now() - wall };
}

/** So many jobs, so many of them at a time. */
async function inFlight(count: number, width: number, job: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) await job(n);
  };
  await Promise.all(Array.from({ length: width }, lane));
}

/** The request of an ordinary poll. */
function request(id: number): Buffer {
  const list = powernetPoll.map((oid) => write(tags.sequence, writeOid(oid), write(tags.null)));
  const pdu = write(0xa0, writeInteger(id), writeInteger(0), writeInteger(0), write(tags.sequence, ...list));
  return write(tags.sequence, writeInteger(1), writeOctets('public'), pdu);
}

/** The limit: ready-made datagrams of the same size out, answers in, nothing done with either. */
async function bare({ ports, polls, inFlight: width }: Work): Promise<unknown> {
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: 1 << 20,
    lookup: (host, _options, done) => done(null, host, 4),
  });
  const listening = once(socket, 'listening');
  socket.bind(0);
  await listening;
  const datagram = request(1_000_000);
  let bytes = 0;
  const run = async (count: number): Promise<void> => {
    let sent = 0;
    let got = 0;
    let before = 0;
    let stalled: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      const send = (): void => {
        const index = sent++ % ports.length;
        socket.send(datagram, ports[index] ?? 0, hostOf(index));
      };
      socket.removeAllListeners('message');
      socket.on('message', (message) => {
        got += 1;
        bytes = message.length;
        if (sent < count) send();
        if (got === count) resolve();
      });
      for (let n = 0; n < Math.min(width, count); n += 1) send();
      // A datagram that got lost must not hold up the rest.
      stalled = setInterval(() => {
        if (got === before) send();
        before = got;
      }, 100);
    });
    clearInterval(stalled);
  };
  await run(Math.min(2000, polls));
  const cost = await costOf(polls, () => run(polls));
  socket.close();
  return { ...cost, sentBytes: datagram.length, receivedBytes: bytes };
}

/** `driver.read` alone. */
async function driver({ ports, polls, inFlight: width }: Work): Promise<unknown> {
  const module = await loadDriver('snmp');
  const drivers: Driver[] = ports.map((port, index) =>
    module.create(snmpOptions.schema.parse({ host: hostOf(index), port, version: '2c', timeout: 2, retries: 2 }), {
      ups: `ups-${index}`,
      monotonic: () => performance.now(),
      log: () => {},
    }),
  );
  const read = (n: number): Promise<unknown> => drivers[n % drivers.length]?.read() ?? Promise.resolve();
  const first = await costOf(drivers.length, () => inFlight(drivers.length, width, read));
  await inFlight(Math.min(2000, polls), width, read);
  const cost = await costOf(polls, () => inFlight(polls, width, read));
  await Promise.all(drivers.map((each) => each.close()));
  return { ...cost, first };
}

/** The real agent on these units: its config read from a file, its state on a disk, each unit polled once. */
async function agentOn({ ports, inFlight: width }: Work) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const path = join(folder, 'config.yaml');
  const config = {
    site: { company: 'Example Ltd', timeZone: 'UTC', contact: { name: 'Kim Example', mail: 'it@example.com' } },
    mail: { url: 'smtp://127.0.0.1:9', from: 'ups@example.com', tls: 'off' },
    polling: { interval: '5m', concurrency: width },
    stateDir: join(folder, 'state'),
    log: { level: 'error' },
    ups: ports.map((port, index) => ({
      name: `ups-${index}`,
      site: `Building ${index % 20}`,
      snmp: { host: hostOf(index), port, version: '2c', timeout: 2, retries: 2 },
    })),
  };
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  let now = new Date(`${today}T06:00:00Z`);
  const troubles: string[] = [];
  const timers = new OrderedTimers();
  const start = performance.now();
  const { config: loaded } = await loadConfig({ path, env: {} });
  const configMs = performance.now() - start;
  const agent = await Agent.start({
    config: loaded,
    now: () => now,
    timers,
    env: {},
    log: (level, code, message) => {
      if (level === 'warn' || level === 'error') troubles.push(`${code}: ${message}`);
    },
  });
  const first = await costOf(ports.length, () => timers.pollAll(ports.length));
  return {
    agent,
    timers,
    troubles,
    configMs,
    first,
    to: (instant: string) => {
      now = new Date(instant);
    },
    close: async () => {
      await agent.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Poller, driver, Units.ingest and the store, as the running agent has them. */
async function path(work: Work): Promise<unknown> {
  const { agent, timers, first, troubles, close } = await agentOn(work);
  const rounds = Math.max(1, Math.round(work.polls / work.ports.length));
  await timers.pollAll(work.ports.length);
  const cost = await costOf(rounds * work.ports.length, async () => {
    for (let round = 0; round < rounds; round += 1) await timers.pollAll(work.ports.length);
  });
  const failed = work.ports.filter((_port, index) => agent.pollStatus(`ups-${index}`)?.verdict !== 'ups').length;
  await close();
  return { ...cost, first, failed, troubles: troubles.slice(0, 3) };
}

/** What so many units take, and what a day of them costs. */
async function site(work: Work): Promise<unknown> {
  const { agent, to, configMs, first, troubles, close } = await agentOn(work);
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const runs = [];
  for (const day of ['2027-01-04', '2027-01-05', '2027-01-06']) {
    to(`${day}T08:00:00Z`);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await setTimeout(20);
    let notices = 0;
    const cost = await costOf(work.ports.length, async () => {
      notices = (await dailyRun(agent.office.desk, agent.office.units)).notices;
    });
    await setTimeout(20);
    delay.disable();
    runs.push({ ...cost, notices, longestHoldMs: delay.max / 1e6 });
  }
  const peak = process.resourceUsage().maxRSS * 1024;
  await close();
  return { rss, heapUsed, peak, configMs, first, runs, troubles: troubles.slice(0, 3) };
}

/** The pages of as many units as there are ports. */
const pages = ({ ports }: Work): Promise<unknown> => measurePages(ports.length);

const kinds = { bare, driver, path, site, pages } as const;
process.once('message', ({ what, work }: { what: keyof typeof kinds; work: Work }) => {
  void kinds[what](work).then((figures) => {
    process.send?.(figures);
    process.disconnect();
  });
});
