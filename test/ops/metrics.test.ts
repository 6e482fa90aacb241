import { describe, expect, it } from 'vitest';
import { steps } from '../../agent/lifecycle/model.ts';
import { deliverable } from '../../agent/operations/tally.ts';
import { Metrics } from '../../agent/ops/metrics.ts';
import { Bench } from '../operations/support.ts';

const day = '2026-06-01';

/** The samples of one metric, without its help. */
async function samples(metrics: Metrics, name: string): Promise<string[]> {
  const { body } = await metrics.text();
  return body.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

function watched(
  bench: Bench,
  rest: { answers?: boolean; trouble?: string; traps?: Readonly<Record<string, number>> } = {},
): Metrics {
  const metrics = new Metrics('1.2.3');
  metrics.watch({
    desk: bench.desk,
    units: bench.units,
    waiting: () => ({ mails: 2, endpoint: 3 }),
    answers: () => rest.answers,
    clockTrouble: () => rest.trouble,
    traps: () => rest.traps,
  });
  return metrics;
}

describe('the figures of a UPS', () => {
  it('are its dates as the first moment of the day at the site, with source and confidence', async () => {
    const bench = new Bench(day, [{ name: 'rack', warrantyEnd: '2027-01-31' }]);
    await bench.reads('rack', { serial: 'AS2128296401', model: 'Smart-UPS 1500', replaceBy: '07/01/2026' });
    const metrics = watched(bench);
    const midnight = (utc: string): number => Date.parse(utc) / 1000;
    expect(await samples(metrics, 'upsteward_battery_replace_by_timestamp_seconds')).toEqual([
      `upsteward_battery_replace_by_timestamp_seconds{ups="rack",source="ups",confidence="sound"} ${midnight('2026-06-30T22:00:00Z')}`,
    ]);
    expect(await samples(metrics, 'upsteward_warranty_end_timestamp_seconds')).toEqual([
      `upsteward_warranty_end_timestamp_seconds{ups="rack",source="config",confidence="sound"} ${midnight('2027-01-30T23:00:00Z')}`,
    ]);
    expect(await samples(metrics, 'upsteward_plan_end_timestamp_seconds')).toEqual([]);
    expect(await samples(metrics, 'upsteward_event_open')).toEqual([
      'upsteward_event_open{ups="rack",event="battery-replacement-due"} 1',
    ]);
    expect(await samples(metrics, 'upsteward_ups_last_reading_timestamp_seconds')).toEqual([
      `upsteward_ups_last_reading_timestamp_seconds{ups="rack"} ${Date.parse(bench.now) / 1000}`,
    ]);
  });

  it('follow what changes: a date that went has no sample any more', async () => {
    const bench = new Bench(day, [{ name: 'rack', warrantyEnd: '2027-01-31' }]);
    const metrics = watched(bench);
    await bench.units.missed('rack');
    expect(await samples(metrics, 'upsteward_warranty_end_timestamp_seconds')).toHaveLength(1);
    bench.site = { ...bench.site, units: bench.site.units.map(({ warrantyEnd: _gone, ...unit }) => unit) };
    await bench.units.reassessAll();
    expect(await samples(metrics, 'upsteward_warranty_end_timestamp_seconds')).toEqual([]);
  });

  it('say whether it answers, once it was asked', async () => {
    const bench = new Bench(day, [{ name: 'rack' }]);
    expect(await samples(watched(bench), 'upsteward_ups_up')).toEqual([]);
    expect(await samples(watched(bench, { answers: true }), 'upsteward_ups_up')).toEqual([
      'upsteward_ups_up{ups="rack"} 1',
    ]);
    expect(await samples(watched(bench, { answers: false }), 'upsteward_ups_up')).toEqual([
      'upsteward_ups_up{ups="rack"} 0',
    ]);
  });

  it('hold a hostile name as one label', async () => {
    const name = 'a"} 1\nevil{b="\\';
    const bench = new Bench(day, [{ name }]);
    const lines = await samples(watched(bench, { answers: true }), 'upsteward_ups_up');
    expect(lines).toEqual(['upsteward_ups_up{ups="a\\"} 1\\nevil{b=\\"\\\\"} 1']);
  });
});

describe('the figures of the agent', () => {
  it('are traps by what became of them, where they are listened for', async () => {
    const bench = new Bench(day, []);
    expect(await samples(watched(bench), 'upsteward_traps_total')).toEqual([]);
    const metrics = watched(bench, { traps: { read: 3, 'unknown-sender': 0 } });
    const lines = ['upsteward_traps_total{result="read"} 3', 'upsteward_traps_total{result="unknown-sender"} 0'];
    expect(await samples(metrics, 'upsteward_traps_total')).toEqual(lines);
    expect(await samples(metrics, 'upsteward_traps_total')).toEqual(lines);
  });

  it('count reads, deliveries and notices by step', async () => {
    const metrics = new Metrics('1.2.3');
    metrics.polled({ driver: 'snmp', seconds: 0.2, result: 'ups' });
    metrics.polled({ driver: 'snmp', seconds: 3, result: 'unreachable' });
    const mail = { channel: 'mail', recipient: 'reseller', kind: 'notices' } as const;
    metrics.delivered({ ...mail, result: 'taken', steps: ['90', '90', 'now'] });
    expect(await samples(metrics, 'upsteward_polls_total')).toEqual([
      'upsteward_polls_total{driver="snmp",result="ups"} 1',
      'upsteward_polls_total{driver="snmp",result="unreachable"} 1',
    ]);
    expect(await samples(metrics, 'upsteward_poll_duration_seconds_sum')).toEqual([
      'upsteward_poll_duration_seconds_sum{driver="snmp"} 3.2',
    ]);
    const notices = await samples(metrics, 'upsteward_notices_total');
    expect(notices.filter((line) => !line.endsWith(' 0'))).toEqual([
      'upsteward_notices_total{step="90",recipient="reseller",result="taken"} 2',
      'upsteward_notices_total{step="now",recipient="reseller",result="taken"} 1',
    ]);
  });

  it('begin at zero for all that can be delivered, so that the first one is an increase', async () => {
    const metrics = new Metrics('1.2.3');
    const names = ['upsteward_messages_total', 'upsteward_notices_total'] as const;
    const all = async () => (await Promise.all(names.map((name) => samples(metrics, name)))).flat();
    const before = await all();
    expect(before.filter((line) => !line.endsWith(' 0'))).toEqual([]);
    const every = (['taken', 'refused'] as const).flatMap((result) =>
      deliverable.map((delivery) => ({ ...delivery, result })),
    );
    for (const delivery of every)
      metrics.delivered({ ...delivery, steps: delivery.kind === 'notices' ? [...steps] : [] });
    const after = await all();
    expect(after.length).toBe(before.length);
    expect(after.filter((line) => line.endsWith(' 0'))).toEqual([]);
  });

  it('count what is given as an answer, right or wrong', async () => {
    const metrics = new Metrics('1.2.3');
    metrics.answered('link', 'unknown');
    metrics.answered('link', 'unknown');
    metrics.answered('mail', 'taken');
    expect(await samples(metrics, 'upsteward_answers_total')).toEqual([
      'upsteward_answers_total{by="link",result="unknown"} 2',
      'upsteward_answers_total{by="mail",result="taken"} 1',
    ]);
  });

  it('say what waits, how the reseller stands, and whether the clock is right', async () => {
    const metrics = watched(new Bench(day, []), { trouble: 'wrong' });
    expect(await samples(metrics, 'upsteward_outbox_depth')).toEqual([
      'upsteward_outbox_depth{channel="mail"} 2',
      'upsteward_outbox_depth{channel="cloud"} 3',
    ]);
    expect(await samples(metrics, 'upsteward_clock_ok')).toEqual(['upsteward_clock_ok 0']);
    const states = await samples(metrics, 'upsteward_reseller_state');
    expect(states.filter((line) => line.endsWith(' 1'))).toEqual(['upsteward_reseller_state{state="none"} 1']);
    expect(states.length).toBeGreaterThan(5);
  });

  it('name the program, and the lag of its event loop', async () => {
    const { type, body } = await new Metrics('1.2.3').text();
    expect(type).toContain('text/plain');
    expect(body).toContain(`upsteward_build_info{version="1.2.3",node="${process.version}"} 1`);
    expect(body).toContain('nodejs_eventloop_lag_seconds');
  });
});
