/** Values as YAML text, and YAML text as values. */
import { type Document, parseDocument, stringify } from 'yaml';
import { parseText } from './document.ts';
import { isRecord, type Tree } from './input.ts';

export type Scalar = string | number | boolean;

/** With the places of all brackets and commas. */
export function parsed(text: string): Document {
  return parseDocument(text, { uniqueKeys: false, version: '1.2', keepSourceTokens: true });
}

/** What a text means, references followed. */
export function plain(text: string): Tree {
  return plainValue(parseText(text).value ?? {}) as Tree;
}

/** Without prototypes and other differences that no YAML text can show. */
export function plainValue(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

export function setIn(tree: Tree, path: readonly string[], value: Scalar): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) tree[key] = value;
  else {
    const below = isRecord(tree[key]) ? tree[key] : {};
    tree[key] = below;
    setIn(below, rest, value);
  }
}

/** A value in one line, as it may stand anywhere. */
export function flowText(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, aliasDuplicateObjects: false }).trim();
}

export function scalarText(value: Scalar): string {
  return flowText([value]).slice(1, -1).trim();
}

export function indented(lines: string, column: number): string {
  return lines.replaceAll(/^(?=.)/gm, ' '.repeat(column));
}
