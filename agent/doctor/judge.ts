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

const mib = 1024 * 1024;
/** Less than this is little: a state of ten thousand units and a year of history fit in. */
const enoughBytes = 200 * mib;
const tooFewBytes = 10 * mib;

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

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
