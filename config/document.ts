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
  visit,
} from 'yaml';
import { type Finding, type Path, type Place, pathKey } from './problem.ts';
import { explainSyntax, isLocal, neverClosed } from './syntax.ts';

/** A mistake in the YAML that breaks its structure: it stands at a place, not at a path. */
export interface SyntaxFinding {
  readonly place: Place;
  readonly message: string;
}

/** The text as plain values: maps without a prototype, lists, texts, numbers, booleans and null. */
export interface ParsedText {
  readonly value: unknown;
  readonly syntax: readonly SyntaxFinding[];
  /** Keys written twice, references without a target, stray characters: mistakes that leave the rest readable. */
  readonly findings: readonly Finding[];
  /** From this line on the text cannot be trusted: a mistake there may have broken the structure. */
  readonly brokenFrom: number | undefined;
  /** Where a key or list item stands; where nothing is written, its nearest parent. */
  placeOf(path: Path): Place;
}

/** More values than this that come from references are an attack or an accident. */
const referenceLimit = 200_000;

/** Parses, and never throws. */
export function parseText(text: string): ParsedText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, version: '1.2' });
  const end = text.trimEnd().length;
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.min(offset, end));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const reader = new Reader(document, place);
  const value = document.contents === null ? null : reader.read(document.contents, []);
  const problems = [...document.errors, ...document.warnings].sort((one, other) => one.pos[0] - other.pos[0]);
  const syntax: SyntaxFinding[] = [];
  for (const { code, pos } of problems) {
    const path = isLocal(code) ? reader.pathAt(pos[0]) : undefined;
    if (path !== undefined) {
      reader.findings.push({ severity: 'error', path, message: explainSyntax(code) });
      continue;
    }
    const opened = code === 'MISSING_CHAR' ? openedAt(document, pos[0]) : undefined;
    const found = { place: place(opened ?? pos[0]), message: opened === undefined ? explainSyntax(code) : neverClosed };
    if (!syntax.some((other) => other.place.line === found.place.line)) syntax.push(found);
  }
  return {
    value,
    syntax,
    findings: reader.findings,
    brokenFrom: syntax.length === 0 ? undefined : Math.min(...syntax.map((each) => each.place.line)),
    placeOf(path) {
      for (let length = path.length; length > 0; length -= 1) {
        const offset = reader.offsets.get(pathKey(path.slice(0, length)));
        if (offset !== undefined) return place(offset);
      }
      return { line: 1, column: 1 };
    },
  };
}

/** Where the quote or bracket begins that is still open at the end of the value at `offset`. */
function openedAt(document: Document, offset: number): number | undefined {
  let start: number | undefined;
  visit(document, {
    Node(_, node) {
      const range = isAlias(node) ? undefined : node.range;
      const opens = isScalar(node) ? node.type?.startsWith('QUOTE') : (isMap(node) || isSeq(node)) && node.flow;
      if (opens === true && range && range[0] < offset && offset <= range[2]) start = range[0];
    },
  });
  return start;
}

/** What each reference means: the last value of that name before it. */
function targetsOf(document: Document): ReadonlyMap<Alias, Node> {
  const named = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Alias(_, alias) {
      const target = named.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
    Value(_, node) {
      if (node.anchor !== undefined) named.set(node.anchor, node);
    },
  });
  return targets;
}

class Reader {
  readonly offsets = new Map<string, number>();
  readonly #paths = new Map<string, Path>();
  readonly findings: Finding[] = [];
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #place: (offset: number) => Place;
  readonly #open = new Set<Node>();
  /** How many references the walk is in, and how many values it has read in any. */
  #depth = 0;
  #referenced = 0;

  constructor(document: Document, place: (offset: number) => Place) {
    this.#targets = targetsOf(document);
    this.#place = place;
  }

  /** The key or item that stands at an offset, or last before it. */
  pathAt(offset: number): Path | undefined {
    let best: { key: string; start: number } | undefined;
    for (const [key, start] of this.offsets) {
      if (start <= offset && (best === undefined || start >= best.start)) best = { key, start };
    }
    return best === undefined ? undefined : this.#paths.get(best.key);
  }

  read(node: unknown, path: Path): unknown {
    if (this.#depth > 0) {
      this.#referenced += 1;
      if (this.#referenced > referenceLimit) {
        if (this.#referenced === referenceLimit + 1)
          this.#wrong(path, 'makes the file grow without end; write fewer references (`*name`)');
        return null;
      }
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
      this.#stands(keyPath, offset);
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
      this.#depth += 1;
      Object.assign(map, this.#readMap(own, path));
      this.#depth -= 1;
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
    if (target === undefined) return null;
    this.#depth += 1;
    const value = this.read(target, path);
    this.#depth -= 1;
    return value;
  }

  #resolve(alias: Alias, path: Path): Node | undefined {
    const target = this.#targets.get(alias);
    if (target === undefined)
      this.#wrong(path, 'begins with *, which refers to a name that is not defined above; put the text in quotes');
    return target;
  }

  #remember(path: Path, node: unknown): void {
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
    if (range) this.#stands(path, range[0]);
  }

  #stands(path: Path, offset: number): void {
    const key = pathKey(path);
    this.offsets.set(key, offset);
    this.#paths.set(key, path);
  }

  #wrong(path: Path, message: string): void {
    this.findings.push({ severity: 'error', path, message });
  }
}
