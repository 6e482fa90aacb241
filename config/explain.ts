/** Turns the schema's issues into findings that tell an operator what to write. */
import type { z } from 'zod';
import { isRecord } from './input.ts';
import { keysOf, type Outline, outlinesAt } from './json-schema.ts';
import { type Finding, type Path, pathKey } from './problem.ts';
import type { ResolvedSecrets } from './secrets.ts';
import { suggestion } from './suggest.ts';
import { quote } from './values.ts';

type Issue = z.core.$ZodIssue;

/** What an explanation needs to know about the file. */
export interface FileContext {
  readonly root: unknown;
  readonly outline: Outline;
  readonly secrets: Pick<ResolvedSecrets, 'variables' | 'origins' | 'settled'>;
}

/** Findings for all issues. A key that was only misspelt is one mistake: it is not missing as well. */
export function explainIssues(issues: readonly Issue[], file: FileContext): Finding[] {
  const meant = new Set<string>();
  const findings = issues.flatMap((issue) => explain(issue, [], file, meant));
  return findings.filter(({ path, missing }) => {
    const key = pathKey(path);
    return !file.secrets.settled.has(key) && !(missing === true && meant.has(key));
  });
}

function explain(issue: Issue, base: Path, file: FileContext, meant: Set<string>): Finding[] {
  const path = [...base, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(key, path, file, meant));
  }
  if (issue.code === 'invalid_union') {
    const deeper = [...issue.errors].filter((branch) =>
      branch.every((each) => each.path.length > 0 || each.code === 'unrecognized_keys'),
    );
    const best = deeper.sort((one, other) => one.length - other.length)[0];
    if (best !== undefined) return best.flatMap((each) => explain(each, path, file, meant));
  }
  return [{ severity: 'error', ...valueFinding(issue, path, file) }];
}

function unknownKey(key: string, parent: Path, file: FileContext, meant: Set<string>): Finding {
  const present = valueAt(file.root, parent).value;
  const known = keysOf(outlinesAt(file.outline, parent));
  const near = suggestion(key, known);
  const path = [...parent, key];
  if (near !== undefined) {
    meant.add(pathKey([...parent, near]));
    const taken = isRecord(present) && Object.hasOwn(present, near) ? ' (which is here already)' : '';
    return { severity: 'error', path, message: `is not a known key; did you mean \`${near}\`?${taken}` };
  }
  return { severity: 'error', path, message: `is not a known key; the keys here are ${list(known, 'and')}` };
}

function valueFinding(issue: Issue, path: Path, file: FileContext): { path: Path; message: string; missing?: boolean } {
  const key = pathKey(path);
  const { value, missing } = valueAt(file.root, path);
  const origin = file.secrets.origins.get(key);
  const variable = file.secrets.variables.get(key);
  const own = authorsMessage(issue);
  const outlines = outlinesAt(file.outline, path);
  if (missing) {
    if (issue.code === 'custom') return { path, message: own ?? 'is missing', missing };
    const instead = variable === undefined ? toAdd(path, outlines) : toGive(path, variable);
    return { path, message: `is missing; ${instead}`, missing };
  }
  if (own !== undefined) return { path, message: origin === undefined ? own : `${origin} ${own}` };
  if (value === null) {
    const key = path.at(-1);
    const required = outlinesAt(file.outline, path.slice(0, -1)).some((each) => each.required?.includes(String(key)));
    return { path, message: `is empty; ${toWrite(outlines, undefined)}${required ? '' : ', or remove the line'}` };
  }
  const found = variable === undefined ? describeFound(value, outlines) : foundKind(value);
  const instead = quotesHelp(value, outlines)
    ? inQuotes(outlines)
    : variable === undefined
      ? toWrite(outlines, value)
      : toGive(path, variable);
  const message = `${wrong(issue, found)}; ${instead}`;
  return { path, message: origin === undefined ? message : `${origin} ${message}` };
}

function wrong(issue: Issue, found: string): string {
  if (issue.code === 'too_small' && issue.origin === 'string') return issue.minimum === 1 ? 'is empty' : 'is too short';
  if (issue.code === 'too_big' && issue.origin === 'string') return 'is too long';
  if (issue.code === 'too_small') return `${found} is too little`;
  if (issue.code === 'too_big') return `${found} is too much`;
  return `${found} does not belong here`;
}

/** The message the schema's author gave, if it is not the library's. */
function authorsMessage({ message }: Issue): string | undefined {
  return /^(Invalid|Too small|Too big|Unrecognized)\b/.test(message) ? undefined : message;
}

