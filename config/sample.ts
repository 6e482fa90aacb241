/** The sample of the config that comes with the program, and whether a file is still no more than that. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { parseText } from './document.ts';
import { isRecord } from './input.ts';

/** Beside this file in a checkout; in the folder above the compiled program once it is installed. */
const folders = [new URL('./', import.meta.url), new URL('../../config/', import.meta.url)];

function shipped(name: string): string {
  const places = folders.map((folder) => fileURLToPath(new URL(name, folder)));
  return places.find((place) => existsSync(place)) ?? places.join(' or ');
}

export interface Sample {
  readonly text: string;
  /** Where an editor finds the JSON Schema. */
  readonly schemaPath: string;
}

/** @throws Error when the program was installed without it */
export async function readSample(): Promise<Sample> {
  return { text: await readFile(shipped('sample.yaml'), 'utf8'), schemaPath: shipped('upsteward.schema.json') };
}

/** Whether a config file says nothing but what the sample says, or leaves it out: nobody has filled it in yet. */
export function isUntouched(text: string, sample: string): boolean {
  const { value, syntax } = parseText(text);
  return syntax.length === 0 && saysNoMore(value, parseText(sample).value);
}

function saysNoMore(value: unknown, sample: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (isRecord(value))
    return Object.entries(value).every(([key, inner]) => saysNoMore(inner, isRecord(sample) ? sample[key] : undefined));
  if (Array.isArray(value))
    return value.every((inner, index) => saysNoMore(inner, Array.isArray(sample) ? sample[index] : undefined));
  return isDeepStrictEqual(value, sample);
}
