/**
 * A site of simulated units lives through a year: real SNMP on loopback, the real agent in a process that is killed
 * with SIGKILL again and again, a real mail server. The mails that came out must be exactly those that the dates call
 * for (year/model.ts works them out from the dates alone), one a recipient and day, none before the reseller accepted
 * and none after the end.
 *
 *   tsx scripts/acceptance/year.ts [--units 300] [--days 365] [--kills 60] [--seed 1]
 *   --short: 36 units, 130 days, 6 kills, unless given
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ask } from '../../agent/control/client.ts';
import { openStore } from '../../agent/store/lowdb-store.ts';
import { startMailSink } from '../../test/support/mail-sink.ts';
import { startSimulator } from '../simulator/simulator.ts';
import { dateOf, firstDay, instantOf, randomOf } from './year/days.ts';
import { planKills } from './year/kills.ts';
import { type Arrived, compare, difference, isNotices, messageIdOf, unique } from './year/mails.ts';
import { expectedMails, type Line } from './year/model.ts';
import { accessOf, planSite } from './year/site.ts';
import { Victim } from './year/victim.ts';

const { values: options } = parseArgs({
  options: {
    units: { type: 'string' },
    days: { type: 'string' },
    kills: { type: 'string' },
    seed: { type: 'string', default: '1' },
    short: { type: 'boolean', default: false },
  },
});
const number = (name: string, text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} takes a whole number`);
  return value;
};
const unitCount = number('units', options.units ?? (options.short ? '36' : '300'));
const days = number('days', options.days ?? (options.short ? '130' : '365'));
const seed = number('seed', options.seed);
const kills = number('kills', options.kills ?? (options.short ? '6' : '60'));

const customer = 'it@customer.example';
const reseller = 'sales@reseller.example';
/** The first invitation lapses unanswered; the second is accepted. */
const invitedAgain = 10;
const accepted = 12;
const disconnected = days - 40;
const isOff = (day: number): boolean => (day >= 100 && day < 103) || day === 200;

const began = performance.now();
const random = randomOf(seed);
const plan = planSite(unitCount, days);
const calendar = { days, off: isOff };
const wanted = {
  customer: expectedMails(plan, { ...calendar, from: 0, until: days }),
  reseller: expectedMails(plan, { ...calendar, from: accepted, until: disconnected }),
};
const folder = await mkdtemp(join(tmpdir(), 'year-'));
const stateDir = join(folder, 'state');
const configPath = join(folder, 'config.yaml');
const troubles: string[] = [];
const arrived: Arrived[] = [];
let clock = { day: 0, hour: 0 };

const killPlan = planKills({ count: kills, days, isOff, mailDays: new Set(wanted.customer.keys()), random });
let onMail: () => void = () => {};
const simulator = await startSimulator({ units: plan.map(({ card }) => card) });
const sink = await startMailSink({
  onMail: () => {
    onMail();
    return undefined;
  },
});
await writeFile(configPath, JSON.stringify(configOf()), { mode: 0o600 });
const victim = new Victim({ config: configPath, onTrouble: (line) => troubles.push(`day ${clock.day}: ${line}`) });

console.log(
  `${unitCount} units, ${days} days from ${firstDay}, ${kills} kills planned (seed ${seed}); state in ${stateDir}`,
);

function configOf(): unknown {
  return {
    site: {
      company: 'Example Ltd',
      timeZone: 'Europe/Berlin',
      sendAt: '08:00',
      contact: { name: 'Kim Example', mail: customer },
    },
    reseller: { email: reseller },
    mail: { url: `smtp://127.0.0.1:${sink.port}`, from: 'UPS Steward <ups@customer.example>', tls: 'off' },
    polling: { interval: '12h', concurrency: 50, confirmAfter: '30s' },
    stateDir,
    log: { level: 'warn' },
    ups: plan.map((unit) => ({
      name: unit.name,
      site: unit.site,
      snmp: accessOf(unit, simulator.unit(unit.name).port),
      ...unit.config,
    })),
  };
}

/** Takes in what came since the last look. */
function collect(): void {
  for (const mail of sink.mails.splice(0)) arrived.push({ day: clock.day, mail });
}

/** One order, killed over if the plan says so, and carried out in the end. */
async function order(kind: 'poll' | 'beat', day: number, hour: number): Promise<void> {
  clock = { day, hour };
  const how = killPlan.get(`${day}/${hour}`);
  let timer: NodeJS.Timeout | undefined;
  const killIn = (ms: number): void => {
    timer = setTimeout(() => victim.kill(), ms);
  };
  if (how?.mode === 'some-time') killIn(how.at * victim.usual(kind));
  else if (how !== undefined) {
    onMail = () => {
      onMail = () => {};
      if (how.mode === 'at-the-mail') victim.kill();
      else killIn(how.at * 4);
    };
  }
  await victim.obey(kind, instantOf(day, hour));
  clearTimeout(timer);
  onMail = () => {};
  collect();
}

/** Gives a command on the control socket, as the command line does. */
async function command(name: string, args: Record<string, unknown> = {}): Promise<void> {
  const result = (await ask(stateDir, { command: name, args })) as { changed: boolean; says: string };
  if (!result.changed) troubles.push(`day ${clock.day}: ${name} changed nothing: ${result.says}`);
  await order('beat', clock.day, 7);
}

async function connection(day: number): Promise<void> {
  if (![invitedAgain, accepted, disconnected].includes(day)) return;
  await order('beat', day, 7);
  if (day === invitedAgain) await command('reseller invite');
  else if (day === disconnected) await command('reseller disconnect');
  else await command('reseller accept', { code: lastCode() });
}

