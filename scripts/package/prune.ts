/**
 * Takes out of a `node_modules` folder what a running agent never reads: types, tests, documentation, sources, native
 * parts for other machines. As a program: `node prune.ts FOLDER x64|arm64`.
 */
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Processors as Node calls them. */
export type Cpu = 'x64' | 'arm64';

const code = /\.(?:js|cjs|mjs|json|node|wasm|mib)$/;
const licence = /^(?:licen[cs]e|copying|notice|unlicense|authors|mit)/i;
/** Folders of a library that its own code does not import from. */
const aside = new Set([
  'test',
  'tests',
  '__tests__',
  'example',
  'examples',
  'bench',
  'benchmark',
  'benchmarks',
  'docs',
  '.github',
]);
/** Builds for a browser, which no `require` or `import` in Node finds. */
const browser = /\.(?:umd|iife)\.|^(?:umd|iife)$/;

/**
 * Whether a file of `node_modules` is needed.
 * @param path below `node_modules`, with slashes
 */
export function isNeeded(path: string, cpu: Cpu): boolean {
  const { folders, name } = insideLibrary(path);
  if (licence.test(name)) return true;
  if (!code.test(name)) return false;
  if (folders.some((folder) => aside.has(folder) || browser.test(folder))) return false;
  if (!name.endsWith('.node')) return true;
  return folders.includes(`linux-${cpu}`) && !name.includes('musl');
}

/** The folders and the name of a file as its library sees them: without the library's own folder. */
function insideLibrary(path: string): { folders: readonly string[]; name: string } {
  const parts = path.split('/');
  const start = parts.lastIndexOf('node_modules') + 1;
  const library = parts[start]?.startsWith('@') ? 2 : 1;
  const inside = parts.slice(start + library);
  return inside.length === 0
    ? { folders: [], name: parts.at(-1) ?? '' }
    : { folders: inside.slice(0, -1), name: inside.at(-1) ?? '' };
}

/** Removes what is not needed, and folders that become empty. */
export async function prune(folder: string, cpu: Cpu, below = ''): Promise<void> {
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) await prune(folder, cpu, path);
    else if (!entry.isFile() || !isNeeded(path, cpu)) await rm(join(folder, path));
  }
  const left = await readdir(join(folder, below));
  if (left.length === 0) await rmdir(join(folder, below));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , folder, cpu] = process.argv;
  if (folder === undefined || (cpu !== 'x64' && cpu !== 'arm64')) throw new Error('usage: prune.ts FOLDER x64|arm64');
  await prune(folder, cpu);
}
