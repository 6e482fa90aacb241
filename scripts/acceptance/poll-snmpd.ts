/**
 * The running agent polls Debian's snmpd, which is not ours, over SNMPv3 with SHA and AES, through restarts of both:
 *
 *   tsx scripts/acceptance/poll-snmpd.ts [--minutes 10] [--short]
 *
 * 1. snmpd restarts between two polls (its engine boots count one more): no poll may be lost.
 * 2. (not in the short form) snmpd is away for longer than two polls: the first poll after it answers again must succeed.
 * 3. The agent itself restarts: its first poll must succeed.
 *
 * A poll is lost when it fails while snmpd answers, or when it does not happen: tries may not lie further apart than
 * the interval and two seconds.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { StatusOutput } from '../../agent/commands.ts';
import type { PollOutput } from '../../agent/poll.ts';
import { type Peer, peer } from '../../test/drivers/snmp/peer.ts';
import { AgentProcess, Findings, until } from './agent-process.ts';

const { values: options } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, short: { type: 'boolean', default: false } },
});
const totalMs = options.short ? 45_000 : Number(options.minutes) * 60_000;
const intervalMs = 10_000;

const U = '1.3.6.1.4.1.318.1.1.1';
const passwords = { authPassword: 'an auth passphrase', privPassword: 'a priv passphrase' };
const values: readonly (readonly [oid: string, type: 'integer' | 'octet_str', value: string])[] = [
  [`${U}.8.1.0`, 'integer', '1'],
  [`${U}.1.1.1.0`, 'octet_str', '"Smart-UPS 1500"'],
  [`${U}.1.2.2.0`, 'octet_str', '"04/18/2022"'],
  [`${U}.1.2.3.0`, 'octet_str', '"AS2216000001"'],
  [`${U}.2.1.3.0`, 'octet_str', '"05/04/2022"'],
  [`${U}.2.2.4.0`, 'integer', '1'],
  [`${U}.2.2.21.0`, 'octet_str', '"05/04/2037"'],
];

const snmpd: Peer = await peer(
  'snmpd',
  (port) => ({
    'agent.conf': [
      `agentAddress udp:127.0.0.1:${port}`,
      `createUser steward SHA "${passwords.authPassword}" AES "${passwords.privPassword}"`,
      'rouser steward priv',
      'sysDescr a synthetic card',
      ...values.map((value) => `override ${value.join(' ')}`),
      '',
    ].join('\n'),
  }),
  (folder) => ['-f', '-Lf', `${folder}/log`, '-C', '-c', `${folder}/agent.conf`, '-p', `${folder}/pid`],
);

const folder = await mkdtemp(join(tmpdir(), 'poll-snmpd-'));
const stateDir = join(folder, 'state');
const config = join(folder, 'config.yaml');
await writeFile(
  config,
  JSON.stringify({
    site: { company: 'Example Ltd', contact: { name: 'Kim Example', mail: 'it@example.com' } },
    polling: { interval: `${intervalMs / 1000}s` },
    portal: { enabled: false },
    stateDir,
    ups: [{ name: 'ups1', snmp: { host: '127.0.0.1', port: snmpd.port, user: 'steward', timeout: 2, ...passwords } }],
  }),
  { mode: 0o600 },
);

const agent = new AgentProcess(config, stateDir);
const findings = new Findings();
const began = performance.now();
const elapsed = (): string => `${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s`;
const say = (line: string): void => console.log(`${elapsed()}  ${line}`);

/** Watches every poll through the agent's status. */
class Watch {
  tries = 0;
  failed = 0;
  #last: number | undefined;
  /** Polls may fail now. */
  lenient = false;

  /** A new process counts from a clock of its own. */
  forget(): void {
    this.#last = undefined;
  }

