/** Everything that plays in the demo: simulated cards, a mail server, an endpoint, and the real agent between them. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { destination } from 'pino';
import { Agent } from '../../agent/agent.ts';
import type { StatusOutput } from '../../agent/commands.ts';
import { ask } from '../../agent/control/client.ts';
import type { Mailbox } from '../../agent/delivery/answers/mailbox.ts';
import { webhookKey } from '../../agent/delivery/cloud/sign.ts';
import { invitationWords } from '../../agent/delivery/codes.ts';
import type { AnswerKind } from '../../agent/lifecycle/connection.ts';
import { addDays, addMonths, dayOf, instantAt } from '../../agent/lifecycle/days.ts';
import type { Day } from '../../agent/lifecycle/model.ts';
import type { EventView } from '../../agent/operations/overview.ts';
import { connectionOf } from '../../agent/operations/reseller.ts';
import { createLog } from '../../agent/ops/log.ts';
import { builtAt } from '../../agent/version.ts';
import { type Config, loadConfig } from '../../config/config.ts';
import { AnswerHolder } from '../../test/support/answer-holder.ts';
import { type PostedRequest, startEndpoint, type TestEndpoint } from '../../test/support/endpoint.ts';
import { type MailSink, startMailSink } from '../../test/support/mail-sink.ts';
import { type RunningUnit, type Simulator, startSimulator } from '../simulator/simulator.ts';
import { oids } from '../simulator/units.ts';
import { DemoClock } from './clock.ts';
import { DemoMailbox, type Letter } from './mailbox.ts';
import type { ArrivedEvent, ArrivedMail, StatusRow } from './screen.ts';
import { configText, type DemoUnit, demoUnits, resellerMail, slashed, swapUnit } from './site.ts';

/** The demo's day begins before the daily run, so that nothing is told before it is shown. */
const morning = '07:30';
/** Units are read so long before the daily run. */
const beforeRunMs = 120_000;
/** A second reading is at most so far away. */
const soonMs = 60_000;

export class Stage {
  readonly clock: DemoClock;
  readonly units: readonly DemoUnit[];
  readonly config: Config;
  /** All that arrived so far. */
  readonly mails: ArrivedMail[] = [];
  readonly events: ArrivedEvent[] = [];
  readonly #agent: Agent;
  readonly #parts: Parts;
  #mailsTaken = 0;

  private constructor(parts: Parts, config: Config, agent: Agent) {
    this.#parts = parts;
    this.clock = parts.clock;
    this.units = parts.units;
    this.config = config;
    this.#agent = agent;
  }

  /** Starts everything on free ports and a temporary folder; mails and the agent's log go to `mailsDir`. */
  static async start(mailsDir: string): Promise<Stage> {
    const parts = await openParts(mailsDir);
    try {
      const path = join(parts.folder, 'config.yaml');
      const { secret, endpoint, sink, folder, clock } = parts;
      const around = {
        portOf: (unit: string) => parts.cards.get(unit)?.port ?? 0,
        mailPort: sink.port,
        endpoint: `http://127.0.0.1:${endpoint.port}/events`,
        secret,
        stateDir: join(folder, 'state'),
      };
      await writeFile(path, configText(parts.units, around), { mode: 0o600 });
      const { config } = await loadConfig({ path, env: {} });
      const log = createLog('info', destination({ dest: join(mailsDir, 'agent.log'), sync: true }));
      const reload = async (): Promise<string[]> => {
        await agent.reload((await loadConfig({ path, env: {} })).config);
        return [];
      };
      const configFile = { path, reload };
      const openMailbox = async (): Promise<Mailbox> => parts.mailbox;
      const agent = await Agent.start({ config, log, now: clock.now, timers: clock, env: {}, configFile, openMailbox });
      const stage = new Stage(parts, config, agent);
      await stage.settle();
      return stage;
    } catch (error) {
      await closeParts(parts);
      throw error;
    }
  }

