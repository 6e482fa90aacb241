/** What Prometheus itself says of the figures, and which alerts fire when. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { Metrics } from '../../agent/ops/metrics.ts';
import { Bench } from '../operations/support.ts';

const rules = resolve('docs/monitoring/alerts.yml');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'promtool-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function promtool(args: readonly string[], input = ''): Promise<{ code: number | null; said: string }> {
  const child = execFile('promtool', args);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: string) => {
      said += text;
    });
  }
  child.stdin?.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

interface Case {
  /** Series with their values, one a minute, in the notation of promtool. */
  readonly series: Readonly<Record<string, string>>;
  readonly at: string;
  readonly alert: string;
  /** The labels of each alert that fires, without the severity. */
  readonly fires: readonly Readonly<Record<string, string>>[];
}

async function alerts({ series, at, alert, fires }: Case, severity: string): Promise<string> {
  const file = join(folder, `${alert}.yml`);
  const test = {
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [
      {
        expr: `count by (alertname) (ALERTS{alertname="${alert}",alertstate="firing"})`,
        eval_time: at,
        exp_samples: fires.length === 0 ? [] : [{ labels: `{alertname="${alert}"}`, value: fires.length }],
      },
      ...fires.map((labels) => ({
        expr: `count(ALERTS${matcher({ alertname: alert, alertstate: 'firing', severity, ...labels })})`,
        eval_time: at,
        exp_samples: [{ labels: '{}', value: 1 }],
      })),
    ],
  };
  await writeFile(file, stringify({ rule_files: [rules], evaluation_interval: '1m', tests: [test] }));
  const { code, said } = await promtool(['test', 'rules', file]);
  return code === 0 ? '' : said;
}

const matcher = (labels: Readonly<Record<string, string>>): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`;

it('finds nothing wrong with the rules', async () => {
  expect((await promtool(['check', 'rules', rules])).said).toMatch(/SUCCESS: \d+ rules found/);
});

it('finds nothing wrong with our own figures', async () => {
  const bench = new Bench('2026-06-01', [{ name: 'rack', warrantyEnd: '2027-01-31' }]);
  await bench.reads('rack', { serial: 'AS2128296401', model: 'Smart-UPS 1500', replaceBy: '07/01/2026' });
  const metrics = new Metrics('1.2.3');
  metrics.watch({
    desk: bench.desk,
    units: bench.units,
    waiting: () => ({ mails: 2, endpoint: 3 }),
    answers: () => true,
    clockTrouble: () => undefined,
    traps: () => ({ read: 1 }),
  });
  metrics.polled({ driver: 'snmp', seconds: 0.2, result: 'ups' });
  const { body } = await metrics.text();
  const { said } = await promtool(['check', 'metrics'], body);
  expect(said.split('\n').filter((line) => line.includes('upsteward_') || line.includes('error'))).toEqual([]);
});

const refused = 'upsteward_messages_total{instance="a",recipient="reseller",result="refused"}';
const dead = 'up{job="upsteward",instance="a"}';

it.each<[string, string, Case]>([
  [
    'the first message that is refused',
    'warning',
    {
      series: { [refused]: '0x30 1x30' },
      at: '35m',
      alert: 'UpstewardDeliveryFailed',
      fires: [{ instance: 'a', recipient: 'reseller' }],
    },
  ],
  ['no refusal', 'warning', { series: { [refused]: '0x60' }, at: '35m', alert: 'UpstewardDeliveryFailed', fires: [] }],
  [
    'one agent of two that is down',
    'critical',
    {
      series: {
        [dead]: '1x10 0x60',
        'up{job="upsteward",instance="b"}': '1x70',
        'up{job="node",instance="c"}': '0x70',
        'upsteward_build_info{job="upsteward",instance="a",version="1"}': '1x5 _x65',
        'upsteward_build_info{job="upsteward",instance="a",version="2"}': '_x5 1x5 _x60',
        'upsteward_build_info{job="upsteward",instance="b",version="2"}': '1x70',
      },
      at: '40m',
      alert: 'UpstewardDown',
      fires: [{ instance: 'a' }],
    },
  ],
  [
    'no agent at all',
    'critical',
    { series: { 'up{job="node",instance="c"}': '1x70' }, at: '40m', alert: 'UpstewardUnknown', fires: [{}] },
  ],
])('an alert tells of %s', async (_what, severity, scene) => {
  expect(await alerts(scene, severity)).toBe('');
});
