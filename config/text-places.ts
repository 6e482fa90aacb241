/** Where things stand in a YAML text, so that a change touches nothing but itself. */
import { isAlias, isMap, isScalar, isSeq, Lexer, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';

/** From an offset up to another one. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where a value stands, without the comment behind it. An absent value stands where its key ends. */
export function spanOf(node: unknown): Span | undefined {
  const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
  return range ? { start: range[0], end: range[1] } : undefined;
}

/** Where the last written value below a pair or node ends. */
export function lastEnd(node: unknown): number | undefined {
  if ((isMap(node) || isSeq(node)) && node.flow !== true) return lastEnd(node.items.at(-1));
  if (typeof node !== 'object' || node === null || !('key' in node)) return spanOf(node)?.end;
  const pair = node as Pair;
  return lastEnd(pair.value) ?? spanOf(pair.key)?.end;
}

/** The offset at which the line of `offset` begins. A byte order mark is not a part of it. */
export function lineStart(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return start === 0 && text.startsWith('\uFEFF') ? 1 : start;
}

/** The offset at which the next line begins, or the end of the text. */
export function nextLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

/** How many characters stand before a place in its line. */
export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

/** The beginning of the line behind a value and behind the comments below it that are indented further than `column`. */
export function lineBehind(text: string, end: number, column: number): number {
  // A text that goes over lines ends with its last line break.
  let behind = text[end - 1] === '\n' ? end : nextLine(text, end);
  for (let start = behind; start < text.length; ) {
    const next = nextLine(text, start);
    const line = text.slice(start, next);
    const indent = line.search(/\S/);
    if (indent >= 0 && (line[indent] !== '#' || indent <= column)) break;
    if (indent >= 0) behind = next;
    start = next;
  }
  return behind;
}

/** The comments that begin in a span, each with the blanks before it. */
export function commentsIn(text: string, { start, end }: Span): string[] {
  const found: string[] = [];
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    // The lexer names scalars, documents and flow errors by single control characters that are not in the text.
    if (token === '\u0002' || token === '\u0018' || token === '\u001F') continue;
    if (token.startsWith('#') && offset >= start && offset < end) {
      const line = text.slice(lineStart(text, offset), offset);
      found.push(`${/^[ \t]*/.exec(line)?.[0] ?? ''}${token}`);
    }
    offset += token.length;
  }
  return found;
}

/** The commas between the items of a list or section in brackets, by the index of the item before each. */
export function commasOf(node: YAMLMap | YAMLSeq): ReadonlyMap<number, number> {
  const commas = new Map<number, number>();
  const token = node.srcToken;
  if (token?.type !== 'flow-collection') return commas;
  for (const [index, { start }] of token.items.entries()) {
    const comma = start.find(({ type }) => type === 'comma');
    if (comma !== undefined) commas.set(index - 1, comma.offset);
  }
  return commas;
}
