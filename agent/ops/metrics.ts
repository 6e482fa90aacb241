/** Figures for Prometheus: what is known of each UPS, and how the agent does its work. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type AnswerWay, connectionStates } from '../lifecycle/connection.ts';
import { instantAt } from '../lifecycle/days.ts';
import { type Day, type Fact, type Facts, steps } from '../lifecycle/model.ts';
import type { AnswerCount, Desk } from '../operations/desk.ts';
import { connectionView, type UnitSummary, unitSummaries } from '../operations/overview.ts';
import { type Delivered, deliverable, toldOf } from '../operations/tally.ts';
import type { Units } from '../operations/units.ts';
import { keys } from '../store/keys.ts';

/** What is looked at when somebody asks. */
export interface MetricsSources {
  readonly desk: Desk;
  readonly units: Units;
  /** Mails and endpoint items that wait. */
  readonly waiting: () => { readonly mails: number; readonly endpoint: number };
  /** Whether the last poll of a UPS gave a reading; `undefined` before the first poll. */
  readonly answers: (ups: string) => boolean | undefined;
  readonly clockTrouble: () => string | undefined;
  /** Traps since the start by what became of them; `undefined` where none are listened for. */
  readonly traps: () => Readonly<Record<string, number>> | undefined;
}

/** One read of one UPS. */
export interface Polled {
  readonly driver: string;
  readonly seconds: number;
  /** The verdict of the reading, or `unreachable`. */
  readonly result: string;
}

/** The dates of a UPS that are figures of their own. A date that is not known has no sample. */
const dateFigures = [
  ['battery_installed', 'battery.date', 'When the battery was installed.'],
  ['battery_replace_by', 'battery.date.maintenance', 'When the battery must be replaced.'],
  ['warranty_end', 'warranty.end', 'When the warranty ends.'],
  ['plan_end', 'plan.end', 'When the service plan ends.'],
] as const satisfies readonly (readonly [string, keyof Facts, string])[];

const pollSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180];

export class Metrics {
  readonly #registry = new Registry();
  readonly #polls: Counter;
  readonly #pollSeconds: Histogram;
  readonly #messages: Counter;
  readonly #notices: Counter;
  readonly #answers: Counter;
  readonly #refusals: Counter;
  /** What all gauges of one answer look at. */
  #views: readonly UnitSummary[] | undefined;

