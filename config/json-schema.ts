/** The config file as JSON Schema: for editors, for the keys reference, and to know which keys belong where. */
import { z } from 'zod';
import type { Path } from './problem.ts';
import { configSchema, type Drivers, secretPaths } from './schema.ts';

/** The part of JSON Schema that our schemas use. */
export interface Outline {
  description?: string;
  type?: string | string[];
  properties?: { [key: string]: Outline };
  required?: string[];
  additionalProperties?: boolean;
  items?: Outline;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  pattern?: string;
  format?: string;
  minLength?: number;
  maxLength?: number;
  anyOf?: Outline[];
  oneOf?: Outline[];
  allOf?: Outline[];
  not?: Outline;
}

/** What may be written in the file, with `XFile` beside each secret `X`. */
export function fileOutline(drivers: Drivers): Outline {
  const outline = z.toJSONSchema(configSchema(drivers), { io: 'input', unrepresentable: 'any' }) as Outline;
  dropFilledDefaults(outline);
  for (const path of secretPaths) addFileKey(outline, path);
  const unit = outline.properties?.['ups']?.items;
  if (unit !== undefined) {
    for (const [name, { secrets }] of drivers) {
      for (const secret of secrets) addFileKey(unit, [name, ...secret.split('.')]);
    }
    unit.oneOf = [...drivers.keys()].map((name) => ({ required: [name] }));
  }
  return outline;
}

/** A section that is filled key by key has no default of its own. */
function dropFilledDefaults(outline: Outline): void {
  if (outline.properties !== undefined) delete outline.default;
  for (const child of Object.values(outline.properties ?? {})) dropFilledDefaults(child);
  for (const child of [outline.items, ...branchesOf(outline).slice(1)])
    if (child !== undefined) dropFilledDefaults(child);
}

function addFileKey(outline: Outline, path: readonly string[]): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  for (const branch of branchesOf(outline)) {
    const found = branch.properties?.[key];
    if (branch.properties === undefined || found === undefined) continue;
    if (rest.length > 0) {
      addFileKey(found, rest);
      continue;
    }
    branch.properties = withFileKey(branch.properties, key);
    branch.allOf = [...(branch.allOf ?? []), { not: { required: [key, `${key}File`] } }];
    if (branch.required?.includes(key)) {
      branch.required = branch.required.filter((name) => name !== key);
      if (branch.required.length === 0) delete branch.required;
    }
  }
}

function withFileKey(properties: { [key: string]: Outline }, key: string): { [key: string]: Outline } {
  const entries = Object.entries(properties).flatMap(([name, outline]): [string, Outline][] => {
    const description = `File that holds \`${key}\`, instead of writing it here. Relative to the folder of this file.`;
    return name === key
      ? [
          [name, outline],
          [`${key}File`, { type: 'string', minLength: 1, description }],
        ]
      : [[name, outline]];
  });
  return Object.fromEntries(entries);
}

/** The outline itself, then its alternatives. */
export function branchesOf(outline: Outline): readonly Outline[] {
  return [outline, ...[...(outline.anyOf ?? []), ...(outline.oneOf ?? [])].flatMap(branchesOf)];
}

/** What may stand at a path. With alternatives there may be several. */
export function outlinesAt(outline: Outline, path: Path): readonly Outline[] {
  let here: readonly Outline[] = branchesOf(outline);
  for (const part of path) {
    here = here.flatMap((each) => {
      const next = typeof part === 'number' ? each.items : ownProperty(each.properties, part);
      return next === undefined ? [] : branchesOf(next);
    });
  }
  return here;
}

function ownProperty(properties: { [key: string]: Outline } | undefined, key: string): Outline | undefined {
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
}

/** The keys that may stand in the section at a path, required ones first. */
export function keysOf(outlines: readonly Outline[]): readonly string[] {
  const required = outlines.flatMap((each) => each.required ?? []);
  const known = outlines.flatMap((each) => Object.keys(each.properties ?? {}));
  return [...new Set([...required.filter((key) => known.includes(key)), ...known])];
}

/** The file for editors. */
export function editorSchema(drivers: Drivers): unknown {
  const { $schema: _, ...rest } = fileOutline(drivers) as Outline & { $schema?: string };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'upsteward configuration',
    ...rest,
  };
}
