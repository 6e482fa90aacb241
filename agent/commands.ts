/** What the command line (and later the page) can ask for: names, arguments, and the operations behind them. */
import { join } from 'node:path';
import type { Reading } from '../drivers/contract.ts';
import { loadDriver } from '../drivers/registry.ts';
import type { AnswersStatus } from './answers.ts';
import { accessCommands } from './commands/access.ts';
import { type Args, text } from './commands/arguments.ts';
import { batteryReplaced } from './commands/battery.ts';
import { set } from './commands/facts.ts';
import { recordCommands } from './commands/records.ts';
import { resellerCommands } from './commands/reseller.ts';
import { DeliveryError } from './delivery/channel.ts';
import { composeMail } from './delivery/mail/compose.ts';
import type { WayView } from './lifecycle/way-views.ts';
import type { ServerStatus } from './lister.ts';
import type { Office } from './office.ts';
import { datesToConfirm } from './operations/dates.ts';
import { OperationError, today } from './operations/desk.ts';
import { exportUnit } from './operations/export.ts';
import { connectionView, eventViews, type UnitView, unitViews } from './operations/overview.ts';
import { type PreviewedMail, preview } from './operations/preview.ts';
import { remind } from './operations/remind.ts';
import { connectionOf } from './operations/reseller.ts';
import { sendTestEvent } from './operations/test-event.ts';
import { noSuchUps } from './operations/units.ts';
import { type PollOutput, pollOutput, severalUps } from './poll.ts';
import type { PollStatus } from './polling/poller.ts';
import { writeBackup } from './store/backup.ts';
import { snapshot } from './store/memory-store.ts';
import type { TrapStatus } from './traps.ts';
import { builtAt, version } from './version.ts';
import { nowhere, type Reach } from './writing.ts';

/** What only a running agent knows. */
export interface Live {
  clockTrouble(): string | undefined;
  stuck(): readonly string[];
  /** When what the config orders has been done, or after some seconds. */
  followed(): Promise<void>;
  /** Goes on with what the config file says now, and gives its warnings. @throws ConfigError; the old one stays in use then */
  readConfigAgain(): Promise<readonly string[]>;
  /** What the config says and the agent does not do, with what to do about it: one sentence each. */
  notInForce(): readonly string[];
  /** Every UPS was tried since the start, so that a daily run tells what is true now. */
  ready(): boolean;
  /** The figures in the text format of Prometheus. */
  metrics(): Promise<{ readonly type: string; readonly body: string }>;
  pollStatus(name: string): (PollStatus & { ageMs: number }) | undefined;
  pollNow(name: string): Promise<Reading | undefined>;
  trapStatus(): TrapStatus | undefined;
  serverStatus(): readonly ServerStatus[];
  /** Where the page is, as URLs; none where it is off or cannot listen. */
  readonly pages: readonly string[];
  answersStatus(): AnswersStatus | undefined;
}

type Command = (office: Office, args: Args, live: Live | undefined, reach: Reach) => Promise<unknown>;

const commands: Readonly<Record<string, Command>> = {
  version: async () => ({ version }),
  health: async (_office, _args, live): Promise<HealthOutput> => ({ version, stuck: live?.stuck() ?? [] }),
  reload: async (office, _args, live): Promise<ReloadOutput> => {
    if (live === undefined) throw new OperationError('not-running', 'no agent is running that could read it again');
    const warnings = await live.readConfigAgain();
    const { trouble } = live.trapStatus() ?? {};
    const traps = trouble === undefined ? [] : [`No traps are heard: ${trouble}.`];
    return { ups: office.config.ups.length, remarks: [...warnings, ...live.notInForce(), ...traps] };
  },
  status: async (office, _args, live) => status(office, live),
  events: async (office, args) => eventViews(office.desk, office.units, { all: args['all'] === true }),
  poll: async (office, args, live) => await poll(office, text(args, 'name'), live),
  remind: async (office, args) => ({
    to: await remind(office.desk, office.units, text(args, 'name'), text(args, 'event')),
  }),
  'battery-replaced': async (office, args, _live, reach) => await batteryReplaced(office, args, reach),
  set: async (office, args) => await set(office, args),
  dates: async (office) => datesToConfirm(office.units),
  backup: async (office, args) => await backedUp(office, args['config']),
  export: async (office, args) => await exportUnit(office.desk, office.units, text(args, 'name')),
  preview: async (office, args) => await previewed(office, args),
  'test-event': async (office) => await testEvent(office),
  'test-mail': async (office, args) => await testMail(office, args['to']),
  ...recordCommands,
  ...accessCommands,
  ...resellerCommands,
};

