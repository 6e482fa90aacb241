/** The guide for driver authors shows code that exists. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const guide = readFileSync(join(root, 'docs/add-a-driver.md'), 'utf8');
const blocks = [...guide.matchAll(/```ts\n\/\/ (\S+)\n([\s\S]*?)```/g)].map(([, file = '', code = '']) => ({
  file,
  code,
}));

describe('docs/add-a-driver.md', () => {
  it.each(blocks.map(({ file, code }, index) => [`${index + 1}: ${file}`, file, code] as const))(
    'example %s stands in the code, line by line and in this order',
    (_name, file, code) => {
      const source = readFileSync(join(root, file), 'utf8').split('\n');
      let from = 0;
      for (const line of code.split('\n').filter((each) => each.trim() !== '')) {
        const at = source.indexOf(line, from);
        expect(at, `${file} has no line "${line}" here`).toBeGreaterThanOrEqual(from);
        from = at + 1;
      }
    },
  );

  it('shows every example with its file, and enough of them', () => {
    expect(guide.match(/```ts\n/g)).toHaveLength(blocks.length);
    expect(blocks.length).toBeGreaterThan(6);
  });

  it('names files and folders that exist', () => {
    const named = [...guide.matchAll(/`((?:drivers|test|scripts|docs|config|\.ci)\/[\w./-]+)`/g)].flatMap(
      ([, path = '']) => path,
    );
    const linked = [...guide.matchAll(/\]\(\.\.\/([^)]+)\)/g)].flatMap(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(10);
    expect([...named, ...linked].filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('is short', () => {
    expect(guide.split('\n').length).toBeLessThan(180);
  });
});
