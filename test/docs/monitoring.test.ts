import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Metrics } from '../../agent/ops/metrics.ts';
import { Bench } from '../operations/support.ts';

/** Every metric of the agent, with the series that Prometheus makes of a histogram. */
async function known(): Promise<Set<string>> {
  const bench = new Bench('2026-06-01', []);
  const metrics = new Metrics('1');
  metrics.watch({
    desk: bench.desk,
    units: bench.units,
    waiting: () => ({ mails: 0, endpoint: 0 }),
    answers: () => undefined,
    clockTrouble: () => undefined,
    traps: () => undefined,
  });
  const { body } = await metrics.text();
  const types = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set(
    types.flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

const named = (expression: string): string[] =>
  [...expression.matchAll(/\b(?:upsteward|nodejs|process)_\w+/g)].map(([name]) => name);

describe('alert rules and dashboard', () => {
  it('name only metrics that the agent has', async () => {
    const metrics = await known();
    const rules = parse(await readFile('docs/monitoring/alerts.yml', 'utf8')) as {
      groups: { rules: { expr: string }[] }[];
    };
    const dashboard = JSON.parse(await readFile('docs/monitoring/dashboard.json', 'utf8')) as {
      panels: { targets: { expr: string }[] }[];
    };
    const expressions = [
      ...rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ];
    const names = new Set(expressions.flatMap(named));
    expect(names.size).toBeGreaterThan(10);
    expect([...names].filter((name) => !metrics.has(name))).toEqual([]);
  });

  it('describe every metric of our own in the guide', async () => {
    const guide = await readFile('docs/monitoring.md', 'utf8');
    const own = [...(await known())].filter((name) => name.startsWith('upsteward_'));
    const base = own.map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    expect(base.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
  });
});