/** These write down when they happened, and send: not while the clock is wrong. */
const needsClock: ReadonlySet<string> = new Set([
  'remind',
  'battery-replaced',
  'set',
  'retry',
  'dates import apply',
  'token create',
  'calendar renew',
  'reseller invite',
  'reseller cancel',
  'reseller disconnect',
  'reseller answer',
  'reseller accept',
  'reseller decline',
]);

/**
 * Carries out one command.
 * @param live the running agent, absent when the command works on the state folder alone
 * @param reach how devices are reached, for the commands that do something with them
 * @throws OperationError, StoreError, DriverError, DeliveryError
 */
export async function runCommand(
  office: Office,
  live: Live | undefined,
  name: string,
  args: Args,
  reach: Reach = nowhere,
): Promise<unknown> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    throw new OperationError('no-such-command', `the agent (version ${version}) does not know the command "${name}"`);
  }
  if (needsClock.has(name)) {
    const trouble = troubleWithClock(office, live);
    if (trouble !== undefined) throw new OperationError('clock-wrong', trouble);
  }
  return await command(office, args, live, reach);
}

function troubleWithClock(office: Office, live: Live | undefined): string | undefined {
  return live ? live.clockTrouble() : office.clockTrouble(builtAt);
}

/** Whether the agent does its work: not whether a UPS or a mail server answers. */
export interface HealthOutput {
  readonly version: string;
  /** What makes no progress any more. */
  readonly stuck: readonly string[];
}

type Polled = { readonly poll?: PollStatus & { readonly ageMs: number } };
/** A unit with how its last poll went; of several ways the best one's, and of each its own. */
export type UnitStatus = UnitView & Polled & { readonly ways: readonly (WayView & Polled)[] };

export interface ReloadOutput {
  /** How many UPS the new config names. */
  readonly ups: number;
  /** Warnings, and what the new config says and is not in force yet. */
  readonly remarks: readonly string[];
}

export interface StatusOutput {
  readonly version: string;
  readonly running: boolean;
  /** Why nothing is derived or sent, while the clock is wrong. */
  readonly clock?: string;
  /** What the config says and the agent does not do: a sentence each, with what to do. */
  readonly notInForce?: readonly string[];
  readonly reseller: ReturnType<typeof connectionView>;
  readonly waiting: { readonly mails: number; readonly endpoint: number };
  /** How the mailbox for answers fares, where there is one and an agent runs. */
  readonly answers?: AnswersStatus;
  /** How traps are heard, where the config wants them and an agent runs. */
  readonly traps?: TrapStatus;
  /** How servers fare whose units are all watched, while an agent runs. */
  readonly servers?: readonly ServerStatus[];
  /** Where the page is, while the agent runs. */
  readonly pages: readonly string[];
  readonly ups: readonly UnitStatus[];
}

async function status(office: Office, live: Live | undefined): Promise<StatusOutput> {
  const clock = troubleWithClock(office, live);
  const traps = live?.trapStatus();
  const servers = live?.serverStatus() ?? [];
  const answers = live?.answersStatus();
  const notInForce = live?.notInForce() ?? [];
  return {
    version,
    running: live !== undefined,
    ...(clock === undefined ? {} : { clock }),
    ...(notInForce.length === 0 ? {} : { notInForce }),
    reseller: connectionView(office.desk),
    waiting: { mails: office.outbox.depth(), endpoint: office.forwarder.depth() },
    ...(answers === undefined ? {} : { answers }),
    ...(traps === undefined ? {} : { traps }),
    ...(servers.length === 0 ? {} : { servers }),
    pages: live?.pages ?? [],
    ups: unitViews(office.desk, office.units).map((view) => withPolls(view, live)),
  };
}

