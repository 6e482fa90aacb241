/** The source tree, as text. */
import { readdirSync, readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const notOurs = new Set(['node_modules', 'dist', 'coverage', '.git', 'demo-mails']);

/** Every file below a folder, as a path from the root with slashes. */
export function filesBelow(folder: string): string[] {
  return readdirSync(`${root}${folder}`, { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return [];
    const path = `${folder}${folder === '' ? '' : '/'}${entry.name}`;
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [relative(root, `${root}${path}`).replaceAll(sep, '/')] : [];
  });
}

export function read(path: string): string {
  return readFileSync(`${root}${path}`, 'utf8');
}