function lastCode(): string {
  const texts = arrived.map(({ mail }) => /^ {4}([0-9A-Z]{4}-[0-9A-Z]{4})$/m.exec(mail.parsed.text ?? '')?.[1]);
  return texts.findLast((code) => code !== undefined) ?? '';
}

/** What happens to the units at noon; whether anything did. */
function happenings(day: number): boolean {
  for (const { name, swap, alarm, answersFrom } of plan) {
    const unit = simulator.unit(name);
    if (swap?.day === day) unit.merge(swap.values);
    if (alarm?.from === day) unit.merge(alarm.on);
    if (alarm?.to === day) unit.merge(alarm.off);
    if (answersFrom > 0 && answersFrom === day + 1) unit.behave({});
  }
  return plan.some(({ swap, alarm }) => [swap?.day, alarm?.from, alarm?.to].includes(day));
}

for (let day = 0; day < days; day += 1) {
  if (isOff(day)) {
    if (victim.isRunning) await victim.stop(instantOf(day, 0));
    happenings(day);
    continue;
  }
  await order('poll', day, 6);
  await connection(day);
  await order('beat', day, 8);
  if (happenings(day) || day % 7 === 0) {
    await order('poll', day, 18);
    await order('beat', day, 19);
  }
  if ((day + 1) % 73 === 0) console.log(`  ${dateOf(day)}: ${arrived.length} mails, ${victim.kills} kills`);
}
await victim.stop(instantOf(days, 0));
collect();
await Promise.all([simulator.close(), sink.close()]);

const { first, repeated, problems } = unique(arrived);
const names = new Map(plan.map(({ name, serial }) => [serial, name]));
const sentTo = (address: string) => first.filter(({ mail }) => mail.to.join() === address);
const notices = (address: string) => sentTo(address).filter(({ mail }) => isNotices(mail));
const findings = [
  ...troubles,
  ...problems,
  ...compare('customer', notices(customer), wanted.customer, names),
  ...compare('reseller', notices(reseller), wanted.reseller, names),
  ...otherMails(),
  ...(await stepsTold()),
];

/** Mails about the connection, each once; nothing else to anybody. */
function otherMails(): string[] {
  const subjects = (address: string) =>
    sentTo(address)
      .filter(({ mail }) => !isNotices(mail))
      .map(({ day, mail }) => `${address}, day ${day}: ${mail.parsed.subject}`);
  const invitation = 'Example Ltd would like to keep you informed about its UPS batteries';
  const called = [
    `${reseller}, day 0: ${invitation}`,
    `${reseller}, day ${invitedAgain}: ${invitation}`,
    `${customer}, day 7: Your reseller did not answer – Example Ltd`,
    `${customer}, day ${accepted}: Your reseller accepted – Example Ltd`,
  ];
  const got = [...subjects(customer), ...subjects(reseller)];
  const known = sentTo(customer).length + sentTo(reseller).length;
  return [
    ...difference(called, got).map((line) => `missing: ${line}`),
    ...difference(got, called).map((line) => `not called for: ${line}`),
    ...(known === first.length ? [] : [`${first.length - known} mails went to somebody else`]),
  ];
}

/** The steps in the agent's own history of the mails that came out, against the steps of the model. */
async function stepsTold(): Promise<string[]> {
  const quiet = { info: () => {}, warn: () => {}, error: (line: string) => void troubles.push(line) };
  const store = await openStore({ directory: stateDir, now: () => instantOf(days, 0).getTime(), log: quiet });
  const sent = await store.history({ kind: 'mail.sent' });
  const units = new Map(
    store.list<{ id: string; name: string }>('unit/').map(([, { value }]) => [value.id, value.name]),
  );
  await store.close();
  const came = new Set(first.map(({ mail }) => messageIdOf(mail)));
  const told = sent.flatMap(({ data }) => {
    const keys = Array.isArray(data['notices']) ? data['notices'].map(String) : [];
    const who = data['recipient'] === 'customer' ? 'customer' : 'reseller';
    if (!came.has(String(data['messageId'])))
      return [`${who}: ${String(data['message'])} is in the history and never came`];
    return keys.map((key) => {
      const [, unit = '', , , , step] = key.split('/');
      return `${who} ${units.get(decodeURIComponent(unit)) ?? unit} ${step}`;
    });
  });
  const called = (['customer', 'reseller'] as const).flatMap((who) =>
    [...wanted[who].values()].flat().map((line: Line) => `${who} ${line.unit} ${line.step}`),
  );
  return [
    ...difference(called, told).map((line) => `not in the history as told: ${line}`),
    ...difference(told, called).map((line) => `in the history, not called for: ${line}`),
  ];
}

const seconds = ((performance.now() - began) / 1000).toFixed(0);
const lines = [...wanted.customer.values(), ...wanted.reseller.values()].flat().length;
console.log(
  `${first.length} mails (${notices(customer).length} with notices to the customer, ${notices(reseller).length} to the reseller), ${lines} lines called for; ${victim.kills} kills, ${victim.starts} starts, ${repeated} mails repeated letter by letter; ${seconds} s`,
);
console.log(
  `warnings of the agent: ${[...victim.warnings].map(([code, count]) => `${code} ${count}`).join(', ') || 'none'}`,
);
if (findings.length === 0) {
  await rm(folder, { recursive: true });
  console.log('Exactly the mails that the dates call for. Nothing was skipped.');
} else {
  for (const line of findings.slice(0, 40)) console.log(`  ${line}`);
  console.log(`${findings.length} findings; the state is kept in ${folder}.`);
  process.exitCode = 1;
}