  /** Ends everything and removes the temporary folder; the mails stay. */
  async close(): Promise<void> {
    await this.#agent.stop();
    await closeParts(this.#parts);
  }

  get today(): Day {
    return dayOf(this.clock.now().toISOString(), this.config.site.timeZone);
  }

  /** Where the agent's page is. */
  get page(): string {
    return this.#agent.pages[0] ?? '';
  }

  card(name: string): RunningUnit {
    const card = this.#parts.cards.get(name);
    if (card === undefined) throw new Error(`no simulated unit is called "${name}"`);
    return card;
  }

  /** Asks the agent over its control socket, as the command line does. @throws ControlError with the agent's words */
  async command<T>(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const result = await ask(this.config.stateDir, { command, args });
    await this.settle();
    return result as T;
  }

  /** Waits until the agent has done all that is due, then takes in what it sent. */
  async settle(): Promise<void> {
    await this.clock.settled(soonMs);
    await this.#agent.beat();
    await this.#agent.office.forwarder.forward();
    this.#takeMails();
  }

  /**
   * Moves the clock day by day: each morning all units are read, and the daily run is done. `onDay` is told
   * when something may have come.
   */
  async moveDays(count: number, onDay: () => void = () => {}): Promise<void> {
    const { sendAt, timeZone } = this.config.site;
    const first = this.today;
    for (let n = 0; n < count; n += 1) {
      const run = new Date(instantAt(addDays(first, n), sendAt, timeZone));
      this.clock.moveTo(new Date(run.getTime() - beforeRunMs));
      await this.settle();
      this.clock.moveTo(run);
      await this.settle();
      onDay();
    }
    this.clock.moveTo(new Date(instantAt(addDays(first, count), morning, timeZone)));
    await this.settle();
    onDay();
  }

  /** Somebody puts a new battery into a unit and enters its date on the card. */
  async swapBattery(name = swapUnit): Promise<void> {
    const card = this.card(name);
    card.set(oids.installed, slashed(this.today));
    card.set(oids.replaceBy, slashed(addMonths(this.today, 48)));
    this.clock.moveTo(new Date(this.clock.now().getTime() + this.config.polling.intervalMs));
    await this.settle();
  }

  /** The reseller writes to the mailbox that the agent reads; settles when all that follows is done. */
  async deliver(letter: Letter): Promise<void> {
    await this.#parts.mailbox.deliver(letter);
    await this.settle();
  }

  /** The code in the latest invitation, as the reseller would read it. */
  code(): string | undefined {
    const words = this.mails.map(({ text }) => /^ {4}([0-9A-Z]{4}-[0-9A-Z]{4})$/m.exec(text)?.[1]);
    return words.filter((word) => word !== undefined).at(-1);
  }

  /**
   * The reseller answers at the endpoint, which holds the answer until the agent asks.
   * @returns what the agent said came of it
   */
  async answerByEndpoint(answer: AnswerKind): Promise<string> {
    const { holder } = this.#parts;
    const { store } = this.#agent.office.desk;
    // Mail carries the invitation here; an endpoint alone would have got the token with it.
    const { token } = invitationWords(store, connectionOf(store).id);
    const id = `answer-${holder.acknowledged.length + 1}`;
    holder.hold(id, { token, answer, givenAt: this.clock.now().toISOString(), from: resellerMail, how: 'button' });
    for (let asked = 0; asked < 2; asked += 1) {
      this.clock.moveTo(new Date(this.clock.now().getTime() + (this.config.cloud?.askEveryMs ?? 0)));
      await this.settle();
    }
    return holder.acknowledged.find((each) => each.startsWith(`${id} `))?.slice(id.length + 1) ?? 'not fetched yet';
  }

  async statusRows(): Promise<StatusRow[]> {
    const status = await this.command<StatusOutput>('status');
    const events = await this.command<EventView[]>('events');
    return status.ups.map((ups): StatusRow => {
      const unit = this.units.find(({ card }) => card.name === ups.ups);
      const replaceBy = ups.facts['battery.date.maintenance'];
      const mark = replaceBy?.confidence === 'doubtful' ? ' ?' : replaceBy?.source === 'estimate' ? ' ~' : '';
      const base = {
        ups: ups.ups,
        snmp: unit?.version === '3' ? 'v3' : `v${unit?.version ?? ''}`,
        replaceBy: replaceBy === undefined ? '-' : `${replaceBy.value}${mark}`,
      };
      const open = events.filter((event) => event.ups === ups.ups).map(({ title }) => title);
      if (ups.poll?.verdict !== 'ups') return { ...base, says: ['does not answer'], mood: 'trouble' };
      if (open.length > 0) return { ...base, says: open, mood: 'event' };
      const doubtful = replaceBy?.confidence === 'doubtful';
      return doubtful
        ? { ...base, says: ['date is doubtful: nobody is told'], mood: 'trouble' }
        : { ...base, says: ['-'], mood: 'well' };
    });
  }

  #takeMails(): void {
    const { sink, mailsDir } = this.#parts;
    for (const { raw, from, to, parsed } of sink.mails.slice(this.#mailsTaken)) {
      this.#mailsTaken += 1;
      const number = this.mails.length + 1;
      const subject = parsed.subject ?? '';
      const file = join(
        mailsDir,
        `${String(number).padStart(3, '0')}-to-${to.includes(resellerMail) ? 'reseller' : 'customer'}-${slug(subject)}.eml`,
      );
      writeFileSync(file, raw);
      this.mails.push({
        number,
        at: this.clock.now(),
        from: parsed.from?.text ?? from,
        to: to.join(', '),
        subject,
        text: parsed.text ?? '',
        html: typeof parsed.html === 'string' ? parsed.html : '',
        replyTo: parsed.replyTo?.value[0]?.address ?? parsed.from?.value[0]?.address ?? '',
        messageId: parsed.messageId ?? '',
        raw,
        file: shortPath(file),
      });
    }
    this.events.push(...this.#parts.posted.splice(0));
  }
}

interface Parts {
  readonly folder: string;
  readonly mailsDir: string;
  readonly clock: DemoClock;
  readonly units: readonly DemoUnit[];
  readonly cards: ReadonlyMap<string, RunningUnit>;
  readonly simulators: readonly Simulator[];
  readonly sink: MailSink;
  readonly endpoint: TestEndpoint;
  /** The answers that the endpoint holds. */
  readonly holder: AnswerHolder;
  readonly secret: string;
  readonly mailbox: DemoMailbox;
  /** Posted and not yet taken in. */
  readonly posted: ArrivedEvent[];
}

async function openParts(mailsDir: string): Promise<Parts> {
  emptyFolder(mailsDir);
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const today = firstDay(zone);
  const clock = new DemoClock(new Date(instantAt(today, morning, zone)));
  const units = demoUnits(today);
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const posted: ArrivedEvent[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'upsteward-'));
  const simulators = await Promise.all(units.map(({ card }) => startSimulator({ units: [card] })));
  const cards = units.map(({ card }, index) => [card.name, simulators[index]?.unit(card.name)] as const);
  const holder = new AnswerHolder(secret, clock.now);
  const take = (request: PostedRequest) => {
    const signed = isSigned(secret, request, clock.now());
    const told = request.events.filter(({ type }) => type !== 'io.upsteward.answers.asked');
    posted.push(...told.map((event) => arrived(event, signed)));
    return holder.reply(request);
  };
  return {
    folder,
    mailsDir,
    clock,
    units,
    cards: new Map(cards.flatMap(([name, card]) => (card === undefined ? [] : [[name, card] as const]))),
    simulators,
    sink: await startMailSink(),
    endpoint: await startEndpoint({ reply: take }),
    holder,
    secret,
    mailbox: new DemoMailbox(),
    posted,
  };
}

async function closeParts({ simulators, sink, endpoint, folder }: Parts): Promise<void> {
  await Promise.all([sink.close(), endpoint.close(), ...simulators.map((simulator) => simulator.close())]);
  await rm(folder, { recursive: true, force: true });
}

/** Today; on a machine whose clock is plainly wrong, the first day on which the agent believes a clock. */
function firstDay(timeZone: string): Day {
  const today = dayOf(new Date().toISOString(), timeZone);
  const isRight = Date.parse(instantAt(today, morning, timeZone)) >= Date.parse(builtAt);
  return isRight ? today : addDays(dayOf(builtAt, timeZone), 1);
}

/** Mails of an earlier demo go; nothing else in the folder is touched. */
function emptyFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (/^\d{3}-.*\.eml$/.test(name) || name === 'agent.log') rmSync(join(folder, name));
  }
}