  /** @param version of the program */
  constructor(version: string) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    new Gauge({
      name: 'upsteward_build_info',
      help: 'Always 1; the labels say which program runs.',
      labelNames: ['version', 'node'],
      registers,
    }).set({ version, node: process.version }, 1);
    this.#polls = new Counter({
      name: 'upsteward_polls_total',
      help: 'Reads of UPS units, by driver and result.',
      labelNames: ['driver', 'result'],
      registers,
    });
    this.#pollSeconds = new Histogram({
      name: 'upsteward_poll_duration_seconds',
      help: 'How long one read of a UPS took.',
      labelNames: ['driver'],
      buckets: pollSeconds,
      registers,
    });
    this.#messages = new Counter({
      name: 'upsteward_messages_total',
      help: 'Mails and endpoint items that were taken, or refused for good.',
      labelNames: ['channel', 'kind', 'recipient', 'result'],
      registers,
    });
    this.#notices = new Counter({
      name: 'upsteward_notices_total',
      help: 'Notices that were told, or could not be told for good, by step.',
      labelNames: ['step', 'recipient', 'result'],
      registers,
    });
    for (const result of ['taken', 'refused'] as const) {
      for (const delivery of deliverable) this.#messages.inc({ ...delivery, result }, 0);
      for (const step of steps) for (const recipient of toldOf) this.#notices.inc({ step, recipient, result }, 0);
    }
    this.#answers = new Counter({
      name: 'upsteward_answers_total',
      help: 'What was given as an answer of the reseller, by the way it came and what became of it.',
      labelNames: ['by', 'result'],
      registers,
    });
    this.#refusals = new Counter({
      name: 'upsteward_page_refused_total',
      help: 'What the page refused, by kind: wrong passwords, forms of other sites, foreign names.',
      labelNames: ['kind'],
      registers,
    });
  }

  /** Counts what the page refused. */
  refused(kind: string): void {
    this.#refusals.inc({ kind });
  }

  /** Counts what was given as an answer, right or wrong. */
  answered(by: AnswerWay, result: AnswerCount): void {
    this.#answers.inc({ by, result });
  }

  /** Counts a read. */
  polled({ driver, seconds, result }: Polled): void {
    this.#polls.inc({ driver, result });
    this.#pollSeconds.observe({ driver }, seconds);
  }

  /** Counts what was delivered, or was not. */
  delivered({ channel, recipient, kind, result, steps: told }: Delivered): void {
    this.#messages.inc({ channel, kind, recipient, result });
    for (const step of told) this.#notices.inc({ step, recipient, result });
  }

  /** From now on these are looked at when somebody asks. Called once. */
  watch(sources: MetricsSources): void {
    const registers = [this.#registry];
    const gauge = (name: string, help: string, labelNames: readonly string[], fill: (gauge: Gauge) => void): void => {
      new Gauge({
        name: `upsteward_${name}`,
        help,
        labelNames: [...labelNames],
        registers,
        collect() {
          this.reset();
          fill(this);
        },
      });
    };
    const views = (): readonly UnitSummary[] => {
      this.#views ??= unitSummaries(sources.units);
      return this.#views;
    };
    gauge('ups_info', 'Always 1; the labels say what the UPS is.', ['ups', 'site', 'model', 'serial'], (g) => {
      for (const view of views()) g.set(whatItIs(view), 1);
    });
    gauge(
      'ups_up',
      '1 when the last poll of the UPS gave a reading (of several entries: any of them), else 0.',
      ['ups'],
      (g) => {
        for (const { ups, ways } of views()) {
          const answers = ways.flatMap(({ name }) => sources.answers(name) ?? []);
          if (answers.length > 0) g.set({ ups }, answers.includes(true) ? 1 : 0);
        }
      },
    );
    gauge('ups_last_reading_timestamp_seconds', 'When the UPS was last read.', ['ups'], (g) => {
      for (const { ups, lastSeen } of views()) if (lastSeen !== undefined) g.set({ ups }, Date.parse(lastSeen) / 1000);
    });
    for (const [name, key, help] of dateFigures) {
      gauge(`${name}_timestamp_seconds`, help, ['ups', 'source', 'confidence'], (g) => {
        const { timeZone } = sources.desk.site();
        for (const { ups, facts } of views()) setDate(g, ups, facts[key], timeZone);
      });
    }
    gauge('event_open', '1 for each lifecycle event that is open.', ['ups', 'event'], (g) => {
      for (const { ups, open } of views()) for (const event of open) g.set({ ups, event }, 1);
    });
    gauge('reseller_state', '1 for the state of the connection with the reseller, else 0.', ['state'], (g) => {
      const now = connectionView(sources.desk).state;
      for (const state of connectionStates) g.set({ state }, state === now ? 1 : 0);
    });
    gauge('outbox_depth', 'Mails and endpoint items that wait.', ['channel'], (g) => {
      const { mails, endpoint } = sources.waiting();
      g.set({ channel: 'mail' }, mails);
      g.set({ channel: 'cloud' }, endpoint);
    });
    new Counter({
      name: 'upsteward_traps_total',
      help: 'SNMP traps and informs that came, by what became of them.',
      labelNames: ['result'],
      registers,
      collect() {
        this.reset();
        for (const [result, count] of Object.entries(sources.traps() ?? {})) this.inc({ result }, count);
      },
    });
    gauge('clock_ok', '0 while the clock is plainly wrong and nothing is derived or sent.', [], (g) => {
      g.set(sources.clockTrouble() === undefined ? 1 : 0);
    });
    gauge('last_daily_run_timestamp_seconds', 'The day of the last daily run, at its hour.', [], (g) => {
      const day = sources.desk.store.get<{ day: Day }>(keys.run)?.value.day;
      const { sendAt, timeZone } = sources.desk.site();
      if (day !== undefined) g.set(Date.parse(instantAt(day, sendAt, timeZone)) / 1000);
    });
  }

  /** Everything in the text format of Prometheus, with its content type. */
  async text(): Promise<{ readonly type: string; readonly body: string }> {
    this.#views = undefined;
    return { type: this.#registry.contentType, body: await this.#registry.metrics() };
  }
}

function whatItIs({ ups, site = '', facts }: UnitSummary): Record<'ups' | 'site' | 'model' | 'serial', string> {
  const [model, serial] = (['device.model', 'device.serial'] as const).map((key) =>
    // The client library escapes a line feed, and no other control character.
    (facts[key]?.value ?? '').replaceAll(/\p{Cc}+/gu, ' '),
  ) as [string, string];
  return { ups, site, model, serial };
}

/** The first moment of the day at the site. */
function setDate(gauge: Gauge, ups: string, fact: Fact<Day> | undefined, timeZone: string): void {
  if (fact === undefined) return;
  const { source, confidence } = fact;
  gauge.set({ ups, source, confidence }, Date.parse(instantAt(fact.value, '00:00', timeZone)) / 1000);
}
