/** The command lines that the documentation shows: what it tells a reader to type. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;

export interface ShellLine {
  /** `docs/commands.md:12` */
  readonly at: string;
  readonly text: string;
}

/** README, docs/ and the drivers' pages. */
function pages(): string[] {
  const below = (folder: string): string[] =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  return ['README.md', 'CONTRIBUTING.md', ...below('docs'), ...below('drivers')].filter((name) => name.endsWith('.md'));
}

/** Lines of `sh` blocks, and those behind `$ ` in `text` blocks; without comments, continued lines joined. */
export function shellLines(): ShellLine[] {
  return pages().flatMap((page) => linesOf(page, readFileSync(join(root, page), 'utf8')));
}

export function linesOf(page: string, text: string): ShellLine[] {
  const found: ShellLine[] = [];
  let language: string | undefined;
  let open = '';
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^\s*```(\w*)/.exec(line);
    if (fence) language = language === undefined ? (fence[1] ?? '') : undefined;
    else if (language === 'sh' || (language === 'text' && /^\s*\$ /.test(line))) {
      open += line
        .trim()
        .replace(/^\$ /, '')
        .replace(/(^|\s)#.*$/, '')
        .trim();
      if (open.endsWith('\\')) open = open.slice(0, -1);
      else {
        if (open !== '') found.push({ at: `${page}:${index + 1}`, text: open });
        open = '';
      }
    }
  }
  return found;
}

/** The words behind `upsteward`, or nothing if the line is another command. Variables set for it stand before it. */
export function upstewardWords(text: string): string[] | undefined {
  const [, rest] = /^(?:[A-Z_]+=\S+ )*upsteward(?: (.*))?$/.exec(text) ?? [];
  if (!/^(?:[A-Z_]+=\S+ )*upsteward(?: |$)/.test(text)) return undefined;
  return [...(rest ?? '').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? '',
  );
}

/** Commands in running text: `upsteward status`. Only their first word counts. */
export function inlineCommands(): ShellLine[] {
  return pages().flatMap((page) => {
    const text = readFileSync(join(root, page), 'utf8').replaceAll(/```[\s\S]*?```/g, (block) =>
      '\n'.repeat(block.split('\n').length - 1),
    );
    return text.split('\n').flatMap((line, index) =>
      [...line.matchAll(/`upsteward(?: --config \S+)? ([a-z][a-z-]*)[^`]*`/g)].map(([, word = '']) => ({
        at: `${page}:${index + 1}`,
        text: word,
      })),
    );
  });
}
