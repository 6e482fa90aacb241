/** Whatever happens to a good file: nothing throws, and every problem has a place in the file. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMap, isScalar, type Pair, parseDocument, visit } from 'yaml';
import { type CheckedConfig, formatProblem } from '../../config/config.ts';
import { checkText } from './support.ts';

const good = readFileSync(new URL('testdata/good-full.yaml', import.meta.url), 'utf8');
const secrets = ['a mail password', 'VGhpcyBpcyBh', 'an auth passphrase', 'a priv passphrase'];

/** The pairs of the file, in its order. */
function pairsOf(document: ReturnType<typeof parseDocument>): Pair[] {
  const pairs: Pair[] = [];
  visit(document, { Pair: (_, pair) => void pairs.push(pair) });
  return pairs;
}

const count = pairsOf(parseDocument(good)).length;

function expectPlaces({ problems }: CheckedConfig, text: string, hides: readonly string[] = secrets): void {
  const lines = Math.max(text.trimEnd().split('\n').length, 1);
  for (const problem of problems) {
    expect(problem.line).toBeGreaterThanOrEqual(1);
    expect(problem.line).toBeLessThanOrEqual(lines);
    expect(problem.column).toBeGreaterThanOrEqual(1);
    expect(formatProblem(problem)).toMatch(/^config\.yaml:\d+:\d+ \S.*: [^\n]+$/);
    for (const secret of hides) expect(problem.message).not.toContain(secret);
  }
}

async function mutated(
  index: number,
  change: (pair: Pair, remove: () => void) => void,
): Promise<{ text: string; checked: CheckedConfig }> {
  const document = parseDocument(good);
  const pair = pairsOf(document)[index];
  if (pair === undefined) throw new Error('There is such a pair.');
  change(pair, () => {
    visit(document, {
      Map: (_, map) => void (isMap(map) && map.items.includes(pair) && map.items.splice(map.items.indexOf(pair), 1)),
    });
  });
  const text = document.toString({ lineWidth: 0 });
  return { text, checked: await checkText(text) };
}

describe('mutations of a good file', () => {
  test('each key deleted', async () => {
    for (let index = 0; index < count; index += 1) {
      const { text, checked } = await mutated(index, (_, remove) => remove());
      expectPlaces(checked, text);
    }
  });

  test('each key renamed is an error', async () => {
    for (let index = 0; index < count; index += 1) {
      const { text, checked } = await mutated(index, ({ key }) => {
        if (isScalar(key)) key.value = `${String(key.value)}Xyzzy`;
      });
      expectPlaces(checked, text);
      expect(checked.problems.filter(({ path }) => path.endsWith('Xyzzy')).length, text).toBe(1);
      expect(checked.config).toBeUndefined();
    }
  });

  test('each value of another type is an error at its key', async () => {
    for (let index = 0; index < count; index += 1) {
      for (const value of [[['nested']], { nested: { deeper: 1 } }]) {
        const { text, checked } = await mutated(index, (pair) => {
          pair.value = parseDocument('').createNode(value);
        });
        expectPlaces(checked, text);
        expect(checked.config, text).toBeUndefined();
      }
    }
  });

  test('any value instead of any other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(count - 1), fc.jsonValue({ maxDepth: 3 }), async (index, value) => {
        const { text, checked } = await mutated(index, (pair) => {
          pair.value = parseDocument('').createNode(value);
        });
        expectPlaces(checked, text);
      }),
      { numRuns: 150 },
    );
  });

  test('any damage to the text', async () => {
    const bits = fc.constantFrom(
      '\t',
      '"',
      "'",
      '[',
      '}',
      ': ',
      '- ',
      '\n',
      '*a ',
      '&a ',
      '!x ',
      '%',
      '#',
      '<<: *a\n',
      '\0',
      '\ud800',
      '? ',
      '|',
      '---\n',
    );
    const damage = fc.record({
      at: fc.nat(good.length),
      length: fc.nat(20),
      insert: fc.oneof(bits, fc.string({ maxLength: 5 })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (changes) => {
        let text = good;
        for (const { at, length, insert } of changes) text = text.slice(0, at) + insert + text.slice(at + length);
        // Damage may make a secret a part of any other value: nobody can tell it from text then.
        expectPlaces(await checkText(text), text, []);
      }),
      { numRuns: 300 },
    );
  });

  test('references that multiply end', async () => {
    const levels = Array.from({ length: 12 }, (_, level) => `  - &a${level + 1} [${`*a${level}, `.repeat(10)}]`);
    const { problems } = await checkText(`zzz:\n  - &a0 x\n${levels.join('\n')}\n`);
    expect(problems.some(({ message }) => message.startsWith('makes the file grow'))).toBe(true);
  });
});
