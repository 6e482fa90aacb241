/**
 * Names that are meant to do something, on their whole way: from the config and the device through the agent to every page
 * that can be reached by a link, each export, the figures, the log and each mail. They change nothing but the text shown.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { Agent } from '../../agent/agent.ts';
import { ask } from '../../agent/control/client.ts';
import { addDays, instantAt } from '../../agent/lifecycle/days.ts';
import { createLog } from '../../agent/ops/log.ts';
import { loadConfig } from '../../config/config.ts';
import { smartUps } from '../../scripts/simulator/units.ts';
import { unescaped } from '../portal/support.ts';
import { afterwards, printed, reseller, today, World } from './support.ts';

const script = '<script>alert(1)</script>';
const names = [
  script,
  '=HYPERLINK("http://evil.example")',
  "@SUM(1+1)*cmd|' /C calc'!A0",
  '"><img src=x onerror=alert(1)>',
  '🔋'.repeat(20),
  '../../etc/passwd?x#y%0d%0aBcc: x@evil.example',
  '{{constructor}}<%= 7 * 7 %>',
] as const;
/** What a device may say beside these. */
const said = [...names.slice(0, -3), 'Smart \u202egnp.exe', 'a\r\nBcc: x@evil.example\r\n\r\n<b>', 'x'.repeat(300)];

it('change nothing but the text that is shown', { timeout: 120_000 }, async () => {
  const world = await World.open(
    names.map((_name, index) => ({
      name: `card${index}`,
      community: `c${index}`,
      values: smartUps({
        serial: `AS22161000${10 + index}`,
        model: said[index] ?? '',
        cartridge: said[index] ?? '',
        sku: said[index] ?? '',
        replaceBy: printed(addDays(today, 7)),
        replaceBattery: true,
      }),
    })),
  );
  const lines: string[] = [];
  const { agent, page } = await start(world, lines);
  const command = (name: string, args: Record<string, unknown>): Promise<unknown> =>
    ask(agent.office.config.stateDir, { command: name, args });
  await agent.beat();
  await command('reseller accept', { code: await world.code() });
  world.clock = new Date(instantAt(today, '08:00', 'Europe/Berlin'));
  await agent.beat();
  await command('remind', { name: names[0], event: 'replace-battery' });
  await agent.beat();

  const { path: feed } = (await command('calendar renew', {})) as { path: string };
  const seen = await crawl(page, feed);
  for (const [path, { type, text }] of seen) check(path, type, text);
  const reached = [...seen.keys()];
  for (const name of names) expect(reached).toContain(`/ups?name=${encodeURIComponent(name)}`);
  for (const path of ['/report.csv', '/reseller/record.csv', '/reseller/record.json', '/reseller/sees/notice']) {
    expect(reached).toContain(path);
  }

  const told = world.sink.mails.filter(({ to }) => to.includes(reseller));
  expect(told.length).toBeGreaterThanOrEqual(3);
  for (const { raw, parsed, to } of world.sink.mails) {
    expect(to).toHaveLength(1);
    const headers = raw.slice(0, raw.indexOf('\r\n\r\n'));
    expect(headers).not.toMatch(/^(bcc|cc):/im);
    expect(headers).not.toMatch(/[^\r]\n|\r[^\n]/);
    expect(String(parsed.html)).not.toMatch(/<(script|img|b>)/i);
    expect(`${parsed.subject}${parsed.text}`).not.toMatch(/\u202e/);
  }
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ code: expect.any(String) });
});

async function start(world: World, lines: string[]): Promise<{ agent: Agent; page: string }> {
  const path = join(world.folder, 'config.yaml');
  const quoted = JSON.stringify;
  const units = names.map((name, index) => {
    const { port, community } = world.simulator.unit(`card${index}`);
    const snmp = `{ host: 127.0.0.1, port: ${port}, community: ${community} }`;
    return `  - { name: ${quoted(name)}, site: ${quoted(name)}, note: ${quoted(name)}, snmp: ${snmp} }`;
  });
  const text = `site:
  company: ${quoted(script)}
  timeZone: Europe/Berlin
  contact: { name: ${quoted('=1+1')}, mail: it@customer.example, jobRole: ${quoted(script)} }
reseller: { email: ${reseller} }
mail: { url: "smtp://127.0.0.1:${world.sink.port}", from: ups@customer.example }
portal: { listen: "127.0.0.1:0" }
stateDir: state
ups:
${units.join('\n')}
`;
  await writeFile(path, text, { mode: 0o600 });
  const { config } = await loadConfig({ path, env: {} });
  const log = createLog('debug', { write: (line) => void lines.push(line) });
  const configFile = { path, reload: async () => [] };
  const polling = { ...config.polling, confirmAfterMs: 1 };
  const parts = {
    config: { ...config, polling },
    log,
    now: () => world.clock,
    timers: world.timers,
    env: {},
    configFile,
  };
  const agent = await Agent.start(parts);
  afterwards(() => agent.stop());
  while (!agent.ready()) await agent.pause(20);
  return { agent, page: agent.pages[0] ?? '' };
}

interface Seen {
  readonly type: string;
  readonly text: string;
}

/** Every answer that a chain of links leads to, from the overview on. */
async function crawl(base: string, feed: string): Promise<Map<string, Seen>> {
  const seen = new Map<string, Seen>();
  const open = ['/', '/metrics', '/tables/dates.csv', feed];
  for (let path = open.shift(); path !== undefined; path = open.shift()) {
    if (seen.has(path)) continue;
    const answer = await fetch(`${base}${path}`);
    const text = await answer.text();
    expect([path, answer.status]).toEqual([path, 200]);
    const type = answer.headers.get('content-type') ?? '';
    seen.set(path, { type, text });
    if (!type.startsWith('text/html') || path.startsWith('/reseller/sees/')) continue;
    for (const [, href = ''] of text.matchAll(/(?:href|src)="(\/[^"]*)"/g)) {
      const [next = ''] = unescaped(href).split('#');
      if (!/^\/(style|api)\//.test(next)) open.push(next);
    }
  }
  return seen;
}

function check(path: string, type: string, text: string): void {
  if (type.startsWith('text/html')) {
    expect([path, /[\u202a-\u202e\u2066-\u2069]/.test(text)]).toEqual([path, false]);
    expect([path, /<(script|img|b)\b[^>]*>/i.exec(text)?.[0]]).toEqual([path, undefined]);
    return;
  }
  if (type.startsWith('text/csv')) {
    const rows = parse(text, { bom: true, relax_column_count: true }) as string[][];
    const formulas = rows.flat().filter((cell) => /^[=+@\t\r-]/.test(cell) && cell !== '-');
    expect([path, formulas]).toEqual([path, []]);
    return;
  }
  if (type.startsWith('text/calendar')) {
    const odd = text
      .split('\r\n')
      .filter((line) => !/^( .*|[A-Z-]+[:;].*|)$/.test(line) || /^(ATTACH|BCC)/i.test(line));
    expect(odd).toEqual([]);
  }
  if (type.includes('json')) expect(() => JSON.parse(text)).not.toThrow();
  if (path === '/metrics') {
    const odd = text.split('\n').filter((line) => !/^(#.*|[a-z_0-9]+(\{.*\})? \S+|)$/.test(line));
    expect(odd).toEqual([]);
  }
}
