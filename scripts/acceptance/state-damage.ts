/**
 * The running agent is killed with SIGKILL right after it acknowledged a change, its state file is damaged, and it is
 * started again: it must go on from the last good copy and say so, nothing acknowledged may be lost, and no mail may be
 * sent twice.
 *
 *   tsx scripts/acceptance/state-damage.ts [--rounds 4] [--seed 1] [--short]
 *
 * Each round takes every kind of damage once. In the end both copies are damaged, and the agent must refuse to start
 * rather than begin empty.
 */
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { StatusOutput } from '../../agent/commands.ts';
import type { ConnectionView, EventView } from '../../agent/operations/overview.ts';
import { startMailSink } from '../../test/support/mail-sink.ts';
import { startSimulator } from '../simulator/simulator.ts';
import { smartUps } from '../simulator/units.ts';
import { AgentProcess, Findings, type LogLine, until } from './agent-process.ts';
import { randomOf } from './year/days.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    short: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds ?? (options.short ? '1' : '4'));
const random = randomOf(Number(options.seed));

type Damage = (bytes: Buffer) => Buffer | undefined;
const damages: Readonly<Record<string, Damage>> = {
  empty: () => Buffer.alloc(0),
  'cut short': (bytes) => bytes.subarray(0, Math.floor(bytes.length * random())),
  garbage: (bytes) => Buffer.from(bytes.map(() => Math.floor(random() * 256))),
  'one bit turned': (bytes) => {
    const turned = Buffer.from(bytes);
    const at = Math.floor(random() * turned.length);
    turned.writeUInt8(turned.readUInt8(at) ^ 1, at);
    return turned;
  },
  'zero bytes': (bytes) => Buffer.alloc(bytes.length),
  missing: () => undefined,
};

const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
const slashed = (iso: string): string => `${iso.slice(5, 7)}/${iso.slice(8)}/${iso.slice(0, 4)}`;

const kinds = Object.entries(damages);
const units = Array.from({ length: rounds * kinds.length + 1 }, (_none, index) => `ups-${index + 1}`);
/** Each unit's battery is due, so that each has an event that a change closes. */
const simulator = await startSimulator({
  units: units.map((name, index) => ({
    name,
    host: `127.12.0.${(index % 250) + 1}`,
    values: smartUps({
      serial: `AS22160${String(index).padStart(5, '0')}`,
      installed: '06/01/2022',
      replaceBy: slashed(day(20 + index)),
    }),
  })),
});
const sink = await startMailSink();
const folder = await mkdtemp(join(tmpdir(), 'state-damage-'));
const stateDir = join(folder, 'state');
const statePath = join(stateDir, 'state.json');
const config = join(folder, 'config.yaml');
await writeFile(
  config,
  JSON.stringify({
    site: {
      company: 'Example Ltd',
      timeZone: 'UTC',
      sendAt: '00:00',
      contact: { name: 'Kim Example', mail: 'it@customer.example' },
    },
    reseller: { email: 'sales@reseller.example' },
    mail: { url: `smtp://127.0.0.1:${sink.port}`, from: 'ups@customer.example', tls: 'off' },
    polling: { interval: '1h', confirmAfter: '1s' },
    portal: { enabled: false },
    stateDir,
    ups: units.map((name) => {
      const { host, port } = simulator.unit(name);
      return { name, snmp: { host, port, version: '2c', timeout: 1 } };
    }),
  }),
  { mode: 0o600 },
);
const agent = new AgentProcess(config, stateDir);
const findings = new Findings();

/** Everything that must survive. */
async function known(): Promise<string> {
  const events = await agent.ask<EventView[]>('events', { all: true });
  const reseller = await agent.ask<ConnectionView>('reseller status');
  const { ups } = await agent.ask<StatusOutput>('status');
  const facts = ups.map(({ ups: name, facts: all }) => [name, all['battery.date'], all['battery.date.maintenance']]);
  return JSON.stringify({ events, reseller, facts }, undefined, 1);
}

/** Every unit was polled and no mail waits. */
async function settled(): Promise<void> {
  await until('all units are read and all mails sent', 60, async () => {
    const { ups, waiting } = await agent.ask<StatusOutput>('status');
    return waiting.mails === 0 && ups.every(({ poll }) => poll?.verdict === 'ups') ? true : undefined;
  });
}

