/**
 * A site where every kind of line is in use: all UPS must be polled within the interval, however slow some lines are.
 *
 *   tsx scripts/acceptance/mixed-site.ts [--interval 60] [--short]
 *
 * SNMP cards, Modbus TCP, SmartConnect ports (one request a connection, two seconds between them), 32 units behind one
 * gateway on a line of 9600 baud, units behind one upsd, apcupsd servers, and a Modbus and a UPS-Link unit on serial
 * ports of their own (socat's terminals). Real sockets and ports, in real time; `--short` has a third of the units. The
 * agent is the real one; its polls are ordered, so that a round is over when each was taken in.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Agent } from '../../agent/agent.ts';
import { loadConfig } from '../../config/config.ts';
import { startApcupsd } from '../simulator/apcupsd.ts';
import { smartUpsModbus, startModbusTcp } from '../simulator/modbus.ts';
import { startUpsd } from '../simulator/nut.ts';
import { startSimulator } from '../simulator/simulator.ts';
import { smartUps } from '../simulator/units.ts';
import { Findings } from './agent-process.ts';
import { modbusCable, upslinkCable } from './bad-line/cables.ts';
import { OrderedTimers } from './ordered-timers.ts';

const { values } = parseArgs({
  options: { interval: { type: 'string', default: '60' }, short: { type: 'boolean', default: false } },
});
const share = values.short ? 1 / 3 : 1;
const several = (count: number): readonly number[] => Array.from({ length: Math.round(count * share) }, (_, n) => n);

let made = 0;
/** Another serial number each time. */
const serial = (): string => `AS2216${String(100_000 + made++)}`;
const unit = () => smartUpsModbus({ serial: serial(), installed: '2024-05-04', replaceBy: '2030-05-04' });

/** Milliseconds that so many bytes take at 9600 baud, with the pauses around the frame. */
const onTheLine = (bytes: number): number => (bytes * 10_000) / 9600 + 40;

type Entry = Readonly<Record<string, unknown>>;
const entries: Entry[] = [];
const ends: (() => Promise<unknown>)[] = [];
const folder = await mkdtemp(join(tmpdir(), 'mixed-site-'));

const cards = await startSimulator({
  units: several(40).map((n) => ({
    name: `card ${n}`,
    community: `card${n}`,
    values: smartUps({ serial: serial(), replaceBy: '05/04/2030' }),
  })),
});
ends.push(() => cards.close());
for (const n of several(40))
  entries.push({ name: `card ${n}`, snmp: { host: '127.0.0.1', port: cards.port, community: `card${n}` } });

for (const single of [undefined, 'hangs-up'] as const)
  for (const n of several(9)) {
    const server = await startModbusTcp({ units: new Map([[1, unit()]]), ...(single && { single }) });
    ends.push(() => server.close());
    entries.push({
      name: `${single ? 'SmartConnect' : 'Modbus'} ${n}`,
      modbus: { host: '127.0.0.1', port: server.port },
    });
  }

const behind = several(32).map((n) => n + 1);
const gateway = await startModbusTcp({
  units: new Map(behind.map((address) => [address, unit()])),
  deliver: (reply, socket, request) => {
    setTimeout(() => socket.write(reply), onTheLine(reply.length + request.length));
  },
});
ends.push(() => gateway.close());
for (const address of behind)
  entries.push({ name: `gateway ${address}`, modbus: { host: '127.0.0.1', port: gateway.port, unit: address } });

const upsd = await startUpsd({
  units: Object.fromEntries(
    several(30).map((n) => [
      `ups${n}`,
      { 'device.mfr': 'APC', 'device.model': 'Smart-UPS 1500', 'device.serial': serial(), 'ups.status': 'OL' },
    ]),
  ),
});
ends.push(async () => await upsd[Symbol.asyncDispose]());
entries.push({ name: 'Rack', nut: `*@127.0.0.1:${upsd.port}` });

for (const n of several(6)) {
  const daemon = await startApcupsd({ MODEL: 'Smart-UPS 1500', STATUS: 'ONLINE', SERIALNO: serial() });
  ends.push(async () => await daemon[Symbol.asyncDispose]());
  entries.push({ name: `apcupsd ${n}`, apcupsd: { host: '127.0.0.1', port: daemon.port } });
}

for (const { name, driver, cable } of [modbusCable(folder), upslinkCable(folder)]) {
  await cable.plug();
  ends.push(() => cable.pull());
  entries.push({ name, [driver]: { device: cable.device } });
}

const path = join(folder, 'config.yaml');
const config = {
  site: { company: 'Example Ltd', timeZone: 'UTC', contact: { name: 'Kim Example', mail: 'it@example.com' } },
  mail: { url: 'smtp://127.0.0.1:9', from: 'ups@example.com', tls: 'off' },
  stateDir: join(folder, 'state'),
  polling: { interval: `${values.interval}s` },
  ups: entries,
};
await writeFile(path, JSON.stringify(config), { mode: 0o600 });

/** All of the config but the entry for upsd, and what upsd has. */
const count = entries.length - 1 + several(30).length;
const timers = new OrderedTimers();
const agent = await Agent.start({
  config: (await loadConfig({ path, env: {} })).config,
  now: () => new Date(),
  timers,
  env: {},
  log: () => {},
});
while (timers.armed < count) await new Promise((resolve) => setTimeout(resolve, 20));

const findings = new Findings();
for (const round of ['first contact', 'next round']) {
  const start = performance.now();
  await timers.pollAll(count);
  const seconds = (performance.now() - start) / 1000;
  const silent = agent.office.config.ups.filter(({ name }) => agent.pollStatus(name)?.verdict !== 'ups');
  console.log(`${count} UPS over every kind of line, ${round}: ${seconds.toFixed(1)} s, ${silent.length} not read`);
  findings.check(seconds < Number(values.interval), `${round} took ${seconds.toFixed(1)} s`);
  findings.check(silent.length === 0, `${round}: not read: ${silent.map(({ name }) => name).join(', ')}`);
}
await agent.stop();
for (const end of ends) await end();
await rm(folder, { recursive: true });
findings.conclude(`All are polled within ${values.interval} s.`);
