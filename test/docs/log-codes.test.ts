/** Each code that the agent logs is explained in docs/log-codes.md, and none that it does not log. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connectionStates } from '../../agent/lifecycle/connection.ts';
import { refusalKinds } from '../../agent/portal/access/refusals.ts';
import { verdicts } from '../../drivers/contract.ts';
import { driverNames } from '../../drivers/registry.ts';

/** What the codes that are put together can become. */
const families: Readonly<Record<string, readonly string[]>> = {
  'poll.': verdicts.filter((verdict) => verdict !== 'ups' && verdict !== 'other-vendor'),
  'event.': ['opened', 'changed', 'closed'],
  'answer.': ['ended', 'limited', 'unknown'],
  'connection.': [...connectionStates.filter((state) => state !== 'none'), 'bounced'],
  'driver.': driverNames,
  'portal.': Object.keys(refusalKinds),
};

const root = new URL('../../', import.meta.url).pathname;
const call = /\blog\(\s*(?:'\w+'|\w+),\s*(?:'([^']+)'|`([^`$]+)\$\{[^}]+\}`)/gi;

function codesOf(text: string): string[] {
  return [...text.matchAll(call)].flatMap(([, plain, family = '']) => {
    if (plain !== undefined) return [plain];
    const members = families[family];
    if (members === undefined) throw new Error(`the codes "${family}…" are not in the list of this test`);
    return members.map((member) => family + member);
  });
}

const source = readdirSync(join(root, 'agent'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => readFileSync(join(root, 'agent', name), 'utf8'));

it('docs/log-codes.md lists exactly the codes that are logged', () => {
  const logged = [...new Set(source.flatMap(codesOf))].sort();
  const rows = readFileSync(join(root, 'docs/log-codes.md'), 'utf8').matchAll(/^\| (.*?`[a-z\d]+\.[a-z-]+`.*?) \|/gm);
  const listed = [...rows].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([a-z\d]+\.[a-z-]+)`/g)].map(([, code]) => code),
  );
  expect(logged.length).toBeGreaterThan(30);
  expect([...new Set(listed)].sort()).toEqual(logged);
});

it('the expression finds codes however a call is broken into lines', () => {
  expect(codesOf("desk.log(\n  'warn',\n  'a.b',\n  `x`)")).toEqual(['a.b']);
  expect(codesOf(`log(level, \`driver.\${name}\`, message)`)).toContain('driver.snmp');
});
