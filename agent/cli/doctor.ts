/** `upsteward doctor`: looks at everything the agent depends on, and says what to do about what is wrong. */
import { readFile, stat, statfs } from 'node:fs/promises';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Command, Option } from 'commander';
import { type Config, checkConfig, configPath, stateDirOf, type UpsConfig } from '../../config/config.ts';
import { withoutName } from '../../drivers/contract.ts';
import { driverOptions } from '../../drivers/registry.ts';
import type { HealthOutput, StatusOutput } from '../commands.ts';
import { ControlError } from '../control/protocol.ts';
import type { AccessTokens } from '../delivery/oauth2/access-tokens.ts';
import type { Finding } from '../doctor/finding.ts';
import { ok, problem } from '../doctor/finding.ts';
import {
  judgeAgent,
  judgeClock,
  judgeConfig,
  judgeInForce,
  judgeReached,
  judgeReadable,
  judgeState,
  judgeTraps,
  judgeUps,
  judgeWays,
  type Place,
  type Tried,
} from '../doctor/judge.ts';
import { judgeAnswers, judgeMail, type MailboxFound, type MailCheck } from '../doctor/judge-mail.ts';
import { isAll, nameOf } from '../listed.ts';
import { askServer } from '../lister.ts';
import { clockTrouble } from '../operations/clock.ts';
import { printable } from '../poll.ts';
import { Slots } from '../polling/slots.ts';
import { realTimers } from '../polling/timers.ts';
import { mailboxOptionsOf } from '../site.ts';
import { builtAt, version } from '../version.ts';
import { connectMs, sendsMail, withAccessTokens, withSmtp } from './mail-server.ts';
import type { GlobalOptions } from './session.ts';

/** How many UPS units are read at the same time. */
const readsAtOnce = 20;

interface DoctorOptions {
  readonly json?: boolean;
  readonly send?: boolean;
}

/** Adds `doctor` to the program. */
export function addDoctor(program: Command, globals: () => GlobalOptions): void {
  program
    .command('doctor')
    .description(
      'look at config, state, clock, every UPS, mail server, mailbox and endpoint; exit code 1 if something is wrong',
    )
    .option('--send', 'also send one event marked TEST, to the contact of the site only')
    .addOption(new Option('--json', 'print the findings as JSON'))
    .action(async (options: DoctorOptions) => {
      const findings = await examine(globals(), options.send ?? false);
      const text = options.json ? JSON.stringify(findings, undefined, 2) : findingsText(findings);
      process.stdout.write(`${text}\n`);
      if (findings.some(({ level }) => level === 'problem')) process.exitCode = 1;
    });
}

async function examine(globals: GlobalOptions, send: boolean): Promise<Finding[]> {
  const path = configPath(globals.config, process.env);
  const { config, problems } = await checkConfig({ path, env: process.env });
  const health = await askAgent<HealthOutput>(globals, 'health');
  const stateDir = config?.stateDir ?? (await stateDirOf({ path, env: process.env }));
  const state = await placeOf(stateDir);
  const findings = [
    ...judgeConfig(path, problems),
    ...judgeReadable(await placeOf(path), state),
    ...judgeState(stateDir, state, process.getuid?.()),
    ...judgeAgent(health?.stuck, version, health?.version),
  ];
  if (config === undefined) return findings;
  const now = new Date().toISOString();
  const status = await askAgent<StatusOutput>(globals, 'status');
  const clock = status ? status.clock : clockTrouble(now, undefined, builtAt);
  const [ups, [mail, answers], endpoint] = await Promise.all([
    pollAll(globals, config),
    tryMailAndAnswers(config),
    tryEndpoint(config),
  ]);
  return [
    ...findings,
    ...judgeInForce(status?.notInForce),
    ...judgeTraps(status?.traps),
    ...judgeClock(now, config.site.timeZone, clock),
    ...ups,
    ...judgeWays(config),
    ...judgeMail(config.mail, config.site.contact.mail, mail),
    ...judgeAnswers(config, answers, status?.answers?.trouble),
    ...judgeReached('endpoint', 'The endpoint', endpoint, 'See cloud.endpoint in the config.'),
    ...(send ? await sendTest(globals) : []),
  ];
}

/** What the running agent says; `undefined` when none is running, or it may not be asked. */
async function askAgent<T>(globals: GlobalOptions, command: string): Promise<T | undefined> {
  const { askRunning } = await import('./session.ts');
  try {
    return (await askRunning(globals, command)) as T;
  } catch (error) {
    if (error instanceof ControlError) return undefined;
    throw error;
  }
}

async function placeOf(path: string): Promise<Place | undefined> {
  try {
    const [{ mode, uid, gid }, { bavail, bsize }] = await Promise.all([stat(path), statfs(path)]);
    return { path, mode: mode & 0o7777, uid, gid, freeBytes: bavail * bsize };
  } catch {
    return undefined;
  }
}

