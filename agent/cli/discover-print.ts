/** What `discover` prints: YAML that can be kept, or JSON. */
import { upsBlockText } from '../../config/config.ts';
import { blockOf, whatItIs } from '../discovery/block.ts';
import type { DiscoveryResult } from '../discovery/discover.ts';
import { type Finding, isNew, type Way } from '../discovery/finding.ts';
import { printable } from '../poll.ts';

export function yamlOf(blocks: readonly ReturnType<typeof blockOf>[]): string {
  return blocks.map((block) => upsBlockText(block).replaceAll(/^(?=.)/gm, '  ')).join('\n');
}

export function jsonOf({ findings, ...rest }: DiscoveryResult, added: readonly string[] | undefined): string {
  const way = ({ driver, shown, place, note }: Way) => ({ driver, section: shown, place, ...(note && { note }) });
  const shown = findings.map((finding) => ({ ...finding, ways: finding.ways.map(way) }));
  return `${JSON.stringify({ findings: shown, ...rest, ...(added && { added }) }, undefined, 2)}\n`;
}

/** YAML, so that it can be kept: what is new as blocks, the rest as comments. */
export function textOf(result: DiscoveryResult, added: readonly string[] | undefined, path: string): string {
  const { findings, others, stopped } = result;
  const line = (finding: Finding, why: string) =>
    printable(`# ${finding.configured ?? finding.ways[0].place}: ${whatItIs(finding)} (${why})`);
  const known = findings.filter(({ configured }) => configured !== undefined);
  const odd = findings.filter((finding) => finding.configured === undefined && !isNew(finding));
  const fresh = findings.filter(isNew);
  const lines = [
    `# ${findings.length} UPS found${stopped ? ' before the search was stopped' : ''}; ${known.length} in the config already.`,
    ...(others > 0 ? [`# ${others} other device(s) answered that are no UPS.`] : []),
    ...known.map((finding) => line(finding, `in the config, ${finding.ways[0].place}`)),
    ...odd.map((finding) => line(finding, finding.message ?? `not added: ${finding.verdict}`)),
  ];
  if (added !== undefined && added.length > 0) {
    lines.push(
      ...added.map((name) => printable(`# Added to ${path}: ${name}`)),
      '# A running agent takes it in with: upsteward reload',
    );
  } else if (fresh.length > 0) {
    lines.push('', 'ups:', yamlOf(fresh.map((finding) => blockOf(finding, 'shown'))).trimEnd());
  }
  return `${lines.join('\n')}\n`;
}
