/** Judges what was looked at. Pure: the looking is done in `look.ts`. */
import type { Config, Problem } from '../../config/config.ts';
import { formatProblem } from '../../config/config.ts';
import type { Facts } from '../lifecycle/model.ts';
import { exitCodeOf, type PollOutput } from '../poll.ts';
import type { TrapStatus } from '../traps.ts';
import { type Finding, ok, problem, type Topic, warning } from './finding.ts';

/** A file or folder as it lies there; `undefined` where there is none. */
export interface Place {
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly freeBytes: number;
}

/** How a try ended: what it found, or why it failed, in words for the operator. */
export type Tried<T> = { readonly found: T } | { readonly failed: string };

/** What a mail server showed and said, without a mail. */
export interface MailCheck {
  readonly secure: boolean;
  readonly authenticated: boolean;
  /** The largest mail it takes, where it says so. */
  readonly maxBytes?: number;
  readonly refused?: { readonly who: 'sender' | 'recipient'; readonly reply: string };
}

const mib = 1024 * 1024;
/** Less than this is little: a state of ten thousand units and a year of history fit in. */
const enoughBytes = 200 * mib;
const tooFewBytes = 10 * mib;
/** What a server must take: a mail about a thousand UPS is smaller. */
const enoughForMail = 1_000_000;

/** The mistakes and warnings of the config file. */
export function judgeConfig(path: string, problems: readonly Problem[]): Finding[] {
  if (problems.length === 0) return [ok('config', `${path} has no mistakes.`)];
  return problems.map((each) =>
    each.severity === 'error'
      ? problem('config', formatProblem(each), 'Correct the file; `upsteward check` looks at it again.')
      : warning('config', formatProblem(each), 'See docs/configuration.md.'),
  );
}

/** Whether the agent can read its config: it runs as the owner of its state, and root, who asks, can read everything. */
export function judgeReadable(config: Place | undefined, state: Place | undefined): Finding[] {
  if (config === undefined || state === undefined || state.uid === 0) return [];
  const bits = config.uid === state.uid ? 0o400 : config.gid === state.gid ? 0o040 : 0o004;
  if ((config.mode & bits) !== 0) return [];
  const says = `The agent, which runs as the owner of ${state.path}, may not read ${config.path}: it would not start again.`;
  return [problem('config', says, `chown --reference=${state.path} ${config.path}`)];
}

/** The state folder: is it there, whose is it, does it have room. */
export function judgeState(directory: string, place: Place | undefined, myUid: number | undefined): Finding[] {
  if (place === undefined) {
    return [warning('state', `${directory} is not there yet.`, 'It is made by the first start of the agent.')];
  }
  const findings: Finding[] = [];
  if ((place.mode & 0o077) !== 0) {
    const todo = `chmod 700 ${directory}`;
    findings.push(warning('state', `Others on this machine may look into ${directory}.`, todo));
  }
  if (myUid === 0 && place.uid === 0) {
    const says = `${directory} belongs to root.`;
    findings.push(warning('state', says, `Give it to the user the agent runs as: chown -R upsteward: ${directory}`));
  }
  const free = `${Math.floor(place.freeBytes / mib)} MiB are free in ${directory}`;
  if (place.freeBytes < tooFewBytes) {
    findings.push(
      problem('state', `Only ${free}.`, 'Free some space there: what cannot be written is not sent either.'),
    );
  } else if (place.freeBytes < enoughBytes) {
    findings.push(warning('state', `Only ${free}.`, 'Free some space there soon.'));
  } else findings.push(ok('state', `${free}.`));
  return findings;
}

/** @param trouble what is wrong with the clock, if anything */
export function judgeClock(now: string, timeZone: string, trouble: string | undefined): Finding[] {
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  if (trouble === undefined) return [ok('clock', `It is ${local.format(new Date(now))} at the site, in ${timeZone}.`)];
  return [problem('clock', trouble, 'Set the clock; `timedatectl` shows whether it is kept by NTP.')];
}

/** @param stuck what makes no progress any more; `undefined` when no agent runs */
export function judgeAgent(
  stuck: readonly string[] | undefined,
  version: string,
  running: string | undefined,
): Finding[] {
  if (stuck === undefined) {
    return [warning('agent', 'No agent is running.', 'Start it: `systemctl start upsteward`, or `upsteward run`.')];
  }
  if (stuck.length > 0) {
    return [
      problem('agent', `No progress any more: ${stuck.join(', ')}.`, 'Restart it: `systemctl restart upsteward`.'),
    ];
  }
  if (running !== version) {
    const says = `The running agent is version ${running ?? 'unknown'}, this program is ${version}.`;
    return [warning('agent', says, 'Restart it: `systemctl restart upsteward`.')];
  }
  return [ok('agent', `Version ${version} is running.`)];
}

/** What the config says and the running agent does not do, in its words. */
export function judgeInForce(notInForce: readonly string[] = []): Finding[] {
  return notInForce.map((words) => problem('agent', words, 'Do that, or change the config back.'));
}