/** What to add for a key that is missing. */
function toAdd(path: Path, outlines: readonly Outline[]): string {
  const key = path.at(-1);
  const example = outlines.flatMap(({ examples }) => examples ?? [])[0];
  const [outline] = outlines;
  if (typeof key !== 'string') return toWrite(outlines, undefined);
  if (
    example === undefined &&
    outline?.type === 'string' &&
    outline.enum === undefined &&
    outline.description !== undefined
  ) {
    return `write \`${key}:\` and behind it: ${outline.description.replace(/\.$/, '')}`;
  }
  if (example === undefined) return toWrite(outlines, undefined);
  return `write for example \`${key}: ${example}\``;
}

function toGive(path: Path, variable: string): string {
  const key = String(path.at(-1));
  return `write \`${key}File\` with the path of a file that holds it, or set ${variable} in the environment`;
}

/** What to write at a place, from what may stand there. */
function toWrite(outlines: readonly Outline[], found: unknown): string {
  const allowed = [
    ...new Set(outlines.flatMap((each) => each.enum ?? (each.const === undefined ? [] : [each.const])).map(String)),
  ];
  if (allowed.length > 0) {
    const near = typeof found === 'string' ? suggestion(found, allowed) : undefined;
    return near === undefined
      ? `write ${list(allowed, 'or')}`
      : `did you mean \`${near}\`? Possible are ${list(allowed, 'and')}`;
  }
  const types = outlines.flatMap(({ type }) => type ?? []);
  const keys = keysOf(outlines);
  if (keys.length > 0 && types.includes('object')) {
    const inOneWord = types.includes('boolean') ? 'write true or false, or ' : 'write ';
    return `${inOneWord}its keys below it, indented: ${list(keys, 'and')}`;
  }
  if (types.includes('array')) return 'write a list, each item on a line of its own that begins with "- "';
  if (types.includes('boolean')) return 'write true or false';
  if (types.includes('integer') || types.includes('number')) return `write ${numberRange(outlines, types)}`;
  const example = outlines.flatMap(({ examples }) => examples ?? [])[0];
  if (example !== undefined) return `write for example ${JSON.stringify(example)}`;
  const { minLength = 0, maxLength } = outlines.find(({ type }) => type === 'string') ?? {};
  if (minLength > 1 || maxLength !== undefined) {
    return `write a text of ${maxLength === undefined ? `at least ${minLength}` : `${Math.max(minLength, 1)} to ${maxLength}`} characters`;
  }
  return 'write a text';
}

function numberRange(outlines: readonly Outline[], types: readonly string[]): string {
  const kind = types.includes('integer') ? 'a whole number' : 'a number';
  const minimum = outlines.find((each) => each.minimum !== undefined)?.minimum;
  const maximum = outlines.find((each) => each.maximum !== undefined)?.maximum;
  if (minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER) return kind;
  return maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER
    ? `${kind} from ${minimum}`
    : `${kind} from ${minimum} to ${maximum}`;
}

/** A text that YAML took for a number or for true or false. */
function quotesHelp(value: unknown, outlines: readonly Outline[]): boolean {
  const free = outlines.some((each) => each.type === 'string' && each.enum === undefined && each.pattern === undefined);
  return free && (typeof value === 'number' || typeof value === 'boolean');
}

function inQuotes(outlines: readonly Outline[]): string {
  const example = outlines.flatMap(({ examples }) => examples ?? [])[0];
  return example === undefined ? 'write it in quotes' : `write it in quotes, as in "${String(example)}"`;
}

function describeFound(value: unknown, outlines: readonly Outline[]): string {
  const single = outlines.some(({ type }) => type !== undefined && type !== 'object' && type !== 'array');
  if (!single) return foundKind(value);
  if (typeof value === 'string') return value === '' ? 'an empty text' : `the text ${quote(value)}`;
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return `${value}`;
  return foundKind(value);
}

function foundKind(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return 'a section';
  return typeof value === 'string' ? 'a text' : typeof value === 'boolean' ? 'true or false' : 'a number';
}

/** The value at a path, and whether nothing is written there. */
export function valueAt(root: unknown, path: Path): { value: unknown; missing: boolean } {
  let value = root;
  for (const part of path) {
    if (Array.isArray(value) && typeof part === 'number') value = value[part];
    else if (isRecord(value) && Object.hasOwn(value, part)) value = value[part];
    else return { value: undefined, missing: true };
  }
  return { value, missing: value === undefined };
}

function list(words: readonly string[], last: 'and' | 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}
