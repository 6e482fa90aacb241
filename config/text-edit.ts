/**
 * Changes single values of a YAML text and leaves every other character as it is: comments, order, references, quotes,
 * blank lines and line ends. What to change is found through the parsed document; where it cannot be changed so, the
 * text is refused (`NotEditable`), never rewritten.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isScalar, isSeq, type Pair, stringify, type YAMLMap } from 'yaml';
import { parseText } from './document.ts';
import { isRecord, type Tree } from './input.ts';
import { formatPath } from './problem.ts';
import { Splicer } from './splicer.ts';
import { columnOf, commasOf, commentsIn, lastEnd, lineBehind, lineStart, spanOf } from './text-places.ts';
import { type UpsBlock, upsBlockText } from './ups-block.ts';
import { flowText, indented, parsed, plain, plainValue, type Scalar, scalarText, setIn } from './yaml-text.ts';

/** The text is written in a way that only a person can change safely. */
export class NotEditable extends Error {
  override readonly name = 'NotEditable';
}

interface Found {
  readonly map: YAMLMap;
  readonly pair: Pair;
}

export class TextEdit {
  readonly #text: Splicer;
  #document: Document;
  /** What the text shall mean: after each change it is compared with what it does mean. */
  readonly #meant: Tree;
  readonly #sections: readonly string[];

  /** @param sections the top-level keys in their usual order: a new section stands where one looks for it */
  constructor(text: string, sections: readonly string[]) {
    this.#text = new Splicer(text);
    this.#document = parsed(text);
    this.#meant = plain(text);
    this.#sections = sections;
  }

  get text(): string {
    return this.#text.toString();
  }

  /** The value at a path, references followed; `undefined` where nothing is written. */
  value(path: readonly string[]): unknown {
    return path.reduce<unknown>((section, key) => (isRecord(section) ? section[key] : undefined), this.#meant);
  }

  /** Writes a value, with the sections above it where they are missing. */
  set(path: readonly string[], value: Scalar): void {
    if (this.value(path) === value) return;
    setIn(this.#meant, path, value);
    const found = this.#find(path);
    if (found !== undefined) this.#replaceValue(found, value);
    else this.#insert(path, value);
    this.#settle(path);
  }

  /** Removes a key, and the sections above it that hold nothing else. Comments stay. */
  remove(path: readonly string[]): void {
    if (this.value(path) === undefined) return;
    let gone = path;
    while (gone.length > 1 && Object.keys(this.value(gone.slice(0, -1)) as Tree).length === 1) gone = gone.slice(0, -1);
    delete (this.value(gone.slice(0, -1)) as Tree)[gone.at(-1) ?? ''];
    const { map, pair } = this.#existing(gone);
    if (map.flow === true) this.#removeFlow(map, pair);
    else this.#removeLines(map, pair);
    this.#settle(gone);
  }

  /** Adds a block to the list `ups:`. */
  append(block: UpsBlock): void {
    const list = this.value(['ups']) ?? [];
    if (!Array.isArray(list)) throw notEditable(['ups']);
    this.#meant['ups'] = [...list, plainValue(block.keys)];
    const found = this.#find(['ups']);
    const lines = `ups:\n${indented(upsBlockText(block), 2)}`;
    if (found === undefined) this.#insertKey(this.#root(), 'ups', { lines, flow: [block.keys] });
    else this.#appendTo(found, block);
    this.#settle(['ups']);
  }

  #appendTo({ map, pair }: Found, block: UpsBlock): void {
    const { value } = pair;
    const span = spanOf(value);
    if (span === undefined) throw notEditable(['ups']);
    const written = this.text.slice(span.start, span.end);
    if (isSeq(value) && value.flow !== true) {
      const dash = columnOf(this.text, span.start);
      const spaced = hasBlankLine(written) ? '\n' : '';
      const behind = lineBehind(this.text, lastEnd(value) ?? span.end, dash);
      this.#text.insertLines(behind, `${spaced}${indented(upsBlockText(block), dash)}`);
    } else if (map.flow !== true && (isNothing(value) || /^\[\s*\]$/.test(written)))
      this.#fillSection(pair, upsBlockText(block));
    else if (isSeq(value)) this.#insertFlow(value, flowText(block.keys));
    else if (isNothing(value)) this.#text.fill(span, flowText([block.keys]));
    else throw notEditable(['ups']);
  }

  #replaceValue({ pair }: Found, value: Scalar): void {
    const span = spanOf(pair.value);
    if (span === undefined || !isScalar(pair.value)) throw notEditable([String(pair.key)]);
    const { type } = pair.value;
    if (type === 'QUOTE_SINGLE' && typeof value === 'string' && /^[^\p{Cc}]*$/u.test(value)) {
      this.#text.splice(span, `'${value.replaceAll("'", "''")}'`);
    } else if (type === 'QUOTE_DOUBLE' && typeof value === 'string') this.#text.splice(span, JSON.stringify(value));
    else this.#text.fill(span, scalarText(value));
  }

  #insert(path: readonly string[], value: Scalar): void {
    let depth = path.length - 1;
    while (depth > 0 && this.#find(path.slice(0, depth)) === undefined) depth -= 1;
    const [key = '', ...rest] = path.slice(depth);
    const flow = rest.reduceRight<unknown>((inner, each) => ({ [each]: inner }), value);
    const lines = stringify({ [key]: flow }, { lineWidth: 0 });
    const parent = this.#find(path.slice(0, depth));
    const section = parent === undefined ? this.#root() : parent.pair.value;
    const span = spanOf(section);
    if (isMap(section)) this.#insertKey(section, key, { lines, flow });
    else if (parent === undefined || span === undefined || !isNothing(section)) throw notEditable(path);
    else if (parent.map.flow === true) this.#text.fill(span, flowText({ [key]: flow }));
    else this.#fillSection(parent.pair, lines);
  }