function withPolls(view: UnitView, live: Live | undefined): UnitStatus {
  const ways = view.ways.map((way) => {
    const poll = live?.pollStatus(way.name);
    return { ...way, ...(poll ? { poll } : {}) };
  });
  const polls = ways.flatMap(({ poll }) => poll ?? []);
  const poll = polls.find(({ failures }) => failures === 0) ?? polls[0];
  return { ...view, ways, ...(poll ? { poll } : {}) };
}

async function poll(office: Office, name: string, live: Live | undefined): Promise<PollOutput> {
  const ups = office.config.ups.find((each) => each.name === name);
  if (ups === undefined) {
    const listed = office.config.ups.map((each) => each.name).filter((each) => each.startsWith(`${name} / `));
    throw office.written.ups.some((each) => each.name === name) ? severalUps(name, listed) : noSuchUps(name);
  }
  await loadDriver(ups.driver.name);
  const unit = office.units.find(name)?.value;
  return await pollOutput({
    name,
    driver: ups.driver.name,
    config: office.units.configOf(name),
    unit,
    today: today(office.desk),
    read: async () => await live?.pollNow(name),
  });
}

async function previewed(office: Office, args: Args): Promise<PreviewedMail[]> {
  const days = Number(args['days'] ?? 400);
  if (!Number.isInteger(days) || days < 0 || days > 4000) {
    throw new OperationError('bad-days', 'the number of days must be a whole number from 0 to 4000');
  }
  return await preview(office.desk, {
    days,
    copy: snapshot(office.desk.store),
    from: office.sender === '' ? 'preview@localhost' : office.sender,
    // Thousands of units take seconds: polls and requests have their turn in between.
    pause: async () => await new Promise((resolve) => setImmediate(resolve)),
    ...(args['accepted'] === true ? { accepted: true } : {}),
  });
}

/** Into the state folder, which the agent may write to wherever it runs; whoever asked takes the file from there. */
async function backedUp(office: Office, config: unknown): Promise<{ path: string }> {
  const at = office.desk.now();
  const path = join(office.config.stateDir, `backup-${at.replaceAll(/[^0-9TZ]/g, '')}.part`);
  const about = { at, program: version, ...(typeof config === 'string' ? { config } : {}) };
  await writeBackup(office.desk.store, path, about);
  return { path };
}

async function testEvent(office: Office): Promise<{ to: string; event: string; reply: string }> {
  if (office.smtp === undefined) throw noMail();
  return await sendTestEvent(office.desk, {
    copy: snapshot(office.desk.store),
    from: office.sender,
    smtp: office.smtp,
  });
}

const noMail = (): OperationError =>
  new OperationError('no-mail', 'the config has no mail section, so no mail can be sent');

async function testMail(office: Office, to: unknown): Promise<{ to: string; reply: string }> {
  if (office.smtp === undefined) throw noMail();
  const site = office.desk.site();
  const address = typeof to === 'string' ? to : site.contact.mail;
  const reseller = connectionOf(office.desk.store);
  if (reseller.state !== 'confirmed' && isReseller(address, site.reseller?.email, reseller.address)) {
    throw new OperationError('not-confirmed', 'nothing but the invitation is sent to a reseller who has not accepted');
  }
  const words = composeMail({ kind: 'test', company: site.company, today: today(office.desk) }, site.language);
  const now = office.desk.now();
  try {
    const receipt = await office.smtp.send(words, {
      key: `test/${now}`,
      from: office.sender,
      to: address,
      date: new Date(now),
    });
    return { to: address, reply: receipt.reply };
  } catch (error) {
    if (error instanceof DeliveryError) throw new OperationError(error.code, error.message);
    throw error;
  }
}

/** However it is written: somebody who means the reseller's mailbox must not reach it by a capital letter. */
function isReseller(address: string, ...known: readonly (string | undefined)[]): boolean {
  const same = (text: string): string => (text.match(/<([^<>]*)>\s*$/)?.[1] ?? text).trim().toLowerCase();
  return known.some((each) => each !== undefined && each !== '' && same(each) === same(address));
}
