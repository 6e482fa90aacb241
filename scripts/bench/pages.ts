/** What the pages cost on a site with many units: the real office and the real pages, without a network between. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Live, runCommand } from '../../agent/commands.ts';
import { newUnit, takeReading } from '../../agent/lifecycle/unit.ts';
import { Office } from '../../agent/office.ts';
import { momentOf } from '../../agent/operations/desk.ts';
import { createToken } from '../../agent/operations/secrets.ts';
import type { PortalDesk } from '../../agent/portal/desk.ts';
import { modules } from '../../agent/portal/modules.ts';
import { Portal } from '../../agent/portal/server.ts';
import { siteOf } from '../../agent/site.ts';
import { keys } from '../../agent/store/keys.ts';
import { memoryStore } from '../../agent/store/memory-store.ts';
import { loadConfig } from '../../config/config.ts';
import type { Field, Reading } from '../../drivers/contract.ts';
import { replaceByOf, serialOf, today } from './site.ts';

export interface PageFigures {
  readonly name: string;
  readonly cpuMs: number;
  readonly bytes: number;
}

/** Pages in the order in which they are looked at; the first one is the first since the start. */
const pagesOf = (one: number) => [
  { name: 'overview, the first time', path: '/' },
  { name: 'overview', path: '/' },
  { name: 'overview, the last page', path: '/?page=100000' },
  { name: 'overview, one site', path: '/?site=Building+7' },
  { name: 'search for a serial number', path: `/?q=${serialOf(one)}` },
  { name: 'search for a word', path: '/?q=building+7+smart' },
  { name: 'due in one month', path: '/?due=2027-06' },
  { name: 'dates to confirm', path: '/dates' },
  { name: 'one UPS', path: `/ups?name=ups-${one}` },
  { name: 'API: units, a page of 100', path: '/api/v1/units' },
  { name: 'API: the most urgent 20', path: '/api/v1/units?order=urgency&limit=20' },
  { name: 'API: search for a serial number', path: `/api/v1/units?q=${serialOf(one)}` },
  { name: 'API: events, a page of 100', path: '/api/v1/events' },
  { name: 'API: dates to confirm, a page of 100', path: '/api/v1/dates' },
  { name: 'API: how the agent does', path: '/api/v1/status' },
  { name: 'API: one UPS', path: `/api/v1/units/ups-${one}` },
];
const rounds = 5;

/** CPU of each page, the mean of some rounds. */
export async function measurePages(count: number): Promise<PageFigures[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const { portal, token } = await portalOf(count, folder);
    const headers = { host: 'localhost', authorization: `Bearer ${token}` };
    // What the preparations left behind is not the pages' affair.
    globalThis.gc?.();
    const figures: PageFigures[] = [];
    for (const { name, path } of pagesOf(Math.floor(count / 2))) {
      const times = name.includes('first') ? 1 : rounds;
      const cpu = process.cpuUsage();
      let bytes = 0;
      for (let n = 0; n < times; n += 1) {
        const request = new Request(`http://localhost${path}`, { headers });
        const answer = await portal.answer(request, { peer: '127.0.0.1' });
        if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
        bytes = (await answer.text()).length;
      }
      const { user, system } = process.cpuUsage(cpu);
      figures.push({ name, cpuMs: (user + system) / 1000 / times, bytes });
    }
    return figures;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function portalOf(count: number, folder: string): Promise<{ portal: Portal; token: string }> {
  const path = join(folder, 'config.yaml');
  const indexes = Array.from({ length: count }, (_none, index) => index);
  const file = {
    site: { company: 'Example Ltd', timeZone: 'UTC', contact: { name: 'Kim Example', mail: 'it@example.com' } },
    mail: { url: 'smtp://127.0.0.1:9', from: 'ups@example.com', tls: 'off' },
    ups: indexes.map((index) => ({
      name: `ups-${index}`,
      site: `Building ${index % 20}`,
      snmp: { host: `127.30.${Math.floor(index / 200)}.${(index % 200) + 1}` },
    })),
  };
  await writeFile(path, JSON.stringify(file), { mode: 0o600 });
  const { config } = await loadConfig({ path, env: {} });
  const now = new Date(`${today}T09:00:00Z`);
  const store = memoryStore();
  const office = await Office.open(config, { store, now: () => now, log: () => {}, env: {} });
  const changes = siteOf(config).units.map((unit, index) => {
    const moment = momentOf(office.desk, serialOf(index));
    const read = takeReading(newUnit(serialOf(index), unit), unit.name, readingOf(index), unit, moment);
    return { key: keys.unit(serialOf(index)), value: read.unit, expected: 0 };
  });
  await store.commit({ changes });
  const restarted = await Office.open(config, { store, now: () => now, log: () => {}, env: {} });
  // What the pages of the bench ask of a running agent.
  const live = {
    clockTrouble: () => undefined,
    notInForce: () => [],
    stuck: () => [],
    ready: () => true,
    answersStatus: () => undefined,
    trapStatus: () => undefined,
    serverStatus: () => [],
    pollStatus: () => ({ verdict: 'ups', triedAt: 0, readAt: 0, failures: 0, ageMs: 1000 }),
  } as Partial<Live> as Live;
  const { token } = await createToken(restarted.desk, 'bench', true);
  const desk: PortalDesk = {
    office: restarted,
    live,
    run: (command, args) => runCommand(restarted, live, command, args),
    configFile: { path, reload: async () => [] },
  };
  const portal = new Portal({ desk, timers: { monotonic: () => performance.now(), after: () => () => {} } });
  // As a running agent does soon after its start.
  for (const { prepare } of modules) prepare?.(desk);
  return { portal, token };
}

function readingOf(index: number): Reading {
  const field = <T>(value: T): Field<T> => ({ value, raw: String(value) });
  return {
    verdict: 'ups',
    fields: {
      'device.serial': field(serialOf(index)),
      'device.model': field(index % 3 === 0 ? 'Smart-UPS 1500' : 'Smart-UPS 3000 RM'),
      'battery.date': field('06/01/2024'),
      'battery.date.maintenance': field(replaceByOf(index)),
      'battery.cartridge': field('RBC55'),
    },
    signals: {},
  };
}