/** What the running agent says of traps, where the config wants them. */
export function judgeTraps(traps: TrapStatus | undefined): Finding[] {
  if (traps === undefined) return [];
  const where = `${traps.host} port ${traps.port}`;
  if (traps.listening) return [ok('agent', `Traps are heard on ${where}.`)];
  const [why = '', todo = 'see its log'] = (traps.trouble ?? 'not yet').split(/; (.*)/s);
  return [problem('agent', `No traps are heard on ${where}: ${why}.`, `Polling goes on without them; ${todo}.`)];
}

/** What a UPS should tell for the job to be done, and where else it can come from. */
const wanted = [
  ['device.serial', 'no serial number', 'it is known by its name in the config; do not rename it'],
  ['battery.date', 'no install date of the battery', 'enter it with `upsteward set`, or on the page'],
  ['battery.date.maintenance', 'no replace-by date', 'enter it, or the install date, with `upsteward set`'],
  ['warranty.end', 'no end of the warranty', 'write `warranty:` in the config, or enter it with `upsteward set`'],
] as const satisfies readonly (readonly [keyof Facts, string, string])[];

/** One UPS: whether it answers, what it offers and what it lacks. */
export function judgeUps(output: PollOutput): Finding[] {
  const { ups, verdict, message, facts } = output;
  if (exitCodeOf(verdict) !== 0) {
    const todo = `See drivers/${output.driver}/README.md; \`upsteward poll '${ups}'\` tries again.`;
    return [problem('ups', `${ups}: ${verdict}${message === undefined ? '' : `: ${message}`}`, todo)];
  }
  const model = facts['device.model']?.value ?? 'a UPS without a model name';
  const lacks = wanted.filter(([key]) => facts[key] === undefined);
  const doubtful = wanted.filter(([key]) => facts[key]?.confidence === 'doubtful');
  return [
    ok('ups', `${ups}: ${model} answers by ${output.driver}.`),
    ...lacks.map(([, what, todo]) => warning('ups', `${ups}: ${what} is known.`, sentence(todo))),
    ...doubtful.map(([key]) =>
      warning(
        'ups',
        `${ups}: ${key} is doubtful: ${facts[key]?.why ?? ''}`,
        'Confirm or correct it: `upsteward dates` lists what waits.',
      ),
    ),
  ];
}

/** Whether it takes mail from this sender to the contact; said by the server itself, short of a mail. */
function judgeRoute(from: string, to: string, refused: MailCheck['refused']): Finding[] {
  if (refused === undefined) return [ok('mail', `It would take a mail from ${from} to ${to}.`)];
  const { who, reply } = refused;
  const says = `A mail from ${from} to ${to} would not be taken: "${reply}".`;
  if (reply.startsWith('4')) return [warning('mail', says, 'That is for now; try again in some minutes.')];
  const todo =
    who === 'sender'
      ? 'Write a sender in mail.from that this login may use.'
      : 'Look at site.contact.mail, and whether this login may send from mail.from to that address.';
  return [problem('mail', says, todo)];
}

/** The mail server, whether its login and the sender go together, and whether it would take a mail. */
export function judgeMail(mail: Config['mail'], to: string, tried: Tried<MailCheck> | undefined): Finding[] {
  if (mail === undefined || tried === undefined) return [];
  const server = `${mail.host}:${mail.port}`;
  if ('failed' in tried)
    return [problem('mail', tried.failed, 'Correct the section `mail` of the config; then `upsteward test-mail`.')];
  const { secure, authenticated, maxBytes, refused } = tried.found;
  const how = [
    secure ? 'encrypted' : 'not encrypted',
    ...(authenticated ? ['logged in'] : []),
    ...(maxBytes === undefined ? [] : [`mails up to ${Math.floor(maxBytes / 1000)} kB`]),
  ].join(', ');
  const findings = [ok('mail', `${server} answers (${how}).`)];
  if (maxBytes !== undefined && maxBytes < enoughForMail) {
    const says = `${server} takes no mail above ${Math.floor(maxBytes / 1000)} kB: a mail about many UPS may be larger.`;
    findings.push(warning('mail', says, 'Have the limit raised to a megabyte at least.'));
  }
  findings.push(...judgeRoute(mail.from.address, to, refused));
  const [own, login] = [domainOf(mail.from.address), domainOf(mail.user ?? '')];
  if (login !== undefined && own !== login) {
    findings.push(
      warning(
        'mail',
        `Mail is sent as ${mail.from.address}, and logged in as ${mail.user}: many servers refuse another domain, or mark it as spam.`,
        'Write a sender of the same domain in mail.from, unless your server allows this one.',
      ),
    );
  }
  return findings;
}

/** Something with one answer: reached, or why not. */
export function judgeReached(topic: Topic, what: string, tried: Tried<unknown> | undefined, todo: string): Finding[] {
  if (tried === undefined) return [];
  return 'failed' in tried ? [problem(topic, `${what}: ${tried.failed}`, todo)] : [ok(topic, `${what} answers.`)];
}

/** Whether anybody is told at all. */
export function judgeWays(config: Config): Finding[] {
  if (config.mail !== undefined || config.cloud !== undefined) return [];
  const todo = 'Write a section `mail:` or `cloud:` in the config.';
  return [warning('mail', 'Neither mail nor an endpoint is configured: nobody is told of anything.', todo)];
}

const domainOf = (address: string): string | undefined => address.split('@')[1]?.toLowerCase();
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
