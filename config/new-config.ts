/** A site's first config: the sample, with the answers of the site in their places and all its explanations kept. */
import { sectionNames } from './schema.ts';
import { TextEdit } from './text-edit.ts';
import { type UpsBlock, upsBlockText, withUniqueNames } from './ups-block.ts';
import { indented, type Scalar } from './yaml-text.ts';

/** A value and the keys that lead to it: `['site', 'contact', 'mail']`. */
export type Answered = readonly [path: readonly string[], value: Scalar];

const schemaLine = /^# yaml-language-server: .*\n/;
const unitHead = /^ {2}- name: /;

/**
 * @param answers for keys that the sample shows, in force or behind a `#`
 * @param units for the list `ups:`; the sample's own becomes one of its examples
 */
export function newConfig(
  sample: { readonly text: string; readonly schemaPath: string },
  answers: readonly Answered[],
  units: readonly UpsBlock[] = [],
): string {
  const head = `# yaml-language-server: $schema=${sample.schemaPath}\n`;
  const revealed = answers.reduce<readonly string[]>(
    (lines, [path]) => inForce(lines, path),
    sample.text.replace(schemaLine, head).split('\n'),
  );
  const edit = new TextEdit(withoutUnit(revealed).join('\n'), sectionNames);
  for (const [path, value] of answers) edit.set(path, value);
  const blocks = withUniqueNames(units, []).map((block) => `${indented(upsBlockText(block), 2)}\n`);
  return edit.text.replace(/^ups:\n/m, (line) => line + blocks.join(''));
}

/** Removes the `#` before a key that the sample only shows, and before the section that holds it. */
function inForce(lines: readonly string[], path: readonly string[]): readonly string[] {
  let shown = [...lines];
  let [from, to] = [0, lines.length];
  for (const [depth, key] of path.entries()) {
    const indent = ' '.repeat(2 * depth);
    const at = shown.findIndex(
      (line, index) => index >= from && index < to && new RegExp(`^${indent}#?${key}:`).test(line),
    );
    if (at < 0) throw new Error(`The sample does not show \`${path.join('.')}\`.`);
    const end = endOf(shown, at, to, indent);
    if (shown[at]?.startsWith(`${indent}#`))
      shown = shown.map((line, index) =>
        index >= at && index < end && line.startsWith(`${indent}#`) ? indent + line.slice(indent.length + 1) : line,
      );
    [from, to] = [at + 1, end];
  }
  return shown;
}

/** Behind the last line that belongs to a key: those that are written further right, the `#` of the key itself put aside. */
function endOf(lines: readonly string[], at: number, to: number, indent: string): number {
  const inside = lines[at]?.startsWith(`${indent}#`) ? `${indent}# ` : `${indent} `;
  const length = lines.slice(at + 1, to).findIndex((line) => !line.startsWith(inside));
  return length < 0 ? to : at + 1 + length;
}

/** The sample's own unit as an example like those behind it. */
function withoutUnit(lines: readonly string[]): readonly string[] {
  const at = lines.findIndex((line) => unitHead.test(line));
  const end = lines.indexOf('', at);
  return lines.map((line, index) => (index >= at && index < end ? `  #${line.slice(2)}` : line));
}
