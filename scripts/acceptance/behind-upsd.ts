/**
 * Many UPS behind one upsd, watched by one entry of the config: they must all be polled within the interval, on few
 * connections, one question each; the figures are printed.
 *
 *   tsx scripts/acceptance/behind-upsd.ts [--units 200] [--delay 0,20,100] [--rounds 3] [--short]
 *
 * upsd is simulated, in a process of its own; `--delay` is how many milliseconds each of its answers takes to arrive,
 * as over a slow line. The agent is the real one; its polls are ordered, so that a round is over when each was taken in.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Agent } from '../../agent/agent.ts';
import { loadConfig } from '../../config/config.ts';
import { startUpsd } from '../simulator/nut.ts';
import { Findings } from './agent-process.ts';
import { OrderedTimers } from './ordered-timers.ts';

const intervalMs = 300_000;

/** The simulated upsd, which tells its port, and what it was asked whenever it is asked that. */
async function serve(units: number, delayMs: number): Promise<void> {
  const upsd = await startUpsd({
    units: Object.fromEntries(
      Array.from({ length: units }, (_, n) => [
        `ups${n}`,
        {
          'device.mfr': 'American Power Conversion',
          'device.model': 'Smart-UPS 1500',
          'device.serial': `AS2216${String(100_000 + n)}`,
          'ups.mfr.date': '2022-04-20',
          'battery.date': '2024-05-04',
          'battery.date.maintenance': `203${n % 5}-05-04`,
          'battery.charge': '100',
          'driver.name': 'apc_modbus',
          'ups.status': 'OL',
        },
      ]),
    ),
    delayMs,
  });
  process.on('message', () => process.send?.({ connections: upsd.connections(), questions: upsd.heard.length }));
  process.on('disconnect', () => process.exit());
  process.send?.(upsd.port);
}

async function measure(units: number, delayMs: number, rounds: number, findings: Findings): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), ['--serve', `${units}`, '--delay', `${delayMs}`]);
  const [port] = (await once(child, 'message')) as [number];
  const asked = async (): Promise<{ connections: number; questions: number }> => {
    child.send('asked');
    return (await once(child, 'message'))[0] as { connections: number; questions: number };
  };
  const folder = await mkdtemp(join(tmpdir(), 'behind-upsd-'));
  const path = join(folder, 'config.yaml');
  const config = {
    site: { company: 'Example Ltd', timeZone: 'UTC', contact: { name: 'Kim Example', mail: 'it@example.com' } },
    mail: { url: 'smtp://127.0.0.1:9', from: 'ups@example.com', tls: 'off' },
    stateDir: join(folder, 'state'),
    ups: [{ name: 'Rack', nut: `*@127.0.0.1:${port}` }],
  };
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  const timers = new OrderedTimers();
  let listed: () => void = () => {};
  const isListed = new Promise<void>((resolve) => {
    listed = resolve;
  });
  const agent = await Agent.start({
    config: (await loadConfig({ path, env: {} })).config,
    now: () => new Date(),
    timers,
    env: {},
    log: (_level, code) => code === 'server.listed' && listed(),
  });
  await isListed;
  while (timers.armed < units) await new Promise((resolve) => setImmediate(resolve));
  await timers.pollAll(units);
  const before = await asked();
  const walls: number[] = [];
  const cpu = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    await timers.pollAll(units);
    walls.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(cpu);
  const after = await asked();
  const read = agent.office.config.ups.filter(({ name }) => agent.pollStatus(name)?.verdict === 'ups').length;
  await agent.stop();
  child.disconnect();
  await rm(folder, { recursive: true });
  const longest = Math.max(...walls);
  const what = `${units} UPS, answers after ${delayMs} ms`;
  console.log(
    `${what}: a round ${walls.map((ms) => `${Math.round(ms)} ms`).join(', ')}; ` +
      `${((user + system) / 1000 / rounds / units).toFixed(2)} ms CPU a poll; ${after.connections} connection(s) in all, ` +
      `${(after.questions - before.questions) / rounds} questions a round`,
  );
  findings.check(read === units, `${what}: ${read} of ${units} were read`);
  findings.check(
    longest < intervalMs,
    `${what}: a round took ${Math.round(longest)} ms of the interval's ${intervalMs}`,
  );
  findings.check(after.connections <= 3, `${what}: ${after.connections} connections`);
  findings.check(after.questions - before.questions === rounds * units, `${what}: more than one question a poll`);
}

const { values } = parseArgs({
  options: {
    units: { type: 'string', default: '200' },
    delay: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    short: { type: 'boolean', default: false },
    serve: { type: 'string' },
  },
});
if (values.serve !== undefined) await serve(Number(values.serve), Number(values.delay));
else {
  const findings = new Findings();
  const delays = values.delay ?? (values.short ? '0,5' : '0,20,100');
  for (const delay of delays.split(',')) {
    await measure(Number(values.units), Number(delay), values.short ? 1 : Number(values.rounds), findings);
  }
  findings.conclude('All units behind one upsd are polled in time.');
}