function checkMails(when: string): void {
  const ids = sink.mails.map(({ parsed }) => parsed.messageId);
  findings.check(new Set(ids).size === ids.length, `${when}: a mail was sent twice`);
}

async function damage(name: string, change: Damage): Promise<string> {
  const before = new Set(await readdir(stateDir));
  const bytes = await readFile(statePath);
  const damaged = change(bytes);
  if (damaged === undefined) await rm(statePath);
  else await writeFile(statePath, damaged);
  agent.log.length = 0;
  findings.check(await agent.start(), `${name}: the agent did not start: ${agent.stderr}`);
  const said = agent.log.filter(({ code }) => code.startsWith('store.')).map(({ msg }: LogLine) => msg);
  findings.check(
    said.some((line) => line.includes('spare copy')),
    `${name}: it did not say that it goes on from the spare copy`,
  );
  const aside = (await readdir(stateDir)).filter((file) => file.includes('.corrupt-') && !before.has(file));
  findings.check(aside.length === (damaged === undefined ? 0 : 1), `${name}: ${aside.length} files set aside`);
  if (aside[0] !== undefined && damaged !== undefined) {
    findings.check(
      (await readFile(join(stateDir, aside[0]))).equals(damaged),
      `${name}: the file set aside is another`,
    );
  }
  return `state.json ${damaged === undefined ? 'missing' : `(${bytes.length} bytes) ${name}`}`;
}

async function refusal(): Promise<void> {
  const spare = `${statePath}.bak`;
  await copyFile(statePath, join(folder, 'state.json'));
  await copyFile(spare, join(folder, 'state.json.bak'));
  await writeFile(statePath, '');
  await writeFile(spare, '');
  const started = await agent.start();
  findings.check(!started, 'with both copies damaged the agent started as if it were new');
  findings.check(/Put back a backup/.test(agent.stderr), `with both copies damaged it said: ${agent.stderr}`);
  await agent.end('SIGKILL');
  console.log('both copies empty: it refused to start and said what to do');
  for (const name of ['state.json', 'state.json.bak']) await copyFile(join(folder, name), join(stateDir, name));
  findings.check(await agent.start(), `with both copies put back it did not start: ${agent.stderr}`);
}

try {
  findings.check(await agent.start(), `the agent did not start: ${agent.stderr}`);
  const [invitation] = await sink.arrived(1);
  await settled();
  const text = [invitation, ...sink.mails].map((mail) => mail?.parsed.text ?? '').join('\n');
  const code = /^ {4}([0-9A-Z]{4}-[0-9A-Z]{4})$/m.exec(text)?.[1] ?? '';
  await agent.ask('reseller accept', { code });
  await settled();
  await until('the first mails', 20, async () => (sink.mails.length >= 3 ? true : undefined));

  for (const [index, [name, change]] of Array.from({ length: rounds }, () => kinds)
    .flat()
    .entries()) {
    const unit = units[index] ?? '';
    await agent.ask('remind', { name: unit, event: 'battery-replacement-due' });
    await settled();
    await agent.ask('battery-replaced', { name: unit, date: day(-1) });
    await agent.end('SIGKILL');
    const sent = sink.mails.length;
    findings.check(await agent.start(), `after the kill the agent did not start: ${agent.stderr}`);
    const before = await known();
    const event = (JSON.parse(before) as { events: EventView[] }).events.find((each) => each.ups === unit);
    findings.check(
      event?.closed === 'swap',
      `${name}: the battery of ${unit} was acknowledged as changed, and that is lost`,
    );
    await agent.end('SIGKILL');
    const what = await damage(name, change);
    await settled();
    const after = await known();
    findings.check(after === before, `${name}: what is known is not the same as before`);
    findings.check(sink.mails.length === sent, `${name}: ${sink.mails.length - sent} mails were sent again`);
    checkMails(name);
    console.log(`killed, ${what}: went on from the spare copy; ${sink.mails.length} mails so far`);
  }
  await agent.end('SIGKILL');
  await refusal();
  await settled();
  checkMails('at the end');
} finally {
  await agent.end('SIGTERM');
  await Promise.all([simulator.close(), sink.close()]);
}
console.log(`${rounds * kinds.length} kinds of damage, ${sink.mails.length} mails, each once. Nothing was skipped.`);
if (findings.conclude('Nothing acknowledged was lost.')) await rm(folder, { recursive: true, force: true });
else console.log(`The state is kept in ${folder}.`);