/** Units on one line are read one after the other, as the agent does. */
async function pollAll(globals: GlobalOptions, config: Config): Promise<Finding[]> {
  const { pollConfigured } = await import('./session.ts');
  const slots = new Slots(readsAtOnce);
  const findings = await Promise.all(
    config.ups.map(async (entry) => {
      const { driver } = entry;
      const line = driverOptions(driver.name).lineOf(driver.options);
      const names = isAll(entry) ? await slots.run(line, async () => await attempt(() => namesOf(entry))) : undefined;
      if (names && 'failed' in names) {
        const message = withoutName(entry.name, names.failed);
        return judgeUps({ ups: entry.name, driver: driver.name, verdict: 'unreachable', facts: {}, message });
      }
      const polled = (names?.found ?? [entry.name]).map(async (name) =>
        judgeUps(await slots.run(line, async () => await pollConfigured(globals, name))),
      );
      return (await Promise.all(polled)).flat();
    }),
  );
  return findings.flat();
}

/** The units of an entry that stands for all of a server, as it lists them now. */
async function namesOf(entry: UpsConfig): Promise<string[]> {
  const units = await askServer(entry, () => {}, realTimers.monotonic);
  return units.map((unit) => nameOf(entry, unit));
}

/** Both with the same access token: a provider may count who asks for many. */
async function tryMailAndAnswers(
  config: Config,
): Promise<[Tried<MailCheck> | undefined, Tried<MailboxFound> | undefined]> {
  return await withAccessTokens(config, async (tokens) => {
    return await Promise.all([tryMail(config, tokens), tryAnswers(config, tokens)]);
  });
}

async function tryMail(config: Config, tokens: AccessTokens | undefined): Promise<Tried<MailCheck> | undefined> {
  if (!sendsMail(config)) return undefined;
  const route = { from: config.mail.from.address, to: config.site.contact.mail };
  return await attempt(() => withSmtp(config, (smtp) => smtp.verify(route), tokens));
}

async function tryAnswers(
  { answers }: Config,
  tokens: AccessTokens | undefined,
): Promise<Tried<MailboxFound> | undefined> {
  if (answers === undefined) return undefined;
  const { checkMailbox } = await import('../delivery/answers/mailbox-check.ts');
  return await attempt(async () => {
    const ca = answers.caFile === undefined ? undefined : await readFile(answers.caFile, 'utf8');
    const timeouts = { setup: connectMs, idle: 2 * connectMs };
    return await checkMailbox({ ...mailboxOptionsOf(answers, ca, tokens), timeouts });
  });
}

/** Connects to the endpoint, with TLS where it has it; nothing is asked or posted. */
async function tryEndpoint({ cloud }: Config): Promise<Tried<void> | undefined> {
  if (cloud === undefined) return undefined;
  const { protocol, hostname, port } = new URL(cloud.endpoint);
  const secure = protocol === 'https:';
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const target = { host, port: Number(port) || (secure ? 443 : 80) };
  return await attempt(
    () =>
      new Promise<void>((resolve, reject) => {
        const socket = secure ? connectTls({ ...target, servername: host }) : connectPlain(target);
        socket.setTimeout(connectMs, () => socket.destroy(new Error('it did not answer in time')));
        socket.once(secure ? 'secureConnect' : 'connect', () => {
          resolve();
          socket.destroy();
        });
        socket.once('error', reject);
      }),
  );
}

async function sendTest(globals: GlobalOptions): Promise<Finding[]> {
  const { carryOut } = await import('./session.ts');
  const sent = await attempt(async () => (await carryOut(globals, 'test-event', {})).result as { to: string });
  if ('failed' in sent)
    return [
      problem(
        'mail',
        `The event marked TEST was not sent: ${sent.failed}`,
        'See the section `mail` in docs/configuration.md.',
      ),
    ];
  return [ok('mail', `An event marked TEST was sent to ${sent.found.to}; look whether it arrived.`)];
}

async function attempt<T>(work: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { found: await work() };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

const marks = { ok: 'ok     ', warning: 'warning', problem: 'PROBLEM' } as const;

function findingsText(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ topic, level, says, todo }) => [
    `${marks[level]}  ${topic.padEnd(8)}  ${says}`,
    ...(todo === undefined ? [] : [`${' '.repeat(19)}→ ${todo}`]),
  ]);
  const count = (level: Finding['level']): number => findings.filter((each) => each.level === level).length;
  const sum = `${count('problem')} problem(s), ${count('warning')} warning(s), ${count('ok')} in order.`;
  return [...lines.map(printable), '', sum].join('\n');
}
