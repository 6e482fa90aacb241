/** Whatever valid file is edited in whatever way: it loads, means what was asked for, and keeps all comments and lines. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { Lexer, parse } from 'yaml';
import { addUps, ConfigEditError, checkConfig, setReseller, type UpsBlock } from '../../config/config.ts';
import { drivers } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'upsteward-edit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'config.yaml');
const sources = { env: {}, drivers, systemTimeZone: 'UTC' };

const files = [
  '../../config/sample.yaml',
  ...['empty-sections', 'full', 'minimal', 'shared-sections'].map((name) => `testdata/good-${name}.yaml`),
].map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'));

const bodies = [
  'reseller: { email: a@example.com } # seller\n',
  'reseller: # s\n  # t\n  email: "a@example.com" # u\n  #x\n  language: de\n\n',
  'reseller:\n  language: fr # l\n  email: a@example.com\n',
  'reseller:\n  notInterested: true # never\n',
  'ups: []\n',
  'ups: # none\n  # yet\n',
  'ups:\n- name: A # a\n  # b\n  nut: a@nas\n  # c\n# d\n',
  'ups:\n  - { name: A, nut: a@nas } # a\n\n  - # b\n    name: B\n    nut: b@nas\n',
  'ups: [{ name: A, nut: a@nas }, # a\n  # b\n ]\n',
  'battery: # b\n  # c\n',
  '# only a comment\n',
  '\n\n',
];
const site = 'site: { company: "Ä # no comment", contact: { name: Kim, mail: it@example.com } } # me\n';
const mail = 'mail: # out\n  url: smtp://localhost\n  from: ups@example.com\n';

/** Sections of their own in any order, each at most once. */
const composed = fc
  .tuple(fc.shuffledSubarray(bodies), fc.constantFrom(true, false), fc.constantFrom(site + mail, mail + site))
  .map(([parts, first, base]) => {
    const once = parts.filter((part, index) => {
      const key = /^\w+:/.exec(part)?.[0];
      return key === undefined || !parts.slice(0, index).some((other) => other.startsWith(key));
    });
    return first ? base + once.join('') : once.join('') + base;
  });

const text = fc
  .tuple(fc.oneof(fc.constantFrom(...files), composed), fc.boolean(), fc.boolean(), fc.boolean())
  .map(([content, crlf, bom, cut]) => {
    const lines = crlf ? content.replaceAll('\n', '\r\n') : content;
    return `${bom ? '\uFEFF' : ''}${cut ? lines.trimEnd() : lines}`;
  });

const change = fc.oneof(
  fc
    .record(
      {
        email: fc.constantFrom('b@example.com', null),
        language: fc.constantFrom('en' as const, 'pt' as const, null),
        notInterested: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    .map((wanted) => async () => {
      await setReseller(path, wanted, sources);
      return [];
    }),
  fc
    .array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 70 }), fc.constantFrom('A', 'Server room', 'é')), {
      minLength: 1,
      maxLength: 3,
    })
    .map((names) => async () => {
      const blocks = names.map(([name, other], index): UpsBlock => {
        const plain = name.replaceAll(/[\p{C}\p{Zl}\p{Zp}\uFFFD]/gu, '').trim() || other;
        return { keys: { name: plain, fake: { address: `found-${index}` } }, comments: ['found # here'] };
      });
      return await addUps(path, blocks, sources);
    }),
);

function commentsOf(content: string): string[] {
  return [...new Lexer().lex(content)].filter((token) => token.startsWith('#')).map((token) => token.trim());
}

/** All but the reseller, and the units that were there before. */
function others(content: string, units: number): unknown {
  const { reseller: _, ups, ...rest } = parse(content, { merge: true });
  return { ...rest, ups: ups?.slice(0, units) ?? [] };
}

test('any edit of any valid file', async () => {
  let changed = 0;
  await fc.assert(
    fc.asyncProperty(text, change, async (before, apply) => {
      writeFileSync(path, before);
      const valid = (await checkConfig({ path, ...sources })).config !== undefined;
      let names: readonly string[];
      try {
        names = await apply();
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigEditError);
        expect(valid ? ['bad-value'] : ['invalid']).toContain((error as ConfigEditError).code);
        expect(readFileSync(path, 'utf8')).toBe(before);
        return;
      }
      const after = readFileSync(path, 'utf8');
      changed += after === before ? 0 : 1;
      const { config } = await checkConfig({ path, ...sources });
      const units = (parse(before) as { ups?: unknown[] }).ups?.length ?? 0;
      expect(config?.ups.slice(units).map(({ name }) => name)).toEqual(names);
      expect(others(after, units)).toEqual(others(before, units));
      const left = commentsOf(after);
      for (const comment of commentsOf(before)) {
        expect(left, after).toContain(comment);
        left.splice(left.indexOf(comment), 1);
      }
      expect(after.includes('\r\n') && /[^\r]\n/.test(after), after).toBe(false);
      expect(after.startsWith('\uFEFF')).toBe(before.startsWith('\uFEFF'));
    }),
    { numRuns: 80 },
  );
  expect(changed).toBeGreaterThan(20);
}, 60_000);
