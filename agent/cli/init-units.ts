/** Looks for the units of a new site where somebody said so, and lets them be named. */
import { readFile } from 'node:fs/promises';
import type { Draft } from '../../config/config.ts';
import { blockOf, whatItIs } from '../discovery/block.ts';
import { type DiscoveryRequest, type DiscoveryWorld, discover } from '../discovery/discover.ts';
import { DiscoveryError } from '../discovery/error.ts';
import type { Finding } from '../discovery/finding.ts';
import { introductionsOf } from '../discovery/introductions.ts';
import { addressesOf } from '../discovery/ranges.ts';
import { realTimers } from '../polling/timers.ts';
import { placesOf } from './discover-request.ts';
import { asSentence, type InitOptions } from './init-answers.ts';
import { cancelled, confirmed, type Interview } from './interview.ts';
import { ProgressBar, type ProgressOutput } from './progress.ts';

const communityName = 'snmp.community';
/** More than so many are not named one by one. */
const namedAtMost = 12;

type Places = Pick<DiscoveryRequest, 'ranges' | 'serial' | 'servers' | 'ports'>;

export interface UnitSearch {
  readonly draft: Draft;
  readonly options: InitOptions;
  readonly interview: Interview | undefined;
  readonly stderr: ProgressOutput;
  readonly world?: DiscoveryWorld | undefined;
}

/** Fills the draft's units. @throws DiscoveryError; OperationError `cancelled` */
export async function findUnits(search: UnitSearch): Promise<void> {
  const { draft, options, interview, stderr, world } = search;
  if (options['discover'] === false) return;
  const places = await placesFor(options, interview);
  const { ranges = [], servers = [], serial } = places;
  if (ranges.length === 0 && servers.length === 0 && serial === false) return;
  const community = ranges.length === 0 ? undefined : await communityFor(options, interview);
  const introductions = introductionsOf(community === undefined ? [] : [{ value: community, file: communityName }]);
  const bar = new ProgressBar(stderr, realTimers.monotonic);
  const request = { ...places, introductions, allowLarge: options['yes'] === true, ...rateOf(options) };
  const signal = interview?.signal;
  const { findings, remarks } = await discover(request, {
    onProgress: (state) => bar.update(state),
    ...(signal && { signal }),
    ...(world && { world }),
  }).finally(() => bar.end());
  if (signal?.aborted) throw cancelled();
  for (const remark of remarks) bar.say(remark);
  const found = findings.filter(({ verdict }) => verdict === 'ups');
  bar.say(`${found.length} UPS found.`);
  for (const finding of found) await takeUnit(draft, finding, found.length <= namedAtMost ? interview : undefined);
  if (community !== undefined && draft.text.includes(`communityFile: ${communityName}`))
    draft.keepSecret(communityName, community);
}

async function placesFor(options: InitOptions, interview: Interview | undefined): Promise<Places> {
  const places = placesOf((options['range'] as readonly string[] | undefined) ?? [], options);
  const named = places.ranges?.length || places.servers?.length || places.serial !== false;
  if (named || interview === undefined) return places;
  interview.say('\nUPS units are looked for on the addresses that you name, and nowhere else.');
  for (;;) {
    const answer = await interview.ask(
      'Addresses of UPS cards, such as 10.0.0.0/24 10.0.1.5; none to do it later',
      'none',
    );
    const ranges = answer === 'none' ? [] : answer.split(/[\s,;]+/).filter((part) => part !== '');
    try {
      addressesOf(ranges, false);
      return { ...places, ranges };
    } catch (error) {
      if (!(error instanceof DiscoveryError)) throw error;
      interview.say(`  ${error.message}`);
    }
  }
}

/** The read community that the cards want, unless it is the usual one. */
async function communityFor(options: InitOptions, interview: Interview | undefined): Promise<string | undefined> {
  const file = options['communityFile'];
  const given = typeof file === 'string' ? (await readFile(file, 'utf8')).replace(/\r?\n$/, '') : undefined;
  const community = given ?? (await interview?.ask('SNMP read community of the cards', 'public'));
  return community === 'public' ? undefined : community;
}

function rateOf({ rate }: InitOptions): { rate?: number } {
  return typeof rate === 'number' ? { rate } : {};
}

async function takeUnit(draft: Draft, finding: Finding, interview: Interview | undefined): Promise<void> {
  const { keys, comments } = blockOf(finding, 'written');
  let { name } = keys;
  if (interview !== undefined) {
    interview.say(`\n${whatItIs(finding)}, at ${finding.ways[0].place}`);
    if (!(await confirmed(interview, 'Watch this UPS', 'yes'))) return;
    name = await nameFor(draft, name, interview);
  }
  draft.units = [...draft.units, { keys: { ...keys, name }, comments }];
}

async function nameFor(draft: Draft, usual: string, interview: Interview): Promise<string> {
  for (;;) {
    const name = await interview.ask('What you call it', usual);
    const mistake = await draft.mistakeInName(name);
    if (mistake === undefined) return name;
    interview.say(`  ${asSentence(mistake)}`);
  }
}