  /** Gives lines to a section that has no value, or an empty one, behind the comments it may hold. */
  #fillSection({ key, value }: Pair, lines: string): void {
    const [keySpan, span] = [spanOf(key), spanOf(value)];
    if (keySpan === undefined || span === undefined) throw notEditable([String(key)]);
    const column = columnOf(this.text, keySpan.start);
    const from = this.#text.afterColon(span.start);
    if (span.end > span.start) this.#text.splice({ start: from, end: span.end }, '');
    this.#text.insertLines(lineBehind(this.text, from, column), indented(lines, column + 2));
  }

  /** Adds a key to a section: as lines, or as a value between its braces. */
  #insertKey(map: YAMLMap, key: string, { lines, flow }: { lines: string; flow: unknown }): void {
    const span = spanOf(map);
    if (span === undefined) throw notEditable([key]);
    if (map.flow === true) {
      this.#insertFlow(
        map,
        flowText({ [key]: flow })
          .slice(1, -1)
          .trim(),
      );
      return;
    }
    const column = columnOf(this.text, span.start);
    const isRoot = map === this.#document.contents;
    const before = isRoot ? this.#before(map, key) : map.items.at(-1);
    const behind = lineBehind(this.text, lastEnd(before) ?? span.end, column);
    // The list of the units grows: it stands at the end of the file.
    const at = isRoot && key === 'ups' ? endOfDocument(this.text, behind) : behind;
    const spaced = isRoot && hasBlankLine(this.text) ? '\n' : '';
    this.#text.insertLines(at, `${spaced}${indented(lines, column)}`);
  }

  /** The section behind which a new one stands: the nearest of those that usually stand before it. */
  #before(root: YAMLMap, key: string): unknown {
    const earlier = this.#sections.slice(0, Math.max(this.#sections.indexOf(key), 0));
    const known = root.items.filter((pair) => isScalar(pair.key) && earlier.includes(String(pair.key.value)));
    return known.at(-1) ?? root.items.at(-1);
  }

  #insertFlow(node: Parameters<typeof commasOf>[0], text: string): void {
    const span = spanOf(node);
    const end = lastEnd(node.items.at(-1));
    if (span === undefined) throw notEditable([]);
    if (end === undefined) this.#text.splice({ start: span.start + 1, end: span.start + 1 }, ` ${text} `);
    else this.#text.splice({ start: end, end }, `, ${text}`);
  }

  #removeLines(map: YAMLMap, pair: Pair): void {
    const key = spanOf(pair.key);
    const end = lastEnd(pair);
    if (key === undefined || end === undefined) throw notEditable([]);
    const start = lineStart(this.text, key.start);
    if (this.text.slice(start, key.start).trim() !== '' || map.items.length < 2) throw notEditable([String(pair.key)]);
    this.#text.removeLines(start, end);
  }

  #removeFlow(map: YAMLMap, pair: Pair): void {
    const start = spanOf(pair.key)?.start;
    const end = lastEnd(pair);
    const index = map.items.indexOf(pair);
    const commas = commasOf(map);
    const comma = commas.get(index) ?? commas.get(index - 1);
    if (start === undefined || end === undefined || comma === undefined) throw notEditable([String(pair.key)]);
    if (commentsIn(this.text, { start, end }).length > 0) throw notEditable([String(pair.key)]);
    const blanks = /^[ \t]*/.exec(this.text.slice(comma + 1))?.[0].length ?? 0;
    if (comma > start) {
      this.#text.splice({ start: comma, end: comma + 1 + blanks }, '');
      this.#text.splice({ start, end }, '');
    } else if (this.text.slice(comma + 1, start).trim() === '') this.#text.splice({ start: comma, end }, '');
    else {
      this.#text.splice({ start, end }, '');
      this.#text.splice({ start: comma, end: comma + 1 }, '');
    }
  }

  #root(): YAMLMap {
    const { contents } = this.#document;
    if (!isMap(contents)) throw notEditable([]);
    return contents;
  }

  #existing(path: readonly string[]): Found {
    const found = this.#find(path);
    if (found === undefined) throw notEditable(path);
    return found;
  }

  #find(path: readonly string[]): Found | undefined {
    let map: unknown = this.#document.contents;
    for (const [index, key] of path.entries()) {
      if (!isMap(map)) return undefined;
      const pair = map.items.find((each) => isScalar(each.key) && String(each.key.value) === key);
      if (pair === undefined || index === path.length - 1) return pair && { map, pair };
      map = pair.value;
    }
    return undefined;
  }

  /** After a change the text must mean what was asked for, and nothing else may have moved. */
  #settle(path: readonly string[]): void {
    const { syntax, findings } = parseText(this.text);
    if (syntax.length > 0 || findings.length > 0 || !isDeepStrictEqual(plain(this.text), plainValue(this.#meant)))
      throw notEditable(path);
    this.#document = parsed(this.text);
  }
}

function notEditable(path: readonly string[]): NotEditable {
  return new NotEditable(`\`${formatPath(path)}\` is written in a way that only a person can change`);
}

/** Nothing is written there, or `~`. */
function isNothing(node: unknown): boolean {
  return isScalar(node) && node.value === null;
}

function hasBlankLine(text: string): boolean {
  return /\n[ \t]*\r?\n/.test(text);
}

/** Behind all comments, but before a line `...`. */
function endOfDocument(text: string, from: number): number {
  const marker = /^\.\.\.(?=\s|$)/m.exec(text.slice(from))?.index;
  return marker === undefined ? text.length : from + marker;
}
