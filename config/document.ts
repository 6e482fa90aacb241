/** Reads YAML text into plain values and remembers where each of them stands. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';
import { type Finding, type Path, type Place, pathKey } from './problem.ts';
import { explainSyntax, isLocal } from './syntax.ts';

/** A mistake in the YAML itself: it stands at a place, not at a path. */
export interface SyntaxFinding {
  readonly place: Place;
  readonly message: string;
}

/** The text as plain values: maps without a prototype, lists, texts, numbers, booleans and null. */
export interface ParsedText {
  readonly value: unknown;
  readonly syntax: readonly SyntaxFinding[];
  /** Keys written twice, references without a target: mistakes that leave the rest readable. */
  readonly findings: readonly Finding[];
  /** From this line on the text cannot be trusted: a mistake there may have broken the structure. */
  readonly brokenFrom: number | undefined;
  /** Where a key or list item stands; where nothing is written, its nearest parent. */
  placeOf(path: Path): Place;
}

/** More values than this, counting repeated references, is an attack or an accident. */
const valueLimit = 2_000_000;

/** Parses, and never throws. */
export function parseText(text: string): ParsedText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, version: '1.2' });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems = [...document.errors, ...document.warnings];
  const syntax = problems.map(({ code, pos }) => ({ place: place(pos[0]), message: explainSyntax(code) }));
  const broken = problems.filter(({ code }) => !isLocal(code)).map(({ pos }) => place(pos[0]).line);
  const reader = new Reader(document, place);
  const value = document.contents === null ? null : reader.read(document.contents, []);
  return {
    value,
    syntax,
    findings: reader.findings,
    brokenFrom: broken.length === 0 ? undefined : Math.min(...broken),
    placeOf(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const offset = reader.offsets.get(pathKey(path.slice(0, length)));
        if (offset !== undefined) return place(offset);
      }
      return { line: 1, column: 1 };
    },
  };
}

class Reader {
  readonly offsets = new Map<string, number>();
  readonly findings: Finding[] = [];
  readonly #document: Document;
  readonly #place: (offset: number) => Place;
  readonly #open = new Set<Node>();
  #values = 0;

  constructor(document: Document, place: (offset: number) => Place) {
    this.#document = document;
    this.#place = place;
  }

  read(node: unknown, path: Path): unknown {
    this.#values += 1;
    if (this.#values > valueLimit) {
      if (this.#values === valueLimit + 1)
        this.#wrong(path, 'makes the file grow without end; write fewer references (`*name`)');
      return null;
    }
    if (isAlias(node)) return this.#readAlias(node, path);
    if (isScalar(node)) return node.value;
    if (!isMap(node) && !isSeq(node)) return null;
    if (this.#open.has(node)) {
      this.#wrong(path, 'refers to itself; write the value');
      return null;
    }
    this.#open.add(node);
    const value = isMap(node) ? this.#readMap(node.items, path) : this.#readList(node.items, path);
    this.#open.delete(node);
    return value;
  }

  #readList(items: readonly unknown[], path: Path): unknown[] {
    return items.map((item, index) => {
      const itemPath = [...path, index];
      this.#remember(itemPath, item);
      return this.read(item, itemPath);
    });
  }

  #readMap(pairs: readonly Pair[], path: Path): Record<string, unknown> {
    const map: Record<string, unknown> = Object.create(null);
    const merges: unknown[] = [];
    const written = new Map<string, number>();
    for (const pair of pairs) {
      const key = this.#keyOf(pair, path);
      if (key === undefined) continue;
      if (key === '<<') {
        merges.push(pair.value);
        continue;
      }
      const keyPath = [...path, key];
      const offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
      const first = written.get(key);
      if (first !== undefined) {
        const message = `is written twice, first in line ${this.#place(first).line}; keep one of the two`;
        this.findings.push({ severity: 'error', path: keyPath, message, place: this.#place(offset) });
        continue;
      }
      written.set(key, offset);
      this.offsets.set(pathKey(keyPath), offset);
      map[key] = this.read(pair.value, keyPath);
    }
    for (const source of merges) this.#merge(source, map, path);
    return map;
  }

  /** `<<: *name` and `<<: [*name, *other]`: what is written in the map itself goes first. */
  #merge(source: unknown, map: Record<string, unknown>, path: Path): void {
    const resolved = isAlias(source) ? this.#resolve(source, [...path, '<<']) : source;
    const parts = isSeq(resolved) ? resolved.items : [resolved];
    for (const part of parts) {
      const target = isAlias(part) ? this.#resolve(part, [...path, '<<']) : part;
      if (target === undefined) continue;
      if (!isMap(target) || this.#open.has(target)) {
        this.#wrong(
          [...path, '<<'],
          'does not refer to a section; write `<<: *name`, with `&name` behind the key of a section above',
        );
        continue;
      }
      this.#open.add(target);
      const known = new Set(Object.keys(map));
      const own = target.items.filter(({ key }) => !(isScalar(key) && known.has(String(key.value))));
      Object.assign(map, this.#readMap(own, path));
      this.#open.delete(target);
    }
  }

  #keyOf({ key }: Pair, path: Path): string | undefined {
    if (isScalar(key) && key.value !== null && key.value !== '__proto__') return String(key.value);
    const written = isScalar(key) ? String(key.value) : '?';
    const keyPath = [...path, written];
    if (isScalar(key)) this.#remember(keyPath, key);
    this.#wrong(keyPath, 'is not a key; write a plain word before the colon, and quote a value that holds { or [');
    return undefined;
  }

  #readAlias(alias: Alias, path: Path): unknown {
    const target = this.#resolve(alias, path);
    return target === undefined ? null : this.read(target, path);
  }

  #resolve(alias: Alias, path: Path): Node | undefined {
    const target = alias.resolve(this.#document);
    if (target === undefined)
      this.#wrong(path, 'begins with *, which refers to a name that is not defined above; put the text in quotes');
    return target;
  }

  #remember(path: Path, node: unknown): void {
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
    if (range) this.offsets.set(pathKey(path), range[0]);
  }

  #wrong(path: Path, message: string): void {
    this.findings.push({ severity: 'error', path, message });
  }
}