  /** Looks until the time is over, or until so many more polls were tried. */
  async look(ms: number, polls = Number.POSITIVE_INFINITY): Promise<void> {
    const end = performance.now() + ms;
    const wanted = this.tries + polls;
    while (performance.now() < end && this.tries < wanted) {
      this.#take((await agent.ask<StatusOutput>('status')).ups[0]?.poll);
      await setTimeout(200);
    }
  }

  #take(poll: StatusOutput['ups'][number]['poll']): void {
    if (poll === undefined || poll.triedAt === this.#last) return;
    const gap = this.#last === undefined ? 0 : poll.triedAt - this.#last;
    this.#last = poll.triedAt;
    this.tries += 1;
    const good = poll.verdict === 'ups' && poll.failures === 0;
    if (!good) this.failed += 1;
    if (!good) say(`a poll failed${this.lenient ? ' while snmpd was away' : ''}: ${poll.message ?? poll.verdict}`);
    findings.check(good || this.lenient, `at ${elapsed()} a poll was lost: ${poll.message ?? poll.verdict}`);
    findings.check(
      gap < intervalMs + 2000 || this.lenient,
      `at ${elapsed()} the poll before was ${gap.toFixed(0)} ms ago`,
    );
  }
}

async function checkReading(): Promise<void> {
  const { code, stdout, stderr } = await agent.cli('poll', 'ups1', '--json');
  findings.check(code === 0, `upsteward poll ended with ${code}: ${stderr}`);
  const { verdict, facts } = JSON.parse(stdout) as PollOutput;
  findings.check(verdict === 'ups', `the verdict is ${verdict}`);
  findings.check(facts['device.serial']?.value === 'AS2216000001', 'the serial number is not the one of the card');
  findings.check(facts['battery.date']?.value === '2022-05-04', 'the install date is not the one of the card');
  findings.check(
    facts['battery.date.maintenance']?.value === '2037-05-04',
    'the replace-by date is not the one of the card',
  );
}

const watch = new Watch();
try {
  await snmpd.start();
  say(
    `snmpd listens on port ${snmpd.port}; the agent polls it every ${intervalMs / 1000} s, for ${totalMs / 1000} s in all`,
  );
  findings.check(await agent.start(), `the agent did not start: ${agent.stderr}`);
  await until('the first reading', 30, async () => {
    const poll = (await agent.ask<StatusOutput>('status')).ups[0]?.poll;
    return poll?.verdict === 'ups' ? true : undefined;
  });
  await checkReading();
  watch.forget();
  await watch.look(totalMs * 0.25, options.short ? 2 : undefined);

  await watch.look(intervalMs * 2, 1);
  await snmpd.stop();
  await snmpd.start();
  say('snmpd was restarted between two polls');
  await watch.look(totalMs * 0.2, options.short ? 1 : undefined);

  if (options.short) say('skipped in the short form: snmpd away for longer than two polls');
  else {
    watch.lenient = true;
    await snmpd.stop();
    say('snmpd is away');
    await watch.look(intervalMs * 4);
    await watch.look(intervalMs * 2, 1);
    await snmpd.start();
    await setTimeout(1000);
    say('snmpd is back');
    findings.check(watch.failed > 0, 'no poll failed while snmpd was away: the check looks at nothing');
    watch.lenient = false;
    await watch.look(totalMs * 0.2);
  }

  const code = await agent.end('SIGTERM');
  findings.check(code === 0, `the agent ended with ${code}`);
  findings.check(await agent.start(), `the agent did not start again: ${agent.stderr}`);
  watch.forget();
  say('the agent was restarted');
  await watch.look(totalMs - (performance.now() - began));
  await checkReading();
  const errors = agent.log.filter(({ level }) => level === 'error');
  findings.check(errors.length === 0, `the agent logged errors: ${errors.map(({ msg }) => msg).join('; ')}`);
} finally {
  await agent.end('SIGTERM');
  await snmpd[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
}
say(`${watch.tries} polls seen, ${watch.failed} of them failed while snmpd was away`);
findings.conclude('No poll was lost.');
