/**
 * A schema's rules over several keys run only when each key alone is right. So that the first mistake does not hide
 * the second, a driver's section is checked once more with its wrong values replaced by harmless ones.
 */
import type { z } from 'zod';
import { isRecord, type Tree } from './input.ts';
import { branchesOf, type Outline } from './json-schema.ts';

type Issue = z.core.$ZodIssue;

/** The issues of rules over several keys that the given issues have hidden. */
export function hiddenIssues(schema: z.ZodType, section: unknown, issues: readonly Issue[], outline: Outline): Issue[] {
  if (!isRecord(section) || issues.every(({ code }) => code === 'custom')) return [];
  const probe: Tree = { ...section };
  const wrong = new Set<string>();
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) delete probe[key];
    const key = issue.path[0];
    if (key === undefined) continue;
    wrong.add(String(key));
    probe[String(key)] = harmless(outline, String(key));
  }
  const result = schema.safeParse(probe);
  if (result.success) return [];
  const said = new Set(issues.map(({ path, message }) => [...path, message].join('\0')));
  return result.error.issues.filter(({ code, path, message }) => {
    return code === 'custom' && !wrong.has(String(path[0])) && !said.has([...path, message].join('\0'));
  });
}

function harmless(outline: Outline, key: string): unknown {
  const found = branchesOf(outline).find(({ properties }) => properties?.[key] !== undefined)?.properties?.[key];
  const all = found === undefined ? [] : branchesOf(found);
  const given = all
    .flatMap((each) => [each.default, each.const, each.enum?.[0], each.examples?.[0]])
    .find((value) => value !== undefined);
  if (given !== undefined) return given;
  const types = all.flatMap(({ type }) => type ?? []);
  if (types.includes('integer') || types.includes('number'))
    return all.find(({ minimum }) => minimum !== undefined)?.minimum ?? 1;
  if (types.includes('boolean')) return false;
  const length = all.find(({ maxLength }) => maxLength !== undefined)?.maxLength ?? 20;
  return 'placeholder-for-probe'.slice(0, length);
}