/** As a person at this terminal would write it. */
function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 40)
    .replace(/-$/, '');

/** What a receiver does with each request: the signature over id, time and body, and a time that is not long ago. */
function isSigned(secret: string, { headers, body }: PostedRequest, now: Date): boolean {
  const [id, time, signature] = ['id', 'timestamp', 'signature'].map((name) => headers[`webhook-${name}`] ?? '');
  if (Math.abs(now.getTime() / 1000 - Number(time)) > 300) return false;
  const digest = createHmac('sha256', webhookKey(secret)).update(`${id}.${time}.${body}`).digest('base64');
  const [expected, given] = [Buffer.from(`v1,${digest}`), Buffer.from(signature ?? '')];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function arrived(event: Record<string, unknown>, signed: boolean): ArrivedEvent {
  const data = (event['data'] ?? {}) as Readonly<Record<string, unknown>>;
  const text = (key: string): string => (typeof data[key] === 'string' ? data[key] : '');
  const facts = Object.keys((data['facts'] ?? {}) as object).length;
  const says = [
    text('title'),
    text('step') === '' ? '' : `step ${text('step')}`,
    text('state') === '' ? '' : `${text('previous')} → ${text('state')}`,
    facts > 0 ? `${facts} facts` : '',
    text('closed') === '' || text('step') !== '' ? '' : `(${text('closed')})`,
  ];
  return {
    type: String(event['type']),
    subject: typeof event['subject'] === 'string' ? event['subject'] : '',
    says: says.filter((word) => word !== '').join(', '),
    signed,
  };
}
