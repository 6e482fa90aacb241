/** A UPS as it stands in the list `ups:` of the config file. */
import { stringify } from 'yaml';

export interface UpsBlock {
  /** The keys in the order in which they are written: the name, perhaps a site, one driver's section. */
  readonly keys: { readonly name: string; readonly [key: string]: unknown };
  /** Lines of explanation that stand above it. */
  readonly comments?: readonly string[];
}

/** The block as an item of a list at the left margin, with a line break at its end. */
export function upsBlockText({ keys, comments = [] }: UpsBlock): string {
  const lines = stringify(keys, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd().split('\n');
  const explained = comments.map((each) => `## ${each.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim()}`);
  return `${[...explained, ...lines.map((line, index) => `${index === 0 ? '- ' : '  '}${line}`)].join('\n')}\n`;
}

/** The same blocks, each with a name that nobody else has: `Rack`, `Rack (2)`. Two names that look alike are the same. */
export function withUniqueNames(blocks: readonly UpsBlock[], taken: Iterable<string>): UpsBlock[] {
  const used = new Set([...taken].map(plainName));
  return blocks.map((block) => {
    const name = uniqueName(block.keys.name, used);
    used.add(plainName(name));
    return { ...block, keys: { ...block.keys, name } };
  });
}

function plainName(name: string): string {
  return name.trim().normalize();
}

/** The longest name that the config takes. */
const nameLength = 64;

function uniqueName(wanted: string, used: ReadonlySet<string>): string {
  for (let count = 1; ; count += 1) {
    const suffix = count === 1 ? '' : ` (${count})`;
    const base = [...wanted.trim()]
      .slice(0, nameLength - suffix.length)
      .join('')
      .trim();
    const name = `${base}${suffix}`;
    if (!used.has(plainName(name))) return name;
  }
}
