/** The generated files are up to date, and the sample file is right in every line. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isMap, isScalar, isSeq, parse, parseDocument } from 'yaml';
import { z } from 'zod';
import { formatProblem, registeredDrivers } from '../../config/config.ts';
import { branchesOf, editorSchema, fileOutline, type Outline } from '../../config/json-schema.ts';
import { generatedFiles } from '../../scripts/write-schema.ts';
import { checkText, drivers } from './support.ts';

const root = new URL('../../', import.meta.url);
const sample = readFileSync(new URL('config/sample.yaml', root), 'utf8');
const texts = { 'mail.password': 'secret', 'answers.password': 'secret', 'ca.pem': '-----BEGIN CERTIFICATE-----' };
const secretFiles = {
  'oauth2.client-secret': 'a client secret',
  'oauth2.refresh-token': 'a refresh token',
  'cloud.secret': 'whsec_VGhpcyBpcyBhbiBleGFtcGxlOiBtYWtlIHlvdXIgb3du',
  'ups1.community': 'public',
  'traps.community': 'public',
  'ups5.write-community': 'a community that may write',
  'ups2.auth': 'a passphrase',
  'ups2.priv': 'a passphrase',
  'nut.password': 'a password',
  'portal.password': `scrypt$32768$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
};

describe('generated files', () => {
  test.each([...generatedFiles(registeredDrivers())])('%s is what `npm run schema` writes', (path, content) => {
    expect(readFileSync(new URL(path, root), 'utf8')).toBe(content);
  });

  test('every key has a description that ends as a sentence or names no more than the key', () => {
    const missing = [...keysOf(fileOutline(registeredDrivers()))].filter(([, { description }]) => !description);
    expect(missing.map(([path]) => path)).toEqual([]);
  });
});

describe('the schema for editors', () => {
  // This checker does not know `not` (a secret beside its file) nor `required` alone (exactly one driver).
  const plain: unknown = JSON.parse(JSON.stringify(editorSchema(drivers)), (key, value) =>
    key === 'allOf' || key === 'oneOf' ? undefined : value,
  );
  const schema = z.fromJSONSchema(plain as Parameters<typeof z.fromJSONSchema>[0]);
  const folder = new URL('testdata/', import.meta.url);
  const good = readdirSync(folder).filter(
    (name) => name.startsWith('good-') && name !== 'good-empty-sections.yaml' && name.endsWith('.yaml'),
  );

  test.each(good)('takes %s', (name) => {
    expect(schema.safeParse(parse(readFileSync(new URL(name, folder), 'utf8'), { merge: true })).error).toBeUndefined();
  });

  test.each(['bad-unknown-keys', 'bad-types', 'bad-missing', 'bad-values'])('refuses %s', (name) => {
    expect(schema.safeParse(parse(readFileSync(new URL(`${name}.yaml`, folder), 'utf8'))).success).toBe(false);
  });
});

describe('the sample file', () => {
  const check = async (text: string) => {
    const { problems } = await checkText(text, { texts: { ...texts, ...secretFiles }, drivers: registeredDrivers() });
    return problems.map(formatProblem);
  };

  test('names its schema first', () => {
    expect(sample.split('\n')[0]).toMatch(/^# yaml-language-server: \$schema=\S+$/);
  });

  test('is right as it is', async () => {
    expect(await check(sample)).toEqual([]);
  });

  test('is right with each of its keys brought in force', async () => {
    let tried = 0;
    const tryAll = async (text: string, from: number, to: number): Promise<void> => {
      for (const [index, line] of text.split('\n').entries()) {
        if (index < from || index >= to || !isKeyOff(line)) continue;
        tried += 1;
        const { on, end } = bringInForce(text, index);
        expect({ line: index + 1, key: line, problems: await check(on) }).toEqual({
          line: index + 1,
          key: line,
          problems: [],
        });
        await tryAll(on, index + 1, end);
      }
    };
    await tryAll(sample, 0, Number.POSITIVE_INFINITY);
    expect(tried).toBeGreaterThan(40);
  });

  test('mentions every key', () => {
    let text = sample;
    for (let depth = 0; depth < 4; depth += 1) text = text.replaceAll(/^( *)#(?=[A-Za-z -])(?! yaml)/gm, '$1');
    const written = new Set<string>();
    collect(parseDocument(text, { uniqueKeys: false }).contents, '', written);
    const known = [...keysOf(fileOutline(registeredDrivers()))].map(([path]) => path);
    expect(known.filter((path) => !written.has(path))).toEqual([]);
  });
});

function isKeyOff(line: string): boolean {
  return /^ *#(- )?[A-Za-z]+:/.test(line);
}

/** Takes the # from a line and from those of its block. A user needs a password beside it, and the reverse. */
function bringInForce(text: string, index: number): { on: string; end: number } {
  const lines = text.split('\n');
  const take = (at: number): number => {
    const indent = /^ */.exec(lines[at] ?? '')?.[0] ?? '';
    let end = at + 1;
    while (lines[end]?.startsWith(`${indent}#  `)) end += 1;
    for (let line = at; line < end; line += 1) lines[line] = (lines[line] ?? '').replace('#', '');
    return end;
  };
  const started = lines[index] ?? '';
  const end = take(index);
  const partner = /^ *#password(?!Hash)/.test(started)
    ? '  #user:'
    : /^ *#user:/.test(started)
      ? '  #passwordFile:'
      : undefined;
  const other = partner === undefined ? -1 : lines.findIndex((line) => line.startsWith(partner));
  if (other >= 0) take(other);
  return { on: lines.join('\n'), end };
}

function* keysOf(outline: Outline, path = ''): Iterable<[string, Outline]> {
  const found = new Map<string, Outline>();
  for (const branch of branchesOf(outline))
    for (const [key, child] of Object.entries(branch.properties ?? {})) found.set(key, child);
  for (const [key, child] of found) {
    const childPath = `${path}.${key}`;
    yield [childPath, child];
    yield* keysOf(child.items ?? child, childPath);
  }
}

function collect(node: unknown, path: string, written: Set<string>): void {
  if (isSeq(node)) for (const item of node.items) collect(item, path, written);
  if (!isMap(node)) return;
  for (const { key, value } of node.items) {
    const childPath = `${path}.${isScalar(key) ? String(key.value) : '?'}`;
    written.add(childPath);
    collect(value, childPath, written);
  }
}
